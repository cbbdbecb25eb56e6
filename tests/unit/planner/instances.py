"""Seeded problems of the shape science.md measures on: groups of programmes over a year, effects on a few competences each."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from services.routes.planner.problem import Candidate, Limits, Problem

YEAR = date(2027, 1, 11)
HOURS = (16, 18, 24, 36, 36, 72, 72, 108)


def random_problem(
    seed: int,
    *,
    groups: int = 60,
    programmes: int = 45,
    competences: int = 20,
    limits: Limits | None = None,
    needy: float = 0.15,
    undated: float = 0.1,
    penalties: bool = True,
) -> Problem:
    """Programmes with one to four effects of 0.2, 0.4 or 0.6, some with prerequisites among earlier ones; two thirds of deficits weigh."""
    dice = Random(seed)
    names = [f"C{number:02}" for number in range(competences)]
    weights = {name: round(dice.choice((0.0, 1.0, 1.0)) * dice.uniform(0.05, 1.5), 3) for name in names}
    plain: list[Candidate] = []
    for number in range(programmes):
        effects = {name: dice.choice((0.2, 0.4, 0.6)) for name in dice.sample(names, dice.randint(1, min(4, competences)))}
        first = frozenset({f"P{dice.randrange(number):02}"}) if number and dice.random() < needy else frozenset[str]()
        hours = dice.choice(HOURS)
        plain.append(
            Candidate(
                programme=f"P{number:02}",
                group=f"P{number:02}",
                hours=hours,
                effects=effects,
                prerequisites=first,
                fee=dice.choice((0, 0, 0, 3000, 6000)),
            )
        )
    candidates = []
    for number in range(groups):
        programme = plain[number] if number < programmes else dice.choice(plain)
        begins = YEAR + timedelta(days=dice.randrange(330))
        dated = dice.random() >= undated
        candidates.append(
            replace(
                programme,
                group=f"{programme.programme}-{number:03}",
                penalty=round(dice.uniform(-0.02, 0.06), 4) if penalties else 0.0,
                start=begins if dated else None,
                end=begins + timedelta(days=max(1, programme.hours // 6)) if dated else None,
            )
        )
    dice.shuffle(candidates)
    return Problem(
        weights=weights,
        candidates=tuple(candidates),
        limits=limits or Limits(hours=108, fee=1_000_000, courses=6, quarter_hours=1_000),
    )
