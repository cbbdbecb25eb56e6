"""A foreign id answers exactly like an unknown one, for every operation with an id and every persona who could ask."""

import re
from itertools import product
from typing import Any
from uuid import uuid4

import orjson
import pytest

from deploy.demo.door import Door, Refused
from deploy.identity.personas import listed
from deploy.paths import ROOT
from tests.e2e.conftest import Loop
from tests.support.suite import Suite

DOCUMENT: dict[str, Any] = orjson.loads((ROOT / "gateway/openapi.json").read_bytes())
PUBLISHED = {"event_id": "gathering", "news_id": "news", "notice_id": "notice"}
"""What a provider publishes, with its tables in catalog."""
OWNED = (
    *("application_id", "attempt_id", "route_id", "suggestion_id", "order_id", "group_id", "programme_id", "grant_id", "right_id"),
    *PUBLISHED,
    *("draft_id", "import_id"),
)
STRANGERS = ("akhmetova", "gareev", "bykova", "karpov", "savina", "drozdov", "gromova", "tikhonov", "belyaev", "nikitina")
BODIES: dict[str, Any] = {
    "decisions": {"decision": "approve"},
    "answers": {"text": "ответ"},
    "offer": {"accept": True},
    "withdrawal": {"reason": "не нужно"},
    "cancellation": {"reason": "не набрана"},
    "capacity": {"capacity": 5},
    "difficulties": {"felt": {}},
    "plan": {},
    "mapping": {"fields": []},
    "{grant_id}": {"reason": "проверка прав"},
}
REGION = {"operator", "auditor", "ministry"}
OPERATIONS = [
    (method.upper(), path.removeprefix("/api/v1"), operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if any(f"{{{name}}}" in path for name in OWNED) and "guest" not in operation["x-roles"]
]


@pytest.fixture(scope="module")
async def owned(loop: Loop, suite: Suite, door: Door) -> dict[str, str]:
    """One real object of each kind, all of the teacher of the loop or of the provider."""
    begun = "Шифр;Название\nПК-1;Начатая\n".encode()
    polyakova, draft_id = await door.person("polyakova"), str(uuid4())
    await polyakova.put(f"/drafts/{draft_id}", {"kind": "programme", "fields": {"title": ["Начатая программа"]}})
    number, shown = loop.said["application"]["number"], "FROM application WHERE number = $1"
    person = await suite.value("enrollment", f"SELECT person_id {shown}", number)
    granted = "SELECT id FROM role_grant WHERE revoked_at IS NULL AND role = 'municipal_specialist' LIMIT 1"
    found = {
        "application_id": await suite.value("enrollment", f"SELECT id {shown}", number),
        "group_id": await suite.value("enrollment", f"SELECT group_id {shown}", number),
        "programme_id": await suite.value("enrollment", f"SELECT programme_id {shown}", number),
        "suggestion_id": await suite.value("enrollment", "SELECT id FROM suggestion WHERE person_id = $1", person),
        "order_id": await suite.value("enrollment", f"SELECT order_id {shown}", number),
        "attempt_id": await suite.value("routes", "SELECT attempt_id FROM measurement WHERE person_id = $1", person),
        "route_id": await suite.value("routes", "SELECT route_id FROM route WHERE person_id = $1", person),
        "grant_id": await suite.value("gateway", granted),
        "right_id": await suite.value("catalog", "SELECT id FROM review_right WHERE person_id = $1 LIMIT 1", person),
        "draft_id": draft_id,
        "import_id": (await polyakova.call("POST", "/imports", file=begun, kind="programmes", name="таблица.csv"))["id"],
    }
    provider = await suite.value("catalog", "SELECT provider_id FROM programme WHERE id = $1", found["programme_id"])
    for name, table in PUBLISHED.items():
        owner = "organisation_id" if table == "news" else "organiser_id"
        own = await suite.value("catalog", f"SELECT id FROM {table} WHERE {owner} = $1 LIMIT 1", provider)
        found[name] = own or await suite.value("catalog", f"SELECT id FROM {table} LIMIT 1")
    assert all(found.values()), found
    return {name: str(value) for name, value in found.items()}


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: ids.get(match[1], str(uuid4())), path)


async def asked(person: Any, method: str, path: str, template: str) -> tuple[int, Any]:
    body: Any = next((one for tail, one in BODIES.items() if template.endswith(tail)), {}) if method != "GET" else None
    try:
        return 200, await person.call(method, path, body)
    except Refused as refusal:
        said = dict(refusal.body) if isinstance(refusal.body, dict) else {"text": refusal.body}
        return refusal.status, said


async def test_a_foreign_id_answers_like_an_unknown_one(loop: Loop, owned: dict[str, str], door: Door) -> None:
    people = {one.id: one for one in listed()}
    strangers = [one for one in STRANGERS if one != loop.teacher.id]
    different, compared = [], 0
    for persona, (method, template, operation) in product(strangers, OPERATIONS):
        if people[persona].role in REGION & set(operation["x-roles"]):
            continue  # the region is their scope
        person = await door.person(persona)
        foreign = await asked(person, method, filled(template, owned), template)
        unknown = await asked(person, method, filled(template, {}), template)
        compared += 1
        assert foreign[0] < 500, (persona, method, template, foreign)
        assert unknown[0] < 500, (persona, method, template, unknown)
        if foreign != unknown or foreign[0] == 200:
            different.append((persona, method, template, foreign, unknown))
    assert compared > 100
    assert different == []


async def test_the_owner_does_reach_them(loop: Loop, owned: dict[str, str], door: Door) -> None:
    teacher = await door.person(loop.teacher.id)
    for template in ("/applications/{application_id}", "/routes/{route_id}", "/attempts/{attempt_id}/result"):
        assert (await asked(teacher, "GET", filled(template, owned), template))[0] == 200, template
    provider = await door.person("polyakova")
    for template in ("/drafts/{draft_id}", "/imports/{import_id}"):
        assert (await asked(provider, "GET", filled(template, owned), template))[0] == 200, template
