"""Counts of a search: each facet is counted under all filters but its own, so the counts react to each other."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
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

from services.catalog.queries.counting import said_of
from services.catalog.queries.finding import Shape, programme_conditions
from services.catalog.queries.labels import Labels
from services.catalog.rules.search import ANY, Wanted
from services.catalog.tables import Competence, Organisation, ProgrammeEffect, Territory

DICTIONARIES = {"kind": "programme_kind"} | {name: name for name in ("form", "funding", "subject", "level", "position")}
SHOWN_WHOLE = ("kind", "form", "funding", "subject", "level", "hours")
"""Facets short enough to show every value of their dictionary, the empty ones too."""
FOR_EVERYONE = {"subject": "Любой предмет", "position": "Любая должность", "level": "Любой уровень"}
BAND_TITLES = {"1-15": "до 15 ч", "16-24": "16–24 ч", "25-72": "25–72 ч", "73-249": "73–249 ч", "250-": "250 ч и больше"}

RATINGS = {"4.5": "от 4,5", "4": "от 4"}


PLAIN = {"kind": "kind", "form": "form", "funding": "funding", "hours": "band", "provider": "provider_id"}
LISTS = {"subject": "subjects", "position": "positions", "level": "levels"}
"""Facets by the candidates' columns that they count: one value a programme, or several."""


def counts(shape: Shape, base: CTE) -> Subquery:
    """All counts, a JSON array of facet, value, title, count for each; the one named `total` counts what meets every filter."""
    every = union_all(*own_counts(shape, base), competence_counts(shape, base), place_counts(shape, base)).subquery()
    each = func.json_build_array(every.c.facet, every.c.value, every.c.title, every.c.count)
    return select(func.json_agg(each).label("said")).subquery("counts")


def fitting(shape: Shape, base: CTE, facet: str = "") -> ColumnElement[bool]:
    """Whether a candidate meets every condition about programmes, except a facet's own."""
    return and_(true(), *(base.c[f"ok_{other}"] for other in programme_conditions(shape) if other != facet))


def meeting(shape: Shape, base: CTE, facet: str = "") -> ColumnElement[bool]:
    """Whether it has a group, too, that meets every condition about groups."""
    return fitting(shape, base, facet) & base.c.group_fits


def row(facet: str, value: Any, title: Any, count: ColumnElement[int]) -> Any:
    return select(*said_of(facet, value, title), count.label("count"))


def own_counts(shape: Shape, base: CTE) -> Iterator[Select[Any]]:
    """Counts by what a programme says of itself: one pass counts by every column, lists are taken apart and titles joined after it."""
    by, filtered = PLAIN | LISTS, programme_conditions(shape).keys()

    def met(facet: str = "", also: ColumnElement[bool] | None = None) -> ColumnElement[int]:
        return func.count().filter(meeting(shape, base, facet) & (true() if also is None else also))

    sums = (
        select(
            *(func.grouping(base.c[column]).label(f"not_by_{facet}") for facet, column in by.items()),
            *(base.c[column].label(facet) for facet, column in by.items()),
            met().label("met"),
            func.count().filter(fitting(shape, base) & base.c.seated).label("seated"),
            *(met(facet).label(f"met_but_{facet}") for facet in by if facet in filtered),
            *(met("rating_from", base.c.rating >= float(least)).label(f"rated_{least}") for least in RATINGS),
        )
        .group_by(func.grouping_sets(literal_column("()"), *(base.c[column] for column in by.values())))
        .cte("sums")
    )

    def counts(facet: str) -> Any:
        return sums.c[f"met_but_{facet}" if facet in filtered else "met"]

    every = and_(*(sums.c[f"not_by_{facet}"] == 1 for facet in by))
    yield row("total", literal("all"), null(), sums.c.met).where(every)
    yield row("has_seats", literal("true"), null(), sums.c.seated).where(every)
    for least in RATINGS:
        yield row("rating_from", literal(least), null(), sums.c[f"rated_{least}"]).where(every)
    for facet in PLAIN:
        if facet == "provider":
            part = row(facet, sums.c.provider, col(Organisation.short_name), counts(facet)).join_from(
                sums, Organisation, col(Organisation.id) == sums.c.provider
            )
        else:
            part = row(facet, sums.c[facet], null(), counts(facet))
        yield part.where(sums.c[f"not_by_{facet}"] == 0)
    for facet in LISTS:
        codes = sums.c[facet]
        stated = case((func.cardinality(codes) == 0, cast(array([ANY]), ARRAY(String))), else_=cast(codes, ARRAY(String)))
        value = func.unnest(stated).table_valued("value", name=f"each_{facet}").render_derived()
        part = row(facet, value.c.value, null(), func.sum(counts(facet))).select_from(sums).join(value, true())
        yield part.where(sums.c[f"not_by_{facet}"] == 0).group_by(value.c.value)


def competence_counts(shape: Shape, base: CTE) -> Select[Any]:
    developed = (
        select(col(ProgrammeEffect.competence), func.count().filter(meeting(shape, base, "competence")).label("programmes"))
        .join_from(base, ProgrammeEffect, col(ProgrammeEffect.programme_id) == base.c.id)
        .group_by(col(ProgrammeEffect.competence))
        .subquery()
    )
    title = func.coalesce(col(Competence.title), developed.c.competence)
    of_competence = col(Competence.code) == developed.c.competence
    counts: Select[Any] = row("competence", developed.c.competence, title, developed.c.programmes)
    return counts.join_from(developed, Competence, of_competence, isouter=True)


def place_counts(shape: Shape, base: CTE) -> Select[Any]:
    """Programmes with a group in each municipality, under all filters but that one."""
    there = select(base.c.id, func.unnest(base.c.places).label("oktmo")).where(fitting(shape, base)).distinct().subquery()
    places = select(there.c.oktmo, func.count().label("programmes")).group_by(there.c.oktmo).subquery()
    counts: Select[Any] = row("oktmo", places.c.oktmo, col(Territory.title), places.c.programmes)
    return counts.join_from(places, Territory, col(Territory.oktmo) == places.c.oktmo)


async def shown(session: AsyncSession, counts: Sequence[Any], wanted: Wanted, labels: Labels) -> dict[str, list[dict[str, Any]]]:
    """The facets as lists of value, title, count and whether chosen; a chosen value is never hidden."""
    table: dict[str, dict[str, tuple[str | None, int]]] = {}
    for facet, value, title, count in counts:
        table.setdefault(facet, {})[value] = (title, count)
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
        said = {value: labels.coded(DICTIONARIES[facet], value)["title"] for value in values if value not in known}
        rest = {value: FOR_EVERYONE.get(facet, title) if value == ANY else title for value, title in said.items()}
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
