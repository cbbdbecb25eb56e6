"""A saved search by e-mail: asked for, confirmed, ended. The search goes to catalog, the address to notify, neither to the other."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response

from gateway.client import Refused, optional, shown
from gateway.portal.filters import FILTERED, in_words
from gateway.portal.page import At, Page, View
from gateway.portal.pages.programmes import KEPT, asked_of, pairs
from gateway.portal.refused import Told, told
from shared.addresses import is_address
from shared.errors import MESSAGES, NotFound

router = APIRouter(route_class=Page)
TITLE_MOST = 300


@router.get("/programmes/subscription")
async def subscription_form(view: At, request: Request) -> Response:
    """What will be told of, and where to; the address of the page is the search."""
    return await asking(view, asked_of(request.query_params.multi_items()), "", Told())


@router.post("/programmes/subscription")
async def subscribe(view: At, request: Request) -> Response:
    asked, form = asked_of(request.query_params.multi_items()), await view.form()
    email = str(form.get("email", "")).strip()[:254]
    if not is_address(email):
        return await asking(view, asked, email, Told({"email": MESSAGES["email"]}), status=422)
    person = view.ask.visitor.caller.person_id
    address = "/programmes" + (f"?{urlencode(pairs(asked))}" if asked else "")
    try:
        saved = await behind(view, "catalog", "/saved-searches", wanted_of(asked))
        told_to = {"subscription_id": saved["subscription_id"], "email": email, "person_id": str(person) if person else None}
        await behind(view, "notify", "/subscriptions", {**told_to, "title": await words_of(view, asked), "path": address})
    except Refused as refused:
        return await asking(view, asked, email, told(refused), status=refused.status)
    return view.go(address, "subscription_asked")


async def asking(view: View, asked: Mapping[str, list[str]], email: str, said: Told, status: int = 200) -> Response:
    return await view.show(
        "subscription.html",
        status=status,
        title="Сообщить о новых программах",
        words=await words_of(view, asked) if asked else "",
        here=f"/programmes/subscription?{urlencode(pairs(asked))}",
        back=f"/programmes?{urlencode(pairs(asked))}",
        email=email,
        said=said,
    )


def wanted_of(asked: Mapping[str, list[str]]) -> dict[str, Any]:
    """The search as catalog keeps it."""
    single = {"q", "exact", "has_seats", "starts_from", "starts_to", "sort"}
    wanted: dict[str, Any] = {name: values[0] if name in single else values for name, values in asked.items() if name in KEPT}
    return wanted | {name: wanted[name] == "true" for name in ("exact", "has_seats") if name in wanted}


async def words_of(view: View, asked: Mapping[str, list[str]]) -> str:
    """The search in words, as the letters call it."""
    said = list(asked.get("q", []))
    for name, values in asked.items():
        if name == "provider":
            found = await optional(view.ask.get("/organisations", id=values)) or {"items": []}
            said += [one["short_name"] for one in found["items"]]
        elif name == "competence":
            said += [f"компетенция {value}" for value in values]
        elif name in FILTERED:
            said += [one[:1].lower() + one[1:] for one in await in_words(view.ask, name, values)]
    said += [f"начало {word} {asked[name][0]}" for name, word in (("starts_from", "с"), ("starts_to", "по")) if asked.get(name)]
    return ", ".join(said)[:TITLE_MOST] or "все программы"


@router.get("/subscriptions/{token}")
async def confirmation(view: At, token: str) -> Response:
    """Asks to press once more: mail programs open links on their own, and that confirms nothing."""
    return await view.show("subscription_link.html", title="Подтвердите подписку", step="confirm", token=quote(token, safe=""), found=None)


@router.post("/subscriptions/{token}")
async def confirm(view: At, token: str) -> Response:
    try:
        found = await behind(view, "notify", "/subscriptions/confirmation", {"token": token})
    except (Refused, NotFound) as refused:
        if refused.status != 404:
            raise
        title = "Ссылка уже использована или устарела"
        return await view.show("subscription_link.html", status=404, title=title, step="spent", token="", found=None)
    return await view.show("subscription_link.html", title="Подписка подтверждена", step="confirmed", token="", found=found)


@router.get("/subscriptions/{token}/end")
async def leaving(view: At, token: str) -> Response:
    return await view.show("subscription_link.html", title="Отписаться от писем", step="end", token=quote(token, safe=""), found=None)


@router.post("/subscriptions/{token}/end")
async def leave(view: At, token: str) -> Response:
    """The button of the page, and the one press in a mail program (RFC 8058), which brings neither cookie nor token of a form."""
    await behind(view, "notify", "/subscriptions/end", {"token": token})
    return await view.show("subscription_link.html", title="Подписка прекращена", step="ended", token="", found=None)


@router.post("/cabinet/subscriptions/{subscription_id}/end")
async def leave_own(view: At, subscription_id: UUID) -> Response:
    await view.learner()
    await view.ask.delete(f"/me/subscriptions/{subscription_id}")
    return view.go("/cabinet/notifications", "subscription_ended")


async def behind(view: View, service: str, path: str, body: Mapping[str, Any]) -> Any:
    """A service's answer to the door itself; a link that is no token of ours is simply not found."""
    answer = await view.gate.behind(service, "POST", path, orjson.dumps(body))
    if answer.status == 422 and "token" in body:
        raise NotFound("Ссылка уже использована или больше не действует.")
    if answer.status >= 400:
        raise Refused(answer)
    return shown(answer) if answer.body else None
