"""The search keeps its promise on queries that it was not tuned on."""

from tests.bench.search_quality import GOALS, MOST_WITHOUT, NDCG_GOAL, QUERIES, USUAL_GOAL, judged, ours, plain, quality
from tests.bench.search_quality_register import filled
from tests.support.servers import Servers


async def test_the_reported_half_is_answered_as_promised(servers: Servers) -> None:
    queries = judged(QUERIES, half="reported")
    async with filled(await servers.database("catalog")) as sessions:
        mine, theirs = await quality(sessions, queries, ours), await quality(sessions, queries, plain)
    assert mine.ndcg >= NDCG_GOAL, mine
    for kind, goal in GOALS.items():
        assert mine.recalls[kind] >= goal, mine
    assert mine.recall >= USUAL_GOAL, mine
    assert mine.without <= MOST_WITHOUT, mine
    assert theirs.ndcg < mine.ndcg - 0.2, "the baseline is measured on the same register"
