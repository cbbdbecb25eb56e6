"""Who may read a version, and what it changes in words."""

from typing import Any
from uuid import UUID

import pytest

from services.catalog.rules import versions as rules
from services.catalog.rules.programmes import ProgrammeClosed, ProgrammeFacts
from services.catalog.rules.versions import NothingToSubmit, OwnVersion, Remark

PROVIDER, FILE = UUID(int=1), UUID(int=2)
NAMES = {PROVIDER: "Институт", FILE: "План.pdf"}


def facts(**changes: Any) -> ProgrammeFacts:
    stated = {
        "code": "ПК-26-0001",
        "title": "Программа",
        "annotation": "Первый абзац.\n\nВторой абзац.",
        "kind": "professional_development",
        "hours": 36,
        "form": "blended",
        "distance_share": 0.5,
        "effects": [{"competence": "МЕТ-1", "share": 0.4}],
        "provider_id": PROVIDER,
        "funding": "regional",
        "document_kind": "qualification_certificate",
    }
    return ProgrammeFacts.model_validate(stated | changes)


def lines(**changes: Any) -> dict[str, list[str]]:
    return rules.lines_of(facts(**changes), title=lambda dictionary, code: f"{dictionary}:{code}", names=NAMES)


def test_every_fact_has_its_words() -> None:
    said = lines(files=[FILE], outline=[{"title": "Начало", "hours": 36, "content": "Опыты"}], fee=0)
    assert set(said) == set(rules.FIELDS)
    assert said["annotation"] == ["Первый абзац.", "Второй абзац."]
    assert said["distance_share"] == ["50 %"]
    assert said["effects"] == ["competence:МЕТ-1: до 40 %"]
    assert said["outline"] == ["Начало, 36 ч: Опыты"]
    assert (said["provider_id"], said["files"], said["fee"]) == (["Институт"], ["План.pdf"], [])


def test_only_what_differs_is_a_change() -> None:
    assert rules.changes(lines(), lines()) == []
    (change,) = rules.changes(lines(), lines(hours=48))
    assert change == {"field": "hours", "label": "Объём, часов", "old": ["36"], "new": ["48"]}


def test_everything_of_a_first_version_is_new() -> None:
    found = rules.changes({}, lines())
    assert all(one["old"] == [] and one["new"] for one in found)
    assert "fee" not in {one["field"] for one in found}


@pytest.mark.parametrize(("author", "submitted_by", "own"), [("a", "b", False), ("reader", "b", True), ("a", "reader", True)])
def test_nobody_reads_their_own_words(author: str, submitted_by: str, own: bool) -> None:
    if own:
        with pytest.raises(OwnVersion):
            rules.may_read(reader="reader", author=author, submitted_by=submitted_by)
    else:
        rules.may_read(reader="reader", author=author, submitted_by=submitted_by)


def test_only_a_draft_is_submitted() -> None:
    rules.may_submit(status="draft")
    with pytest.raises(NothingToSubmit):
        rules.may_submit(status="published")
    for status in ("withdrawn", "archived"):
        with pytest.raises(ProgrammeClosed):
            rules.may_submit(status=status)


def test_a_remark_is_about_a_field_or_the_whole() -> None:
    assert rules.remark_faults([Remark(text="Всё хорошо, но"), Remark(field="audience.levels", text="Уточните")]) == {}
    assert set(rules.remark_faults([Remark(field="colour", text="Красный")])) == {"remarks"}
