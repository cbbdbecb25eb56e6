"""The teacher of the loop is a canary: no name, address or СНИЛС of theirs anywhere but in the two vaults."""

import aio_pika
import pytest

from deploy.topology import of_the_suite
from shared.messaging.archive import archived
from shared.messaging.topology import ARCHIVE
from tests.e2e.conftest import Loop
from tests.support.suite import RETRY_SECONDS, Suite

VAULTS = {
    ("enrollment", "learner"),
    ("notify", "contact"),
}
"""Identity in enrollment, the address in notify; nowhere else."""


def traits(loop: Loop) -> list[str]:
    """What would give the person away."""
    one = loop.teacher
    digits = "".join(mark for mark in one.snils if mark.isdigit())
    return [one.family_name, one.email, one.snils, digits, f"{one.given_name} {one.middle_name}"]


async def test_no_event_carries_personal_data(loop: Loop, suite: Suite) -> None:
    count = 0
    async for _, body in archived(suite.broker.url("dpo")):
        text = body.decode()
        assert not [trait for trait in traits(loop) if trait in text], text[:300]
        count += 1
    assert count > 100


async def test_no_queue_carries_personal_data(loop: Loop, suite: Suite) -> None:
    """What is parked, waits for its next try or for another module; what is looked at goes back."""
    names, seen = (
        [*(name for name in of_the_suite({"DPO_RETRY_SECONDS": RETRY_SECONDS}).queues if name != ARCHIVE), "subscriber.journal"],
        0,
    )
    async with await aio_pika.connect(suite.broker.url("dpo")) as connection:
        for name in names:
            channel = await connection.channel()
            queue = await channel.declare_queue(name, passive=True)
            while (message := await queue.get(fail=False)) is not None:
                text = message.body.decode() + str(message.headers)
                assert not [trait for trait in traits(loop) if trait in text], name
                seen += 1
            await channel.close()
    assert seen > 0


@pytest.mark.parametrize("database", ["catalog", "enrollment", "assessment", "routes", "notify", "reports", "gateway", "traces"])
async def test_no_table_but_the_vaults_carries_personal_data(loop: Loop, suite: Suite, database: str) -> None:
    tables = await suite.sql(database, "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    assert tables
    for row in tables:
        table = row["tablename"]
        if (database, table) in VAULTS:
            continue
        found = f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE ANY ($1) OR row_to_json(t)::text LIKE ANY ($1)'
        patterns = [f"%{trait}%" for trait in traits(loop)]
        assert await suite.value(database, found, patterns) == 0, f"{database}.{table}"


async def test_the_vaults_do_have_it(loop: Loop, suite: Suite) -> None:
    """The scan above can find what it looks for."""
    for database, table in VAULTS:
        found = f'SELECT count(*) FROM "{table}" AS t WHERE row_to_json(t)::text LIKE ANY ($1)'
        assert await suite.value(database, found, [f"%{trait}%" for trait in traits(loop)]) >= 1, table


async def test_no_log_line_carries_personal_data(loop: Loop, suite: Suite) -> None:
    logs = [*(suite.home / "logs").glob("*.log"), suite.home / "rabbitmq/log", suite.home / "postgresql/log"]
    assert len(logs) > 8
    for log in logs:
        text = log.read_text(errors="replace")
        assert not [trait for trait in traits(loop) if trait in text], log.name
