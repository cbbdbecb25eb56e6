"""Loads the demonstration's content through the API, as the launcher does."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.demo.publications import enter_publications
from shared.clock import today
from tests.service.catalog.conftest import Register, day
from tests.support.service import Person

DEMO = Path(__file__).parents[3] / "deploy" / "demo"
DATES = ("starts", "ends", "enrolment_opens", "enrolment_closes")


def read(path: str) -> Any:
    return json.loads((DEMO / path).read_text("utf-8"))


@dataclass
class Voice:
    """Somebody of the register's test, speaking as the demonstration's loader lets people speak."""

    register: Register
    who: Person

    async def get(self, path: str, **query: Any) -> Any:
        return {"items": []} if path == "/procedures" else await self.register.get(path, self.who, **query)

    async def post(self, path: str, json: Any = None, *, key: str | None = None) -> Any:
        return await self.register.done("POST", path, self.who, json or {})

    async def put(self, path: str, json: Any) -> Any:
        return await self.register.done("PUT", path, self.who, json)


async def load_publications(register: Register) -> dict[str, Any]:
    """Everything that the demonstration publishes, with organisations of its codes; the one procedure of assessment is not here."""
    said: dict[str, Any] = read("catalog/publications.json")
    codes = {one["organiser"] for kind in ("events", "notices") for one in said[kind]} | {one["organisation"] for one in said["news"]}
    ids = {"chippkro": str(register.provider_id)}
    for code in sorted(codes - ids.keys()):
        ids[code] = (await register.organisation(code=code))["id"]
    for notice in said["notices"]:
        notice.pop("procedure", None)
    authors = {code: Voice(register, register.service.staff("provider_specialist", ids[code])) for code in codes}
    await enter_publications(said, Voice(register, register.operator), authors, ids, today(datetime.now(UTC)))
    return said


async def load_demo(register: Register) -> None:
    """Every organisation, programme and group of the demonstration; days are counted from today."""
    ids = {"chippkro": str(register.provider_id)}
    operator = register.operator
    for one in read("catalog/organisations.json"):
        above = {f"{key}_id": ids[one.pop(key)] for key in ("authority", "agency") if key in one}
        former = one.pop("former_names", [])
        facts = one | above
        if one["code"] in ids:
            continue
        stated = await register.done("POST", "/organisations", operator, facts | (former[0] if former else {}))
        ids[one["code"]] = stated["id"]
        if former:
            await register.done("PUT", f"/organisations/{stated['id']}", operator, facts)
    programmes: dict[str, str] = {}
    for one in read("catalog/programmes.json"):
        groups = one.pop("groups")
        one["provider_id"] = ids[one.pop("provider")]
        one["prerequisites"] = [programmes[code] for code in one.pop("prerequisites", [])]
        programme = await register.done("POST", "/programmes", operator, one)
        programmes[one["code"]] = programme["id"]
        await register.approved(programme, operator)
        for group in groups:
            dates = {key: day(group[key]) for key in DATES}
            await register.done("POST", f"/programmes/{programme['id']}/groups", operator, group | dates)
