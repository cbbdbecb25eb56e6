"""Shapes of what is typed into the bank."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from shared.contracts.base import printable

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(printable)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(printable)]
Mark = Annotated[str, StringConstraints(pattern=r"^[^\s\x00]{1,60}$")]
"""A code of a competence, an item, an option or a labour function: no spaces."""


class Facts(BaseModel):
    """What someone states about the bank."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def repeated(values: list[str]) -> set[str]:
    """The values that stand in a list more than once."""
    return {value for value in values if values.count(value) > 1}
