"""Private servers: what was stored survives a stop and a kill, and nobody reaches what is not theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg
import pytest
from aiormq.exceptions import ChannelAccessRefused

from deploy import databases
from deploy.databases import address
from deploy.processes import Process
from deploy.rights import definitions
from deploy.servers import PostgreSQL, RabbitMQ
from tests.support.servers import Servers, server_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with server_folder() as made:
        yield made


@pytest.fixture
def postgresql(folder: Path) -> Iterator[PostgreSQL]:
    server = PostgreSQL(folder / "postgresql", password="a/b ü")
    yield server
    server.kill()


@pytest.fixture
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    server = RabbitMQ(folder / "rabbitmq", password="a/b ü", definitions=definitions("dpo", {"catalog": "c", "reports": "r"}))
    yield server
    server.kill()


async def count(url: str) -> int:
    """Add a row and return how many there are."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
        await connection.execute("INSERT INTO kept VALUES (1)")
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
    finally:
        await connection.close()


async def send_and_count(url: str) -> int:
    """Add a durable message to a quorum queue and return how many there are."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        arguments: dict[str, Any] = {"x-queue-type": "quorum"}
        await channel.declare_queue("catalog.kept", durable=True, arguments=arguments)
        await channel.default_exchange.publish(aio_pika.Message(b"x", delivery_mode=2), "catalog.kept")
        counted = await channel.declare_queue("catalog.kept", durable=True, arguments=arguments)
        return counted.declaration_result.message_count or 0


async def test_both_servers_keep_their_data_over_a_stop_and_a_kill(postgresql: PostgreSQL, rabbitmq: RabbitMQ) -> None:
    rows, messages = [], []
    for end in ("stop", "kill", None):
        rabbitmq.spawn()
        postgresql.start()
        rabbitmq.wait_ready()
        rows.append(await count(postgresql.url()))
        messages.append(await send_and_count(rabbitmq.url()))
        left = [Process.of(pid) for server in (postgresql, rabbitmq) if server.process for pid in server.process.tree()]
        if end:
            getattr(postgresql, end)()
            getattr(rabbitmq, end)()
            assert postgresql.pid is rabbitmq.pid is None
            assert left
            assert not [process for process in left if process and not process.ended_within(5)]
    assert rows == messages == [1, 2, 3]


async def test_a_process_number_taken_by_another_program_does_not_stop_postgresql(postgresql: PostgreSQL) -> None:
    postgresql.start()
    postgresql.kill()
    stale = postgresql.data / "postmaster.pid"
    stale.write_text("1\n" + "\n".join(stale.read_text().splitlines()[1:]) + "\n")
    postgresql.start()
    assert await count(postgresql.url()) == 1


async def test_a_frozen_server_answers_again_when_it_goes_on(postgresql: PostgreSQL) -> None:
    postgresql.start()
    postgresql.pause()
    assert not postgresql.answers()
    postgresql.resume()
    assert postgresql.answers()


async def test_no_role_opens_another_services_database(servers: Servers) -> None:
    await servers.empty_database("one")
    await servers.empty_database("two")
    foreign = address(servers.postgres_url, servers.prefix + "two", user=servers.prefix + "one", password=servers.password)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(foreign)


async def test_cyrillic_sorts_lowers_and_has_trigrams(servers: Servers) -> None:
    url = (await servers.empty_database("words")).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        ordered = await connection.fetchval("SELECT string_agg(w, ' ' ORDER BY w) FROM unnest(ARRAY['яма', 'ёж', 'Елка', 'еж']) w")
        assert ordered == "еж ёж Елка яма"
        assert await connection.fetchval("SELECT lower('ЁЖИК')") == "ёжик"
        assert await connection.fetchval("SELECT similarity('математика', 'матиматика')") > 0.3
    finally:
        await connection.close()


async def test_creating_a_database_twice_changes_nothing(servers: Servers) -> None:
    url = (await servers.empty_database("again")).replace("+asyncpg", "")
    assert await count(url) == 1
    await databases.create(servers.postgres_url, {servers.prefix + "again": servers.password})
    assert await count(url) == 2


@pytest.mark.parametrize(
    ("key", "allowed"), [("catalog.programme_published.v1", True), ("enrollment.order_signed.v1", False)], ids=["own", "foreign"]
)
async def test_a_service_says_only_its_own_topics(servers: Servers, key: str, allowed: bool) -> None:
    async with await aio_pika.connect(servers.broker_url) as admin:
        await (await admin.channel()).declare_exchange("dpo.events", "topic", durable=True)
    async with await aio_pika.connect(servers.service_broker_url("catalog")) as connection:
        exchange = await (await connection.channel()).get_exchange("dpo.events", ensure=False)
        if allowed:
            await exchange.publish(aio_pika.Message(b"x"), key, mandatory=False)
        else:
            with pytest.raises(ChannelAccessRefused):
                await exchange.publish(aio_pika.Message(b"x"), key, mandatory=False)


async def test_a_service_neither_reads_foreign_queues_nor_hears_what_it_was_not_given(servers: Servers) -> None:
    async with await aio_pika.connect(servers.broker_url) as admin:
        channel = await admin.channel()
        await channel.declare_exchange("dpo.events", "topic", durable=True)
        await channel.declare_queue("reports:probe", durable=True)
    async with await aio_pika.connect(servers.service_broker_url("catalog")) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelAccessRefused):
            await (await channel.get_queue("reports:probe", ensure=False)).get(fail=False)
        channel = await connection.channel()
        own = await channel.declare_queue("catalog:probe", durable=True)
        with pytest.raises(ChannelAccessRefused):
            await own.bind("dpo.events", "#")
        channel = await connection.channel()
        with pytest.raises(ChannelAccessRefused):
            await channel.default_exchange.publish(aio_pika.Message(b"x"), "reports:probe")
