"""Values of imported tables: read from what people write in cells, and written as they are exported."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from services.catalog.rules.import_columns import Column, folded

DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
MODULE = re.compile(r"(.+?),\s*(\d{1,4})\s*ч(?:ас\w*)?\.?")
TOO_LONG = "(не помещается в ячейку, останется как есть)"
FITS = 32_000


class Unreadable(ValueError):
    """A value that can not be read, with a sentence for the person who wrote it."""


@dataclass(frozen=True)
class Words:
    """What codes are called and what is known by code: titles and short titles of dictionaries, places, programmes, organisations."""

    terms: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    programmes: Mapping[str, UUID] = field(default_factory=dict)
    organisations: Mapping[str, UUID] = field(default_factory=dict)

    @cached_property
    def codes(self) -> dict[UUID, str]:
        """The codes of programmes and organisations."""
        return {one: code for known in (self.programmes, self.organisations) for code, one in known.items()}

    def code(self, dictionary: str, text: str) -> str:
        """The code that a text means: by its title, its short title where that is no other's, or itself."""
        terms, wanted = self.terms.get(dictionary, {}), folded(text)
        for part in (0, 1):
            if len(meant := [code for code, titles in terms.items() if folded(titles[part]) == wanted]) == 1:
                return meant[0]
        if text in terms:
            return text
        listed = ", ".join(f"«{title}»" for title, _ in terms.values()) if len(terms) <= 7 else ""
        raise Unreadable(f"«{cut(text)}» нет в справочнике." + (f" Бывает: {listed}." if listed else ""))

    def title(self, dictionary: str, code: str) -> str:
        return self.terms.get(dictionary, {}).get(code, (code, code))[0]

    def place(self, text: str) -> str:
        """The ОКТМО that a text means."""
        if re.fullmatch(r"\d{8}(000)?", text):
            return text[:8]
        if len(meant := [oktmo for oktmo, title in self.places.items() if folded(title) == folded(text)]) == 1:
            return meant[0]
        raise Unreadable(f"Муниципалитета «{cut(text)}» нет в справочнике. Напишите его полностью или укажите ОКТМО.")


def read(column: Column, text: str, words: Words) -> Any:
    """The value that a cell means; None for an empty one. Raises `Unreadable`."""
    if not text:
        return [] if column.form in ("codes", "effects", "outline", "teachers", "programmes") else None
    match column.form:
        case "whole":
            return whole(text)
        case "share":
            return share(text)
        case "day":
            return day(text)
        case "code":
            return words.code(column.dictionary, text)
        case "codes":
            return sorted({words.code(column.dictionary, one) for one in listed(text)})
        case "place":
            return words.place(text)
        case "effects":
            return [effect(one) for one in listed(text)]
        case "outline":
            return outline(text)
        case "teachers":
            return [
                dict(zip(("name", "position", "degree"), (part.strip() for part in one.split(",", 2)), strict=False))
                for one in listed(text)
            ]
        case "programme":
            return known(words.programmes, text, "Программы с шифром «{}» у организации нет.")
        case "programmes":
            return sorted(known(words.programmes, one, "Программы с шифром «{}» нет среди опубликованных.") for one in listed(text))
        case "organisation":
            return known(words.organisations, text, "Организации с кодом «{}» нет в реестре.")
        case "id":
            try:
                return UUID(text)
            except ValueError:
                raise Unreadable("Идентификатор берут из выгрузки; у новых потоков эта ячейка пуста.") from None
    return text


def shown(column: Column, value: Any, words: Words) -> str | int | date | None:
    """A value as it is exported."""
    if value is None or value == "" or value == []:
        return None
    match column.form:
        case "share":
            return f"{round(value * 100, 6):g} %".replace(".", ",")
        case "code":
            return words.title(column.dictionary, value)
        case "codes":
            return "; ".join(words.title(column.dictionary, one) for one in value)
        case "place":
            return words.places.get(value, str(value))
        case "effects":
            return "; ".join(f"{one['competence']} = {one['share']:g}".replace(".", ",") for one in value)
        case "outline":
            lines = [f"{one['title']}, {one['hours']} ч" + (f"\n{one['content']}" if one["content"] else "") for one in value]
            return fitting("\n".join(lines))
        case "teachers":
            return fitting("; ".join(", ".join(part for part in (one["name"], one["position"], one["degree"]) if part) for one in value))
        case "programme" | "programmes" | "organisation":
            wanted = value if isinstance(value, list) else [value]
            return "; ".join(sorted(words.codes.get(one, str(one)) for one in wanted))
        case "id":
            return str(value)
    if isinstance(value, date) or column.form == "whole":
        cell: int | date = value
        return cell
    return fitting(str(value).replace("\r\n", "\n"))


def fitting(text: str) -> str:
    return text if len(text) <= FITS else TOO_LONG


def said_of(column: Column, value: Any, words: Words) -> str:
    """A value in words, as a comparison shows it."""
    cell = shown(column, value, words)
    return f"{cell:%d.%m.%Y}" if isinstance(cell, date) else "" if cell is None else str(cell)


def says(column: Column, text: str, value: Any, words: Words) -> bool:
    """Whether a cell says what would be exported of a value, so that the value need not be read back from it."""
    return text == said_of(column, value, words).strip()


def listed(text: str) -> list[str]:
    return [one for part in re.split(r"[;\n]", text) if (one := part.strip())]


def whole(text: str) -> int:
    plain = re.sub(r"[\s\u00a0]", "", text)
    if not re.fullmatch(r"-?\d{1,9}([.,]0+)?", plain):
        raise Unreadable(f"«{cut(text)}» — не целое число.")
    return int(re.split("[.,]", plain)[0])


def share(text: str) -> float:
    """A part of one; more than one, or with a sign, it is in per cent."""
    plain = text.replace("%", "").strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?", plain):
        raise Unreadable(f"«{cut(text)}» — не число.")
    return round(float(plain) / 100 if "%" in text or float(plain) > 1 else float(plain), 6)


def day(text: str) -> date:
    try:
        if found := DAY.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise Unreadable(f"«{cut(text)}» — не дата. Напишите её так: 01.09.2026.") from None


def effect(text: str) -> dict[str, Any]:
    code, equals, said = text.partition("=")
    if not equals or not code.strip():
        raise Unreadable(f"«{cut(text)}»: напишите код компетенции и ожидаемый эффект, например МЕТ-1 = 0,4.")
    return {"competence": code.strip(), "share": share(said.strip())}


def outline(text: str) -> list[dict[str, Any]]:
    """Parts of a syllabus: «Название, 12 ч», each from a new line, the lines beneath are what it is about."""
    modules: list[dict[str, Any]] = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        if found := MODULE.fullmatch(line):
            modules.append({"title": found[1], "hours": int(found[2]), "content": ""})
        elif modules:
            modules[-1]["content"] = f"{modules[-1]['content']}\n{line}".strip()
        else:
            raise Unreadable(f"«{cut(line)}»: напишите раздел с часами, например Введение, 6 ч.")
    return modules


def known(ids: Mapping[str, UUID], text: str, otherwise: str) -> UUID:
    if (found := ids.get(text)) is None:
        raise Unreadable(otherwise.format(cut(text)))
    return found


def cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def all_of(texts: Iterable[str]) -> set[str]:
    """Every code that cells of lists mention."""
    return {one for text in texts for one in listed(text)}
