"""The cabinet's events, news and notices: listed, written, previewed as everybody will see them, published, ended with a reason."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.drafts import Writing, begun, done_with, keep, resumed, unfinished, writing_in
from gateway.portal.fields import begun_from, one
from gateway.portal.merging import Stored, compared, put_together
from gateway.portal.page import At, Page, View
from gateway.portal.publication_choices import choices_of, owners
from gateway.portal.publications import AGENDA, EVENTS, KINDS, NEWS, Kind, fields_of
from gateway.portal.refused import Told, told
from shared.errors import NotFound

router = APIRouter(route_class=Page)
HOME = "/provider/publications"
Card = Mapping[str, Any]


def kind_of(key: str) -> Kind:
    if key not in KINDS:
        raise NotFound()
    return KINDS[key]


@router.get(HOME)
async def publications(view: At, kind: str = "events") -> Response:
    """What the organisation has published and is writing, and forms that were begun and not saved."""
    chosen = kind_of(kind)
    await owners(view)
    found, (started, unsaved) = await asyncio.gather(view.ask.get(f"/own-{chosen.key}"), unfinished(view, chosen.single))
    frame = await view.frame()
    return await view.show(
        "own_publications.html",
        section=frame.section("provider", "operator"),
        title="Мероприятия и новости",
        kinds=KINDS.values(),
        kind=chosen,
        found=found["items"],
        begun=started,
        unsaved=unsaved,
        now=view.now.isoformat(),
    )


@router.get(HOME + "/{key}/new")
async def new(view: At, key: str, draft: str = "") -> Response:
    kind, mine = kind_of(key), await owners(view)
    return await editor(view, kind, None, await begun(view, draft, fields={kind.owner: [next(iter(mine))]}))


@router.get(HOME + "/{key}/{item_id}")
async def edit(view: At, key: str, item_id: UUID) -> Response:
    kind = kind_of(key)
    await owners(view)
    card = await view.ask.get(f"{kind.api}/{item_id}")
    return await editor(view, kind, card, await opened(view, kind, card))


async def opened(view: View, kind: Kind, card: Card) -> Writing:
    return await resumed(view, kind.single, card["id"], fields=fields_of(kind, card), parts=kind.parts, since=card["revision"])


async def editor(
    view: View,
    kind: Kind,
    card: Card | None,
    writing: Writing,
    *,
    said: Told | None = None,
    preview: bool = False,
    rows: int = 0,
    reason: str = "",
    status: int = 200,
) -> Response:
    """The form with what was typed; beside it what there is to choose from, above it how everybody will see it."""
    frame, choices = await asyncio.gather(view.frame(), choices_of(view, kind))
    fields = writing.fields
    live = card is not None and card["status"] == "published"
    fixed = kind is NEWS and live
    return await view.show(
        "publication.html",
        status=status,
        section=frame.section("provider", "operator"),
        title=kind.new if card is None else str(card["title"]),
        kind=kind,
        card=card,
        live=live,
        fixed=fixed,
        hidden=fixed and card is not None and fields == fields_of(kind, card),
        writing=writing,
        typed={name: one(fields, name) for name in kind.labels},
        competences=fields.get("competences", []),
        facts=kind.facts(fields)[0],
        agenda=AGENDA.filled(fields),
        rows=AGENDA.shown(fields, rows),
        focus=AGENDA.next(fields) if rows else "",
        said=said or Told(),
        labels=kind.labels,
        choices=choices,
        titles={name: dict(listed) for name, listed in choices.items()},
        preview=preview,
        reason=reason,
    )


@router.post(HOME + "/{key}")
async def create(view: At, key: str) -> Response:
    return await taken(view, kind_of(key), None)


@router.post(HOME + "/{key}/{item_id}")
async def change(view: At, key: str, item_id: UUID) -> Response:
    return await taken(view, kind_of(key), item_id)


async def taken(view: View, kind: Kind, item_id: UUID | None) -> Response:
    """What the pressed button asks: more rows, preview, put two texts together, keep, save or publish; nothing typed is lost."""
    await owners(view)
    form = await view.form()
    writing, do = writing_in(form), str(form.get("do", "save"))
    card = await view.ask.get(f"{kind.api}/{item_id}") if item_id else None
    if do.startswith("more-"):
        return await editor(view, kind, card, writing, rows=AGENDA.asked(form, do))
    if do == "preview":
        return await editor(view, kind, card, writing, preview=True)
    if do == "merge" and card:
        now = await stored(view, kind, card)
        both = put_together(form, writing, now)
        return await editor(view, kind, card, both) if both else await compared(view, writing, now)
    try:
        if do == "keep":
            return await keep(view, form, f"{HOME}/{kind.key}/{item_id or f'new?draft={writing.draft}'}")
        facts, errors = kind.facts(writing.fields)
        if errors:
            return await editor(view, kind, card, writing, said=Told(errors), status=422)
        if card is None:
            card = await view.ask.post(kind.api, facts)
        else:
            reason = {"reason": one(writing.fields, "reason") or None} if kind is EVENTS else {}
            card = await view.ask.put(f"{kind.api}/{item_id}", facts | reason, since=writing.since)
        await done_with(view, writing.draft)
        fields = {**writing.fields, **begun_from(fields_of(kind, card), kind.parts)}
        writing = replace(writing, fields=fields, since=card["revision"], revision=None)
        if do == "publish":
            await view.ask.post(f"{kind.api}/{card['id']}/{kind.publish[0]}")
    except Refused as refused:
        if refused.status == 412 and item_id and do != "keep":
            return await compared(view, writing, await stored(view, kind, await view.ask.get(f"{kind.api}/{item_id}")))
        return await editor(view, kind, card, writing, said=told(refused), status=refused.status)
    if do == "publish":
        return view.go(f"{kind.card}/{card['id']}", f"{kind.single}_{kind.publish[1]}")
    if card["status"] == "published":
        return view.go(f"{kind.card}/{card['id']}", "event_changed")
    return view.go(f"{HOME}/{kind.key}/{card['id']}", "draft_saved")


async def stored(view: View, kind: Kind, card: Card) -> Stored:
    """A publication as whoever edits it too has left it."""
    return Stored(
        fields_of(kind, card),
        card["revision"],
        parts=kind.parts,
        labels=kind.labels,
        choices=await choices_of(view, kind),
        title=card["title"],
        here=f"{HOME}/{kind.key}/{card['id']}",
        crumbs=((f"{HOME}?kind={kind.key}", kind.title),),
    )


@router.post(HOME + "/{key}/{item_id}/end")
async def end(view: At, key: str, item_id: UUID) -> Response:
    """Cancel or withdraw, with the reason that everybody will read."""
    kind = kind_of(key)
    await owners(view)
    reason = str((await view.form()).get("end_reason", "")).strip()
    card = await view.ask.get(f"{kind.api}/{item_id}")
    writing = await opened(view, kind, card)
    if len(reason) < 5:
        said = Told({"end_reason": "Напишите причину: её увидят те, кто собирался прийти."})
        return await editor(view, kind, card, writing, said=said, reason=reason, status=422)
    try:
        await view.ask.post(f"{kind.api}/{item_id}/{kind.end[0]}", {"reason": reason[:500]})
    except Refused as refused:
        return await editor(view, kind, card, writing, said=told(refused, reason="end_reason"), reason=reason, status=refused.status)
    return view.go(f"{HOME}?kind={kind.key}", f"{kind.single}_{kind.end[1]}")
