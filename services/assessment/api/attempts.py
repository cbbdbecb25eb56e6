"""An attempt from its start to its end, as the person who is measured makes it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field, JsonValue

from services.assessment import commands, queries
from services.assessment.api.callers import Me, Measured, Teacher
from services.assessment.api.shapes import AttemptOut, OwnAttempts, ReportOut, SavedOut
from services.assessment.rules.fields import Facts, Mark, Prose
from shared.contracts.assessment import Purpose
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["assessment"])


class AttemptIn(Facts):
    """What an attempt is for; an exit measurement names the route that was studied."""

    purpose: Purpose
    route_id: UUID | None = None


class AnswerIn(Facts):
    """By kind: choice "id", multiple ["id"], matching {"id": "target"}, ordering ["id"] in order, numeric "12,5".

    Empty ("", [] or {}) is «не знаю»; null takes the answer back.
    """

    answer: JsonValue


class DifficultiesIn(Facts):
    """How hard competences feel, 0 (not at all) to 3 (nearly always)."""

    felt: Annotated[dict[Mark, Annotated[int, Field(ge=0, le=3, strict=True)]], Field(max_length=60)]


class ReportIn(Facts):
    """What is wrong with an item."""

    text: Annotated[Prose, Field(min_length=5, max_length=1000)]


@router.post("/procedures/{procedure_id}/attempts", status_code=201, response_model=AttemptOut)
async def start_attempt(procedure_id: UUID, body: AttemptIn, caller: Measured, me: Me, tx: Tx, now: Now, response: Response) -> Any:
    """Start, or go on with what was started: 201 for a new attempt, 200 for the running one."""
    attempt_id, begun = await commands.attempts.start_attempt(
        tx, procedure_id=procedure_id, purpose=body.purpose, route_id=body.route_id, person_id=me, now=now
    )
    response.status_code = 201 if begun else 200
    return await queries.attempts.attempt_shown(tx, attempt_id, person_id=me, now=now)


@router.get("/attempts/{attempt_id}", response_model=AttemptOut)
async def show_attempt(attempt_id: UUID, caller: Teacher, me: Me, tx: Tx, now: Now) -> Any:
    return await queries.attempts.attempt_shown(tx, attempt_id, person_id=me, now=now)


@router.put("/attempts/{attempt_id}/answers/{item_id}", response_model=SavedOut)
async def answer_item(attempt_id: UUID, item_id: UUID, body: AnswerIn, caller: Measured, me: Me, tx: Tx, now: Now) -> Any:
    """Keep an answer; saying it again changes nothing, another one replaces it."""
    await commands.attempts.answer_item(tx, attempt_id, item_id, answer=body.answer, person_id=me, now=now)
    return await queries.attempts.saved(tx, attempt_id, now=now)


@router.put("/attempts/{attempt_id}/difficulties", response_model=SavedOut)
async def state_difficulties(attempt_id: UUID, body: DifficultiesIn, caller: Measured, me: Me, tx: Tx, now: Now) -> Any:
    """Replace what feels hard; the estimate never sees it."""
    await commands.attempts.state_difficulties(tx, attempt_id, felt=body.felt, person_id=me, now=now)
    return await queries.attempts.saved(tx, attempt_id, now=now)


@router.post("/attempts/{attempt_id}/completion", response_model=AttemptOut)
async def complete_attempt(attempt_id: UUID, caller: Measured, me: Me, tx: Tx, now: Now) -> Any:
    """End the attempt and measure it; ending it twice changes nothing."""
    await commands.attempts.complete_attempt(tx, attempt_id, person_id=me, now=now)
    return await queries.attempts.attempt_shown(tx, attempt_id, person_id=me, now=now)


@router.post("/attempts/{attempt_id}/items/{item_id}/reports", status_code=201, response_model=ReportOut)
async def report_item(attempt_id: UUID, item_id: UUID, body: ReportIn, caller: Teacher, me: Me, tx: Tx, now: Now) -> Any:
    """Say what is wrong with an item; saying it again replaces the words."""
    report_id = await commands.attempts.report_item(tx, attempt_id, item_id, text=body.text, person_id=me, now=now)
    return {"report_id": report_id}


@router.get("/me/attempts", response_model=OwnAttempts)
async def list_my_attempts(caller: Teacher, me: Me, tx: Tx, now: Now, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Any:
    return {"items": await queries.attempts.attempts_listed(tx, person_id=me, limit=limit, now=now)}
