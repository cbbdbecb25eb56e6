"""The passport of a procedure: whom it measured and how far its results may be trusted."""

from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import case, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.psychometrics.calibration import standing
from services.assessment.psychometrics.reliability import decision_accuracy, marginal_reliability
from services.assessment.queries.bank import this_version
from services.assessment.tables import Attempt, Competence, Learner, Procedure, Result
from shared.access import Caller
from shared.errors import NotFound

LEAST_PERSONS = 5
"""Fewer persons than this are not described, so that none of them can be guessed."""
NEWEST = 20_000


async def passport_shown(session: AsyncSession, procedure_id: UUID, *, caller: Caller) -> dict[str, Any]:
    """Sample and trustworthiness of a procedure's results by competence, of the newest 20,000 attempts at most."""
    if await session.get(Procedure, procedure_id) is None or not caller.reaches(procedure=procedure_id):
        raise NotFound("Такой процедуры нет.")
    measured = (col(Attempt.procedure_id) == procedure_id, col(Attempt.status) == "completed")
    persons = int(await session.scalar(select(func.count(col(Attempt.person_id).distinct())).where(*measured)) or 0)
    shown: dict[str, Any] = {"procedure_id": procedure_id, "persons": persons, "standing": standing(persons=persons).value}
    if persons < LEAST_PERSONS:
        return shown | {"persons": None, "positions": [], "competences": []}
    return shown | {"positions": await positions(session, measured), "competences": await trust(session, measured)}


async def positions(session: AsyncSession, measured: Any) -> list[dict[str, Any]]:
    """How many persons of each position were measured; small numbers are put together under no position."""
    each = (
        select(col(Learner.position), func.count(col(Attempt.person_id).distinct()).label("persons"))
        .select_from(Attempt)
        .join(Learner, col(Learner.person_id) == col(Attempt.person_id), isouter=True)
        .where(*measured)
        .group_by(col(Learner.position))
        .subquery()
    )
    named = case((each.c.persons >= LEAST_PERSONS, each.c.position))
    total = func.sum(each.c.persons)
    rows = await session.execute(select(named, total).group_by(named).having(total >= LEAST_PERSONS).order_by(total.desc(), named))
    return [{"position": position, "persons": int(count)} for position, count in rows]


async def trust(session: AsyncSession, measured: Any) -> list[dict[str, Any]]:
    """By competence: mean error, reliability, expected share of right decisions, and how often each verdict was given."""
    newest = select(col(Attempt.attempt_id)).where(*measured).order_by(col(Attempt.closed_at).desc()).limit(NEWEST)
    numbers = (Attempt.person_id, Result.competence, Result.estimate, Result.standard_error, Result.probability, Result.verdict)
    rows = await session.execute(
        select(*(col(one) for one in numbers), col(Competence.title), col(Competence.position))
        .join(Attempt, col(Attempt.attempt_id) == col(Result.attempt_id))
        .join(Competence, this_version(Attempt) & (col(Competence.code) == col(Result.competence)))
        .where(col(Result.attempt_id).in_(newest), col(Result.items) > 0)
    )
    by_competence: dict[str, list[Any]] = {}
    for row in rows:
        by_competence.setdefault(row.competence, []).append(row)
    enough = [lines for lines in by_competence.values() if len({line.person_id for line in lines}) >= LEAST_PERSONS]
    return [figures(lines) for lines in sorted(enough, key=lambda lines: lines[0].position)]


def figures(lines: list[Any]) -> dict[str, Any]:
    theta, error, below = (np.array([getattr(one, name) for one in lines]) for name in ("estimate", "standard_error", "probability"))
    given = [one.verdict for one in lines]
    return {
        "competence": lines[0].competence,
        "title": lines[0].title,
        "measurements": len(lines),
        "mean_error": float(error.mean()),
        "reliability": marginal_reliability(theta=theta, error=error),
        "decision_accuracy": decision_accuracy(below),
        "verdicts": {verdict: given.count(verdict) for verdict in ("deficit", "borderline", "none", "insufficient")},
    }
