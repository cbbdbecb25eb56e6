"""What assessment keeps: the bank, procedures, attempts and results, and copies of what others said."""

from services.assessment.tables.attempts import Attempt, AttemptItem, Difficulty, ItemReport, Result
from services.assessment.tables.bank import Band, Competence, FormItem, Framework, Item, Procedure, Question
from services.assessment.tables.persons import ErasedPerson, Learner, Organisation, PersonAlias, Reassessment
from services.assessment.tables.registry import Base

__all__ = [
    "Attempt",
    "AttemptItem",
    "Band",
    "Base",
    "Competence",
    "Difficulty",
    "ErasedPerson",
    "FormItem",
    "Framework",
    "Item",
    "ItemReport",
    "Learner",
    "Organisation",
    "PersonAlias",
    "Procedure",
    "Question",
    "Reassessment",
    "Result",
]
