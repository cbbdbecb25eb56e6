"""A register of any size: the demonstration's programmes and groups told again under other titles, dates and providers, with events."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.catalog.commands.search import rewrite_documents
from shared.clock import today
from shared.database import Sessions
from shared.messaging.outbox import sessions_of
from tests.bench.search_quality_register import fill

GROUPS_EACH, ORGANISATIONS, EVENTS, AT_ONCE = 4, 2500, 3000, 1000

SCHOOLS = text("""
INSERT INTO organisation
SELECT made.*
FROM generate_series(1, :schools) AS number
JOIN organisation AS model ON model.id = (SELECT id FROM organisation WHERE kind = 'provider' ORDER BY code LIMIT 1)
JOIN place ON place.turn = number % place.places
CROSS JOIN LATERAL jsonb_populate_record(model, jsonb_build_object(
    'id', md5('school' || number)::uuid, 'code', 'school-' || number, 'kind', 'school', 'inn', NULL, 'kpp', NULL, 'ogrn', NULL,
    'name', 'Средняя общеобразовательная школа № ' || number, 'short_name', 'СОШ № ' || number, 'oktmo', place.oktmo)) AS made
""")
"""Schools of every municipality."""

PROGRAMMES = text("""
INSERT INTO programme
SELECT made.*
FROM programme AS model
CROSS JOIN generate_series(1, :times) AS number
JOIN said ON said.turn = abs(hashtext(model.code || number)) % said.times
JOIN teaching ON teaching.turn = abs(hashtext(number || model.code)) % teaching.times
CROSS JOIN LATERAL jsonb_populate_record(model, jsonb_build_object(
    'id', md5(model.id::text || number)::uuid, 'code', model.code || '-' || number, 'title', model.title || ': ' || said.title,
    'hours', model.hours + number % 5 * 4, 'document', NULL, 'provider_id', teaching.id)) AS made
WHERE model.status = 'published'
ORDER BY md5(model.id::text || number)
LIMIT :wanted
""")
"""Programmes that say what two of the demonstration's say, with other hours and providers."""

EFFECTS = text("""
INSERT INTO programme_effect (programme_id, competence, share)
SELECT made.id, effect.competence, effect.share
FROM programme AS model
JOIN programme_effect AS effect ON effect.programme_id = model.id
CROSS JOIN generate_series(1, :times) AS number
JOIN programme AS made ON made.id = md5(model.id::text || number)::uuid
""")

GROUPS = text("""
INSERT INTO study_group
SELECT made.*
FROM programme
CROSS JOIN generate_series(1, :each) AS number
CROSS JOIN LATERAL (SELECT abs(hashtext(programme.id::text || number)) AS chance) AS thrown
CROSS JOIN LATERAL (SELECT CAST(:today AS date) - 60 + thrown.chance % 180 AS at) AS day
JOIN place ON place.turn = thrown.chance % place.places
JOIN study_group AS model ON model.id = (SELECT id FROM study_group ORDER BY id LIMIT 1)
CROSS JOIN LATERAL jsonb_populate_record(model, jsonb_build_object(
    'id', md5(programme.id::text || 'group' || number)::uuid, 'programme_id', programme.id, 'provider_id', programme.provider_id,
    'status', 'announced', 'cancellation_reason', NULL, 'form', programme.form, 'funding', programme.funding,
    'starts', day.at, 'ends', day.at + 30, 'enrolment_opens', day.at - 60, 'enrolment_closes', day.at - 5,
    'oktmo', place.oktmo, 'place', NULL, 'timetable', '[]'::jsonb)) AS made
WHERE NOT EXISTS (SELECT FROM study_group WHERE programme_id = programme.id)
""")
"""Groups that began up to two months ago or begin within four."""

GATHERINGS = text("""
INSERT INTO gathering (id, organiser_id, kind, title, annotation, starts, ends, link, competences, agenda, status, published_at, revision)
SELECT md5('event' || number)::uuid, teaching.id, (ARRAY['webinar', 'seminar', 'conference', 'contest', 'master_class'])[1 + number % 5],
    said.title, said.title, day.at, day.at + interval '2 hours', 'https://events.example/' || number, '{}', '[]', 'published', now(), 1
FROM generate_series(1, :events) AS number
JOIN said ON said.turn = number % said.times
JOIN teaching ON teaching.turn = number % teaching.times
CROSS JOIN LATERAL (SELECT now() + (number % 150 - 60) * interval '1 day' AS at) AS day
""")
"""Events that took place within two months or will within three."""

FOUND = text("""
INSERT INTO findable (kind, item_id, title, summary, day, document)
SELECT 'event', id, title, annotation, CAST(starts AS date), setweight(to_tsvector('russian', title), 'A') FROM gathering
ON CONFLICT DO NOTHING
""")

TURNS = [
    text("""
CREATE TEMPORARY TABLE place ON COMMIT DROP AS
SELECT oktmo, row_number() OVER (ORDER BY oktmo) - 1 AS turn, count(*) OVER () AS places FROM territory WHERE valid_to IS NULL
"""),
    text("""
CREATE TEMPORARY TABLE said ON COMMIT DROP AS
SELECT lower(title) AS title, row_number() OVER (ORDER BY code) - 1 AS turn, count(*) OVER () AS times
FROM programme WHERE status = 'published'
"""),
    text("""
CREATE TEMPORARY TABLE teaching ON COMMIT DROP AS
SELECT id, row_number() OVER (ORDER BY code) - 1 AS turn, count(*) OVER () AS times FROM organisation WHERE kind = 'provider'
"""),
]
"""Municipalities, titles and providers, to be taken in turn."""

SEATS = text("""
INSERT INTO seat_count (group_id, capacity, held, taken, waiting, quotas, revision, as_of)
SELECT id, capacity_asked, 0, abs(hashtext(id::text)) % (capacity_asked + 1), 0, '[]', 1, now() FROM study_group
ON CONFLICT DO NOTHING
""")


def opened(url: str) -> tuple[AsyncEngine, Sessions]:
    """Sessions that may take their time, unlike a service's own; the engine is to be disposed of."""
    engine = create_async_engine(url, pool_size=2, connect_args={"server_settings": {"jit": "off"}})
    return engine, sessions_of(engine, service="catalog", clock=lambda: datetime.now(UTC), wake=asyncio.Event())


async def grow(sessions: Sessions, *, programmes: int) -> None:
    """Fill a fresh catalog with so many published programmes, four groups each, the region's organisations and events."""
    async with sessions.begin() as session:
        await fill(session)
    async with sessions.begin() as session:
        there = int(await session.scalar(text("SELECT count(*) FROM programme WHERE status = 'published'")) or 0)
        schools = ORGANISATIONS - int(await session.scalar(text("SELECT count(*) FROM organisation")) or 0)
        for statement in TURNS:
            await session.execute(statement)
        await session.execute(SCHOOLS, {"schools": schools})
        times = (programmes - there) // there + 1
        await session.execute(PROGRAMMES, {"times": times, "wanted": programmes - there})
        await session.execute(text("ANALYZE programme"))  # else the planner takes a table it has seen empty for an empty one
        await session.execute(EFFECTS, {"times": times})
        await session.execute(GROUPS, {"each": GROUPS_EACH, "today": today(datetime.now(UTC))})
        await session.execute(text("ANALYZE study_group"))
        await session.execute(SEATS)
        await session.execute(GATHERINGS, {"events": EVENTS})
        await session.execute(FOUND)
    async with sessions.begin() as session:
        unwritten = list(await session.scalars(text("SELECT id FROM programme WHERE status = 'published' AND document IS NULL")))
    for at in range(0, len(unwritten), AT_ONCE):
        async with sessions.begin() as session:
            await rewrite_documents(session, unwritten[at : at + AT_ONCE])
    await settled(sessions)


async def settled(sessions: Sessions) -> None:
    """Let the planner know what is in the tables, as it would after a day."""
    async with sessions() as session:
        connection = await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        await connection.execute(text("VACUUM ANALYZE"))
