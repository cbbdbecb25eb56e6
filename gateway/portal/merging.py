"""Two editors of one form: what differs, and mine with what was taken of theirs."""

from collections.abc import Iterable, Mapping

Fields = Mapping[str, list[str]]
Parts = Mapping[str, str]
"""What a form consists of: each name with its field, or with the beginning of its fields when it ends in a dash."""


def part(fields: Fields, key: str) -> dict[str, list[str]]:
    """One field, or all rows of a list."""
    return {name: values for name, values in fields.items() if (name.startswith(key) if key.endswith("-") else name == key)}


def differing(mine: Fields, theirs: Fields, parts: Parts) -> list[str]:
    """The names of what differs."""
    return [name for name, key in parts.items() if part(mine, key) != part(theirs, key)]


def merged(mine: Fields, theirs: Fields, parts: Parts, *, taken: Iterable[str]) -> dict[str, list[str]]:
    """My form with their value of everything that was taken; nothing else is touched."""
    both = dict(mine)
    for name in taken:
        for key in part(mine, parts[name]):
            both.pop(key)
        both |= part(theirs, parts[name])
    return both
