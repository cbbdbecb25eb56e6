"""The second reader of news: reads what was submitted, lets it out or gives it back with a remark."""

from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)


@router.get("/moderation/news")
async def waiting(view: At) -> Response:
    return await listed(view, Told())


async def listed(view: View, said: Told, *, at: str = "", remark: str = "", status: int = 200) -> Response:
    """What waits, with its whole text; `at` is the piece that a refusal is about."""
    frame = await view.signed_in()
    if not frame.has("operator"):
        raise Forbidden("Новости проверяет оператор.")
    found = (await view.ask.get("/news-in-review"))["items"]
    pieces = [await view.ask.get(f"/news/{one['id']}") for one in found[:20]]
    return await view.show(
        "news_review.html",
        status=status,
        section="operator",
        title="Новости ждут второго читателя" if pieces else "Новости проверены",
        pieces=pieces,
        more=len(found) - len(pieces),
        said=said,
        at=at,
        remark=remark,
    )


@router.post("/moderation/news/{news_id}")
async def decide(view: At, news_id: UUID) -> Response:
    await view.signed_in()
    form = await view.form()
    do, remark = str(form.get("do", "")), str(form.get("remark", "")).strip()[:500]
    if do != "publish" and len(remark) < 5:
        return await listed(view, Told({"remark": "Напишите, что исправить."}), at=str(news_id), remark=remark, status=422)
    try:
        if do == "publish":
            await view.ask.post(f"/news/{news_id}/publication")
        else:
            await view.ask.post(f"/news/{news_id}/return", {"remark": remark})
    except Refused as refused:
        return await listed(view, told(refused), at=str(news_id), remark=remark, status=refused.status)
    return view.go("/moderation/news", "news_published" if do == "publish" else "news_returned")
