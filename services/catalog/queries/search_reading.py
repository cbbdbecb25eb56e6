"""A query read: keyboard layout and misprints mended, wordings of the dictionary found, ideas weighed by how rare they are."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ARRAY, Boolean, Date, Text, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.search_meaning import meant, missed_of, weights_of
from services.catalog.rules.search_typing import chunks_of, likeliest, splits, taken_together
from services.catalog.rules.search_words import Meaning, Word, Wording
from shared.database import driven

STEM = "(ts_lexize((CASE WHEN {0} ~ '^[a-z]' THEN 'english_stem' ELSE 'russian_stem' END)::regdictionary, {0}))[1]"
IN_FORCE = "{0}.valid_from <= :today AND ({0}.valid_to IS NULL OR {0}.valid_to > :today)"

MATED = ["synonym", "position", "programme_kind"]
"""Dictionaries whose words for one code mean each other in a programme's text too."""

KNOWN = text(f"""
SELECT asked.word, asked.stem, asked.word ~ '^[0-9]' OR (asked.stem IS NULL AND asked.word ~ '^[а-я]')
    OR EXISTS (SELECT FROM wording WHERE wording.stems && ARRAY[asked.stem] AND {IN_FORCE.format("wording")})
    OR EXISTS (SELECT FROM programme WHERE document @@ quote_literal(asked.stem)::tsquery AND status = 'published')
    OR (:everywhere AND EXISTS (SELECT FROM findable WHERE document @@ quote_literal(asked.stem)::tsquery)) AS known
FROM (SELECT word, {STEM.format("word")} AS stem FROM unnest(:words) AS word) AS asked
""").bindparams(bindparam("words", type_=ARRAY(Text)), bindparam("today", type_=Date), bindparam("everywhere", type_=Boolean))
"""Which words the register or the dictionary knows, with their stems; words like «для» have none and are known."""

NEAREST = text(f"""
SELECT asked.word, near.known, near.programmes
FROM (SELECT set_config('pg_trgm.similarity_threshold', '0.2', true)) AS looser (threshold)
CROSS JOIN LATERAL unnest(CASE WHEN looser.threshold IS NOT NULL THEN :words END) AS asked (word)
CROSS JOIN LATERAL (
    SELECT known, max(programmes) AS programmes FROM (
        (SELECT programme_word.word AS known, count(*) AS programmes FROM programme_word
         WHERE programme_word.word % asked.word OR programme_word.word LIKE asked.word || '%'
         GROUP BY programme_word.word ORDER BY similarity(programme_word.word, asked.word) DESC LIMIT 30)
        UNION ALL
        (SELECT findable_word.word, count(*) FROM findable_word
         WHERE :everywhere AND (findable_word.word % asked.word OR findable_word.word LIKE asked.word || '%')
         GROUP BY findable_word.word ORDER BY similarity(findable_word.word, asked.word) DESC LIMIT 30)
        UNION ALL
        SELECT DISTINCT said.part, 1 FROM wording CROSS JOIN regexp_split_to_table(wording.words, '[^a-zа-я]+') AS said (part)
        WHERE length(said.part) > 3 AND said.part % asked.word AND {IN_FORCE.format("wording")}
    ) AS every GROUP BY known
) AS near
""").bindparams(bindparam("words", type_=ARRAY(Text)), bindparam("today", type_=Date), bindparam("everywhere", type_=Boolean))
"""Words that look like the unknown ones, with their numbers of programmes.

Two slips in a short word leave few of its trigrams, so the search is wider than usual, in this statement only, and the slips decide.
"""

WORDINGS = text(f"""
SELECT found.dictionary, found.code, found.stems,
    coalesce(jsonb_agg(mate.stems) FILTER (WHERE mate.stems <> found.stems), '[]') AS mates,
    coalesce(max(term.short), max(territory.title)) AS title
FROM wording AS found
LEFT JOIN wording AS mate ON mate.dictionary = found.dictionary AND mate.code = found.code AND found.dictionary = ANY(:mated)
    AND {IN_FORCE.format("mate")}
LEFT JOIN term ON term.dictionary = found.dictionary AND term.code = found.code AND {IN_FORCE.format("term")}
LEFT JOIN territory ON found.dictionary = 'oktmo' AND territory.oktmo = found.code
WHERE found.stems <@ :stems AND cardinality(found.stems) > 0 AND {IN_FORCE.format("found")}
GROUP BY found.dictionary, found.code, found.stems
ORDER BY found.dictionary, found.code, found.stems
""").bindparams(bindparam("stems", type_=ARRAY(Text)), bindparam("mated", type_=ARRAY(Text)), bindparam("today", type_=Date))
"""Wordings whose every stem is among the query's, with what else is said for the same."""

COUNTS = text("""
SELECT asked.way, (SELECT count(*) FROM programme WHERE document @@ asked.way::tsquery AND status = 'published') AS programmes
FROM unnest(:ways) AS asked (way)
UNION ALL SELECT NULL, count(*) FROM programme WHERE status = 'published'
""").bindparams(bindparam("ways", type_=ARRAY(Text)))


@dataclass(frozen=True)
class Reading:
    """What a query means, how much each idea matters and is missed, and the query as it was understood if that differs."""

    meaning: Meaning
    weights: list[float]
    missed: list[float]
    corrected: str | None

    @property
    def finds_by(self) -> Literal["ideas", "wishes", "either"]:
        """What finds programmes: what texts say; or wishes, where nothing else is asked for; or either, where every idea is a wish too."""
        if not any(self.missed):
            return "wishes" if self.meaning.wishes else "ideas"
        missed = [idea for idea, weight in zip(self.meaning.ideas, self.missed, strict=True) if weight]
        return "either" if all(idea.wished for idea in missed) else "ideas"


async def read(session: AsyncSession, line: str, *, today: date, everywhere: bool = False) -> Reading:
    """Take a query for what its words most likely mean; `everywhere` knows the words of the other kinds too."""
    words, corrected = await mended(session, line, today, everywhere)
    meaning = meant(words, await wordings_of(session, words, today), today=today)
    counts, programmes = await counted(session, [way for idea in meaning.ideas for way, _ in idea.ways])
    meaning.ideas = [replace(idea, ways=tuple(way for way in idea.ways if counts[way[0]])) for idea in meaning.ideas]
    weights = weights_of(meaning.ideas, counts, programmes=programmes)
    missed = missed_of(meaning.ideas, weights, lonely=not meaning.wishes)
    return Reading(meaning, weights, missed, corrected)


async def wordings_of(session: AsyncSession, words: Collection[Word], today: date) -> list[Wording]:
    """What the dictionary knows about these words."""
    stems = sorted({word.stem for word in words if word.stem})
    rows = await driven(session, WORDINGS, {"stems": stems, "mated": MATED, "today": today}) if stems else []
    return [wording_of(row) for row in rows]


def wording_of(row: Any) -> Wording:
    return Wording(row.dictionary, row.code, tuple(row.stems), tuple(tuple(mate) for mate in row.mates), row.title or "")


async def mended(session: AsyncSession, line: str, today: date, everywhere: bool) -> tuple[list[Word], str | None]:
    """The words of a query, those that nobody knows replaced by the likeliest, and the whole of it when anything was replaced."""
    chunks = chunks_of(line)
    stems, known = await stems_of(session, {word for chunk in chunks for variant in chunk.variants for word in variant}, today, everywhere)
    strange = [chunk for chunk in chunks if not any(known.issuperset(variant) for variant in chunk.variants)]
    likely: dict[str, tuple[str, ...]] = {}
    if strange:
        likely = await likely_words(
            session, sorted({word for one in strange for said in one.variants for word in said} - known), today, everywhere
        )
        more, _ = await stems_of(session, {word for said in likely.values() for word in said}, today, everywhere)
        stems |= more
    taken = taken_together(chunks, known, likely)
    words = [Word(word, stems.get(word)) for said in taken for word in said]
    if all(said == chunk.variants[0] for said, chunk in zip(taken, chunks, strict=True)):
        return words, None
    return words, " ".join(chunk.typed if said == chunk.variants[0] else " ".join(said) for said, chunk in zip(taken, chunks, strict=True))


async def stems_of(session: AsyncSession, words: Collection[str], today: date, everywhere: bool) -> tuple[dict[str, str | None], set[str]]:
    """The stems of words, and which of the words the register or the dictionary knows."""
    if not words:
        return {}, set()
    rows = await driven(session, KNOWN, {"words": sorted(words), "today": today, "everywhere": everywhere})
    return {row.word: row.stem for row in rows}, {row.word for row in rows if row.known}


async def likely_words(session: AsyncSession, words: list[str], today: date, everywhere: bool) -> dict[str, tuple[str, ...]]:
    """What unknown words were meant to be, where that can be told: another word, or two that lack their space."""
    asked = {"words": [word for word in words if len(word) > 3], "today": today, "everywhere": everywhere}
    rows = await driven(session, NEAREST, asked)
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        if meant_word := likeliest(word, [(row.known, row.programmes) for row in rows if row.word == word]):
            found[word] = (meant_word,)
    halves = {half for word in words if word not in found for pair in splits(word) for half in pair}
    _, known = await stems_of(session, halves, today, everywhere)
    for word in words:
        if word not in found and (pair := next((pair for pair in splits(word) if known.issuperset(pair)), None)):
            found[word] = pair
    return found


async def counted(session: AsyncSession, ways: list[str]) -> tuple[dict[str, int], int]:
    """The number of programmes that say each of these, and of all."""
    rows = await driven(session, COUNTS, {"ways": sorted(set(ways))})
    said = {row.way: row.programmes for row in rows}
    return said, said.pop(None)
