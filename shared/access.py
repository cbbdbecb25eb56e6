"""Who calls and what they may do: internal tokens, grants, and the permission that every route declares."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from shared.contracts.gateway import Role, ScopeKind
from shared.errors import Forbidden, Unauthenticated

ISSUER, TOKEN_TYPE, LEEWAY, LONGEST = "dpo-gateway", "dpo+jwt", 2, 90
CallerRole = Role | Literal["gateway"]
SCOPE_OF: dict[CallerRole, ScopeKind] = {
    "teacher": "self",
    "school_specialist": "organisation",
    "municipal_specialist": "municipality",
    "agency_specialist": "agency",
    "provider_specialist": "provider",
    "assessor": "procedure",
    "expert": "procedure",
    "operator": "region",
    "ministry": "region",
    "auditor": "region",
    "gateway": "region",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one scope; `scope` is None for `self` and `region`."""

    role: CallerRole
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a call, as the gateway's token says."""

    subject: str
    person_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    consents: frozenset[str] = field(default_factory=frozenset)

    @property
    def role(self) -> str:
        """The role in which the call is made; `guest` without a grant."""
        return self.grants[0].role if self.grants else "guest"

    @property
    def everywhere(self) -> bool:
        return any(SCOPE_OF[grant.role] == "region" for grant in self.grants)

    def scopes(self, kind: str) -> list[Any]:
        """The ids that the caller reaches in one kind of scope; a municipality's is its ОКТМО, the others are UUIDs."""
        if kind == "person":
            return [self.person_id] if self.person_id and any(grant.role == "teacher" for grant in self.grants) else []
        found = [grant.scope for grant in self.grants if SCOPE_OF[grant.role] == kind and grant.scope]
        return found if kind == "municipality" else [UUID(scope) for scope in found]

    def reaches(self, **scope: UUID | str | None) -> bool:
        """Whether one of the grants covers an object with these scopes: `person`, `organisation`, `municipality`, `provider`, `agency`…"""
        return self.everywhere or any(value in self.scopes(kind) for kind, value in scope.items() if value is not None)

    def narrowed(self, roles: Iterable[str]) -> "Caller":
        """The same caller with the grants of these roles only."""
        return replace(self, grants=tuple(grant for grant in self.grants if grant.role in roles))


GUEST = Caller("guest")


class Tokens:
    """Checks the gateway's internal tokens for one audience; a token checked once is remembered until it expires."""

    def __init__(self, public_keys: dict[str, Any], audience: str) -> None:
        self.keys = KeySet.import_key_set(public_keys)  # type: ignore[arg-type]
        self.known = {key.kid for key in self.keys.keys}
        self.audience = audience
        self.registry = JWSRegistry(algorithms=["EdDSA", "Ed25519"])
        self.checked: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def caller(self, token: str) -> Caller:
        """Who a token speaks for; raises `Unauthenticated` for any token but a valid one of ours."""
        now = time.time()
        if (known := self.checked.get(token)) and known[0] > now:
            return known[1]
        try:
            read = jwt.decode(token, self.keys, registry=self.registry)
            claims, header = read.claims, read.header
            expires, begins = float(claims["exp"]), float(claims["nbf"])
            genuine = (
                header.get("typ") == TOKEN_TYPE
                and header.get("kid") in self.known
                and claims["iss"] == ISSUER
                and claims["aud"] == self.audience
                and begins - LEEWAY <= now < expires + LEEWAY
                and expires - begins <= LONGEST
            )
            caller = Caller(
                str(claims["sub"]),
                UUID(claims["person"]) if claims.get("person") else None,
                tuple(Grant(one["role"], one.get("scope")) for one in claims.get("grants", ()) if one["role"] in SCOPE_OF),
                frozenset(claims.get("consents", ())),
            )
        except (JoseError, KeyError, ValueError, TypeError, AttributeError) as reason:
            raise Unauthenticated() from reason
        if not genuine:
            raise Unauthenticated()
        self.checked[token] = (expires, caller)
        if len(self.checked) > 2000:
            self.checked.popitem(last=False)
        return caller


def bearer(request: Request) -> str:
    """The token of a call; raises `Unauthenticated` when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated()
    return token


class Allow:
    """A route's declaration: its permission, the roles that hold it, and whether the world may see the route."""

    def __init__(self, permission: str, roles: tuple[CallerRole, ...], *, internal: bool = False, consent: str | None = None) -> None:
        self.permission, self.roles, self.internal, self.consent = permission, roles, internal, consent
        self.scope = "public" if not roles else "/".join(dict.fromkeys(SCOPE_OF[role] for role in roles))

    async def __call__(self, request: Request) -> Caller:
        caller: Caller = request.state.caller
        if not self.roles:
            return caller
        allowed = caller.narrowed(self.roles)
        if not allowed.grants:
            raise Unauthenticated() if caller.subject == GUEST.subject else Forbidden()
        if self.consent and allowed.role == "teacher" and self.consent not in caller.consents:
            raise Forbidden("Сначала дайте согласие на обработку данных для этой цели.", consent=self.consent)
        return allowed


def allow(permission: str, *roles: CallerRole, consent: str | None = None) -> Any:
    """Only these roles, each within its scope; a teacher also needs the named consent."""
    return Depends(Allow(permission, roles, consent=consent))


def everyone(permission: str) -> Any:
    """Public data: no sign-in."""
    return Depends(Allow(permission, ()))


def gateway_only(permission: str, *roles: CallerRole) -> Any:
    """A route behind the door: called by the gateway itself, or on behalf of these roles, never forwarded from outside."""
    return Depends(Allow(permission, ("gateway", *roles), internal=True))


def declared(route: APIRoute) -> Allow | None:
    """What a route declares, if it does."""
    return next((one.call for one in route.dependant.dependencies if isinstance(one.call, Allow)), None)
