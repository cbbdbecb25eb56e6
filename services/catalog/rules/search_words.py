"""Words, what they may mean, and the ways in which a text says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FAMILY_LENGTH, FAMILY_SHARE = 5, 0.7
SYNONYM, FAMILY, PART, PHRASE = 0.85, 0.4, 0.3, 0.62
"""What a match is worth: by a synonym, the beginning of a long word, one word of several, a phrase (PostgreSQL ranks it higher)."""


@dataclass(frozen=True)
class Word:
    """A word as understood, with its stem; none for a word like «для»."""

    text: str
    stem: str | None


@dataclass(frozen=True)
class Wording:
    """Words of the dictionary that occur in the query: their stems, what they mean, and the stems of others that mean it too."""

    dictionary: str
    code: str
    stems: tuple[str, ...]
    mates: tuple[tuple[str, ...], ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Idea:
    """One thing that a text should say, in ways of some worth each; a `weak` one helps little, a `wished` one is a wish too."""

    ways: tuple[tuple[str, float], ...]
    weak: bool = False
    wished: bool = False


@dataclass
class Meaning:
    """Ideas, wishes by filter, and what to tell the visitor about how the words were taken."""

    ideas: list[Idea] = field(default_factory=list)
    wishes: dict[str, Any] = field(default_factory=dict)
    understood: list[dict[str, str]] = field(default_factory=list)

    def wish(self, name: str, value: Any) -> None:
        """Add a wish; several values of one filter are alternatives."""
        if isinstance(value, list):
            self.wishes[name] = list(dict.fromkeys([*self.wishes.get(name, []), *value]))
        else:
            self.wishes[name] = value

    def tell(self, text: str, meaning: str) -> None:
        """Tell once what a text was taken for, unless that is the text itself."""
        if meaning.lower() != text and text not in [said["text"] for said in self.understood]:
            self.understood.append({"text": text, "meaning": meaning})


def as_filters(wishes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Wishes as the filters of a search that would demand them."""
    filters: dict[str, list[str]] = {}
    for name, value in wishes.items():
        if isinstance(value, tuple):
            filters |= {f"{name}_from": [str(value[0])], f"{name}_to": [str(value[1])]}
        else:
            filters[name] = ["true"] if value is True else value
    return filters


def own_ways(stems: tuple[str, ...]) -> list[tuple[str, float]]:
    """The visitor's own words, near each other or not; one long word also by whatever is of its family."""
    if len(stems) > 1:
        return [(" & ".join(quoted(stem) for stem in stems), PHRASE)]
    return said_as(stems, family=max(FAMILY_LENGTH, int(len(stems[0]) * FAMILY_SHARE)))


def said_as(stems: tuple[str, ...], *, family: int | None = None) -> list[tuple[str, float]]:
    """How a text says these words: one after the other; one long word also by what begins with it, or with `family` letters of it."""
    if len(stems) > 1:
        return [(" <-> ".join(quoted(stem) for stem in stems), PHRASE)]
    ways = [(quoted(stems[0]), 1.0)]
    if len(stems[0]) >= FAMILY_LENGTH:
        ways.append((f"{quoted(stems[0][:family])}:*", FAMILY))
    return ways


def quoted(stem: str) -> str:
    """A stem as a lexeme of a query; stems hold letters and digits only."""
    return f"'{stem}'"
