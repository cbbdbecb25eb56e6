"""Forms of the editor: what is typed becomes facts and comes back, and two editors lose nothing."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.datastructures import FormData, UploadFile

from gateway.portal import group_form, programme_form
from gateway.portal.fields import part, typed_in
from gateway.portal.merging import differing, merged, worded

FACTS: dict[str, Any] = {
    "code": "ПК-26-0001",
    "title": "Программа",
    "annotation": "О чём она.\nИ кому.",
    "goal": "",
    "kind": "professional_development",
    "hours": 36,
    "form": "blended",
    "distance_share": 0.333,
    "audience": {"positions": ["teacher", "methodist"], "subjects": [], "levels": ["basic_general"]},
    "prerequisites": ["p1"],
    "effects": [{"competence": "МЕТ-1", "share": 0.4}],
    "outline": [{"title": "Начало", "hours": 16, "content": ""}, {"title": "Конец", "hours": 20, "content": "Итог"}],
    "teachers": [{"name": "Иванова И. И.", "position": "доцент", "degree": ""}],
    "register_number": None,
    "register_until": None,
    "files": [],
    "provider_id": "o1",
    "funding": "paid",
    "fee": 4500,
    "document_kind": "qualification_certificate",
    "approvals": ["school"],
}


def test_facts_go_into_the_form_and_come_back_the_same() -> None:
    fields = programme_form.fields_of(FACTS, codes={"p1": "ПК-26-0002"})
    assert fields["prerequisites"] == ["ПК-26-0002"]
    assert programme_form.facts_in(fields, prerequisites=["p1"]) == (FACTS, {})


@pytest.mark.parametrize(
    ("field", "typed", "wrong"), [("hours", "тридцать", "hours"), ("module-hours-0", "x", "outline"), ("fee", "1 500,50 ₽", "")]
)
def test_a_number_may_be_written_as_people_write_it(field: str, typed: str, wrong: str) -> None:
    fields = programme_form.fields_of(FACTS, codes={}) | {field: [typed]}
    _, errors = programme_form.facts_in(fields, prerequisites=[])
    assert set(errors) == ({wrong} if wrong else set())


def test_what_the_page_puts_into_its_form_is_not_what_was_typed() -> None:
    page = [("csrf_token", "x"), ("draft", "1"), ("do", "merge"), ("take-title", "theirs"), ("<b>", "x")]
    form = FormData([*page, ("title", "Имя\r\nи ещё"), ("hours", ""), ("file", UploadFile(BytesIO(b"%PDF"), filename="a.pdf"))])
    assert typed_in(form) == {"title": ["Имя\nи ещё"]}


def test_rows_keep_their_order_and_empty_ones_are_dropped() -> None:
    fields = {"module-title-10": ["Третий"], "module-title-2": ["Второй"], "module-hours-0": ["4"], "module-title-5": [" "]}
    outline = programme_form.ROWS["outline"]
    assert [row["title"] for row in outline.filled(fields)] == ["", "Второй", "Третий"]
    assert [row["title"] for row in outline.shown(fields)] == ["", "Второй", "Третий", ""]
    form = [f"module-title-{number}" for number in range(12)]  # as many rows as the page had, most of them empty
    assert (outline.asked(form, "save"), outline.asked(form, "more-teacher"), outline.asked(form, "more-module")) == (12, 12, 16)
    assert len(outline.shown(fields, 16)) == 16
    assert outline.next(fields) == "module-title-3"


def test_a_section_with_an_error_is_not_filled_in() -> None:
    fields = programme_form.fields_of(FACTS, codes={})
    done = {address for address, _, done, _ in programme_form.sections(fields) if done}
    wrong = {"annotation": "Слишком коротко", "outline": "Сумма часов", "register_until": "Срок прошёл"}
    assert done - {address for address, _, done, _ in programme_form.sections(fields, wrong) if done} == {"about", "outline", "register"}


def test_a_group_goes_into_the_form_and_comes_back_the_same() -> None:
    facts = {
        "starts": "2026-12-01",
        "ends": "2026-12-18",
        "enrolment_opens": "2026-11-01",
        "enrolment_closes": "2026-11-28",
        "capacity_asked": 25,
        "form": "full_time",
        "funding": "regional",
        "oktmo": "75742000",
        "place": None,
        "contact_phone": "+7 351 000-00-21",
        "contact_email": None,
        "timetable": [
            {"starts": "2026-12-01T10:00:00+05:00", "ends": "2026-12-01T12:30:00+05:00", "place": None, "room": "12", "teacher": "Иванова"}
        ],
    }
    assert group_form.facts_in(group_form.fields_of(facts)) == (facts, {})


def test_a_meeting_without_its_hours_is_named() -> None:
    _, errors = group_form.facts_in({"meeting-date-0": ["2026-12-01"], "meeting-teacher-0": ["Иванова"]})
    assert errors["timetable"] == "У занятия № 1 укажите день, начало и конец"
    assert {"starts", "capacity_asked"} <= set(errors)


Forms = some.dictionaries(
    some.sampled_from(["title", "hours", "module-title-0", "module-title-1", "effect-share-0"]),
    some.lists(some.text(max_size=3), max_size=2),
)


@given(mine=Forms, theirs=Forms, data=some.data())
def test_a_merge_takes_what_was_chosen_and_touches_nothing_else(
    mine: dict[str, list[str]], theirs: dict[str, list[str]], data: some.DataObject
) -> None:
    parts = programme_form.PARTS
    taken = data.draw(some.lists(some.sampled_from(sorted(parts)), unique=True))
    both = merged(mine, theirs, parts, taken=taken)
    for name, key in parts.items():
        assert part(both, key) == part(theirs if name in taken else mine, key)
    assert differing(both, mine, parts) == [name for name in differing(theirs, mine, parts) if name in taken]


def test_a_row_that_only_has_its_preset_choice_differs_from_nothing() -> None:
    stored = {"effect-competence-0": ["МЕТ-1"], "effect-share-0": ["0.4"]}
    assert differing(stored | {"effect-share-1": ["0.4"], "effect-share-2": ["0.4"]}, stored, programme_form.PARTS) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["2026-12-01"], ["1\u00a0декабря\u00a02026"]),
        (["2026-12-01T10:00"], ["1\u00a0декабря\u00a02026, 10:00"]),
        (["2026-13-01"], ["2026-13-01"]),
        (["webinar", "contest"], ["Вебинар", "contest"]),
        (["Первый.\n\nВторой."], ["Первый.", "Второй."]),
    ],
)
def test_what_two_editors_compare_is_said_in_words(typed: list[str], said: list[str]) -> None:
    assert worded({"field": typed}, "field", {"webinar": "Вебинар"}) == said
