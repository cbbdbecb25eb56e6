"""A form as it was typed: the values of each field, and lists whose rows are numbered fields."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from starlette.datastructures import FormData

Fields = Mapping[str, list[str]]
META = ("csrf_token", "do", "back", "draft", "draft_revision", "draft_kind", "draft_object", "base_revision")
MORE = 4
"""How many rows a button adds."""
NAME = re.compile(r"(?!take-)[A-Za-z0-9_.-]{1,80}")


def typed_in(form: FormData) -> dict[str, list[str]]:
    """What was typed, field by field, without files and without what the page itself put into its form."""
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name not in META and NAME.fullmatch(name):
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return {name: values for name, values in fields.items() if any(value.strip() for value in values)}


def one(fields: Fields, name: str) -> str:
    return (fields.get(name) or [""])[0].strip()


def as_fields(stated: Mapping[str, Any]) -> dict[str, list[str]]:
    """Facts as the fields of a form; a term of a dictionary is its code, and what is not stated has no field."""
    listed = {name: value if isinstance(value, list) else [value] for name, value in stated.items()}
    return {name: [plain(value) for value in values] for name, values in listed.items() if values not in ([], [None], [""])}


def plain(value: Any) -> str:
    value = value["code"] if isinstance(value, Mapping) else value
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class Rows:
    """A list in a form: the first row of `module` is `module-title-0`, `module-hours-0` and so on.

    `chosen` is a column that always says something, so that it alone makes no row.
    """

    name: str
    columns: tuple[str, ...]
    least: int
    most: int
    chosen: str = ""

    def own(self, fields: Iterable[str]) -> list[str]:
        """The names of its fields."""
        return [name for name in fields if re.fullmatch(rf"{self.name}-[a-z]+-\d{{1,3}}", name)]

    def filled(self, fields: Fields) -> list[dict[str, str]]:
        """The rows that have anything in them, in their order."""
        numbers = sorted({int(name.rpartition("-")[2]) for name in self.own(fields)})
        rows = ({column: one(fields, f"{self.name}-{column}-{number}") for column in self.columns} for number in numbers)
        return [row for row in rows if any(value for column, value in row.items() if column != self.chosen)]

    def asked(self, form: Iterable[str], do: str) -> int:
        """How many rows the form had, and some more when the button pressed is the one beneath them."""
        had = max((int(name.rpartition("-")[2]) + 1 for name in self.own(form)), default=0)
        return had + MORE if do == f"more-{self.name}" else had

    def next(self, fields: Fields) -> str:
        """The field to go on writing in: the first of the first empty row."""
        return f"{self.name}-{self.columns[0]}-{len(self.filled(fields))}"

    def shown(self, fields: Fields, asked: int = 0) -> list[dict[str, str]]:
        """The rows as the form shows them: what is there, and empty ones to write into, at least as many as asked for."""
        filled = self.filled(fields)
        wanted = min(max(self.least, len(filled) + 1, asked), self.most)
        return filled + [dict.fromkeys(self.columns, "") for _ in range(wanted - len(filled))]

    def fields(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
        """Rows as fields."""
        numbered = enumerate(rows)
        return as_fields({f"{self.name}-{column}-{number}": row.get(column) for number, row in numbered for column in self.columns})


Parts = Mapping[str, str | Rows]
"""What a form consists of: each name with its field or its list."""


def part(fields: Fields, key: str | Rows) -> list[Any]:
    """The values of a field, or the rows of a list."""
    return key.filled(fields) if isinstance(key, Rows) else fields.get(key, [])


def prints(fields: Fields, parts: Parts) -> dict[str, str]:
    """A short print of each part; several values of one field are a choice, whose order means nothing."""
    values = {name: part(fields, key) if isinstance(key, Rows) else sorted(part(fields, key)) for name, key in parts.items()}
    return {name: sha256(json.dumps(value).encode()).hexdigest()[:12] for name, value in values.items()}


def begun_from(fields: Fields, parts: Parts) -> dict[str, list[str]]:
    """The field of a form that says what it began from, so that it is known later which parts its writer has changed."""
    return {"was": [f"{name}:{digest}" for name, digest in prints(fields, parts).items()]}


def untouched(fields: Fields, parts: Parts) -> set[str]:
    """The parts that are still as they were when the form was opened."""
    was = dict(one.split(":", 1) for one in fields.get("was", []) if ":" in one)
    return {name for name, digest in prints(fields, parts).items() if was.get(name) == digest}
