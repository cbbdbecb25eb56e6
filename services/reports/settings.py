"""What reports is told by its environment."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing of its own: addresses, keys and limits that every service has."""
