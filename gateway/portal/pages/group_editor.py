"""Groups: announced, changed or moved with a reason, called off; with warnings about clashes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal import group_form as forms
from gateway.portal.dictionaries import titles
from gateway.portal.drafts import Writing, done_with, keep, resumed, writing_in
from gateway.portal.fields import one
from gateway.portal.merging import Stored, compared, put_together
from gateway.portal.page import At, Page, View
from gateway.portal.programme_choices import author
from gateway.portal.refused import Told, told

router = APIRouter(route_class=Page)
DICTIONARIES = {"form": "form", "funding": "funding", "oktmo": "municipality_now"}


@router.get("/provider/programmes/{programme_id}/groups/new")
async def new(view: At, programme_id: UUID) -> Response:
    """The form of a new group; form and funding are the programme's."""
    await author(view)
    card = await view.ask.get(f"/programmes/{programme_id}")
    fields = {"form": [card["form"]["code"]], "funding": [card["funding"]["code"]]}
    return await shown(view, card, None, await resumed(view, "group", programme_id, fields=fields, parts=forms.PARTS))


@router.post("/provider/programmes/{programme_id}/groups/new")
async def announce(view: At, programme_id: UUID) -> Response:
    await author(view)
    card = await view.ask.get(f"/programmes/{programme_id}")
    return await received(view, card, None)


@router.get("/provider/groups/{group_id}/edit")
async def edit(view: At, group_id: UUID) -> Response:
    await author(view)
    group = await view.ask.get(f"/groups/{group_id}")
    writing = await resumed(view, "group", group_id, fields=forms.fields_of(group), parts=forms.PARTS, since=group["revision"])
    return await shown(view, group["programme"], group, writing)


@router.post("/provider/groups/{group_id}/edit")
async def change(view: At, group_id: UUID) -> Response:
    await author(view)
    group = await view.ask.get(f"/groups/{group_id}")
    return await received(view, group["programme"], group)


async def received(view: View, programme: Mapping[str, Any], group: Mapping[str, Any] | None) -> Response:
    """What the pressed button asks: keep, more rows, put two texts together, or save."""
    form = await view.form()
    writing, do = writing_in(form), str(form.get("do", "save"))
    here = f"/provider/groups/{group['id']}/edit" if group else f"/provider/programmes/{programme['id']}/groups/new"
    if do.startswith("more-"):
        return await shown(view, programme, group, writing, rows=forms.MEETINGS.asked(form, do))
    if do == "merge" and group:
        now = await stored(view, group)
        both = put_together(form, writing, now)
        return await shown(view, programme, group, both) if both else await compared(view, writing, now)
    try:
        if do == "keep":
            return await keep(view, form, here)
        facts, errors = forms.facts_in(writing.fields)
        reason = one(writing.fields, "reason")
        if group and len(reason) < 5:
            errors["reason"] = "Объясните, что меняется: это прочтут записавшиеся"
        if errors:
            return await shown(view, programme, group, writing, said=Told(errors), status=422)
        if group is None:
            made = await view.ask.post(f"/programmes/{programme['id']}/groups", facts)
        else:
            made = await view.ask.put(f"/groups/{group['id']}", {**facts, "reason": reason}, since=writing.since)
    except Refused as refused:
        if refused.status == 412 and group and do != "keep":
            return await compared(view, writing, await stored(view, await view.ask.get(f"/groups/{group['id']}")))
        return await shown(view, programme, group, writing, said=told(refused), status=refused.status)
    await done_with(view, writing.draft)
    return announced(view, made, "group_changed" if group else "group_announced")


def announced(view: View, made: Mapping[str, Any], said: str) -> Response:
    """On to the programme with its groups, with a warning when a teacher or a room is wanted twice."""
    wanted = ((("аудитория " if one["kind"] == "room" else "") + one["what"]) for one in made["clashes"])
    taken = ", ".join(dict.fromkeys(wanted))[:200].replace("|", " ")
    return view.go(f"/provider/programmes/{made['programme']['id']}", *(("group_clashes", taken) if taken else (said,)), made["id"])


async def stored(view: View, group: Mapping[str, Any]) -> Stored:
    """A group as whoever edits it too has left it."""
    address = f"/provider/groups/{group['id']}"
    return Stored(
        forms.fields_of(group),
        group["revision"],
        parts=forms.PARTS,
        labels=forms.LABELS,
        choices=await choices_of(view),
        title=group["programme"]["title"],
        here=f"{address}/edit",
        crumbs=(("/provider/groups", "Потоки"), (address, group["programme"]["code"])),
    )


async def choices_of(view: View) -> dict[str, list[tuple[str, str]]]:
    return {name: list((await titles.of(view.ask, dictionary)).items()) for name, dictionary in DICTIONARIES.items()}


async def shown(
    view: View,
    programme: Mapping[str, Any],
    group: Mapping[str, Any] | None,
    writing: Writing,
    *,
    said: Told | None = None,
    rows: int = 0,
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
        writing=writing,
        fields=writing.fields,
        rows=forms.MEETINGS.shown(writing.fields, rows),
        focus=forms.MEETINGS.next(writing.fields) if rows else "",
        choices=await choices_of(view),
        labels=forms.LABELS,
        said=said or Told(),
    )


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
        writing = Writing({**forms.fields_of(group), "cancel": [reason]}, group["revision"])
        return await shown(view, group["programme"], group, writing, said=said, status=refused.status)
    return view.go(f"/provider/groups/{group_id}", "group_cancelled")
