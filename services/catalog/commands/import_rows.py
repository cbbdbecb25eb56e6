"""One row after another, each in a savepoint of its own: what is refused leaves nothing and says why."""

from collections.abc import Sequence
from types import ModuleType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import import_groups, import_organisations, import_programmes
from services.catalog.commands.import_task import Task
from services.catalog.rules.import_columns import Column, Kind
from services.catalog.rules.import_mapping import KEYS
from services.catalog.rules.import_values import cut
from services.catalog.rules.imports import Existing, Moved, Outcome, cells_of, differences, flat, labelled, refusal, values_of
from services.catalog.tables import Group, ImportRow, Organisation, Programme
from shared.errors import DomainError, Wrong

OBJECTS: dict[Kind, ModuleType] = {"programmes": import_programmes, "groups": import_groups, "organisations": import_organisations}
TABLES: dict[Kind, type[Programme | Group | Organisation]] = {"programmes": Programme, "groups": Group, "organisations": Organisation}
TITLES: dict[Kind, tuple[str, ...]] = {
    "programmes": ("code", "title"),
    "groups": ("programme", "starts"),
    "organisations": ("code", "short_name"),
}
TAKEN = "Такая запись уже есть: её номер или код занят."


async def tried(
    session: AsyncSession, kind: Kind, fields: Sequence[str | None], rows: Sequence[ImportRow], task: Task, *, promised: bool = False
) -> dict[int, Outcome]:
    """What became of each row by its number; what was `promised` is done only to what has not changed since."""
    stated = {row.number: cells_of(kind, fields, row.cells) for row in rows}
    texts = {number: {column.field: text for column, text in cells} for number, cells in stated.items()}
    find = await OBJECTS[kind].known(session, list(texts.values()), task)
    outcomes: dict[int, Outcome] = {}
    first: dict[str, int] = {}
    for row in rows:
        said = texts[row.number]
        title = cut(", ".join(filter(None, (said.get(name, "") for name in TITLES[kind]))))
        earlier = first.setdefault(said.get("id") or "\n".join(said.get(name, "") for name in KEYS[kind]), row.number)
        try:
            if earlier != row.number:
                raise Wrong({"": f"Об этом уже говорит строка {earlier}."})
            existing = find(said)
            if promised and (existing.revision if existing else None) != row.seen_revision:
                raise Moved()
            done = await brought(session, kind, stated[row.number], existing, task, promised=promised)
            outcomes[row.number] = done._replace(title=title)
        except DomainError as refused:
            outcomes[row.number] = Outcome("error", title, errors=refusal(kind, refused))
        except IntegrityError:
            outcomes[row.number] = Outcome("error", title, errors=labelled(kind, {"": TAKEN}))
    return outcomes


async def brought(
    session: AsyncSession, kind: Kind, cells: Sequence[tuple[Column, str]], existing: Existing | None, task: Task, *, promised: bool
) -> Outcome:
    """Do what a row states, if it states anything new; raises what the command raises."""
    objects = OBJECTS[kind]
    given = values_of(cells, task.words, existing)
    facts = objects.planned(existing, given, task)
    after = {**(existing.values if existing else {}), **flat(facts)}
    if existing and after == existing.values:
        return Outcome("same", object_id=existing.id, seen=existing.revision)
    async with session.begin_nested():
        object_id = await objects.brought(session, existing, facts, given, task)
        left = await revision_of(session, TABLES[kind], object_id) if promised or existing else None
    if existing is None:
        return Outcome("new", object_id=object_id if promised else None, left=left)
    if left == existing.revision:
        return Outcome("same", object_id=object_id, seen=left)
    changes = differences(kind, existing.values, after, task.words)
    return Outcome("changed", object_id=object_id, seen=existing.revision, left=left, changes=changes, before=existing.before)


async def revision_of(session: AsyncSession, table: type[Programme | Group | Organisation], object_id: UUID) -> int | None:
    found: int | None = await session.scalar(select(col(table.revision)).where(col(table.id) == object_id))
    return found


async def taken_back(session: AsyncSession, kind: Kind, row: ImportRow, task: Task) -> str | None:
    """Take back what a row did; a sentence when it stays as it is."""
    try:
        async with session.begin_nested():
            await OBJECTS[kind].taken_back(session, row.object_id, row.before, row.left_revision, task)
    except DomainError as refused:
        said = refused.facts.get("errors") or ()
        return " ".join(one["message"] for one in said) or refused.detail
    except IntegrityError:
        return "На эту запись уже ссылаются другие, поэтому она осталась."
    return None
