"""Versions of a programme: what its provider edits, what each changed, what waits for a reader, and how it will look."""

from collections.abc import Collection
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.labels import Labels, labels
from services.catalog.queries.programmes import PROVIDER, P, V, card_of, files_named, review_of
from services.catalog.rules.programmes import UNSEEN, ProgrammeFacts
from services.catalog.rules.versions import changes, lines_of
from services.catalog.tables import Competence, MeasuredEffect, Organisation, Programme, ProgrammeFile, ProgrammeVersion
from shared.access import Caller
from shared.database import within
from shared.errors import NotFound


async def own_row(session: AsyncSession, programme_id: UUID, caller: Caller) -> Programme:
    """A programme of the caller's; raises `NotFound` for an unknown or foreign one."""
    found: Programme | None = await session.scalar(select(P).where(col(P.id) == programme_id, within(caller, provider=col(P.provider_id))))
    if found is None:
        raise NotFound("Такой программы нет.")
    return found


async def versions_of(session: AsyncSession, programme_id: UUID) -> list[ProgrammeVersion]:
    """All versions of a programme, the newest first."""
    return list(await session.scalars(select(V).where(col(V.programme_id) == programme_id).order_by(col(V.number).desc())))


async def history(session: AsyncSession, programme_id: UUID, *, caller: Caller, today: date) -> list[dict[str, Any]]:
    """Every version, the newest first, with the fields in which it differs from the version published before it, or from nothing."""
    await own_row(session, programme_id, caller)
    found = await versions_of(session, programme_id)
    facts = {one.number: ProgrammeFacts.model_validate(one.facts) for one in found}
    said, names = await labels(session, today), await names_in(session, facts.values())
    lines = {number: lines_of(one, title=title_in(said, names), names=names) for number, one in facts.items()}
    shown = []
    for version in found:
        before = next((one for one in found if one.number < version.number and one.decision == "published"), None)
        differs = changes(lines[before.number] if before else {}, lines[version.number])
        shown.append({**review_of(version, caller), "first": before is None, "changes": differs})
    return shown


def title_in(said: Labels, names: dict[Any, str]) -> Any:
    """Titles of codes, of competences among them."""
    return lambda dictionary, code: names.get(code, code) if dictionary == "competence" else said.coded(dictionary, code)["title"]


async def names_in(session: AsyncSession, facts: Collection[ProgrammeFacts]) -> dict[Any, str]:
    """What the programmes, organisations, files and competences are called that these facts mention."""
    asked = (
        (col(P.id), col(P.title), {one for stated in facts for one in stated.prerequisites}),
        (col(Organisation.id), col(Organisation.name), {stated.provider_id for stated in facts}),
        (col(ProgrammeFile.id), col(ProgrammeFile.name), {one for stated in facts for one in stated.files}),
        (col(Competence.code), col(Competence.title), {effect.competence for stated in facts for effect in stated.effects}),
    )
    names: dict[Any, str] = {}
    for key, name, wanted in asked:
        if wanted:
            names |= {one: called for one, called in await session.execute(select(key, name).where(key.in_(wanted)))}
    return names


async def queue(session: AsyncSession, *, caller: Caller, today: date) -> list[dict[str, Any]]:
    """What waits for a reader, the longest waiting first."""
    waiting = (
        select(V, P, col(Organisation.short_name))
        .join(P, col(P.id) == col(V.programme_id))
        .join(Organisation, col(Organisation.id) == col(P.provider_id))
        .where(col(V.decision).is_(None))
        .order_by(col(V.submitted_at), col(P.code))
        .limit(200)
    )
    said = await labels(session, today)
    return [
        {
            "review": review_of(version, caller),
            "programme_id": programme.id,
            "code": version.facts["code"],
            "title": version.facts["title"],
            "kind": said.coded("programme_kind", version.facts["kind"]),
            "hours": version.facts["hours"],
            "provider": provider,
            "first": programme.published_at is None,
        }
        for version, programme, provider in await session.execute(waiting)
    ]


async def version_card(session: AsyncSession, programme_id: UUID, number: int, *, caller: Caller, today: date) -> dict[str, Any]:
    """A version as the public would see it."""
    programme = await own_row(session, programme_id, caller)
    version = await session.get(V, (programme_id, number))
    if version is None:
        raise NotFound("Такой версии нет.")
    shown = await preview(session, ProgrammeFacts.model_validate(version.facts), caller=caller, today=today, programme=programme)
    return shown | {"review": review_of(version, caller)}


async def preview(
    session: AsyncSession, facts: ProgrammeFacts, *, caller: Caller, today: date, programme: Programme | None = None
) -> dict[str, Any]:
    """Facts as the card that the public would see, without groups."""
    theirs = (col(Organisation.id) == facts.provider_id) & within(caller, provider=col(Organisation.id))
    provider = (await session.execute(select(*PROVIDER).where(theirs))).first()
    if provider is None:
        raise NotFound("Такой организации ДПО нет.")
    seen = col(P.status).not_in(UNSEEN) | within(caller, provider=col(P.provider_id))
    required = await session.execute(select(col(P.id), col(P.code), col(P.title)).where(col(P.id).in_(facts.prerequisites), seen))
    row = SimpleNamespace(
        **facts.model_dump(exclude={"audience", "effects", "prerequisites"}),
        **facts.audience.model_dump(),
        **provider._asdict(),
        id=programme.id if programme else facts.provider_id,
        effects=await effects_shown(session, facts, programme),
        prerequisites=[one._asdict() for one in required],
        status=programme.status if programme else "draft",
        published_at=programme.published_at if programme else None,
        withdrawal_reason=programme.withdrawal_reason if programme else None,
        revision=programme.revision if programme else 1,
    )
    return card_of(row, await labels(session, today), await files_named(session, facts.files)) | {"review": None, "groups": []}


async def effects_shown(session: AsyncSession, facts: ProgrammeFacts, programme: Programme | None) -> list[dict[str, Any]]:
    """The competences with their titles, the main contribution first, with what was measured of this programme."""
    codes = [effect.competence for effect in facts.effects]
    known = {one.code: one for one in await session.scalars(select(Competence).where(col(Competence.code).in_(codes)))}
    measured = {}
    if programme:
        found = select(MeasuredEffect).where(col(MeasuredEffect.programme_id) == programme.id)
        measured = {one.competence: one.model_dump(include={"mean", "low", "high", "n"}) for one in await session.scalars(found)}
    return [
        {
            "code": effect.competence,
            "title": competence.title if (competence := known.get(effect.competence)) else effect.competence,
            "section": competence.section if competence else None,
            "share": effect.share,
            "labour_functions": competence.labour_functions if competence else [],
            "measured": measured.get(effect.competence),
        }
        for effect in sorted(facts.effects, key=lambda one: (-one.share, one.competence))
    ]
