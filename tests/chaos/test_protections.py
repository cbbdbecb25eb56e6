"""Every protection is switched off once, and then its harm must be seen: a guard that nobody has seen fail is not a guard."""

from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio

from tests.chaos.protections import commands, hearing, sending
from tests.chaos.protections.rig import Rig
from tests.support.servers import Servers
from tests.support.stage import Start

Off = Callable[[pytest.MonkeyPatch], None]
Harm = Callable[[Rig], Awaitable[str]]
PROTECTIONS: dict[str, tuple[Off, Harm]] = {
    "the inbox claim": (hearing.without_inbox, hearing.repeated_effect),
    "claim and effect in one transaction": (hearing.claimed_ahead, hearing.lost_on_failure),
    "the retry ladder": (hearing.without_retry, hearing.lost_on_failure),
    "what fails with the infrastructure waits for ever": (hearing.without_patience, hearing.parked_by_an_outage),
    "the parking place": (hearing.without_parking, hearing.vanished_poison),
    "only the confirmed is marked sent": (sending.marked_before_confirm, sending.lost_by_a_full_broker),
    "mandatory publishing": (sending.without_mandatory, sending.lost_on_the_way),
    "the idempotency claim": (commands.without_idempotency, commands.doubled_intent),
    "the outbox in the command's transaction": (sending.said_at_once, sending.ghost),
    "the conditional seat update": (commands.counted_then_written, commands.oversold),
    "the way back of a seat": (commands.without_release, commands.leaked),
    "the guard of revisions": (hearing.without_revisions, hearing.older_over_newer),
    "persistent messages": (sending.transient, sending.lost_with_the_broker),
}
"""How each is switched off, and how its harm is looked for: '' when there is none."""


@pytest_asyncio.fixture
async def rig(start: Start, stage: Servers, monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(start, stage, monkeypatch)


@pytest.mark.parametrize("name", PROTECTIONS)
async def test_with_the_protection_no_harm_is_seen(rig: Rig, name: str) -> None:
    _, harm = PROTECTIONS[name]
    assert await harm(rig) == ""


@pytest.mark.parametrize("name", PROTECTIONS)
async def test_without_the_protection_its_harm_is_seen(rig: Rig, name: str) -> None:
    off, harm = PROTECTIONS[name]
    off(rig.patch)
    assert await harm(rig) != "", "the test that guards this protection can not fail"


@pytest.mark.parametrize("constraint", [True, False])
async def test_the_constraint_holds_where_the_update_forgets_to(rig: Rig, constraint: bool) -> None:
    """The second net under the seats, and what falls through without it."""
    commands.counted_blindly(rig.patch)
    assert (await commands.oversold(rig, constraint=constraint) == "") == constraint
