"""One search over everything that is public."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.page import At, Page

router = APIRouter(route_class=Page)
FEW, PAGE = 4, 15
KINDS = ("programme", "event", "organisation", "news", "document", "procedure")
PATHS = {
    "programme": "/programmes",
    "event": "/events",
    "organisation": "/organisations",
    "news": "/news",
    "document": "/documents",
    "procedure": "/procedures",
}


@router.get("/search")
async def search(view: At, q: str = "", kind: str = "", cursor: str = "") -> Response:
    """A few results of every kind, or the pages of one; the address is the search."""
    q, kind = q.strip()[:200], kind if kind in KINDS else ""
    limit = PAGE if kind else FEW
    try:
        found = await view.ask.get("/search", q=q, kind=kind or None, cursor=cursor or None, limit=limit)
    except Refused as refused:
        if refused.status != 422:
            raise
        q, cursor, found = "", "", await view.ask.get("/search", q="", limit=limit)
    following = next((group["next"] for group in found["groups"] if kind and group["next"]), None)
    return await view.show(
        "search.html",
        title=f"Поиск: {q}" if q else "Поиск",
        own_search=True,
        q=q,
        kind=kind,
        found=found,
        paths=PATHS,
        kind_href=lambda chosen: address(q, chosen),
        next_href=address(q, kind, following) if following else "",
        first_href=address(q, kind) if cursor else "",
    )


def address(q: str, kind: str = "", cursor: str = "") -> str:
    said = {"q": q, "kind": kind, "cursor": cursor}
    return f"/search?{urlencode({name: value for name, value in said.items() if value})}"
