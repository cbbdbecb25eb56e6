"""What reports call things."""

from services.notify.writing import RULES
from services.reports.rules.words import LETTERS


def test_every_letter_has_a_name() -> None:
    assert LETTERS.keys() >= RULES.keys()
