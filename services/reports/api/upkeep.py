"""The operator's part: is every fact counted, and a rebuild from the archive."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from services.reports.api.figures import ReadModels
from services.reports.api.shapes.upkeep import BegunOut, ChecksumOut, RebuildOut
from services.reports.queries.checksum import checksum
from services.reports.queries.upkeep import last_rebuild
from services.reports.rebuild import begin_rebuild
from shared.access import Caller, allow
from shared.edge import Edge, Now, Tx

router = APIRouter(prefix="/reports", route_class=Edge, tags=["reports"])
Staff = Annotated[Caller, allow("reports.check", "operator", "auditor")]
Operator = Annotated[Caller, allow("reports.rebuild", "operator")]


@router.get("/checksum", response_model=ChecksumOut)
async def report_checksum(caller: Staff, models: ReadModels, now: Now) -> dict[str, Any]:
    """Сверка: одна и та же сумма для одних и тех же событий."""
    return await checksum(models, now=now)


@router.post("/rebuild", status_code=202, response_model=BegunOut)
async def rebuild_reports(request: Request, caller: Operator) -> dict[str, UUID]:
    """Пересобрать отчёты из архива событий; действующие таблицы служат до конца сборки."""
    return {"rebuild_id": await begin_rebuild(request.app)}


@router.get("/rebuild", response_model=RebuildOut)
async def report_rebuild(caller: Staff, tx: Tx) -> dict[str, Any]:
    """Как идёт последняя пересборка."""
    return await last_rebuild(tx)
