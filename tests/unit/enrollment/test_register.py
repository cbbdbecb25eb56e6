"""СНИЛС and the fields that the federal register needs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.enrollment.rules.people import Claims, Profile, may_store, same_person
from services.enrollment.rules.register import FIELDS, gaps, snils_holds


@pytest.mark.parametrize("number", ["11223344595", "00100199800", "08765430300", "00000000000"])
def test_a_right_number_holds(number: str) -> None:
    assert snils_holds(number)


@pytest.mark.parametrize("number", ["11223344594", "1122334459", "112233445955", "1122334459a", "", "¹1223344595", "١١٢٢٣٣٤٤٥٩٥"])
def test_a_wrong_number_does_not(number: str) -> None:
    assert not snils_holds(number)


def control(number: int) -> str:
    """The control digits by the words of the rule: below 100 as it is, 100 and 101 are 00, above it the remainder of 101 again."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(f"{number:09d}"))
    while total > 101:
        total %= 101
    return "00" if total in (100, 101) else f"{total:02d}"


@given(st.integers(1_001_999, 999_999_999), st.integers(0, 99))
def test_exactly_one_pair_of_control_digits_holds(number: int, guess: int) -> None:
    assert snils_holds(f"{number:09d}{guess:02d}") == (f"{guess:02d}" == control(number))


def test_gaps_name_what_the_register_asks_for() -> None:
    full = dict.fromkeys(FIELDS, "есть")
    assert gaps(full) == []
    assert gaps(full | {"snils": None, "diploma_number": ""}) == ["snils", "diploma_number"]
    assert gaps({}) == list(FIELDS)


def test_a_number_is_kept_as_digits_however_it_is_typed() -> None:
    assert Profile(snils="112-233-445 95").snils == "11223344595"
    with pytest.raises(ValidationError):
        Profile(snils="112-233-445 96")


@pytest.mark.parametrize("name", ["Иванов\r\nBcc: x@example.org", "=1+1", "\x00", "", "1", "<b>Имя</b>", "А" * 101])
def test_a_name_is_letters(name: str) -> None:
    with pytest.raises(ValidationError):
        Claims(issuer="i", subject="s", family_name=name, given_name="Мария")


@pytest.mark.parametrize("name", ["Римский-Корсаков", "О’Нил", "де ла Крус", "Ёлкина", "Д. Мария"])
def test_real_names_are_letters(name: str) -> None:
    assert Claims(issuer="i", subject="s", family_name=name, given_name="Мария").family_name == name


def test_nothing_is_stored_for_the_sake_of_notifications_alone() -> None:
    assert may_store(["training"])
    assert may_store(["assessment", "notifications"])
    assert not may_store(["notifications", "publication"])
    assert not may_store([])


def test_two_records_are_one_person_only_when_surname_and_birthday_agree() -> None:
    claims = Claims(issuer="i", subject="s", family_name="Белова", given_name="Мария", birth_date=date(1985, 4, 12))
    assert claims.birth_date is not None
    assert same_person(family_name="БЕЛОВА", birth_date=claims.birth_date, claims=claims)
    assert not same_person(family_name="Белов", birth_date=claims.birth_date, claims=claims)
    assert not same_person(family_name="Белова", birth_date=None, claims=claims)
    assert not same_person(family_name="Белова", birth_date=claims.birth_date.replace(day=13), claims=claims)
