"""Applications: how far they came, who kept them how long, and who sees it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts import Envelope
from shared.contracts.catalog import OrganisationChanged, ProgrammePublished
from shared.contracts.enrollment import ApplicationSubmitted, StatusChanged
from tests.service.reports.conftest import Reports
from tests.service.reports.streams import BEGIN, CHELYABINSK, MIASS, said

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
