"""What enrollment is told by its environment: nothing beyond what every service is."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Addresses, keys and limits."""
