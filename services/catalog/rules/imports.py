"""What a row of an uploaded table states, and the words for what can not be done."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ValidationError

from services.catalog.rules.import_columns import COLUMNS, Column, Kind
from services.catalog.rules.import_values import Unreadable, Words, read, said_of, says
from shared.errors import MESSAGES, DomainError, Wrong

REASON = "Загрузка из файла"
UNDONE = "Загрузка отменена"
DOCUMENTS = {"professional_development": "qualification_certificate", "retraining": "retraining_diploma"}
SHARES = {"full_time": 0.0, "distance": 1.0}


class AlreadyApplied(DomainError):
    code, detail = "import_applied", "Этот файл уже загружен. Чтобы загрузить исправленный, выберите его снова."


class NotChecked(DomainError):
    code, detail = "import_not_checked", "Сначала проверьте файл: выберите поля для столбцов."


class NotApplied(DomainError):
    code, detail = "import_not_applied", "Этот файл ещё не загружен: отменять нечего."


class AlreadyUndone(DomainError):
    code, detail = "import_undone", "Эта загрузка отменена. Чтобы повторить её, выберите файл снова."


class Moved(DomainError):
    code, detail = "import_row_moved", "После проверки здесь что-то изменилось. Выберите файл снова и проверьте его."


class Existing(NamedTuple):
    """The object that a row is about, as it stands: what a table would say of it, and everything needed to bring it back."""

    id: UUID
    revision: int
    values: Mapping[str, Any]
    before: dict[str, Any]


class Outcome(NamedTuple):
    """What a row would do or did."""

    outcome: str
    title: str = ""
    object_id: UUID | None = None
    seen: int | None = None
    left: int | None = None
    changes: Sequence[Mapping[str, Any]] = ()
    errors: Sequence[Mapping[str, str]] = ()
    before: dict[str, Any] | None = None


def labelled(kind: Kind, faults: Mapping[str, str]) -> list[dict[str, str]]:
    """Faults by field with the titles of their columns; what is no column is about the whole row."""
    titles = {column.field: column.title for column in COLUMNS[kind]}
    return [{"field": field, "label": titles.get(field, ""), "message": sentence} for field, sentence in faults.items()]


def refusal(kind: Kind, refused: DomainError) -> list[dict[str, str]]:
    """A command's refusal as faults of a row."""
    said = refused.facts.get("errors") or ()
    key = "code" if refused.code.endswith("code_taken") else ""
    return labelled(kind, {one["field"]: one["message"] for one in said} or {key: refused.detail})


def cells_of(kind: Kind, fields: Sequence[str | None], cells: Sequence[str]) -> list[tuple[Column, str]]:
    """The cells that mean something, each with its column, in the order of the columns."""
    stated = {field: cell for field, cell in zip(fields, cells, strict=True) if field}
    return [(column, stated[column.field]) for column in COLUMNS[kind] if column.field in stated]


def values_of(cells: Sequence[tuple[Column, str]], words: Words, existing: Existing | None) -> dict[str, Any]:
    """The values that the cells state; raises `Wrong` with a sentence for each that can not be read."""
    values, faults = {}, {}
    for column, text in cells:
        if existing and says(column, text, existing.values.get(column.field), words):
            values[column.field] = existing.values.get(column.field)
            continue
        try:
            values[column.field] = read(column, text, words)
        except Unreadable as reason:
            faults[column.field] = str(reason)
        else:
            if column.required and values[column.field] is None:
                faults[column.field] = "Заполните эту ячейку."
    if faults:
        raise Wrong(faults)
    return values


def demand_whole(kind: Kind, values: Mapping[str, Any]) -> None:
    """Refuse a new object without what every one has; raises `Wrong`."""
    lacking = [column for column in COLUMNS[kind] if column.required and values.get(column.field) is None]
    if lacking:
        raise Wrong({column.field: f"Новую запись без этого не завести: добавьте столбец «{column.title}»." for column in lacking})
    if kind == "programmes" and values.get("provider_id") is None:
        raise Wrong({"provider_id": "Укажите код организации, чья это программа."})


def stated(kind: Kind, model: type[Any], values: Mapping[str, Any]) -> Any:
    """The facts that values make; raises `Wrong` with a sentence for each value that no object of the kind may have."""
    nested: dict[str, Any] = {}
    for field, value in values.items():
        if value is not None:
            outer, _, inner = field.partition(".")
            nested |= {outer: {**nested.get(outer, {}), inner: value}} if inner else {outer: value}
    try:
        return model.model_validate(nested)
    except ValidationError as refused:
        raise Wrong(dict(worded(kind, refused))) from None


def worded(kind: Kind, refused: ValidationError) -> list[tuple[str, str]]:
    sentences = {column.field: column.wrong for column in COLUMNS[kind]}
    said = []
    for error in refused.errors():
        where = [str(part) for part in error["loc"]]
        field = next((one for one in (".".join(where[:2]), where[0]) if one in sentences), where[0])
        said.append((field, sentences.get(field) or MESSAGES.get(error["type"], "Недопустимое значение.")))
    return said


def flat(facts: BaseModel) -> dict[str, Any]:
    """Facts by the fields of columns."""
    found: dict[str, Any] = {}
    for field, value in facts.model_dump().items():
        found |= {f"{field}.{inner}": one for inner, one in value.items()} if isinstance(value, dict) else {field: value}
    return found


def programme_completed(values: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A programme's values with what follows from others where the table does not say it."""
    found = dict(values)
    if given.get("distance_share") is None and found.get("form") in SHARES:
        found["distance_share"] = SHARES[found["form"]]
    elif found.get("distance_share") is None:
        raise Wrong({"distance_share": "Укажите долю: у очно-заочной формы она больше 0 и меньше 100 %."})
    if found.get("document_kind") is None:
        found["document_kind"] = DOCUMENTS.get(found.get("kind", ""))
        if found["document_kind"] is None:
            raise Wrong({"document_kind": "Укажите документ: после стажировки выдают удостоверение или справку."})
    return found


def differences(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any], words: Words) -> list[dict[str, str]]:
    """The fields that differ, in words: `[{field, label, old, new}]`."""
    return [
        {
            "field": column.field,
            "label": column.title,
            "old": said_of(column, before.get(column.field), words),
            "new": said_of(column, after.get(column.field), words),
        }
        for column in COLUMNS[kind]
        if column.field in after and before.get(column.field) != after.get(column.field)
    ]
