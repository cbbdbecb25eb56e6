"""How far raters agree: Cohen's, Fleiss' and Krippendorff's coefficients (science.md, 1.7)."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .gpcm import Floats


class NothingToCompare(ValueError):
    """Agreement beyond chance is undefined: no work has two grades, or all grades are the same."""

    code = "nothing_to_compare"


class Level(StrEnum):
    """What may be done with grades: compared, ordered, subtracted, divided."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


class Trust(StrEnum):
    """What agreement of this size allows (Krippendorff 2004)."""

    USE = "use"
    TENTATIVE = "tentative"
    RETRAIN = "retrain"


def trust(alpha: float) -> Trust:
    """Grades may be used from 0.80, tentatively from 0.667; below it raters are trained and the works graded again."""
    if alpha >= 0.80:
        return Trust.USE
    return Trust.TENTATIVE if alpha >= 0.667 else Trust.RETRAIN


def cohen(table: NDArray[np.int64], *, quadratic: bool = False) -> float:
    """Kappa of two raters from their K x K table of counts; quadratic weights make a miss by two four times a miss by one."""
    grades = np.arange(len(table))
    apart = np.subtract.outer(grades, grades)
    weights = apart**2 if quadratic else apart != 0
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(1, table.sum())
    return _beyond_chance(float((weights * table).sum()), float((weights * by_chance).sum()))


def fleiss(counts: NDArray[np.int64]) -> float:
    """Kappa of a fixed number of raters from the counts of grades per work (works, K)."""
    raters = counts.sum(axis=1)
    if len(counts) == 0 or raters[0] < 2 or (raters != raters[0]).any():
        raise NothingToCompare("every work needs the same number of raters, two or more")
    agreed = (counts * (counts - 1)).sum() / (raters * (raters - 1)).sum()
    by_chance = ((counts.sum(axis=0) / counts.sum()) ** 2).sum()
    return _beyond_chance(float(1 - agreed), float(1 - by_chance))


def krippendorff(ratings: Floats, *, level: Level) -> float:
    """Alpha of any number of raters (raters, works), NaN where a rater did not grade the work."""
    values, pairs = _coincidences(ratings)
    alpha = float(_alphas(pairs.sum(axis=0)[None], values, level)[0])
    if np.isnan(alpha):
        raise NothingToCompare("all grades are the same, so agreement beyond chance is undefined")
    return alpha


def krippendorff_range(ratings: Floats, *, level: Level, seed: int, draws: int = 1000) -> tuple[float, float]:
    """The 95 % bootstrap interval of alpha over works; draws in which all grades coincide say nothing and are left out."""
    values, pairs = _coincidences(ratings)
    works = len(pairs)
    weights = np.random.default_rng(seed).multinomial(works, np.full(works, 1 / works), size=draws)
    drawn = (weights @ pairs.reshape(works, -1)).reshape(-1, len(values), len(values))
    alphas = _alphas(drawn, values, level)
    if np.isnan(alphas).all():
        raise NothingToCompare("all grades are the same, so agreement beyond chance is undefined")
    low, high = np.nanquantile(alphas, [0.025, 0.975])
    return float(low), float(high)


def _coincidences(ratings: Floats) -> tuple[Floats, Floats]:
    """The distinct grades V, and for every work graded twice or more its table of coinciding pairs (works, V, V)."""
    values = np.unique(ratings[~np.isnan(ratings)])
    counts = (ratings.T[:, :, None] == values).sum(axis=1).astype(float)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        raise NothingToCompare("no work was graded twice")
    ordered = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(values))
    return values, ordered / (counts.sum(axis=1) - 1)[:, None, None]


def _alphas(tables: Floats, values: Floats, level: Level) -> Floats:
    """Alpha of each table of coincidences (B, V, V); NaN where it is undefined."""
    totals = tables.sum(axis=2)
    apart = _distances(totals, values, level)
    observed = (tables * apart).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * apart).sum(axis=(1, 2))
    grades = totals.sum(axis=1)
    ratios: Floats = np.divide((grades - 1) * observed, expected, out=np.full(len(tables), np.nan), where=expected > 0)
    return 1 - ratios


def _distances(totals: Floats, values: Floats, level: Level) -> Floats:
    """Squared distances between grades (B, V, V); ordinal ones count the grades that lie between."""
    if level is Level.NOMINAL:
        return np.broadcast_to(1.0 - np.eye(len(values)), (len(totals), len(values), len(values)))
    if level is Level.ORDINAL:
        middle = np.cumsum(totals, axis=1) - totals / 2
        return (middle[:, :, None] - middle[:, None, :]) ** 2
    gaps = np.subtract.outer(values, values)
    if level is Level.RATIO:
        sums = np.add.outer(values, values)
        gaps = np.divide(gaps, sums, out=np.zeros_like(gaps), where=sums != 0)
    return np.broadcast_to(gaps**2, (len(totals), len(values), len(values)))


def _beyond_chance(observed: float, expected: float) -> float:
    if expected <= 0:
        raise NothingToCompare("all grades are the same, so agreement beyond chance is undefined")
    return 1 - observed / expected
