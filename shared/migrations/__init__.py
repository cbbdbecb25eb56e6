"""Runs migrations: first the bookkeeping of `shared`, then the service's own, under one lock."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.messaging.tables import metadata as messaging

ROOT = Path(__file__).parents[2]
MIGRATION_LOCK = 0x_D90_0002
BOOKKEEPING = set(messaging.tables)


def package_of(service: str) -> str:
    return "gateway" if service == "gateway" else f"services.{service}"


def config_of(package: str, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / package.replace(".", "/") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"connection": connection, "package": package}
    return config


def version_table_of(package: str) -> str:
    return "alembic_version_shared" if package == "shared" else "alembic_version"


def is_newest(connection: Connection, config: Config) -> bool:
    """Whether there is nothing to do; asking costs a fraction of what running alembic does."""
    table = version_table_of(config.attributes["package"])
    if not inspect(connection).has_table(table):
        return False
    return set(connection.scalars(text(f"SELECT version_num FROM {table}"))) == set(ScriptDirectory.from_config(config).get_heads())


def run(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls: migrate, or compare, its own tables and no others."""
    shared_part = context.config.attributes["package"] == "shared"

    def own(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or (name in metadata.tables if not shared_part else name in BOOKKEEPING)

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=version_table_of(context.config.attributes["package"]),
        include_name=own,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def upgrade(service: str, url: str) -> None:
    """Bring a service's database to its newest form; two callers at once take turns."""

    def migrate(connection: Connection) -> None:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        for package in ("shared", package_of(service)):
            if not is_newest(connection, config := config_of(package, connection)):
                command.upgrade(config, "head")

    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


async def check(service: str, url: str) -> None:
    """Raise when a service's tables differ from what its migrations made."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.check(config_of(package_of(service), sync)))
    await engine.dispose()


def main(services: dict[str, str]) -> None:
    """Upgrade several services, by name and address."""

    async def upgrade_all() -> None:
        for service, url in services.items():
            await upgrade(service, url)

    asyncio.run(upgrade_all())
