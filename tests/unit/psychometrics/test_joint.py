"""Competencies that lend each other strength: closer to the truth than apart, and still honest about the error."""

import numpy as np
import pytest

from services.assessment.psychometrics.gpcm import Categories, Cut, Floats, Items, prior_parameters, probabilities
from services.assessment.psychometrics.joint import correlation, score_together
from services.assessment.psychometrics.scoring import Scores, score

COMPETENCIES, PERSONS, CUT = 6, 4000, Cut(-0.5)
FORM = Items([prior_parameters(grade=grade, top=2) for grade in (2, 2, 3, 3, 4)])
Form = tuple[Items, Categories, Cut]


@pytest.fixture(scope="module")
def theta() -> Floats:
    rho = np.full((COMPETENCIES, COMPETENCIES), 0.6) + 0.4 * np.eye(COMPETENCIES)
    return np.random.default_rng(1).multivariate_normal(np.zeros(COMPETENCIES), rho, size=PERSONS)


@pytest.fixture(scope="module")
def forms(theta: Floats) -> list[Form]:
    made: list[Form] = []
    for column in theta.T:
        steps = probabilities(FORM, column).cumsum(axis=1)
        luck = np.random.default_rng(len(made)).random((len(FORM.a), 1, PERSONS))
        made.append((FORM, (luck > steps[:, :-1]).sum(axis=1).T, CUT))
    return made


@pytest.fixture(scope="module")
def apart(forms: list[Form]) -> list[Scores]:
    return [score(items, responses, cut=cut) for items, responses, cut in forms]


def stacked(scores: list[Scores]) -> tuple[Floats, Floats, Floats]:
    columns = [np.column_stack([getattr(one, name) for one in scores]) for name in ("theta", "error", "below")]
    return columns[0], columns[1], columns[2]


def test_the_correlation_is_found_free_of_error(apart: list[Scores]) -> None:
    estimates, errors, _ = stacked(apart)
    pairs = np.triu_indices(COMPETENCIES, 1)
    rho = correlation(estimates, errors)
    assert rho[pairs] == pytest.approx(0.6, abs=0.06)
    assert np.asarray(np.corrcoef(estimates, rowvar=False))[pairs].mean() < 0.45  # what the eye would see
    assert np.diag(rho) == pytest.approx(1)
    assert correlation(estimates[:60], errors[:60])[pairs].std() < 0.05  # sixty persons: one common correlation


def test_a_correlation_stays_possible_however_few_persons_there_are(apart: list[Scores]) -> None:
    estimates, errors, _ = stacked(apart)
    for persons in (3, 5, 20):
        assert (np.linalg.eigvalsh(correlation(estimates[:persons], errors[:persons])) > 0).all()


def test_correlations_that_cannot_stand_together_are_brought_to_ones_that_can() -> None:
    """Freed of error, 0.45 and 0.45 with -0.1 at a reliability of one half claim 0.9, 0.9 and -0.2: no three variables do that."""
    seen = np.array([[1.0, 0.45, 0.45], [0.45, 1.0, -0.1], [0.45, -0.1, 1.0]])
    estimates = np.random.default_rng(3).multivariate_normal(np.zeros(3), seen, size=2000)
    rho = correlation(estimates, np.ones_like(estimates))
    assert np.linalg.eigvalsh(rho).min() > 0
    assert np.diag(rho) == pytest.approx(1)
    assert rho[0, 1] > 0.5 > rho[1, 2]


def test_together_is_closer_to_the_truth_decides_more_and_its_error_keeps_its_word(
    theta: Floats, forms: list[Form], apart: list[Scores]
) -> None:
    alone, _, alone_below = stacked(apart)
    joint, error, below = stacked(score_together(forms, rho=correlation(*stacked(apart)[:2])))
    rmse, rmse_alone = np.sqrt(((joint - theta) ** 2).mean()), np.sqrt(((alone - theta) ** 2).mean())
    assert rmse < 0.92 * rmse_alone
    assert rmse == pytest.approx(np.sqrt((error**2).mean()), rel=0.02)
    undecided, undecided_alone = ((p > 0.2) & (p < 0.8) for p in (below, alone_below))
    assert undecided.mean() < undecided_alone.mean()
    middle = (below > 0.4) & (below < 0.6)
    assert (theta[middle] < CUT.theta).mean() == pytest.approx(0.5, abs=0.03)


def test_without_correlation_together_is_the_same_as_apart(forms: list[Form], apart: list[Scores]) -> None:
    for joint, alone in zip(score_together(forms, rho=np.eye(COMPETENCIES)), apart, strict=True):
        assert joint.theta == pytest.approx(alone.theta, abs=1e-9)
        assert joint.below == pytest.approx(alone.below, abs=1e-9)


def test_two_competencies_agree_with_the_integral_over_both() -> None:
    """One weak and one strong form, correlated 0.7, against a plain two-dimensional grid."""
    rho = np.array([[1.0, 0.7], [0.7, 1.0]])
    nodes = np.linspace(-6, 6, 121)
    answers = [np.array([[0, 1, 0, 0, 1]]), np.array([[2, 2, 2, 1, 2]])]
    chances = probabilities(FORM, nodes)
    first, second = (np.prod([chances[item, category] for item, category in enumerate(row[0])], axis=0) for row in answers)
    x, y = np.meshgrid(nodes, nodes, indexing="ij")
    weight = np.outer(first, second) * np.exp(-(x**2 - 1.4 * x * y + y**2) / (2 * (1 - 0.49)))
    weight /= weight.sum()
    joint = score_together([(FORM, row, CUT) for row in answers], rho=rho)
    assert [float(one.theta[0]) for one in joint] == pytest.approx([(weight * x).sum(), (weight * y).sum()], abs=0.01)
    exact = np.sqrt((weight * x**2).sum() - (weight * x).sum() ** 2)
    assert float(joint[0].error[0]) == pytest.approx(exact, abs=0.01)
