"""G1, G2, G3, G3b, G5, G6 under fire: 500 commands of the loop, 17 faults of seven kinds, then a reckoning in which every figure is nought.

`CHAOS_SEED` repeats a run; the figures are left in `.dpo/chaos.json`.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import aio_pika
import pytest_asyncio

from deploy.demo.door import Door
from deploy.paths import TOOLS, write_whole
from deploy.suite import HEARING, VHOST
from shared.contracts import Envelope
from shared.messaging.archive import archived
from shared.messaging.topology import EVENTS
from shared.messaging.wire import Wire, message_of
from tests.chaos.faults import KINDS, Faults
from tests.chaos.ledger import Entry, Ledger
from tests.chaos.reckoning import Reckoning, reckon
from tests.chaos.story import Story
from tests.support.suite import Suite

TEACHERS, DIAGNOSED, COMMANDS = 72, 2, 500
FIRST_TEACHER, PATIENCE_SECONDS, AGAIN_SECONDS = 2001, 90, 240
BOOKKEEPING = {"outbox", "inbox", "idempotency"}


@dataclass
class Run:
    """One run of the rig."""

    story: Story
    faults: Faults
    reckoning: Reckoning
    figures: dict[str, Any]

    @property
    def ledger(self) -> Ledger:
        return self.story.ledger

    @property
    def names(self) -> list[str]:
        return [teacher.name for teacher in self.story.teachers]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def run(suite: Suite, door: Door) -> Run:
    """Commands and faults, quiet, and the reckoning."""
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"\nseed {seed}")
    ledger, began = Ledger(seed), time.monotonic()
    story = Story(door, ledger)
    await story.prepare(range(FIRST_TEACHER, FIRST_TEACHER + TEACHERS))
    faults = Faults(suite, ledger, random.Random(seed), COMMANDS)
    ledger.open.set()
    async with asyncio.TaskGroup() as together:
        together.create_task(faults.run())
        await story.play(diagnosed=DIAGNOSED)
        faults.over = True
    calm = await suite.quiet()
    reckoning = await reckoned(suite, ledger, [teacher.name for teacher in story.teachers])
    figures = {
        "seed": seed,
        "commands": len(ledger.entries),
        "refused": ledger.refused.total(),
        "repeated": ledger.repeated.total(),
        "faults": len(faults.struck),
        "hits": dict(faults.hits),
        "lost": len(reckoning.lost),
        "doubled": len(reckoning.doubled),
        "stuck": len(reckoning.stuck),
        "ghosts": len(reckoning.ghosts),
        "oversold": len(reckoning.oversold),
        "apart": len(reckoning.apart),
        **reckoning.figures,
        "longest_recovery_seconds": max(one["recovered_in"] for one in faults.struck),
        "quiet_after_seconds": round(calm, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(figures, ensure_ascii=False))
    write_whole(TOOLS / "chaos.json", json.dumps(figures | {"struck": faults.struck}, ensure_ascii=False, indent=2))
    return Run(story, faults, reckoning, figures)


async def reckoned(suite: Suite, ledger: Ledger, names: list[str]) -> Reckoning:
    """The reckoning as soon as it is clean, or a while later: what a handler still holds is in no queue's count."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := await reckon(suite, ledger, names)).clean and time.monotonic() < deadline:
        pass  # reading the archive to its end takes seconds
    return found


async def test_every_kind_of_fault_hit(run: Run) -> None:
    assert {kind: run.faults.hits[kind] for kind in KINDS if not run.faults.hits[kind]} == {}
    assert run.figures["commands"] >= COMMANDS
    assert run.figures["repeated"] > 0, "no command noticed anything"


async def test_no_accepted_command_and_no_event_is_lost(run: Run) -> None:
    """G1, G3."""
    assert run.reckoning.lost == []


async def test_nothing_takes_effect_twice(run: Run) -> None:
    """G3, G3b."""
    assert run.reckoning.doubled == []


async def test_what_was_not_committed_was_not_said(run: Run) -> None:
    """G2."""
    assert run.reckoning.ghosts == []


async def test_nothing_waits_for_ever_and_nothing_is_parked(run: Run) -> None:
    """G6."""
    assert run.reckoning.stuck == []


async def test_seats_are_neither_oversold_nor_leaked(run: Run) -> None:
    """G5."""
    assert run.reckoning.oversold == []


async def test_everybody_shows_what_the_owners_have(run: Run) -> None:
    """G4."""
    assert run.reckoning.apart == []


async def test_every_event_thrice_again_in_any_order_changes_nothing(run: Run, suite: Suite) -> None:
    """G3: no row of any service is another one, and no letter is sent again."""
    before, url = await rows_of(suite), suite.broker.url(VHOST)
    again = [Envelope.read(body) for body in [body async for _, body in archived(url)] * 3]
    random.Random(run.figures["seed"]).shuffle(again)
    wire = Wire(url)
    for some in batched(again, 100):
        await asyncio.gather(*(say_again(wire, one) for one in some))
    await wire.drop()
    await suite.quiet(within=AGAIN_SECONDS)
    assert len(again) > 3000
    assert await rows_of(suite) == before


def batched(envelopes: list[Envelope], size: int) -> Iterator[list[Envelope]]:
    for begin in range(0, len(envelopes), size):
        yield envelopes[begin : begin + size]


async def say_again(wire: Wire, one: Envelope) -> None:
    body = one.model_dump_json(exclude_none=True).encode()
    await wire.publish(EVENTS, message_of(body, event_id=str(one.id), topic=one.type, headers={}), one.type)


async def rows_of(suite: Suite) -> dict[str, str]:
    """A checksum of every table but the bookkeeping of messages."""
    sums = {}
    for service in HEARING:
        for row in await suite.sql(service, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"):
            if row["name"] not in BOOKKEEPING:
                rows = f"SELECT coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM \"{row['name']}\" AS t"
                sums[f"{service}.{row['name']}"] = await suite.value(service, rows)
    return sums


async def test_refusals_are_those_of_the_rules(run: Run) -> None:
    """A fault is answered with «later», never with a refusal of its own or a failure."""
    assert {code for code in run.ledger.refused if code.split(": ")[1] not in EXPECTED} == set()
    assert run.ledger.repeated["500"] == 0


EXPECTED = {"409 group_full", "409 waiting_list_first", "409 seats_are_free"}


async def test_one_intent_sent_fifty_times_at_once_is_one_effect_and_one_answer(run: Run, suite: Suite, door: Door) -> None:
    """G3b."""
    teacher = replace(run.story.teachers[0], name="teacher-2999", person=await door.person("teacher-2999"))
    apart = Ledger(run.ledger.seed)
    apart.open.set()
    await replace(run.story, ledger=apart).join(teacher)
    body = {"programme_id": teacher.programme_id, "group_ids": [teacher.group_id]}
    answers = await asyncio.gather(*(teacher.person.call("POST", "/applications", body, key="one intent") for _ in range(50)))
    assert len({answer["number"] for answer in answers}) == 1
    count = "SELECT count(*) FROM application JOIN identity USING (person_id) WHERE subject = $1"
    assert await suite.value("enrollment", count, teacher.name) == 1


async def test_the_reckoning_notices_what_it_looks_for(run: Run, suite: Suite) -> None:
    """A rig that can not turn red proves nothing: each kind of harm is done once, on purpose."""
    assert run.reckoning.lost == [], "only a clean run can show harm"
    await suite.quiet()
    vanished = Ledger(run.ledger.seed, entries=[*run.ledger.entries, Entry("submit", "teacher-0000", str(uuid4()))])
    assert (await reckon(suite, vanished, run.names)).lost

    known = [entry for entry in run.ledger.entries if entry != run.ledger.of("withdraw")[0]]
    assert (await reckon(suite, Ledger(run.ledger.seed, entries=known), run.names)).ghosts

    waits = "UPDATE seats SET waiting = waiting {} 1 WHERE group_id = (SELECT min(group_id::text)::uuid FROM seats)"
    await suite.sql("reports", "DELETE FROM inbox WHERE ctid = (SELECT ctid FROM inbox LIMIT 1)")
    await suite.sql("reports", "DELETE FROM step WHERE ctid = (SELECT ctid FROM step LIMIT 1)")
    await suite.sql("enrollment", waits.format("+"))
    await suite.sql("notify", "INSERT INTO due (kind, subject, at, attempts) VALUES ('nothing', gen_random_uuid(), now() + '1 day', 1)")
    await say_what_nobody_committed(suite)
    harmed = await reckon(suite, run.ledger, run.names)
    await suite.sql("enrollment", waits.format("-"))
    await suite.sql("notify", "DELETE FROM due WHERE kind = 'nothing'")
    assert all((harmed.lost, harmed.ghosts, harmed.oversold, harmed.stuck, harmed.apart))
    assert Counter(one.split()[0] for one in harmed.lost) == {"heard": 1}


async def say_what_nobody_committed(suite: Suite) -> None:
    envelope = await suite.value("enrollment", "SELECT body FROM outbox LIMIT 1")
    forged = {**json.loads(envelope), "id": str(uuid4()), "type": "nobody.hears_this.v1"}
    async with await aio_pika.connect(suite.broker.url(VHOST)) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS)
        message = message_of(json.dumps(forged).encode(), event_id=forged["id"], topic=forged["type"], headers={})
        await exchange.publish(message, forged["type"])
