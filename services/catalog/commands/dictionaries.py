"""Dictionaries change from a day on; what is made of them follows in bounded steps, on that day."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import ColumnElement, any_, func, literal, select, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.search import rewrite_documents
from services.catalog.rules import dictionaries as rules
from services.catalog.rules.dictionaries import (
    AbuseClosing,
    AbuseFacts,
    Closing,
    MinimumFacts,
    Span,
    TermFacts,
    WordingClosing,
    WordingFacts,
)
from services.catalog.tables import AbuseWord, HoursMinimum, Programme, Term, Territory, Wording
from shared.clock import REGION
from shared.clock import today as day_of
from shared.errors import demand_none
from shared.messaging.due import schedule

REWRITTEN = "documents_rewritten"
BATCH = 200

STEMS = text("""
UPDATE wording SET stems = ARRAY(
    SELECT (ts_lexize(CASE WHEN said.word ~ '^[a-z]' THEN 'english_stem' ELSE 'russian_stem' END::regdictionary, said.word))[1]
    FROM regexp_matches(words, '[0-9]+|[a-zа-я]+', 'g') WITH ORDINALITY AS cut (found, place)
    CROSS JOIN LATERAL (SELECT cut.found[1]) AS said (word)
    WHERE cardinality(ts_lexize(CASE WHEN said.word ~ '^[a-z]' THEN 'english_stem' ELSE 'russian_stem' END::regdictionary, said.word)) > 0
    ORDER BY cut.place)
WHERE stems = '{}' AND dictionary = :dictionary AND code = :code
""")


def begins(day: date, now: datetime) -> datetime:
    """The first moment of a day in the region, or now when it has come."""
    return max(now, datetime.combine(day, time.min, REGION))


async def state_term(session: AsyncSession, dictionary: str, facts: TermFacts, *, now: datetime) -> None:
    """Let a code mean something from a day on; stated again for the day on which it began, it is corrected."""
    rows = (await session.scalars(of_code(Term, dictionary, facts.code).with_for_update())).all()
    spans = [Span(row.valid_from, row.valid_to) for row in rows]
    fixed = dictionary in rules.FIXED
    demand_none(rules.stating_faults(valid_from=facts.valid_from, spans=spans, fixed=fixed, today=day_of(now)))
    short = facts.short or facts.title[:1].lower() + facts.title[1:]
    last = rows[-1] if rows else None
    if last and last.valid_to is None and last.valid_from == facts.valid_from:
        last.title, last.short = facts.title, short
    else:
        if last and last.valid_to is None:
            last.valid_to = facts.valid_from
            await session.flush()
        following = select(func.coalesce(func.max(col(Term.place)), -1) + 1).where(col(Term.dictionary) == dictionary)
        place = last.place if last else int(await session.scalar(following) or 0)
        session.add(Term(dictionary=dictionary, code=facts.code, valid_from=facts.valid_from, place=place, title=facts.title, short=short))
    await session.flush()
    await rewrite_later(session, dictionary, facts.code, facts.valid_from, now=now)


async def close_term(session: AsyncSession, dictionary: str, closing: Closing, *, now: datetime) -> None:
    """Let a code be chosen no more from a day on; what was written with it keeps it and its title."""
    rows = (await session.scalars(of_code(Term, dictionary, closing.code).with_for_update())).all()
    span = Span(rows[-1].valid_from, rows[-1].valid_to) if rows else None
    demand_none(rules.closing_faults(valid_to=closing.valid_to, span=span, fixed=dictionary in rules.FIXED, today=day_of(now)))
    rows[-1].valid_to = closing.valid_to


def of_code(table: type[Term], dictionary: str, code: str) -> Any:
    return select(table).where(col(table.dictionary) == dictionary, col(table.code) == code).order_by(col(table.valid_from))


async def rewrite_later(session: AsyncSession, dictionary: str, code: str, day: date, *, now: datetime) -> None:
    """What programmes are found by is rewritten when a title comes into force."""
    if dictionary in COLUMNS:
        subject = uuid5(NAMESPACE_OID, f"{dictionary} {code} {day}")
        await schedule(session, REWRITTEN, subject, at=begins(day, now), dictionary=dictionary, code=code)


COLUMNS = {"subject": Programme.subjects, "position": Programme.positions, "programme_kind": Programme.kind}
"""Dictionaries whose titles are words that a programme is found by, and where their codes stand."""


async def rewrite(session: AsyncSession, subject: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Rewrite a batch of the programmes that name a code, and go on until none is left."""
    column: Any = col(COLUMNS[facts["dictionary"]])
    names: ColumnElement[bool] = (
        column == facts["code"] if facts["dictionary"] == "programme_kind" else literal(facts["code"]) == any_(column)
    )
    wanted = select(col(Programme.id)).where(names, col(Programme.status) == "published", col(Programme.id) > UUID(facts.get("after", ALL)))
    batch = list(await session.scalars(wanted.order_by(col(Programme.id)).limit(BATCH)))
    await rewrite_documents(session, batch)
    if len(batch) == BATCH:
        await schedule(session, REWRITTEN, subject, at=now, **{**facts, "after": str(batch[-1])})


ALL = str(UUID(int=0))


async def state_minimum(session: AsyncSession, facts: MinimumFacts, *, now: datetime) -> None:
    """Let a legal minimum hold from a day on; programmes published before keep the one of their day."""
    own = select(HoursMinimum).where(col(HoursMinimum.kind) == facts.kind).order_by(col(HoursMinimum.valid_from))
    rows = (await session.scalars(own.with_for_update())).all()
    spans = [Span(row.valid_from, row.valid_to) for row in rows]
    demand_none(rules.stating_faults(valid_from=facts.valid_from, spans=spans, fixed=False, today=day_of(now)))
    last = rows[-1] if rows else None
    if last and last.valid_to is None and last.valid_from == facts.valid_from:
        last.hours, last.basis = facts.hours, facts.basis
        return
    if last and last.valid_to is None:
        last.valid_to = facts.valid_from
        await session.flush()
    session.add(HoursMinimum(**facts.model_dump()))


async def state_wording(session: AsyncSession, dictionary: str, facts: WordingFacts, *, now: datetime) -> None:
    """Let words mean a code from a day on; the search understands them from that day."""
    faults = {} if await known(session, dictionary, facts.code, now=now) else {"code": "Такого значения в этом справочнике нет."}
    rows = (await session.scalars(of_words(dictionary, facts.code, facts.words).with_for_update())).all()
    spans = [Span(row.valid_from, row.valid_to) for row in rows]
    if any(span.valid_to is None for span in spans):
        faults["words"] = "Эти слова уже так понимаются."
    else:
        faults |= rules.stating_faults(valid_from=facts.valid_from, spans=spans, fixed=False, today=day_of(now))
    demand_none(faults)
    session.add(Wording(dictionary=dictionary, **facts.model_dump()))
    await session.flush()
    await session.execute(STEMS, {"dictionary": dictionary, "code": facts.code})


async def close_wording(session: AsyncSession, dictionary: str, closing: WordingClosing, *, now: datetime) -> None:
    """Let words mean a code no more from a day on."""
    rows = (await session.scalars(of_words(dictionary, closing.code, closing.words).with_for_update())).all()
    span = Span(rows[-1].valid_from, rows[-1].valid_to) if rows else None
    faults = rules.closing_faults(valid_to=closing.valid_to, span=span, fixed=False, today=day_of(now))
    demand_none({"words" if field == "code" else field: sentence for field, sentence in faults.items()})
    rows[-1].valid_to = closing.valid_to


async def state_abuse(session: AsyncSession, facts: AbuseFacts, *, now: datetime) -> None:
    """Let moderators be pointed to words that begin so, from a day on."""
    spans = [Span(row.valid_from, row.valid_to) for row in await beginning_so(session, facts.beginning)]
    if any(span.valid_to is None for span in spans):
        faults = {"beginning": "Это начало слова уже отмечается."}
    else:
        faults = rules.stating_faults(valid_from=facts.valid_from, spans=spans, fixed=False, today=day_of(now))
    demand_none(faults)
    session.add(AbuseWord(**facts.model_dump()))
    await session.flush()


async def close_abuse(session: AsyncSession, closing: AbuseClosing, *, now: datetime) -> None:
    """Point nobody to these words from a day on."""
    rows = await beginning_so(session, closing.beginning)
    span = Span(rows[-1].valid_from, rows[-1].valid_to) if rows else None
    faults = rules.closing_faults(valid_to=closing.valid_to, span=span, fixed=False, today=day_of(now))
    demand_none({"beginning" if field == "code" else field: sentence for field, sentence in faults.items()})
    rows[-1].valid_to = closing.valid_to


async def beginning_so(session: AsyncSession, beginning: str) -> Sequence[AbuseWord]:
    mine = select(AbuseWord).where(col(AbuseWord.beginning) == beginning).order_by(col(AbuseWord.valid_from))
    return (await session.scalars(mine.with_for_update())).all()


def of_words(dictionary: str, code: str, words: str) -> Any:
    mine = (col(Wording.dictionary) == dictionary, col(Wording.code) == code, col(Wording.words) == words)
    return select(Wording).where(*mine).order_by(col(Wording.valid_from))


async def known(session: AsyncSession, dictionary: str, code: str, *, now: datetime) -> bool:
    """Whether words may mean a code: synonyms name themselves, the others stand in their dictionaries."""
    if dictionary == "synonym":
        return True
    if dictionary in ("filler", "has_seats"):
        return code == {"filler": "filler", "has_seats": "true"}[dictionary]
    if dictionary == "oktmo":
        return await session.get(Territory, code) is not None
    return bool(await session.scalar(select(func.count()).where(col(Term.dictionary) == dictionary, col(Term.code) == code)))
