"""Cards of programmes, of those too that are not in the search."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, String, Uuid, bindparam, case, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries import ratings
from services.catalog.queries.labels import Labels, labels
from services.catalog.queries.seats import COLUMNS, G, S, group_shown
from services.catalog.rules.programmes import UNSEEN
from services.catalog.tables import (
    Competence,
    MeasuredEffect,
    Organisation,
    Programme,
    ProgrammeEffect,
    ProgrammeFile,
    ProgrammePrerequisite,
    ProgrammeVersion,
    Rating,
    Territory,
)
from shared.access import Caller
from shared.database import driven
from shared.errors import NotFound

P, V = Programme, ProgrammeVersion
SHOWN: tuple[Any, ...] = (
    col(P.id), col(P.code), col(P.title), col(P.annotation), col(P.goal), col(P.teachers), col(P.register_number), col(P.register_until),
    col(P.files), col(P.kind), col(P.hours), col(P.form), col(P.distance_share),
    col(P.positions), col(P.subjects), col(P.levels), col(P.outline), col(P.provider_id), col(P.funding), col(P.fee),
    col(P.document_kind), col(P.approvals), col(P.status), col(P.published_at), col(P.withdrawal_reason), col(P.revision),
)  # fmt: skip
PROVIDER: tuple[Any, ...] = (
    col(Organisation.name).label("provider_name"),
    col(Organisation.short_name).label("provider_short_name"),
    col(Organisation.kind).label("provider_kind"),
    col(Organisation.site).label("provider_site"),
)


async def programme_card(session: AsyncSession, programme_id: UUID, *, caller: Caller, today: date) -> dict[str, Any]:
    """Everything about a programme; what was never published is seen by its provider and roles of the region only."""
    wanted = {"programme_id": programme_id, "today": today}
    row = next(iter(await driven(session, card_wanted(), wanted)), None)
    mine = row is not None and caller.reaches(provider=row.provider_id)
    if row is None or (row.status in UNSEEN and not mine):
        raise NotFound("Такой программы нет.")
    said = await labels(session, today)
    groups = await driven(session, groups_wanted(), wanted)
    files = await files_named(session, row.files)
    review = await latest_review(session, programme_id, caller=caller) if mine else None
    rating = ratings.rating_shown(row.rating, row.rated_by)
    shown = [group_on_card(one, said, today) for one in groups]
    return card_of(row, said, files) | {"review": review, "rating": rating, "groups": shown}


def group_on_card(row: Any, said: Labels, today: date) -> dict[str, Any]:
    return group_shown(row, said, today) | {name: getattr(row, name) for name in ("contact_phone", "contact_email", "timetable")}


def card_of(row: Any, said: Labels, files: list[dict[str, Any]]) -> dict[str, Any]:
    """A card without its groups; `row` has the columns above."""
    effects = row.effects or []
    return {
        "id": row.id,
        "code": row.code,
        "title": row.title,
        "annotation": row.annotation,
        "goal": row.goal,
        "kind": said.coded("programme_kind", row.kind),
        "hours": row.hours,
        "form": said.coded("form", row.form),
        "distance_share": row.distance_share,
        "audience": {
            "positions": said.all("position", row.positions),
            "subjects": said.all("subject", row.subjects),
            "levels": said.all("level", row.levels),
        },
        "prerequisites": row.prerequisites or [],
        "competences": effects,
        "labour_functions": said.all("labour_function", sorted({code for effect in effects for code in effect["labour_functions"]})),
        "outline": row.outline,
        "teachers": row.teachers,
        "register_number": row.register_number,
        "register_until": row.register_until,
        "files": files,
        "provider": {
            "id": row.provider_id,
            "name": row.provider_name,
            "short_name": row.provider_short_name,
            "kind": row.provider_kind,
            "site": row.provider_site,
        },
        "funding": said.coded("funding", row.funding),
        "fee": row.fee,
        "document": said.coded("document", row.document_kind),
        "approvals": said.all("approver", row.approvals),
        "status": row.status,
        "published_at": row.published_at,
        "withdrawal_reason": row.withdrawal_reason,
        "revision": row.revision,
    }


async def files_named(session: AsyncSession, files: Sequence[UUID]) -> list[dict[str, Any]]:
    """Names and sizes of files, in their order."""
    if not files:
        return []
    shown = select(col(ProgrammeFile.id), col(ProgrammeFile.name), col(ProgrammeFile.size))
    stored = await session.execute(shown.where(col(ProgrammeFile.id).in_(files)))
    known = {row.id: row._asdict() for row in stored}
    return [known[one] for one in files if one in known]


async def latest_review(session: AsyncSession, programme_id: UUID, *, caller: Caller) -> dict[str, Any] | None:
    """The newest version and what became of it; None while nothing was submitted."""
    newest = select(V).where(col(V.programme_id) == programme_id).order_by(col(V.number).desc()).limit(1)
    version: ProgrammeVersion | None = await session.scalar(newest)
    return review_of(version, caller) if version else None


def review_of(version: ProgrammeVersion, caller: Caller) -> dict[str, Any]:
    """What is said of a version: its state, its reader's remarks, and whether the caller may decide about it."""
    return {
        "number": version.number,
        "state": version.decision or "in_review",
        "author_role": version.author_role,
        "submitted_at": version.submitted_at,
        "decided_at": version.decided_at,
        "remarks": version.remarks,
        "own": caller.subject in (version.author, version.submitted_by),
    }


@lru_cache(1)
def card_wanted() -> Select[Any]:
    """A programme with its provider, competences and prerequisites; put together once, for that costs more than asking."""
    rated: tuple[Any, ...] = (ratings.SHOWN.label("rating"), col(Rating.n).label("rated_by"))
    return (
        select(*SHOWN, *PROVIDER, *rated, effects_json().label("effects"), prerequisites_json().label("prerequisites"))
        .join_from(P, Organisation, col(Organisation.id) == col(P.provider_id))
        .outerjoin(Rating, ratings.OF_PROGRAMME)
        .where(col(P.id) == bindparam("programme_id", type_=Uuid))
    )


@lru_cache(1)
def groups_wanted() -> Select[Any]:
    """A programme's groups that are not over, the nearest first, cancelled ones among them."""
    return (
        select(*COLUMNS, col(G.contact_phone), col(G.contact_email), col(G.timetable))
        .join_from(G, S, col(S.group_id) == col(G.id), isouter=True)
        .outerjoin(Territory, col(Territory.oktmo) == col(G.oktmo))
        .where(col(G.programme_id) == bindparam("programme_id", type_=Uuid), col(G.ends) >= bindparam("today", type_=Date))
        .order_by(col(G.starts), col(G.id))
    )


def effects_json() -> Any:
    """The competences of a programme, the main contribution first, with what was measured."""
    effect, measured = ProgrammeEffect, MeasuredEffect
    figures = {"mean": measured.mean, "low": measured.low, "high": measured.high, "n": measured.n}
    shown = json_object(
        code=col(effect.competence),
        title=func.coalesce(col(Competence.title), col(effect.competence)),
        section=col(Competence.section),
        share=col(effect.share),
        labour_functions=func.coalesce(func.to_json(col(Competence.labour_functions)), func.json_build_array()),
        measured=case((col(measured.n).is_not(None), json_object(**figures))),
    )
    return (
        select(func.json_agg(aggregate_order_by(shown, col(effect.share).desc(), col(effect.competence))))
        .select_from(effect)
        .outerjoin(Competence, col(Competence.code) == col(effect.competence))
        .outerjoin(measured, (col(measured.programme_id) == col(P.id)) & (col(measured.competence) == col(effect.competence)))
        .where(col(effect.programme_id) == col(P.id))
        .correlate(P)
        .scalar_subquery()
    )


def prerequisites_json() -> Any:
    """The programmes to be passed before."""
    required = aliased(P)
    shown = json_object(id=col(required.id), code=col(required.code), title=col(required.title))
    return (
        select(func.json_agg(aggregate_order_by(shown, col(required.code))))
        .select_from(ProgrammePrerequisite)
        .join(required, col(required.id) == col(ProgrammePrerequisite.required_id))
        .where(col(ProgrammePrerequisite.programme_id) == col(P.id))
        .correlate(P)
        .scalar_subquery()
    )


def json_object(**parts: Any) -> Any:
    """SQL: an object of these parts."""
    return func.json_build_object(*(one for name, part in parts.items() for one in (literal(name, String), part)))
