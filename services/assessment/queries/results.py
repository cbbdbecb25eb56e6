"""Results as their person sees them: one attempt, the newest per competence with its history, and what is asked again."""

from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.queries.bank import this_version
from services.assessment.rules import attempts, results
from services.assessment.tables import Attempt, Band, Competence, Difficulty, Procedure, Reassessment, Result
from shared.errors import NotFound

HISTORY = ("attempt_id", "purpose", "measured_at", "estimate", "standard_error", "percent", "percent_low", "percent_high", "verdict")


def lines_of(person_id: UUID) -> Any:
    """Every measured competence of a person with its words and what was felt in the same attempt."""
    named = and_(col(Band.scale) == col(Attempt.scale), col(Band.level) == col(Result.level))
    felt = and_(col(Difficulty.attempt_id) == col(Result.attempt_id), col(Difficulty.competence) == col(Result.competence))
    return (
        select(
            *(col(getattr(Result, name)) for name in Result.model_fields),
            col(Competence.title),
            col(Competence.section).label("group"),
            col(Competence.position),
            col(Band.title).label("level_title"),
            col(Difficulty.felt),
            col(Attempt.purpose),
            col(Attempt.closed_at).label("measured_at"),
            col(Attempt.calibration),
            col(Attempt.scale),
        )
        .join(Attempt, col(Attempt.attempt_id) == col(Result.attempt_id))
        .join(Competence, this_version(Attempt) & (col(Competence.code) == col(Result.competence)))
        .join(Band, named, isouter=True)
        .join(Difficulty, felt, isouter=True)
        .where(col(Attempt.person_id) == person_id)
    )


def in_words(row: Any) -> dict[str, Any]:
    """A line with its verdict, level and quadrant in words."""
    quadrant = results.quadrant(verdict=row.verdict, probability=row.probability, felt=row.felt)
    return {
        **row._asdict(),
        "verdict_title": results.VERDICT_WORDS[row.verdict],
        "level_title": row.level_title or "Уровень не назван",
        "quadrant": quadrant,
        "quadrant_title": quadrant and results.QUADRANT_WORDS[quadrant],
        "felt": None if row.felt is None else results.felt_share(row.felt),
    }


async def result_shown(session: AsyncSession, attempt_id: UUID, *, person_id: UUID) -> dict[str, Any]:
    """The result of a completed attempt of a person."""
    names = ("attempt_id", "procedure_id", "framework_id", "framework_version", "purpose", "route_id", "status")
    columns = (*(col(getattr(Attempt, name)) for name in names), col(Attempt.started_at), col(Attempt.closed_at).label("completed_at"))
    own = select(*columns, col(Attempt.calibration), col(Attempt.scale), col(Procedure.title))
    own = own.join(Procedure, col(Procedure.procedure_id) == col(Attempt.procedure_id))
    row = (await session.execute(own.where(col(Attempt.attempt_id) == attempt_id, col(Attempt.person_id) == person_id))).first()
    if row is None:
        raise NotFound("Такой диагностики нет.")
    if row.status != "completed":
        raise attempts.ResultNotReady() if row.status == "running" else attempts.NothingMeasured()
    lines = await session.execute(lines_of(person_id).where(col(Result.attempt_id) == attempt_id).order_by(col(Competence.position)))
    return row._asdict() | {"competences": [in_words(line) for line in lines], "bands": await bands_of(session, row.scale)}


async def bands_of(session: AsyncSession, scale: str) -> list[dict[str, Any]]:
    """The levels of a scale, the lowest first."""
    columns = select(col(Band.least), col(Band.level), col(Band.title))
    return [row._asdict() for row in await session.execute(columns.where(col(Band.scale) == scale).order_by(col(Band.least)))]


async def competences_shown(session: AsyncSession, *, person_id: UUID) -> list[dict[str, Any]]:
    """Each competence a person was measured in: the newest line, what moved since the one before, and all of them, oldest first."""
    rows = await session.execute(lines_of(person_id).order_by(col(Competence.code), col(Attempt.closed_at), col(Attempt.started_at)))
    shown = []
    for _, group in groupby(rows, key=lambda row: row.competence):
        lines = list(group)
        newest = lines[-1]
        change = moved(lines[-2], newest) if len(lines) > 1 else None
        history = [{name: getattr(line, name) for name in HISTORY} for line in lines]
        shown.append(in_words(newest) | {"change": change, "history": history})
    return sorted(shown, key=lambda one: one["position"])


def moved(before: Any, after: Any) -> dict[str, Any] | None:
    """What changed from one line to the next; nothing is said of lines measured by different calibrations."""
    if before.calibration != after.calibration or not before.items or not after.items:
        return None
    change = results.change(
        before=before.estimate,
        before_error=before.standard_error,
        after=after.estimate,
        after_error=after.standard_error,
        verdict=after.verdict,
    )
    per_cents = {"percent_before": before.percent, "percent_after": after.percent}
    return {"difference": change.difference, "error": change.error, "grew": change.grew, **per_cents}


async def reassessments_shown(session: AsyncSession, *, person_id: UUID) -> list[dict[str, Any]]:
    """Second measurements asked of a person, the most urgent first, and how far each has come."""
    running = and_(
        col(Attempt.person_id) == col(Reassessment.person_id),
        col(Attempt.route_id) == col(Reassessment.route_id),
        col(Attempt.status) == "running",
    )
    columns = ("route_id", "procedure_id", "competences", "studied_on", "due")
    asked = (
        select(
            *(col(getattr(Reassessment, name)) for name in columns),
            col(Procedure.title),
            func.coalesce(col(Reassessment.exit_attempt_id), col(Attempt.attempt_id)).label("attempt_id"),
            col(Reassessment.exit_attempt_id),
        )
        .join(Procedure, col(Procedure.procedure_id) == col(Reassessment.procedure_id))
        .join(Attempt, running, isouter=True)
        .where(col(Reassessment.person_id) == person_id)
        .order_by(col(Reassessment.exit_attempt_id).is_not(None), col(Reassessment.due), col(Reassessment.route_id))
    )
    return [row._asdict() | {"status": standing(row)} for row in await session.execute(asked)]


def standing(row: Any) -> str:
    if row.exit_attempt_id:
        return "done"
    return "running" if row.attempt_id else "waiting"
