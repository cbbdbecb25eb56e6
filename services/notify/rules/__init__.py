"""What notify decides: which facts become letters, what they say, and when a delivery is given up."""
