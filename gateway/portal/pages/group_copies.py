"""A former group announced again."""

from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.group_form import LABELS
from gateway.portal.page import At, Page, View
from gateway.portal.pages.group_editor import announced
from gateway.portal.programme_choices import author
from gateway.portal.refused import Told, told

router = APIRouter(route_class=Page)
YEAR = timedelta(weeks=52)


@router.get("/provider/groups/{group_id}/copy")
async def copying(view: At, group_id: UUID) -> Response:
    """When the copy is to begin; the same weekday of the next year is proposed."""
    return await copy_shown(view, group_id, Told())


async def copy_shown(view: View, group_id: UUID, said: Told, *, typed: str = "", status: int = 200) -> Response:
    frame = await author(view)
    group = await view.ask.get(f"/groups/{group_id}")
    later = date.fromisoformat(group["starts"]) + YEAR
    while later <= view.today:
        later += YEAR
    return await view.show(
        "group_copy.html",
        status=status,
        section=frame.section("provider", "operator"),
        title="Повторить поток",
        group=group,
        starts=typed or later.isoformat(),
        labels=LABELS,
        said=said,
    )


@router.post("/provider/groups/{group_id}/copy")
async def copy(view: At, group_id: UUID) -> Response:
    await author(view)
    starts = str((await view.form()).get("starts", ""))[:10]
    try:
        made = await view.ask.post(f"/groups/{group_id}/copy", {"starts": starts} if starts else {})
    except Refused as refused:
        if refused.status == 404:
            raise
        return await copy_shown(view, group_id, told(refused), typed=starts, status=refused.status)
    return announced(view, made, "group_announced")
