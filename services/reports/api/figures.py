"""The figures, each within the caller's scope."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.api.shapes.closure import ClosureOut
from services.reports.api.shapes.coverage import CoverageOut
from services.reports.api.shapes.deficits import DeficitsOut
from services.reports.api.shapes.demand import DemandOut
from services.reports.api.shapes.funnel import FunnelOut
from services.reports.api.shapes.routes import RoutesOut
from services.reports.api.shapes.supply import LettersOut, SeatsOut
from services.reports.commands import gate
from services.reports.queries import closure, coverage, deficits, demand, funnel, routes, supply
from services.reports.queries.places import named_places, places_of
from services.reports.rules.periods import Period, last_years, quarters
from shared.access import Caller, allow
from shared.clock import today
from shared.edge import Edge, Now, Tx
from shared.errors import Invalid

router = APIRouter(prefix="/reports", route_class=Edge, tags=["reports"])
REGION = ("operator", "ministry", "auditor")
Anyone = Annotated[Caller, allow("reports.funnel", "municipal_specialist", "provider_specialist", "school_specialist", *REGION)]
Supplier = Annotated[Caller, allow("reports.seats", "municipal_specialist", "provider_specialist", *REGION)]
Demander = Annotated[Caller, allow("reports.demand", "municipal_specialist", "provider_specialist", *REGION)]
Municipality = Annotated[Caller, allow("reports.results", "municipal_specialist", *REGION)]
Region = Annotated[Caller, allow("reports.letters", *REGION)]
Oktmo = Annotated[str | None, Query(pattern=r"^\d{8}$", description="ОКТМО муниципалитета, 8 цифр")]


async def read_models(tx: Tx) -> AsyncSession:
    """The read models, which no rebuild swaps while they are read."""
    await gate.enter(tx)
    return tx


async def asked_days(
    first: Annotated[date | None, Query(alias="from")] = None, last: Annotated[date | None, Query(alias="to")] = None
) -> Period:
    """The days asked for, both included."""
    for field, day in (("from", first), ("to", last)):
        if day and not 2000 <= day.year <= 2100:
            raise Invalid(field, "Укажите год с 2000 по 2100.")
    if first and last and first > last:
        raise Invalid("to", "Конец периода раньше начала.")
    return Period(first, last)


async def asked_quarters(days: Annotated[Period, Depends(asked_days)]) -> Period:
    """The whole quarters around the days asked for."""
    return quarters(first=days.first, last=days.last)


ReadModels = Annotated[AsyncSession, Depends(read_models)]
Days = Annotated[Period, Depends(asked_days)]
Quarters = Annotated[Period, Depends(asked_quarters)]


@router.get("/funnel", response_model=FunnelOut)
async def report_funnel(
    caller: Anyone,
    models: ReadModels,
    now: Now,
    days: Days,
    oktmo: Oktmo = None,
    programme_id: UUID | None = None,
    provider_id: UUID | None = None,
) -> dict[str, Any]:
    """Воронка заявок и время у каждого держателя."""
    wanted = funnel.asked(caller=caller, period=days, oktmo=oktmo, programme_id=programme_id, provider_id=provider_id)
    return await funnel.funnel(models, wanted, now=now)


@router.get("/deficits", response_model=DeficitsOut)
async def report_deficits(caller: Municipality, models: ReadModels, now: Now, period: Quarters, oktmo: Oktmo = None) -> dict[str, Any]:
    """Дефициты по компетенциям и муниципалитетам; ячейки меньше пяти человек скрыты."""
    return await deficits.deficits(models, period, places_of(caller, oktmo), now=now)


@router.get("/routes", response_model=RoutesOut)
async def report_routes(caller: Municipality, models: ReadModels, now: Now, period: Quarters, oktmo: Oktmo = None) -> dict[str, Any]:
    """Индивидуальные маршруты: сколько и в каком состоянии, нагрузка, что осталось открытым и почему."""
    return await routes.routes(models, period, places_of(caller, oktmo), now=now)


@router.get("/closure", response_model=ClosureOut)
async def report_closure(caller: Municipality, models: ReadModels, now: Now, period: Quarters, oktmo: Oktmo = None) -> dict[str, Any]:
    """Измеренное закрытие дефицитов: до и после, с ошибкой разности."""
    return await closure.closure(models, period, places_of(caller, oktmo), now=now)


@router.get("/coverage", response_model=CoverageOut)
async def report_coverage(caller: Municipality, models: ReadModels, now: Now, days: Days, oktmo: Oktmo = None) -> dict[str, Any]:
    """Охват: сколько педагогов завершили обучение, по умолчанию за три года."""
    return await coverage.coverage(models, last_years(days, today=today(now)), places_of(caller, oktmo), now=now)


@router.get("/seats", response_model=SeatsOut)
async def report_seats(
    caller: Supplier,
    models: ReadModels,
    now: Now,
    days: Days,
    oktmo: Oktmo = None,
    programme_id: UUID | None = None,
    provider_id: UUID | None = None,
) -> dict[str, Any]:
    """Места и квоты групп, которые начинаются в этот период."""
    places = named_places(oktmo) if caller.scopes("provider") else places_of(caller, oktmo)
    return await supply.seats(models, days, places, caller=caller, programme_id=programme_id, provider_id=provider_id, now=now)


@router.get("/demand", response_model=DemandOut)
async def report_demand(caller: Demander, models: ReadModels, now: Now, days: Days) -> dict[str, Any]:
    """Спрос: что искали и не нашли, листы ожидания, дефициты, для которых нет программ."""
    return await demand.demand(models, days, caller=caller, now=now)


@router.get("/letters", response_model=LettersOut)
async def report_letters(caller: Region, models: ReadModels, now: Now, days: Days) -> dict[str, Any]:
    """Письма: сколько дошло и за сколько секунд."""
    return await supply.letters(models, days, now=now)
