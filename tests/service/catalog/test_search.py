"""The search: Russian words, misprints, facets that react to each other, stable pages."""

import random
from typing import Any
from uuid import uuid4

from shared.contracts.assessment import Competence, FrameworkPublished
from shared.contracts.enrollment import SeatsChanged
from tests.service.catalog.conftest import CHELYABINSK, MIASS, Register, day
from tests.support.service import envelope_of

Facets = dict[str, dict[str, int]]


def counts(answer: dict[str, Any]) -> Facets:
    return {facet: {value["value"]: value["count"] for value in values if value["count"]} for facet, values in answer["facets"].items()}


async def stock(register: Register) -> None:
    """Six programmes that differ in everything that a facet counts."""
    maths, russian = {"subjects": ["mathematics"]}, {"subjects": ["russian"]}
    on_site = {"form": "full_time", "distance_share": 0}
    for facts, group in (
        ({"title": "Функции и графики", "hours": 36, "audience": maths}, {"oktmo": MIASS}),
        ({"title": "Геометрия на уроке", "hours": 72, "audience": maths, **on_site}, {"oktmo": CHELYABINSK}),
        ({"title": "Вероятность и статистика", "hours": 16, "audience": maths, **on_site}, {"oktmo": MIASS}),
        ({"title": "Сочинение в основной школе", "hours": 36, "audience": russian}, {"oktmo": CHELYABINSK}),
        ({"title": "Оценивание на любом уроке", "hours": 18}, None),
        ({"title": "Педагог-наставник", "hours": 252, "kind": "retraining", "document_kind": "retraining_diploma"}, None),
    ):
        programme = await register.published(**facts)
        if group:
            await register.group(programme, **group)


async def test_words_are_found_in_any_form_and_the_title_weighs_most(register: Register) -> None:
    await register.published(
        title="Урок истории", annotation="Как говорить на уроке о функциональной грамотности и проверять её заданиями."
    )
    await register.published(title="Функциональная грамотность")
    assert await register.titles(q="функциональную грамотность") == ["Функциональная грамотность", "Урок истории"]
    assert await register.titles(q="история урока") == ["Урок истории"]
    assert await register.titles(q="учёт УЧЕТ") == []


async def test_the_dots_of_yo_do_not_matter(register: Register) -> None:
    await register.published(title="Учёт расчётов и черчение")
    for typed in ("расчетов", "расчётов", "УЧЕТ"):
        assert await register.titles(q=typed, exact=True) == ["Учёт расчётов и черчение"]


async def test_a_misprint_is_mended_and_said(register: Register) -> None:
    await register.published(title="Функциональная грамотность на уроке")
    answer = await register.get("/programmes", q="функцональная граммотность")
    assert [item["title"] for item in answer["items"]] == ["Функциональная грамотность на уроке"]
    assert answer["corrected"] == "функциональная грамотность"
    begun = await register.get("/programmes", q="функц")
    assert begun["corrected"] == "функциональная"
    literally = await register.get("/programmes", q="функцональная граммотность", exact=True)
    assert (literally["total"], literally["corrected"]) == (0, None)
    hopeless = await register.get("/programmes", q="щщщщ")
    assert (hopeless["total"], hopeless["corrected"]) == (0, None)


async def test_a_code_or_its_beginning_is_enough(register: Register) -> None:
    await register.published(code="ПК-27-0318", title="Функции и графики")
    await register.published(code="ПК-28-0001", title="Другая программа")
    assert await register.titles(q="пк-27-0318") == ["Функции и графики"]
    assert await register.titles(q="ПК-27") == ["Функции и графики"]


async def test_found_words_are_framed(register: Register) -> None:
    await register.published(annotation="Научим оценивать работы учеников по открытым критериям, шаг за шагом.")
    item = (await register.get("/programmes", q="критерии"))["items"][0]
    assert [piece["text"] for piece in item["annotation"] if piece["found"]] == ["критериям"]
    assert "".join(piece["text"] for piece in item["annotation"]) == "Научим оценивать работы учеников по открытым критериям, шаг за шагом."


async def test_competences_and_subjects_are_words_too(register: Register) -> None:
    await register.published(title="Программа", effects=[{"competence": "Ф1", "share": 0.4}], audience={"subjects": ["chemistry"]})
    assert await register.titles(q="химия") == ["Программа"]
    assert await register.titles(q="прокрастинация") == []
    framework = FrameworkPublished(
        framework_id=uuid4(),
        title="Рамка",
        version=1,
        competences=[Competence(code="Ф1", title="Борьба с прокрастинацией", group="общие", labour_functions=["A/01.6"])],
    )
    await register.service.hear(envelope_of(framework, subject=framework.framework_id))
    assert await register.titles(q="прокрастинация") == ["Программа"]


async def test_facets_count_under_all_filters_but_their_own(register: Register) -> None:
    await stock(register)
    whole = await register.get("/programmes")
    assert whole["total"] == 6
    assert counts(whole)["subject"] == {"mathematics": 3, "russian": 1, "any": 2}
    assert counts(whole)["hours"] == {"16-24": 2, "25-72": 3, "250-": 1}
    assert counts(whole)["oktmo"] == {MIASS: 2, CHELYABINSK: 2}
    chosen = await register.get("/programmes", subject="mathematics", form="full_time")
    assert chosen["total"] == 2
    table = counts(chosen)
    assert table["subject"] == {"mathematics": 2}
    assert table["form"] == {"distance": 1, "full_time": 2}
    assert table["oktmo"] == {MIASS: 1, CHELYABINSK: 1}
    assert table["hours"] == {"16-24": 1, "25-72": 1}
    several = await register.get("/programmes", subject=["mathematics", "any"])
    assert several["total"] == 5


async def test_a_chosen_value_is_never_hidden(register: Register) -> None:
    await stock(register)
    unknown = str(uuid4())
    answer = await register.get("/programmes", q="сочинение", oktmo="75734000", provider=unknown, position="tutor", competence="НЕТ-1")
    assert answer["total"] == 0
    chosen = {facet: [(one["title"], one["count"]) for one in values if one["chosen"]] for facet, values in answer["facets"].items()}
    assert chosen["oktmo"] == [("Кыштымский городской округ", 0)]
    assert chosen["provider"] == [(unknown, 0)]
    assert chosen["position"] == [("Тьютор", 0)]
    assert chosen["competence"] == [("НЕТ-1", 0)]


async def test_counts_of_facets_are_what_choosing_them_finds(register: Register) -> None:
    await stock(register)
    dice = random.Random(7)
    chosen: dict[str, Any] = {}
    for _ in range(6):
        answer = await register.get("/programmes", **chosen)
        facet, values = dice.choice([(facet, values) for facet, values in counts(answer).items() if values and facet not in chosen])
        value, count = dice.choice(sorted(values.items()))
        assert (await register.get("/programmes", **{**chosen, facet: value}))["total"] == count, (chosen, facet, value)
        chosen[facet] = value


async def test_one_group_has_to_meet_all_conditions_about_groups(register: Register) -> None:
    programme = await register.published(title="Два потока")
    await register.group(programme, oktmo=MIASS)
    await register.group(programme, oktmo=CHELYABINSK, starts=day(100), ends=day(110), enrolment_closes=day(90))
    assert await register.titles(oktmo=MIASS, starts_to=day(30)) == ["Два потока"]
    assert await register.titles(oktmo=CHELYABINSK, starts_to=day(30)) == []
    nearest = (await register.get("/programmes", oktmo=CHELYABINSK))["items"][0]["nearest_group"]
    assert (nearest["oktmo"], nearest["municipality"]) == (CHELYABINSK, "Челябинский городской округ")


async def test_a_full_group_is_no_group_with_seats(register: Register) -> None:
    programme = await register.published(title="Полный поток")
    group = await register.group(programme)
    assert await register.titles(has_seats=True) == ["Полный поток"]
    full = SeatsChanged(group_id=group["id"], programme_id=programme["id"], capacity=25, held=5, taken=20, waiting=3)
    await register.service.hear(envelope_of(full, subject=full.group_id))
    assert await register.titles(has_seats=True) == []
    assert await register.titles() == ["Полный поток"]


async def test_pages_never_repeat_or_lose_a_programme(register: Register) -> None:
    await stock(register)
    for sort in ("relevance", "starts", "hours", "seats"):
        asked: dict[str, Any] = {"q": "урок OR школа OR функции OR программа OR приёмы", "sort": sort}
        whole = await register.titles(**asked)
        assert len(whole) == 6
        seen: list[str] = []
        cursor: dict[str, Any] = {}
        for _ in range(4):
            answer = await register.get("/programmes", limit=2, **asked, **cursor)
            seen += [item["title"] for item in answer["items"]]
            if answer["next"] is None:
                break
            cursor = {"cursor": answer["next"]}
        assert seen == whole, sort


async def test_a_made_up_cursor_is_refused(register: Register) -> None:
    first = await register.organisation()
    for cursor in ("x", "Wzld", "WyJzdGFydHMiLCAieCIsICIxIl0", first["id"], "é", "bnVsbA"):
        answer = await register.refused("GET", "/programmes", register.service.guest(), cursor=cursor)
        assert answer.status_code == 422, cursor


async def test_orders_are_what_they_say(register: Register) -> None:
    await stock(register)
    hours = [item["hours"] for item in (await register.get("/programmes", sort="hours"))["items"]]
    assert hours == sorted(hours)
    starts = [item["nearest_group"] for item in (await register.get("/programmes"))["items"]]
    assert [group is None for group in starts] == [False] * 4 + [True] * 2


async def test_guests_get_an_etag_and_304(register: Register) -> None:
    programme = await register.published()
    guest = register.service.guest()
    for path in ("/programmes", f"/programmes/{programme['id']}", "/groups", "/organisations", "/dictionaries"):
        first = await register.service.call("GET", path, guest)
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "public, max-age=1"
        assert tag.startswith('W/"')
        again = await register.service.call("GET", path, guest, headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
    before = (await register.service.call("GET", "/programmes", guest)).headers["etag"]
    await register.published(title="Ещё одна программа")
    changed = await register.service.call("GET", "/programmes", guest, headers={"if-none-match": before})
    assert changed.status_code == 200
    own = await register.service.call("GET", f"/programmes/{programme['id']}", register.specialist)
    assert own.headers["cache-control"].startswith("private")


async def test_any_words_are_answered(register: Register) -> None:
    await register.published()
    for words in ("'", "\\", "%", "_", "(((", "!!! & |", "-", '"', "a" * 200, "и", "😀", "<b>", ":*", "1%", "1_", "1\\"):
        assert (await register.get("/programmes", q=words))["total"] == 0, words
