"""A small OpenID Connect issuer with invented people, for development mode alone."""
