"""A whole region around the people of the demonstration: all of its schools, and courses told again for every subject."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import cycle, islice
from typing import Any

from deploy.demo.door import Person

SCHOOLS, ROWS = 2400, 500
FIRST_NUMBER, FIRST_CODE = 201, 1000
CITIES = ("75701000",) * 12 + ("75738000",) * 5
"""Chelyabinsk and Magnitogorsk have that many times more schools than other municipalities, beside the equal share of each."""
NAMES = (
    ("МБОУ «Средняя общеобразовательная школа № {}»", "Школа № {}"),
    ("МБДОУ «Детский сад № {}»", "Детский сад № {}"),
    ("МБОУ «Основная общеобразовательная школа № {}»", "Основная школа № {}"),
    ("МБДОУ «Центр развития ребёнка — детский сад № {}»", "Детский сад № {}"),
    ("МБОУ «Гимназия № {}»", "Гимназия № {}"),
    ("МБУДО «Дом детского творчества № {}»", "Дом творчества № {}"),
)
HEADINGS = ("Код", "Вид организации", "Полное наименование", "Краткое наименование", "Муниципалитет", "Вышестоящая организация")
SUBJECTS = {
    "russian": "русский язык",
    "literature": "литература",
    "english": "английский язык",
    "informatics": "информатика",
    "physics": "физика",
    "chemistry": "химия",
    "biology": "биология",
    "geography": "география",
    "history": "история",
    "social_studies": "обществознание",
    "technology": "труд",
    "art": "изобразительное искусство",
    "music": "музыка",
    "physical_education": "физическая культура",
}


def schools(municipalities: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Rows under `HEADINGS`."""
    turns = (*municipalities, *CITIES)
    for place, oktmo in enumerate(islice(cycle(turns), SCHOOLS)):
        number, (name, short) = FIRST_NUMBER + place, NAMES[(place + place // len(turns)) % len(NAMES)]
        yield f"school-{number}", "Образовательная организация", name.format(number), short.format(number), oktmo, f"muo-{oktmo}"


async def enter_schools(operator: Person) -> dict[str, str]:
    """All schools, a table at a time, as an operator imports them; returns ids by code."""
    municipalities = [one["oktmo"] for one in await operator.everything("/organisations", kind="municipal_authority")]
    rows = [*schools(sorted(municipalities))]
    for start in range(0, len(rows), ROWS):
        key, table = f"demo:schools:{start}", StringIO(newline="")
        csv.writer(table, delimiter=";").writerows([HEADINGS, *rows[start : start + ROWS]])
        name = f"Организации с {start + 1}-й.csv"
        run = await operator.call("POST", "/imports", file=table.getvalue().encode(), key=key, kind="organisations", name=name)
        await operator.call("PUT", f"/imports/{run['id']}/mapping", {"fields": run["fields"]}, key=f"{key}:read")
        await operator.post(f"/imports/{run['id']}/application", key=f"{key}:applied")
    return {one["code"]: one["id"] for one in await operator.everything("/organisations", kind="school")}


def retold(programmes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The courses that are for teachers of any subject once more for each of them, each time at another provider."""
    providers = cycle(sorted({one["provider"] for one in programmes}))
    general = [one for one in programmes if "teacher" in one["audience"]["positions"] and not one["audience"]["subjects"]]
    plain = [one for one in general if one["kind"] == "professional_development" and not one.get("prerequisites")]
    return [
        {
            **one,
            "code": f"ПК-26-{FIRST_CODE + number * len(SUBJECTS) + place}",
            "title": f"{one['title']} ({words})",
            "audience": {**one["audience"], "subjects": [subject]},
            "provider": next(providers),
        }
        for number, one in enumerate(plain)
        for place, (subject, words) in enumerate(SUBJECTS.items())
    ]
