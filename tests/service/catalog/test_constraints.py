"""The database states the invariants too, and the migrations make what the tables say."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from shared import migrations
from tests.service.catalog.conftest import Register
from tests.support.servers import Servers
from tests.support.service import Running

COPY = "INSERT INTO working_copy VALUES (gen_random_uuid(),"
WRONG = {
    "a wrong check digit of an ИНН": "UPDATE organisation SET inn = '7707083894'",
    "a wrong check digit of an ОГРН": "UPDATE organisation SET ogrn = '1027700132196'",
    "letters for an ИНН": "UPDATE organisation SET inn = 'abc'",
    "an unknown kind of organisation": "UPDATE organisation SET kind = 'club'",
    "a merger into nobody": "UPDATE organisation SET status = 'merged'",
    "half a licence": "UPDATE organisation SET licence_number = '1'",
    "a saved search looked at before it was saved": "INSERT INTO saved_search VALUES (gen_random_uuid(), '{}', now(), 'epoch', 0)",
    "no search in vain": "INSERT INTO missed_search VALUES (sha256('x'), gen_random_uuid(), '{}', '{}', 0, now(), now())",
    "an unknown municipality": "UPDATE organisation SET oktmo = '75999000'",
    "a fee without payment": "UPDATE programme SET fee = 100",
    "a distance share unlike the form": "UPDATE programme SET distance_share = 0.5",
    "a foreign document": "UPDATE programme SET document_kind = 'retraining_diploma'",
    "a withdrawal without a reason": "UPDATE programme SET status = 'withdrawn'",
    "an archive without a reason": "UPDATE programme SET status = 'archived'",
    "a draft with a day of publication": "UPDATE programme SET status = 'in_review'",
    "a number of the federal register without its term": "UPDATE programme SET register_number = '12345'",
    "a version read by its author": "UPDATE programme_version SET reader = author",
    "a version read by who submitted it": "UPDATE programme_version SET author = 'another', reader = submitted_by",
    "a decision by nobody": "UPDATE programme_version SET reader = NULL",
    "a return without remarks": "UPDATE programme_version SET decision = 'returned', remarks = '[]'",
    "two versions in review": "INSERT INTO programme_version "
    "SELECT programme_id, n, facts, author, author_role, submitted_by, submitted_at, NULL, NULL, NULL, '[]' "
    "FROM programme_version, generate_series(2, 3) AS n",
    "a file that is not a PDF": "INSERT INTO programme_file SELECT gen_random_uuid(), id, 'a', 'PK', 2, now() FROM programme LIMIT 1",
    "a working copy of an unknown kind": f"{COPY} 'a', 'a', NULL, 'poem', NULL, '{{}}', NULL, now(), 1)",
    "a working copy held by nobody": f"{COPY} 'b', 'a', NULL, 'group', NULL, '{{}}', NULL, now(), 1)",
    "a working copy beyond measure": f"{COPY} 'a', 'a', NULL, 'group', NULL, jsonb_build_object('x', repeat('x', 200000)), NULL, now(), 1)",
    "a contact that is no address": "UPDATE study_group SET contact_email = 'office'",
    "no hours": "UPDATE programme SET hours = 0",
    "an effect off the scale": "UPDATE programme_effect SET share = 0.5",
    "an end before the start": "UPDATE study_group SET ends = starts - 1",
    "a window that closes after the start": "UPDATE study_group SET enrolment_closes = starts + 1",
    "no seats at all": "UPDATE study_group SET capacity_asked = 0",
    "a group of another provider": "UPDATE study_group SET provider_id = gen_random_uuid()",
    "a cancellation without a reason": "UPDATE study_group SET status = 'cancelled'",
    "two titles in force for a code": "INSERT INTO term SELECT dictionary, code, valid_from + 1, NULL, title, short, 0 FROM term LIMIT 1",
}


async def test_the_database_refuses_what_the_rules_refuse(register: Register) -> None:
    await register.group(await register.published())
    await register.forbids(*WRONG.values())


@pytest.mark.parametrize("inn", ["7707083893", "500100732259"])
async def test_the_database_takes_right_numbers(register: Register, inn: str) -> None:
    async with register.service.app.state.engine.begin() as connection:
        await connection.execute(text("UPDATE organisation SET inn = :inn, ogrn = '1027700132195'"), {"inn": inn})


async def test_migrations_make_what_the_tables_say(stage: Servers) -> None:
    await migrations.check("catalog", await stage.database("catalog"))


async def test_the_service_is_ready(start: Callable[..., Awaitable[Running]]) -> None:
    service = await start("catalog")
    assert (await service.client.get("/livez")).status_code == 204
