"""Attempts as their person sees them: items without keys, answers so far, time left."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.queries.bank import this_version
from services.assessment.rules.attempts import seconds_left, shown_options
from services.assessment.tables import Attempt, AttemptItem, Competence, Difficulty, Item, Procedure, Question
from shared.errors import NotFound


def attempts_of(person_id: UUID) -> Any:
    """A person's attempts with the title of the procedure and how many items are answered."""
    names = [name for name in Attempt.model_fields if name not in ("person_id", "calibration", "scale")]
    items = col(AttemptItem.attempt_id) == col(Attempt.attempt_id)
    answered = select(func.count(col(AttemptItem.answered_at))).where(items).scalar_subquery()
    total = select(func.count()).select_from(AttemptItem).where(items).scalar_subquery()
    columns = [col(getattr(Attempt, name)) for name in names]
    procedure = (col(Procedure.title), col(Procedure.instructions), col(Procedure.difficulty_scale))
    shown = select(*columns, *procedure, answered.label("answered"), total.label("total"))
    return shown.join(Procedure, col(Procedure.procedure_id) == col(Attempt.procedure_id)).where(col(Attempt.person_id) == person_id)


def timed(row: Any, *, now: datetime) -> dict[str, Any]:
    left = seconds_left(status=row.status, expires_at=row.expires_at, now=now)
    return {**row._asdict(), "seconds_left": left}


async def attempts_listed(session: AsyncSession, *, person_id: UUID, limit: int, now: datetime) -> list[dict[str, Any]]:
    """A person's attempts, the newest first."""
    newest = attempts_of(person_id).order_by(col(Attempt.started_at).desc(), col(Attempt.attempt_id)).limit(limit)
    return [timed(row, now=now) for row in await session.execute(newest)]


async def attempt_shown(session: AsyncSession, attempt_id: UUID, *, person_id: UUID, now: datetime) -> dict[str, Any]:
    """An attempt of a person; the items are shown only while it runs."""
    row = (await session.execute(attempts_of(person_id).where(col(Attempt.attempt_id) == attempt_id))).first()
    if row is None:
        raise NotFound("Такой диагностики нет.")
    shown = timed(row, now=now)
    shown["items"] = await items_shown(session, attempt_id) if shown["seconds_left"] else []
    return shown | {"difficulties": await difficulties_shown(session, attempt_id)}


async def items_shown(session: AsyncSession, attempt_id: UUID) -> list[dict[str, Any]]:
    """The items of an attempt in their order, each with its answer so far; keys, sources and rationales stay here."""
    columns = (Item.item_id, AttemptItem.position, Item.kind, Item.stem, Item.options, Item.targets, Item.unit)
    answers = (AttemptItem.answer, AttemptItem.answered_at)
    shown = select(*(col(one) for one in (*columns, *answers))).join(AttemptItem, col(AttemptItem.item_id) == col(Item.item_id))
    rows = await session.execute(shown.where(col(AttemptItem.attempt_id) == attempt_id).order_by(col(AttemptItem.position)))
    return [
        row._asdict() | {"options": shown_options(row.options, kind=row.kind, attempt_id=attempt_id, item_id=row.item_id)} for row in rows
    ]


async def difficulties_shown(session: AsyncSession, attempt_id: UUID) -> list[dict[str, Any]]:
    """What is asked about difficulties, and what the person has said so far."""
    said = (col(Difficulty.attempt_id) == col(Attempt.attempt_id)) & (col(Difficulty.competence) == col(Question.competence))
    asked = (
        select(col(Question.competence), col(Competence.title), col(Question.question), col(Difficulty.felt))
        .select_from(Attempt)
        .join(Question, col(Question.procedure_id) == col(Attempt.procedure_id))
        .join(Competence, this_version(Attempt) & (col(Competence.code) == col(Question.competence)))
        .join(Difficulty, said, isouter=True)
        .where(col(Attempt.attempt_id) == attempt_id)
        .order_by(col(Competence.position))
    )
    return [row._asdict() for row in await session.execute(asked)]


async def saved(session: AsyncSession, attempt_id: UUID, *, now: datetime) -> dict[str, Any]:
    """How far a running attempt is."""
    answered = func.count(col(AttemptItem.answered_at)).label("answered")
    counts = select(col(Attempt.status), col(Attempt.expires_at), answered, func.count().label("total"))
    items = counts.join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.attempt_id)).group_by(col(Attempt.attempt_id))
    row = (await session.execute(items.where(col(Attempt.attempt_id) == attempt_id))).one()
    return {**timed(row, now=now), "saved_at": now}
