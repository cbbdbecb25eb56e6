"""Who may read a submitted version, and what it changes, in words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.catalog.rules.fields import Facts, Prose
from services.catalog.rules.programmes import CLOSED, ProgrammeClosed, ProgrammeFacts
from shared.errors import DomainError

Title = Callable[[str, str], str]
"""The title of a code in a dictionary."""

FIELDS = {
    "code": "Шифр",
    "title": "Название",
    "annotation": "Аннотация",
    "goal": "Цель и планируемые результаты",
    "kind": "Вид программы",
    "hours": "Объём, часов",
    "form": "Форма обучения",
    "distance_share": "Доля дистанционных занятий",
    "audience.positions": "Должности",
    "audience.subjects": "Предметы",
    "audience.levels": "Уровни образования",
    "prerequisites": "Что пройти раньше",
    "effects": "Компетенции",
    "outline": "Разделы",
    "teachers": "Преподаватели",
    "provider_id": "Организация",
    "funding": "Оплата",
    "fee": "Стоимость, рублей",
    "document_kind": "Документ об окончании",
    "approvals": "Кто согласует заявку",
    "register_number": "Номер в федеральном реестре",
    "register_until": "Срок в федеральном реестре",
    "files": "Файлы",
}
"""What a programme consists of, in the order of its form, as it is called in Russian."""


class OwnVersion(DomainError):
    code, status, detail = "own_version", 403, "Эту версию читает другой сотрудник: не тот, кто её писал или отправил."


class NotInReview(DomainError):
    code, detail = "not_in_review", "Эта версия уже прочитана или заменена новой. Обновите страницу."


class NothingToSubmit(DomainError):
    code, detail = "nothing_to_submit", "Отправлять нечего: опубликованная программа с тех пор не менялась."


class Remark(Facts):
    """What the reader asks to change in a field; without a field, in the whole."""

    field: Annotated[str, StringConstraints(pattern=r"^[a-z_.]{0,40}$")] = ""
    text: Annotated[Prose, Field(min_length=3)]


def may_submit(*, status: str) -> None:
    """Refuse to submit what is not a draft."""
    if status in CLOSED:
        raise ProgrammeClosed()
    if status == "published":
        raise NothingToSubmit()


def may_read(*, reader: str, author: str, submitted_by: str) -> None:
    """Refuse to decide about one's own words."""
    if reader in (author, submitted_by):
        raise OwnVersion()


def remark_faults(remarks: Iterable[Remark]) -> dict[str, str]:
    """Remarks about fields that a programme does not have."""
    unknown = sorted({remark.field for remark in remarks} - {"", *FIELDS})
    return {"remarks": f"Нет такого поля: {', '.join(unknown)}."} if unknown else {}


def lines_of(facts: ProgrammeFacts, *, title: Title, names: Mapping[UUID, str]) -> dict[str, list[str]]:
    """Every field in words, a line for each part; `names` are those of programmes, organisations and files."""

    def named(one: UUID) -> str:
        return names.get(one, str(one))

    def titles(dictionary: str, codes: Iterable[str]) -> list[str]:
        return [title(dictionary, code) for code in codes]

    return {
        "code": [facts.code],
        "title": [facts.title],
        "annotation": paragraphs(facts.annotation),
        "goal": paragraphs(facts.goal),
        "kind": titles("programme_kind", [facts.kind]),
        "hours": [str(facts.hours)],
        "form": titles("form", [facts.form]),
        "distance_share": [f"{facts.distance_share:.0%}".replace("%", " %")],
        "audience.positions": titles("position", facts.audience.positions),
        "audience.subjects": titles("subject", facts.audience.subjects),
        "audience.levels": titles("level", facts.audience.levels),
        "prerequisites": [named(one) for one in facts.prerequisites],
        "effects": [f"{title('competence', effect.competence)}: до {effect.share:.0%}".replace("%", " %") for effect in facts.effects],
        "outline": [f"{module.title}, {module.hours} ч" + (f": {module.content}" if module.content else "") for module in facts.outline],
        "teachers": [", ".join(filter(None, (one.name, one.position, one.degree))) for one in facts.teachers],
        "provider_id": [named(facts.provider_id)],
        "funding": titles("funding", [facts.funding]),
        "fee": [str(facts.fee)] if facts.fee else [],
        "document_kind": titles("document", [facts.document_kind]),
        "approvals": titles("approver", facts.approvals),
        "register_number": [facts.register_number] if facts.register_number else [],
        "register_until": [f"{facts.register_until:%d.%m.%Y}"] if facts.register_until else [],
        "files": [named(one) for one in facts.files],
    }


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]


def changes(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The fields that differ: `[{field, label, old, new}]`; what is not stated before is empty."""
    return [
        {"field": field, "label": label, "old": before.get(field, []), "new": after[field]}
        for field, label in FIELDS.items()
        if before.get(field, []) != after[field]
    ]
