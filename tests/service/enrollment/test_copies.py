"""Facts in any order, any number of times: what is kept of them is the same."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.enrollment.subscribers import HEARS
from shared.contracts import Envelope
from shared.contracts.catalog import (
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    OrganisationChanged,
    ProgrammePublished,
    ProgrammeWithdrawn,
)
from shared.contracts.gateway import RoleGranted, RoleRevoked
from shared.contracts.routes import RouteAccepted, RoutePlanned
from tests.contract.flows.wire import like
from tests.service.enrollment.story import Region, day
from tests.support.service import envelope_of
from tests.support.stage import eventually


def facts(ids: dict[str, UUID]) -> list[Envelope]:
    """A small story: published, withdrawn, published again; announced, changed, one group cancelled; a route planned anew."""
    dates = {"starts": day(20), "ends": day(40), "enrolment_opens": day(-5), "enrolment_closes": day(15)}
    group = {"programme_id": ids["programme"], "provider_id": ids["provider"], **dates}
    steps = [
        {"step_id": ids["step"], "position": 1, "kind": "programme", "programme_id": ids["programme"], "hours": 36, "closes": []}
        | {"groups": [ids["lost"], ids["group"]]}
    ]
    stated = {"grant_id": ids["grant"], "role": "school_specialist", "scope_kind": "organisation", "scope": str(ids["school"])}
    route = {"route_id": ids["route"], "person_id": ids["person"]}
    programme, school = {"programme_id": ids["programme"]}, {"organisation_id": ids["school"]}
    told: list[tuple[Any, UUID, int]] = [
        (like(OrganisationChanged, **school, name="Школа № 1", oktmo="75701000"), ids["school"], 1),
        (like(OrganisationChanged, **school, name="Школа № 2", oktmo="75742000"), ids["school"], 2),
        (like(ProgrammePublished, **programme, title="Первая редакция"), ids["programme"], 1),
        (like(ProgrammeWithdrawn, **programme), ids["programme"], 2),
        (like(ProgrammePublished, **programme, title="Вторая редакция"), ids["programme"], 3),
        (like(GroupAnnounced, group_id=ids["group"], **group, capacity_asked=10), ids["group"], 1),
        (like(GroupChanged, group_id=ids["group"], **group, capacity_asked=25), ids["group"], 2),
        (like(GroupAnnounced, group_id=ids["lost"], **group, capacity_asked=5), ids["lost"], 1),
        (like(GroupCancelled, group_id=ids["lost"], programme_id=ids["programme"]), ids["lost"], 2),
        (like(RoutePlanned, **route, status="proposed", steps=[]), ids["route"], 1),
        (like(RoutePlanned, **route, status="proposed", steps=steps), ids["route"], 2),
        (like(RouteAccepted, **route, steps=[ids["step"]]), ids["route"], 3),
        (like(RoleGranted, **stated, person_id=None, valid_from=day(-3), valid_until=None), ids["grant"], 1),
        (like(RoleRevoked, **stated, person_id=None), ids["grant"], 2),
    ]
    return [envelope_of(event, subject=subject, revision=revision) for event, subject, revision in told]


async def kept(region: Region, ids: dict[str, UUID]) -> dict[str, Any]:
    """What the tables say, with the ids of this story by their names."""
    names = {value: name for name, value in ids.items()}
    statements = {
        "organisation": "SELECT name, oktmo, revision FROM organisation WHERE id = :school",
        "programme": "SELECT title, p.revision, w.revision < p.revision AS open FROM programme p "
        "JOIN programme_withdrawal w ON w.programme_id = p.id WHERE p.id = :programme",
        "groups": "SELECT id, capacity_asked, g.revision, s.capacity, c.group_id IS NOT NULL AS gone FROM study_group g "
        "JOIN seats s ON s.group_id = g.id LEFT JOIN group_cancellation c ON c.group_id = g.id "
        "WHERE id IN (:group, :lost) ORDER BY capacity_asked",
        "route": "SELECT status, plan_revision, agreed_revision, agreed FROM route WHERE id = :route",
        "steps": "SELECT step_id, groups FROM route_step WHERE route_id = :route",
        "suggestions": "SELECT step_id, group_id, expires FROM suggestion WHERE route_id = :route AND lapsed_at IS NULL",
        "grant": "SELECT role, revoked, revision FROM role_grant WHERE id = :grant",
    }

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(one) for one in value]
        return names.get(value, value) if isinstance(value, UUID) else value

    shown = {}
    for table, statement in statements.items():
        wanted = {name: value for name, value in ids.items() if f":{name}" in statement}
        shown[table] = [tuple(plain(value) for value in row) for row in await region.rows(statement, **wanted)]
    return shown


async def tell(region: Region, envelopes: list[Envelope]) -> None:
    """Straight to the handlers: no inbox hides that they are not safe to repeat."""
    for envelope in envelopes:
        event = envelope.event()
        async with region.service.app.state.sessions.begin() as session:
            await HEARS[type(event)](event, envelope, session)


@pytest.mark.parametrize("seed", range(6))
async def test_shuffled_and_repeated_facts_leave_the_same_state(region: Region, seed: int) -> None:
    chance = random.Random(seed)
    states = []
    for shuffled in (False, True):
        names = ("school", "provider", "programme", "group", "lost", "route", "step", "grant")
        ids = {name: uuid4() for name in names} | {"person": (await region.teacher()).person or uuid4()}
        envelopes = facts(ids)
        if shuffled:
            envelopes += chance.sample(envelopes, 6)
            chance.shuffle(envelopes)
        await tell(region, envelopes)

        async def settled() -> bool:
            [left] = await region.rows("SELECT count(*) FROM due WHERE at <= now()")
            return bool(left[0] == 0)

        await eventually(settled)
        states.append(await kept(region, ids))
    assert states[0] == states[1]
    assert states[0]["suggestions"] == [("step", "group", day(15))]
    assert [row[3:] for row in states[0]["groups"]] == [(5, True), (25, False)]
