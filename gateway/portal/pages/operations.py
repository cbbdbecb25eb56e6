"""What operations staff see: health of every service, queues, parked messages, traces, the journal, letters of development mode."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from gateway.client import Refused, optional
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from gateway.portal.waterfall import waterfall
from gateway.portal.words import counted
from shared.errors import Forbidden, NotFound

router = APIRouter(route_class=Page)
SERVICES = {
    "gateway": "Шлюз",
    "catalog": "Каталог",
    "enrollment": "Заявки",
    "assessment": "Оценка",
    "routes": "Маршруты",
    "notify": "Уведомления",
    "reports": "Отчёты",
    "traces": "Трассы",
}
OTHERS = {"development": "Учебный вход и письма", "traces": "Приёмник трасс"}
OLD_SECONDS, MAILS, TRACES = 5.0, 60, 30
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


async def staff(view: View) -> None:
    frame = await view.signed_in()
    if not frame.has("operator", "auditor"):
        raise Forbidden("Эксплуатацию видят оператор и аудитор.")


@router.get("/operations")
async def operations(view: At) -> Response:
    await staff(view)
    return await shown(view, Told())


async def shown(view: View, said: Told, status: int = 200) -> Response:
    health = await view.ask.get("/operations")
    names = [one["service"] for one in health if one["service"] in SERVICES]
    parked, traces, kept = await asyncio.gather(
        asyncio.gather(*(optional(view.ask.get(f"/operations/{name}/parked"), within=3) for name in names)),
        optional(view.ask.get("/operations/traces", limit=8), within=3),
        view.ask.get("/operations/processes"),
    )
    frame = await view.frame()
    waiting = {name: found for name, found in zip(names, parked, strict=True) if found}
    health = [one | {"queues": {name: n for name, n in one["queues"].items() if name != f"{one['service']}.parked"}} for one in health]
    queues = [(name, depth) for one in health for name, depth in one["queues"].items() if depth]
    return await view.show(
        "operations.html",
        status=status,
        section="operator",
        title="Эксплуатация",
        health=health,
        services=SERVICES,
        titles=OTHERS,
        headline=headline(health, waiting),
        parked=waiting,
        asked_parked=[name for name, found in zip(names, parked, strict=True) if found is not None],
        queues=sorted(queues, key=lambda one: -one[1]),
        quiet=sum(1 for one in health for depth in one["queues"].values() if not depth),
        traces=traces,
        others=[one for one in kept if one["name"] not in names],
        old=OLD_SECONDS,
        may_act=frame.has("operator"),
        now=view.now,
        said=said,
    )


def headline(health: list[Mapping[str, Any]], parked: Mapping[str, list[Any]]) -> str:
    """The page's title: whether everything works, and if not, what does not."""
    ill = [SERVICES.get(one["service"], one["service"]) for one in health if not one["ready"]]
    held = sum(len(messages) for messages in parked.values())
    if ill:
        return f"Не готовы: {', '.join(ill)}"
    if held:
        return f"Службы работают, отложено {counted(held, 'сообщение', 'сообщения', 'сообщений')}"
    return "Работает всё"


@router.post("/parked/{service}/replay")
async def replay(view: At, service: str) -> Response:
    """Send one parked message, or all of a service, back to the queue it came from."""
    await staff(view)
    message = quote(str((await view.form()).get("message_id", "")), safe="")
    path = f"/operations/{service}/parked/{message}/replay" if message else f"/operations/{service}/parked/replay"
    try:
        done = await view.ask.post(path)
    except Refused as refused:
        return await shown(view, told(refused), refused.status)
    return view.go("/operations", "replayed", done["replayed"])


@router.post("/parked/{service}/drop")
async def drop(view: At, service: str) -> Response:
    """Give one parked message up."""
    await staff(view)
    message = quote(str((await view.form()).get("message_id", "")), safe="")
    try:
        await view.ask.delete(f"/operations/{service}/parked/{message}")
    except Refused as refused:
        return await shown(view, told(refused), refused.status)
    return view.go("/operations", "dropped")


@router.get("/traces")
async def traces(view: At, application: str = "", service: str = "", failed: bool = False) -> Response:
    """Traces by an application's number or by a service."""
    await staff(view)
    number = application.strip()[:40]
    wanted = {"application": number or None, "service": service or None, "failed": "true" if failed else None, "limit": TRACES}
    found = await view.ask.get("/operations/traces", **wanted)
    asked = {"application": number, "service": service, "failed": failed}
    return await view.show("traces.html", section="operator", title="Трассы", found=found, services=SERVICES, asked=asked)


@router.get("/traces/{trace_id}")
async def trace(view: At, trace_id: str, whole: bool = False) -> Response:
    """One trace from the click to the letter; the statements of databases only when asked for."""
    await staff(view)
    if not re.fullmatch(r"[0-9a-f]{32}", trace_id):
        raise NotFound("Такой трассы нет.")
    spans = await view.ask.get(f"/operations/traces/{trace_id}")
    number = next((span["application"] for span in spans if span["application"]), None)
    return await view.show(
        "trace.html",
        section="operator",
        title="Трасса",
        wide=True,
        trace_id=trace_id,
        fall=waterfall(spans, statements=whole),
        whole=whole,
        spans=len(spans),
        number=number,
        failed=sum(span["failed"] for span in spans),
        services=SERVICES,
    )


@router.get("/journal")
async def journal(view: At, operation: str = "", denied: str = "", before: int | None = None) -> Response:
    """Who changed what through the door."""
    await staff(view)
    wanted = {"operation": operation.strip()[:100] or None, "denied": "true" if denied else None, "before": before, "limit": 50}
    found = await view.ask.get("/journal", **wanted)
    names = await optional(view.ask.names(one["person_id"] for one in found["items"]))
    more = {"operation": operation, "denied": denied, "before": found["next"]} if found["next"] else None
    return await view.show(
        "journal.html",
        section="operator",
        title="Журнал действий",
        found=found,
        names=names or {},
        operation=operation,
        denied=bool(denied),
        next_href=f"/journal?{urlencode(more)}" if more else "",
    )


async def sink(view: View, path: str) -> Any:
    """What the development mailbox answers; outside development mode there is none."""
    frame = await view.signed_in()
    if not view.settings.development or view.settings.sink_url is None or not frame.has("operator"):
        raise NotFound()
    answer = await view.gate.upstreams.send("sink", "GET", path, {})
    if answer.status >= 400:
        raise NotFound("Такого письма нет.")
    return answer.json()


@router.get("/mail")
async def mails(view: At, to: str = "", subject: str = "") -> Response:
    """Letters that development mode keeps instead of sending."""
    asked = {name: value for name, value in (("to", to.strip()), ("subject", subject.strip())) if value}
    found = await sink(view, "/mails?" + urlencode({**asked, "limit": MAILS}))
    return await view.show("mails.html", section="operator", title="Письма", found=found["items"], to=to, subject=subject)


@router.get("/mail/{mail_id}")
async def mail(view: At, mail_id: str) -> Response:
    letter = await sink(view, f"/mails/{quote(mail_id, safe='')}")
    links = list(dict.fromkeys(re.findall(r'href="([^"]+)"', letter["html"] or "")))
    return await view.show("mail.html", section="operator", title=letter["subject"] or "Письмо", letter=letter, links=links)


@router.get("/mail/{mail_id}/html")
async def mail_html(view: At, mail_id: str) -> Response:
    """A letter's HTML as its reader would see it, under a policy of its own that lets it do nothing."""
    letter = await sink(view, f"/mails/{quote(mail_id, safe='')}")
    return HTMLResponse(letter["html"] or "", headers={"content-security-policy": MAIL_POLICY, "cache-control": "no-store"})
