"""Loads the demonstration's content through the API, as the launcher does."""

import json
from pathlib import Path
from typing import Any

from tests.service.catalog.conftest import Register, day

DEMO = Path(__file__).parents[3] / "deploy" / "demo"
DATES = ("starts", "ends", "enrolment_opens", "enrolment_closes")


def read(path: str) -> Any:
    return json.loads((DEMO / path).read_text("utf-8"))


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
