"""The words that programmes are found by, kept in step with what they are made of."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Date, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.tables import Programme
from shared.clock import today

CHANGED = bindparam("changed", type_=ARRAY(PGUUID))

# ё is е everywhere: people type both, and the stemmer tells them apart
DOCUMENTS = text("""
WITH meant AS (
    SELECT DISTINCT ON (dictionary, code) dictionary, code, title FROM term
    WHERE dictionary IN ('subject', 'position', 'programme_kind') AND valid_from <= :today ORDER BY dictionary, code, valid_from DESC
), spoken AS (
    SELECT programme.id, programme.status,
        translate(lower(programme.title), 'ё', 'е') AS title,
        lower(programme.code) AS code,
        translate(lower(concat_ws(' ', competences.titles, subjects.titles)), 'ё', 'е') AS themes,
        translate(lower(concat_ws(' ', programme.annotation, programme.goal, modules.titles)), 'ё', 'е') AS story,
        translate(lower(concat_ws(' ', terms.titles, organisation.short_name, organisation.name)), 'ё', 'е') AS around
    FROM programme
    JOIN organisation ON organisation.id = programme.provider_id
    CROSS JOIN LATERAL (
        SELECT string_agg(competence.title, ' ') AS titles
        FROM programme_effect JOIN competence ON competence.code = programme_effect.competence
        WHERE programme_effect.programme_id = programme.id
    ) AS competences
    CROSS JOIN LATERAL (
        SELECT string_agg(term.title, ' ') AS titles FROM meant AS term
        WHERE term.dictionary = 'subject' AND term.code = ANY(programme.subjects)
    ) AS subjects
    CROSS JOIN LATERAL (
        SELECT string_agg(term.title, ' ') AS titles FROM meant AS term
        WHERE term.dictionary = 'position' AND term.code = ANY(programme.positions)
            OR term.dictionary = 'programme_kind' AND term.code = programme.kind
    ) AS terms
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', module ->> 'title', module ->> 'content'), ' ') AS titles
        FROM jsonb_array_elements(programme.outline) AS module
    ) AS modules
    WHERE programme.id = ANY(:changed)
), written AS (
    UPDATE programme SET document = CASE WHEN spoken.status = 'published' THEN
        setweight(to_tsvector('russian', spoken.title), 'A') || setweight(to_tsvector('russian', spoken.code), 'A')
        || setweight(to_tsvector('russian', spoken.themes), 'B') || setweight(to_tsvector('russian', spoken.story), 'C')
        || setweight(to_tsvector('russian', spoken.around), 'D') END
    FROM spoken WHERE spoken.id = programme.id
)
INSERT INTO programme_word (programme_id, word)
SELECT DISTINCT spoken.id, said.word
FROM spoken, regexp_split_to_table(concat_ws(' ', spoken.title, spoken.themes, spoken.story, spoken.around), '[^a-zа-я]+') AS said (word)
WHERE spoken.status = 'published' AND length(said.word) BETWEEN 4 AND 60
""").bindparams(CHANGED, bindparam("today", type_=Date))

OLD_WORDS = text("DELETE FROM programme_word WHERE programme_id = ANY(:changed)").bindparams(CHANGED)


async def rewrite_documents(session: AsyncSession, programmes: Collection[UUID]) -> None:
    """Make these programmes found by what they say now; drafts and withdrawn ones by nothing."""
    if not programmes:
        return
    await session.flush()
    # Locked before they are read: whoever publishes at this moment finishes first, and the words below are those of the new state.
    await session.execute(select(col(Programme.id)).where(col(Programme.id).in_(programmes)).order_by(col(Programme.id)).with_for_update())
    await session.execute(OLD_WORDS, {"changed": list(programmes)})
    await session.execute(DOCUMENTS, {"changed": list(programmes), "today": today(session.info["clock"]())})
