"""G4 for every service: the golden story in any order, some of it twice, on real handlers and a real database, ends in the same tables."""

import asyncio
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.suite import HEARING
from shared.contracts import CATALOGUE, Envelope, Event
from shared.contracts.assessment import AssessmentCompleted, FrameworkPublished, ProcedurePublished
from shared.contracts.catalog import (
    DocumentPublished,
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    OrganisationChanged,
    ProgrammePublished,
    ProgrammeWithdrawn,
)
from shared.contracts.enrollment import (
    ApplicationSubmitted,
    ConsentGranted,
    ConsentWithdrawn,
    LearnerChanged,
    SeatsChanged,
    StatusChanged,
    TrainingCompleted,
)
from shared.contracts.routes import EffectMeasured, RouteAccepted, RoutePlanned
from shared.database import engine_of
from shared.messaging.consumer import hear_once
from shared.messaging.due import serve_one
from shared.messaging.outbox import sessions_of
from shared.messaging.tables import metadata as bookkeeping
from shared.messaging.topology import queue_of
from tests.contract.flows.event_map import SUBJECT
from tests.contract.flows.wire import GOLDEN, golden, like
from tests.support.servers import Servers
from tests.support.service import envelope_of, package_of

NOW = datetime(2026, 9, 25, 6, tzinfo=UTC)
"""When everything has been heard: the groups of the story still take people."""

HISTORY = ("school_review", "municipality_review", "provider_review", "accepted", "enrolled", "completed")
ERASED = UUID("5d3c6f0e-55ce-4f25-8d7f-7c20e3bb0b0f")
"""A second person, who takes the consent back."""


BEGIN = datetime(2026, 9, 1, 6, tzinfo=UTC)


def say(kind: type[Event], revision: int, /, *, after: int = 0, **changes: Any) -> Envelope:
    """A fact of the golden story told again with changes, some minutes after the beginning; the same envelope in every run."""
    event = like(kind, **changes)
    told = envelope_of(event, subject=getattr(event, SUBJECT[kind]), revision=revision, at=BEGIN + timedelta(minutes=after))
    name = f"{kind.topic} {told.subject} {revision} {json.dumps(changes, default=str, sort_keys=True)}"
    return told.model_copy(update={"id": uuid5(ERASED, name)})


def story() -> list[Envelope]:
    """The golden examples, what came before and after them, and a person who is erased."""
    examples = [Envelope.read((GOLDEN / f"{topic}.json").read_bytes()) for topic in sorted(CATALOGUE)]
    kept = [one for one in examples if one.type not in (ConsentWithdrawn.topic, StatusChanged.topic)]
    return [*kept, *earlier_and_later(), *life(), *erased()]


def earlier_and_later() -> Iterator[Envelope]:
    """More revisions of what the golden story tells once."""
    cancelled, withdrawn = golden(GroupCancelled).group_id, golden(ProgrammeWithdrawn).programme_id
    yield say(OrganisationChanged, 1, name="Школа", short_name="Школа", valid_from=date(2020, 9, 1))
    for revision in (1, 2):
        yield say(ProgrammePublished, revision, title=f"Прежнее название {revision}", effects=[])
    yield say(ProgrammePublished, 4, programme_id=withdrawn, code="ПК-036-115")
    yield say(GroupAnnounced, 1, group_id=cancelled, starts=date(2026, 11, 2), ends=date(2026, 11, 20))
    yield say(GroupChanged, 2, group_id=cancelled, starts=date(2026, 11, 3), ends=date(2026, 11, 20), after=5)
    for revision in (20, 21, 23):
        yield say(SeatsChanged, revision, taken=revision - 8, after=revision)
    yield say(FrameworkPublished, 2, version=2, title="Компетенции педагога, 2")
    yield say(ProcedurePublished, 2, title="Диагностика учителя математики, осень")
    yield say(DocumentPublished, 1, version=1, title="Регламент, первая редакция")
    yield say(EffectMeasured, 1, version=1, mean=0.4)
    yield say(LearnerChanged, 2, hours_norm=72, after=20)  # now the programme fits into the year
    yield say(RoutePlanned, 3, status="accepted", replaced_because="dates", hours=36, after=60 * 24)
    yield say(RouteAccepted, 4, after=60 * 25)
    entry, exit_attempt = golden(AssessmentCompleted).attempt_id, UUID(int=4, version=4)
    measured = BEGIN + timedelta(days=80)
    route: dict[str, Any] = {"route_id": uuid5(entry, "route"), "purpose": "exit", "completed_at": measured}
    yield say(AssessmentCompleted, 2, attempt_id=exit_attempt, after=80 * 24 * 60, **route)
    yield say(ConsentGranted, 1, consent_id=UUID(int=1, version=4), purpose="notifications")
    ids: dict[str, Any] = {"consent_id": UUID(int=2, version=4), "purpose": "assessment"}
    yield say(ConsentGranted, 1, **ids)
    yield say(ConsentWithdrawn, 2, request_id=UUID(int=3, version=4), erase=False, after=90, **ids)


def life() -> Iterator[Envelope]:
    """Every step of the application."""
    for revision, (before, after) in enumerate(zip((None, *HISTORY), HISTORY, strict=False), 1):
        holder = {"role": "nobody" if after == "completed" else "provider"}
        at = BEGIN + timedelta(days=2, minutes=revision)
        yield say(StatusChanged, revision, from_status=before, to_status=after, holder=holder, changed_at=at, after=2 * 24 * 60 + revision)


def erased() -> Iterator[Envelope]:
    """A short life that nobody may remember."""
    person: dict[str, Any] = {"person_id": ERASED}
    application: dict[str, Any] = {
        **person,
        "application_id": UUID(int=10, version=4),
        "number": "ДПО-2026-000777",
        "route_id": None,
        "step_id": None,
    }
    yield say(LearnerChanged, 1, **person)
    yield say(ConsentGranted, 1, consent_id=UUID(int=11, version=4), **person)
    yield say(AssessmentCompleted, 2, attempt_id=UUID(int=12, version=4), **person)
    yield say(RoutePlanned, 1, route_id=UUID(int=13, version=4), attempt_id=UUID(int=12, version=4), **person)
    yield say(ApplicationSubmitted, 1, **application)
    yield say(StatusChanged, 1, from_status=None, to_status="school_review", **application)
    yield say(TrainingCompleted, 2, **application)
    yield say(ConsentWithdrawn, 2, consent_id=UUID(int=11, version=4), request_id=UUID(int=14, version=4), erase=True, after=600, **person)


ORDER_MAY_SHOW: dict[tuple[str, str], set[str]] = {
    ("enrollment", "role_grant"): {"valid_from", "valid_until", "deputy_of"},  # of a revocation that came first, only that it is revoked
    ("routes", "programme"): {"fact"},  # of a withdrawal that came first, only that it is withdrawn
    ("routes", "route"): {"revision", "planned_at", "inputs_hash", "objective", "bound"},  # how often it was planned, and on which day
    ("routes", "step"): {"groups", "reason"},  # what else was on offer that day, and what it was worth; the group shows in its dates
    ("notify", "delivery"): {"delivery_id", "facts", "traceparent"},  # a letter names what was known when its fact came
    ("notify", "notice"): {"notice_id", "facts"},
    ("enrollment", "suggestion"): {"id"},
}
"""Columns that may tell in which order facts came, and why."""

SIDE_EFFECTS = {("notify", "delivery"), ("notify", "notice")}
"""Where a group's change is told to those who were known to be in it; who comes later reads the new dates in the letter about the seat."""


ANSWERS = (
    {ApplicationSubmitted.topic, StatusChanged.topic, TrainingCompleted.topic},
    {"exit"},
)
"""What routes hears only because it has planned: applications to its steps, then the second measurement of its route."""


def chapters(service: str, told: list[Envelope]) -> list[list[Envelope]]:
    """The story in parts whose facts may come in any order; for all but routes it is one part."""
    if service != "routes":
        return [told]
    applications, exits = ANSWERS
    first = [one for one in told if one.type not in applications and one.data.get("purpose") not in exits]
    return [first, [one for one in told if one.type in applications], [one for one in told if one.data.get("purpose") in exits]]


async def heard(stage: Servers, service: str, told: list[list[Envelope]]) -> dict[str, list[str]]:
    """What a fresh database of a service holds when its handlers have heard these in this order, and done what was due after each part."""
    subscribers = import_module(f"{package_of(service)}.subscribers")
    engine = engine_of(await stage.database(service), pool_size=2, name=service)
    sessions = sessions_of(engine, service=service, clock=lambda: NOW, wake=asyncio.Event())
    try:
        for part in told:
            for envelope in part:
                event = envelope.event()
                if type(event) in subscribers.HEARS:
                    async with sessions.begin() as session:
                        await hear_once(session, queue_of(service, event.topic), subscribers.HEARS[type(event)], envelope, event)
            while await serve_one(sessions, getattr(subscribers, "DUES", {}), NOW + timedelta(minutes=1)):
                pass
        tables = import_module(f"{package_of(service)}.tables").Base.metadata
        async with engine.connect() as connection:
            return {name: await contents(connection, service, name) for name in stored(tables)}
    finally:
        await engine.dispose()


def stored(tables: MetaData) -> list[str]:
    """The service's own tables, and the work it has put off."""
    return sorted({*tables.tables} - {*bookkeeping.tables} | {"due"})


async def contents(connection: AsyncConnection, service: str, table: str) -> list[str]:
    """The rows of a table without what an order may show, sorted."""
    hidden = {"traceparent", "attempts", "facts"} if table == "due" else ORDER_MAY_SHOW.get((service, table), set())
    rows = (await connection.execute(text(f'SELECT to_jsonb(t) FROM "{table}" t'))).scalars()
    kept = [row for row in rows if not ((service, table) in SIDE_EFFECTS and row["rule"] == "group_changed")]
    shown = [{key: value for key, value in row.items() if key not in hidden} for row in kept]
    return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in shown)


def anyhow(told: list[Envelope], chance: random.Random) -> list[Envelope]:
    """In any order, a third of it twice."""
    mixed = [*told, *chance.sample(told, len(told) // 3)]
    chance.shuffle(mixed)
    return mixed


@pytest.mark.parametrize("service", HEARING)
async def test_any_order_and_repetition_end_in_the_same_tables(stage: Servers, service: str) -> None:
    told = chapters(service, sorted(story(), key=lambda one: (one.time, one.type, one.dporevision)))
    in_order = await heard(stage, service, told)
    assert sum(map(len, in_order.values())) > 4, "the story says something to every service"
    for seed in range(3):
        chance = random.Random(seed)
        found = await heard(stage, service, [anyhow(part, chance) for part in told])
        differs = {name: sorted({*in_order[name]} ^ {*found[name]}) for name in in_order if in_order[name] != found[name]}
        assert not differs, f"seed {seed}: {json.dumps(differs, ensure_ascii=False, indent=1)}"
