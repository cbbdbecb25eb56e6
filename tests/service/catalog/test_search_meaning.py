"""What a query means to the search: layout, misprints, abbreviations, wishes in words, and what comes near."""

from datetime import timedelta
from typing import Any

import pytest

from services.catalog.rules.search_typing import TO_LATIN
from shared.clock import today
from shared.contracts.enrollment import SeatsChanged
from tests.service.catalog.conftest import CHELYABINSK, MIASS, Register, day
from tests.support.service import envelope_of

MONTHS = ("январе", "феврале", "марте", "апреле", "мае", "июне", "июле", "августе", "сентябре", "октябре", "ноябре", "декабре")


async def test_the_wrong_layout_is_understood_and_said(register: Register) -> None:
    await register.published(title="Геометрия на уроке")
    await register.published(title="Работа в Excel", annotation="Книги, листы и формулы без лишней спешки, с самого начала.")
    for typed in ("utjvtnhbz", "Utjvtnhbz", "геометрия", "на ehjrt utjvtnhbz"):
        assert (await register.titles(q=typed))[0] == "Геометрия на уроке", typed
    assert (await register.get("/programmes", q="utjvtnhbz yf ehjrt"))["corrected"] == "геометрия на уроке"
    assert (await register.get("/programmes", q="учсуд"))["corrected"] == "excel"
    literally = await register.get("/programmes", q="utjvtnhbz", exact=True)
    assert (literally["total"], literally["corrected"], literally["nearest"]) == (0, None, [])


async def test_punctuation_may_be_letters_of_the_other_layout(register: Register) -> None:
    await register.published(title="Объяснение графиков")
    await register.published(title="Химия вокруг нас")
    assert await register.titles(q="J,]zcytybt") == ["Объяснение графиков"]
    assert await register.titles(q="[bvbz,") == ["Химия вокруг нас"]


async def test_a_misprint_in_one_of_several_words_is_mended(register: Register) -> None:
    await register.published(title="Функциональная грамотность", annotation="Задания по моделям исследований для любого предмета и класса.")
    await register.published(title="Финансовая азбука", annotation="О грамотности в деньгах для тех, кто учит детей считать и беречь.")
    answer = await register.get("/programmes", q="функцинальная грамотность")
    assert answer["items"][0]["title"] == "Функциональная грамотность"
    assert answer["corrected"] == "функциональная грамотность"
    assert (await register.get("/programmes", q="финансоваяазбука"))["corrected"] == "финансовая азбука"


async def test_abbreviations_and_colloquial_names_are_tied_both_ways(register: Register) -> None:
    await register.published(title="Дети с ОВЗ в классе")
    await register.published(title="Ограниченные возможности здоровья: условия")
    await register.published(title="Основы безопасности и защиты Родины")
    await register.published(title="Физическая культура в школе")
    both = {"Дети с ОВЗ в классе", "Ограниченные возможности здоровья: условия"}
    for typed in ("ОВЗ", "ограниченные возможности здоровья", "jdp", "инклюзия"):
        assert both <= set(await register.titles(q=typed)), typed
    for typed, title in (("ОБЖ", "Основы безопасности и защиты Родины"), ("физ-ра", "Физическая культура в школе")):
        assert await register.titles(q=typed) == [title]
    said = (await register.get("/programmes", q="обж"))["understood"]
    assert said == [{"text": "обж", "meaning": "основы безопасности и защиты родины"}]


async def test_a_wording_means_something_only_while_it_is_valid(register: Register) -> None:
    await register.published(title="Основы безопасности и защиты Родины")
    assert len(await register.titles(q="обж")) == 1
    async with register.service.app.state.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE wording SET valid_to = current_date - 1 WHERE dictionary = 'synonym'")
    assert await register.titles(q="обж") == []


@pytest.mark.parametrize(
    ("typed", "facts", "others"),
    [
        ("математика дистанционно", {"form": "distance", "distance_share": 1}, {"form": "full_time", "distance_share": 0}),
        ("математика очно", {"form": "full_time", "distance_share": 0}, {"form": "distance", "distance_share": 1}),
        ("математика 72 часа", {"hours": 72}, {"hours": 36}),
        ("математика до 24 ч", {"hours": 18}, {"hours": 36}),
        ("математика бесплатно", {"funding": "regional"}, {"funding": "paid", "fee": 5000}),
        ("математика платно", {"funding": "paid", "fee": 5000}, {"funding": "regional"}),
        ("математика для воспитателей", {"audience": {"positions": ["educator"]}}, {"audience": {"positions": ["head"]}}),
        ("математика завуч", {"audience": {"positions": ["deputy_head"]}}, {"audience": {"positions": ["educator"]}}),
        ("математика стажировка", {"kind": "internship"}, {}),
        ("математика 7 класс", {"audience": {"levels": ["basic_general"]}}, {"audience": {"levels": ["secondary_general"]}}),
    ],
)
async def test_a_wish_in_words_moves_up_and_hides_nothing(
    register: Register, typed: str, facts: dict[str, object], others: dict[str, object]
) -> None:
    for name, stated in (("вторая", others), ("первая", facts), ("третья", others)):
        await register.published(title=f"Математика: {name}", **stated)
    answer = await register.get("/programmes", q=typed)
    assert answer["items"][0]["title"] == "Математика: первая"
    assert answer["total"] == 3
    assert answer["understood"]


async def test_wishes_about_groups_are_understood(register: Register) -> None:
    here, there, later = [await register.published(title=f"Математика: {name}") for name in ("Миасс", "Челябинск", "потом")]
    await register.group(there, oktmo=CHELYABINSK)
    group = await register.group(here, oktmo=MIASS)
    starts = today(register.service.app.state.clock()) + timedelta(days=100)
    await register.group(later, starts=day(100), ends=day(110), enrolment_closes=day(90), oktmo=CHELYABINSK)
    assert (await register.titles(q="математика в Миассе"))[0] == "Математика: Миасс"
    assert (await register.titles(q=f"математика в {MONTHS[starts.month - 1]}"))[0] == "Математика: потом"
    full = SeatsChanged(group_id=group["id"], programme_id=here["id"], capacity=25, held=5, taken=20, waiting=3)
    await register.service.hear(envelope_of(full, subject=full.group_id))
    seated = await register.get("/programmes", q="математика есть места")
    assert seated["items"][-1]["title"] == "Математика: Миасс"
    assert "есть свободные места" in [one["meaning"] for one in seated["understood"]]
    assert seated["wishes"] == {"has_seats": ["true"]}
    assert await register.titles(q="математика есть места", **seated["wishes"]) == [one["title"] for one in seated["items"]][:2]
    dated = (await register.get("/programmes", q=f"математика 36 часов в {MONTHS[starts.month - 1]}"))["wishes"]
    assert (dated["hours_from"], dated["hours_to"]) == (["36"], ["36"])
    assert dated["starts_from"] <= [starts.isoformat()] <= dated["starts_to"]


async def test_wishes_alone_find_what_meets_them(register: Register) -> None:
    await register.published(title="Урок", hours=72, form="full_time", distance_share=0)
    await register.published(title="Оценивание", hours=36)
    assert await register.titles(q="72 часа") == ["Урок"]
    assert (await register.titles(q="дистанционно"))[0] == "Оценивание"


async def test_what_comes_near_is_shown_apart_when_nothing_is_found(register: Register) -> None:
    await register.published(title="Геометрия на уроке")
    answer = await register.get("/programmes", q="геометрия", kind="retraining")
    assert (answer["total"], answer["items"]) == (0, [])
    assert [item["title"] for item in answer["nearest"]] == ["Геометрия на уроке"]
    assert (await register.get("/programmes", q="геометрия"))["nearest"] == []


async def test_the_number_of_a_code_is_enough(register: Register) -> None:
    await register.published(code="ПК-27-0318", title="Функции и графики")
    await register.published(code="ПК-27-0319", title="Другая программа", hours=318)
    assert await register.titles(q="0318") == ["Функции и графики"]
    assert await register.titles(q="318") == ["Другая программа"]


async def test_operators_are_taken_as_written(register: Register) -> None:
    await register.published(title="Геометрия на уроке")
    await register.published(title="Урок геометрии")
    assert await register.titles(q='"урок геометрии"') == ["Урок геометрии"]
    assert await register.titles(q="геометрия -урок") == []


async def test_hostile_lines_are_answered(register: Register) -> None:
    await register.published()
    guest = register.service.guest()
    lines = [
        "' | '",
        "'':*",
        "a:*&!b",
        "\\'",
        "$$",
        "😀" * 50,
        "\u200b",
        "--",
        "…" * 200,
        "0" * 200,
        "72" * 50 + " часов",
        "а-" * 99,
        "%_\\",
        '"',
    ]
    for line in [*lines, "класс " * 30, "12 34 56 78 классы", "ъ" * 200, "ab" * 100, "абвгдежзийклмнопрст " * 9, "{}", "()<->!", "NULL"]:
        for path in ("/programmes", "/suggestions"):
            answer = await register.service.call("GET", path, guest, params={"q": line})
            assert answer.status_code == 200, (path, line, answer.text)
    for line in ("а" * 10_000, "\x00", "\ue000"):
        for path in ("/programmes", "/suggestions"):
            assert (await register.service.call("GET", path, guest, params={"q": line})).status_code == 422, (path, line)


async def test_pages_of_a_query_that_was_read_never_repeat_or_lose(register: Register) -> None:
    for number in range(7):
        await register.published(title=f"Математика {'и урок ' * (number % 3)}{number}", hours=36 + number % 2)
    typed = "матиматика 36 часов".translate(TO_LATIN)
    whole = await register.titles(q=typed)
    assert len(whole) == 7
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while len(seen) < 7:
        answer = await register.get("/programmes", q=typed, limit=2, **cursor)
        seen += [item["title"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}
    assert seen == whole
