"""Groups: what opens soon, and one group's page."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.labels import Labels, labels
from services.catalog.queries.paging import paged
from services.catalog.queries.seats import COLUMNS, TO_COME, G, S, group_shown
from services.catalog.rules.search import WantedGroups
from services.catalog.tables import Organisation, Programme, Territory
from shared.errors import NotFound


def groups_with_programmes() -> Select[Any]:
    return (
        select(
            *COLUMNS,
            col(G.timetable),
            col(G.contact_phone),
            col(G.contact_email),
            col(G.revision),
            col(Programme.code).label("programme_code"),
            col(Programme.title).label("programme_title"),
            col(Programme.hours).label("programme_hours"),
            col(Programme.status).label("programme_status"),
            col(Programme.published_at).label("programme_published_at"),
            col(Organisation.id).label("provider_id"),
            col(Organisation.name).label("provider_name"),
            col(Organisation.short_name).label("provider_short_name"),
        )
        .join_from(G, Programme, col(Programme.id) == col(G.programme_id))
        .join(Organisation, col(Organisation.id) == col(G.provider_id))
        .outerjoin(S, col(S.group_id) == col(G.id))
        .outerjoin(Territory, col(Territory.oktmo) == col(G.oktmo))
    )


def groups_wanted(wanted: WantedGroups) -> Select[Any]:
    """The groups that a list is about; upcoming ones are announced, of published programmes, and their enrolment has not closed."""
    listed = groups_with_programmes()
    if wanted.upcoming:
        listed = listed.where(TO_COME, col(Programme.status) == "published")
    for column, value in ((G.programme_id, wanted.programme), (G.provider_id, wanted.provider), (G.oktmo, wanted.oktmo)):
        if value is not None:
            listed = listed.where(col(column) == value)
    if wanted.starts_from:
        listed = listed.where(col(G.starts) >= wanted.starts_from)
    return listed


async def groups_listed(session: AsyncSession, wanted: WantedGroups, *, today: date) -> dict[str, Any]:
    """A page of groups by their first day."""
    page, more = await paged(session, groups_wanted(wanted), wanted, G, by="starts", bound={"today": today})
    said = await labels(session, today)
    return {"items": [with_programme(row, said, today) for row in page], "next": more}


async def group_card(session: AsyncSession, group_id: UUID, *, today: date) -> dict[str, Any]:
    row = (await session.execute(groups_with_programmes().where(col(G.id) == group_id))).first()
    if row is None:
        raise NotFound("Такого потока нет.")
    own = {"timetable": row.timetable, "contact_phone": row.contact_phone, "contact_email": row.contact_email, "revision": row.revision}
    return with_programme(row, await labels(session, today), today) | own


def with_programme(row: Any, said: Labels, today: date) -> dict[str, Any]:
    return group_shown(row, said, today) | {
        "programme": {
            "id": row.programme_id,
            "code": row.programme_code,
            "title": row.programme_title,
            "hours": row.programme_hours,
            "status": row.programme_status,
            "published_at": row.programme_published_at,
        },
        "provider": {"id": row.provider_id, "name": row.provider_name, "short_name": row.provider_short_name},
    }
