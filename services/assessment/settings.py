"""What assessment's environment says: nothing beyond what every service needs."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The common settings, read as `ASSESSMENT_…`."""
