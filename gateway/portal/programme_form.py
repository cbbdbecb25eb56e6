"""The form of a programme: its facts as fields, its fields as facts, and which of its sections are filled in."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gateway.portal.fields import Fields, Parts, Rows, as_fields, one

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
ROWS = {
    "effects": Rows("effect", ("competence", "share"), least=3, most=12, chosen="share"),
    "outline": Rows("module", ("title", "hours", "content"), least=4, most=40),
    "teachers": Rows("teacher", ("name", "position", "degree"), least=2, most=30),
}
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
PARTS: Parts = {name: ROWS.get(name, name) for name in LABELS}
SECTIONS = (
    ("about", "О программе", ("code", "title", "kind", "annotation"), ("provider_id",)),
    ("size", "Объём и форма", ("hours", "form"), ("distance",)),
    ("whom", "Кому подойдёт", ("positions",), ("subjects", "levels", "prerequisites")),
    ("result", "Чему научатся", ("goal", "effect-competence-0"), ("effects",)),
    ("outline", "Разделы", ("module-title-0",), ("outline",)),
    ("teachers", "Преподаватели", ("teacher-name-0",), ("teachers",)),
    ("money", "Оплата и документ", ("funding", "document_kind"), ("fee", "approvals")),
    ("register", "Реестр и файлы", (), ("register_number", "register_until", "files")),
)
"""The sections of the form: address, title, the fields without which a section is not filled in, and its others that may be wrong."""

API_FIELDS = {
    "audience.positions": "positions",
    "audience.subjects": "subjects",
    "audience.levels": "levels",
    "distance_share": "distance",
}


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
        for row in ROWS["effects"].filled(fields)
    ]
    facts["outline"] = [
        {"title": row["title"], "hours": number("hours", row["hours"], field="outline"), "content": row["content"]}
        for row in ROWS["outline"].filled(fields)
    ]
    facts["teachers"] = ROWS["teachers"].filled(fields)
    return facts, errors


def fields_of(facts: Mapping[str, Any], *, codes: Mapping[str, str]) -> dict[str, list[str]]:
    """Facts as the fields of the form; `codes` are those of programmes by id."""
    stated: dict[str, Any] = {name: facts[name] for name in LINES}
    stated |= {name: facts["audience"][name] for name in ("positions", "subjects", "levels")}
    stated |= {"approvals": facts["approvals"], "files": facts["files"], "hours": facts["hours"], "fee": facts["fee"] or None}
    stated["distance"] = round(facts["distance_share"] * 100, 2) if facts["form"] == "blended" else None
    stated["prerequisites"] = ", ".join(codes.get(one, one) for one in facts["prerequisites"])
    fields = as_fields(stated)
    for name, rows in ROWS.items():
        fields |= rows.fields(facts[name])
    return fields


def sections(fields: Fields, wrong: Collection[str] = ()) -> list[tuple[str, str, bool, str]]:
    """The sections with whether each is filled in, and rightly, and the fields that fill it in; none once it was refused."""
    shown = []
    for address, title, needed, others in SECTIONS:
        refused = any(name in wrong for name in (*needed, *others))
        shown.append((address, title, all(one(fields, name) for name in needed) and not refused, "" if refused else " ".join(needed)))
    return shown
