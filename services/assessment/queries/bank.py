"""The framework in force, procedures as the public sees them, and what is said to be wrong with items."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.tables import Attempt, Competence, FormItem, Framework, Item, ItemReport, Organisation, Procedure, Question
from shared.access import Caller
from shared.database import within
from shared.errors import NotFound


async def framework_shown(session: AsyncSession, framework_id: UUID | None = None) -> dict[str, Any]:
    """The newest version of a framework; without an id, of the one published last."""
    newest = select(Framework).order_by(col(Framework.published_at).desc(), col(Framework.version).desc()).limit(1)
    if framework_id:
        newest = newest.where(col(Framework.framework_id) == framework_id)
    if (framework := await session.scalar(newest)) is None:
        raise NotFound("Модель компетенций ещё не опубликована.")
    rows = await session.scalars(
        select(Competence)
        .where(col(Competence.framework_id) == framework.framework_id, col(Competence.version) == framework.version)
        .order_by(col(Competence.position))
    )
    competences = [{**one.model_dump(exclude={"framework_id", "version", "position", "section"}), "group": one.section} for one in rows]
    return {**framework.model_dump(), "competences": competences}


async def procedures_listed(session: AsyncSession, *, limit: int) -> list[dict[str, Any]]:
    """Procedures, the newest first."""
    listed = procedures().order_by(col(Procedure.published_at).desc(), col(Procedure.procedure_id)).limit(limit)
    return await with_forms(session, (await session.execute(listed)).all())


async def procedure_card(session: AsyncSession, procedure_id: UUID) -> dict[str, Any]:
    """A procedure with its instructions and the questions about difficulties."""
    row = (await session.execute(procedures().where(col(Procedure.procedure_id) == procedure_id))).first()
    if row is None:
        raise NotFound("Такой процедуры нет.")
    [shown] = await with_forms(session, [row])
    questions = await session.execute(
        select(col(Question.competence), col(Question.question))
        .join(Procedure, col(Procedure.procedure_id) == col(Question.procedure_id))
        .join(Competence, this_version(Procedure) & (col(Competence.code) == col(Question.competence)))
        .where(col(Question.procedure_id) == procedure_id)
        .order_by(col(Competence.position))
    )
    return shown | {"difficulties": [one._asdict() for one in questions]}


def procedures() -> Any:
    names = [name for name in Procedure.model_fields if name != "published_at"]
    columns = [col(getattr(Procedure, name)) for name in names]
    organiser = col(Organisation.organisation_id) == col(Procedure.organiser_id)
    return select(*columns, col(Organisation.short_name).label("organiser")).join_from(Procedure, Organisation, organiser, isouter=True)


def this_version(holder: Any) -> Any:
    """The competences of the version that a procedure or an attempt is tied to."""
    return tuple_(col(Competence.framework_id), col(Competence.version)) == tuple_(col(holder.framework_id), col(holder.framework_version))


async def with_forms(session: AsyncSession, rows: Any) -> list[dict[str, Any]]:
    """Procedures with the number of items for each purpose and the competences they measure, in the framework's order."""
    ids = [row.procedure_id for row in rows]
    places = await session.execute(
        select(col(FormItem.procedure_id), col(FormItem.purpose), col(Item.competence))
        .join(Item, col(Item.item_id) == col(FormItem.item_id))
        .where(col(FormItem.procedure_id).in_(ids))
    )
    counts: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    measured: dict[UUID, set[str]] = defaultdict(set)
    for place in places:
        counts[place.procedure_id][place.purpose] += 1
        measured[place.procedure_id].add(place.competence)
    titles = await session.execute(
        select(col(Procedure.procedure_id), col(Competence.code), col(Competence.title), col(Competence.section).label("group"))
        .join(Competence, this_version(Procedure))
        .where(col(Procedure.procedure_id).in_(ids))
        .order_by(col(Competence.position))
    )
    competences: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for one in titles:
        if one.code in measured[one.procedure_id]:
            competences[one.procedure_id].append({"code": one.code, "title": one.title, "group": one.group})
    return [row._asdict() | {"items": counts[row.procedure_id], "competences": competences[row.procedure_id]} for row in rows]


async def item_reports(session: AsyncSession, *, caller: Caller, limit: int) -> list[dict[str, Any]]:
    """The newest words about items of the caller's procedures; who said them is not shown."""
    words = (ItemReport.report_id, ItemReport.text, ItemReport.reported_at)
    columns = (*words, Item.item_id, Item.code, Item.revision, Item.current, Item.stem)
    said = (
        select(*(col(one) for one in columns), col(Attempt.procedure_id))
        .join(Item, col(Item.item_id) == col(ItemReport.item_id))
        .join(Attempt, col(Attempt.attempt_id) == col(ItemReport.attempt_id))
        .where(within(caller, procedure=col(Attempt.procedure_id)))
    )
    rows = await session.execute(said.order_by(col(ItemReport.reported_at).desc(), col(ItemReport.report_id)).limit(limit))
    return [row._asdict() for row in rows]
