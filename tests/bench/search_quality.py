"""How well the search answers real-looking queries, against PostgreSQL's plain full text on the same register.

`search_quality.jsonl` holds queries with the programmes that answer them, by grade: 3 what was asked for, 2 a good answer, 1 related. They
were graded blind, from the programmes' texts and the pooled, shuffled top ten of three rankers (full text, trigrams, the search before its
tuning), for the query as it was meant. A hash splits the queries in two: the search was tuned on one half, the other is reported here.
The dictionary of wordings was written for the field at large, but by who wrote the queries: strangers' queries (--queries) are harder.
Relevant for recall are grades 2 and 3. The goals are of our figures, not of their ratio to the baseline's.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import fmean
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.search import programmes_found
from services.catalog.rules.search import Wanted, folded
from shared.database import Sessions
from tests.bench.measure import Row
from tests.bench.search_quality_register import DAY, register

QUERIES = Path(__file__).with_suffix(".jsonl")
DEPTH, RELEVANT = 10, 2
GOALS = {"typo": 0.9, "layout": 0.95}
USUAL_GOAL, NDCG_GOAL, MOST_WITHOUT = 0.8, 0.9, 0.05
PLAIN = text("""
SELECT code FROM programme, websearch_to_tsquery('russian', :words) AS asked
WHERE status = 'published' AND document @@ asked ORDER BY ts_rank(document, asked) DESC, code LIMIT :depth
""")
Ranker = Callable[[AsyncSession, str], Awaitable[list[str]]]


@dataclass(frozen=True)
class Judged:
    """A query with the grades of the programmes that answer it, by code."""

    query: str
    kind: str
    grades: dict[str, int]


@dataclass(frozen=True)
class Quality:
    """Means over queries: nDCG@10, recall@10 of all and by class, and the share of queries without a result."""

    ndcg: float
    recall: float
    recalls: dict[str, float]
    without: float


def run(queries: Path | None = None) -> list[Row]:
    """The figures on the reported half, or on a file of others: lines of {query, relevant: [{code, grade}]}, {class} if known."""
    return asyncio.run(compared(judged(queries or QUERIES, half=None if queries else "reported")))


def judged(file: Path, *, half: str | None = None) -> list[Judged]:
    """The queries of a file, or of one half of it; one that nothing answers can not be measured and is left out."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    found = [
        Judged(line["query"], line.get("class", "all"), {one["code"]: int(one["grade"]) for one in line["relevant"]})
        for line in lines
        if half is None or line["half"] == half
    ]
    return [one for one in found if any(grade >= RELEVANT for grade in one.grades.values())]


async def compared(queries: Sequence[Judged]) -> list[Row]:
    async with register() as sessions:
        return rows(await quality(sessions, queries, ours), await quality(sessions, queries, plain))


async def quality(sessions: Sessions, queries: Sequence[Judged], ranker: Ranker) -> Quality:
    """How well a ranker answers."""
    gains, recalls, without = list[float](), defaultdict[str, list[float]](list), 0
    async with sessions.begin() as session:
        for one in queries:
            found = await ranker(session, one.query)
            gains.append(ndcg(found, one.grades))
            recalls[one.kind].append(recall(found, one.grades))
            without += not found
    every = [share for shares in recalls.values() for share in shares]
    return Quality(fmean(gains), fmean(every), {kind: fmean(shares) for kind, shares in sorted(recalls.items())}, without / len(queries))


async def ours(session: AsyncSession, query: str) -> list[str]:
    answer = await programmes_found(session, Wanted(q=query, limit=DEPTH), today=DAY)
    return [item["code"] for item in answer["items"]]


async def plain(session: AsyncSession, query: str) -> list[str]:
    return list(await session.scalars(PLAIN, {"words": folded(query), "depth": DEPTH}))


def ndcg(found: Sequence[str], grades: dict[str, int]) -> float:
    """Discounted gain of the first ten against the best possible; a grade gains 2^grade - 1."""

    def gain(of: Sequence[int]) -> float:
        return sum((2.0**grade - 1) / log2(place + 2) for place, grade in enumerate(of[:DEPTH]))

    return gain([grades.get(code, 0) for code in found]) / gain(sorted(grades.values(), reverse=True))


def recall(found: Sequence[str], grades: dict[str, int]) -> float:
    """The share of relevant programmes among the first ten, of as many as ten can hold."""
    relevant = {code for code, grade in grades.items() if grade >= RELEVANT}
    return len(relevant.intersection(found[:DEPTH])) / min(DEPTH, len(relevant))


def rows(mine: Quality, theirs: Quality) -> list[Row]:
    made = [row("search: nDCG@10", mine.ndcg, theirs.ndcg, goal=NDCG_GOAL)]
    for kind in mine.recalls:
        made.append(row(f"search: recall@10, {kind}", mine.recalls[kind], theirs.recalls[kind], goal=GOALS.get(kind, USUAL_GOAL)))
    answered = row("search: share of queries without a result", mine.without, theirs.without, goal=MOST_WITHOUT)
    return [
        *made,
        answered | {"goal_of": "ours, at most"},
    ]


def row(bench: str, mine: float, theirs: float, *, goal: float) -> dict[str, Any]:
    ratio = mine / theirs if theirs else None
    return {"bench": bench, "ours": mine, "baseline": theirs, "ratio": ratio, "unit": "share", "goal": goal, "goal_of": "ours"}


if __name__ == "__main__":
    for line in run():
        print(line)
