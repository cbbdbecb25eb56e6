"""routes: individual educational routes, from a measured deficit to its measured closure."""
