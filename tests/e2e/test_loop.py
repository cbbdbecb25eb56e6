"""The closed loop on real parts: what `./dpo demo` says, in the figures, the letters and the traces."""

import json
from collections import Counter
from typing import Any

from deploy.demo.measuring import MISSED
from services.notify.rules import letters
from tests.e2e.conftest import Loop
from tests.support.stage import eventually
from tests.support.suite import Suite

OFFICIAL = "SELECT convert_from(body, 'UTF8')::jsonb AS said FROM outbox WHERE topic = $1 ORDER BY id"


def as_dict(said: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said) if isinstance(said, str) else said
    return found


async def test_the_missed_competences_are_the_deficits_and_nothing_else_is(loop: Loop) -> None:
    assert {one["competence"] for one in loop.said["deficits"]} == set(MISSED)
    assert all(one["probability"] >= 0.8 for one in loop.said["deficits"])


async def test_the_route_covers_them_and_is_proven_optimal(loop: Loop) -> None:
    route = loop.said["route"]
    assert {code for step in route["steps"] for code in step["closes"]} >= set(MISSED)
    assert route["proven"] is True
    assert abs(route["bound"] - route["objective"]) < 1e-9
    assert route["hours"] == sum(step["hours"] for step in route["steps"])


async def test_the_application_went_the_whole_way(loop: Loop, suite: Suite) -> None:
    number = loop.said["application"]["number"]
    assert loop.said["application"]["status"] == "completed"
    rows = await suite.sql("enrollment", OFFICIAL, "enrollment.status_changed.v1")
    said = [as_dict(row["said"]) for row in rows]
    facts = [one["data"] for one in said if one["data"]["number"] == number]
    way = [fact["to_status"] for fact in facts if fact["from_status"] != fact["to_status"]]
    assert way == ["school_review", "municipality_review", "provider_review", "accepted", "enrolled", "completed"]


async def test_every_status_change_has_one_letter(loop: Loop, suite: Suite) -> None:
    rows = await suite.sql("enrollment", OFFICIAL, "enrollment.status_changed.v1")
    person = await suite.value("enrollment", "SELECT person_id FROM application WHERE number = $1", loop.said["application"]["number"])
    changes = [one for row in rows if (one := as_dict(row["said"])["data"])["person_id"] == str(person)]
    nowhere = {"number": "", "application_id": ""}
    wanted = Counter(
        letters.application_status({**nowhere, "status": one["to_status"], "order_number": one["order_number"]}).title
        for one in changes
        if one["from_status"] != one["to_status"]
    )
    sent = Counter(one["subject"] for one in loop.said["mails"])
    assert {subject: sent[subject] for subject in wanted} == dict(wanted)


async def test_the_second_measurement_closes_both(loop: Loop) -> None:
    assert {(one["competence"], one["verdict"]) for one in loop.said["closure"]} == {(code, "closed") for code in MISSED}
    assert all(one["after"] > one["before"] for one in loop.said["closure"])


async def test_one_trace_connects_the_click_the_event_and_the_letter(loop: Loop, suite: Suite) -> None:
    number = loop.said["application"]["number"]
    clicks = [step for step in loop.said["steps"] if number in step["name"]]
    assert clicks
    for click in clicks:

        async def spans(trace: str = click["trace_id"]) -> Any:
            rows = await suite.sql("traces", "SELECT service, name FROM span WHERE trace_id = $1", trace)
            found = {(row["service"], row["name"]) for row in rows}
            services = {service for service, _ in found}
            told = any(name.startswith("publish enrollment.") for _, name in found)
            return told and {"gateway", "enrollment", "notify", "reports"} <= services and ("notify", "send application_status") in found

        await eventually(spans, within=20)


async def test_the_traces_of_an_application_are_found_by_its_number(loop: Loop, suite: Suite) -> None:
    number = loop.said["application"]["number"]

    async def traces() -> Any:
        return await suite.value("traces", "SELECT count(DISTINCT trace_id) FROM span WHERE application = $1", number)

    await eventually(traces, within=10)
    clicks = {step["trace_id"] for step in loop.said["steps"] if number in step["name"]}
    rows = await suite.sql("traces", "SELECT DISTINCT trace_id FROM span WHERE application = $1", number)
    assert clicks <= {row["trace_id"] for row in rows}


async def test_every_step_has_a_trace_of_its_own(loop: Loop, suite: Suite) -> None:
    traces = [step["trace_id"] for step in loop.said["steps"]]
    assert len({*traces}) == len(traces)

    async def kept() -> Any:
        return await suite.value("traces", "SELECT count(DISTINCT trace_id) FROM span WHERE trace_id = ANY($1)", traces)

    await eventually(kept, equals=len(traces), within=20)


async def test_nothing_is_parked(loop: Loop, suite: Suite) -> None:
    depths = await suite.depths()
    assert {name: count for name, count in depths.items() if name.endswith(".parked") and count} == {}
