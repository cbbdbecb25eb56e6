"""The whole way of an application, from the first consent to the end of the training."""

from uuid import UUID

from shared.contracts.enrollment import (
    ApplicationSubmitted,
    ConsentGranted,
    LearnerChanged,
    OrderSigned,
    SeatsChanged,
    StatusChanged,
    TrainingCompleted,
)
from tests.service.enrollment.story import Region, day


async def test_an_application_goes_from_the_teacher_to_the_end_of_the_training(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    application = await region.apply(teacher)
    assert application["status"] == "school_review"
    assert application["label"] == "Согласовать заявку"
    assert application["holder"]["words"] == "у руководителя школы"
    assert application["number"] == f"ДПО-{day(0).year}-000001"

    application = await region.decide(application, region.head, "approve")
    assert application["status"] == "municipality_review"
    application = await region.decide(application, region.municipality, "approve")
    assert application["status"] == "provider_review"
    application = await region.decide(application, region.lecturer, "accept")
    assert application["status"] == "accepted"
    assert await region.seats() == {"capacity": 10, "held": 1, "taken": 0, "waiting": 0}

    order = await region.order("enrolment", application, number="87-К")
    assert order["lines"][0]["status"] == "enrolled"
    assert order["lines"][0]["warnings"][0]["code"] == "register_gaps"
    assert await region.seats() == {"capacity": 10, "held": 0, "taken": 1, "waiting": 0}

    await region.later(days=41)
    ended = await region.order("completion", application, number="88-К", dated=str(day(41)))
    assert ended["lines"][0] | {"warnings": []} == {
        "application_id": application["id"],
        "number": application["number"],
        "person_id": str(teacher.person),
        "status": "completed",
        "outcome": "completed",
        "warnings": [],
    }

    card = await region.get(f"/applications/{application['id']}", teacher)
    assert [step["to_status"] for step in card["history"]] == [
        "school_review",
        "municipality_review",
        "provider_review",
        "accepted",
        "enrolled",
        "completed",
    ]
    assert [step["actor_words"] for step in card["history"]][:2] == ["педагог", "руководитель школы"]


async def test_every_step_is_told_once_and_in_order(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    application = await region.accepted(teacher)
    await region.order("enrolment", application)

    [submitted] = await region.service.told(ApplicationSubmitted)
    assert submitted.event().channel == "portal"  # type: ignore[attr-defined]
    steps = await region.service.told(StatusChanged)
    assert [step.dporevision for step in steps] == [1, 2, 3, 4, 5]
    assert {step.subject for step in steps} == {UUID(application["id"])}
    facts = [step.event() for step in steps]
    assert [one.to_status for one in facts] == ["school_review", "municipality_review", "provider_review", "accepted", "enrolled"]  # type: ignore[attr-defined]
    assert facts[-1].order_number is not None  # type: ignore[attr-defined]
    seats = await region.service.told(SeatsChanged)
    assert [one.dporevision for one in seats] == list(range(1, len(seats) + 1))
    [signed] = await region.service.told(OrderSigned)
    assert signed.event().applications == [UUID(application["id"])]  # type: ignore[attr-defined]
    assert len(await region.service.told(ConsentGranted)) == 3
    [learner] = await region.service.told(LearnerChanged)
    assert "Мария" not in learner.model_dump_json()


async def test_a_completed_training_is_told_with_its_hours(lone_region: Region) -> None:
    region = lone_region
    application = await region.accepted()
    await region.order("enrolment", application)
    await region.later(days=41)
    await region.order("completion", application, dated=str(day(41)), outcomes={application["id"]: "not_completed"})
    [training] = await region.service.told(TrainingCompleted)
    facts = training.event()
    assert (facts.outcome, facts.hours, facts.document_kind) == ("not_completed", 0, "study_certificate")  # type: ignore[attr-defined]
