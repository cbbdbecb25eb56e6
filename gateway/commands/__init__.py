"""What changes the gateway's own facts."""
