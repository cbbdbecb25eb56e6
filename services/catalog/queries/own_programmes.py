"""A provider's own programmes in any state, with what became of their newest version."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.labels import labels
from services.catalog.queries.paging import paged
from services.catalog.queries.programmes import P, V
from services.catalog.queries.seats import G
from services.catalog.rules.search import WantedOwn
from shared.access import Caller
from shared.database import within


async def own_programmes(session: AsyncSession, wanted: WantedOwn, *, caller: Caller, today: date) -> dict[str, Any]:
    """The programmes of the caller's organisation in any state, by code, each with the number of its groups to come."""
    coming = (
        select(func.count())
        .select_from(G)
        .where(col(G.programme_id) == col(P.id), col(G.status) == "announced", col(G.ends) >= today)
        .correlate(P)
        .scalar_subquery()
    )
    state = select(func.coalesce(col(V.decision), "in_review")).where(col(V.programme_id) == col(P.id))
    review = state.order_by(col(V.number).desc()).limit(1).correlate(P).scalar_subquery()
    listed = select(
        col(P.id), col(P.code), col(P.title), col(P.kind), col(P.hours), col(P.form), col(P.provider_id),
        col(P.status), col(P.published_at), col(P.revision), coming.label("groups"), review.label("review"),
    ).where(within(caller, provider=col(P.provider_id)))  # fmt: skip
    if wanted.status:
        listed = listed.where(review == "in_review" if wanted.status == "in_review" else col(P.status) == wanted.status)
    page, more = await paged(session, listed, wanted, P, by="code")
    said = await labels(session, today)
    items = [row._asdict() | {"kind": said.coded("programme_kind", row.kind), "form": said.coded("form", row.form)} for row in page]
    return {"items": items, "next": more}
