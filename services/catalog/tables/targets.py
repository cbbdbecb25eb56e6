"""What can be reviewed, of whatever kind: one selectable that reviews are joined to."""

from sqlalchemy import String, literal, select, union_all
from sqlmodel import col

from services.catalog.rules.programmes import UNSEEN
from services.catalog.tables.events import Gathering
from services.catalog.tables.programmes import Programme

TARGETS = union_all(
    select(
        literal("programme", String).label("kind"),
        col(Programme.id).label("id"),
        col(Programme.title).label("title"),
        col(Programme.provider_id).label("provider_id"),
    ).where(col(Programme.status).not_in(UNSEEN)),
    select(literal("event", String), col(Gathering.id), col(Gathering.title), col(Gathering.organiser_id)).where(
        col(Gathering.status) != "draft"
    ),
).subquery("target")
"""Programmes and events that were ever published."""
