"""assessment over HTTP."""
