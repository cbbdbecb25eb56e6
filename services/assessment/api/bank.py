"""The framework, items and procedures: read by everyone, written by the operator and by assessors; keys are written only."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.assessment import commands, queries
from services.assessment.api.callers import Methodist, Visitor
from services.assessment.api.shapes import (
    FrameworkOut,
    ItemReports,
    ItemsOut,
    PassportOut,
    ProcedureOut,
    Procedures,
)
from services.assessment.rules.bank import FrameworkFacts, ItemsFacts, ProcedureFacts
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["assessment"])
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/framework", response_model=FrameworkOut)
async def show_framework(caller: Visitor, tx: Tx) -> Any:
    """The competence framework published last."""
    return await queries.bank.framework_shown(tx)


@router.get("/procedures", response_model=Procedures)
async def list_procedures(caller: Visitor, tx: Tx, limit: Limit = 100) -> Any:
    return {"items": await queries.bank.procedures_listed(tx, limit=limit)}


@router.get("/procedures/{procedure_id}", response_model=ProcedureOut)
async def show_procedure(procedure_id: UUID, caller: Visitor, tx: Tx) -> Any:
    return await queries.bank.procedure_card(tx, procedure_id)


@router.post("/frameworks", status_code=201, response_model=FrameworkOut)
async def publish_framework(body: FrameworkFacts, caller: Methodist, tx: Tx, now: Now) -> Any:
    framework_id = await commands.bank.publish_framework(tx, body, framework_id=None, now=now)
    return await queries.bank.framework_shown(tx, framework_id)


@router.put("/frameworks/{framework_id}", response_model=FrameworkOut)
async def publish_next_framework(framework_id: UUID, body: FrameworkFacts, caller: Methodist, tx: Tx, now: Now) -> Any:
    """The next version of a framework; procedures take it over when they are published again."""
    await commands.bank.publish_framework(tx, body, framework_id=framework_id, now=now)
    return await queries.bank.framework_shown(tx, framework_id)


@router.post("/items", status_code=201, response_model=ItemsOut)
async def add_items(body: ItemsFacts, caller: Methodist, tx: Tx, now: Now) -> Any:
    """Add items, all or none; an item with a known code and other words replaces the known one in forms published later."""
    return {"items": await commands.bank.add_items(tx, body, now=now)}


@router.post("/procedures", status_code=201, response_model=ProcedureOut)
async def publish_procedure(body: ProcedureFacts, caller: Methodist, tx: Tx, now: Now) -> Any:
    procedure_id = await commands.bank.publish_procedure(tx, body, procedure_id=None, caller=caller, now=now)
    return await queries.bank.procedure_card(tx, procedure_id)


@router.put("/procedures/{procedure_id}", response_model=ProcedureOut)
async def publish_next_procedure(procedure_id: UUID, body: ProcedureFacts, caller: Methodist, tx: Tx, now: Now) -> Any:
    """The next revision of a procedure, with the current items of its codes; attempts already started keep theirs."""
    await commands.bank.publish_procedure(tx, body, procedure_id=procedure_id, caller=caller, now=now)
    return await queries.bank.procedure_card(tx, procedure_id)


@router.get("/procedures/{procedure_id}/passport", response_model=PassportOut)
async def show_passport(procedure_id: UUID, caller: Methodist, tx: Tx) -> Any:
    """Whom the procedure measured and how far its results may be trusted; fewer than five persons are not described."""
    return await queries.passport.passport_shown(tx, procedure_id, caller=caller)


@router.get("/item-reports", response_model=ItemReports)
async def list_item_reports(caller: Methodist, tx: Tx, limit: Limit = 50) -> Any:
    """What teachers say is wrong with items."""
    return {"items": await queries.bank.item_reports(tx, caller=caller, limit=limit)}
