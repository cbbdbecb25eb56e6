"""PostgreSQL and RabbitMQ for a test session: private ones, containers, or those given in TEST_POSTGRES_URL and TEST_BROKER_URL.

Nothing is skipped for want of a server: a provider that is missing fails the tests that need it.
"""

import asyncio
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy import databases
from deploy.given import GivenBroker
from deploy.rights import Definitions, definitions
from deploy.servers import PostgreSQL, RabbitMQ
from deploy.suite import HEARING
from shared import migrations

POSTGRES_IMAGE, RABBITMQ_IMAGE = "postgres:15", "rabbitmq:3.13-management"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--servers", choices=("private", "containers"), default="private", help="where PostgreSQL and RabbitMQ come from")


@dataclass(frozen=True)
class Seed:
    """What a service's migrations leave in a database. Putting it back takes a tenth of what another database takes to make and drop."""

    admin_url: str
    shape: str
    rows: dict[str, bytes]

    @classmethod
    async def of(cls, admin_url: str) -> "Seed":
        admin = await databases.connect(admin_url)
        try:
            rows = dict[str, bytes]()
            for table in [row["name"] for row in await admin.fetch(TABLES)]:
                kept = io.BytesIO()
                await admin.copy_from_query(f"SELECT * FROM {table}", output=kept, format="binary")
                rows[table] = kept.getvalue()
            return cls(admin_url, await admin.fetchval(SHAPE), rows)
        finally:
            await admin.close()

    async def back_in(self, url: str) -> bool:
        """Whether a database was brought back; False for one whose tables are others by now."""
        admin = await databases.connect(databases.address(self.admin_url, urlsplit(url).path.removeprefix("/")))
        try:
            if await admin.fetchval(SHAPE) != self.shape:
                return False
            async with admin.transaction():
                await admin.execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
                await admin.execute("; ".join(f"DELETE FROM {table}" for table in self.rows))
                for table, kept in self.rows.items():
                    schema, _, name = table.partition(".")
                    await admin.copy_to_table(name, schema_name=schema, source=io.BytesIO(kept), format="binary")
                await admin.execute(RESTART)
            return True
        finally:
            await admin.close()


TABLES = """
SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
"""
SHAPE = """
SELECT md5(string_agg(format('%s %s %s', nspname, relname, relkind), ',' ORDER BY nspname, relname))
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""
RESTART = """
DO $$ DECLARE counted record; BEGIN
    FOR counted IN SELECT c.oid::regclass AS name FROM pg_class AS c WHERE relkind = 'S' LOOP
        EXECUTE format('ALTER SEQUENCE %s RESTART', counted.name);
    END LOOP;
END $$
"""


@dataclass
class Servers:
    """The session's two servers; every database, role, user and virtual host it makes carries the session's own prefix."""

    postgres_url: str
    broker: RabbitMQ | GivenBroker
    prefix: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}_")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    postgresql: PostgreSQL | None = None  # ours to stop and kill; None where others run the server
    rabbitmq: RabbitMQ | None = None
    _templates: dict[str, asyncio.Task[str]] = field(default_factory=dict)
    _seeds: dict[str, Seed] = field(default_factory=dict)
    _idle: dict[str, list[str]] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)
    _vhosts: list[str] = field(default_factory=list)

    @property
    def vhost(self) -> str:
        """The session's virtual host."""
        return f"{self.prefix}dpo"

    @property
    def broker_url(self) -> str:
        """The administrator's address of the session's virtual host."""
        return self.broker.url(self.vhost)

    def service_broker_url(self, service: str, vhost: str | None = None) -> str:
        """The address with which a service connects: its own user, with its rights and no others."""
        return self.broker.url(vhost or self.vhost, user=self.prefix + service, password=self.password)

    def create_vhost(self, name: str) -> str:
        """A further virtual host with the same users and rights; returns its full name. Takes about a second."""
        vhost = f"{self.prefix}{name}"
        self.broker.import_definitions(self.rights(vhost))
        self._vhosts.append(vhost)
        return vhost

    def rights(self, vhost: str) -> Definitions:
        """The services' users and rights in a virtual host."""
        return definitions(vhost, dict.fromkeys(HEARING, self.password), prefix=self.prefix)

    async def database(self, service: str) -> str:
        """The address (for SQLAlchemy, with the service's own role) of a fresh database with the service's migrations."""
        if service not in self._templates:
            self._templates[service] = asyncio.create_task(self._migrated(service))
        template = await asyncio.shield(self._templates[service])
        while self._idle.get(service):
            if await self._seeds[service].back_in(idle := self._idle[service].pop()):
                return idle
        admin = await databases.connect(self.postgres_url)
        try:
            name = f"{self.prefix}{service}_{len(self._made)}"
            self._made.append(name)
            await databases.create_database(admin, name, owner=template, template=template)
        finally:
            await admin.close()
        return databases.for_sqlalchemy(databases.address(self.postgres_url, name, user=template, password=self.password))

    def give_back(self, service: str, url: str) -> None:
        """Let a database that nobody uses any more be the next fresh one."""
        if self.postgresql:  # rows come back as they were only where we are superuser
            self._idle.setdefault(service, []).append(url)

    async def empty_database(self, name: str) -> str:
        """The address (for SQLAlchemy) of a database without any table, owned by a role of its own."""
        full = self.prefix + name
        await databases.create(self.postgres_url, {full: self.password})
        return databases.for_sqlalchemy(databases.address(self.postgres_url, full, user=full, password=self.password))

    async def _migrated(self, service: str) -> str:
        """The template of a service's databases; its name is also its owner's."""
        await migrations.upgrade(service, await self.empty_database(service))
        self._seeds[service] = await Seed.of(databases.address(self.postgres_url, self.prefix + service))
        return self.prefix + service

    async def clear(self) -> None:
        """Drop everything made here, for a server that outlives the session."""
        admin = await databases.connect(self.postgres_url)
        for row in await admin.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", f"{self.prefix}%"):
            await admin.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
        for row in await admin.fetch("SELECT rolname FROM pg_roles WHERE rolname LIKE $1", f"{self.prefix}%"):
            await admin.execute(f'DROP ROLE "{row["rolname"]}"')
        await admin.close()
        if isinstance(self.broker, GivenBroker):
            for service in HEARING:
                self.broker.delete_user(self.prefix + service)
            for vhost in (self.vhost, *self._vhosts):
                self.broker.delete_vhost(vhost)


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """The servers of the session, started on first use and gone after it."""
    with ExitStack() as stack:
        containers = request.config.getoption("--servers") == "containers"
        given = os.environ.get("TEST_POSTGRES_URL"), os.environ.get("TEST_BROKER_URL")
        if containers:
            made = in_containers(stack)
        elif all(given):
            made = Servers(str(given[0]), GivenBroker(str(given[1]), os.environ.get("TEST_BROKER_MANAGEMENT_URL")))
        elif any(given):
            pytest.exit("Задайте обе переменные, TEST_POSTGRES_URL и TEST_BROKER_URL, или ни одной.", returncode=3)
        else:
            made = private(stack)
        if made.rabbitmq is None:
            made.broker.import_definitions(made.rights(made.vhost))
        yield made
        if made.postgresql is None:
            asyncio.run(made.clear())


@contextmanager
def server_folder() -> Iterator[Path]:
    """A temporary folder that another user may enter, for as root we run servers as one; pytest's own folders are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="dpo-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def private(stack: ExitStack) -> Servers:
    """Both servers in a temporary folder of this session."""
    folder = stack.enter_context(server_folder())
    postgresql = PostgreSQL(folder / "postgresql", password=secrets.token_urlsafe(12), settings={"max_connections": "200"})
    rabbitmq = RabbitMQ(folder / "rabbitmq", password=secrets.token_urlsafe(12))
    made = Servers(postgresql.url(), rabbitmq, postgresql=postgresql, rabbitmq=rabbitmq)
    rabbitmq.definitions = made.rights(made.vhost)
    stack.callback(postgresql.kill)
    stack.callback(rabbitmq.kill)
    rabbitmq.spawn()
    postgresql.start()
    rabbitmq.wait_ready()
    return made


def in_containers(stack: ExitStack) -> Servers:
    """Both servers as containers of the Docker engine at hand."""
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.community.rabbitmq import RabbitMqContainer

    postgres = stack.enter_context(PostgresContainer(POSTGRES_IMAGE, driver=None))
    rabbit = RabbitMqContainer(RABBITMQ_IMAGE).with_exposed_ports(5672, 15672)
    stack.enter_context(rabbit)
    host = rabbit.get_container_host_ip()
    url = f"amqp://{rabbit.username}:{rabbit.password}@{host}:{rabbit.get_exposed_port(5672)}/"
    return Servers(str(postgres.get_connection_url()), GivenBroker(url, f"http://{host}:{rabbit.get_exposed_port(15672)}"))
