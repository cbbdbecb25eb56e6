"""Counters of seats: whatever happens, they are what a recount would give, and never more than the capacity."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.rules.refusals import GroupFull, SeatsAreFree, WaitingListFirst
from services.enrollment.rules.seats import PLACES, Count, capacity_in_force, change_of, changed, shift
from shared.errors import DomainError

GROUPS = (UUID(int=1), UUID(int=2))
STATUSES = sorted({*PLACES, "provider_review", "withdrawn", "rejected", "expired", "expelled"})


def recount(people: dict[int, tuple[str, UUID]], group: UUID) -> Count:
    places = Counter(PLACES[status] for status, where in people.values() if where == group and status in PLACES)
    return Count(places["held"], places["taken"], places["waiting"])


@settings(max_examples=300, deadline=None)
@given(
    capacity=st.integers(0, 4),
    steps=st.lists(st.tuples(st.integers(0, 6), st.sampled_from(STATUSES), st.sampled_from(GROUPS)), max_size=60),
)
def test_any_sequence_of_moves_keeps_the_counters_true(capacity: int, steps: list[tuple[int, str, UUID]]) -> None:
    people: dict[int, tuple[str, UUID]] = {}
    counts = dict.fromkeys(GROUPS, Count())
    for person, status, group in steps:
        before = people.get(person, ("provider_review", group))
        moved = shift(before=before, after=(status, group))
        try:
            after = {one: changed(counts[one], change_of(moved, one), capacity=capacity) for one in {where for where, _ in moved}}
        except DomainError:
            continue  # the whole transaction is undone
        counts |= after
        people[person] = (status, group)
        for one in GROUPS:
            assert counts[one] == recount(people, one)
            assert counts[one].used <= capacity
            assert min(counts[one].held, counts[one].taken, counts[one].waiting) >= 0


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=8))
def test_shifts_add_up_to_where_one_came_to_in_the_end(path: list[str]) -> None:
    total: Counter[tuple[UUID, str]] = Counter()
    for before, after in zip(["provider_review", *path], path, strict=False):
        total.update(shift(before=(before, GROUPS[0]), after=(after, GROUPS[0])))
    assert {key: n for key, n in total.items() if n} == ({(GROUPS[0], PLACES[path[-1]]): 1} if path[-1] in PLACES else {})


def test_a_full_group_takes_nobody() -> None:
    with pytest.raises(GroupFull):
        changed(Count(held=1, taken=1), Count(held=1), capacity=2)


def test_nobody_jumps_the_queue() -> None:
    with pytest.raises(WaitingListFirst):
        changed(Count(held=1, waiting=1), Count(held=1), capacity=5)
    assert changed(Count(held=1, waiting=1), Count(held=1, waiting=-1), capacity=2) == Count(held=2)


def test_nobody_waits_for_a_free_seat() -> None:
    with pytest.raises(SeatsAreFree):
        changed(Count(held=1), Count(waiting=1), capacity=2)
    assert changed(Count(held=2), Count(waiting=1), capacity=2) == Count(held=2, waiting=1)


def test_an_exit_is_never_refused_even_in_a_group_grown_too_full() -> None:
    assert changed(Count(held=3), Count(held=-1), capacity=1) == Count(held=2)


def test_a_smaller_announcement_takes_no_seat_away() -> None:
    assert capacity_in_force(asked=5, held=3, taken=4) == 7
    assert capacity_in_force(asked=9, held=3, taken=4) == 9


def test_an_order_moves_a_seat_from_held_to_taken() -> None:
    moved = shift(before=("accepted", GROUPS[0]), after=("enrolled", GROUPS[0]))
    assert change_of(moved, GROUPS[0]) == Count(held=-1, taken=1)
    assert change_of(shift(before=("enrolled", GROUPS[0]), after=("completed", GROUPS[0])), GROUPS[0]) == Count()
