"""Loads the demonstration region through the portal's own API, as its people would enter it."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy import launch
from deploy.commands.clock import suite_day
from deploy.demo.door import Door, Person, client, each, until
from deploy.demo.groups import enter_groups
from deploy.demo.past import apply_again, be_measured, study
from deploy.demo.publications import enter_publications
from deploy.demo.region import enter_schools, retold
from deploy.identity.personas import Persona, listed

DATA = Path(__file__).parent / "demo"
BASIS = "Приказ РЦОКИО от 01.09.2026 № 1 «О закреплении специалистов»"
SCOPED_BY = {
    "school_specialist": "organisation",
    "provider_specialist": "organisation",
    "agency_specialist": "organisation",
    "municipal_specialist": "oktmo",
}


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text())


async def load(portal: str, issuer: str, scale: str) -> None:
    """Everything in the order in which people depend on each other; a whole region begins three months ago, and so does its clock."""
    async with client() as http:
        door, region = Door(portal, issuer, http), scale == "region"
        operator = await door.person(next(one.id for one in listed() if one.role == "operator"))
        organisations = await enter_organisations(operator)
        if region:
            organisations |= await enter_schools(operator)
        await grant_roles(operator, issuer, organisations)
        assessor = await door.person(next(one.id for one in listed() if one.role == "assessor"))
        authors = await authors_of(door)
        told = read("catalog/programmes.json")
        told += retold(told) if region else []
        programmes = enter_programmes(operator, authors, organisations, told)
        ids, _ = await asyncio.gather(programmes, enter_assessment(assessor, organisations))
        learners = await study(door, operator, authors, organisations, told, ids) if region else []
        day = suite_day()
        groups = each(enter_groups(author_of(one, authors), one, ids[one["code"]], day) for one in told)
        await asyncio.gather(groups, enter_publications(read("catalog/publications.json"), operator, authors, organisations, day))
        await enter_edits(operator, authors, organisations, ids)
        await each(look_in_vain(operator, wanted, times) for wanted, times in IN_VAIN)
        await apply_again(learners, ids)
        await be_measured(learners)


IN_VAIN: tuple[tuple[dict[str, str], int], ...] = (
    ({"q": "физика", "oktmo": "75752000"}, 9),
    ({"q": "астрономия"}, 8),
    ({"subject": "chemistry", "form": "full_time", "hours": "250-"}, 7),
    ({"position": "librarian", "form": "full_time", "oktmo": "75752000"}, 6),
)
"""What people look for and do not find, so that «Спрос» has something to say after its first hour."""


async def look_in_vain(person: Person, wanted: dict[str, str], times: int) -> None:
    for number in range(times):
        await person.get("/programmes", **wanted, limit=1 + number)


async def enter_organisations(operator: Person) -> dict[str, str]:
    """The register; returns ids by code. Former names are entered first, so that the history stands."""
    ids: dict[str, str] = {}
    waiting = read("catalog/organisations.json")
    while waiting:
        ready = [one for one in waiting if all(one.get(parent) is None or one[parent] in ids for parent in ("authority", "agency"))]
        for one, made in zip(ready, await each(enter_organisation(operator, one, ids) for one in ready), strict=True):
            ids[one["code"]] = made
        waiting = [one for one in waiting if one["code"] not in ids]
    return ids


async def enter_organisation(operator: Person, said: dict[str, Any], ids: dict[str, str]) -> str:
    facts = {name: value for name, value in said.items() if name not in ("authority", "agency", "former_names")}
    facts |= {f"{parent}_id": ids[said[parent]] for parent in ("authority", "agency") if said.get(parent)}
    former = said.get("former_names", [])
    first, *later = [*({**facts, **name} for name in former), facts]
    made = await operator.post("/organisations", first, key=f"demo:{said['code']}")
    for name in later:
        await operator.put(f"/organisations/{made['id']}", name)
    return str(made["id"])


async def grant_roles(operator: Person, issuer: str, organisations: dict[str, str]) -> None:
    """«Закрепление»: everybody of the list who is not a teacher, before their first sign-in."""
    first = next(one.id for one in listed() if one.role == "operator")
    people = [one for one in listed() if one.role != "teacher" and one.id != first]
    await each(grant_role(operator, issuer, one, organisations) for one in people)


async def grant_role(operator: Person, issuer: str, person: Persona, organisations: dict[str, str]) -> None:
    scope = None
    if (by := SCOPED_BY.get(person.role)) == "oktmo":
        scope = person.oktmo
    elif by and person.organisation:
        scope = organisations[person.organisation]
    facts = {"issuer": issuer, "subject": person.id, "role": person.role, "scope": scope, "head": bool(person.head), "basis": BASIS}
    await operator.post("/grants", facts, key=f"demo:{person.id}")


async def enter_assessment(assessor: Person, organisations: dict[str, str]) -> None:
    """The framework, the bank and the procedure with its two forms."""
    framework = await assessor.post("/frameworks", read("assessment/framework.json"), key="demo:framework")
    files = sorted((DATA / "assessment/items").glob("*.json"))
    items = [item for file in files for item in json.loads(file.read_text())]
    await assessor.post("/items", {"framework_id": framework["framework_id"], "items": items}, key="demo:items")
    said = read("assessment/procedure.json")
    procedure = {name: value for name, value in said.items() if name != "organiser"}
    procedure |= {"framework_id": framework["framework_id"], "organiser_id": organisations[said["organiser"]]}
    await until(lambda: assessor.post("/procedures", procedure, key="demo:procedure"), what="the procedure is published")


async def authors_of(door: Door) -> dict[str, Person]:
    """Who writes an organisation's programmes: its own specialist, and where it has none (under ""), the second operator."""
    people = listed()
    specialists = {one.organisation: one.id for one in reversed(people) if one.role == "provider_specialist" and one.organisation}
    specialists[""] = [one.id for one in people if one.role == "operator"][1]
    return {organisation: await door.person(one) for organisation, one in specialists.items()}


def author_of(programme: dict[str, Any], authors: dict[str, Person]) -> Person:
    return authors.get(programme["provider"], authors[""])


async def enter_programmes(
    reader: Person, authors: dict[str, Person], organisations: dict[str, str], waiting: list[dict[str, Any]]
) -> dict[str, str]:
    """Programmes, each published by somebody who did not write it; those that others require come first. Ids by code."""
    ids = dict[str, str]()
    while waiting:
        ready = [one for one in waiting if all(code in ids for code in one.get("prerequisites", []))]
        work = (enter_programme(reader, author_of(one, authors), one, organisations, ids) for one in ready)
        for one, made in zip(ready, await each(work), strict=True):
            ids[one["code"]] = made
        waiting = [one for one in waiting if one["code"] not in ids]
    return ids


async def enter_edits(reader: Person, authors: dict[str, Person], organisations: dict[str, str], ids: dict[str, str]) -> None:
    """What is under way in the editor: changes that wait for their reader or came back with remarks, a new programme, a draft."""
    said, owners = read("catalog/edits.json"), {one["code"]: one["provider"] for one in read("catalog/programmes.json")}
    for change in said["changes"]:
        author, path = authors[owners[change["code"]]], f"/programmes/{ids[change['code']]}"
        edition = await author.get(f"{path}/edition")
        if edition["review"]["number"] > 1:
            continue  # loaded before
        changed = await author.put(path, edition["facts"] | change["facts"])
        if remarks := change.get("remarks"):
            await reader.post(f"{path}/return", {"version": changed["review"]["number"], "remarks": remarks})
    for draft in said["drafts"]:
        author, facts = authors[draft["provider"]], {**draft["facts"], "provider_id": organisations[draft["provider"]]}
        made = await author.post("/programmes", facts, key=f"demo:{facts['code']}")
        if draft["submitted"]:
            await author.post(f"/programmes/{made['id']}/submission")


async def enter_programme(reader: Person, author: Person, said: dict[str, Any], organisations: dict[str, str], ids: dict[str, str]) -> str:
    facts = {name: value for name, value in said.items() if name not in ("provider", "groups", "prerequisites")}
    facts |= {"provider_id": organisations[said["provider"]], "prerequisites": [ids[code] for code in said.get("prerequisites", [])]}
    made = await author.post("/programmes", facts, key=f"demo:{said['code']}")
    submitted = await author.post(f"/programmes/{made['id']}/submission", key=f"demo:submit:{said['code']}")
    version = {"version": submitted["review"]["number"]}
    await reader.post(f"/programmes/{made['id']}/publication", version, key=f"demo:publish:{said['code']}")
    return str(made["id"])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo_data")
    parser.add_argument("--portal", required=True)
    parser.add_argument("--scale", choices=("demo", "region"), default="demo")
    said = parser.parse_args(arguments)
    asyncio.run(load(said.portal, launch.places(launch_id="").at("identity"), said.scale))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
