"""What others say about persons: studied routes, codes, withdrawn consents, merged records; and how a person is forgotten."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.rules.attempts import reassessment_due
from services.assessment.tables import Attempt, ErasedPerson, Learner, PersonAlias, Reassessment, Result
from shared.contracts.assessment import ReassessmentDue
from shared.contracts.erasure import AssessmentPersonErased
from shared.contracts.routes import RouteStudied
from shared.database import keep_newest
from shared.messaging.outbox import emit


async def hold(session: AsyncSession, *persons: UUID) -> None:
    """One at a time about one person until the end of the transaction, so that nothing is stored while they are being erased."""
    for person_id in sorted(set(persons)):
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(person_id), 0))))


async def current_id(session: AsyncSession, person_id: UUID) -> UUID:
    """The id that a person has now, also by a former one."""
    known = select(col(PersonAlias.same_as)).where(col(PersonAlias.person_id) == person_id)
    return await session.scalar(known) or person_id


async def hold_current(session: AsyncSession, person_id: UUID) -> UUID:
    """The id that a person has now, held as `hold` does; a merge that is on its way is waited for."""
    await hold(session, held := await current_id(session, person_id))
    while (kept := await current_id(session, person_id)) != held:
        await hold(session, held := kept)
    return kept


def ids_of(person_id: UUID) -> Any:
    """All ids that a person, given by the current one, ever had."""
    former = select(col(PersonAlias.person_id)).where(col(PersonAlias.same_as) == person_id)
    return lambda column: or_(column == person_id, column.in_(former))


async def is_erased(session: AsyncSession, person_id: UUID) -> bool:
    """Whether a person, given by the current id, was erased under any of their ids."""
    gone = select(col(ErasedPerson.request_id)).where(ids_of(person_id)(col(ErasedPerson.person_id)))
    return await session.scalar(gone.limit(1)) is not None


async def ask_again(session: AsyncSession, event: RouteStudied) -> None:
    """Ask once for a second measurement after a studied route."""
    person_id = await hold_current(session, event.person_id)
    if await is_erased(session, person_id):
        return
    due = reassessment_due(studied_on=event.studied_on)
    asked = insert(Reassessment).values(
        route_id=event.route_id,
        person_id=person_id,
        procedure_id=event.procedure_id,
        first_attempt_id=event.attempt_id,
        competences=event.competences,
        studied_on=event.studied_on,
        due=due,
    )
    if (await session.execute(asked.on_conflict_do_nothing().returning(col(Reassessment.route_id)))).first():
        fact = ReassessmentDue(person_id=person_id, route_id=event.route_id, procedure_id=event.procedure_id, due=due)
        await emit(session, fact, subject=event.route_id, revision=1)


async def keep_learner(session: AsyncSession, person_id: UUID, *, revision: int, **codes: Any) -> None:
    """Keep a person's newest codes under the id they came with; nobody erased gets any."""
    if not await is_erased(session, await hold_current(session, person_id)):
        await keep_newest(session, Learner, person_id=person_id, revision=revision, **codes)


async def stop_attempts(session: AsyncSession, person_id: UUID, *, before: datetime) -> None:
    """Drop what was running when a consent was withdrawn: without it nothing may be measured."""
    running = delete(Attempt).where(col(Attempt.person_id) == await hold_current(session, person_id), col(Attempt.status) == "running")
    await session.execute(running.where(col(Attempt.started_at) <= before))


async def merge_persons(session: AsyncSession, from_id: UUID, into_id: UUID) -> None:
    """Two records are one person from now on; of two running attempts in one procedure the kept record's goes on."""
    await hold(session, from_id, into_id)
    former, kept = await current_id(session, from_id), await current_id(session, into_id)
    if former == kept:
        return
    await session.execute(update(PersonAlias).where(col(PersonAlias.same_as) == former).values(same_as=kept))
    session.add(PersonAlias(person_id=former, same_as=kept))
    await session.flush()
    going_on = select(col(Attempt.procedure_id)).where(col(Attempt.person_id) == kept, col(Attempt.status) == "running")
    running = delete(Attempt).where(col(Attempt.person_id) == former, col(Attempt.status) == "running")
    await session.execute(running.where(col(Attempt.procedure_id).in_(going_on)))
    for table in (Attempt, Reassessment):
        await session.execute(update(table).where(col(table.person_id) == former).values(person_id=kept))
    if await is_erased(session, kept):
        await forget_person(session, kept)


async def erase_person(session: AsyncSession, person_id: UUID, *, request_id: UUID, now: datetime) -> None:
    """Forget a person under all their ids, remember only that they are gone, and answer the request once."""
    kept = await hold_current(session, person_id)
    noted = insert(ErasedPerson).values(request_id=request_id, person_id=person_id, erased_at=now).on_conflict_do_nothing()
    if (await session.execute(noted.returning(col(ErasedPerson.request_id)))).first() is None:
        return
    erased = await forget_person(session, kept)
    fact = AssessmentPersonErased(request_id=request_id, service="assessment", person_id=person_id, erased=erased)
    await emit(session, fact, subject=request_id, revision=1)


async def forget_person(session: AsyncSession, person_id: UUID) -> dict[str, int]:
    """Delete every row about a person, given by the current id; answers, results and reports go with the attempts. Return the numbers."""
    own = ids_of(person_id)
    measured = select(func.count()).select_from(Result).join(Attempt, col(Attempt.attempt_id) == col(Result.attempt_id))
    erased = {"results": int(await session.scalar(measured.where(own(col(Attempt.person_id)))) or 0)}
    for name, table in (("attempts", Attempt), ("reassessments", Reassessment), ("learners", Learner)):
        gone = await session.execute(delete(table).where(own(col(table.person_id))).returning(col(table.person_id)))
        erased[name] = len(gone.all())
    return erased
