"""Public documents: which version is in force, what came before and what comes next, and their files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.documents import WantedDocuments
from services.catalog.tables import DocumentVersion, PublicDocument
from shared.access import Caller
from shared.errors import NotFound

D, V = PublicDocument, DocumentVersion
VERSION: tuple[Any, ...] = (
    col(V.document_id),
    col(V.number),
    col(V.body),
    col(V.changes),
    col(V.file_name),
    func.octet_length(col(V.file)).label("file_size"),
    col(V.in_force_from),
    col(V.published_at),
)


def edits(caller: Caller) -> bool:
    """Whether the caller sees documents that are only being written."""
    return any(grant.role in ("operator", "auditor") for grant in caller.grants)


STANDINGS = {"in_force": "Действует", "coming": "Вступит в силу"}


async def documents_listed(session: AsyncSession, wanted: WantedDocuments, *, caller: Caller, today: date) -> dict[str, Any]:
    """Documents by title, each with its version in force; whoever writes them also sees drafts and withdrawn ones. All fit on one page."""
    listed = select(D).order_by(col(D.title), col(D.id)).limit(500)
    documents = (await session.scalars(listed if edits(caller) else listed.where(col(D.status) == "published"))).all()
    versions: dict[UUID, list[Any]] = {}
    written = select(*VERSION).where(col(V.document_id).in_([one.id for one in documents])).order_by(col(V.number))
    for row in await session.execute(written):
        versions.setdefault(row.document_id, []).append(row)
    items = [document_shown(one, versions[one.id], edits(caller), today) for one in documents]
    chosen = {name: str(value) for name, value in wanted.model_dump().items() if value is not None}
    stand = [(item, facets_of(item)) for item in items]
    return {
        "items": [item for item, facets in stand if chosen.items() <= facets.items()],
        "facets": {name: counted([facets for _, facets in stand], name, chosen) for name in ("standing", "year")},
    }


def facets_of(item: Mapping[str, Any]) -> dict[str, str]:
    """Where a published document stands, and the year of its version."""
    if item["in_force_from"] is None:
        return {}
    return {"standing": "in_force" if item["in_force"] else "coming", "year": str(item["in_force_from"].year)}


def counted(stand: Sequence[Mapping[str, str]], name: str, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """A facet's values with their counts under the other facet's filter; a chosen value is never hidden."""
    others = {facet: value for facet, value in chosen.items() if facet != name}
    counts = Counter(facets[name] for facets in stand if facets and others.items() <= facets.items())
    values = sorted({*counts, *([chosen[name]] if name in chosen else [])}, reverse=name == "year")
    return [{"value": one, "title": STANDINGS.get(one, one), "count": counts[one], "chosen": chosen.get(name) == one} for one in values]


async def document_card(session: AsyncSession, document_id: UUID, *, caller: Caller, today: date) -> dict[str, Any]:
    """One document with every version and its text; an unpublished one is only for whoever writes it."""
    document = await session.get(D, document_id)
    if document is None or (document.status == "draft" and not edits(caller)):
        raise NotFound("Такого документа нет.")
    rows = (await session.execute(select(*VERSION).where(col(V.document_id) == document_id).order_by(col(V.number).desc()))).all()
    seen = [row for row in rows if row.published_at is not None or edits(caller)]
    if document.status == "withdrawn" and not edits(caller):
        seen = []
    return document_shown(document, list(reversed(rows)), edits(caller), today) | {"versions": [version_shown(row) for row in seen]}


async def file_of(session: AsyncSession, document_id: UUID, number: int, *, caller: Caller) -> tuple[str, bytes]:
    """Name and content of a version's file."""
    found = select(col(V.file_name), col(V.file), col(V.published_at), col(D.status)).join_from(V, D, col(D.id) == col(V.document_id))
    row = (await session.execute(found.where(col(V.document_id) == document_id, col(V.number) == number))).first()
    public = row is not None and row.published_at is not None and row.status == "published"
    if row is None or row.file is None or not (public or edits(caller)):
        raise NotFound("Такого файла нет.")
    return row.file_name, row.file


def document_shown(document: PublicDocument, versions: list[Any], writes: bool, today: date) -> dict[str, Any]:
    """A document with the numbers of its newest version, of the one in force and of the one being written."""
    published = [row for row in versions if row.published_at is not None]
    in_force = [row for row in published if row.in_force_from <= today]
    draft = next((row for row in versions if row.published_at is None), None)
    return {
        **{name: getattr(document, name) for name in ("id", "title", "about", "status", "withdrawal_reason", "revision")},
        "newest": published[-1].number if published else None,
        "in_force": in_force[-1].number if in_force else None,
        "in_force_from": in_force[-1].in_force_from if in_force else published[-1].in_force_from if published else None,
        "draft": draft.number if draft and writes else None,
    }


def version_shown(row: Any) -> dict[str, Any]:
    file = {"name": row.file_name, "size": row.file_size} if row.file_name else None
    return {**{name: getattr(row, name) for name in ("number", "body", "changes", "in_force_from", "published_at")}, "file": file}
