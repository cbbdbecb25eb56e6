"""When a programme may be written down, published, changed and withdrawn."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.catalog.rules import programmes as rules
from services.catalog.rules.programmes import ProgrammeClosed, ProgrammeFacts, ProgrammeFixed, ProgrammeNotPublished


def facts(**changes: Any) -> ProgrammeFacts:
    stated = {
        "code": "ПК-26-0001",
        "title": "Программа",
        "annotation": "Слова о том, чему учит программа и кому она нужна.",
        "kind": "professional_development",
        "hours": 16,
        "form": "blended",
        "distance_share": 0.5,
        "effects": [{"competence": "МЕТ-1", "share": 0.4}],
        "provider_id": UUID(int=1),
        "funding": "regional",
        "document_kind": "qualification_certificate",
    }
    return ProgrammeFacts.model_validate(stated | changes)


@pytest.mark.parametrize(
    ("kind", "document", "minimum"),
    [("professional_development", "qualification_certificate", 16), ("retraining", "retraining_diploma", 250)],
)
def test_the_legal_minimum_is_enough_and_one_hour_less_is_not(kind: str, document: str, minimum: int) -> None:
    assert rules.programme_faults(facts(kind=kind, document_kind=document, hours=minimum), minimum=minimum) == {}
    assert set(rules.programme_faults(facts(kind=kind, document_kind=document, hours=minimum - 1), minimum=minimum)) == {"hours"}


def test_a_kind_without_a_minimum_may_be_short() -> None:
    assert rules.programme_faults(facts(kind="internship", hours=1, document_kind="study_certificate"), minimum=None) == {}


@pytest.mark.parametrize(
    ("form", "share", "fits"),
    [
        ("full_time", 0, True),
        ("full_time", 0.1, False),
        ("distance", 1, True),
        ("distance", 0.9, False),
        ("blended", 0, False),
        ("blended", 1, False),
        ("blended", 0.01, True),
    ],
)
def test_the_distance_share_is_what_the_form_says(form: str, share: float, fits: bool) -> None:
    assert rules.distance_fits(form=form, share=share) is fits


@pytest.mark.parametrize(
    ("funding", "fee", "fits"), [("paid", 0, False), ("paid", 9000, True), ("regional", 9000, False), ("federal", 0, True)]
)
def test_only_paid_programmes_have_a_fee(funding: str, fee: int, fits: bool) -> None:
    assert ("fee" not in rules.programme_faults(facts(funding=funding, fee=fee), minimum=16)) is fits


def test_modules_add_up_to_the_hours() -> None:
    outline = [{"title": "Начало", "hours": 10}, {"title": "Конец", "hours": 5}]
    assert set(rules.programme_faults(facts(outline=outline), minimum=16)) == {"outline"}
    outline[1]["hours"] = 6
    assert rules.programme_faults(facts(outline=outline), minimum=16) == {}


def test_a_competence_is_named_once() -> None:
    twice = [{"competence": "МЕТ-1", "share": 0.2}, {"competence": "МЕТ-1", "share": 0.4}]
    assert set(rules.programme_faults(facts(effects=twice), minimum=16)) == {"effects"}


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.61, 1])
def test_an_expected_effect_is_on_the_scale(share: float) -> None:
    with pytest.raises(ValidationError):
        facts(effects=[{"competence": "МЕТ-1", "share": share}])


def test_lists_have_one_order_however_they_were_stated() -> None:
    one = facts(approvals=["municipality", "school"], audience={"subjects": ["russian", "mathematics", "russian"]})
    assert one == facts(approvals=["school", "municipality"], audience={"subjects": ["mathematics", "russian"]})


def test_readiness_names_what_is_missing() -> None:
    assert rules.readiness_faults(facts(), competences=()) == {}
    assert rules.readiness_faults(facts(), competences={"МЕТ-1"}) == {}
    assert set(rules.readiness_faults(facts(), competences={"МЕТ-2"})) == {"effects"}
    assert set(rules.readiness_faults(facts(annotation="", effects=[]), competences=())) == {"annotation", "effects"}


def test_the_audience_knows_only_codes_in_force() -> None:
    known = {"positions": {"teacher"}, "subjects": set(), "levels": set()}
    audience = rules.Audience(positions=["teacher"], subjects=["alchemy"])
    assert rules.audience_faults(audience, known=known) == {"audience.subjects": "Нет в справочнике: alchemy."}


def test_a_life_has_one_direction() -> None:
    rules.may_change(status="draft", fixed_changed=True)
    rules.may_change(status="published", fixed_changed=False)
    rules.may_withdraw(status="published")
    with pytest.raises(ProgrammeFixed):
        rules.may_change(status="published", fixed_changed=True)
    with pytest.raises(ProgrammeClosed):
        rules.may_change(status="withdrawn", fixed_changed=False)
    with pytest.raises(ProgrammeNotPublished):
        rules.may_withdraw(status="draft")
