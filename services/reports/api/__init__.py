"""reports over HTTP: figures within the caller's scope, and the upkeep of the read models."""
