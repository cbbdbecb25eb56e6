"""What changes the bank, attempts and what is known of persons, and what the others are told of it."""

from services.assessment.commands import attempts, bank, persons

__all__ = ["attempts", "bank", "persons"]
