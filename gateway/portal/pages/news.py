"""News: the list and one piece."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.linked_data import news_article, script
from gateway.portal.page import At, Page

router = APIRouter(route_class=Page)
PAGE = 10


@router.get("/news")
async def news(view: At, organisation: str = "", year: str = "", cursor: str = "") -> Response:
    """News by organisation and year; the address is the question."""
    asked = {"organisation": organisation, "year": year}
    wanted = {name: value or None for name, value in asked.items()}
    try:
        found = await view.ask.get("/news", **wanted, cursor=cursor or None, limit=PAGE)
    except Refused as refused:
        if refused.status != 422:
            raise
        asked, cursor = {"organisation": "", "year": ""}, ""
        found = await view.ask.get("/news", limit=PAGE)
    return await view.show(
        "news.html",
        title="Новости",
        found=found,
        next_href=address({**asked, "cursor": found["next"]}) if found["next"] else "",
        first_href=address(asked) if cursor else "",
    )


def address(asked: Mapping[str, str]) -> str:
    said = {name: value for name, value in asked.items() if value}
    return f"/news?{urlencode(said)}" if said else "/news"


@router.get("/news/{news_id}")
async def piece(view: At, news_id: UUID) -> Response:
    shown = await view.ask.get(f"/news/{news_id}")
    more = await optional(view.ask.get("/news", limit=4))
    return await view.show(
        "news_piece.html",
        title=shown["title"],
        news=shown,
        more=[one for one in (more or {"items": []})["items"] if one["id"] != shown["id"]][:3],
        address=f"{view.settings.public_url}/news/{news_id}",
        json_ld=script(news_article(shown, portal=view.settings.public_url)),
    )
