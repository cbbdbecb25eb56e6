"""What the federal register of documents (ФИС ФРДО) needs to know about a person, and the check digits of СНИЛС."""

from collections.abc import Mapping
from typing import Any

LAST_UNCHECKED = 1_001_998
"""Numbers up to 001-001-998 carry no check digits."""

FIELDS: Mapping[str, str] = {
    "snils": "СНИЛС",
    "birth_date": "дата рождения",
    "gender": "пол",
    "citizenship": "гражданство",
    "education_level": "уровень образования",
    "diploma_family_name": "фамилия в дипломе",
    "diploma_number": "номер диплома",
}


def snils_holds(snils: str) -> bool:
    """Whether eleven digits are a СНИЛС with right check digits."""
    if len(snils) != 11 or not (snils.isascii() and snils.isdigit()):
        return False
    if int(snils[:9]) <= LAST_UNCHECKED:
        return True
    weighed = sum(int(digit) * weight for digit, weight in zip(snils, range(9, 0, -1), strict=False))
    return weighed % 101 % 100 == int(snils[9:])


def gaps(person: Mapping[str, Any]) -> list[str]:
    """The fields that a document's record still lacks."""
    return [name for name in FIELDS if person.get(name) in (None, "")]
