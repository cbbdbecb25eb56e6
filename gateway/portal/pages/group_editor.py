"""Groups: announced, changed or moved with a reason, copied from a former one, called off; with warnings about clashes."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal import group_form as forms
from gateway.portal.dictionaries import titles
from gateway.portal.merging import Fields, differing, merged
from gateway.portal.page import At, Page, View
from gateway.portal.pages.drafts import done_with, draft_in, kept_of, new_draft, number_in, save
from gateway.portal.pages.programme_editor import author
from gateway.portal.programme_form import typed_in
from gateway.portal.refused import Told, told
from gateway.portal.words import as_moment

router = APIRouter(route_class=Page)
DICTIONARIES = {"form": "form", "funding": "funding", "oktmo": "municipality_now"}
YEAR = timedelta(weeks=52)


@router.get("/provider/programmes/{programme_id}/groups/new")
async def new(view: At, programme_id: UUID) -> Response:
    """The form of a new group; form and funding are the programme's."""
    await author(view)
    card, kept = await asyncio.gather(view.ask.get(f"/programmes/{programme_id}"), kept_of(view, "group", programme_id))
    fields = kept["fields"] if kept else {"form": [card["form"]["code"]], "funding": [card["funding"]["code"]]}
    return await shown(view, card, None, fields=fields, draft=kept["id"] if kept else new_draft(), kept=kept)


@router.post("/provider/programmes/{programme_id}/groups/new")
async def announce(view: At, programme_id: UUID) -> Response:
    await author(view)
    card = await view.ask.get(f"/programmes/{programme_id}")
    return await received(view, card, None)


@router.get("/provider/groups/{group_id}/edit")
async def edit(view: At, group_id: UUID) -> Response:
    await author(view)
    group, kept = await asyncio.gather(view.ask.get(f"/groups/{group_id}"), kept_of(view, "group", group_id))
    fields = kept["fields"] if kept else forms.fields_of(group)
    since = (kept or {}).get("base_revision") or group["revision"]
    return await shown(view, group["programme"], group, fields=fields, since=since, draft=kept["id"] if kept else new_draft(), kept=kept)


@router.post("/provider/groups/{group_id}/edit")
async def change(view: At, group_id: UUID) -> Response:
    await author(view)
    group = await view.ask.get(f"/groups/{group_id}")
    return await received(view, group["programme"], group)


async def received(view: View, programme: Mapping[str, Any], group: Mapping[str, Any] | None) -> Response:
    """What the pressed button asks: keep, more rows, or save."""
    form = await view.form()
    fields, draft, do = typed_in(form), draft_in(form), str(form.get("do", "save"))
    since = number_in(form, "base_revision") or (group["revision"] if group else None)
    state: dict[str, Any] = {"fields": fields, "draft": draft, "draft_revision": number_in(form, "draft_revision"), "since": since}
    here = f"/provider/groups/{group['id']}/edit" if group else f"/provider/programmes/{programme['id']}/groups/new"
    if do == "more":
        return await shown(view, programme, group, **state, more=True)
    try:
        if do == "keep":
            saved = await save(view, draft, form)
            return view.go(here, "draft_kept", f"{as_moment(saved['saved_at']):%H:%M}")
        facts, errors = forms.facts_in(fields)
        if group and len((fields.get("reason") or [""])[0].strip()) < 5:
            errors["reason"] = "Объясните, что меняется: это прочтут записавшиеся"
        if errors:
            return await shown(view, programme, group, **state, said=Told(errors), status=422)
        if group is None:
            made = await view.ask.post(f"/programmes/{programme['id']}/groups", facts)
        else:
            made = await view.ask.put(f"/groups/{group['id']}", {**facts, "reason": fields["reason"][0].strip()}, since=since)
    except Refused as refused:
        if refused.status == 412 and group and do != "keep":
            return await merging(view, group, fields, refused.facts, draft=draft)
        return await shown(view, programme, group, **state, said=told(refused), status=refused.status)
    await done_with(view, draft)
    return announced(view, made, "group_changed" if group else "group_announced")


def announced(view: View, made: Mapping[str, Any], said: str) -> Response:
    """On to the programme with its groups, with a warning when a teacher or a room is wanted twice."""
    taken = ", ".join(dict.fromkeys(one["what"] for one in made["clashes"]))
    here = f"/provider/programmes/{made['programme']['id']}"
    return view.go(here, "group_clashes", taken[:200].replace("|", " ")) if taken else view.go(here, said)


@router.post("/provider/groups/{group_id}/merge")
async def merge(view: At, group_id: UUID) -> Response:
    """Mine with what was chosen of theirs, in the form again, over the revision that was shown."""
    await author(view)
    form = await view.form()
    group = await view.ask.get(f"/groups/{group_id}")
    mine = {name: values for name, values in typed_in(form).items() if not name.startswith("take-")}
    theirs = forms.fields_of(group)
    if number_in(form, "base_revision") != group["revision"]:
        return await merging(view, group, mine, {"current": group, "revision": group["revision"]}, draft=draft_in(form))
    both = merged(mine, theirs, forms.PARTS, taken=[name for name in forms.PARTS if form.get(f"take-{name}") == "theirs"])
    return await shown(view, group["programme"], group, fields=both, draft=draft_in(form), since=group["revision"])


async def merging(view: View, group: Mapping[str, Any], mine: Fields, now: Mapping[str, Any], *, draft: str) -> Response:
    """What a colleague has saved meanwhile beside what was typed here."""
    theirs, known = forms.fields_of(now["current"]), {name: dict(choices) for name, choices in (await choices_of(view)).items()}
    differ = [
        (name, forms.LABELS[name], forms.worded(mine, name, known), forms.worded(theirs, name, known))
        for name in differing(mine, theirs, forms.PARTS)
    ]
    frame = await view.frame()
    return await view.show(
        "merge.html",
        status=412,
        section=frame.section("provider", "operator"),
        title="Поток изменил кто-то ещё",
        heading=group["programme"]["title"],
        here=f"/provider/groups/{group['id']}",
        crumbs=(("/provider/groups", "Группы"), (f"/provider/groups/{group['id']}", group["programme"]["code"])),
        mine=mine,
        differ=differ,
        revision=now["revision"],
        draft=draft,
    )


async def choices_of(view: View) -> dict[str, list[tuple[str, str]]]:
    return {name: list((await titles.of(view.ask, dictionary)).items()) for name, dictionary in DICTIONARIES.items()}


async def shown(
    view: View,
    programme: Mapping[str, Any],
    group: Mapping[str, Any] | None,
    *,
    fields: Fields,
    draft: str,
    draft_revision: int | None = None,
    since: int | None = None,
    kept: Mapping[str, Any] | None = None,
    said: Told | None = None,
    more: bool = False,
    status: int = 200,
) -> Response:
    frame = await view.frame()
    return await view.show(
        "group_edit.html",
        status=status,
        section=frame.section("provider", "operator"),
        title="Изменить поток" if group else "Новый поток",
        programme=programme,
        group=group,
        fields=fields,
        rows=forms.meetings_shown(fields, more=more),
        choices=await choices_of(view),
        draft=draft,
        draft_revision=kept["revision"] if kept else draft_revision,
        kept=kept,
        since=since,
        labels=forms.LABELS,
        said=said or Told(),
    )


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
        labels={"starts": "Начало", "enrolment_closes": "Запись закрывается", "enrolment_opens": "Запись открывается", "ends": "Окончание"},
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


@router.post("/provider/groups/{group_id}/cancellation")
async def cancel(view: At, group_id: UUID) -> Response:
    """Call a group off; those who applied are told and offered another one."""
    await author(view)
    reason = str((await view.form()).get("reason", "")).strip()[:500]
    group = await view.ask.get(f"/groups/{group_id}")
    try:
        await view.ask.post(f"/groups/{group_id}/cancellation", {"reason": reason})
    except Refused as refused:
        if refused.status == 404:
            raise
        answer = told(refused)
        said = Told({"cancel": "Объясните, почему: это прочтут записавшиеся"} if answer.errors else {}, answer.detail)
        fields = {**forms.fields_of(group), "cancel": [reason]}
        state: dict[str, Any] = {"fields": fields, "draft": new_draft(), "since": group["revision"]}
        return await shown(view, group["programme"], group, **state, said=said, status=refused.status)
    return view.go(f"/provider/groups/{group_id}", "group_cancelled")
