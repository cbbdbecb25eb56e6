"""A page as a route: shown in its frame, redirected after a form, and a refusal said in words."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile

from gateway.client import Ask, Client
from gateway.door.gate import Gate
from gateway.portal.frame import SAID_COOKIE, Frame, frame_of, said_cookie
from gateway.portal.templates import ENVIRONMENT
from gateway.rules import cookie, safe_return
from gateway.settings import Settings
from shared.clock import today
from shared.errors import DomainError, Forbidden, NotFound, Unauthenticated

WORTH_PACKING = 1400
SAID_SECONDS = 120


class View:
    """One request for a page: the form that came, the visitor's client, and the ways to answer."""

    def __init__(self, request: Request, ask: Client) -> None:
        self.request, self.ask = request, ask
        self.gate: Gate = request.scope["dpo.gate"]
        self.now: datetime = request.app.state.clock()
        self.settings: Settings = self.gate.settings
        self.framing: asyncio.Task[Frame] = asyncio.create_task(
            frame_of(
                ask,
                path=request.url.path,
                query=request.url.query,
                cookies=request.headers.get("cookie"),
                today=self.today,
                development=self.settings.development,
            )
        )

    @property
    def today(self) -> date:
        return today(self.now)

    async def frame(self) -> Frame:
        return await self.framing

    async def form(self) -> FormData:
        return await self.request.form(max_files=0, max_fields=2000)

    async def form_with_file(self, field: str, most: int) -> tuple[FormData, str, bytes]:
        """A form with one file: its fields, the file's name and its content, of which no more than one byte over `most` is read."""
        form = await self.request.form(max_files=1, max_fields=50)
        sent = form.get(field)
        if not isinstance(sent, UploadFile):
            return form, "", b""
        return form, sent.filename or "", await sent.read(most + 1)

    async def signed_in(self) -> Frame:
        """The frame of somebody who is signed in; raises `Unauthenticated` for anybody else."""
        if not self.ask.visitor.signed_in:
            raise Unauthenticated()
        return await self.framing

    async def learner(self) -> Frame:
        """The frame of a registered learner; raises `NotRegistered` for somebody who has not consented yet."""
        frame = await self.signed_in()
        if not frame.registered:
            raise NotRegistered()
        return frame

    async def show(self, template: str, *, status: int = 200, section: str = "", **facts: Any) -> Response:
        """A page in its frame; `section` says whose doors stand above it."""
        frame = await self.framing
        text = ENVIRONMENT.get_template(template).render(
            frame=frame, section=section, doors=frame.doors(section), issuers=len(self.gate.issuers.by_key), **facts
        )
        headers = {"vary": "cookie, accept-encoding", "cache-control": "no-store" if frame.signed_in else "private, max-age=0"}
        body = text.encode()
        if len(body) > WORTH_PACKING and "gzip" in self.request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 5, mtime=0)
            headers["content-encoding"] = "gzip"
        response = HTMLResponse(body, status, headers)
        if frame.said is not None:
            response.headers.append("set-cookie", cookie(SAID_COOKIE, "", https=self.settings.https, max_age=0))
        return response

    def go(self, path: str, said: str = "", *about: object) -> Response:
        """Send the browser on to a page, with a message that stands there once."""
        response = RedirectResponse(path, 303)
        if said:
            value = said_cookie(said, *(str(one) for one in about))
            response.headers.append("set-cookie", cookie(SAID_COOKIE, value, https=self.settings.https, max_age=SAID_SECONDS))
        return response


class NotRegistered(DomainError):
    """Signed in, and nothing is stored about them yet."""

    code, status = "not_registered", 403


async def view_of(request: Request, ask: Ask) -> View:
    view = request.state.view = View(request, ask)
    return view


At = Annotated[View, Depends(view_of)]
Run = Callable[[Request], Coroutine[Any, Any, Response]]


class Page(APIRoute):
    """A route that answers people: whoever has to sign in is sent there, every other refusal becomes a page."""

    def get_route_handler(self) -> Run:
        run = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                return await run(request)
            except RequestValidationError:
                return await refusal(request, NotFound())
            except DomainError as error:
                return await refusal(request, error)
            finally:
                if (view := getattr(request.state, "view", None)) and not view.framing.done():
                    view.framing.cancel()

        return page


TITLES = {
    403: "Сюда нужны другие права",
    404: "Такой страницы нет",
    409: "Сейчас это невозможно",
    429: "Слишком много запросов",
    502: "Часть портала не отвечает",
    503: "Портал перезапускается",
    504: "Ответ не пришёл вовремя",
}


def came_from(request: Request) -> str:
    """The page of ours that a form was sent from, as far as the browser says it."""
    page = urlsplit(request.headers.get("referer", ""))
    return safe_return(page.path) if page.netloc == request.url.netloc else ""


async def refusal(request: Request, error: DomainError) -> Response:
    """A refusal as a page; a guest goes to sign in first and comes back."""
    view = getattr(request.state, "view", None) or View(request, Client(request.scope["dpo.gate"], request.scope["dpo.visitor"]))
    if error.status == 401 and not view.ask.visitor.signed_in:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "") if request.method == "GET" else "/enter"
        return RedirectResponse(f"/sign-in?return_to={quote(safe_return(back), safe='')}", 303)
    if isinstance(error, NotRegistered) and request.method == "GET":
        return RedirectResponse(f"/consents?return_to={quote(safe_return(request.url.path), safe='')}", 303)
    if error.status == 422 and request.method == "GET":
        error = NotFound()
    consent = error.facts.get("consent") if isinstance(error.facts, Mapping) else None
    title = "Сначала нужно согласие" if consent else TITLES.get(error.status, "Не получилось")
    stale = error.code == "stale_form"
    title = "Страница устарела" if stale else title
    missing = isinstance(error, NotFound) or error.status == 404
    facts: dict[str, Any] = {
        "title": title,
        "detail": error.detail,
        "consent": consent,
        "missing": missing,
        "forbidden": isinstance(error, Forbidden),
        "back": came_from(request) if request.method == "POST" else "",
    }
    return await view.show("refusal.html", status=error.status, **facts)
