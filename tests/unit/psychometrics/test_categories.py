"""The table of science.md 1.2: what each kind of answer is worth, and what is refused."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.assessment.psychometrics.categories import MISSING, AnswerMalformed, Key, read_categories
from services.assessment.psychometrics.keys import KeyMalformed, read_key

calm = settings(deadline=None, max_examples=50)

LETTERS = "abcdefgh"


def options(*ids: str) -> list[dict[str, str]]:
    return [{"id": one, "text": f"option {one}"} for one in ids]


def columns(left: str, right: str) -> dict[str, Any]:
    return {"left": options(*left), "right": options(*right)}


CHOICE = read_key(kind="choice", options=options(*"abcd"), key="b")
THREE_OF_SIX = read_key(kind="multiple", options=options(*"abcdef"), key=["a", "b", "c"])
FIVE_OF_EIGHT = read_key(kind="multiple", options=options(*LETTERS), key=list("abcde"))
FOUR_PAIRS = read_key(kind="matching", options=columns("1234", "abcd"), key=dict(zip("1234", "abcd", strict=True)))
TWO_PAIRS = read_key(kind="matching", options=columns("12", "ab"), key={"1": "a", "2": "b"})
WITH_A_SPARE = read_key(kind="matching", options=columns("123", "abcd"), key=dict(zip("123", "abc", strict=True)))
INTO_CLASSES = read_key(kind="matching", options=columns("1234", "ab"), key={"1": "a", "2": "a", "3": "b", "4": "b"})
ORDER_OF_FIVE = read_key(kind="ordering", options=options(*"ecadb"), key=list("abcde"))
ORDER_OF_THREE = read_key(kind="ordering", options=options(*"cab"), key=list("abc"))
NUMBER = read_key(kind="numeric", options=None, key={"value": 12.5, "tolerance": 0.1, "wide": 1})
EXACT = read_key(kind="numeric", options=[], key={"value": 0.3})
EVERY = [CHOICE, THREE_OF_SIX, FIVE_OF_EIGHT, FOUR_PAIRS, TWO_PAIRS, WITH_A_SPARE]
EVERY += [INTO_CLASSES, ORDER_OF_FIVE, ORDER_OF_THREE, NUMBER, EXACT]


@pytest.mark.parametrize(
    ("key", "answer", "category"),
    [
        (CHOICE, "b", 1),
        (CHOICE, "a", 0),
        (CHOICE, "", 0),
        (THREE_OF_SIX, ["a"], 1),
        (THREE_OF_SIX, ["a", "c"], 2),
        (THREE_OF_SIX, ["a", "b", "c"], 3),
        (THREE_OF_SIX, ["a", "b", "c", "d"], 2),  # a false alarm takes one hit back
        (THREE_OF_SIX, ["a", "d", "e", "f"], 0),
        (THREE_OF_SIX, list("abcdef"), 0),  # ticking everything earns nothing
        (THREE_OF_SIX, [], 0),
        (FIVE_OF_EIGHT, ["a"], 0),
        (FIVE_OF_EIGHT, ["a", "b"], 1),
        (FIVE_OF_EIGHT, ["a", "b", "c"], 1),
        (FIVE_OF_EIGHT, ["a", "b", "c", "d"], 2),
        (FIVE_OF_EIGHT, list("abcde"), 3),
        (FOUR_PAIRS, {"1": "a", "2": "c", "3": "d", "4": "b"}, 0),  # one right pair is what guessing gives
        (FOUR_PAIRS, {"1": "a", "2": "b", "3": "d", "4": "c"}, 1),
        (FOUR_PAIRS, {"1": "a", "2": "b", "3": "c"}, 1),  # the last pair given away is not earned by leaving it out
        (FOUR_PAIRS, {"1": "a", "2": "b", "3": "c", "4": "d"}, 2),
        (FOUR_PAIRS, {}, 0),
        (TWO_PAIRS, {"1": "b", "2": "a"}, 0),
        (TWO_PAIRS, {"1": "a", "2": "b"}, 1),
        (WITH_A_SPARE, {"1": "a", "2": "b", "3": "d"}, 1),  # with a spare element two of three is possible and counts
        (WITH_A_SPARE, {"1": "a", "2": "b", "3": "c"}, 2),
        (INTO_CLASSES, {"1": "a", "2": "a", "3": "a", "4": "b"}, 2),
        (INTO_CLASSES, {"1": "a", "2": "a", "3": "b", "4": "b"}, 3),
        (ORDER_OF_FIVE, list("abcde"), 3),
        (ORDER_OF_FIVE, list("bacde"), 2),  # one neighbouring pair swapped: tau 0.8
        (ORDER_OF_FIVE, list("badce"), 1),  # two: tau 0.6
        (ORDER_OF_FIVE, list("edcba"), 0),
        (ORDER_OF_THREE, list("abc"), 1),
        (ORDER_OF_THREE, list("bac"), 0),
        (NUMBER, 12.5, 2),
        (NUMBER, "12,6", 2),
        (NUMBER, " 12,60 ", 2),
        (NUMBER, 13, 1),
        (NUMBER, "13.6", 0),
        (NUMBER, "\u221212,5", 0),
        (NUMBER, "", 0),
        (EXACT, 0.1 + 0.2, 1),
        (EXACT, 0.31, 0),
    ],
)
def test_an_answer_is_worth_what_the_table_says(key: Key, answer: object, category: int) -> None:
    assert key.category(answer) == category


def test_the_highest_category_is_known_beforehand() -> None:
    assert [key.top for key in EVERY] == [1, 3, 3, 2, 1, 2, 3, 3, 1, 2, 1]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        (CHOICE, "z"),
        (CHOICE, ["b"]),
        (CHOICE, None),
        (CHOICE, 1),
        (THREE_OF_SIX, "a"),
        (THREE_OF_SIX, ["a", "a"]),
        (THREE_OF_SIX, ["z"]),
        (THREE_OF_SIX, [["a"]]),
        (FOUR_PAIRS, ["a", "b", "c", "d"]),
        (FOUR_PAIRS, {"9": "a"}),
        (FOUR_PAIRS, {"1": "z"}),
        (FOUR_PAIRS, {"1": ["a"]}),
        (FOUR_PAIRS, {"1": "a", "2": "a"}),
        (ORDER_OF_FIVE, list("abcd")),
        (ORDER_OF_FIVE, list("aacde")),
        (ORDER_OF_FIVE, list("abcdz")),
        (ORDER_OF_FIVE, "abcde"),
        (NUMBER, "twelve"),
        (NUMBER, "1e5"),
        (NUMBER, "nan"),
        (NUMBER, "1" + " " * 100),
        (NUMBER, float("nan")),
        (NUMBER, float("inf")),
        (NUMBER, 10**400),
        (NUMBER, True),
        (NUMBER, [12.5]),
    ],
)
def test_a_malformed_answer_is_refused(key: Key, answer: object) -> None:
    with pytest.raises(AnswerMalformed):
        key.category(answer)


@pytest.mark.parametrize(
    ("kind", "given_options", "key"),
    [
        ("essay", options("a", "b"), "a"),
        (["choice"], options("a", "b"), "a"),
        ("choice", options("a", "b"), "c"),
        ("choice", options("a", "b"), ["a"]),
        ("choice", options("a"), "a"),
        ("choice", options("a", "a"), "a"),
        ("choice", None, "a"),
        ("choice", ["a", "b"], "a"),
        ("choice", [{"id": ""}, {"id": "a"}], "a"),
        ("multiple", options("a", "b"), []),
        ("multiple", options("a", "b"), ["a", "z"]),
        ("multiple", options("a", "b"), "a"),
        ("matching", options("a", "b"), {"a": "b"}),
        ("matching", columns("12", "ab"), {"1": "a"}),
        ("matching", columns("12", "ab"), {"1": "a", "2": "z"}),
        ("matching", columns("12", "ab"), {"1": "a", "2": ["b"]}),
        ("ordering", options("a", "b"), ["a"]),
        ("ordering", options("a", "b"), ["a", "b", "a"]),
        ("ordering", options("a", "b"), "ab"),
        ("numeric", None, {}),
        ("numeric", None, 12.5),
        ("numeric", None, {"value": 1, "tolerance": -1}),
        ("numeric", None, {"value": 1, "tolerance": 1, "wide": 1}),
        ("numeric", None, {"value": "about one"}),
    ],
)
def test_an_item_that_cannot_be_scored_is_refused(kind: Any, given_options: Any, key: Any) -> None:
    with pytest.raises(KeyMalformed):
        read_key(kind=kind, options=given_options, key=key)


def test_skipped_inside_is_zero_and_the_tail_is_missing() -> None:
    keys = [CHOICE] * 5
    assert read_categories(keys, ["b", None, "a", None, None]) == [1, 0, 0, MISSING, MISSING]
    assert read_categories(keys, ["b", None, None, None, ""]) == [1, 0, 0, 0, 0]  # «I do not know» was reached
    assert read_categories(keys, [None] * 5) == [MISSING] * 5
    with pytest.raises(AnswerMalformed):
        read_categories(keys, ["b"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet="ab12 ,.-", max_size=4) | st.sampled_from(LETTERS + "1234"),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(LETTERS + "1234"), inner, max_size=4),
    max_leaves=8,
)


@calm
@given(key=st.sampled_from(EVERY), answer=JSON)
def test_whatever_is_sent_is_a_category_or_a_typed_refusal(key: Key, answer: object) -> None:
    try:
        category = key.category(answer)
    except AnswerMalformed:
        return
    assert 0 <= category <= key.top


@calm
@given(kind=st.sampled_from(["choice", "multiple", "matching", "ordering", "numeric"]), given_options=JSON, key=JSON)
def test_whatever_an_author_stores_is_a_key_or_a_typed_refusal(kind: str, given_options: Any, key: Any) -> None:
    try:
        assert read_key(kind=kind, options=given_options, key=key).top >= 1
    except KeyMalformed:
        return


@calm
@given(right=st.sets(st.sampled_from(LETTERS), min_size=1), ticked=st.lists(st.sampled_from(LETTERS), unique=True), data=st.data())
def test_the_order_of_options_and_of_ticks_does_not_matter(right: set[str], ticked: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(LETTERS))
    plain = read_key(kind="multiple", options=options(*LETTERS), key=sorted(right))
    other = read_key(kind="multiple", options=options(*shuffled), key=sorted(right, reverse=True))
    assert plain.category(ticked) == other.category(data.draw(st.permutations(ticked)))


@calm
@given(right=st.sets(st.sampled_from(LETTERS), min_size=1), ticked=st.sets(st.sampled_from(LETTERS)), one=st.sampled_from(LETTERS))
def test_one_more_hit_never_lowers_and_one_more_false_alarm_never_raises(right: set[str], ticked: set[str], one: str) -> None:
    assume(one not in ticked)
    key = read_key(kind="multiple", options=options(*LETTERS), key=sorted(right))
    before, after = key.category(sorted(ticked)), key.category(sorted(ticked | {one}))
    assert after >= before if one in right else after <= before


@calm
@given(names=st.permutations(LETTERS[:5]), answer=st.permutations(range(5)))
def test_an_order_is_scored_by_places_not_by_names(names: list[str], answer: list[int]) -> None:
    key = read_key(kind="ordering", options=options(*names), key=names)
    assert key.category([names[place] for place in answer]) == ORDER_OF_FIVE.category([LETTERS[place] for place in answer])


@pytest.mark.parametrize("key", [FOUR_PAIRS, ORDER_OF_FIVE, ORDER_OF_THREE], ids=["matching", "ordering 5", "ordering 3"])
def test_every_category_can_be_reached_and_a_blind_guess_earns_less_than_a_third(key: Key) -> None:
    if key is FOUR_PAIRS:
        earned = [key.category(dict(zip("1234", order, strict=True))) for order in permutations("abcd")]
    else:
        letters = "abcde" if key is ORDER_OF_FIVE else "abc"
        earned = [key.category(list(order)) for order in permutations(letters)]
    assert set(earned) == set(range(key.top + 1))
    assert sum(earned) / len(earned) < key.top / 3
