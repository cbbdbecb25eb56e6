"""Cursors, words and marks of the search."""

import json
from base64 import urlsafe_b64encode
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.rules.cursors import cursor_of, left_at
from services.catalog.rules.fields import MARKS
from services.catalog.rules.organisations import PARENTS
from services.catalog.rules.search import Wanted, folded, has_operators, like_a_code, pieces
from shared.errors import Invalid


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50))
def test_a_cursor_comes_back_as_it_left(key: str) -> None:
    last = uuid4()
    assert left_at(cursor_of(order="name", key=key, last=last), order="name") == (key, last)


@given(st.text(max_size=100))
def test_anything_else_is_refused_and_nothing_breaks(text: str) -> None:
    with pytest.raises(Invalid):
        left_at(text, order="name")


@pytest.mark.parametrize("key", ["\x00", "\ud800", "а\udfffя😀"])
def test_a_cursor_with_what_is_no_text_is_refused(key: str) -> None:
    crafted = urlsafe_b64encode(json.dumps(["name", key, uuid4().hex]).encode()).decode().rstrip("=")
    with pytest.raises(Invalid):
        left_at(crafted, order="name")


def test_a_cursor_without_a_bottom_is_refused() -> None:
    with pytest.raises(Invalid):
        left_at(urlsafe_b64encode(b"[" * 1500).decode(), order="name")


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(Invalid):
        left_at(cursor_of(order="hours", key="16", last=uuid4()), order="starts")


def test_words_are_compared_folded() -> None:
    assert folded("  Учёт   УЧЕТ ") == "учет учет"


@pytest.mark.parametrize(
    ("words", "written"),
    [('"точно так"', True), ("математика -егэ", True), ("урок OR школа", True), ("педагог-психолог", False), ('"rcgthbvtyn', False)],
)
def test_the_language_of_search_is_taken_as_written(words: str, written: bool) -> None:
    assert has_operators(words) is written


@pytest.mark.parametrize(("words", "code"), [("ПК-26", True), ("26-0318", True), ("урок", False), ("5 класс", False)])
def test_a_code_has_a_digit_and_no_space(words: str, code: bool) -> None:
    assert like_a_code(words) is code


@given(st.text(alphabet="аб в<", max_size=20), st.text(alphabet="гд", min_size=1, max_size=5), st.text(alphabet="ежз ", max_size=20))
def test_pieces_are_the_whole_text_and_mark_what_was_found(before: str, found: str, after: str) -> None:
    cut = pieces(before + MARKS[0] + found + MARKS[1] + after)
    assert "".join(str(piece["text"]) for piece in cut) == before + found + after
    assert [piece["text"] for piece in cut if piece["found"]] == [found]


def test_the_order_follows_the_words() -> None:
    assert (Wanted().order, Wanted(q="урок").order, Wanted(q="урок", sort="hours").order) == ("starts", "relevance", "hours")


def test_no_organisation_can_stand_above_itself() -> None:
    """The kinds above form no circle, so no chain of parents does."""

    def above(kind: str) -> set[str]:
        return set(PARENTS[kind]).union(*(above(parent) for parent in PARENTS[kind]))

    assert all(kind not in above(kind) for kind in PARENTS)
