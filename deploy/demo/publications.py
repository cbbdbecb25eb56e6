"""Events, news, documents and notices of the demonstration, entered by those who would enter them; days are counted from today."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.demo.door import Person, until
from shared.clock import REGION

Facts = dict[str, Any]


async def enter_publications(
    said: dict[str, list[Facts]], operator: Person, authors: dict[str, Person], organisations: dict[str, str], day: date
) -> None:
    """`authors` write news by their organisation, and the operator is the second reader."""
    await asyncio.gather(
        *(enter_event(operator, one, organisations, day) for one in said["events"]),
        *(enter_document(operator, one, day) for one in said["documents"]),
        *(enter_notice(operator, one, organisations, day) for one in said["notices"]),
    )
    for one in said["news"]:  # in their order: the last one is the newest
        await enter_news(operator, authors[one["organisation"]], one, organisations)


async def enter_event(operator: Person, said: Facts, organisations: dict[str, str], day: date) -> None:
    starts = datetime.combine(day + timedelta(days=said["day"]), time.fromisoformat(said["at"]), REGION)
    facts = {name: value for name, value in said.items() if name not in ("code", "organiser", "day", "at", "hours", "cancelled")}
    facts |= {"organiser_id": organisations[said["organiser"]], "starts": starts.isoformat()}
    facts["ends"] = (starts + timedelta(hours=said["hours"])).isoformat()
    made = await until(lambda: operator.post("/events", facts, key=f"demo:event:{said['code']}"), what="the event is written")
    await operator.post(f"/events/{made['id']}/publication", key=f"demo:event:publish:{said['code']}")
    if reason := said.get("cancelled"):
        await operator.post(f"/events/{made['id']}/cancellation", {"reason": reason}, key=f"demo:event:cancel:{said['code']}")


async def enter_news(operator: Person, author: Person, said: Facts, organisations: dict[str, str]) -> None:
    facts = {name: said[name] for name in ("title", "lead", "body")} | {"organisation_id": organisations[said["organisation"]]}
    made = await author.post("/news", facts, key=f"demo:news:{said['code']}")
    await author.post(f"/news/{made['id']}/submission", key=f"demo:news:submit:{said['code']}")
    if not said.get("waits"):
        await operator.post(f"/news/{made['id']}/publication", key=f"demo:news:publish:{said['code']}")


async def enter_document(operator: Person, said: Facts, day: date) -> None:
    """Every version in its turn, each published."""
    made: Facts = {}
    for number, version in enumerate(said["versions"], 1):
        facts = {name: said[name] for name in ("title", "about")} | {name: version[name] for name in ("body", "changes")}
        facts["in_force_from"] = (day + timedelta(days=version["day"])).isoformat()
        if made:
            await operator.put(f"/documents/{made['id']}", facts)
        else:
            made = await operator.post("/documents", facts, key=f"demo:document:{said['code']}")
        await operator.post(f"/documents/{made['id']}/publication", key=f"demo:document:publish:{said['code']}:{number}")


async def enter_notice(operator: Person, said: Facts, organisations: dict[str, str], day: date) -> None:
    facts = {name: value for name, value in said.items() if name not in ("code", "organiser", "procedure")}
    facts |= {name: (day + timedelta(days=said[name])).isoformat() for name in ("opens", "closes")}
    facts["organiser_id"] = organisations[said["organiser"]]
    if said.get("procedure"):
        facts["procedure_id"] = (await until(lambda: first_procedure(operator), what="the procedure is published"))["procedure_id"]
    made = await until(lambda: operator.post("/notices", facts, key=f"demo:notice:{said['code']}"), what="the notice is written")
    await operator.post(f"/notices/{made['id']}/publication", key=f"demo:notice:publish:{said['code']}")


async def first_procedure(operator: Person) -> Facts | None:
    return next(iter((await operator.get("/procedures"))["items"]), None)
