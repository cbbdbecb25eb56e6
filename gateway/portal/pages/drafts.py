"""Working copies: a form keeps itself while it is being filled in, and the same button does it without scripts."""

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from gateway.client import Refused
from gateway.portal.drafts import done_with, save
from gateway.portal.page import At, Page
from gateway.portal.words import as_moment
from gateway.rules import safe_return

router = APIRouter(route_class=Page)


@router.post("/drafts/{draft_id}")
async def keep(view: At, draft_id: UUID) -> Response:
    """Keep a form as it stands; a script is told when, and which revision to start the next time from."""
    await view.signed_in()
    form = await view.form()
    try:
        saved = await save(view, draft_id, form)
    except Refused as refused:
        return JSONResponse({"detail": refused.detail}, refused.status)
    return JSONResponse({"saved": f"{as_moment(saved['saved_at']):%H:%M}", "revision": saved["revision"]})


@router.post("/drafts/{draft_id}/deletion")
async def drop(view: At, draft_id: UUID) -> Response:
    """Forget a working copy; there may be none of a form that was never kept."""
    await view.signed_in()
    form = await view.form()
    await done_with(view, draft_id)
    return view.go(safe_return(str(form.get("back", "/provider/programmes"))), "draft_dropped")
