"""A provider's own organisation: what the register says of it, and the contacts that it keeps itself."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.page import At, Page, View
from gateway.portal.pages.keeping import LABELS, LICENCES, ROLES
from gateway.portal.pages.organisations import is_id
from gateway.portal.pages.provider import providers_of
from gateway.portal.refused import Told, told

router = APIRouter(route_class=Page)
CONTACTS = ("phone", "email", "site", "address")


@router.get("/provider/organisation")
async def own(view: At, id: str = "") -> Response:
    """One's own organisation: what the register says of it, and how it is reached."""
    chosen, grants = await chosen_of(view, id)
    card = await view.ask.get(f"/organisations/{chosen}")
    return await contacts_of(view, card, grants, {name: card[name] or "" for name in CONTACTS}, Told())


@router.post("/provider/organisation")
async def keep_contacts(view: At, id: str = "") -> Response:
    chosen, grants = await chosen_of(view, id)
    form = await view.form()
    typed = {name: str(form.get(name, ""))[:400].strip() for name in CONTACTS}
    try:
        await view.ask.put(f"/organisations/{chosen}/contacts", {name: value or None for name, value in typed.items()})
    except Refused as refused:
        card = await view.ask.get(f"/organisations/{chosen}")
        return await contacts_of(view, card, grants, typed, told(refused), status=refused.status)
    return view.go(f"/provider/organisation?id={chosen}", "contacts_saved")


async def chosen_of(view: View, wanted: str) -> tuple[str, list[Mapping[str, Any]]]:
    """The organisation asked for among those that the visitor acts for, or the first."""
    grants = await providers_of(view)
    own_ids = [str(grant["scope"]) for grant in grants]
    return (wanted if is_id(wanted) and wanted in own_ids else own_ids[0]), list(grants)


async def contacts_of(
    view: View, card: Mapping[str, Any], grants: list[Mapping[str, Any]], typed: Mapping[str, str], said: Told, status: int = 200
) -> Response:
    changes = await optional(view.ask.get(f"/organisations/{card['id']}/changes"))
    return await view.show(
        "own_organisation.html",
        status=status,
        section="provider",
        title=card["short_name"],
        card=card,
        others=[grant for grant in grants if str(grant["scope"]) != card["id"]],
        typed=typed,
        changes=(changes or {"items": []})["items"],
        roles=ROLES,
        licences=dict(LICENCES),
        labels=LABELS,
        said=said,
    )
