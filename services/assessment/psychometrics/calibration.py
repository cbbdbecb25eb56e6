"""Item parameters from answers: marginal maximum a posteriori by EM for the GPCM; two categories make it the 2PL (science.md, 1.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from .categories import MISSING
from .em import LEAST_SLOPE, NODES, Answers, Prior, Slopes, count, expect, improve, standard_errors
from .gpcm import Categories, Floats, ItemParameters, Items

LONGEST_LEAP = 5.0
SLOPE_SPREAD, SLOPE_SPREAD_LARGE, LARGE_SAMPLE = 0.3, 0.5, 500  # prior SD of ln a, and the sample beyond which it is relaxed
INTERCEPT_SPREAD = 3.0  # prior SD of d around the grade of the item's writer


class ResponsesMalformed(ValueError):
    """Answers and items do not fit: a category the item does not have, or an item nobody was shown."""

    code = "responses_malformed"


class Standing(StrEnum):
    """How far the parameters of a calibration may be trusted."""

    EXPERT = "expert"
    PRELIMINARY = "preliminary"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Parameters of the items, their standard errors in the same shape, the log-likelihood, and how the search ended.

    `mean` and `spread` are theta's in this sample: 0 and 1 unless anchors fixed the scale.
    """

    items: tuple[ItemParameters, ...]
    errors: tuple[ItemParameters, ...]
    log_likelihood: float
    persons: int
    rounds: int
    settled: bool
    mean: float
    spread: float


def standing(*, persons: int) -> Standing:
    """Below 50 persons the writers' grades stay in force; up to 200 the calibration is called preliminary."""
    if persons < 50:
        return Standing.EXPERT
    return Standing.PRELIMINARY if persons < 200 else Standing.SETTLED


def calibrate(
    responses: Categories,
    *,
    believed: Sequence[ItemParameters] | None = None,
    anchors: Mapping[int, ItemParameters] | None = None,
    slopes: Slopes = Slopes.FREE,
    tolerance: float = 1e-4,
    most_rounds: int = 1000,
) -> Calibration:
    """Calibrate J items from categories (N, J), MISSING where there is none.

    `believed` are the parameters by the writers' grades: with them priors hold the search, without them it is plain maximum likelihood.
    `anchors` keep the parameters of some items, by index, and so the scale of an earlier calibration (fixed-anchor linking).
    """
    kept = anchors or {}
    start = believed or [_by_shares(column) for column in responses.T]
    items = Items([kept.get(place, item) for place, item in enumerate(start)])
    if len(items.a) != responses.shape[1] or ((responses > items.top) | (responses < MISSING)).any():
        raise ResponsesMalformed("every answer must be a category of its item")
    free = np.array([place not in kept for place in range(len(start))])
    answers = Answers(responses, np.isfinite(items.d))
    prior = _prior(believed, answers)
    mean, spread, settled, rounds = 0.0, 1.0, False, 0
    step = np.zeros_like(_flat(items))
    while not settled and rounds < most_rounds:
        rounds += 1
        before, earlier_step = _flat(items), step
        posterior, _ = expect(answers, items, mean=mean, spread=spread)
        improve(items, count(answers, posterior), prior, slopes=slopes, free=free)
        step = _flat(items) - before
        settled = bool(np.abs(step).max() < tolerance)
        if kept:
            first, second = posterior.mean(axis=0) @ np.column_stack([NODES, NODES**2])
            settled = settled and abs(first - mean) < tolerance
            mean, spread = float(first), float(np.sqrt(second - first**2))
        if rounds % 3 == 0 and not settled:
            _leap(items, step, earlier_step)
    posterior, log_likelihood = expect(answers, items, mean=mean, spread=spread)
    errors = standard_errors(answers, items, posterior, prior, slopes=slopes, free=free)
    return Calibration(
        items=_unpacked(items.a, items.d[:, 1:], items),
        errors=_unpacked(*errors, items),
        log_likelihood=log_likelihood,
        persons=answers.persons,
        rounds=rounds,
        settled=settled,
        mean=mean,
        spread=spread,
    )


def rare_merges(responses: Categories, *, tops: Sequence[int], least: int = 5) -> list[tuple[int, ...]]:
    """For each item the map old category -> new one that joins neighbours until every category has at least `least` answers.

    Two categories always stay, so an item everybody solves can still be calibrated; keep the maps with the calibration.
    """
    maps = []
    for column, top in zip(responses.T, tops, strict=True):
        counts = np.bincount(column[column != MISSING], minlength=top + 1)
        new, held = [0], int(counts[0])
        for category in range(1, top + 1):
            begins = held >= least and int(counts[category:].sum()) >= least
            new.append(new[-1] + int(begins))
            held = int(counts[category]) if begins else held + int(counts[category])
        maps.append(tuple(new) if new[-1] > 0 else (*(0,) * top, 1))
    return maps


def merged(responses: Categories, maps: Sequence[tuple[int, ...]]) -> Categories:
    """The answers (N, J) in the categories of the merge maps; MISSING stays MISSING."""
    columns = [np.where(column == MISSING, MISSING, np.array(new)[column]) for column, new in zip(responses.T, maps, strict=True)]
    return np.column_stack(columns).astype(np.int64)


def _by_shares(column: Categories) -> ItemParameters:
    given = column[column != MISSING]
    if not len(given):
        raise ResponsesMalformed("an item nobody was shown cannot be calibrated without a believed difficulty")
    counts = np.bincount(given, minlength=2) + 0.5
    return ItemParameters(1.0, tuple(float(d) for d in np.log(counts[1:] / counts[0])))


def _prior(believed: Sequence[ItemParameters] | None, answers: Answers) -> Prior:
    if believed is None:
        return Prior(np.zeros_like(answers.chosen), 0.0, 0.0)
    spread = SLOPE_SPREAD_LARGE if answers.persons > LARGE_SAMPLE else SLOPE_SPREAD
    d = Items(believed).d[:, 1:]
    return Prior(np.where(np.isfinite(d), d, 0.0), spread**-2, INTERCEPT_SPREAD**-2)


def _flat(items: Items) -> Floats:
    return np.concatenate([items.a, items.d[np.isfinite(items.d)]])


def _leap(items: Items, step: Floats, earlier_step: Floats) -> None:
    """Go on along the last step as far as two steps foretell (Ramsay 1975): EM creeps in a straight line near its end."""
    bend = np.linalg.norm(step - earlier_step)
    further = min(LONGEST_LEAP, float(np.linalg.norm(step) / bend) - 1) if bend > 0 else 0.0
    goal = _flat(items) + further * step
    slopes = len(items.a)
    items.a = np.maximum(goal[:slopes], LEAST_SLOPE)
    items.d[np.isfinite(items.d)] = goal[slopes:]


def _unpacked(a: Floats, d: Floats, items: Items) -> tuple[ItemParameters, ...]:
    rows = zip(a, d, items.top, strict=True)
    return tuple(ItemParameters(float(slope), tuple(float(step) for step in steps[:top])) for slope, steps, top in rows)
