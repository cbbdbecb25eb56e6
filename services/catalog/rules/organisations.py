"""When an organisation may stand in the register, and how it may change."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules import digits
from services.catalog.rules.fields import EMAIL_WORDS, PHONE_WORDS, Day, Facts, Line, Municipality, web_address
from shared.contracts.catalog import OrganisationKind
from shared.errors import DomainError, Occupied, written

PARENTS: dict[str, frozenset[str]] = {
    "ministry": frozenset(),
    "agency": frozenset(),
    "operator": frozenset({"ministry"}),
    "assessment_centre": frozenset({"ministry"}),
    "provider": frozenset({"ministry", "municipal_authority", "agency"}),
    "municipal_authority": frozenset({"ministry"}),
    "school": frozenset({"ministry", "municipal_authority", "agency"}),
}
"""Which kinds may stand above which; there is no way round in it."""

PROVIDING = ("provider", "assessment_centre", "operator")
"""Kinds that may teach programmes of their own."""


OrganisationStatus = Literal["active", "merged", "closed"]
LicenceStatus = Literal["active", "suspended", "ended"]
Phone = Annotated[
    str,
    StringConstraints(
        pattern=written(
            r"^\+?[0-9][0-9 ()-]{4,24}[0-9](, доб\. [0-9]{1,6})?$",
            PHONE_WORDS,
        )
    ),
]
Email = Annotated[
    str,
    StringConstraints(
        pattern=written(r"^[^@\s\x00-\x1f<>]{1,64}@[^@\s\x00-\x1f<>]{1,189}\.[^@\s\x00-\x1f<>.]{2,30}$", EMAIL_WORDS),
        max_length=254,
    ),
]
Site = Annotated[
    str,
    StringConstraints(
        pattern=written(r"^https?://[^\s\x00\"'<>]{3,200}$", "Адрес сайта начинается с https:// или http:// и не содержит пробелов.")
    ),
    AfterValidator(web_address),
]


class Licence(Facts):
    """A licence to educate, as the federal register of licences has it."""

    number: Annotated[Line, Field(max_length=60)]
    issued: date
    authority: Line
    status: LicenceStatus = "active"


class Contacts(Facts):
    """How an organisation is reached; it may keep this itself."""

    phone: Phone | None = None
    email: Email | None = None
    site: Site | None = None
    address: Line | None = None


class OrganisationFacts(Facts):
    """An organisation as the operator states it; without `valid_from` a new name holds from today on."""

    code: Annotated[
        str, StringConstraints(pattern=written(r"^[a-z0-9-]{2,60}$", "Код — от 2 до 60 знаков: строчные латинские буквы, цифры, дефис."))
    ]
    kind: OrganisationKind
    name: Line
    short_name: Line
    valid_from: Day | None = None
    inn: Annotated[str | None, Field(max_length=12)] = None
    kpp: Annotated[str | None, Field(max_length=9)] = None
    ogrn: Annotated[str | None, Field(max_length=15)] = None
    oktmo: Municipality | None = None
    authority_id: UUID | None = None
    agency_id: UUID | None = None
    address: Line | None = None
    site: Site | None = None
    phone: Phone | None = None
    email: Email | None = None
    founder: Line | None = None
    licence: Licence | None = None
    status: OrganisationStatus = "active"
    merged_into: UUID | None = None


class KindFixed(DomainError):
    code, detail = "organisation_kind_fixed", "Вид организации не меняется: заведите новую запись, а эту закройте."


def organisation_faults(facts: OrganisationFacts, *, today: date, named_since: date | None = None) -> dict[str, str]:
    """What is wrong with the facts themselves, by field; `named_since` is when the present name began to hold."""
    faults = {}
    if facts.inn is not None and not digits.inn_holds(facts.inn):
        faults["inn"] = "Проверьте ИНН: 10 или 12 цифр, контрольная цифра не сходится."
    if facts.kpp is not None and not digits.kpp_holds(facts.kpp):
        faults["kpp"] = "Проверьте КПП: в нём 9 знаков."
    if facts.ogrn is not None and not digits.ogrn_holds(facts.ogrn):
        faults["ogrn"] = "Проверьте ОГРН: 13 или 15 цифр, контрольная цифра не сходится."
    if facts.valid_from and facts.valid_from > today:
        faults["valid_from"] = "Наименование не может начать действовать в будущем."
    if facts.valid_from and named_since and facts.valid_from < named_since:
        faults["valid_from"] = f"Прежнее наименование действует с {named_since:%d.%m.%Y}: новое не может быть раньше."
    if facts.kind in ("school", "municipal_authority") and facts.oktmo is None:
        faults["oktmo"] = "Укажите ОКТМО муниципалитета."
    if facts.licence and not date(1992, 7, 31) <= facts.licence.issued <= today:
        faults["licence.issued"] = "Проверьте дату лицензии: она не раньше 1992 года и не в будущем."
    if (facts.status == "merged") != (facts.merged_into is not None):
        faults["merged_into"] = "Организация-преемник указывается только при присоединении."
    return faults


def parent_faults(*, kind: str, authority: str | None, agency: str | None) -> dict[str, str]:
    """What is wrong with the kinds of the organisations above."""
    faults = {}
    if authority is not None and authority not in PARENTS[kind]:
        faults["authority_id"] = "Эта организация не может быть вышестоящей."
    if agency is not None and agency != "agency":
        faults["agency_id"] = "Это не ведомство."
    return faults


class OrganisationCodeTaken(Occupied):
    code, detail = "organisation_code_taken", "Организация с таким кодом уже есть."
