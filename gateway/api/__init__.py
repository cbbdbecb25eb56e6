"""The gateway's own part of the public API."""
