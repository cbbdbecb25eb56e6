"""The form of a programme: its facts as fields, its fields as facts, and which of its sections are filled in."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import FormData

from gateway.portal.merging import Fields

META = ("csrf_token", "do", "draft", "draft_revision", "draft_kind", "draft_object", "base_revision", "rows")
LISTS = ("positions", "subjects", "levels", "approvals", "files")
LINES = (
    "code",
    "title",
    "annotation",
    "goal",
    "kind",
    "form",
    "provider_id",
    "funding",
    "document_kind",
    "register_number",
    "register_until",
)
ROWS = {"effect": ("competence", "share"), "module": ("title", "hours", "content"), "teacher": ("name", "position", "degree")}
LEAST_ROWS = {"effect": 3, "module": 4, "teacher": 2}
MOST_ROWS = {"effect": 12, "module": 40, "teacher": 30}
NUMBERS = {"hours": "Впишите число часов", "fee": "Впишите стоимость числом", "distance": "Впишите долю числом от 0 до 100"}
LABELS = {
    "code": "Шифр",
    "title": "Название",
    "annotation": "Аннотация",
    "goal": "Чему научатся",
    "kind": "Вид программы",
    "hours": "Объём",
    "form": "Форма",
    "distance": "Доля дистанционных занятий",
    "positions": "Должности",
    "subjects": "Предметы",
    "levels": "Уровни",
    "prerequisites": "Что пройти раньше",
    "effects": "Компетенции",
    "outline": "Разделы",
    "teachers": "Преподаватели",
    "provider_id": "Организация",
    "funding": "Оплата",
    "fee": "Стоимость",
    "document_kind": "Документ",
    "approvals": "Согласование",
    "register_number": "Номер в реестре",
    "register_until": "Срок в реестре",
    "files": "Файлы",
}
SECTIONS = (
    ("about", "О программе", ("code", "title", "kind", "annotation")),
    ("size", "Объём и форма", ("hours", "form")),
    ("whom", "Кому подойдёт", ("positions",)),
    ("result", "Чему научатся", ("goal", "effect-competence-0")),
    ("outline", "Разделы", ("module-title-0",)),
    ("teachers", "Преподаватели", ("teacher-name-0",)),
    ("money", "Оплата и документ", ("funding", "document_kind")),
    ("register", "Реестр и файлы", ()),
)
"""The sections of the form: address, title, and the fields without which a section is not filled in."""

API_FIELDS = {
    "audience.positions": "positions",
    "audience.subjects": "subjects",
    "audience.levels": "levels",
    "distance_share": "distance",
}


def typed_in(form: FormData) -> dict[str, list[str]]:
    """What was typed, field by field, without what the page itself put into its form."""
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name not in META and re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", name):
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return {name: values for name, values in fields.items() if any(value.strip() for value in values)}


def one(fields: Fields, name: str) -> str:
    return (fields.get(name) or [""])[0].strip()


def rows_in(fields: Fields, kind: str) -> list[dict[str, str]]:
    """The rows of a list that have anything in them, in their order."""
    numbers = sorted({int(name.rpartition("-")[2]) for name in fields if re.fullmatch(rf"{kind}-[a-z]+-\d{{1,3}}", name)})
    rows = ({column: one(fields, f"{kind}-{column}-{number}") for column in ROWS[kind]} for number in numbers)
    return [row for row in rows if any(value for column, value in row.items() if column != "share")]


def rows_shown(fields: Fields, kind: str, *, more: bool = False) -> list[dict[str, str]]:
    """The rows as the form shows them: what is there, and empty ones to write into."""
    filled = rows_in(fields, kind)
    wanted = min(max(LEAST_ROWS[kind], len(filled) + (4 if more else 1)), MOST_ROWS[kind])
    return filled + [dict.fromkeys(ROWS[kind], "") for _ in range(wanted - len(filled))]


def facts_in(fields: Fields, *, prerequisites: Iterable[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts for the API, and what can not even be sent to it, by field."""
    errors: dict[str, str] = {}

    def number(name: str, text: str, *, field: str = "") -> float:
        cleaned = re.sub(r"[\s\u00a0%₽]", "", text).replace(",", ".")
        try:
            value = float(cleaned or 0)
            return int(value) if value.is_integer() else value
        except (ValueError, OverflowError):
            errors[field or name] = NUMBERS.get(name, "Впишите число")
            return 0

    facts: dict[str, Any] = {name: one(fields, name) for name in LINES}
    for name in ("kind", "form", "funding", "document_kind", "provider_id"):
        if not facts[name]:
            errors[name] = "Выберите"
    for name in ("code", "title", "hours"):
        if not one(fields, name):
            errors[name] = "Заполните это поле"
    facts["code"] = facts["code"].upper()
    facts["register_number"] = facts["register_number"].upper() or None
    facts["register_until"] = facts["register_until"] or None
    facts["hours"], facts["fee"] = number("hours", one(fields, "hours")), number("fee", one(fields, "fee"))
    share = number("distance", one(fields, "distance"))
    facts["distance_share"] = {"full_time": 0, "distance": 1}.get(facts["form"], round(share / 100, 4))
    facts["audience"] = {name: fields.get(name, []) for name in ("positions", "subjects", "levels")}
    facts["approvals"], facts["files"] = fields.get("approvals", []), fields.get("files", [])
    facts["prerequisites"] = list(prerequisites)
    facts["effects"] = [
        {"competence": row["competence"], "share": number("share", row["share"] or "0.4", field="effects")}
        for row in rows_in(fields, "effect")
    ]
    facts["outline"] = [
        {"title": row["title"], "hours": number("hours", row["hours"], field="outline"), "content": row["content"]}
        for row in rows_in(fields, "module")
    ]
    facts["teachers"] = rows_in(fields, "teacher")
    return facts, errors


def fields_of(facts: Mapping[str, Any], *, codes: Mapping[str, str]) -> dict[str, list[str]]:
    """Facts as the fields of the form; `codes` are those of programmes by id."""
    stated: dict[str, Any] = {name: facts[name] for name in LINES}
    stated |= {name: facts["audience"][name] for name in ("positions", "subjects", "levels")}
    stated |= {"approvals": facts["approvals"], "files": facts["files"], "hours": facts["hours"], "fee": facts["fee"] or None}
    stated["distance"] = round(facts["distance_share"] * 100, 2) if facts["form"] == "blended" else None
    stated["prerequisites"] = ", ".join(codes.get(one, one) for one in facts["prerequisites"])
    for kind, rows in (("effect", facts["effects"]), ("module", facts["outline"]), ("teacher", facts["teachers"])):
        stated |= {f"{kind}-{column}-{number}": row[column] for number, row in enumerate(rows) for column in ROWS[kind]}
    fields: dict[str, list[str]] = {}
    for name, value in stated.items():
        values = [str(one) for one in value] if isinstance(value, list) else [] if value in (None, "") else [plain_number(value)]
        if values:
            fields[name] = values
    return fields


def plain_number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def sections(fields: Fields) -> list[tuple[str, str, bool]]:
    """The sections with whether each is filled in."""
    return [(address, title, all(one(fields, name) for name in wanted)) for address, title, wanted in SECTIONS]


PARTS = {name: {"effects": "effect-", "outline": "module-", "teachers": "teacher-"}.get(name, name) for name in LABELS}


def worded(fields: Fields, name: str, titles: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A field of the programme in words, a line for each value."""
    dictionary = titles.get(name, {})
    if name in ("effects", "outline", "teachers"):
        kind = {"effects": "effect", "outline": "module", "teachers": "teacher"}[name]
        known = titles.get("competence", {})
        return [", ".join(filter(None, (known.get(value, value) for value in row.values()))) for row in rows_in(fields, kind)]
    return [dictionary.get(value, value) for value in fields.get(name, [])]
