"""Seats and dates of groups, as every list and card shows them."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, bindparam, case, func
from sqlmodel import col

from services.catalog.queries.labels import Labels
from services.catalog.rules.groups import enrolment_now, free_seats
from services.catalog.tables import Group, SeatCount, Territory

G, S = Group, SeatCount
COLUMNS: tuple[Any, ...] = (
    col(G.id),
    col(G.programme_id),
    col(G.starts),
    col(G.ends),
    col(G.enrolment_opens),
    col(G.enrolment_closes),
    col(G.capacity_asked),
    col(G.form),
    col(G.funding),
    col(G.oktmo),
    col(Territory.title).label("municipality"),
    col(G.place),
    col(G.status),
    col(G.cancellation_reason),
    col(S.capacity),
    col(S.held),
    col(S.taken),
    col(S.waiting),
    col(S.quotas),
    col(S.as_of),
)
"""What is read of a group; the tables are `study_group` with outer joins to `seat_count` and `territory`."""

FREE = case((col(S.capacity).is_(None), col(G.capacity_asked)), else_=func.greatest(col(S.capacity) - col(S.held) - col(S.taken), 0))
"""Free seats; a group whose seats were not heard of yet has all it asked for."""


TODAY: ColumnElement[date] = bindparam("today", type_=Date)
WITH_SEATS = (func.coalesce(col(S.capacity) - col(S.held) - col(S.taken), 1) > 0) & (col(G.enrolment_opens) <= TODAY)
"""Groups that can be applied for today and have a free seat; `today` is to be bound."""
TO_COME = (col(G.status) == "announced") & (col(G.enrolment_closes) >= TODAY)
"""Announced groups whose enrolment has not closed; `today` is to be bound."""


def group_shown(row: Row[Any], labels: Labels, today: date) -> dict[str, Any]:
    """A group with its seats «на HH:MM» and what can be done about it today."""
    counted = row.capacity is not None
    return {
        "id": row.id,
        "programme_id": row.programme_id,
        "starts": row.starts,
        "ends": row.ends,
        "enrolment_opens": row.enrolment_opens,
        "enrolment_closes": row.enrolment_closes,
        "enrolment": enrolment_now(status=row.status, opens=row.enrolment_opens, closes=row.enrolment_closes, today=today),
        "capacity_asked": row.capacity_asked,
        "form": labels.coded("form", row.form),
        "funding": labels.coded("funding", row.funding),
        "oktmo": row.oktmo,
        "municipality": row.municipality,
        "place": row.place,
        "status": row.status,
        "cancellation_reason": row.cancellation_reason,
        "seats": {
            "capacity": row.capacity,
            "held": row.held,
            "taken": row.taken,
            "waiting": row.waiting,
            "free": free_seats(capacity=row.capacity, held=row.held, taken=row.taken),
            "quotas": row.quotas,
            "as_of": row.as_of,
        }
        if counted
        else None,
    }
