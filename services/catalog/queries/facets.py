"""Counts of a search: each facet is counted under all filters but its own, so the counts react to each other."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.finding import Shape, candidates, offers, open_groups, programme_conditions
from services.catalog.queries.labels import Labels
from services.catalog.rules.search import ANY, Wanted
from services.catalog.tables import Competence, Organisation, ProgrammeEffect, Territory

DICTIONARIES = {"kind": "programme_kind"} | {name: name for name in ("form", "funding", "subject", "level", "position")}
SHOWN_WHOLE = ("kind", "form", "funding", "subject", "level", "hours")
"""Facets short enough to show every value of their dictionary, the empty ones too."""
FOR_EVERYONE = {"subject": "Любой предмет", "position": "Любая должность", "level": "Любой уровень"}
BAND_TITLES = {"1-15": "до 15 ч", "16-24": "16–24 ч", "25-72": "25–72 ч", "73-249": "73–249 ч", "250-": "250 ч и больше"}

RATINGS = {"4.5": "от 4,5", "4": "от 4"}


@lru_cache(256)
def counted(shape: Shape) -> Select[Any]:
    """One statement for all counts: rows of facet, value, title, count; the row `total` counts what meets every filter."""
    groups = open_groups(shape)
    base = candidates(shape, offers(shape, groups), ranked=False)
    facets = programme_conditions(shape).keys()

    def fitting(facet: str) -> ColumnElement[bool]:
        return and_(true(), *(base.c[f"ok_{other}"] for other in facets if other != facet))

    def rows(facet: str, value: Any, title: Any, where: ColumnElement[bool], *, several: bool = False) -> Any:
        counted_once = distinct(base.c.id) if several else literal_column("*")
        return select(
            literal(facet, String).label("facet"),
            cast(value, String).label("value"),
            cast(title, String).label("title"),
            func.count(counted_once).filter(where).label("count"),
        )

    whole = base.c.group_fits
    parts = [
        rows("total", literal("all"), null(), fitting("") & whole).select_from(base),
        rows("has_seats", literal("true"), null(), fitting("") & base.c.seated).select_from(base),
    ]
    for least in RATINGS:
        high = fitting("rating_from") & whole & (base.c.rating >= float(least))
        parts.append(rows("rating_from", literal(least), null(), high).select_from(base))
    for facet, plain in (("kind", base.c.kind), ("form", base.c.form), ("funding", base.c.funding), ("hours", base.c.band)):
        parts.append(rows(facet, plain, null(), fitting(facet) & whole).select_from(base).group_by(plain))
    for facet, codes in (("subject", base.c.subjects), ("position", base.c.positions), ("level", base.c.levels)):
        stated = case((func.cardinality(codes) == 0, cast(array([ANY]), ARRAY(String))), else_=cast(codes, ARRAY(String)))
        value = func.unnest(stated).table_valued("value", name=f"each_{facet}").render_derived()
        part = rows(facet, value.c.value, null(), fitting(facet) & whole).select_from(base).join(value, true())
        parts.append(part.group_by(value.c.value))
    provider = (col(Organisation.id), col(Organisation.short_name))
    parts.append(
        rows("provider", *provider, fitting("provider") & whole)
        .select_from(base)
        .join(Organisation, col(Organisation.id) == base.c.provider_id)
        .group_by(*provider)
    )
    competence = (col(ProgrammeEffect.competence), func.coalesce(col(Competence.title), col(ProgrammeEffect.competence)))
    parts.append(
        rows("competence", *competence, fitting("competence") & whole)
        .select_from(base)
        .join(ProgrammeEffect, col(ProgrammeEffect.programme_id) == base.c.id)
        .outerjoin(Competence, col(Competence.code) == col(ProgrammeEffect.competence))
        .group_by(*competence)
    )
    place = (col(Territory.oktmo), col(Territory.title))
    parts.append(
        rows("oktmo", *place, fitting("") & groups.c.but_oktmo, several=True)
        .select_from(base)
        .join(groups, groups.c.programme_id == base.c.id)
        .join(Territory, col(Territory.oktmo) == groups.c.oktmo)
        .group_by(*place)
    )
    return select(union_all(*parts).subquery())


async def shown(session: AsyncSession, counts: Sequence[Any], wanted: Wanted, labels: Labels) -> dict[str, list[dict[str, Any]]]:
    """The facets as lists of value, title, count and whether chosen; a chosen value is never hidden."""
    table: dict[str, dict[str, tuple[str | None, int]]] = {}
    for row in counts:
        table.setdefault(row.facet, {})[row.value] = (row.title, row.count)
    facets: dict[str, list[dict[str, Any]]] = {}
    for facet in ("kind", "form", "hours", "subject", "level", "position", "competence", "provider", "oktmo", "funding"):
        found, chosen = table.get(facet, {}), [str(value) for value in getattr(wanted, facet)]
        titles = await titles_of(session, facet, [*found, *chosen], found, labels)
        values: list[dict[str, Any]] = [
            {"value": value, "title": title, "count": found.get(value, (None, 0))[1], "chosen": value in chosen}
            for value, title in titles.items()
        ]
        if facet not in SHOWN_WHOLE:
            values.sort(key=lambda one: (-one["count"], one["title"]))
        facets[facet] = values
    facets["rating_from"] = [
        {"value": least, "title": title, "count": table["rating_from"][least][1], "chosen": wanted.rating_from == float(least)}
        for least, title in RATINGS.items()
    ]
    seats = table["has_seats"]["true"][1]
    facets["has_seats"] = [{"value": "true", "title": "Есть свободные места", "count": seats, "chosen": wanted.has_seats}]
    return facets


async def titles_of(
    session: AsyncSession, facet: str, values: list[str], found: dict[str, tuple[str | None, int]], labels: Labels
) -> dict[str, str]:
    """The values of a facet that are shown, with titles, in the order of their dictionary if they have one."""
    if facet == "hours":
        return BAND_TITLES
    if facet in DICTIONARIES:
        terms = labels.terms[DICTIONARIES[facet]]
        listed = list(terms) if facet in SHOWN_WHOLE else [code for code in terms if code in values]
        known = {code: terms[code][0] for code in listed}
        rest = {value: FOR_EVERYONE.get(facet, value) if value == ANY else value for value in values if value not in known}
        return known | rest
    titles = {value: title or value for value, (title, _) in found.items()}
    if missing := [value for value in values if value not in titles]:
        titles |= await looked_up(session, facet, missing)
    return titles


async def looked_up(session: AsyncSession, facet: str, values: list[str]) -> dict[str, str]:
    """Titles of chosen values that nothing found has; an unknown value speaks for itself."""
    if facet == "provider":
        named = select(cast(col(Organisation.id), String), col(Organisation.short_name)).where(
            col(Organisation.id).in_([UUID(value) for value in values])
        )
    elif facet == "oktmo":
        named = select(col(Territory.oktmo), col(Territory.title)).where(col(Territory.oktmo).in_(values))
    else:
        named = select(col(Competence.code), col(Competence.title)).where(col(Competence.code).in_(values))
    known = dict(row for row in await session.execute(named))
    return {value: known.get(value, value) for value in values}
