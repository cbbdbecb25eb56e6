"""Forms of items, the order of what to do, and templates that compile with their spaces glued."""

from datetime import date
from typing import Any

import pytest
from starlette.datastructures import FormData

from gateway.portal.agenda import todos
from gateway.portal.answers import EMPTY, Incomplete, answer_of, places_of
from gateway.portal.said import TEXTS, said_of
from gateway.portal.templates import ENVIRONMENT


def item(kind: str, *options: str) -> dict[str, Any]:
    return {"kind": kind, "options": [{"id": one, "text": one} for one in options], "answer": None, "answered_at": None}


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        ("choice", [("a", "b")], "b"),
        ("multiple", [("a", "a"), ("a", "c")], ["a", "c"]),
        ("numeric", [("a", " 12,5 ")], "12,5"),
        ("matching", [("m-a", "2"), ("m-b", "1"), ("m-c", "3")], {"a": "2", "b": "1", "c": "3"}),
        ("ordering", [("p-a", "3"), ("p-b", "1"), ("p-c", "2")], ["b", "c", "a"]),
    ],
)
def test_a_form_becomes_the_answer_of_its_kind(kind: str, fields: Any, answer: Any) -> None:
    assert answer_of(item(kind, "a", "b", "c"), FormData(fields)) == answer


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("choice", []),
        ("multiple", []),
        ("numeric", [("a", "  ")]),
        ("matching", [("m-a", "1"), ("m-b", ""), ("m-c", "2")]),
        ("ordering", [("p-a", "1"), ("p-b", "1"), ("p-c", "2")]),
        ("ordering", [("p-a", "x"), ("p-b", "1"), ("p-c", "2")]),
    ],
)
def test_a_form_that_is_not_filled_in_is_said_to_be(kind: str, fields: Any) -> None:
    with pytest.raises(Incomplete):
        answer_of(item(kind, "a", "b", "c"), FormData(fields))


def test_every_kind_can_be_answered_by_not_knowing() -> None:
    assert set(EMPTY) == {"choice", "multiple", "matching", "ordering", "numeric"}
    assert places_of(item("ordering", "a", "b"), []) == {"a": "1", "b": "2"}
    assert places_of(item("ordering", "a", "b"), ["b", "a"]) == {"b": "1", "a": "2"}


def test_what_is_due_first_comes_first() -> None:
    found = todos(
        applications=[{"status": "clarification", "due": "2026-11-27"}, {"status": "school_review", "due": "2026-11-25"}],
        suggestions=[{"expires": "2026-11-26"}],
        reassessments=[{"status": "done", "due": "2026-11-20", "route_id": "1"}],
        attempts=[],
        route={"status": "proposed", "steps": [1]},
        measured=True,
    )
    assert [one.kind for one in found] == ["suggestion", "clarification", "route"]
    assert found[0].soon(date(2026, 11, 24))


def test_a_message_can_not_be_made_up() -> None:
    assert said_of("<b>hello</b>") is None
    assert said_of("submitted") is None
    made = said_of("submitted|<b>1</b>")
    assert made is not None
    assert made.text == "Заявка № <b>1</b> подана. Следить за ней можно здесь."
    assert all(said_of("|".join([code, *"1" * text.count("{")])) for code, text in TEXTS.items())


def test_templates_glue_their_words_and_leave_their_tags_alone() -> None:
    made = ENVIRONMENT.from_string('<a title="в школе">в школе</a>\n    <b>{{ x }} и {{ x|ru }}</b>')
    assert made.render(x="к <дому>") == '<a title="в школе">в\u00a0школе</a>\n<b>к &lt;дому&gt; и к\u00a0&lt;дому&gt;</b>'


@pytest.mark.parametrize("name", sorted(ENVIRONMENT.list_templates()))
def test_every_template_compiles_and_styles_nothing_inline(name: str) -> None:
    ENVIRONMENT.get_template(name)
    source, _, _ = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)  # type: ignore[union-attr]
    assert "style=" not in source
    assert " onclick" not in source
