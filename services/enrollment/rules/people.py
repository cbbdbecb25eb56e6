"""What may be said about a person, and whether two records are one."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.enrollment.rules.register import snils_holds
from shared.contracts.base import printable
from shared.contracts.enrollment import ConsentPurpose

Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё'’.\- ]{0,99}$")]
TermCode = Annotated[str, StringConstraints(pattern=r"^[^\s\x00]{1,60}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(printable)]
Account = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(printable)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(printable)]


def digits_of(snils: str) -> str:
    """СНИЛС as eleven digits, however it was typed."""
    digits = "".join(mark for mark in snils if mark not in " -\u00a0")
    if not snils_holds(digits):
        raise ValueError("the check digits do not hold")
    return digits


Snils = Annotated[str, Field(max_length=20), AfterValidator(digits_of)]


class Facts(BaseModel):
    """What someone states about a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Facts):
    """A person's names; not everybody has a patronymic."""

    family_name: Name
    given_name: Name
    middle_name: Name | None = None


class Employment(Facts):
    """Where a person works and as what, in codes."""

    organisation_id: UUID | None = None
    position: TermCode | None = None
    subjects: Annotated[list[TermCode], Field(max_length=20)] = []
    levels: Annotated[list[TermCode], Field(max_length=10)] = []
    hours_norm: Annotated[int, Field(ge=0, le=80)] | None = None
    trained_elsewhere_on: date | None = None


class Profile(Employment):
    """What a person keeps about themselves; names come from the issuer they sign in with."""

    birth_date: date | None = None
    gender: Literal["male", "female"] | None = None
    snils: Snils | None = None
    citizenship: Annotated[str, Field(pattern=r"^\d{3}$")] | None = None
    education_level: Literal["higher", "secondary_vocational", "studying"] | None = None
    diploma_family_name: Name | None = None
    diploma_series: Line | None = None
    diploma_number: Line | None = None


class Agreement(Facts):
    """A consent to one purpose under one version of its text."""

    purpose: ConsentPurpose
    text_version: Annotated[int, Field(gt=0)]


class Claims(Names, Employment):
    """What an issuer says of someone who signs in, with what they agreed to."""

    issuer: Account
    subject: Account
    birth_date: date | None = None
    gender: Literal["male", "female"] | None = None
    snils: Snils | None = None
    consents: Annotated[list[Agreement], Field(max_length=4)] = []


def may_store(purposes: Collection[str]) -> bool:
    """Whether what a person agreed to lets anything about them be stored at all."""
    return bool({"training", "assessment"} & set(purposes))


def same_person(*, family_name: str | None, birth_date: date | None, claims: Claims) -> bool:
    """Whether a record with the same confirmed СНИЛС is the claimed person's: surname and birth date agree too."""
    if family_name is None or birth_date is None or claims.birth_date is None:
        return False
    return family_name.casefold() == claims.family_name.casefold() and birth_date == claims.birth_date
