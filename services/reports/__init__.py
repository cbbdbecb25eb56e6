"""reports: read models made of everybody's events."""
