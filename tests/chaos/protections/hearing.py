"""What protects those who hear, how it is switched off, and the harm that is seen then: '' when there is none."""

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog import subscribers as catalog
from shared.database import keep_newest
from shared.messaging import consumer, topology
from shared.messaging.consumer import Consumer
from tests.chaos.protections.rig import Rig, fact
from tests.service.shared import probe
from tests.support.service import envelope_of
from tests.support.stage import eventually


async def repeated_effect(rig: Rig) -> str:
    await rig.begin()
    await rig.say(fact(), times=3)
    await rig.was_handled(3)
    return "" if (count := await rig.heard()) == 1 else f"one event took effect {count} times"


def without_inbox(patch: pytest.MonkeyPatch) -> None:
    async def always(*_: Any) -> bool:
        return True

    patch.setattr(consumer, "first_time", always)


async def lost_on_failure(rig: Rig) -> str:
    await rig.begin()
    probe.failures.append(RuntimeError("it heals"))
    await rig.say(fact())
    with suppress(AssertionError):
        await eventually(rig.heard, equals=1, within=6)
    return "" if await rig.heard() == 1 else "an event was lost because its handler failed once"


def claimed_ahead(patch: pytest.MonkeyPatch) -> None:
    """The claim is committed before the effect is tried."""
    first_time = consumer.first_time

    async def ahead(session: AsyncSession, handler: str, envelope: Any) -> bool:
        async with AsyncSession(session.bind) as other, other.begin():
            return await first_time(other, handler, envelope)

    patch.setattr(consumer, "first_time", ahead)


async def parked_by_an_outage(rig: Rig) -> str:
    """An outage that is longer than the ladder."""
    await rig.begin()
    probe.failures += [OSError("the database is away")] * 4
    await rig.say(fact())
    await rig.was_handled(4)
    return "an outage parked a message" if (await rig.notify.app.state.consumer.depth())[topology.parked_of("notify")] else ""


def without_patience(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(consumer, "is_transient", lambda problem: False)


async def nothing_done(*_: Any, **__: Any) -> None:
    return None


def without_retry(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Consumer, "retry", nothing_done)


async def vanished_poison(rig: Rig) -> str:
    await rig.begin()
    await rig.say(b"poison")
    await rig.was_handled(1)
    return "" if (await rig.notify.app.state.consumer.depth())[topology.parked_of("notify")] else "a poisoned message vanished"


def without_parking(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Consumer, "park", nothing_done)


async def older_over_newer(rig: Rig) -> str:
    register, event = await rig.start("catalog"), probe.seats()
    newer, older = event.model_copy(update={"taken": 7}), event.model_copy(update={"taken": 3})
    await register.hear(*(envelope_of(one, subject=event.group_id, revision=place) for one, place in ((newer, 3), (older, 2))))
    async with register.app.state.engine.connect() as connection:
        shown = await connection.scalar(text("SELECT taken FROM seat_count WHERE group_id = :group"), {"group": event.group_id})
    return "" if shown == 7 else "an older state is shown over a newer one"


def without_revisions(patch: pytest.MonkeyPatch) -> None:
    async def keep_last(session: AsyncSession, table: Any, **row: Any) -> bool:
        await session.execute(update(table).values(revision=-1))
        return await keep_newest(session, table, **row)

    patch.setattr(catalog, "keep_newest", keep_last)
