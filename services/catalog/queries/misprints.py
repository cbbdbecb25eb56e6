"""Mending of misprints: words that no programme says become the likeliest words of the register."""

from sqlalchemy import String, column, exists, func, literal, or_, select, true, values
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.finding import found, words_bound
from services.catalog.rules.search import correctable, corrected, folded, like_a_code
from services.catalog.tables import Programme, ProgrammeWord

P = Programme
ALIKE = 0.4
"""The least share of common trigrams that makes a word a misprint of another."""


async def mended(session: AsyncSession, words: str) -> str | None:
    """The words with misprints mended, when they find nothing as written and something mended."""
    if await any_found(session, words):
        return None
    better = corrected(words, await better_words(session, correctable(words)))
    return better if better != folded(words) and await any_found(session, better) else None


async def any_found(session: AsyncSession, words: str) -> bool:
    one = select(literal(1)).select_from(P).where(found(words=True, code=like_a_code(words)))
    return bool(await session.scalar(select(one.exists()), words_bound(words)))


async def better_words(session: AsyncSession, words: list[str]) -> dict[str, str]:
    """The likeliest word of the register for each word that no programme says; the beginning of a word counts as the word."""
    if not words:
        return {}
    asked = values(column("word", String), name="asked").data([(word,) for word in set(words)])
    known = exists().where(col(P.status) == "published", col(P.document).bool_op("@@")(func.plainto_tsquery("russian", asked.c.word)))
    begun = col(ProgrammeWord.word).startswith(asked.c.word)
    alike = func.similarity(col(ProgrammeWord.word), asked.c.word)
    nearest = (
        select(col(ProgrammeWord.word))
        .where(or_(begun, col(ProgrammeWord.word).bool_op("%")(asked.c.word) & (alike >= ALIKE)))
        .group_by(col(ProgrammeWord.word))
        .order_by(begun.desc(), alike.desc(), func.count().desc(), col(ProgrammeWord.word))
        .limit(1)
        .lateral("nearest")
    )
    rows = await session.execute(select(asked.c.word, nearest.c.word.label("better")).join(nearest, true()).where(~known))
    return {row.word: row.better for row in rows}
