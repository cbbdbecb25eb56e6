"""Municipalities succeed each other on a day: the old code names its successor, and whoever stood under it moves on that day."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import select, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.dictionaries import STEMS, begins
from services.catalog.commands.organisations import rewrite, tell
from services.catalog.rules.dictionaries import Span, SuccessionFacts, stating_faults
from services.catalog.tables import Group, Organisation, Territory, Wording
from shared.clock import today as day_of
from shared.errors import demand_none
from shared.messaging.due import schedule

SUCCEEDED = "municipality_succeeded"
BATCH = 100


async def succeed(session: AsyncSession, facts: SuccessionFacts, *, now: datetime) -> None:
    """Let a municipality, new or standing, succeed others from a day on."""
    wanted = sorted({facts.oktmo, *facts.succeeds})
    rows = await session.scalars(select(Territory).where(col(Territory.oktmo).in_(wanted)).order_by(col(Territory.oktmo)).with_for_update())
    found = {row.oktmo: row for row in rows}
    demand_none(faults_of(facts, found, now=now))
    if facts.oktmo not in found:
        title = f"{facts.name} {facts.kind}"
        session.add(Territory(oktmo=facts.oktmo, name=facts.name, kind=facts.kind, title=title, valid_from=facts.valid_from))
        await session.flush()
    for oktmo in facts.succeeds:
        found[oktmo].valid_to, found[oktmo].successor = facts.valid_from, facts.oktmo
        subject = uuid5(NAMESPACE_OID, f"{oktmo} {facts.valid_from}")
        await schedule(session, SUCCEEDED, subject, at=begins(facts.valid_from, now), before=oktmo, after=facts.oktmo)
    await session.flush()
    await carry_words(session, facts)


def faults_of(facts: SuccessionFacts, found: dict[str, Territory], *, now: datetime) -> dict[str, str]:
    """What keeps municipalities from being succeeded."""
    faults = {}
    before = [found.get(oktmo) for oktmo in facts.succeeds]
    into = found.get(facts.oktmo)
    if facts.oktmo in facts.succeeds:
        faults["succeeds"] = "Муниципалитет не может быть преемником самого себя."
    elif any(row is None or row.valid_to is not None for row in before):
        faults["succeeds"] = "Преобразовать можно только действующий муниципалитет."
    if into and into.valid_to is not None:
        faults["oktmo"] = "Этот код уже не действует."
    spans = [Span(row.valid_from, None) for row in before if row]
    faults |= stating_faults(valid_from=facts.valid_from, spans=spans, fixed=False, today=day_of(now))
    if any(span.valid_from == facts.valid_from for span in spans):
        faults["valid_from"] = "Прежний код должен действовать хотя бы день."
    return faults


async def carry_words(session: AsyncSession, facts: SuccessionFacts) -> None:
    """The words for the old municipalities mean the new one from its day on."""
    named = (col(Wording.dictionary) == "oktmo", col(Wording.code).in_(facts.succeeds), col(Wording.valid_to).is_(None))
    standing = set(
        await session.scalars(
            select(col(Wording.words)).where(
                col(Wording.dictionary) == "oktmo", col(Wording.code) == facts.oktmo, col(Wording.valid_to).is_(None)
            )
        )
    )
    for row in (await session.scalars(select(Wording).where(*named, col(Wording.valid_from) < facts.valid_from))).all():
        row.valid_to = facts.valid_from
        if row.words not in standing:
            standing.add(row.words)
            session.add(Wording(dictionary="oktmo", code=facts.oktmo, words=row.words, valid_from=facts.valid_from))
    await session.flush()
    await session.execute(STEMS, {"dictionary": "oktmo", "code": facts.oktmo})


async def move(session: AsyncSession, subject: UUID, facts: dict[str, Any], now: datetime) -> None:
    """The day has come: organisations take the new code batch by batch and say so; groups gather where they did, so nobody is told."""
    there = select(Organisation).where(col(Organisation.oktmo) == facts["before"]).order_by(col(Organisation.id)).limit(BATCH)
    batch = (await session.scalars(there.with_for_update())).all()
    for organisation in batch:
        await rewrite(session, organisation, {"oktmo": facts["after"]}, role="dictionary", now=now)
        await tell(session, organisation)
    if len(batch) == BATCH:
        await schedule(session, SUCCEEDED, subject, at=now, **facts)
        return
    coming = (col(Group.oktmo) == facts["before"], col(Group.ends) >= day_of(now))
    await session.execute(update(Group).where(*coming).values(oktmo=facts["after"]))
