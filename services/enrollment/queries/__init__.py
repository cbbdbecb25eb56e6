"""What only reads, within the caller's reach."""
