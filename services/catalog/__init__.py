"""The public register: organisations, programmes, groups and their search."""
