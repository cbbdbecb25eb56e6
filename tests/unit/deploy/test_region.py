"""A whole region: what it consists of stands on its own feet."""

import json
from collections import Counter
from uuid import uuid4

from deploy.demo import past
from deploy.demo.region import SCHOOLS, SUBJECTS, retold, schools
from deploy.paths import ROOT
from services.catalog.rules.programmes import ProgrammeFacts
from services.catalog.rules.reviews import ReviewFacts

CATALOG = ROOT / "deploy/demo/catalog"
PROGRAMMES = json.loads((CATALOG / "programmes.json").read_text())
ORGANISATIONS = json.loads((CATALOG / "organisations.json").read_text())
MUNICIPALITIES = sorted(one["oktmo"] for one in ORGANISATIONS if one["kind"] == "municipal_authority")


def test_every_municipality_has_enough_schools_of_every_kind() -> None:
    rows = [*schools(MUNICIPALITIES)]
    codes = [code for code, *_ in rows]
    assert len({*codes} | {one["code"] for one in ORGANISATIONS}) == SCHOOLS + len(ORGANISATIONS)
    kinds = Counter((oktmo, name.split(" № ")[0]) for _, _, name, _, oktmo, _ in rows)
    assert {oktmo for oktmo, _ in kinds} == {*MUNICIPALITIES}
    assert min(kinds[oktmo, "МБОУ «Средняя общеобразовательная школа"] for oktmo in MUNICIPALITIES) >= past.SCHOOLS_EACH


def test_courses_are_told_again_as_programmes_of_their_own() -> None:
    more = retold(PROGRAMMES)
    codes = [one["code"] for one in PROGRAMMES + more]
    assert len(more) > 200
    assert len({*codes}) == len(codes)
    assert {one["provider"] for one in more} == {one["provider"] for one in PROGRAMMES}
    for one in more:
        facts = {name: value for name, value in one.items() if name not in ("provider", "groups")}
        told = ProgrammeFacts.model_validate(facts | {"provider_id": str(uuid4())})
        assert set(told.audience.subjects) < SUBJECTS.keys()


def test_what_lies_behind_has_courses_for_its_teachers_and_reviews_that_can_be_written() -> None:
    suitable = [one for one in PROGRAMMES if past.suits(one)]
    assert len(suitable) >= past.COURSES
    assert past.STUDIED.days < past.PAST.days - past.GROUP["ends"]
    assert len(past.COMPETENCES) == len(past.COMMON)
    for review in json.loads((CATALOG / "reviews.json").read_text()):
        ReviewFacts.model_validate(review)
