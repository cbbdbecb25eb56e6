"""What changes things; nothing here commits."""
