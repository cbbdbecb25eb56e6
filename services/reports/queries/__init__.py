"""What only reads: figures as functions of the facts, and a hash of all facts."""
