"""The bank of the demonstration is a fair measuring instrument: whole, scorable, with two matched forms."""

import json
import re
from collections import Counter, defaultdict
from typing import Any

import pytest

from services.assessment.psychometrics.keys import KeyMalformed
from tests.unit.bank.bank import FOLDER, Item, framework, items, of_kind, procedure

BY_CODE = {item.code: item for item in items()}
COMPETENCES = [competence.code for competence in framework().competences]
NOTHING: dict[str, Any] = {"choice": "", "multiple": [], "matching": {}, "ordering": [], "numeric": ""}
each_item = pytest.mark.parametrize("item", items(), ids=lambda item: item.code)
each_form = pytest.mark.parametrize("form", ["entry", "exit"])


def form_items(form: Any) -> list[Item]:
    return [BY_CODE[code] for code in procedure().forms[form]]


def right_answer(item: Item) -> Any:
    return item.key["value"] if item.kind == "numeric" else item.key


def test_the_framework_covers_four_groups_with_the_labour_functions_of_the_standard() -> None:
    assert {c.group for c in framework().competences} == {"предметные", "методические", "психолого-педагогические", "коммуникативные"}
    assert len(set(COMPETENCES)) == len(COMPETENCES) == 13
    standard = {"A/01.6", "A/02.6", "A/03.6", "B/02.6", "B/03.6", "B/04.6", "B/05.6"}
    assert {function for c in framework().competences for function in c.labour_functions} <= standard
    assert all("математика основной школы" in c.title.lower() for c in framework().competences if c.group == "предметные")


def test_every_competence_has_at_least_ten_items_in_the_file_of_its_name() -> None:
    counts = Counter(item.competence for item in items())
    assert set(counts) == set(COMPETENCES)
    assert min(counts.values()) >= 10
    assert len(items()) >= 126
    for path in (FOLDER / "items").glob("*.json"):
        assert {raw["competence"] for raw in json.loads(path.read_text("utf-8"))} == {path.stem}


def test_codes_are_unique_and_name_the_competence() -> None:
    assert len(BY_CODE) == len(items())
    assert [item.code for item in items() if not re.fullmatch(re.escape(item.competence) + r"-\d\d", item.code)] == []


def test_each_kind_and_each_difficulty_is_well_represented() -> None:
    assert [kind for kind in NOTHING if len(of_kind(kind)) < 15] == []
    assert {item.difficulty for item in items()} == {1, 2, 3, 4, 5}
    for competence in COMPETENCES:
        own = [item for item in items() if item.competence == competence]
        assert len({item.difficulty for item in own}) >= 2, competence
        assert len({item.kind for item in own}) >= 3, competence


@each_item
def test_an_item_has_the_shape_of_its_kind(item: Item) -> None:
    size, keys = len(item.options), len(item.key)
    ids = [option.id for option in item.options]
    assert ids == list("abcdef"[:size])
    assert [target.id for target in item.targets] == list("12345"[: len(item.targets)])
    match item.kind:
        case "choice":
            assert size == 4
        case "multiple":
            assert size in (5, 6)
            assert keys in (2, 3)
            assert item.key == sorted(item.key)
        case "matching":
            assert size == keys == 4
            assert len(item.targets) in (4, 5)
            assert len(set(item.key.values())) == 4
        case "ordering":
            assert size in (4, 5)
            assert item.key != ids, "the elements are shown in the right order already"
        case "numeric":
            assert size == 0
            assert item.key.keys() <= {"value", "tolerance", "wide", "unit"}
    assert (item.kind == "matching") == bool(item.targets)
    for texts in ([option.text.casefold() for option in item.options], [target.text.casefold() for target in item.targets]):
        assert len(set(texts)) == len(texts)


@each_item
def test_the_right_answer_earns_the_top_and_no_answer_earns_nothing(item: Item) -> None:
    rule = item.rule()
    assert rule.category(right_answer(item)) == rule.top >= 1
    assert rule.category(NOTHING[item.kind]) == 0


@each_item
def test_a_wrong_answer_earns_less(item: Item) -> None:
    rule = item.rule()
    wrong: dict[str, Any] = {
        "choice": lambda: next(option.id for option in item.options if option.id != item.key),
        "multiple": lambda: [option.id for option in item.options],
        "matching": lambda: dict(zip(item.key, [*list(item.key.values())[1:], item.key["a"]], strict=True)),
        "ordering": lambda: item.key[::-1],
        "numeric": lambda: item.key["value"] + 3 * (item.key.get("wide") or item.key["tolerance"]) + 1,
    }
    assert rule.category(wrong[item.kind]()) < rule.top


@pytest.mark.parametrize(
    ("kind", "key"), [("choice", "z"), ("multiple", ["a", "z"]), ("matching", {"a": "9"}), ("ordering", ["a"]), ("numeric", {"value": "x"})]
)
def test_a_spoiled_key_would_be_noticed(kind: str, key: Any) -> None:
    with pytest.raises(KeyMalformed):
        of_kind(kind)[0].model_copy(update={"key": key}).rule()


def test_the_forms_have_no_common_item_and_ask_about_every_competence() -> None:
    entry, exit_ = procedure().forms["entry"], procedure().forms["exit"]
    assert len(set(entry) | set(exit_)) == len(entry) + len(exit_)
    for form in (entry, exit_):
        counts = Counter(BY_CODE[code].competence for code in form)
        assert set(counts) == set(COMPETENCES)
        assert set(counts.values()) <= {4, 5}


@each_form
def test_a_form_asks_about_each_competence_in_at_least_three_kinds(form: str) -> None:
    kinds = defaultdict(set)
    for item in form_items(form):
        kinds[item.competence].add(item.kind)
    assert [competence for competence in COMPETENCES if len(kinds[competence]) < 3] == []
    assert {item.kind for item in form_items(form)} == set(NOTHING)


def test_the_forms_are_matched_by_difficulty_kind_and_points() -> None:
    for competence in COMPETENCES:
        entry, exit_ = ([item for item in form_items(form) if item.competence == competence] for form in ("entry", "exit"))
        assert sorted(item.difficulty for item in entry) == sorted(item.difficulty for item in exit_), competence
        assert sorted(item.kind for item in entry) == sorted(item.kind for item in exit_), competence
        assert abs(sum(item.rule().top for item in entry) - sum(item.rule().top for item in exit_)) <= 1, competence


def test_the_self_assessment_asks_about_every_competence_once_on_four_steps() -> None:
    assert [question.competence for question in procedure().difficulties] == COMPETENCES
    assert all(question.question.endswith("?") for question in procedure().difficulties)
    assert len(set(procedure().difficulty_scale)) == 4


def test_the_samples_are_no_items_and_their_answers_are_among_the_options() -> None:
    samples = procedure().samples
    assert len(samples) >= 3
    assert not {one.stem for one in samples} & {item.stem for item in items()}
    chosen = [one for one in samples if one.answer in one.options]
    assert chosen, "at least one sample shows how an option is chosen"
