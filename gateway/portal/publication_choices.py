"""In whose name somebody publishes, and what the forms of events, news and notices offer."""

import asyncio

from gateway.client import optional
from gateway.portal.dictionaries import titles
from gateway.portal.page import View
from gateway.portal.publications import NOTICES, Kind
from shared.errors import Forbidden

ORGANISING = ("provider", "assessment_centre", "operator", "ministry")


async def owners(view: View) -> dict[str, str]:
    """The organisations in whose name the visitor publishes, by id."""
    frame = await view.signed_in()
    if frame.has("operator"):
        found = await view.ask.get("/organisations", kind=ORGANISING, limit=100)
        return {one["id"]: one["short_name"] for one in found["items"] if one["status"] == "active"}
    if not (own := frame.roles("provider_specialist")):
        raise Forbidden("Мероприятия и новости публикуют специалисты организаций ДПО.")
    return {str(grant["scope"]): str(grant["scope_name"] or "Ваша организация") for grant in own}


async def choices_of(view: View, kind: Kind) -> dict[str, list[tuple[str, str]]]:
    """What each list of the form offers."""
    mine, framework, places, procedures, kinds = await asyncio.gather(
        owners(view),
        optional(view.ask.get("/framework")),
        titles.of(view.ask, "municipality_now"),
        optional(view.ask.get("/procedures")) if kind is NOTICES else nothing(),
        titles.of(view.ask, "event_kind"),
    )
    return {
        kind.owner: list(mine.items()),
        "competences": [(one["code"], one["title"]) for one in (framework or {"competences": []})["competences"]],
        "oktmo": sorted(places.items(), key=lambda one: one[1]),
        "procedure_id": [(one["procedure_id"], one["title"]) for one in (procedures or {"items": []})["items"]],
        "kind": list(kinds.items()),
    }


async def nothing() -> None:
    return None
