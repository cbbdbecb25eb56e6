"""A closed attempt is measured once: results are stored, the others are told."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.psychometrics.gpcm import Cut
from services.assessment.psychometrics.verdicts import Band as Level
from services.assessment.rules.bank import key_of
from services.assessment.rules.results import CALIBRATION, Asked, Line, felt_share, lines_of
from services.assessment.tables import Attempt, AttemptItem, Band, Competence, Difficulty, Item, Reassessment, Result
from shared.clock import today
from shared.contracts.assessment import AssessmentCompleted
from shared.messaging.due import forget
from shared.messaging.outbox import emit

EXPIRES = "attempt_expires"
"""The row of the `due` table that ends an attempt with its time."""


async def has_answers(session: AsyncSession, attempt_id: UUID) -> bool:
    given = select(col(AttemptItem.item_id)).where(col(AttemptItem.attempt_id) == attempt_id, col(AttemptItem.answer).is_not(None))
    return await session.scalar(given.limit(1)) is not None


async def close(session: AsyncSession, attempt: Attempt, *, now: datetime) -> None:
    """End a running attempt, at the end of its time at the latest: measured when something was answered, else abandoned."""
    at = min(max(now, attempt.started_at), attempt.expires_at)
    await forget(session, EXPIRES, attempt.attempt_id)
    if not await has_answers(session, attempt.attempt_id):
        attempt.status, attempt.closed_at = "abandoned", at
        await session.flush()
        return
    scale, levels = await scale_in_force(session, now=at)
    lines = lines_of(await asked_in(session, attempt.attempt_id), cuts=await cuts_of(session, attempt), bands=levels)
    attempt.status, attempt.closed_at, attempt.calibration, attempt.scale = "completed", at, CALIBRATION, scale
    await session.flush()
    session.add_all(Result(attempt_id=attempt.attempt_id, **asdict(line)) for line in lines)
    if attempt.route_id:
        measured = update(Reassessment).where(col(Reassessment.route_id) == attempt.route_id)
        await session.execute(measured.values(exit_attempt_id=attempt.attempt_id))
    await tell(session, attempt, lines)


async def asked_in(session: AsyncSession, attempt_id: UUID) -> list[Asked]:
    """What was asked and answered in an attempt, in the order it was shown."""
    columns = (Item.competence, Item.difficulty, Item.kind, Item.options, Item.targets, Item.key, AttemptItem.answer)
    shown = select(*(col(one) for one in columns)).join(AttemptItem, col(AttemptItem.item_id) == col(Item.item_id))
    rows = await session.execute(shown.where(col(AttemptItem.attempt_id) == attempt_id).order_by(col(AttemptItem.position)))
    return [
        Asked(row.competence, row.difficulty, key_of(kind=row.kind, options=row.options, targets=row.targets, key=row.key), row.answer)
        for row in rows
    ]


async def cuts_of(session: AsyncSession, attempt: Attempt) -> dict[str, Cut]:
    """The cuts of the framework's version that the attempt started under, by competence in their order."""
    own = (col(Competence.framework_id) == attempt.framework_id, col(Competence.version) == attempt.framework_version)
    columns = select(col(Competence.code), col(Competence.cut), col(Competence.cut_error))
    rows = await session.execute(columns.where(*own).order_by(col(Competence.position)))
    return {row.code: Cut(row.cut, row.cut_error) for row in rows}


async def scale_in_force(session: AsyncSession, *, now: datetime) -> tuple[str, list[Level]]:
    """The scale of levels of a day, and its bands."""
    begun = select(col(Band.scale)).where(col(Band.in_force_from) <= today(now))
    scale = begun.order_by(col(Band.in_force_from).desc(), col(Band.scale).desc()).limit(1)
    bands = list(await session.scalars(select(Band).where(col(Band.scale) == scale.scalar_subquery())))
    return bands[0].scale, [Level(band.least, band.level) for band in bands]


async def tell(session: AsyncSession, attempt: Attempt, lines: Sequence[Line]) -> None:
    own = select(Difficulty).where(col(Difficulty.attempt_id) == attempt.attempt_id)
    felt = await session.scalars(own.order_by(col(Difficulty.competence)))
    facts: dict[str, Any] = attempt.model_dump(
        include={"attempt_id", "person_id", "procedure_id", "framework_id", "route_id", "purpose", "calibration", "scale"}
    )
    event = AssessmentCompleted.model_validate(
        {
            **facts,
            "completed_at": attempt.closed_at,
            "results": [asdict(line) | {"percent": round(line.percent)} for line in lines],
            "difficulties": [{"competence": one.competence, "felt": felt_share(one.felt)} for one in felt],
        }
    )
    await emit(session, event, subject=attempt.attempt_id, revision=1)
