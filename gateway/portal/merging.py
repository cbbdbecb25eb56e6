"""Two editors of one thing: what differs, mine with what was taken of theirs, and the page where that is chosen."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fastapi import Response
from starlette.datastructures import FormData

from gateway.portal.drafts import Writing
from gateway.portal.fields import Fields, Parts, Rows, begun_from, part, untouched
from gateway.portal.page import View
from gateway.portal.words import day

MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d))?")


@dataclass(frozen=True, slots=True)
class Stored:
    """A thing as it stands now: its fields and revision, what its form consists of, and where that form is sent."""

    fields: Fields
    revision: int
    parts: Parts
    labels: Mapping[str, str]
    choices: Mapping[str, Iterable[tuple[str, str]]]
    title: str
    here: str
    crumbs: tuple[tuple[str, str], ...]


def own(fields: Fields, key: str | Rows) -> list[str]:
    """The names of what belongs to a part."""
    return key.own(fields) if isinstance(key, Rows) else [key] if key in fields else []


def differing(mine: Fields, theirs: Fields, parts: Parts) -> list[str]:
    """The names of what differs."""
    return [name for name, key in parts.items() if part(mine, key) != part(theirs, key)]


def merged(mine: Fields, theirs: Fields, parts: Parts, *, taken: Iterable[str]) -> dict[str, list[str]]:
    """My form with their value of everything that was taken; nothing else is touched."""
    both = dict(mine)
    for name in taken:
        for field in own(mine, parts[name]):
            del both[field]
        both |= {field: theirs[field] for field in own(theirs, parts[name])}
    return both


def worded(fields: Fields, key: str | Rows, titles: Mapping[str, str]) -> list[str]:
    """A part in words, a line for each value, paragraph or row."""
    if isinstance(key, Rows):
        return [", ".join(titles.get(value, spoken(value)) for value in row.values() if value) for row in key.filled(fields)]
    lines = (line for value in fields.get(key, []) for line in value.splitlines() if line.strip())
    return [titles.get(line, spoken(line)) for line in lines]


def spoken(value: str) -> str:
    """A day or a moment of a form in words; everything else as it was typed."""
    try:
        return ", ".join(filter(None, (day(found[1], year=True), found[2]))) if (found := MOMENT.fullmatch(value)) else value
    except ValueError:  # as of «2026-13-01»
        return value


async def compared(view: View, writing: Writing, now: Stored) -> Response:
    """What stands now beside what was typed here, to be chosen field by field; what was not touched here is theirs unless chosen."""
    frame, left_alone = await view.frame(), untouched(writing.fields, now.parts)
    titles = {name: dict(choices) for name, choices in now.choices.items()}
    return await view.show(
        "merge.html",
        status=412,
        section=frame.section("provider", "operator"),
        title="Сравнение правок",
        now=now,
        writing=writing,
        differ=[
            (
                name,
                now.labels[name],
                name in left_alone,
                *(worded(one, now.parts[name], titles.get(name, {})) for one in (writing.fields, now.fields)),
            )
            for name in differing(writing.fields, now.fields, now.parts)
        ],
    )


def put_together(form: FormData, writing: Writing, now: Stored) -> Writing | None:
    """Mine with their value of each chosen part; None when this is no longer what it was compared with."""
    if writing.since != now.revision:
        return None
    taken = [name for name in now.parts if form.get(f"take-{name}") == "theirs"]
    both = merged(writing.fields, now.fields, now.parts, taken=taken) | begun_from(now.fields, now.parts)
    return replace(writing, fields=both, merged=True)
