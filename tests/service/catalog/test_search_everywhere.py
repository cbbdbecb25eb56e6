"""One search over all kinds: each kind is found, misprints and the wrong layout are mended, counts are true, and pages lose nothing."""

from typing import Any
from uuid import UUID, uuid4

from shared.contracts.assessment import ProcedurePublished
from tests.service.catalog import test_documents, test_events, test_news, test_notices
from tests.service.catalog.conftest import Register
from tests.support.service import envelope_of

TELLING = "Разберём приёмы и попробуем их на своих уроках в тот же день."


async def found(register: Register, q: str, **asked: Any) -> dict[str, list[str]]:
    """Titles by kind."""
    answer = await register.get("/search", q=q, **asked)
    return {group["kind"]: [item["title"] for item in group["items"]] for group in answer["groups"]}


async def of_every_kind(register: Register) -> None:
    """One thing of every kind about formative assessment."""
    await register.published(title="Формирующее оценивание: курс")
    await register.organisation(name="Центр формирующего оценивания", short_name="Центр оценивания")
    await test_events.announced(register, title="Формирующее оценивание на практике", annotation=TELLING)
    await test_news.published(register, title="Набор на формирующее оценивание")
    await test_documents.published(register, title="Порядок формирующего оценивания")
    await test_notices.published(register, title="Готовность к формирующему оцениванию")


async def test_everything_public_is_found_by_kind(register: Register) -> None:
    await of_every_kind(register)
    said = await found(register, "формирующее оценивание")
    assert said == {
        "programme": ["Формирующее оценивание: курс"],
        "event": ["Формирующее оценивание на практике"],
        "organisation": ["Центр оценивания"],
        "news": ["Набор на формирующее оценивание"],
        "document": ["Порядок формирующего оценивания"],
        "procedure": ["Готовность к формирующему оцениванию"],
    }
    answer = await register.get("/search", q="формирующее оценивание", kind="news")
    assert [group["kind"] for group in answer["groups"]] == ["news"]
    assert {one["value"]: one["count"] for one in answer["kinds"]} == dict.fromkeys(said, 1)
    assert [one["value"] for one in answer["kinds"] if one["chosen"]] == ["news"]


async def test_the_wrong_layout_and_misprints_are_mended_in_every_kind(register: Register) -> None:
    await test_events.announced(register, title="Олимпиада по астрономии", annotation=TELLING)
    await test_news.published(register, title="Планетарий открыл лекторий")
    for typed, meant, kind, title in (
        ("fcnhjyjvbz", "астрономия", "event", "Олимпиада по астрономии"),
        ("астранамия", "астрономии", "event", "Олимпиада по астрономии"),
        ("gkfytnfhbq", "планетарий", "news", "Планетарий открыл лекторий"),
        ("планитарий", "планетарий", "news", "Планетарий открыл лекторий"),
    ):
        answer = await register.get("/search", q=typed)
        assert answer["corrected"] == meant, typed
        assert (await found(register, typed))[kind] == [title], typed


async def test_the_programmes_own_search_does_not_learn_the_words_of_other_kinds(register: Register) -> None:
    await register.published(title="Гастрономия в технологии")
    await test_events.announced(register, title="Астрономия", annotation=TELLING)
    assert (await register.get("/search", q="астрономия"))["corrected"] is None
    assert "event" in await found(register, "астрономия")


async def test_abbreviations_are_tied_in_every_kind(register: Register) -> None:
    await test_events.announced(register, title="Уроки для детей с ОВЗ", annotation=TELLING)
    assert (await found(register, "ограниченные возможности здоровья"))["event"] == ["Уроки для детей с ОВЗ"]


async def test_kinds_of_events_are_words_too(register: Register) -> None:
    await test_events.announced(register, kind="webinar", title="Дроби", annotation=TELLING)
    assert (await found(register, "вебинары"))["event"] == ["Дроби"]


async def test_what_is_not_public_is_not_found(register: Register) -> None:
    event = await test_events.announced(register, title="Палеонтология", annotation=TELLING)
    await register.done("POST", "/events", register.specialist, test_events.facts(register, title="Палеонтология в черновике"))
    news = await test_news.published(register, title="Палеонтология рядом")
    await test_news.submitted(register, title="Палеонтология на проверке")
    notice = await test_notices.published(register, title="Палеонтология: проверка знаний")
    document = await test_documents.published(register, title="Палеонтология: порядок")
    assert set(await found(register, "палеонтология")) == {"event", "news", "procedure", "document"}
    reason = {"reason": "Больше не нужно"}
    await register.done("POST", f"/events/{event['id']}/cancellation", register.specialist, reason)
    await register.done("POST", f"/news/{news['id']}/withdrawal", register.specialist, reason)
    await register.done("POST", f"/notices/{notice['id']}/cancellation", register.specialist, reason)
    await register.done("POST", f"/documents/{document['id']}/withdrawal", register.operator, reason)
    assert await found(register, "палеонтология") == {}


async def test_a_changed_title_is_found_and_the_former_one_is_not(register: Register) -> None:
    event = await test_events.announced(register, title="Минералогия", annotation=TELLING)
    changed = test_events.facts(register, title="Кристаллы", annotation=TELLING) | test_events.REASON
    await register.done("PUT", f"/events/{event['id']}", register.specialist, changed)
    assert (await found(register, "кристаллы"))["event"] == ["Кристаллы"]
    assert await found(register, "минералогия") == {}


async def test_an_organisation_is_found_by_its_former_name_and_not_after_it_closed(register: Register) -> None:
    said = {"code": "centre", "kind": "provider", "name": "Лаборатория дидактики", "short_name": "ЛД"}
    centre = await register.done("POST", "/organisations", register.operator, said)
    renamed = said | {"name": "Мастерская учителя", "short_name": "МУ"}
    await register.done("PUT", f"/organisations/{centre['id']}", register.operator, renamed)
    assert (await found(register, "мастерская"))["organisation"] == ["МУ"]
    await register.done("PUT", f"/organisations/{centre['id']}", register.operator, renamed | {"status": "closed"})
    assert "organisation" not in await found(register, "мастерская")


async def test_a_procedure_of_assessment_is_found_when_it_is_heard_of(register: Register) -> None:
    event = ProcedurePublished(
        procedure_id=uuid4(),
        title="Диагностика наставника",
        organiser_id=UUID(str(register.provider_id)),
        framework_id=uuid4(),
        competences=[],
        minutes=60,
        result_visible_to="Только вы",
    )
    await register.service.hear(envelope_of(event, subject=event.procedure_id))
    assert (await found(register, "наставник"))["procedure"] == ["Диагностика наставника"]


async def test_pages_of_a_kind_repeat_nothing_and_lose_nothing(register: Register) -> None:
    for number in range(5):
        await test_news.published(register, title=f"Ботаника {number}")
    seen: list[str] = []
    asked: dict[str, Any] = {"q": "ботаника", "kind": "news", "limit": 2}
    while True:
        group = (await register.get("/search", **asked))["groups"][0]
        assert group["total"] == 5
        seen += [item["title"] for item in group["items"]]
        if group["next"] is None:
            break
        asked["cursor"] = group["next"]
    assert sorted(seen) == [f"Ботаника {number}" for number in range(5)]
    for cursor in ("zzz", "WyJuZXdzIiwieCIsIjAwMDAwMDAwMDAwMDQwMDA4MDAwMDAwMDAwMDAwMDAwIl0"):
        stale = await register.refused("GET", "/search", register.service.guest(), q="ботаника", kind="news", cursor=cursor)
        assert stale.json()["errors"][0]["field"] == "cursor"


async def test_hostile_and_empty_queries_find_nothing_and_break_nothing(register: Register) -> None:
    await of_every_kind(register)
    for typed in (
        "",
        "   ",
        "'; DROP TABLE news; --",
        "' | ' & !(",
        "\\:*<->",
        "<script>alert(1)</script>",
        "для и на",
        "%_%",
        "🙂",
        "а" * 200,
    ):
        answer = await register.get("/search", q=typed)
        assert isinstance(answer["groups"], list), typed
    assert (await register.get("/search"))["total"] == 0
