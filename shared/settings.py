"""What every service is told by its environment."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, AmqpDsn, AnyHttpUrl, Field, Json, PositiveFloat, PositiveInt, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


def common(name: str, **kwargs: Any) -> Any:
    """A field that all services read from one variable `DPO_<NAME>`."""
    return Field(validation_alias=AliasChoices(f"DPO_{name}"), **kwargs)


class ServiceSettings(BaseSettings):
    """Addresses, keys and limits; a service's class adds its own under `<SERVICE>_`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True)

    database_url: PostgresDsn
    broker_url: AmqpDsn
    pool_size: PositiveInt = 6
    prefetch: PositiveInt = 20
    handlers: PositiveInt = 4

    broker_management_url: Annotated[AnyHttpUrl | None, common("BROKER_MANAGEMENT_URL", default=None)] = None  # tells what is bound
    token_public_keys: Annotated[Json[dict[str, Any]], common("TOKEN_PUBLIC_KEYS")]
    launch_id: Annotated[str, common("LAUNCH_ID", default="")] = ""
    development: Annotated[bool, common("DEVELOPMENT", default=False)] = False
    clock_file: Annotated[Path | None, common("CLOCK_FILE", default=None)] = None
    retry_seconds: Annotated[tuple[PositiveInt, ...], common("RETRY_SECONDS", default=(5, 30, 300))] = (5, 30, 300)
    read_sample: Annotated[float, common("READ_SAMPLE", default=0.05, ge=0, le=1)] = 0.05
    outbox_budget_seconds: Annotated[PositiveFloat, common("OUTBOX_BUDGET_SECONDS", default=30)] = 30
