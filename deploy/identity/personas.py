"""Invented people: one per role in a list, and as many teachers more as somebody asks for."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LISTED = Path(__file__).with_name("personas.json")
NUMBERED = re.compile(r"^teacher-(\d{4})$")
FAMILIES = ("Абзалов", "Белов", "Волков", "Гришин", "Демидов", "Ершов", "Жаров", "Зайцев", "Исаев", "Калинин", "Лапин", "Маслов")
FAMILIES_MORE = ("Носов", "Орлов", "Панов", "Рябов", "Сафин", "Титов", "Уваров", "Фомин", "Хромов", "Цветков", "Шилов", "Юдин", "Яшин")
WOMEN = ("Алина", "Вера", "Галина", "Дарья", "Елена", "Жанна", "Ирина", "Ксения", "Лидия", "Марина", "Нина", "Ольга", "Полина")
MEN = ("Артём", "Борис", "Виктор", "Глеб", "Денис", "Игорь", "Кирилл", "Леонид", "Максим", "Никита", "Олег", "Павел", "Роман")
FATHERS = ("Андреев", "Борисов", "Викторов", "Денисов", "Егоров", "Иванов", "Львов", "Максимов", "Олегов", "Петров", "Романов")


@dataclass(frozen=True)
class Persona:
    """Somebody who can sign in; `role`, `organisation`, `oktmo` and `head` are for whoever appoints them, not for a token."""

    id: str
    title: str
    family_name: str
    given_name: str
    middle_name: str
    gender: str
    birthdate: str
    snils: str
    role: str
    organisation: str | None = None
    oktmo: str | None = None
    head: bool = False
    position: str | None = None
    subjects: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.id}@example.test"

    @property
    def full_name(self) -> str:
        return f"{self.family_name} {self.given_name} {self.middle_name}"

    def claims(self) -> dict[str, Any]:
        """What the issuer says of the person."""
        said = {name: getattr(self, name) for name in ("family_name", "given_name", "middle_name", "gender", "birthdate", "snils", "email")}
        return {"sub": self.id, "name": self.full_name, "email_verified": True, **said}


def snils(number: int) -> str:
    """A nine-digit number as a СНИЛС with its check digits, written as people write it."""
    digits = f"{number:09d}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True)) % 101 % 100
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {check:02d}"


def listed() -> list[Persona]:
    """The people of the sign-in page."""
    rows = json.loads(LISTED.read_text("utf-8"))
    return [Persona(**{**row, "subjects": tuple(row.get("subjects", ())), "levels": tuple(row.get("levels", ()))}) for row in rows]


def numbered(number: int) -> Persona:
    """The teacher of a number, always the same one."""
    families, woman = FAMILIES + FAMILIES_MORE, number % 4 != 0
    family, given = families[number * 7 % len(families)], (WOMEN if woman else MEN)[number * 5 % len(WOMEN)]
    father = FATHERS[number * 3 % len(FATHERS)]
    return Persona(
        id=f"teacher-{number:04d}",
        title="учитель",
        family_name=family + ("а" if woman else ""),
        given_name=given,
        middle_name=father + ("на" if woman else "ич"),
        gender="female" if woman else "male",
        birthdate=f"{1965 + number % 35}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        snils=snils(920_000_000 + number),
        role="teacher",
        position="teacher",
    )


def found(persona_id: str, people: dict[str, Persona]) -> Persona | None:
    """The person of an id."""
    if persona_id in people:
        return people[persona_id]
    match = NUMBERED.match(persona_id)
    return numbered(int(match[1])) if match else None
