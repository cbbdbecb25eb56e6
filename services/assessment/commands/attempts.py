"""An attempt starts, takes answers, and ends by its person or by its time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.commands.completion import EXPIRES, close, has_answers
from services.assessment.commands.persons import hold_current, is_erased
from services.assessment.rules import attempts as rules
from services.assessment.rules.bank import key_of
from services.assessment.tables import Attempt, AttemptItem, Difficulty, FormItem, Item, ItemReport, Procedure, Question, Reassessment
from shared.errors import Forbidden, Invalid, NotFound
from shared.messaging.due import schedule


async def start_attempt(
    session: AsyncSession, *, procedure_id: UUID, purpose: str, route_id: UUID | None, person_id: UUID, now: datetime
) -> tuple[UUID, bool]:
    """The id of the person's running attempt, started now if there was none, and whether it was."""
    rules.demand_route(purpose=purpose, route_id=route_id)
    person_id = await hold_current(session, person_id)
    if await is_erased(session, person_id):
        raise Forbidden("Данные удалены по вашему требованию. Войдите снова и дайте согласие.", consent="assessment")
    if (procedure := await session.get(Procedure, procedure_id, with_for_update={"read": True})) is None:  # not published anew meanwhile
        raise NotFound("Такой процедуры нет.")
    running = await session.scalar(of_person(person_id).where(col(Attempt.procedure_id) == procedure_id, col(Attempt.status) == "running"))
    if running and now < running.expires_at:
        if (running.purpose, running.route_id) != (purpose, route_id):
            raise rules.OtherAttemptRunning(attempt_id=str(running.attempt_id))
        return running.attempt_id, False
    if running:
        await close(session, running, now=now)
    if purpose == "exit":
        await demand_studied(session, route_id=route_id, person_id=person_id, procedure_id=procedure_id)
    shown = select(col(FormItem.item_id), col(FormItem.position)).where(
        col(FormItem.procedure_id) == procedure_id, col(FormItem.purpose) == purpose
    )
    if not (form := (await session.execute(shown)).all()):
        raise rules.FormMissing()
    attempt = Attempt(
        person_id=person_id,
        procedure_id=procedure_id,
        framework_id=procedure.framework_id,
        framework_version=procedure.framework_version,
        purpose=purpose,
        route_id=route_id,
        started_at=now,
        expires_at=now + timedelta(minutes=procedure.minutes),
    )
    session.add(attempt)
    await session.flush()
    rows = [{"attempt_id": attempt.attempt_id, "item_id": row.item_id, "position": row.position} for row in form]
    await session.execute(insert(AttemptItem), rows)
    await schedule(session, EXPIRES, attempt.attempt_id, at=attempt.expires_at)
    return attempt.attempt_id, True


async def demand_studied(session: AsyncSession, *, route_id: UUID | None, person_id: UUID, procedure_id: UUID) -> None:
    """An exit measurement follows a studied route, once, with the procedure that opened it."""
    asked = select(Reassessment).where(
        col(Reassessment.route_id) == route_id,
        col(Reassessment.person_id) == person_id,
        col(Reassessment.procedure_id) == procedure_id,
    )
    if (reassessment := await session.scalar(asked)) is None:
        raise rules.RouteNotStudied()
    if reassessment.exit_attempt_id:
        raise rules.RouteMeasured()


def of_person(person_id: UUID) -> Any:
    """A person's attempts, each held until the end of the transaction."""
    return select(Attempt).where(col(Attempt.person_id) == person_id).with_for_update()


async def own_attempt(session: AsyncSession, attempt_id: UUID, *, person_id: UUID) -> Attempt:
    """A person's attempt, held so that answers and completion take turns; a foreign one is as unknown as none."""
    attempt: Attempt | None = await session.scalar(of_person(person_id).where(col(Attempt.attempt_id) == attempt_id))
    if attempt is None:
        raise NotFound("Такой диагностики нет.")
    return attempt


async def answer_item(session: AsyncSession, attempt_id: UUID, item_id: UUID, *, answer: Any, person_id: UUID, now: datetime) -> None:
    """Keep the newest answer to an item; None takes it back."""
    attempt = await own_attempt(session, attempt_id, person_id=person_id)
    rules.demand_open(status=attempt.status, expires_at=attempt.expires_at, now=now)
    place = (col(AttemptItem.attempt_id) == attempt_id, col(AttemptItem.item_id) == item_id)
    columns = (col(Item.kind), col(Item.options), col(Item.targets), col(Item.key))
    item = (await session.execute(select(*columns).join(AttemptItem, col(AttemptItem.item_id) == col(Item.item_id)).where(*place))).first()
    if item is None:
        raise NotFound("Такого задания в этой диагностике нет.")
    rules.demand_answer(answer, key=key_of(**item._mapping))
    await session.execute(update(AttemptItem).where(*place).values(answer=answer, answered_at=None if answer is None else now))


async def state_difficulties(session: AsyncSession, attempt_id: UUID, *, felt: Mapping[str, int], person_id: UUID, now: datetime) -> None:
    """Replace what the person feels hard, 0 to 3 by competence; the estimate never sees it."""
    attempt = await own_attempt(session, attempt_id, person_id=person_id)
    rules.demand_open(status=attempt.status, expires_at=attempt.expires_at, now=now)
    asked = await session.scalars(select(col(Question.competence)).where(col(Question.procedure_id) == attempt.procedure_id))
    if unknown := felt.keys() - set(asked):
        raise Invalid("felt", f"Об этих компетенциях процедура не спрашивает: {', '.join(sorted(unknown))}.")
    await session.execute(delete(Difficulty).where(col(Difficulty.attempt_id) == attempt_id))
    session.add_all(Difficulty(attempt_id=attempt_id, competence=code, felt=step) for code, step in felt.items())


async def complete_attempt(session: AsyncSession, attempt_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """End an attempt and measure it; ending it twice is not an error."""
    attempt = await own_attempt(session, attempt_id, person_id=person_id)
    if attempt.status == "running":
        if now < attempt.expires_at and not await has_answers(session, attempt_id):
            raise rules.NothingAnswered()
        await close(session, attempt, now=now)


async def expire_attempt(session: AsyncSession, attempt_id: UUID, *, now: datetime) -> None:
    """End an attempt whose time is over; one that has ended or is gone stays as it is."""
    attempt = await session.get(Attempt, attempt_id, with_for_update=True)
    if attempt and attempt.status == "running":
        await close(session, attempt, now=now)


async def report_item(session: AsyncSession, attempt_id: UUID, item_id: UUID, *, text: str, person_id: UUID, now: datetime) -> UUID:
    """Keep what a person says is wrong with an item they were shown; saying it again replaces their words. Return the report's id."""
    await own_attempt(session, attempt_id, person_id=person_id)
    place = {"attempt_id": attempt_id, "item_id": item_id}
    if await session.get(AttemptItem, place) is None:
        raise NotFound("Такого задания в этой диагностике нет.")
    words = {"text": text, "reported_at": now}
    stored = upsert(ItemReport).values(report_id=uuid4(), **place, **words)
    stored = stored.on_conflict_do_update(index_elements=list(place), set_=words)
    report_id: UUID = (await session.execute(stored.returning(col(ItemReport.report_id)))).scalar_one()
    return report_id
