"""Cells are read as people write them, and said again as they are read."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.catalog.rules.import_columns import COLUMNS, Column
from services.catalog.rules.import_mapping import guessed, mapping_faults
from services.catalog.rules.import_values import TOO_LONG, Unreadable, Words, read, said_of, says

FORMS = {"full_time": ("Очная", "очно"), "blended": ("Очно-заочная", "очно-заочно"), "distance": ("Дистанционная", "дистанционно")}
FUNDING = {"federal": ("Федеральный бюджет", "бюджет"), "regional": ("Региональный бюджет", "бюджет"), "paid": ("За плату", "за плату")}
ONE = UUID(int=1)
WORDS = Words({"form": FORMS, "funding": FUNDING}, {"75742000": "Миасский городской округ"}, {"ПК-1": ONE}, {"chippkro": ONE})


def column(form: Any, dictionary: str = "") -> Column:
    return Column("field", "Столбец", form, "", dictionary)


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("whole", "1 200", 1200),
        ("whole", "36,0", 36),
        ("share", "50 %", 0.5),
        ("share", "50", 0.5),
        ("share", "0,5", 0.5),
        ("share", "1", 1.0),
        ("share", "1 %", 0.01),
        ("day", "01.09.2026", date(2026, 9, 1)),
        ("day", "1/9/2026", date(2026, 9, 1)),
        ("day", "2026-09-01", date(2026, 9, 1)),
        ("place", "миасский городской округ", "75742000"),
        ("place", "75742000", "75742000"),
        ("place", "75742000000", "75742000"),
        ("effects", "МЕТ-1 = 0,4; ПРЕД-2=20 %", [{"competence": "МЕТ-1", "share": 0.4}, {"competence": "ПРЕД-2", "share": 0.2}]),
        ("outline", "Введение, 6 ч\nЗачем\nПрактика, 30 часов.", [("Введение", 6, "Зачем"), ("Практика", 30, "")]),
        ("teachers", "Иванова А. А., доцент, к. п. н.; Петров", [("Иванова А. А.", "доцент", "к. п. н."), ("Петров",)]),
        ("programmes", "ПК-1", [ONE]),
        ("organisation", "chippkro", ONE),
        ("id", str(ONE), ONE),
    ],
)
def test_a_cell_is_read_as_people_write_it(form: Any, text: str, value: Any) -> None:
    found = read(column(form), text, WORDS)
    assert [tuple(one.values()) for one in found] == value if form in ("outline", "teachers") else found == value


@pytest.mark.parametrize("text", ["Дистанционная", "дистанционно", "ДИСТАНЦИОННАЯ", "distance"])
def test_a_code_is_meant_by_its_title_in_any_case_or_by_itself(text: str) -> None:
    assert read(column("code", "form"), text, WORDS) == "distance"


@pytest.mark.parametrize(
    ("form", "text", "part"),
    [
        ("whole", "тридцать", "не целое число"),
        ("whole", "1,5", "не целое число"),
        ("share", "много", "не число"),
        ("day", "31.02.2026", "не дата"),
        ("day", "завтра", "01.09.2026"),
        ("code", "Заочная", "«Очно-заочная»"),
        ("place", "Марс", "нет в справочнике"),
        ("effects", "МЕТ-1", "МЕТ-1 = 0,4"),
        ("outline", "Введение", "с часами"),
        ("programme", "ПК-2", "«ПК-2»"),
        ("organisation", "нет", "нет в реестре"),
        ("id", "7", "из выгрузки"),
    ],
)
def test_what_can_not_be_read_is_said(form: Any, text: str, part: str) -> None:
    with pytest.raises(Unreadable, match=part):
        read(column(form, "form"), text, WORDS)


def test_a_word_that_means_several_codes_means_none() -> None:
    with pytest.raises(Unreadable):
        read(column("code", "funding"), "бюджет", WORDS)


def test_an_empty_cell_is_nothing_or_an_empty_list() -> None:
    assert read(column("whole"), "", WORDS) is None
    assert read(column("codes", "form"), "", WORDS) == []


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("share", 0.125, "12,5 %"),
        ("day", date(2026, 9, 1), "01.09.2026"),
        ("effects", [{"competence": "МЕТ-1", "share": 0.4}], "МЕТ-1 = 0,4"),
        ("codes", ["distance", "full_time"], "Дистанционная; Очная"),
        ("outline", [{"title": "Введение", "hours": 6, "content": "Зачем"}], "Введение, 6 ч\nЗачем"),
        ("text", None, ""),
        ("text", "а" * 40_000, TOO_LONG),
    ],
)
def test_a_value_is_said_and_a_cell_that_says_it_changes_nothing(form: Any, value: Any, text: str) -> None:
    of = column(form, "form")
    assert said_of(of, value, WORDS) == text
    assert says(of, text, value, WORDS)
    assert not says(of, text + "!", value, WORDS)


def test_our_own_headings_are_all_understood() -> None:
    for kind, columns in COLUMNS.items():
        assert guessed(kind, [one.title for one in columns]) == [one.field for one in columns]


def test_headings_are_guessed_in_other_words_each_field_once() -> None:
    assert guessed("programmes", ["Код", "Наименование *", "Тема", "Что-то"]) == ["code", "title", None, None]
    assert guessed("programmes", ["Тема", "Название"]) == [None, "title"]


def test_a_choice_of_columns_has_to_tell_the_rows_apart() -> None:
    assert mapping_faults("programmes", ["а", "б"], ["title", None])["fields"].startswith("Укажите столбец для поля «Шифр»")
    assert mapping_faults("programmes", ["а", "б"], ["code", "code"])["fields"] == "Поле «Шифр» выбрано для двух столбцов."
    assert mapping_faults("programmes", ["а"], ["starts"])["fields"] == "Таких полей нет: starts."
    assert mapping_faults("programmes", ["а"], [])["fields"] == "Выбор нужен для каждого столбца файла."
    assert mapping_faults("groups", ["а"], ["id"]) == {}
    assert mapping_faults("programmes", ["а", "б"], ["code", None]) == {}
