"""Shapes of what is typed into the bank, and the refusal that names every wrong field at once."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from shared.contracts.base import printable
from shared.errors import DomainError, Invalid

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(printable)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(printable)]
Mark = Annotated[str, StringConstraints(pattern=r"^[^\s\x00]{1,60}$")]
"""A code of a competence, an item, an option or a labour function: no spaces."""


class Facts(BaseModel):
    """What someone states about the bank."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wrong(Invalid):
    """Several fields at once, each with its sentence."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        errors = [{"field": field, "code": self.code, "message": sentence} for field, sentence in faults.items()]
        detail = next(iter(faults.values())) if len(faults) == 1 else "Проверьте отмеченные поля."
        DomainError.__init__(self, detail, errors=errors)


def demand_none(faults: Mapping[str, str]) -> None:
    """Refuse when there is at least one fault; raises `Wrong`."""
    if faults:
        raise Wrong(faults)


def repeated(values: list[str]) -> set[str]:
    """The values that stand in a list more than once."""
    return {value for value in values if values.count(value) > 1}
