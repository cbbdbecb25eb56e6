"""Deficits and their closure: small cells are hidden so that nothing gives them away."""

from datetime import datetime, timedelta
from statistics import stdev
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import Envelope
from shared.contracts.assessment import AssessmentCompleted, FrameworkPublished
from shared.contracts.enrollment import LearnerChanged
from shared.contracts.routes import RouteCompleted, RoutePlanned
from tests.contract.flows.wire import golden
from tests.service.reports.conftest import Reports
from tests.service.reports.streams import BEGIN, CHELYABINSK, MIASS, said


def measured(oktmo: str, verdicts: dict[str, str], *, person: UUID | None = None, at: datetime = BEGIN, **facts: Any) -> list[Envelope]:
    """A person of a municipality with a result."""
    result = golden(AssessmentCompleted).results[0].model_dump()
    results = [{**result, "competence": code, "verdict": verdict} for code, verdict in verdicts.items()]
    ids = {"person_id": person or uuid4(), "attempt_id": uuid4(), "completed_at": at, "purpose": "entry", **facts}
    return [said(LearnerChanged, person_id=ids["person_id"], oktmo=oktmo), said(AssessmentCompleted, at=at, results=results, **ids)]


def golden_names() -> list[Envelope]:
    competences = [
        {"code": code, "title": title, "group": "М", "labour_functions": []} for code, title in (("М.2", "Вероятность"), ("М.3", "Графики"))
    ]
    return [said(FrameworkPublished, competences=competences)]


def region() -> list[Envelope]:
    """Two municipalities and two competences; in Miass only three people were measured in М.3."""
    told = [*golden_names()]
    for number in range(9):
        told += measured(MIASS, {"М.2": "deficit" if number < 4 else "none"} | ({"М.3": "deficit"} if number < 3 else {}))
    for number in range(12):
        told += measured(CHELYABINSK, {"М.2": "deficit" if number < 3 else "none", "М.3": "deficit" if number < 2 else "borderline"})
    return told


async def test_a_small_cell_is_hidden_and_can_not_be_subtracted_from_the_totals(reports: Reports) -> None:
    await reports.hear(region())
    seen = await reports.figures("deficits")
    cells = {(one["oktmo"], one["competence"]): one for one in seen["cells"]}
    small = cells[MIASS, "М.3"]
    assert (small["n"], small["deficits"], small["share"], small["suppressed"]) == (None, None, None, True)
    assert seen["threshold"] == 5
    assert sum(one["suppressed"] for one in seen["cells"]) > 1, "a single hidden cell would be the total without the others"
    row = next(one for one in seen["by_municipality"] if one["oktmo"] == MIASS)
    shown = [one["n"] for one in seen["cells"] if one["oktmo"] == MIASS and not one["suppressed"]]
    assert row["suppressed"] or row["n"] - sum(shown) >= 5
    assert seen["competences"] == [{"competence": "М.2", "title": "Вероятность"}, {"competence": "М.3", "title": "Графики"}]


async def test_enough_people_are_shown_with_their_share(reports: Reports) -> None:
    await reports.hear([one for one in region() if one.data.get("attempt_id") is None or len(one.data["results"]) != 2])
    seen = await reports.figures("deficits")
    (cell,) = seen["cells"]
    assert (cell["municipality"], cell["n"], cell["deficits"], cell["share"], cell["suppressed"]) == (f"ОКТМО {MIASS}", 6, 1, 0.1667, False)
    assert (seen["people"], seen["total"]["n"], seen["by_competence"][0]["n"]) == (6, 6, 6)


async def test_the_newest_entry_result_counts_and_one_that_says_nothing_does_not(reports: Reports) -> None:
    later = BEGIN + timedelta(days=100)
    people = [uuid4() for _ in range(5)]
    for person in people:
        await reports.hear(measured(MIASS, {"М.2": "deficit"}, person=person))
    await reports.hear(measured(MIASS, {"М.2": "none"}, person=people[0], at=later))
    await reports.hear(measured(MIASS, {"М.2": "insufficient"}, person=people[1], at=later))
    await reports.hear(measured(MIASS, {"М.2": "none"}, person=people[2], at=later, purpose="exit"))
    assert [(one["n"], one["deficits"]) for one in (await reports.figures("deficits"))["cells"]] == [(5, 4)]
    earlier = await reports.figures("deficits", to="2026-09-10")
    assert earlier["period"] == {"from": None, "to": "2026-09-30"}, "whole quarters only"
    assert [one["deficits"] for one in earlier["cells"]] == [5]


async def test_a_municipality_sees_its_own_row_as_the_region_would_show_it(reports: Reports) -> None:
    await reports.hear(region())
    whole = await reports.figures("deficits")
    own = await reports.figures("deficits", reports.service.staff("municipal_specialist", MIASS))
    assert own["cells"] == [one for one in whole["cells"] if one["oktmo"] == MIASS]
    assert (own["by_competence"], own["total"], own["people"]) == ([], None, None)
    elsewhere = await reports.figures("deficits", reports.service.staff("municipal_specialist", MIASS), oktmo=CHELYABINSK)
    assert (elsewhere["cells"], elsewhere["by_municipality"]) == ([], [])
    assert (await reports.figures("deficits", oktmo=MIASS))["cells"] == own["cells"]


def closed(oktmo: str, after: float, verdict: str, **facts: Any) -> list[Envelope]:
    """A measured route of somebody in a municipality; before it was at -1."""
    change = {"competence": "М.2", "before": -1.0, "after": after, "difference_error": 0.4, "verdict": verdict}
    ids = {"route_id": uuid4(), "person_id": uuid4(), **facts}
    return [
        said(LearnerChanged, person_id=ids["person_id"], oktmo=oktmo),
        said(RoutePlanned, revision=1, **ids),
        said(RouteCompleted, revision=5, changes=[change], **ids),
    ]


async def test_closure_says_the_mean_change_with_its_error_and_hides_the_few(reports: Reports) -> None:
    afters = [0.5, 0.3, -0.2, -0.9, -1.1, 0.9]
    verdicts = ["closed", "closed", "partly", "open", "open", "closed"]
    for after, verdict in zip(afters, verdicts, strict=True):
        await reports.hear(closed(MIASS, after, verdict))
    seen = (await reports.figures("closure"))["by_competence"][0]
    changes = [after + 1 for after in afters]
    assert seen["n"] == 6
    assert seen["change"] == pytest.approx(sum(changes) / 6, abs=0.001)
    assert seen["change_error"] == pytest.approx(stdev(changes) / 6**0.5, abs=0.001)
    assert (seen["closed"], seen["partly"], seen["open"]) == (0.5, 0.1667, 0.3333)
    await reports.hear(closed(CHELYABINSK, 0.0, "partly"))
    few = await reports.figures("closure", oktmo=CHELYABINSK)
    assert [(one["n"], one["change"], one["suppressed"]) for one in few["cells"]] == [(None, None, True)]
    rest = await reports.figures("closure")
    assert rest["by_competence"][0]["suppressed"] or all(one["suppressed"] for one in rest["cells"])


async def test_a_route_measured_again_counts_once(reports: Reports) -> None:
    for _ in range(5):
        first, _, second = closed(MIASS, 0.0, "partly")
        change = second.data["changes"][0] | {"verdict": "closed"}
        again = said(RouteCompleted, **(second.data | {"changes": [change]}), revision=9)
        await reports.hear([first, again, second])
    seen = (await reports.figures("closure"))["total"]
    assert (seen["n"], seen["closed"], seen["partly"]) == (5, 1, 0)


async def test_two_people_are_not_shown_however_often_counted(reports: Reports) -> None:
    codes = [f"М.{number}" for number in range(1, 7)]
    residual = [{"competence": code, "share": 0.5, "reason": "no_programme"} for code in codes]
    change = {"before": -1.0, "after": 0.0, "difference_error": 0.4}
    for number, oktmo in enumerate((MIASS, MIASS, *(CHELYABINSK,) * 9)):
        lacking = {code for place, code in enumerate(codes) if (place + number) % 2}
        verdicts = {code: "deficit" if code in lacking else "none" for code in codes}
        changes = [{**change, "competence": code, "verdict": "open" if code in lacking else "closed"} for code in codes]
        person = uuid4()
        route: dict[str, Any] = {"route_id": uuid4(), "person_id": person}
        await reports.hear(measured(oktmo, verdicts, person=person))
        await reports.hear([said(RoutePlanned, residual=residual, **route), said(RouteCompleted, revision=5, changes=changes, **route)])
    for figures, key in ((await reports.figures("deficits"), "deficits"), (await reports.figures("closure"), "change")):
        [two] = [row for row in figures["by_municipality"] if row["oktmo"] == MIASS]
        assert (two["suppressed"], two["n"], two[key]) == (True, None, None)
        shown = [row for row in (figures["total"], *figures["by_municipality"]) if not row["suppressed"]]
        assert len(shown) < 2, "the total less the other municipality would be the two"
    open_ = (await reports.figures("routes"))["residual"]
    assert [one["n"] for one in (*open_["cells"], *open_["by_municipality"]) if one["oktmo"] == MIASS] == [None, None]


async def test_a_route_that_another_one_has_replaced_is_not_counted(reports: Reports) -> None:
    later = BEGIN + timedelta(days=30)
    for number in range(10):
        person = uuid4()
        await reports.hear([said(LearnerChanged, person_id=person, oktmo=MIASS)])
        first, second = (said(RoutePlanned, at=at, route_id=uuid4(), person_id=person) for at in (BEGIN, later))
        await reports.hear([first, second] if number % 2 else [second, first])
        if number < 5:
            ids = {name: second.data[name] for name in ("route_id", "person_id")}
            await reports.hear([said(RouteCompleted, revision=5, at=later + timedelta(days=9), **ids)])
    seen = await reports.figures("routes")
    assert (seen["total"]["n"], seen["load"]["n"]) == (10, 10)
    assert {one["status"]: one["n"] for one in seen["by_status"] if one["n"]} == {"proposed": 5, "completed": 5}
