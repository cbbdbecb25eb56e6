"""How close a programme is to what a query means: ideas its text says, wishes it meets."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    Float,
    Integer,
    Text,
    any_,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col

from services.catalog.queries.search_reading import Reading
from services.catalog.rules.search_meaning import WISHES
from services.catalog.rules.search_words import PHRASE, SYNONYM
from services.catalog.tables import Organisation, Programme

P = Programme
WEIGHTS = "{0.15, 0.4, 0.6, 1.0}"
"""What a match in provider and audience, in annotation and modules, in themes, and in the title is worth."""
ONCE = 0.607927
"""PostgreSQL's rank of one word said once in a title; divided by it, such a match is worth 1."""
LEAST = 0.3
"""The least share of what a query asks for that a programme found has to say."""
WORTH = {"kind": 0.5, "form": 0.55, "funding": 0.25, "position": 0.6, "level": 0.2, "hours": 0.55, "oktmo": 0.5}
WORTH |= {"starts": 0.35, "has_seats": 0.2}
"""What a wish met is worth beside an idea said in the title."""
HOME = 0.6
"""What a provider in the wished municipality is worth beside a group there."""


def bound(reading: Reading) -> dict[str, Any]:
    """The values of the statements below."""
    ideas, wishes = reading.meaning.ideas, reading.meaning.wishes
    rows = [
        (place, way, worth, weight, missed * min(1.0, worth / SYNONYM / PHRASE))
        for place, (idea, weight, missed) in enumerate(zip(ideas, reading.weights, reading.missed, strict=True))
        for way, worth in idea.ways
    ]
    low, high = wishes.get("hours", (0, 0))
    first, last = wishes.get("starts", (date.max, date.max))
    return {
        "places": [row[0] for row in rows],
        "ways": [row[1] for row in rows],
        "worths": [row[2] for row in rows],
        "weights": [row[3] for row in rows],
        "covers": [row[4] for row in rows],
        "any_way": " | ".join(f"( {row[1]} )" for row in rows),
        "rank_weights": WEIGHTS,
        "least_said": LEAST * sum(reading.missed) or 1.0,
        "least_wished": LEAST * sum(WORTH[name] for name in wishes) or 1.0,
        "wish_hours_from": low,
        "wish_hours_to": high,
        "wish_starts_from": first,
        "wish_starts_to": last,
        **{f"wish_{name}": wishes.get(name, []) for name in ("kind", "form", "funding", "position", "level", "oktmo")},
        **{f"worth_{name}": WORTH[name] if name in wishes else 0.0 for name in WISHES},
    }


ANY_WAY: ColumnElement[Any] = cast(bindparam("any_way", type_=Text), TSQUERY)
"""Everything that the ideas of a query can be said by, for the index and for marking found words."""

SAID = (
    text("""
SELECT coalesce(sum(best.closeness * best.weight), 0) AS closeness, coalesce(sum(best.cover), 0) AS cover
FROM (
    SELECT max(asked.worth * ts_rank(CAST(:rank_weights AS real[]), programme.document, asked.way) / :once) AS closeness,
        max(asked.weight) AS weight, max(asked.cover) AS cover
    FROM unnest(:places, CAST(:ways AS tsquery[]), :worths, :weights, :covers) AS asked (place, way, worth, weight, cover)
    WHERE programme.document @@ asked.way
    GROUP BY asked.place
) AS best
""")
    .bindparams(
        bindparam("rank_weights", type_=Text),
        bindparam("once", ONCE, type_=Float),
        bindparam("places", type_=ARRAY(Integer)),
        bindparam("ways", type_=ARRAY(Text)),
        *(bindparam(name, type_=ARRAY(Float)) for name in ("worths", "weights", "covers")),
    )
    .columns(column("closeness", Float), column("cover", Float))
    .lateral("said")
)
"""For one programme: how well it says the ideas, each by its best way, and the weight of those it says."""


def wished_of_programmes() -> list[ColumnElement[Any]]:
    """What the wishes are worth that a programme meets by itself, and whether its provider is at home where a group is wished."""
    hours = col(P.hours).between(bindparam("wish_hours_from", type_=Integer), bindparam("wish_hours_to", type_=Integer))
    met = {
        "kind": col(P.kind) == wish("kind"),
        "form": col(P.form) == wish("form"),
        "funding": col(P.funding) == wish("funding"),
        "position": overlapping("position", col(P.positions)),
        "level": overlapping("level", col(P.levels)),
        "hours": hours,
    }
    home = select(col(Organisation.oktmo)).where(col(Organisation.id) == col(P.provider_id)).correlate(P).scalar_subquery()
    at_home = case((worth_of("oktmo") > 0, home == wish("oktmo")), else_=false())
    return [summed(met).label("worth"), at_home.label("at_home")]


def wished(programmes: CTE, offered: CTE) -> ColumnElement[float]:
    """What all the wishes that a programme and its groups meet are worth."""
    near = case((func.coalesce(offered.c.wish_oktmo, false()), 1.0), (programmes.c.at_home, HOME), else_=0.0)
    met = {"starts": func.coalesce(offered.c.wish_starts, false()), "has_seats": func.coalesce(offered.c.seated, false())}
    return programmes.c.worth + worth_of("oktmo") * near + summed(met)


def worth_of(name: str) -> ColumnElement[float]:
    return bindparam(f"worth_{name}", type_=Float)


def summed(met: Mapping[str, ColumnElement[bool]]) -> ColumnElement[float]:
    return sum((worth_of(name) * case((one, 1.0), else_=0.0) for name, one in met.items()), literal(0.0, Float))


def groups_wished(groups: CTE) -> list[ColumnElement[bool]]:
    """Whether one of a programme's open groups meets the wishes about groups."""
    starts = groups.c.starts.between(bindparam("wish_starts_from", type_=Date), bindparam("wish_starts_to", type_=Date))
    return [func.bool_or(groups.c.oktmo == wish("oktmo")).label("wish_oktmo"), func.bool_or(starts).label("wish_starts")]


def wish(name: str) -> Any:
    return any_(bindparam(f"wish_{name}", type_=ARRAY(Text)))


def overlapping(name: str, codes: Any) -> ColumnElement[bool]:
    """Whether an audience names one of the wished codes."""
    met: ColumnElement[bool] = codes.overlap(bindparam(f"wish_{name}", type_=ARRAY(Text)))
    return met
