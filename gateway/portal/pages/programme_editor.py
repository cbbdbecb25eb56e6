"""The editor of programmes: one form in sections, kept while it is typed, with the law at hand and nothing lost on a refusal."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from gateway.client import Refused
from gateway.portal import programme_form as forms
from gateway.portal.dictionaries import titles
from gateway.portal.drafts import Writing, begun, done_with, keep, resumed, writing_in
from gateway.portal.fields import one
from gateway.portal.merging import Stored, compared, put_together
from gateway.portal.page import At, Page, View
from gateway.portal.pages.programme_preview import previewed
from gateway.portal.programme_choices import author, choices_of, fields_in, prerequisites_in, providers_in
from gateway.portal.refused import Told, told

router = APIRouter(route_class=Page)


@router.get("/provider/programmes/new")
async def new(view: At, draft: str = "") -> Response:
    """An empty form, or the one that was begun."""
    await author(view)
    return await shown(view, None, await begun(view, draft, fields={}))


@router.get("/provider/programmes/{programme_id}/edit")
async def edit(view: At, programme_id: UUID) -> Response:
    """The form with what is stored, or with what was typed since."""
    await author(view)
    edition = await view.ask.get(f"/programmes/{programme_id}/edition")
    fields = await fields_in(view, edition["facts"])
    return await shown(
        view, edition, await resumed(view, "programme", programme_id, fields=fields, parts=forms.PARTS, since=edition["revision"])
    )


@router.post("/provider/programmes/new")
async def write(view: At) -> Response:
    await author(view)
    return await received(view, None, await view.form())


@router.post("/provider/programmes/{programme_id}/edit")
async def change(view: At, programme_id: UUID) -> Response:
    await author(view)
    edition = await view.ask.get(f"/programmes/{programme_id}/edition")
    return await received(view, edition, await view.form())


async def received(view: View, edition: Mapping[str, Any] | None, form: FormData) -> Response:
    """What the pressed button asks: keep, more rows, preview, put two texts together, or save."""
    writing, do = writing_in(form), str(form.get("do", "save"))
    here = f"/provider/programmes/{edition['id']}/edit" if edition else f"/provider/programmes/new?draft={writing.draft}"
    if do.startswith("more-"):
        return await shown(view, edition, writing, rows=form, do=do)
    if do == "merge" and edition:
        now = await stored(view, edition)
        both = put_together(form, writing, now)
        return await shown(view, edition, both) if both else await compared(view, writing, now)
    try:
        if do == "keep":
            return await keep(view, form, here)
        required, unknown = await prerequisites_in(view, one(writing.fields, "prerequisites"))
        facts, errors = forms.facts_in(writing.fields, prerequisites=required)
        if unknown:
            errors["prerequisites"] = f"Нет опубликованной программы с шифром {unknown[0]}"
        if errors:
            return await shown(view, edition, writing, said=Told(errors), status=422)
        if do == "preview":
            card = await view.ask.post("/programme-previews", facts)
            return await previewed(view, card, of=edition["id"] if edition else None, back=here)
        if edition is None:
            made = await view.ask.post("/programmes", facts)
        else:
            made = await view.ask.put(f"/programmes/{edition['id']}", facts, since=writing.since)
    except Refused as refused:
        if refused.status == 412 and edition and do != "keep":
            newer = await view.ask.get(f"/programmes/{edition['id']}/edition")
            return await compared(view, writing, await stored(view, newer))
        answer = told(refused, **forms.API_FIELDS)
        errors = {"code": refused.detail} if refused.code == "programme_code_taken" else answer.errors
        return await shown(view, edition, writing, said=Told(errors, answer.detail), status=refused.status)
    await done_with(view, writing.draft)
    waits = made["review"] and made["review"]["state"] == "in_review"
    then = "programme_saved" if not waits else "programme_changed" if made["status"] == "published" else "programme_submitted"
    return view.go(f"/provider/programmes/{made['id']}", then)


async def stored(view: View, edition: Mapping[str, Any]) -> Stored:
    """A programme as whoever edits it too has left it."""
    address = f"/provider/programmes/{edition['id']}"
    return Stored(
        await fields_in(view, edition["facts"]),
        edition["revision"],
        parts=forms.PARTS,
        labels=forms.LABELS,
        choices=await choices_of(view),
        title=edition["facts"]["title"],
        here=f"{address}/edit",
        crumbs=(("/provider/programmes", "Программы"), (address, edition["facts"]["code"])),
    )


async def shown(
    view: View,
    edition: Mapping[str, Any] | None,
    writing: Writing,
    *,
    said: Told | None = None,
    rows: Iterable[str] = (),
    do: str = "",
    status: int = 200,
) -> Response:
    frame, choices = await asyncio.gather(view.frame(), choices_of(view))
    providers = await providers_in(view, frame)
    minima = await titles.of(view.ask, "hours_minimum")
    remarks: dict[str, list[str]] = {}
    if edition and edition["review"] and edition["review"]["state"] == "returned":
        for remark in edition["review"]["remarks"]:
            field = forms.API_FIELDS.get(remark["field"], remark["field"])
            remarks.setdefault(field, []).append(remark["text"])
    return await view.show(
        "programme_edit.html",
        status=status,
        section=frame.section("provider", "operator"),
        title="Новая программа" if edition is None else "Редактирование программы",
        edition=edition,
        writing=writing,
        fields=writing.fields,
        rows={name: listed.shown(writing.fields, listed.asked(rows, do)) for name, listed in forms.ROWS.items()},
        focus=next((listed.next(writing.fields) for listed in forms.ROWS.values() if do == f"more-{listed.name}"), ""),
        sections=forms.sections(writing.fields, said.errors if said else {}),
        choices=choices,
        providers=providers,
        minima=[(title, minima[code]) for code, title in choices["kind"] if code in minima],
        files=[(file["id"], file["name"]) for file in edition["files"]] if edition else [],
        labels=forms.LABELS,
        remarks=remarks,
        said=said or Told(),
        fixed=bool(edition and edition["published_at"]),
    )
