"""Open data: what is open, on which terms, in which formats, with questions that can be pasted and asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import APIRouter, Response

import shared.contracts
from gateway.portal.page import At, Page
from gateway.portal.pages.feeds import answer

router = APIRouter(route_class=Page)
ASYNCAPI = Path(next(iter(shared.contracts.__path__))) / "asyncapi.json"


@dataclass(frozen=True, slots=True)
class Example:
    """A question as a line for the command line, and what it answers."""

    title: str
    command: str


def examples(*, portal: str, today: date) -> Iterable[Example]:
    api = f"{portal}/api/v1"
    yield Example(
        "Программы по словам запроса, со свободными местами",
        f"curl -fsSG {api}/programmes --data-urlencode 'q=грамотность' -d has_seats=true -d limit=5",
    )
    yield Example("Потоки, которые начинаются не раньше дня", f"curl -fsSG {api}/groups -d starts_from={today} -d limit=5")
    yield Example("Мероприятия: вебинары, которые впереди", f"curl -fsSG {api}/events -d kind=webinar -d limit=5")
    yield Example("Поиск сразу по всему", f"curl -fsSG {api}/search --data-urlencode 'q=оценивание'")
    yield Example("Организации, которые учат", f"curl -fsSG {api}/organisations -d kind=provider -d limit=10")
    yield Example("Справочники: предметы, должности, муниципалитеты с ОКТМО", f"curl -fsS {api}/dictionaries")
    yield Example("Компетенции, по которым размечены программы", f"curl -fsS {api}/framework")
    yield Example("Новые потоки лентой", f"curl -fsS {portal}/groups.rss")
    yield Example("Новости лентой", f"curl -fsS {portal}/news.rss")
    yield Example("Мероприятия календарём", f"curl -fsS {portal}/events.ics")


@router.get("/open-data")
async def open_data(view: At) -> Response:
    """What machines may take."""
    settings = view.settings
    return await view.show(
        "open_data.html",
        title="Открытые данные",
        examples=list(examples(portal=settings.public_url, today=view.today)),
        api=f"{settings.public_url}/api/v1",
        rate=int(settings.guest_rate),
        burst=settings.guest_burst,
    )


@router.get("/open-data/asyncapi.json")
async def events(view: At) -> Response:
    """The contracts of all events, as AsyncAPI."""
    return answer(view, ASYNCAPI.read_bytes(), "application/json; charset=utf-8")
