"""What the door decides: cookies, cross-site requests, sessions, rates, and who may appoint whom."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from shared.contracts.catalog import OrganisationKind
from shared.contracts.gateway import Role

KINDS: dict[Role, tuple[OrganisationKind, ...]] = {
    "school_specialist": ("school",),
    "agency_specialist": ("agency",),
    "provider_specialist": ("provider", "assessment_centre", "operator"),
}
"""Which organisations may be the scope of a role."""

UNSCOPED_ALLOWED = ("region", "procedure")  # without a scope an assessor or expert sees to every procedure


@dataclass(frozen=True, slots=True)
class Held:
    """A grant in force: role, scope, and whether its holder heads the organisation."""

    role: Role
    scope: str | None = None
    head: bool = False


def may_appoint(held: Iterable[Held], *, role: Role, scope: str | None, head: bool, oktmo: str | None) -> bool:
    """Whether the holder of these grants may give or take a role; `oktmo` is the municipality of the scope's organisation.

    The operator appoints everyone, a municipality its schools' heads, a head the colleagues of the own organisation.
    """
    return any(
        one.role == "operator"
        or (one.role == "municipal_specialist" and role == "school_specialist" and bool(oktmo) and one.scope == (oktmo or "")[:8])
        or (one.head and one.role == role and one.scope == scope and scope is not None and not head)
        for one in held
    )


def in_force(*, valid_from: date, valid_until: date | None, today: date) -> bool:
    """Whether a term covers a day; a term without an end lasts."""
    return valid_from <= today and (valid_until is None or today <= valid_until)


def ends_at(valid_until: date, region: object) -> datetime:
    """The first moment after a term, in the region's time."""
    return datetime.combine(valid_until + timedelta(days=1), datetime.min.time(), tzinfo=region)  # type: ignore[arg-type]


def code_of(issuer: str, subject: str) -> str:
    """A short code by which an operator finds an account without any personal data."""
    digest = base64.b32encode(hashlib.sha256(f"{issuer}|{subject}".encode()).digest()).decode()
    return f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def hashed(token: str) -> bytes:
    """A random token as it is stored: a leaked table opens no session."""
    return hashlib.sha256(token.encode()).digest()


def cookie_name(*, https: bool) -> str:
    return "__Host-dpo" if https else "dpo"


def cookie(name: str, value: str, *, https: bool, max_age: int) -> str:
    """A `Set-Cookie` value that scripts can not read and other sites can not send along with a form."""
    return f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax" + ("; Secure" if https else "")


def csrf_token(session: str, nonce: bytes) -> str:
    """A token bound to a session; a fresh nonce makes it look different on every page (BREACH)."""
    proof = hmac.digest(session.encode(), b"csrf" + nonce, "sha256")[:24]
    return base64.urlsafe_b64encode(nonce + proof).decode()


def csrf_holds(session: str, token: str) -> bool:
    """Whether a token was made for this session."""
    try:
        given = base64.urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    return len(given) == 32 and hmac.compare_digest(csrf_token(session, given[:8]), token)


def from_elsewhere(*, origin: str | None, fetch_site: str | None, own: str) -> bool:
    """Whether the browser says that another site makes this request."""
    return (origin is not None and origin != own) or fetch_site not in (None, "same-origin", "none")


def safe_return(path: str | None) -> str:
    """Where to go after sign-in: a path of ours, or the front page."""
    ours = path and path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() and len(path) <= 500
    return path if ours and path else "/"


def refilled(*, tokens: float, elapsed: float, rate: float, burst: float) -> float:
    """What a bucket holds after some seconds."""
    return min(burst, tokens + max(0.0, elapsed) * rate)


def contact(claims: Mapping[str, str]) -> dict[str, str] | None:
    """What notify may know of somebody: the address, and name and patronymic to greet by; None without an address."""
    greeting = " ".join(part for part in (claims.get("given_name"), claims.get("middle_name")) if part)
    return {"email": claims["email"], "salutation": greeting} if claims.get("email") else None


def uuid_or_none(text: str | None) -> UUID | None:
    """The UUID in a text, if it is one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
