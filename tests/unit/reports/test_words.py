"""What reports call things."""

from services.notify.rules.letters import RULES
from services.reports.rules.words import LETTERS


def test_every_letter_has_a_name() -> None:
    assert LETTERS.keys() >= RULES.keys() | {"saved_search"}
