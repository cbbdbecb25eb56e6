"""Titles of codes, asked of the catalogue once in a while: they are public and change rarely."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.client import Client, optional

KEPT_SECONDS = 300.0


class Titles:
    """What was last read of the dictionaries, and when."""

    def __init__(self) -> None:
        self.read_at, self.terms = float("-inf"), dict[str, dict[str, str]]()

    async def of(self, ask: Client, dictionary: str) -> Mapping[str, str]:
        """Titles by code; what could not be read leaves the codes to speak for themselves."""
        if time.monotonic() - self.read_at > KEPT_SECONDS and (said := await optional(ask.get("/dictionaries"), within=1)):
            self.terms = {name: current(terms) for name, terms in said["terms"].items()}
            self.terms["hours_minimum"] = {one["kind"]: str(one["hours"]) for one in said["hours_minima"] if one["in_force"]}
            self.terms["municipality"] = {one["oktmo"]: one["title"] for one in said["municipalities"]}
            self.terms["municipality_now"] = {one["oktmo"]: one["title"] for one in said["municipalities"] if one["in_force"]}
            self.read_at = time.monotonic()
        return self.terms.get(dictionary, {})


def current(terms: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What each code means today, or meant last; what is still to come is not said yet."""
    said: dict[str, str] = {}
    for term in terms:
        if term["in_force"] or term["valid_to"]:
            said[term["code"]] = term["title"]
    return said


titles = Titles()
