"""What was measured, for the measured person's eyes only."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.assessment import queries
from services.assessment.api.callers import Me, Teacher
from services.assessment.api.shapes import CompetencesOut, Reassessments, ResultOut
from shared.edge import Edge, Tx

router = APIRouter(route_class=Edge, tags=["assessment"])


@router.get("/attempts/{attempt_id}/result", response_model=ResultOut)
async def show_result(attempt_id: UUID, caller: Teacher, me: Me, tx: Tx) -> Any:
    return await queries.results.result_shown(tx, attempt_id, person_id=me)


@router.get("/me/competences", response_model=CompetencesOut)
async def list_my_competences(caller: Teacher, me: Me, tx: Tx) -> Any:
    """The newest measurement of each competence, what moved since the one before, and the history."""
    return {"items": await queries.results.competences_shown(tx, person_id=me)}


@router.get("/me/reassessments", response_model=Reassessments)
async def list_my_reassessments(caller: Teacher, me: Me, tx: Tx) -> Any:
    """Second measurements that are asked for, because a route was studied."""
    return {"items": await queries.results.reassessments_shown(tx, person_id=me)}
