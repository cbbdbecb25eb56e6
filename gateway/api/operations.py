"""What operations staff see of every service at one place: health, numbers, parked messages, traces."""

import asyncio
import json
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from gateway.api.inside import AtGate, Inside
from gateway.client import optional, shown
from gateway.door.gate import Gate
from gateway.door.upstreams import Answer
from shared.access import Caller, allow
from shared.contracts.base import Code
from shared.errors import NotFound

router = APIRouter(prefix="/api/v1/operations", route_class=Inside, tags=["operations"])
Staff = Annotated[Caller, allow("operations.read", "operator", "auditor")]
Operator = Annotated[Caller, allow("operations.parked", "operator")]
MessageId = Annotated[str, Path(min_length=1, max_length=255)]
TraceId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class HealthOut(BaseModel):
    """One service; a dead one has nothing but its name."""

    service: str
    ready: bool
    wrong: list[str] = []
    outbox_age_seconds: float | None = None
    queues: dict[str, int] = {}
    deaf: list[str] | None = None
    restarts: int | None = None  # None where no supervisor of ours counts


class ProcessOut(BaseModel):
    """A process or private server that the launcher's supervisor keeps running, as `./dpo status` shows it."""

    name: str
    running: bool
    restarts: int


class ParkedOut(BaseModel):
    message_id: str
    topic: str
    origin: str
    reason: str
    attempt: int
    parked_at: str
    trace_id: str


@router.get("", response_model=list[HealthOut])
async def show_operations(caller: Staff, gate: AtGate) -> list[dict[str, Any]]:
    """Health and numbers of every service."""
    names = ["gateway", *sorted(service for service in gate.settings.upstreams)]
    found = await asyncio.gather(*(health(gate, name, caller) for name in names))
    restarts = {one["name"]: one["restarts"] for one in supervised(gate)}
    return [{**one, "restarts": restarts.get(one["service"])} for one in found]


async def health(gate: Gate, service: str, caller: Caller) -> dict[str, Any]:
    answer = await optional(gate.behind(service, "GET", "/readyz", caller=caller), within=3)
    if answer is None:
        return {"service": service, "ready": False, "wrong": ["не отвечает"]}
    numbers = await optional(gate.behind(service, "GET", "/operations/numbers", caller=caller), within=3)
    said = numbers.json() if numbers and numbers.status == 200 else {}
    return {**said, "service": service, **{name: answer.json().get(name) for name in ("ready", "wrong")}}


@router.get("/processes", response_model=list[ProcessOut])
async def list_processes(caller: Staff, gate: AtGate) -> list[dict[str, Any]]:
    """Everything the launcher keeps running and how often it had to start it again; empty where another system does that."""
    return supervised(gate)


def supervised(gate: Gate) -> list[dict[str, Any]]:
    """What the supervisor of this very launch has written last."""
    file = gate.settings.status_file
    try:
        told = json.loads(file.read_text()) if file else {}
    except (OSError, ValueError):
        return []  # it is gone with its launch
    if told.get("launch_id") != gate.settings.launch_id:
        return []
    kept = {**told["processes"], **told["servers"]}
    return [{"name": name, "running": one["pid"] is not None, "restarts": one["restarts"]} for name, one in kept.items()]


@router.get("/traces")
async def list_traces(
    caller: Staff,
    gate: AtGate,
    application: Code | None = None,
    service: Code | None = None,
    failed: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Newest traces; those of one application by its number."""
    asked = {"application": application, "service": service, "failed": "true" if failed else None, "limit": limit}
    return await traced(gate, "/traces?" + urlencode({key: value for key, value in asked.items() if value is not None}))


@router.get("/traces/{trace_id}")
async def show_trace(trace_id: TraceId, caller: Staff, gate: AtGate) -> Any:
    """The spans of one trace, from the click to the mail."""
    return await traced(gate, f"/traces/{trace_id}")


async def traced(gate: Gate, target: str) -> Any:
    if gate.settings.traces_url is None:
        raise NotFound("Трассы хранит внешняя система.")
    answer = await gate.upstreams.send("traces", "GET", target, {})
    if answer.status == 404:
        raise NotFound("Такой трассы нет или её срок хранения истёк.")
    return shown(answer)


@router.get("/{service}/parked", response_model=list[ParkedOut])
async def list_parked(service: Code, caller: Staff, gate: AtGate) -> Any:
    """Messages that a service could not handle; looking changes nothing."""
    return shown(await asked(gate, service, "GET", "/operations/parked", caller))


@router.post("/{service}/parked/replay")
async def replay_all_parked(service: Code, caller: Operator, gate: AtGate) -> dict[str, int]:
    """Send every parked message of a service back to the queue it came from."""
    return dict(shown(await asked(gate, service, "POST", "/operations/parked/replay", caller)))


@router.post("/{service}/parked/{message_id}/replay")
async def replay_parked(service: Code, message_id: MessageId, caller: Operator, gate: AtGate) -> dict[str, int]:
    return dict(shown(await asked(gate, service, "POST", f"/operations/parked/{quote(message_id, safe='')}/replay", caller)))


@router.delete("/{service}/parked/{message_id}")
async def drop_parked(service: Code, message_id: MessageId, caller: Operator, gate: AtGate) -> dict[str, int]:
    """Give a parked message up."""
    return dict(shown(await asked(gate, service, "DELETE", f"/operations/parked/{quote(message_id, safe='')}", caller)))


async def asked(gate: Gate, service: str, method: str, target: str, caller: Caller) -> Answer:
    if service != "gateway" and service not in gate.settings.upstreams:
        raise NotFound("Такой службы нет.")
    return await gate.behind(service, method, quote(target), caller=caller)
