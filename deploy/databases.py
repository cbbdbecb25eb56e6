"""Roles and databases of the services: each owns one database that no other role can open."""

from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.console import Refusal

OLDEST = 15


def address(admin_url: str, database: str, *, user: str | None = None, password: str = "") -> str:
    """The administrator's address turned towards another database, and another user if one is named."""
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    identity = parts.netloc.rpartition("@")[0] if user is None else f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{identity}@{place}" if identity else place, path=f"/{database}"))


def for_sqlalchemy(url: str) -> str:
    """The same address with the driver named as SQLAlchemy wants it."""
    return "postgresql+asyncpg" + url[url.index("://") :]


async def connect(url: str) -> asyncpg.Connection:
    """A connection, or a refusal in words."""
    place = urlsplit(url)
    where = f"{place.hostname}:{place.port or 5432}"
    try:
        return await asyncpg.connect(url, timeout=10)
    except asyncpg.InvalidAuthorizationSpecificationError:
        raise Refusal(f"PostgreSQL ({where}) не принимает имя или пароль пользователя {place.username}: проверьте адрес.") from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        reason = str(problem) or type(problem).__name__
        raise Refusal(f"PostgreSQL ({where}) недоступен: {reason}; проверьте адрес и что сервер запущен.") from None


async def create(admin_url: str, passwords: dict[str, str]) -> None:
    """For each name a role with its password and a database it owns; repeating it changes nothing but the password."""
    admin = await connect(admin_url)
    try:
        if admin.get_server_version().major < OLDEST:
            raise Refusal(
                f"Нужен PostgreSQL {OLDEST} или новее, а по этому адресу {admin.get_server_version().major}: укажите другой сервер."
            )
        roles = {row["rolname"] for row in await admin.fetch("SELECT rolname FROM pg_roles")}
        present = {row["datname"] for row in await admin.fetch("SELECT datname FROM pg_database")}
        for name, password in passwords.items():
            secret = password.replace("'", "''")
            verb = "ALTER" if name in roles else "CREATE"
            await admin.execute(f"{verb} ROLE \"{name}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{secret}'")
            if name not in present:
                await create_database(admin, name)
            await _set_up(admin_url, name)
    except asyncpg.InsufficientPrivilegeError as problem:
        raise Refusal(f"У пользователя {urlsplit(admin_url).username} нет прав создавать роли и базы в PostgreSQL: {problem}.") from None
    finally:
        await admin.close()


async def create_database(admin: asyncpg.Connection, name: str, *, owner: str | None = None, template: str | None = None) -> None:
    """A database of an owner (the role of the same name unless told otherwise), empty or a copy of another one."""
    form = f'"{template}"' if template else "template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'ru-RU'"
    await admin.execute(f'GRANT "{owner or name}" TO CURRENT_USER')  # who is no superuser gives databases to its own roles only
    await admin.execute(f'CREATE DATABASE "{name}" OWNER "{owner or name}" TEMPLATE {form}')


async def _set_up(admin_url: str, name: str) -> None:
    """Close a database to all but its owner, and give it trigram search and a planner that believes in indexes."""
    inside = await connect(address(admin_url, name))
    try:
        await inside.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        await inside.execute(f'ALTER DATABASE "{name}" SET random_page_cost = 1.1')  # otherwise full-text search scans sequentially
        await inside.execute(f'CREATE EXTENSION IF NOT EXISTS pg_trgm; ALTER SCHEMA public OWNER TO "{name}"')
    finally:
        await inside.close()
