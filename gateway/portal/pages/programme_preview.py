"""Programmes as the public would see them before it does: what is stored, a version, a form."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.portal.page import At, Page, View
from gateway.portal.pages.programmes import announced, nearest
from gateway.portal.programme_choices import author

router = APIRouter(route_class=Page)


@router.get("/provider/programmes/{programme_id}/preview")
async def preview(view: At, programme_id: UUID) -> Response:
    """What is stored now as the public would see it."""
    await author(view)
    edition = await view.ask.get(f"/programmes/{programme_id}/edition")
    card = await view.ask.post("/programme-previews", edition["facts"])
    return await previewed(view, card, of=programme_id, back=f"/provider/programmes/{programme_id}")


@router.get("/provider/programmes/{programme_id}/versions/{number}")
async def version(view: At, programme_id: UUID, number: int) -> Response:
    """One version as the public would see it."""
    await view.signed_in()
    card = await view.ask.get(f"/programmes/{programme_id}/versions/{number}")
    back = safe_back(view, programme_id)
    return await previewed(view, card, of=programme_id, back=back, note=f"Версия {number}.")


def safe_back(view: View, programme_id: UUID) -> str:
    """Back to the reader's page when one came from there."""
    reading = view.request.query_params.get("from") == "moderation"
    return f"/moderation/{programme_id}" if reading else f"/provider/programmes/{programme_id}/versions"


async def previewed(view: View, programme: Mapping[str, Any], *, of: UUID | str | None, back: str, note: str = "") -> Response:
    """The public card of something that is not public, with the announced groups of the programme `of` which it is."""
    frame = await view.frame()
    groups = announced(await view.ask.get(f"/programmes/{of}")) if of else []
    return await view.show(
        "programme.html",
        section=frame.section("provider", "operator"),
        title=programme["title"],
        programme={**programme, "id": of or programme["id"]},
        groups=groups,
        nearest=nearest(groups),
        reviews=None,
        address=f"{view.settings.public_url}/programmes/{programme['id']}",
        json_ld="",
        preview={"back": back, "note": note},
    )
