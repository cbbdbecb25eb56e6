"""Suggestions while a query is typed."""

from tests.service.catalog import test_events
from tests.service.catalog.conftest import MIASS, Register


async def kinds(register: Register, typed: str) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for one in (await register.get("/suggestions", q=typed))["items"]:
        found.setdefault(one["kind"], []).append((one["text"], one["count"]))
    return found


async def test_the_beginning_of_a_word_suggests_what_it_may_be(register: Register) -> None:
    first = await register.published(title="Математика и жизнь", audience={"subjects": ["mathematics"]})
    await register.published(title="Вся математика", audience={"subjects": ["mathematics"]})
    await register.draft(title="Математика, которой ещё нет")
    await register.group(first, oktmo=MIASS)
    found = await kinds(register, "мат")
    assert found["words"] == [("математика", 2)]
    assert found["subject"] == [("Математика", 2)]
    assert found["programme"] == [("Вся математика", 1), ("Математика и жизнь", 1)]
    assert (await kinds(register, "миа"))["municipality"] == [("Миасский городской округ", 1)]
    assert (await kinds(register, "ИР"))["provider"] == [("ИРО", 2)]


async def test_a_suggestion_finds_as_many_as_it_says(register: Register) -> None:
    for title in ("Урок математики", "Урок физики", "Математика после уроков", "Мотивация"):
        await register.published(title=title, annotation="Подробности расскажем на первом занятии, приходите знакомиться с нами.")
    for typed in ("урок", "урок мат", "мот"):
        for text, count in (await kinds(register, typed))["words"]:
            assert (await register.get("/programmes", q=text, exact=True))["total"] == count, text


async def test_earlier_words_have_to_be_met(register: Register) -> None:
    await register.published(title="Геометрия в начальной школе")
    await register.published(title="Геометрия для сильных")
    assert (await kinds(register, "начальная гео"))["programme"] == [("Геометрия в начальной школе", 1)]
    assert "programme" not in await kinds(register, "стереометрия гео")
    assert len((await kinds(register, "для гео"))["programme"]) == 2


async def test_the_other_layout_is_understood(register: Register) -> None:
    await register.published(title="Геометрия для сильных")
    assert await kinds(register, "utj") == await kinds(register, "гео") != {}


async def test_there_are_at_most_eight_of_several_kinds(register: Register) -> None:
    for number in range(12):
        await register.published(title=f"Проект{'абвгдежзиклм'[number] * 3} в школе")
    items = (await register.get("/suggestions", q="про"))["items"]
    assert len(items) == 8
    assert {one["kind"] for one in items} >= {"words", "programme"}


async def test_nothing_is_suggested_for_nothing(register: Register) -> None:
    await register.published()
    for typed in ("", "у", "щщщ", "...", "😀"):
        assert (await register.get("/suggestions", q=typed))["items"] == []


async def test_other_kinds_are_suggested_only_where_everything_is_searched(register: Register) -> None:
    await register.organisation(name="Центр геологии", short_name="Центр геологии")
    await test_events.announced(register, title="Геология для всех")
    assert await kinds(register, "геолог") == {}
    said = (await register.get("/suggestions", q="геолог", everywhere=True))["items"]
    assert {(one["kind"], one["text"]) for one in said} == {("event", "Геология для всех"), ("organisation", "Центр геологии")}
    layout = (await register.get("/suggestions", q="utjkju", everywhere=True))["items"]
    assert layout == said
