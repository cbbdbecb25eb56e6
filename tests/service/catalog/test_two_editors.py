"""Two editors of one publication at once: the later one is refused with what stands now, and nothing is overwritten."""

from typing import Any

import pytest

from tests.service.catalog import test_documents, test_events, test_news, test_notices
from tests.service.catalog.conftest import Register
from tests.support.service import Person

REASON = {"reason": "Уточнили название"}


def publication(register: Register, kind: str) -> tuple[Person, dict[str, Any]]:
    """Who writes things of a kind, and the facts of one."""
    if kind == "documents":
        return register.operator, test_documents.facts()
    stated = {"events": test_events.facts, "news": test_news.facts, "notices": test_notices.facts}
    return register.specialist, stated[kind](register)


async def put(register: Register, path: str, who: Person, body: dict[str, Any], revision: int) -> Any:
    return await register.service.call("PUT", path, who, json=body, headers={"if-match": f'"{revision}"'})


@pytest.mark.parametrize("kind", ["events", "news", "notices", "documents"])
async def test_the_later_editor_is_refused_with_what_stands_now(register: Register, kind: str) -> None:
    who, facts = publication(register, kind)
    made = await register.done("POST", f"/{kind}", who, facts)
    path = f"/{kind}/{made['id']}"
    first = await put(register, path, who, facts | {"title": "Моё"}, made["revision"])
    assert (first.status_code, first.json()["revision"]) == (200, made["revision"] + 1)
    late = await put(register, path, who, facts | {"title": "Коллеги"}, made["revision"])
    said = late.json()
    assert (late.status_code, said["type"], said["revision"]) == (412, "stale_revision", made["revision"] + 1)
    assert said["current"]["title"] == "Моё"
    assert facts.keys() <= said["current"].keys()
    assert (await register.get(path, who))["title"] == "Моё"
    again = await put(register, path, who, facts | {"title": "Коллеги"}, said["revision"])
    assert (again.status_code, again.json()["title"]) == (200, "Коллеги")
    assert (await register.done("PUT", path, who, facts | {"title": "Без ревизии"}))["title"] == "Без ревизии"


@pytest.mark.parametrize("kind", ["events", "notices", "documents"])
async def test_publishing_is_a_change_that_an_open_form_has_not_seen(register: Register, kind: str) -> None:
    who, facts = publication(register, kind)
    made = await register.done("POST", f"/{kind}", who, facts)
    await register.done("POST", f"/{kind}/{made['id']}/publication", who)
    body = facts | {"title": "Иначе"} | (REASON if kind == "events" else {})
    late = await put(register, f"/{kind}/{made['id']}", who, body, made["revision"])
    assert (late.status_code, late.json()["current"]["title"]) == (412, facts["title"])
