"""The service's HTTP side."""
