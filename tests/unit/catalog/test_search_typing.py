"""Words as they are typed: the other keyboard layout, misprints, missing spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.rules.search_typing import (
    MOST_WORDS,
    TO_LATIN,
    Chunk,
    chunks_of,
    likeliest,
    misprint,
    other_layout,
    splits,
    taken_together,
    words_in,
)

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


def test_words_are_cut_out_of_whatever_is_typed() -> None:
    assert words_in("Педагог-психолог, 72ч; ПК–26!") == ("педагог", "психолог", "72", "ч", "пк", "26")
    assert words_in("😀 … \x00 |&!") == ()


@given(st.text(alphabet=LETTERS, max_size=20))
def test_the_other_layout_leads_back(word: str) -> None:
    word = "к" + word
    assert word in other_layout(word.translate(TO_LATIN))


def test_keys_of_either_layout_are_words_of_the_other() -> None:
    assert chunks_of("rehcs j,hfpjdfybt,") == [
        Chunk("rehcs", (("rehcs",), ("курсы",))),
        Chunk("j,hfpjdfybt,", (("j", "hfpjdfybt"), ("образованиеб",), ("образование",))),
    ]
    assert ("excel",) in chunks_of("учсуд")[0].variants
    assert ("персональные",) in chunks_of("Пthcjyfkmyst")[0].variants


@given(st.text(max_size=300))
def test_no_line_is_too_much(line: str) -> None:
    chunks = chunks_of(line)
    assert sum(max(len(one) for one in chunk.variants) for chunk in chunks[:-1]) <= MOST_WORDS
    assert all(chunk.variants for chunk in chunks)


@pytest.mark.parametrize(
    ("typed", "meant", "slips"),
    [("геаметрия", "геометрия", 0.5), ("анлгийский", "английский", 0.9), ("шоле", "школе", 1.0), ("грамотность", "грамотность", 0.0)],
)
def test_slips_are_counted_by_ear(typed: str, meant: str, slips: float) -> None:
    assert misprint(typed, meant) == misprint(meant, typed) == slips


@given(st.text(alphabet=LETTERS, max_size=12), st.text(alphabet=LETTERS, max_size=12))
def test_only_the_same_word_is_no_slip_away(one: str, other: str) -> None:
    assert (misprint(one, other) == 0) is (one == other)
    assert misprint(one, other) == misprint(other, one) <= max(len(one), len(other))


def test_the_likeliest_word_is_the_nearest_then_the_one_begun() -> None:
    known = [("математика", 15), ("математики", 3), ("материалов", 2), ("грамматика", 1)]
    assert likeliest("матиматика", known) == "математика"
    assert likeliest("матем", known) == "математика"
    assert likeliest("щщщщ", known) is None
    assert likeliest("мат", known) is None


@pytest.mark.parametrize(
    ("word", "other"), [("экология", "биология"), ("травма", "травлю"), ("дислексия", "рефлексия"), ("месяца", "места")]
)
def test_another_word_is_no_misprint(word: str, other: str) -> None:
    assert likeliest(word, [(other, 9)]) is None


def test_a_chunk_that_nobody_knows_is_in_the_layout_of_its_line() -> None:
    chunks = chunks_of("irjkmyjv rjkktrnbdt")
    assert taken_together(chunks, {"школьном"}, {}) == [("школьном",), ("коллективе",)]
    assert taken_together(chunks_of("gitlab"), set(), {}) == [("gitlab",)]


def test_a_missing_space_may_be_anywhere() -> None:
    assert ("русский", "язык") in splits("русскийязык")
    assert splits("урок") == []
