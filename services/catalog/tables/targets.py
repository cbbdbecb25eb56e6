"""What can be reviewed, of whatever kind: one selectable that reviews are joined to."""

from sqlalchemy import String, literal, select
from sqlmodel import col

from services.catalog.tables.programmes import Programme

TARGETS = (
    select(
        literal("programme", String).label("kind"),
        col(Programme.id).label("id"),
        col(Programme.title).label("title"),
        col(Programme.provider_id).label("provider_id"),
    )
    .where(col(Programme.status) != "draft")
    .subquery("target")
)
"""Programmes that were ever published; events join by `union_all` with the id of their organiser."""
