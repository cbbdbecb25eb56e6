"""The register of erasure requests: who has answered, who is late."""

from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.queries.shapes import Shown
from services.enrollment.tables.people import Erasure, ErasureAnswer
from shared.clock import today as day_of
from shared.contracts.erasure import PersonErased

EXPECTED: tuple[str, ...] = get_args(PersonErased.model_fields["service"].annotation)


class AnswerShown(Shown):
    """What one service destroyed, and what it keeps on which ground."""

    service: str
    answered_at: datetime
    erased: dict[str, int]
    kept: list[dict[str, Any]]


class ErasureShown(Shown):
    """A request, its answers, and those still missing."""

    request_id: UUID
    person_id: UUID
    requested_on: date
    due: date
    answers: list[AnswerShown]
    missing: list[str]
    overdue: bool


async def erasures(session: AsyncSession, *, limit: int, now: datetime) -> list[ErasureShown]:
    """The newest requests first."""
    newest = select(Erasure).order_by(col(Erasure.requested_on).desc(), col(Erasure.request_id)).limit(limit)
    requests = list((await session.execute(newest)).scalars())
    heard = select(ErasureAnswer).where(col(ErasureAnswer.request_id).in_([one.request_id for one in requests]))
    answers: dict[UUID, list[AnswerShown]] = {}
    for answer in (await session.execute(heard.order_by(col(ErasureAnswer.service)))).scalars():
        answers.setdefault(answer.request_id, []).append(AnswerShown.model_validate(answer))
    shown = []
    for request in requests:
        mine = answers.get(request.request_id, [])
        missing = [service for service in EXPECTED if service not in {answer.service for answer in mine}]
        shown.append(
            ErasureShown(**request.model_dump(), answers=mine, missing=missing, overdue=bool(missing) and request.due < day_of(now))
        )
    return shown
