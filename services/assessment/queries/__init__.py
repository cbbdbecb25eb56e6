"""What assessment shows; nothing here changes anything, and no key of an item is ever read here."""

from services.assessment.queries import attempts, bank, passport, results

__all__ = ["attempts", "bank", "passport", "results"]
