"""Organisations: the register by kind and place, and one organisation with the names it had."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, null, or_, select, true, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.counting import PLACE, rows_of
from services.catalog.queries.labels import Labels, labels, municipality
from services.catalog.queries.paging import paged
from services.catalog.rules.search import WantedOrganisations
from services.catalog.tables import Organisation, OrganisationChange, OrganisationName, Programme, Territory
from shared.access import Caller
from shared.database import within
from shared.errors import NotFound

COLUMNS: tuple[Any, ...] = tuple(col(getattr(Organisation, name)) for name in Organisation.model_fields)

HIGHEST, CHANGES_MOST = 6, 200


def organisations_with_places() -> Select[Any]:
    places = col(Territory.oktmo) == col(Organisation.oktmo)
    return select(*COLUMNS, col(Territory.title).label("municipality")).join_from(Organisation, Territory, places, isouter=True)


async def organisations_listed(session: AsyncSession, wanted: WantedOrganisations, *, today: date) -> dict[str, Any]:
    """Organisations by name, with how many there are of each kind and in each place."""
    asked = asked_of(wanted)
    conditions: dict[str, ColumnElement[bool]] = {"kind": col(Organisation.kind).in_(wanted.kind)} if wanted.kind else {}
    if place := wanted.oktmo and await municipality(session, wanted.oktmo, today):
        conditions["oktmo"] = col(Organisation.oktmo) == place
    elif wanted.oktmo:
        conditions["oktmo"] = false()
    listed = organisations_with_places().where(asked, *conditions.values())
    page, more = await paged(session, listed, wanted, Organisation, by="name")
    said = await labels(session, today)
    counts = (await session.execute(counted(asked, conditions))).all()
    chosen: dict[str, list[Any]] = {"kind": wanted.kind, "oktmo": [place]}
    return {
        "items": [organisation_shown(row, said) for row in page],
        "next": more,
        "total": next(row.count for row in counts if row.facet == "total"),
        "facets": {
            facet: [
                {"value": row.value, "title": row.title or said.coded("organisation_kind", row.value)["title"], "count": row.count}
                | {"chosen": row.value in chosen[facet]}
                for row in counts
                if row.facet == facet
            ]
            for facet in chosen
        },
    }


def asked_of(wanted: WantedOrganisations) -> ColumnElement[bool]:
    """What is asked of organisations besides kind and place."""
    asked: list[ColumnElement[bool]] = [true()]
    if wanted.q:
        names = (Organisation.name, Organisation.short_name, Organisation.previous_name)
        asked.append(or_(*(func.lower(col(name)).contains(wanted.q.lower(), autoescape=True) for name in names)))
    among = ((Organisation.code, wanted.code), (Organisation.id, wanted.id), (Organisation.status, wanted.status))
    asked += [col(column).in_(values) for column, values in among if values]
    if wanted.authority_id:
        asked.append(col(Organisation.authority_id) == wanted.authority_id)
    return and_(*asked)


def counted(asked: ColumnElement[bool], conditions: Mapping[str, ColumnElement[bool]]) -> Select[Any]:
    """Rows of facet, value, title and count, places by their titles."""
    met = (condition.label(f"ok_{name}") for name, condition in conditions.items())
    base = select(col(Organisation.kind), col(Organisation.oktmo), *met).where(asked).cte("base")
    parts = [
        rows_of(base, conditions, "total", literal("all"), null()),
        rows_of(base, conditions, "kind", base.c.kind, null()).group_by(base.c.kind),
        rows_of(base, conditions, "oktmo", *PLACE).join(Territory, PLACE[0] == base.c.oktmo).group_by(*PLACE),
    ]
    rows = union_all(*parts).subquery()
    return select(rows).order_by(rows.c.title)


async def organisation_card(session: AsyncSession, organisation_id: UUID, *, today: date) -> dict[str, Any]:
    row = (await session.execute(organisations_with_places().where(col(Organisation.id) == organisation_id))).first()
    if row is None:
        raise NotFound("Такой организации нет.")
    names = await session.execute(
        select(col(OrganisationName.valid_from), col(OrganisationName.name), col(OrganisationName.short_name))
        .where(col(OrganisationName.organisation_id) == organisation_id)
        .order_by(col(OrganisationName.valid_from).desc())
    )
    published = (col(Programme.provider_id) == organisation_id) & (col(Programme.status) == "published")
    programmes = await session.scalar(select(func.count()).select_from(Programme).where(published))
    said = await labels(session, today)
    above = await above_of(session, row.authority_id, said) if row.authority_id else []
    shown = organisation_shown(row, said)
    return shown | {"names": [name._asdict() for name in names], "above": above, "programmes": programmes}


async def above_of(session: AsyncSession, authority_id: UUID, said: Labels) -> list[dict[str, Any]]:
    """The organisations above, the highest first; kinds stand above each other in no circle."""
    shown = (col(Organisation.id), col(Organisation.short_name), col(Organisation.kind), col(Organisation.authority_id))
    chain = select(*shown, literal(1).label("step")).where(col(Organisation.id) == authority_id).cte("chain", recursive=True)
    chain = chain.union_all(select(*shown, chain.c.step + 1).where(col(Organisation.id) == chain.c.authority_id, chain.c.step < HIGHEST))
    rows = await session.execute(select(chain.c.id, chain.c.short_name, chain.c.kind).order_by(chain.c.step.desc()))
    return [{"id": row.id, "short_name": row.short_name, "kind": said.coded("organisation_kind", row.kind)} for row in rows]


async def organisation_changes(session: AsyncSession, organisation_id: UUID, *, caller: Caller) -> list[dict[str, Any]]:
    """What changed when; a foreign organisation answers as an unknown one."""
    mine = within(caller, provider=col(Organisation.id))
    if await session.scalar(select(col(Organisation.id)).where(col(Organisation.id) == organisation_id, mine)) is None:
        raise NotFound("Такой организации нет.")
    kept = (OrganisationChange.revision, OrganisationChange.changed_at, OrganisationChange.role, OrganisationChange.changes)
    own = select(*(col(one) for one in kept)).where(col(OrganisationChange.organisation_id) == organisation_id)
    return [row._asdict() for row in await session.execute(own.order_by(col(OrganisationChange.revision).desc()).limit(CHANGES_MOST))]


def organisation_shown(row: Any, said: Labels) -> dict[str, Any]:
    whole = row._asdict()
    licence = {name: whole.pop(f"licence_{name}") for name in ("number", "issued", "authority", "status")}
    return {**whole, "kind": said.coded("organisation_kind", row.kind), "licence": licence if licence["number"] else None}
