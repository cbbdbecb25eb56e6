"""What the gateway is told by its environment, beyond what every service is told."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, SecretStr

from shared.settings import ServiceSettings


def bare(url: str) -> str:
    """An address without its last slash."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http(s) address without query and fragment")
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(bare)]


class Issuer(BaseModel):
    """One OpenID Connect provider, as we are registered there; `claims` says which of its claims is which of ours."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,30}$")]
    title: str
    issuer: Url
    client_id: str
    client_secret: SecretStr | None = None
    scope: str = "openid profile email"
    audiences: tuple[str, ...] = ()  # client ids, beside ours, whose access tokens the API accepts
    algorithms: tuple[str, ...] = ("ES256", "RS256", "PS256", "EdDSA")
    access_token_types: tuple[str, ...] = ("at+jwt", "application/at+jwt")
    claims: dict[str, str] = {
        "family_name": "family_name",
        "given_name": "given_name",
        "middle_name": "middle_name",
        "birth_date": "birthdate",
        "gender": "gender",
        "snils": "snils",
        "email": "email",
    }


class Settings(ServiceSettings):
    """Issuers, upstreams, keys and limits of the door."""

    public_url: Url
    upstreams: dict[str, Url]
    signing_key: SecretStr  # JWK, Ed25519, with a kid among DPO_TOKEN_PUBLIC_KEYS
    issuers: tuple[Issuer, ...]
    first_operator: Annotated[str | None, Field(pattern=r"^[^|]+\|[^|]+$")] = None  # issuer|subject
    traces_url: Url | None = None  # the receiver of deploy/traces, when it keeps the spans
    sink_url: Url | None = None  # the mail sink of development mode
    status_file: Path | None = None  # what the launcher's supervisor tells of its processes, when it keeps them running
    openapi_file: Path = Path(__file__).with_name("openapi.json")

    session_seconds: PositiveInt = 12 * 3600
    idle_seconds: PositiveInt = 3600
    upstream_seconds: PositiveFloat = 15
    upstream_connections: PositiveInt = 100
    identity_connections: PositiveInt = 4

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    guest_rate: PositiveFloat = 30  # requests a second, per address
    guest_burst: PositiveInt = 150
    person_rate: PositiveFloat = 30  # requests a second, per signed-in subject
    person_burst: PositiveInt = 150
    sign_in_rate: PositiveFloat = 0.5  # sign-ins a second, per address
    sign_in_burst: PositiveInt = 20
    subscribe_rate: PositiveFloat = 1 / 120  # forms a second that leave an address, per address of the visitor
    subscribe_burst: PositiveInt = 10

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https:")
