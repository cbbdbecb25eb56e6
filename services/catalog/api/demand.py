"""Searches to wait at: kept without knowing for whom."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.catalog import commands
from services.catalog.api.callers import Door
from services.catalog.rules.search import Wanted
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["programmes"])


class SavedOut(BaseModel):
    """Under which id notify knows the address."""

    subscription_id: UUID


@router.post("/saved-searches", status_code=201, response_model=SavedOut)
async def save_search(body: Wanted, caller: Door, tx: Tx, now: Now) -> Any:
    return {"subscription_id": await commands.saved.save(tx, body, now=now)}
