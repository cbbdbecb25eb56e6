"""What may enter the bank, decided without a database."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.assessment.rules.bank import (
    FrameworkFacts,
    ItemFacts,
    ItemsFacts,
    Known,
    ProcedureFacts,
    framework_faults,
    item_fault,
    item_faults,
    procedure_faults,
)

OPTIONS = [{"id": letter, "text": f"вариант {letter}"} for letter in "abcd"]


def item(**changes: Any) -> ItemFacts:
    stated = {
        "code": "М-1",
        "competence": "М",
        "kind": "choice",
        "stem": "Сколько будет дважды два?",
        "options": OPTIONS,
        "key": "a",
        "difficulty": 2,
        "source": "Арифметика",
        "rationale": "По таблице умножения.",
    }
    return ItemFacts.model_validate(stated | changes)


def test_a_unit_belongs_to_the_question_and_not_to_the_key() -> None:
    number = item(kind="numeric", options=[], key={"value": 4, "tolerance": 0, "unit": "кг"})
    assert item_fault(number, competences=["М"]) is None
    assert (number.unit, number.columns()["key"]) == ("кг", {"value": 4, "tolerance": 0})
    assert item().unit is None


@pytest.mark.parametrize(
    "changes",
    [
        {"competence": "Ч"},
        {"key": "z"},
        {"key": None},
        {"kind": "multiple", "key": ["a", "z"]},
        {"kind": "matching", "key": {"a": "1"}},
        {"kind": "ordering", "key": ["a", "b"]},
        {"kind": "ordering", "key": ["a", "b", "c", "d"]},
        {"kind": "numeric", "key": {"value": 1, "tolerance": -1}},
        {"kind": "numeric", "key": {"value": 1, "tolerance": 2, "wide": 1}},
        {"options": OPTIONS[:1]},
        {"targets": [{"id": "1", "text": "лишний"}]},
    ],
)
def test_an_item_that_can_not_be_scored_has_a_fault(changes: dict[str, Any]) -> None:
    fault = item_fault(item(**changes), competences=["М"])
    assert fault
    assert fault.endswith(".")
    assert item_fault(item(), competences=["М"]) is None


@pytest.mark.parametrize("changes", [{"difficulty": 0}, {"difficulty": 6}, {"stem": "  "}, {"kind": "essay"}, {"code": "М 1"}, {"more": 1}])
def test_a_misshapen_item_is_not_even_read(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        item(**changes)


def test_faults_name_the_place_of_the_item() -> None:
    facts = ItemsFacts(framework_id=uuid4(), items=[item(), item(), item(code="М-2", key="z")])
    assert item_faults(facts, competences=["М"]).keys() == {"items", "items.2"}


def test_a_framework_names_each_competence_once() -> None:
    one = {"code": "М", "title": "т", "description": "о", "group": "г", "labour_functions": ["A/01.6"], "cut": 0, "cut_error": 0.1}
    assert framework_faults(FrameworkFacts.model_validate({"title": "М", "competences": [one]})) == {}
    assert framework_faults(FrameworkFacts.model_validate({"title": "М", "competences": [one, one]})).keys() == {"competences"}


BANK = {f"{competence}-{n}": Known(UUID(int=n), competence) for competence in "АБ" for n in range(10)}
ENTRY = [f"{competence}-{n}" for competence in "АБ" for n in range(0, 5)]
EXIT = [f"{competence}-{n}" for competence in "АБ" for n in range(5, 10)]


def procedure(competences: str = "АБ", **changes: Any) -> dict[str, str]:
    stated = {
        "title": "Диагностика",
        "organiser_id": uuid4(),
        "framework_id": uuid4(),
        "minutes": 60,
        "result_visible_to": "Только вам.",
        "instructions": "Отвечайте сами.",
        "forms": {"entry": ENTRY, "exit": EXIT},
        "difficulties": [{"competence": "А", "question": "Трудно?"}],
        "difficulty_scale": ["нет", "редко", "часто", "всегда"],
    }
    return procedure_faults(ProcedureFacts.model_validate(stated | changes), bank=BANK, competences=list(competences))


def test_a_whole_procedure_has_no_fault() -> None:
    assert procedure() == {}
    assert procedure(forms={"entry": ENTRY, "interim": ENTRY[:3] + ENTRY[5:8]}) == {}


def test_a_competence_that_left_the_framework_is_not_measured_any_more() -> None:
    assert procedure(competences="АВ").keys() == {"forms.entry"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"forms": {"exit": EXIT}}, {"forms", "forms.exit"}),
        ({"forms": {"entry": ENTRY[:5], "exit": EXIT}}, {"forms.exit"}),
        ({"forms": {"entry": ENTRY, "exit": [*EXIT, ENTRY[0]]}}, {"forms.exit"}),
        ({"forms": {"entry": [*ENTRY, ENTRY[0]]}}, {"forms.entry"}),
        ({"forms": {"entry": [*ENTRY, "В-1"]}}, {"forms.entry"}),
        ({"forms": {"entry": ENTRY[3:]}}, {"forms.entry"}),
        ({"difficulties": [{"competence": "В", "question": "Трудно?"}]}, {"difficulties"}),
        ({"difficulties": [{"competence": "А", "question": "Трудно?"}] * 2}, {"difficulties"}),
    ],
)
def test_a_procedure_that_can_not_measure_has_faults(changes: dict[str, Any], fields: set[str]) -> None:
    assert procedure(**changes).keys() == fields
