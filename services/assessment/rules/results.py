"""What a finished attempt says: per competence an estimate with its error, a verdict, a level in words, and what it feels like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from services.assessment.psychometrics import verdicts
from services.assessment.psychometrics.categories import Key, read_categories
from services.assessment.psychometrics.gpcm import Cut, Items, expected_scores, prior_parameters
from services.assessment.psychometrics.scoring import items_wanted, measure
from services.assessment.psychometrics.verdicts import RULE, Band, Change, Verdict

CALIBRATION = "expert-priors-1"
"""Item parameters from the writers' grades alone (`gpcm.prior_parameters`); an empirical calibration takes another name."""
NOT_NAMED = "not_named"
MOST_FELT = 3
VERDICT_WORDS = {
    "deficit": "Есть дефицит",
    "borderline": "Около порога",
    "none": "Дефицита нет",
    "insufficient": "Не хватает данных",
}
Quadrant = Literal["confirmed", "blind_spot", "doubt", "strength"]
QUADRANT_WORDS: dict[Quadrant, str] = {
    "confirmed": "Подтверждено",
    "blind_spot": "Слепое пятно",
    "doubt": "Сомнение",
    "strength": "Опора",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An item as it was shown, with its answer; None where there was none."""

    competence: str
    difficulty: int
    key: Key
    answer: object | None


@dataclass(frozen=True, slots=True)
class Line:
    """One competence of a result; estimate, error, cut and severity are in logits, per cents are of the form's points."""

    competence: str
    estimate: float
    standard_error: float
    items: int
    items_shown: int
    items_wanted: int
    done: float | None
    percent: float
    percent_low: float
    percent_high: float
    cut: float
    cut_error: float
    cut_percent: float
    probability: float
    severity: float
    level: str
    verdict: str


def lines_of(asked: Sequence[Asked], *, cuts: Mapping[str, Cut], bands: Sequence[Band]) -> list[Line]:
    """The result of a whole form in the order it was shown, competence by competence in the order of `cuts`."""
    categories = read_categories([one.key for one in asked], [one.answer for one in asked])
    found = []
    for competence, cut in cuts.items():
        own = [place for place, one in enumerate(asked) if one.competence == competence]
        if own:
            found.append(line_of(competence, [asked[place] for place in own], [categories[place] for place in own], cut=cut, bands=bands))
    return found


def line_of(competence: str, asked: Sequence[Asked], categories: list[int], *, cut: Cut, bands: Sequence[Band]) -> Line:
    """One competence from its own items only, so that nobody is judged by another competence."""
    items = Items([prior_parameters(grade=one.difficulty, top=one.key.top) for one in asked])
    measured = measure(items, categories, cut=cut)
    return Line(
        competence=competence,
        estimate=measured.theta,
        standard_error=measured.error,
        items=measured.items,
        items_shown=len(asked),
        items_wanted=items_wanted(items, theta=measured.theta, error=measured.error, goal=RULE.largest_error),
        done=measured.done,
        percent=measured.percent,
        percent_low=measured.percent_low,
        percent_high=measured.percent_high,
        cut=cut.theta,
        cut_error=cut.error,
        cut_percent=float(100 * expected_scores(items, np.array([cut.theta])).sum() / items.top.sum()),
        probability=measured.below,
        severity=measured.severity,
        level=level_of(measured.verdict, percent=measured.percent, bands=bands),
        verdict=measured.verdict.value,
    )


def level_of(verdict: Verdict, *, percent: float, bands: Sequence[Band]) -> str:
    """The level by the scale, never against the verdict: none is named without data, and a deficit is never called the best level."""
    ordered = sorted(bands, key=lambda band: band.least)
    if verdict is Verdict.INSUFFICIENT:
        return NOT_NAMED
    if verdict is Verdict.NONE:
        return ordered[-1].level
    return verdicts.level(ordered[:-1] if verdict is Verdict.DEFICIT else ordered, percent=percent)


def felt_share(felt: int) -> float:
    """A felt difficulty 0..3 as a share."""
    return felt / MOST_FELT


def quadrant(*, verdict: str, probability: float, felt: int | None) -> Quadrant | None:
    """Measured against felt; None while one of the two is unknown."""
    if felt is None or verdict == Verdict.INSUFFICIENT:
        return None
    lacking, hard = probability >= 0.5, felt_share(felt) >= 0.5
    if lacking:
        return "confirmed" if hard else "blind_spot"
    return "doubt" if hard else "strength"


def change(*, before: float, before_error: float, after: float, after_error: float, verdict: str) -> Change:
    """What moved between two measurements of one competence."""
    return verdicts.change(entry=before, entry_error=before_error, leave=after, leave_error=after_error, verdict_at_exit=Verdict(verdict))
