"""What the figures say, and to whom."""

from datetime import UTC, date, datetime, timedelta
from statistics import stdev
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import Envelope
from shared.contracts.assessment import AssessmentCompleted, FrameworkPublished
from shared.contracts.catalog import GroupAnnounced, GroupCancelled, OrganisationChanged, ProgrammePublished, SearchMissed
from shared.contracts.enrollment import ApplicationSubmitted, LearnerChanged, PersonMerged, SeatsChanged, StatusChanged, TrainingCompleted
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.contracts.routes import RouteAccepted, RouteCompleted, RoutePlanned, RouteStudied
from tests.contract.flows.wire import golden
from tests.service.reports.conftest import Reports
from tests.service.reports.streams import BEGIN, said

MIASS, CHELYABINSK = "75742000", "75701000"
Move = tuple[float, str, str]
"""Days after the beginning, status, holder."""


def application(moves: list[Move], at: datetime = BEGIN, **ids: Any) -> list[Envelope]:
    """An application and its history."""
    ids = {"application_id": uuid4(), "person_id": uuid4(), **ids}
    told = [said(ApplicationSubmitted, at=at, **ids)]
    for revision, (days, status, holder) in enumerate(moves, 1):
        moment = at + timedelta(days=days)
        told.append(said(StatusChanged, revision=revision, at=moment, changed_at=moment, to_status=status, holder={"role": holder}, **ids))
    return told


class Funnel:
    """Three applications of two providers, two schools and two municipalities."""

    def __init__(self) -> None:
        self.first, self.second, self.school, self.other = (uuid4() for _ in range(4))
        self.programme = uuid4()
        self.told = [
            *application(
                [
                    (0, "school_review", "school"),
                    (2, "municipality_review", "municipality"),
                    (3, "provider_review", "provider"),
                    (4, "accepted", "provider"),
                    (6, "enrolled", "learner"),
                    (10, "completed", "nobody"),
                ],
                provider_id=self.first,
                organisation_id=self.school,
                oktmo=MIASS,
                programme_id=self.programme,
            ),
            *application(
                [(0, "school_review", "school"), (4, "rejected", "nobody")],
                provider_id=self.second,
                organisation_id=self.other,
                oktmo=CHELYABINSK,
                programme_id=uuid4(),
            ),
            *application(
                [(0, "school_review", "school"), (1, "municipality_review", "municipality")],
                at=BEGIN + timedelta(days=14),
                provider_id=self.first,
                organisation_id=self.other,
                oktmo=MIASS,
                programme_id=self.programme,
            ),
            said(ProgrammePublished, programme_id=self.programme, provider_id=self.first, code="МАТ-1", title="Вероятность"),
            said(OrganisationChanged, organisation_id=self.first, kind="provider", short_name="ЧИРО"),
            said(
                OrganisationChanged,
                organisation_id=uuid4(),
                kind="municipal_authority",
                short_name="Управление образования, Миасский ГО",
                oktmo=MIASS,
            ),
        ]


async def test_the_funnel_counts_stages_and_the_days_at_each_holder(reports: Reports) -> None:
    story = Funnel()
    await reports.hear(story.told)
    seen = await reports.figures("funnel")
    assert {one["stage"]: one["n"] for one in seen["stages"]} == {
        "submitted": 3,
        "approved": 1,
        "accepted": 1,
        "enrolled": 1,
        "completed": 1,
    }
    assert {one["title"]: one["n"] for one in seen["by_status"]} == {
        "Обучение завершено": 1,
        "Отклонена": 1,
        "На согласовании в муниципалитете": 1,
    }
    held = {one["holder"]: one for one in seen["by_holder"]}
    assert (held["school"]["n"], held["school"]["mean_days"], held["school"]["median_days"]) == (3, 2.33, 2)
    assert (held["provider"]["n"], held["provider"]["mean_days"]) == (1, 3), "both stays of an application are one"
    assert (held["municipality"]["n"], held["municipality"]["mean_days"], held["municipality"]["waiting"]) == (1, 1, 1)
    assert held["municipality"]["waiting_since"] == "2026-09-16T06:00:00Z"
    assert (held["learner"]["mean_days"], "nobody" in held) == (4, False)
    assert [(one["week"], one["n"]) for one in seen["by_week"]] == [("2026-08-31", 2), ("2026-09-14", 1)]
    assert [(one["title"], one["n"], one["completed"]) for one in seen["by_municipality"]] == [
        ("Миасский ГО", 2, 1),
        (f"ОКТМО {CHELYABINSK}", 1, 0),
    ]
    assert [(one["title"], one["n"]) for one in seen["by_provider"]] == [("ЧИРО", 2), ("Название организации загружается", 1)]
    assert (seen["by_programme"][0]["code"], seen["by_programme"][0]["n"]) == ("МАТ-1", 2)


async def test_each_sees_the_applications_of_their_own_scope(reports: Reports) -> None:
    story = Funnel()
    await reports.hear(story.told)
    scopes: list[tuple[str, UUID | str | None, int]] = [
        ("ministry", None, 3),
        ("auditor", None, 3),
        ("municipal_specialist", MIASS, 2),
        ("municipal_specialist", "75503000", 0),
        ("provider_specialist", story.first, 2),
        ("provider_specialist", uuid4(), 0),
        ("school_specialist", story.school, 1),
    ]
    for role, scope, n in scopes:
        seen = await reports.figures("funnel", reports.service.staff(role, scope))
        assert seen["total"] == sum(one["n"] for one in seen["by_status"]) == n
    narrowed = await reports.figures("funnel", reports.service.staff("provider_specialist", story.first), provider_id=story.second)
    assert (narrowed["total"], narrowed["by_provider"], narrowed["stages"][0]["share"]) == (0, [], None)


async def test_the_funnel_is_narrowed_by_days_and_what_it_is_about(reports: Reports) -> None:
    story = Funnel()
    await reports.hear(story.told)
    for asked, n in (
        ({"from": "2026-09-02"}, 1),
        ({"to": "2026-09-01"}, 2),
        ({"oktmo": CHELYABINSK}, 1),
        ({"provider_id": story.first}, 2),
        ({"programme_id": story.programme, "oktmo": CHELYABINSK}, 0),
    ):
        assert (await reports.figures("funnel", **asked))["total"] == n


@pytest.mark.parametrize("path", ["funnel", "deficits", "routes", "closure", "coverage", "seats", "letters", "checksum"])
async def test_who_has_no_such_role_is_refused(reports: Reports, path: str) -> None:
    service = reports.service
    assert (await service.call("GET", f"/reports/{path}", service.guest())).status_code in (401, 403)
    assert (await service.call("GET", f"/reports/{path}", service.teacher())).status_code == 403
    if path in ("deficits", "routes", "closure", "coverage", "letters", "checksum"):
        assert (await service.call("GET", f"/reports/{path}", service.staff("provider_specialist", uuid4()))).status_code == 403


async def test_a_senseless_question_is_refused_in_words(reports: Reports) -> None:
    for asked in ({"from": "2026-12-01", "to": "2026-11-01"}, {"oktmo": "Миасс"}, {"from": "вчера"}, {"to": "9999-12-31"}):
        answer = await reports.service.call("GET", "/reports/funnel", reports.operator, params=asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["message"]


def measured(oktmo: str, verdicts: dict[str, str], *, person: UUID | None = None, at: datetime = BEGIN, **facts: Any) -> list[Envelope]:
    """A person of a municipality with a result."""
    result = golden(AssessmentCompleted).results[0].model_dump()
    results = [{**result, "competence": code, "verdict": verdict} for code, verdict in verdicts.items()]
    ids = {"person_id": person or uuid4(), "attempt_id": uuid4(), "completed_at": at, "purpose": "entry", **facts}
    return [said(LearnerChanged, person_id=ids["person_id"], oktmo=oktmo), said(AssessmentCompleted, at=at, results=results, **ids)]


def region() -> list[Envelope]:
    """Two municipalities and two competences; in Miass only three people were measured in М.3."""
    told = [*golden_names()]
    for number in range(9):
        told += measured(MIASS, {"М.2": "deficit" if number < 4 else "none"} | ({"М.3": "deficit"} if number < 3 else {}))
    for number in range(12):
        told += measured(CHELYABINSK, {"М.2": "deficit" if number < 3 else "none", "М.3": "deficit" if number < 2 else "borderline"})
    return told


def golden_names() -> list[Envelope]:
    competences = [
        {"code": code, "title": title, "group": "М", "labour_functions": []} for code, title in (("М.2", "Вероятность"), ("М.3", "Графики"))
    ]
    return [said(FrameworkPublished, competences=competences)]


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


async def test_routes_are_counted_by_their_state_with_what_they_leave_open(reports: Reports) -> None:
    for number in range(20):
        ids: dict[str, Any] = {"route_id": uuid4(), "person_id": uuid4()}
        await reports.hear([said(LearnerChanged, person_id=ids["person_id"], oktmo=MIASS), said(RoutePlanned, **ids)])
        if number >= 5:
            await reports.hear([said(RouteAccepted, revision=2, **ids)])
        if number >= 10:
            await reports.hear([said(RoutePlanned, revision=3, hours=72, status="accepted", residual=[], **ids)])
        if number >= 15:
            await reports.hear([said(RouteStudied, revision=4, **ids)])
    seen = await reports.figures("routes")
    assert {one["status"]: one["n"] for one in seen["by_status"]} == {"proposed": 5, "accepted": 10, "studied": 5, "completed": 0}
    assert (seen["total"]["n"], seen["load"]["n"], seen["load"]["hours"]) == (20, 20, 54)
    assert {one["title"]: one["n"] for one in seen["residual"]["by_reason"]} == {"Нет подходящей программы": 10, "Польза слишком мала": 10}
    later = await reports.figures("routes", **{"from": "2027-01-15"})
    assert (later["total"]["n"], later["load"]["suppressed"], later["cells"]) == (0, False, [])


async def test_few_routes_are_hidden_with_their_load(reports: Reports) -> None:
    await reports.hear([said(LearnerChanged, oktmo=MIASS), said(RoutePlanned)])
    seen = await reports.figures("routes")
    assert (seen["total"], seen["load"]["hours"], seen["load"]["suppressed"]) == ({"n": None, "suppressed": True}, None, True)
    assert all(one["suppressed"] or one["n"] == 0 for one in seen["cells"])


async def test_coverage_counts_people_once_where_they_work_now(reports: Reports) -> None:
    people = [uuid4() for _ in range(4)]
    told = [said(LearnerChanged, person_id=person, oktmo=MIASS if number < 3 else CHELYABINSK) for number, person in enumerate(people)]
    for person, ended, outcome in (
        (people[0], "2026-03-01", "completed"),
        (people[0], "2026-05-01", "completed"),
        (people[1], "2026-05-01", "expelled"),
        (people[2], "2020-05-01", "completed"),
        (people[3], "2025-05-01", "completed"),
    ):
        told.append(said(TrainingCompleted, application_id=uuid4(), person_id=person, ended_on=ended, outcome=outcome, hours=36))
    await reports.hear([*told, said(PersonMerged, from_person_id=people[1], into_person_id=people[2])])
    seen = await reports.figures("coverage", to="2026-12-31")
    assert seen["period"] == {"from": "2023-12-28", "to": "2026-12-31"}
    assert [(one["oktmo"], one["people"], one["trained"], one["hours"]) for one in seen["by_municipality"]] == [
        (CHELYABINSK, 1, 1, 36),
        (MIASS, 2, 1, 72),
    ]
    assert seen["total"] == {"people": 3, "trained": 2, "share": 0.6667, "hours": 108}
    own = await reports.figures("coverage", reports.service.staff("municipal_specialist", MIASS), to="2026-12-31")
    assert (own["by_municipality"], own["total"]) == ([one for one in seen["by_municipality"] if one["oktmo"] == MIASS], None)


async def test_seats_of_groups_that_gather_and_what_is_left_of_quotas(reports: Reports) -> None:
    first, second = uuid4(), uuid4()
    told = []
    for provider, taken, cancelled in ((first, 20, False), (first, 5, False), (second, 10, True)):
        ids: dict[str, Any] = {"group_id": uuid4(), "programme_id": uuid4()}
        quotas = [{"oktmo": MIASS, "rest": 3}, {"oktmo": CHELYABINSK + "001", "rest": 1}]
        told += [
            said(GroupAnnounced, provider_id=provider, starts=date(2026, 10, 5), **ids),
            said(SeatsChanged, revision=9, capacity=25, held=2, taken=taken, waiting=1, quotas=quotas, **ids),
            said(SeatsChanged, revision=8, capacity=25, held=0, taken=0, waiting=0, quotas=[], **ids),
        ]
        told += [said(GroupCancelled, revision=3, **ids)] if cancelled else []
    await reports.hear(told)
    seen = await reports.figures("seats")
    (row,) = seen["by_provider"]
    assert (row["groups"], row["capacity"], row["held"], row["taken"], row["use"]) == (2, 50, 4, 25, 0.58)
    assert [(one["oktmo"], one["rest"]) for one in seen["quotas"]] == [(CHELYABINSK, 2), (MIASS, 6)]
    assert (await reports.figures("seats", reports.service.staff("provider_specialist", second)))["by_provider"] == []
    supplier = await reports.figures("seats", reports.service.staff("provider_specialist", first))
    assert (supplier["by_provider"], supplier["quotas"]) == (seen["by_provider"], seen["quotas"])
    own = await reports.figures("seats", reports.service.staff("municipal_specialist", MIASS))
    assert [one["oktmo"] for one in own["quotas"]] == [MIASS]
    assert (await reports.figures("seats", **{"from": "2026-11-01"}))["by_provider"] == []


async def test_letters_are_timed_from_their_fact(reports: Reports) -> None:
    letters = [said(NotificationDelivered, delivery_id=uuid4(), seconds=second) for second in range(1, 101)]
    await reports.hear([*letters, said(NotificationFailed, delivery_id=uuid4(), rule="application_status")])
    seen = await reports.figures("letters")
    assert (seen["total"]["delivered"], seen["total"]["failed"]) == (100, 1)
    assert (seen["total"]["p50_seconds"], seen["total"]["p95_seconds"]) == (50.5, 95.05)
    assert seen["by_rule"][0]["title"] == "Статус заявки"


def missed(lexemes: list[str], count: int, at: datetime = BEGIN, **facets: list[str]) -> Envelope:
    return said(SearchMissed, miss_id=uuid4(), hour=at, lexemes=lexemes, facets=facets, count=count)


async def test_searches_in_vain_are_added_up_by_words_and_filters(reports: Reports) -> None:
    later = BEGIN + timedelta(days=2)
    told = [
        missed(["физика"], 5),
        missed(["физика"], 7, later),
        missed(["физика"], 6, form=["distance"]),
        missed([], 9),
    ]
    await reports.hear([*told, *told])
    shown = await reports.figures("demand")
    assert [(one["lexemes"], one["facets"], one["count"]) for one in shown["searches"]] == [
        (["физика"], {}, 12),
        ([], {}, 9),
        (["физика"], {"form": ["distance"]}, 6),
    ]
    assert shown["searches"][0]["last_on"] == later.date().isoformat()
    shown = await reports.figures("demand", **{"from": (BEGIN + timedelta(days=1)).date().isoformat()})
    assert [one["count"] for one in shown["searches"]] == [7]


async def test_a_provider_sees_its_own_waiting_lists_and_the_region_all(reports: Reports) -> None:
    provider, starts = uuid4(), (datetime.now(UTC) + timedelta(days=30)).date()
    for one, waiting in ((provider, 4), (uuid4(), 9)):
        group, programme = uuid4(), uuid4()
        ids: dict[str, Any] = {"group_id": group, "programme_id": programme}
        dates: dict[str, Any] = {"starts": starts, "ends": starts + timedelta(days=9)}
        await reports.hear(
            [
                said(ProgrammePublished, programme_id=programme, title=f"Ждут {waiting}", provider_id=one),
                said(GroupAnnounced, provider_id=one, **ids, **dates),
                said(SeatsChanged, waiting=waiting, revision=2, **ids),
            ]
        )
    assert [one["waiting"] for one in (await reports.figures("demand"))["waiting"]] == [9, 4]
    own = await reports.figures("demand", reports.service.staff("provider_specialist", provider))
    assert [(one["title"], one["waiting"]) for one in own["waiting"]] == [("Ждут 4", 4)]
    answer = await reports.service.call("GET", "/reports/demand", reports.service.teacher())
    assert answer.status_code == 403


async def test_deficits_without_a_programme_are_told_in_fives_and_few_people_not_at_all(reports: Reports) -> None:
    def lacking(code: str, reason: str) -> Envelope:
        residual = [{"competence": code, "share": 1, "reason": reason}]
        return said(RoutePlanned, route_id=uuid4(), person_id=uuid4(), residual=residual)

    for code, people, reason in (("М.1", 8, "no_programme"), ("М.2", 4, "no_programme"), ("М.3", 9, "dates")):
        await reports.hear([lacking(code, reason) for _ in range(people)])
    shown = (await reports.figures("demand"))["deficits"]
    assert [(one["competence"], one["at_least"]) for one in shown] == [("М.1", 5)]
