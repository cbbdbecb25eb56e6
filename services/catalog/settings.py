"""What the register's environment says: nothing beyond what every service needs."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The common settings, read as `CATALOG_…`."""
