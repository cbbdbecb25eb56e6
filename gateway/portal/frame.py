"""What stands around every page: who is here, which doors are theirs, what was just done, how they like to read."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from gateway.client import Client, optional
from gateway.door.app import cookie_value
from gateway.portal.doors import Door, Section, sections_of
from gateway.portal.said import Said, said_of
from gateway.rules import csrf_token

READING_COOKIE, SAID_COOKIE = "dpo-reading", "dpo-said"
READING = {"size": ("1", "2", "3"), "theme": ("", "light", "dark"), "contrast": ("1", "2"), "space": ("1", "2")}
"""Settings of reading, with the values they take; the first one is what everybody gets."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Who asks for a page, as its header shows it; `sections` are the parts of the portal that are theirs."""

    path: str
    query: str
    today: date
    signed_in: bool = False
    registered: bool = False
    name: str = ""
    salutation: str = ""
    csrf: str = ""
    code: str = ""
    grants: tuple[Mapping[str, Any], ...] = ()
    claims: Mapping[str, str] = field(default_factory=dict)
    consents: frozenset[str] = frozenset()
    workplace: Mapping[str, Any] | None = None
    unread: int = 0
    sections: tuple[Section, ...] = ()
    reading: Mapping[str, str] = field(default_factory=dict)
    said: Said | None = None

    def roles(self, *names: str) -> list[Mapping[str, Any]]:
        """The grants of these roles."""
        return [grant for grant in self.grants if grant["role"] in names]

    def has(self, *names: str) -> bool:
        return bool(self.roles(*names))

    def doors(self, key: str) -> tuple[Door, ...]:
        """The links under the header: those of the section that a page belongs to, when it is the visitor's."""
        return next((section.doors for section in self.sections if section.key == key), ())

    def section(self, *keys: str) -> str:
        """The first of these sections that is the visitor's."""
        mine = {section.key for section in self.sections}
        return next((key for key in keys if key in mine), "")

    @property
    def here(self) -> str:
        """This page's own address."""
        return f"{self.path}?{self.query}" if self.query else self.path


async def frame_of(ask: Client, *, path: str, query: str, cookies: str | None, today: date, development: bool) -> Frame:
    """The frame of a request; what can not be had in time is left out."""
    shown: dict[str, Any] = {
        "path": path,
        "query": query,
        "today": today,
        "reading": reading_of(cookie_value(cookies, READING_COOKIE)),
        "said": said_of(unquote(cookie_value(cookies, SAID_COOKIE) or "")),
    }
    visitor = ask.visitor
    if not visitor.signed_in:
        return Frame(**shown)
    person_id = visitor.caller.person_id
    session, names, inbox = await asyncio.gather(
        ask.get("/session"),
        optional(ask.names([person_id]), within=0.7) if person_id else nothing(),
        optional(ask.get("/me/notifications", limit=1), within=0.7) if person_id else nothing(),
    )
    name = (names or {}).get(str(person_id), {})
    claims = session["claims"]
    return Frame(
        **shown,
        signed_in=True,
        registered=person_id is not None,
        name=f"{name['given_name']} {name['family_name']}" if name else full_name(claims),
        salutation=name.get("salutation", "") or " ".join(filter(None, (claims.get("given_name"), claims.get("middle_name")))),
        csrf=csrf_token(visitor.session, secrets.token_bytes(8)) if visitor.session else "",
        code=session["code"] or "",
        grants=tuple(session["grants"]),
        claims=claims,
        consents=visitor.caller.consents,
        workplace=session["workplace"],
        unread=(inbox or {}).get("unread", 0),
        sections=sections_of(visitor.held, registered=person_id is not None, development=development),
    )


async def nothing() -> dict[str, Any]:
    return {}


def full_name(claims: Mapping[str, str]) -> str:
    return " ".join(part for part in (claims.get("given_name"), claims.get("family_name")) if part) or "Вы вошли"


def reading_of(cookie: str | None) -> dict[str, str]:
    """The settings of reading that differ from the usual ones."""
    chosen = dict(parse_qsl(cookie or ""))
    return {name: value for name, values in READING.items() if (value := chosen.get(name, "")) in values[1:]}


def reading_cookie(chosen: Mapping[str, str]) -> str:
    return urlencode(reading_of(urlencode(chosen)))


def said_cookie(code: str, *about: str) -> str:
    return quote("|".join((code, *about)), safe="")
