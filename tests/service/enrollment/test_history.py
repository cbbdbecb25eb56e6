"""What has happened stays as it happened."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared import migrations
from tests.service.enrollment.story import Region
from tests.support.servers import Servers


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transition SET at = at",
        "DELETE FROM transition",
        "TRUNCATE transition CASCADE",
        "DELETE FROM consent",
        "UPDATE consent SET given_at = now()",
        "TRUNCATE consent",
        "UPDATE consent_text SET title = 'x'",
        "DELETE FROM consent_text",
    ],
)
async def test_history_and_consents_are_never_rewritten(region: Region, statement: str) -> None:
    await region.apply(await region.teacher())
    with pytest.raises(DBAPIError, match=r"never|only ever"):
        async with region.service.app.state.engine.begin() as connection:
            await connection.execute(text(statement))


async def test_a_withdrawn_consent_does_not_come_back(region: Region) -> None:
    teacher = await region.teacher()
    answer = await region.service.call("DELETE", "/me/consents/notifications", teacher)
    assert answer.status_code == 200
    with pytest.raises(DBAPIError, match="only ever"):
        async with region.service.app.state.engine.begin() as connection:
            await connection.execute(text("UPDATE consent SET withdrawn_at = NULL WHERE withdrawn_at IS NOT NULL"))


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE application SET status = 'lost' WHERE status = 'school_review'", "application_status_known"),
        ("UPDATE application SET status = 'accepted' WHERE status = 'school_review'", "application_counted_where_it_stands"),
        ("UPDATE application SET status = 'rejected' WHERE status = 'school_review'", "application_held_while_live"),
        ("UPDATE application SET status = 'clarification' WHERE status = 'school_review'", "application_returns_somewhere"),
        ("UPDATE learner SET snils = '11223344594'", "learner_snils_holds"),
        ("UPDATE learner SET family_name = NULL", "learner_named"),
        ("UPDATE learner SET erased_at = now()", "learner_erased_whole"),
        ("UPDATE seats SET waiting = -1", "seats_counted"),
        ("INSERT INTO consent_text SELECT purpose, 2, title, body || '!', hash, in_force_from FROM consent_text", "hash_of_its_body"),
    ],
)
async def test_the_database_states_the_invariants_too(region: Region, statement: str, constraint: str) -> None:
    await region.apply(await region.teacher())
    with pytest.raises(DBAPIError, match=constraint):
        async with region.service.app.state.engine.begin() as connection:
            await connection.execute(text(statement))


async def test_migrations_and_tables_say_the_same(stage: Servers) -> None:
    await migrations.check("enrollment", await stage.database("enrollment"))
