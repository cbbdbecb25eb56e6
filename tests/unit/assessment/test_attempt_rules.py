"""What may happen in an attempt, decided without a database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.assessment.psychometrics.categories import Choice
from services.assessment.rules import attempts as rules
from shared.errors import Invalid

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
OPTIONS = [{"id": letter, "text": letter * 3} for letter in "abcdef"]


@pytest.mark.parametrize(
    ("status", "left", "is_open"),
    [("running", 1, True), ("running", 0, False), ("running", -1, False), ("completed", 60, False), ("abandoned", 60, False)],
)
def test_answers_are_taken_while_the_attempt_runs_and_its_time_lasts(status: str, left: int, is_open: bool) -> None:
    times = {"expires_at": NOW + timedelta(seconds=left), "now": NOW}
    if is_open:
        rules.demand_open(status=status, **times)
    else:
        with pytest.raises(rules.AttemptOver):
            rules.demand_open(status=status, **times)
    assert rules.seconds_left(status=status, **times) == (left if is_open else 0)


def test_a_part_of_a_second_is_not_promised() -> None:
    assert rules.seconds_left(status="running", expires_at=NOW + timedelta(seconds=1.9), now=NOW) == 1


@pytest.mark.parametrize(("purpose", "route"), [("exit", None), ("entry", uuid4()), ("interim", uuid4())])
def test_only_an_exit_belongs_to_a_route(purpose: str, route: UUID | None) -> None:
    with pytest.raises(Invalid):
        rules.demand_route(purpose=purpose, route_id=route)
    rules.demand_route(purpose=purpose, route_id=None if route else uuid4())


def test_an_answer_may_be_taken_back_but_not_be_of_another_shape() -> None:
    key = Choice(frozenset("ab"), "a")
    for answer in (None, "", "a", "b"):
        rules.demand_answer(answer, key=key)
    with pytest.raises(Invalid) as refusal:
        rules.demand_answer(["a"], key=key)
    assert refusal.value.facts["errors"][0]["field"] == "answer"


@pytest.mark.parametrize("kind", ["choice", "multiple"])
def test_a_shuffle_keeps_all_options_and_repeats_itself(kind: str) -> None:
    attempt_id, item_id = uuid4(), uuid4()
    once, again = (rules.shown_options(OPTIONS, kind=kind, attempt_id=attempt_id, item_id=item_id) for _ in range(2))
    assert once == again
    assert sorted(option["id"] for option in once) == list("abcdef")


def test_the_right_option_stands_everywhere_equally_often() -> None:
    first = [rules.shown_options(OPTIONS, kind="choice", attempt_id=UUID(int=n), item_id=UUID(int=7))[0]["id"] for n in range(3000)]
    assert all(400 < first.count(letter) < 600 for letter in "abcdef")


@pytest.mark.parametrize("kind", ["matching", "ordering", "numeric"])
def test_an_order_that_says_something_is_kept(kind: str) -> None:
    assert rules.shown_options(OPTIONS, kind=kind, attempt_id=uuid4(), item_id=uuid4()) == OPTIONS


def test_a_second_measurement_is_asked_for_two_weeks_later() -> None:
    assert rules.reassessment_due(studied_on=date(2026, 12, 25)) == date(2027, 1, 8)
