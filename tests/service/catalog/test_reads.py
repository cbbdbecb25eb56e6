"""Reads that ask the driver directly: they see what their session wrote, refuse to write, and fail in the same words as others."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import String, bindparam, select, text
from sqlalchemy.sql.compiler import FROM_LINTING
from sqlmodel import col

from services.catalog.queries import labels
from services.catalog.queries.finding import shape_of
from services.catalog.queries.page import page_of
from services.catalog.rules.search import Wanted
from services.catalog.tables import Term
from shared.database import DRIVEN, driven
from shared.errors import is_transient
from tests.service.catalog.conftest import Register

NAMED = select(col(Term.code), col(Term.title)).where(col(Term.dictionary) == bindparam("dictionary", type_=String))
DAY = date(2026, 11, 30)


def term(title: str) -> Term:
    return Term(dictionary="probe", code="a", valid_from=DAY, place=0, title=title, short=title)


async def test_a_read_sees_what_its_session_has_not_written_yet(register: Register) -> None:
    async with register.service.app.state.sessions.begin() as session:
        session.add(term("Проба"))
        rows = await driven(session, NAMED, {"dictionary": "probe"})
        assert [(row.code, row["title"]) for row in rows] == [("a", "Проба")]
        with pytest.raises(KeyError):
            await driven(session, NAMED, {})


async def test_a_session_of_reads_refuses_to_write(register: Register) -> None:
    with pytest.raises(RuntimeError, match="writes"):
        async with register.service.app.state.reads.begin() as session:
            session.add(term("Проба"))


async def test_titles_are_kept_until_the_dictionaries_change(register: Register) -> None:
    state = register.service.app.state
    async with state.reads.begin() as session:
        first = await labels.labels(session, DAY)
        assert await labels.labels(session, DAY) is first
        assert (await labels.labels(session, DAY + timedelta(days=1))) is not first
    async with state.sessions.begin() as session:
        await session.execute(text("UPDATE term SET title = 'Тьютор, наставник' WHERE dictionary = 'position' AND code = 'tutor'"))
    async with state.reads.begin() as session:
        assert (await labels.labels(session, DAY)).coded("position", "tutor")["title"] == "Тьютор, наставник"


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (asyncpg.QueryCanceledError("statement timeout"), True),
        (asyncpg.InternalClientError("got result for unknown protocol state 3"), True),
        (asyncpg.ConnectionDoesNotExistError("closed in the middle"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.UndefinedTableError("no such table"), False),
    ],
)
def test_what_the_driver_raises_is_passing_or_not(error: Exception, transient: bool) -> None:
    assert is_transient(error) is transient


async def test_a_connection_cut_in_the_middle_is_told_as_unavailable_and_the_next_read_is_answered(register: Register) -> None:
    await register.get("/programmes")

    async def cut() -> None:
        async with register.service.app.state.sessions.begin() as session:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            await session.execute(text(others))

    answers = await asyncio.gather(
        *(register.service.client.get("/programmes", headers=register.service.guest().headers) for _ in range(4)), cut()
    )
    assert {answer.status_code for answer in answers[:4] if answer is not None} <= {200, 503}
    await register.get("/programmes")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "asked",
    [
        {"rating_from": 4.5},
        {"kind": ["professional_development"], "has_seats": True},
        {"oktmo": ["75742000"], "sort": "starts"},
        {"q": "ПК-26"},
    ],
    ids=str,
)
def test_a_search_multiplies_no_table_by_another(asked: dict[str, Any]) -> None:
    shape = shape_of(Wanted.model_validate(asked), None)
    for statement in (page_of(shape), page_of(shape, counted=True)):
        statement.compile(dialect=DRIVEN, linting=FROM_LINTING)  # warns of tables that nothing joins
