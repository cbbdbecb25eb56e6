"""Whatever the order, however often: the same facts are the same tables (G4), and an erased person is in none of them."""

import random
from itertools import islice
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import migrations
from shared.contracts.assessment import AssessmentCompleted
from shared.contracts.enrollment import ConsentWithdrawn, LearnerChanged, PersonMerged, TrainingCompleted
from shared.contracts.erasure import ReportsPersonErased
from shared.contracts.routes import RouteCompleted, RoutePlanned
from tests.service.reports.conftest import Reports
from tests.service.reports.streams import Story, golden_story, said
from tests.support.servers import Servers

NO_NAMES = {"identity", "erasure"}
"""Where an erased person's id stays, so that late facts are anonymous too."""


@pytest.mark.parametrize("seed", range(3))
async def test_the_golden_story_in_any_order_is_one_story(reports: Reports, seed: int) -> None:
    await reports.hear(golden_story())
    told = await reports.checksum()
    assert sum(int(one.partition(":")[0]) for table, one in told.items() if table != "all") > 20
    await reports.forget()
    await reports.hear_anyhow(golden_story(), random.Random(seed))
    assert await reports.checksum() == told


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=st.integers(0, 2**32), order=st.integers(0, 2**32))
async def test_any_stream_in_any_order_is_the_same_tables(reports: Reports, story: int, order: int) -> None:
    told = Story(random.Random(story)).told()
    await reports.forget()
    await reports.hear(told)
    expected = await reports.checksum()
    await reports.forget()
    await reports.hear_anyhow(told, random.Random(order))
    assert await reports.checksum() == expected
    erased = {one.event().person_id for one in told if isinstance(one.event(), ConsentWithdrawn) and one.data["erase"]}  # type: ignore[attr-defined]
    for person in erased:
        assert await reports.mentions(person) <= NO_NAMES
    answers = [one.data["request_id"] for one in await reports.service.told(ReportsPersonErased)]
    asked = [one.data["request_id"] for one in told if one.type == ConsentWithdrawn.topic and one.data["erase"]]
    assert sorted(answers) == sorted(asked), "each request is answered once"


async def test_a_checksum_notices_every_single_fact(reports: Reports) -> None:
    story = [one for one in golden_story() if one.type != ConsentWithdrawn.topic]
    await reports.hear(story)
    seen = {(await reports.checksum())["all"]}
    for envelope in islice(story, 0, None, 3):
        await reports.forget()
        await reports.hear(one for one in story if one is not envelope)
        seen.add((await reports.checksum())["all"])
    assert len(seen) == 1 + len(range(0, len(story), 3))


async def test_erasure_changes_no_figure_and_leaves_no_trace_of_the_person(reports: Reports) -> None:
    people = [uuid4() for _ in range(6)]
    for number, person in enumerate(people):
        ids: dict[str, Any] = {"person_id": person}
        await reports.hear(
            [
                said(LearnerChanged, oktmo="75742000", **ids),
                said(AssessmentCompleted, attempt_id=uuid4(), **ids),
                said(RoutePlanned, route_id=(route := uuid4()), **ids),
                said(RouteCompleted, route_id=route, revision=2, **ids),
                said(TrainingCompleted, application_id=uuid4(), hours=36 + number, **ids),
            ]
        )
    paths = ("funnel", "deficits", "routes", "closure")
    before = [await reports.figures(path) for path in paths]
    assert before[1]["total"]["n"] == 18
    await reports.hear([said(ConsentWithdrawn, request_id=uuid4(), person_id=people[0], erase=True)])
    after = [await reports.figures(path) for path in paths]
    assert after == before
    assert await reports.mentions(people[0]) == NO_NAMES
    answer = (await reports.service.told(ReportsPersonErased))[0].data
    assert (answer["person_id"], answer["erased"]) == (
        str(people[0]),
        {"training": 1, "measurement": 3, "route": 1, "closure": 2, "residence": 1},
    )


async def test_a_late_fact_of_an_erased_person_is_nobodys(reports: Reports) -> None:
    person = uuid4()
    await reports.hear([said(ConsentWithdrawn, request_id=uuid4(), person_id=person, erase=True)])
    await reports.hear([said(AssessmentCompleted, attempt_id=uuid4(), person_id=person), said(LearnerChanged, person_id=person)])
    assert await reports.mentions(person) == NO_NAMES


async def test_two_records_of_one_person_are_counted_once(reports: Reports) -> None:
    one, other = uuid4(), uuid4()
    others = [uuid4() for _ in range(5)]
    await reports.hear(said(AssessmentCompleted, attempt_id=uuid4(), person_id=person) for person in (one, other, *others))
    assert (await reports.figures("deficits"))["people"] == 7
    await reports.hear([said(PersonMerged, from_person_id=one, into_person_id=other)])
    assert (await reports.figures("deficits"))["people"] == 6
    await reports.hear([said(AssessmentCompleted, attempt_id=uuid4(), person_id=one)])
    assert (await reports.figures("deficits"))["people"] == 6


async def test_a_withdrawn_consent_without_erasure_touches_nothing(reports: Reports) -> None:
    person = uuid4()
    await reports.hear([said(AssessmentCompleted, attempt_id=uuid4(), person_id=person)])
    before = await reports.checksum()
    await reports.hear([said(ConsentWithdrawn, request_id=uuid4(), person_id=person, erase=False)])
    assert await reports.checksum() == before
    assert await reports.service.told() == []


async def test_the_migrations_make_exactly_the_tables(stage: Servers) -> None:
    await migrations.check("reports", await stage.database("reports"))
