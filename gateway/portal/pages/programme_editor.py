"""The editor of programmes: one form in sections, kept while it is typed, with the law at hand and nothing lost on a refusal."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from gateway.client import Refused, optional
from gateway.portal import programme_form as forms
from gateway.portal.dictionaries import titles
from gateway.portal.frame import Frame
from gateway.portal.merging import Fields, differing, merged
from gateway.portal.page import At, Page, View
from gateway.portal.pages.drafts import done_with, draft_in, kept_of, new_draft, number_in, save
from gateway.portal.refused import Told, told
from gateway.portal.words import as_moment
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
TAUGHT_BY = ("provider", "assessment_centre", "operator")
CHOICES = {
    "kind": "programme_kind",
    "form": "form",
    "positions": "position",
    "subjects": "subject",
    "levels": "level",
    "funding": "funding",
    "document_kind": "document",
    "approvals": "approver",
}


async def author(view: View) -> Frame:
    """The frame of somebody who may write programmes."""
    frame = await view.signed_in()
    if not frame.has("provider_specialist", "operator"):
        raise Forbidden("Программы ведут специалисты организаций ДПО и оператор.")
    return frame


@router.get("/provider/programmes/new")
async def new(view: At, draft: str = "") -> Response:
    """An empty form, or the one that was begun."""
    await author(view)
    kept = await optional(view.ask.get(f"/drafts/{draft}")) if draft else None
    return await shown(view, None, fields=kept["fields"] if kept else {}, draft=kept["id"] if kept else new_draft(), kept=kept)


@router.get("/provider/programmes/{programme_id}/edit")
async def edit(view: At, programme_id: UUID) -> Response:
    """The form with what is stored, or with what was typed since."""
    await author(view)
    edition, kept = await asyncio.gather(view.ask.get(f"/programmes/{programme_id}/edition"), kept_of(view, "programme", programme_id))
    fields = kept["fields"] if kept else await fields_in(view, edition["facts"])
    since = (kept or {}).get("base_revision") or edition["revision"]
    return await shown(view, edition, fields=fields, since=since, draft=kept["id"] if kept else new_draft(), kept=kept)


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
    """What the pressed button asks: keep, more rows, preview, or save."""
    fields, draft, do = forms.typed_in(form), draft_in(form), str(form.get("do", "save"))
    since = number_in(form, "base_revision") or (edition["revision"] if edition else None)
    state: dict[str, Any] = {"fields": fields, "draft": draft, "draft_revision": number_in(form, "draft_revision"), "since": since}
    here = f"/provider/programmes/{edition['id']}/edit" if edition else f"/provider/programmes/new?draft={draft}"
    if do == "keep":
        try:
            saved = await save(view, draft, form)
        except Refused as refused:
            return await shown(view, edition, **state, said=told(refused), status=refused.status)
        return view.go(here, "draft_kept", f"{as_moment(saved['saved_at']):%H:%M}")
    if do == "more":
        return await shown(view, edition, **state, more=True)
    required, unknown = await prerequisites_in(view, forms.one(fields, "prerequisites"))
    facts, errors = forms.facts_in(fields, prerequisites=required)
    if unknown:
        errors["prerequisites"] = f"Нет опубликованной программы с шифром {unknown[0]}"
    if errors:
        return await shown(view, edition, **state, said=Told(errors), status=422)
    try:
        if do == "preview":
            return await previewed(view, await view.ask.post("/programme-previews", facts), back=here)
        if edition is None:
            made = await view.ask.post("/programmes", facts)
        else:
            made = await view.ask.put(f"/programmes/{edition['id']}", facts, since=since)
    except Refused as refused:
        if refused.status == 412 and edition is not None:
            return await merging(view, edition, fields, refused.facts, draft=draft)
        answer = told(refused, **forms.API_FIELDS)
        errors = {"code": refused.detail} if refused.code == "programme_code_taken" else answer.errors
        return await shown(view, edition, **state, said=Told(errors, answer.detail), status=refused.status)
    await done_with(view, draft)
    waits = made["status"] == "published" and made["review"] and made["review"]["state"] == "in_review"
    return view.go(f"/provider/programmes/{made['id']}", "programme_changed" if waits else "programme_saved")


@router.post("/provider/programmes/{programme_id}/merge")
async def merge(view: At, programme_id: UUID) -> Response:
    """Mine with their value of each chosen field, saved over the revision that was shown."""
    await author(view)
    form = await view.form()
    edition = await view.ask.get(f"/programmes/{programme_id}/edition")
    mine = {name: values for name, values in forms.typed_in(form).items() if not name.startswith("take-")}
    theirs = await fields_in(view, edition["facts"])
    if number_in(form, "base_revision") != edition["revision"]:
        return await merging(view, edition, mine, {"current": edition["facts"], "revision": edition["revision"]}, draft=draft_in(form))
    taken = [name for name in forms.LABELS if form.get(f"take-{name}") == "theirs"]
    both = merged(mine, theirs, forms.PARTS, taken=taken)
    return await shown(view, edition, fields=both, draft=draft_in(form), since=edition["revision"], put_together=True)


async def merging(view: View, edition: Mapping[str, Any], mine: Fields, now: Mapping[str, Any], *, draft: str) -> Response:
    """What a colleague has saved meanwhile beside what was typed here, to be chosen field by field."""
    theirs = await fields_in(view, now["current"])
    choices = await choices_of(view)
    known = {name: dict(listed) for name, listed in choices.items()}
    differ = [
        (name, forms.LABELS[name], forms.worded(mine, name, known), forms.worded(theirs, name, known))
        for name in differing(mine, theirs, forms.PARTS)
    ]
    frame = await view.frame()
    return await view.show(
        "merge.html",
        status=412,
        section=frame.section("provider", "operator"),
        title="Программу изменил кто-то ещё",
        heading=edition["facts"]["title"],
        here=f"/provider/programmes/{edition['id']}",
        crumbs=(("/provider/programmes", "Программы"), (f"/provider/programmes/{edition['id']}", edition["facts"]["code"])),
        mine=mine,
        differ=differ,
        revision=now["revision"],
        draft=draft,
    )


async def shown(
    view: View,
    edition: Mapping[str, Any] | None,
    *,
    fields: Fields,
    draft: str,
    draft_revision: int | None = None,
    since: int | None = None,
    kept: Mapping[str, Any] | None = None,
    said: Told | None = None,
    more: bool = False,
    put_together: bool = False,
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
        fields=fields,
        rows={kind: forms.rows_shown(fields, kind, more=more) for kind in forms.ROWS},
        sections=forms.sections(fields),
        choices=choices,
        providers=providers,
        minima=[(title, minima[code]) for code, title in choices["kind"] if code in minima],
        files=[(file["id"], file["name"]) for file in edition["files"]] if edition else [],
        draft=draft,
        draft_revision=kept["revision"] if kept else draft_revision,
        kept=kept,
        since=since,
        labels=forms.LABELS,
        remarks=remarks,
        put_together=put_together,
        said=said or Told(),
        fixed=bool(edition and edition["published_at"]),
    )


async def previewed(view: View, programme: Mapping[str, Any], *, back: str, note: str = "") -> Response:
    """The public card of something that is not public."""
    frame = await view.frame()
    return await view.show(
        "programme.html",
        section=frame.section("provider", "operator"),
        title=programme["title"],
        programme=programme,
        groups=[],
        nearest=None,
        address=f"{view.settings.public_url}/programmes/{programme['id']}",
        json_ld="",
        preview={"back": back, "note": note},
    )


async def choices_of(view: View) -> dict[str, list[tuple[str, str]]]:
    """What each list of the form offers, competences of the framework among them."""
    framework = await optional(view.ask.get("/framework"))
    found = {name: list((await titles.of(view.ask, dictionary)).items()) for name, dictionary in CHOICES.items()}
    found["competence"] = [(one["code"], f"{one['code']} {one['title']}") for one in (framework or {"competences": []})["competences"]]
    return found


async def providers_in(view: View, frame: Frame) -> list[tuple[str, str]]:
    """The organisations for which somebody may write: their own, for the operator all that teach."""
    mine = [grant["scope"] for grant in frame.roles("provider_specialist")]
    wanted: dict[str, Any] = {"kind": TAUGHT_BY} if frame.has("operator") else {"id": mine}
    found = await optional(view.ask.get("/organisations", limit=100, **wanted))
    return [(one["id"], one["short_name"]) for one in (found or {"items": []})["items"]]


async def fields_in(view: View, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Facts as fields; programmes that have to be passed before are named by their codes."""
    cards = await view.ask.programmes(facts["prerequisites"])
    return forms.fields_of(facts, codes={one: card["code"] for one, card in cards.items()})


async def prerequisites_in(view: View, text: str) -> tuple[list[str], list[str]]:
    """Ids of the programmes with these codes, and the codes that no published programme has."""
    codes = [code.strip().upper() for code in text.replace(";", ",").split(",") if code.strip()][:10]
    pages = await asyncio.gather(*(view.ask.get("/programmes", q=code[:200], exact=True, limit=5) for code in codes))
    found = [next((one["id"] for one in page["items"] if one["code"] == code), "") for code, page in zip(codes, pages, strict=True)]
    return [one for one in found if one], [code for code, one in zip(codes, found, strict=True) if not one]
