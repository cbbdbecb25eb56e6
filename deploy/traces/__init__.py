"""A small OTLP/HTTP receiver: spans of the last days in PostgreSQL, found by application, service or trace."""
