"""News: no piece is public before somebody else has read it."""

from typing import Any
from uuid import uuid4

from services.catalog.rules.cursors import cursor_of
from tests.service.catalog.conftest import Register

REASON = {"reason": "Дата указана неверно"}


def facts(register: Register, **changes: Any) -> dict[str, Any]:
    return {
        "organisation_id": str(register.provider_id),
        "title": "Открыта запись на зимнюю школу",
        "lead": "Зимняя школа учителей математики пройдёт в январе.",
        "body": "Первый абзац.\n\nВторой абзац.",
    } | changes


async def submitted(register: Register, **changes: Any) -> dict[str, Any]:
    news = await register.done("POST", "/news", register.specialist, facts(register, **changes))
    return await register.done("POST", f"/news/{news['id']}/submission", register.specialist)


async def published(register: Register, **changes: Any) -> dict[str, Any]:
    news = await submitted(register, **changes)
    return await register.done("POST", f"/news/{news['id']}/publication", register.operator)


async def test_news_is_public_only_after_a_second_reader(register: Register) -> None:
    news = await submitted(register)
    guest = register.service.guest()
    assert (await register.refused("GET", f"/news/{news['id']}", guest)).status_code == 404
    assert [one["id"] for one in (await register.get("/news-in-review", register.operator))["items"]] == [news["id"]]
    await register.done("POST", f"/news/{news['id']}/publication", register.operator)
    card = await register.get(f"/news/{news['id']}")
    assert (card["status"], card["body"]) == ("published", "Первый абзац.\n\nВторой абзац.")
    assert [one["id"] for one in (await register.get("/news"))["items"]] == [news["id"]]
    assert (await register.get("/news-in-review", register.operator))["items"] == []


async def test_nobody_publishes_their_own_news(register: Register) -> None:
    news = await register.done("POST", "/news", register.operator, facts(register))
    await register.done("POST", f"/news/{news['id']}/submission", register.operator)
    answer = await register.refused("POST", f"/news/{news['id']}/publication", register.operator)
    assert (answer.status_code, answer.json()["type"]) == (409, "own_news")
    assert (await register.refused("POST", f"/news/{news['id']}/publication", register.specialist)).status_code == 403
    other = register.service.staff("operator", "another")
    assert (await register.done("POST", f"/news/{news['id']}/publication", other))["status"] == "published"


async def test_the_reader_returns_news_with_a_remark(register: Register) -> None:
    news = await submitted(register)
    remark = {"remark": "Уточните адрес площадки"}
    back = await register.done("POST", f"/news/{news['id']}/return", register.operator, remark)
    assert (back["status"], back["remark"]) == ("draft", remark["remark"])
    again = await register.done("POST", f"/news/{news['id']}/submission", register.specialist)
    assert (again["status"], again["remark"]) == ("in_review", None)


async def test_changed_news_has_to_be_read_again(register: Register) -> None:
    news = await submitted(register)
    changed = await register.done("PUT", f"/news/{news['id']}", register.specialist, facts(register, title="Иначе"))
    assert changed["status"] == "draft"
    late = await register.refused("POST", f"/news/{news['id']}/publication", register.operator)
    assert late.json()["type"] == "news_not_in_review"
    out = await published(register)
    fixed = await register.refused("PUT", f"/news/{out['id']}", register.specialist, facts(register))
    assert fixed.json()["type"] == "news_published"


async def test_withdrawn_news_is_gone_for_guests_and_keeps_its_reason_for_its_own(register: Register) -> None:
    news = await published(register)
    for _ in range(2):
        await register.done("POST", f"/news/{news['id']}/withdrawal", register.specialist, REASON)
    assert (await register.refused("GET", f"/news/{news['id']}", register.service.guest())).status_code == 404
    assert (await register.get("/news"))["items"] == []
    mine = (await register.get("/own-news", register.specialist))["items"]
    assert [(one["status"], one["withdrawal_reason"]) for one in mine] == [("withdrawn", REASON["reason"])]


async def test_unfinished_news_is_not_submitted(register: Register) -> None:
    news = await register.done("POST", "/news", register.specialist, facts(register, lead="Коротко", body=""))
    answer = await register.refused("POST", f"/news/{news['id']}/submission", register.specialist)
    assert {one["field"] for one in answer.json()["errors"]} == {"lead", "body"}


async def test_foreign_news_is_as_unknown_as_none(register: Register) -> None:
    news = await submitted(register)
    stranger = register.service.staff("provider_specialist", uuid4())
    unknown = await register.refused("GET", f"/news/{uuid4()}", stranger)
    assert (await register.refused("GET", f"/news/{news['id']}", stranger)).json() == unknown.json()
    assert (await register.refused("PUT", f"/news/{news['id']}", stranger, facts(register))).status_code == 404
    foreign = await register.refused("POST", "/news", stranger, facts(register))
    assert [one["field"] for one in foreign.json()["errors"]] == ["organisation_id"]
    assert (await register.refused("GET", "/news-in-review", stranger)).status_code == 403


async def test_published_news_pages_by_a_cursor_and_counts_react(register: Register) -> None:
    other = await register.organisation(name="Методический центр", short_name="МЦ")
    ids = [(await published(register))["id"] for _ in range(3)]
    foreign = await register.done("POST", "/news", register.operator, facts(register, organisation_id=other["id"]))
    await register.done("POST", f"/news/{foreign['id']}/submission", register.operator)
    await register.done("POST", f"/news/{foreign['id']}/publication", register.service.staff("operator", "another"))
    first = await register.get("/news", limit=2, organisation=str(register.provider_id))
    second = await register.get("/news", limit=2, organisation=str(register.provider_id), cursor=first["next"])
    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    counts = {one["title"]: (one["count"], one["chosen"]) for one in first["facets"]["organisation"]}
    assert counts == {"ИРО": (3, True), "МЦ": (1, False)}
    assert (first["total"], [one["count"] for one in first["facets"]["year"]]) == (3, [3])
    long_ago = await register.get("/news", year=2001)
    assert (long_ago["items"], long_ago["total"]) == ([], 0)
    assert long_ago["facets"]["year"][-1] == {"value": "2001", "title": "2001", "count": 0, "chosen": True}
    for key in ("yesterday", "2026-11-24T10:00:00"):
        crafted = cursor_of(order="news:published_at:True", key=key, last=uuid4())
        stale = await register.refused("GET", "/news", register.service.guest(), cursor=crafted)
        assert stale.json()["errors"][0]["field"] == "cursor"


async def test_the_database_holds_what_the_rules_say_of_news(register: Register) -> None:
    await published(register)
    await register.forbids(
        "UPDATE news SET published_by = submitted_by",
        "UPDATE news SET status = 'withdrawn'",
        "UPDATE news SET published_at = NULL",
        "UPDATE news SET status = 'in_review', submitted_by = NULL, published_by = NULL, published_at = NULL",
        "UPDATE news SET status = 'printed'",
    )
