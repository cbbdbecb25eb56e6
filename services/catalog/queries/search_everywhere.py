"""The search over all kinds: the same reading of words, a few results of every kind, and how many there are of each."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Numeric, String, Text, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.search import programmes_found
from services.catalog.queries.search_reading import mended, wordings_of
from services.catalog.rules.cursors import cursor_of, figure, left_at, stale
from services.catalog.rules.search import Wanted
from services.catalog.rules.search_everywhere import KINDS, WantedAnything, query_of

FOUND = """
WITH found AS (
    SELECT kind, item_id, title, summary, day,
        CAST(ts_rank('{0.15, 0.4, 0.6, 1.0}', document, CAST(:query AS tsquery), 1)
            + CASE WHEN kind = 'event' AND day < :today THEN 0 ELSE 0.05 END AS numeric(12, 6)) AS closeness
    FROM findable WHERE document @@ CAST(:query AS tsquery)
)
"""
COUNTS = text(FOUND + "SELECT kind, count(*) AS count_of FROM found GROUP BY kind")
FIRST = text(
    FOUND
    + """
SELECT kind, item_id, title, summary, day, closeness FROM (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY closeness DESC, item_id) AS place FROM found
) AS placed WHERE place <= :limit + 1 ORDER BY kind, place
"""
)
ONWARD = text(
    FOUND
    + """
SELECT kind, item_id, title, summary, day, closeness FROM found
WHERE kind = :kind AND (closeness < :left_key OR (closeness = :left_key AND item_id > :left_id))
ORDER BY closeness DESC, item_id LIMIT :limit + 1
"""
)
TYPES: dict[str, Any] = {"query": Text, "today": Date, "limit": Integer, "kind": String, "left_key": Numeric(12, 6), "left_id": Uuid}


async def anything_found(session: AsyncSession, wanted: WantedAnything, *, today: date) -> dict[str, Any]:
    """Results by kind with their counts; when a kind is chosen, a page of it."""
    empty: dict[str, Any] = {"corrected": None, "kinds": kinds_of({}, wanted), "groups": [], "total": 0}
    if not wanted.q.strip():
        return empty
    words, corrected = await mended(session, wanted.q, today, True)
    query = query_of(words, await wordings_of(session, words, today))
    programmes = await programmes_of(session, wanted, today)
    bound = {"query": query, "today": today}
    counts = {row.kind: row.count_of for row in await session.execute(bound_in(COUNTS, bound), bound)} if query else {}
    counts["programme"] = programmes["total"]
    groups = [programmes] if wanted.kind in (None, "programme") and programmes["items"] else []
    if query and wanted.kind != "programme":
        groups += await groups_of(session, wanted, bound, counts)
    order = list(KINDS)
    groups.sort(key=lambda one: order.index(one["kind"]))
    return {"corrected": corrected, "kinds": kinds_of(counts, wanted), "groups": groups, "total": sum(counts.values())}


def bound_in(statement: Any, values: dict[str, Any]) -> Any:
    return statement.bindparams(*(bindparam(name, type_=TYPES[name]) for name in values))


async def programmes_of(session: AsyncSession, wanted: WantedAnything, today: date) -> dict[str, Any]:
    """The programmes among the results, found as their own search finds them."""
    own = wanted.kind == "programme"
    asked = Wanted(q=wanted.q, limit=wanted.limit, cursor=wanted.cursor if own else None)
    found = await programmes_found(session, asked, today=today, everywhere=True)
    items = [
        {
            "kind": "programme",
            "id": one["id"],
            "title": one["title"],
            "summary": f"{one['provider']['short_name']}, {one['hours']} ч, {one['form']['short']}. Шифр {one['code']}.",
            "day": one["nearest_group"]["starts"] if one["nearest_group"] else None,
        }
        for one in found["items"]
    ]
    return {"kind": "programme", "title": KINDS["programme"], "items": items, "total": found["total"], "next": found["next"]}


async def groups_of(session: AsyncSession, wanted: WantedAnything, bound: dict[str, Any], counts: dict[str, int]) -> list[dict[str, Any]]:
    """The first results of every other kind, or a page of the chosen one."""
    if wanted.kind and wanted.cursor:
        said, last = left_at(wanted.cursor, order=wanted.kind)
        try:
            values = {**bound, "kind": wanted.kind, "limit": wanted.limit, "left_key": figure(said), "left_id": last}
        except ValueError as reason:
            raise stale() from reason
        rows = (await session.execute(bound_in(ONWARD, values), values)).all()
    else:
        values = {**bound, "limit": wanted.limit}
        rows = (await session.execute(bound_in(FIRST, values), values)).all()
    groups = []
    for kind, title in KINDS.items():
        of_kind = [row for row in rows if row.kind == kind]
        if not of_kind or wanted.kind not in (None, kind):
            continue
        page = of_kind[: wanted.limit]
        more = cursor_of(order=kind, key=str(page[-1].closeness), last=page[-1].item_id) if len(of_kind) > wanted.limit else None
        items = [{"kind": kind, "id": row.item_id, "title": row.title, "summary": row.summary, "day": row.day} for row in page]
        groups.append({"kind": kind, "title": title, "items": items, "total": counts[kind], "next": more})
    return groups


def kinds_of(counts: dict[str, int], wanted: WantedAnything) -> list[dict[str, Any]]:
    return [{"value": kind, "title": title, "count": counts.get(kind, 0), "chosen": kind == wanted.kind} for kind, title in KINDS.items()]
