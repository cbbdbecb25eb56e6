"""Which counter of a group an application stands in, how a move shifts the counters, and when that is refused."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from services.enrollment.rules.refusals import GroupFull, SeatsAreFree, WaitingListFirst

Place = Literal["held", "taken", "waiting"]
PLACES: Mapping[str, Place] = {
    "seat_offered": "held",
    "accepted": "held",
    "enrolled": "taken",
    "completed": "taken",
    "not_completed": "taken",
    "waiting_list": "waiting",
}
"""A finished training keeps the seat it was studied on; every other exit gives it back."""

Shift = Counter[tuple[UUID, Place]]
"""What to add to the counters of groups."""


def shift(*, before: tuple[str | None, UUID | None], after: tuple[str, UUID | None]) -> Shift:
    """The counters' change when an application goes from one (status, group) to another."""
    change: Shift = Counter()
    for (status, group), step in ((before, -1), (after, 1)):
        if status is not None and status in PLACES and group is not None:
            change[group, PLACES[status]] += step
    return change


@dataclass(frozen=True, slots=True)
class Count:
    """A group's counters, or a change of them; `elsewhere` are seats in other groups that the same command gives back."""

    held: int = 0
    taken: int = 0
    waiting: int = 0
    elsewhere: int = 0

    @property
    def used(self) -> int:
        return self.held + self.taken

    @property
    def accepts(self) -> bool:
        """Whether somebody gets a seat who did not wait for it."""
        return self.held > 0 and self.waiting == 0

    @property
    def queues(self) -> bool:
        """Whether somebody starts to wait who held no seat."""
        return self.waiting > 0 and self.held == 0 and self.elsewhere == 0


def change_of(shift: Shift, group: UUID) -> Count:
    """One group's part of a shift."""
    elsewhere = -sum(step for (other, place), step in shift.items() if place == "held" and other != group and step < 0)
    return Count(shift[group, "held"], shift[group, "taken"], shift[group, "waiting"], elsewhere)


def changed(count: Count, change: Count, *, capacity: int) -> Count:
    """The counters after a change.

    Raises `WaitingListFirst` when it would jump the queue, `SeatsAreFree` when it would queue for nothing, `GroupFull` without a seat.
    """
    after = Count(count.held + change.held, count.taken + change.taken, count.waiting + change.waiting)
    if change.used > 0 and after.used > capacity:
        raise GroupFull()
    if change.accepts and count.waiting:
        raise WaitingListFirst()
    if change.queues and count.used < capacity and not count.waiting:
        raise SeatsAreFree()
    return after


def capacity_in_force(*, asked: int, held: int, taken: int) -> int:
    """The capacity after the announcement asks for another one: never below the seats in use."""
    return max(asked, held + taken)
