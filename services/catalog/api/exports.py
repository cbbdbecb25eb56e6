"""The register as tables: the same headings that an import understands."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from services.catalog import queries
from services.catalog.api.callers import Author, Visitor
from services.catalog.api.public import Public
from services.catalog.api.worker import in_another_process
from services.catalog.queries.exports import PROGRAMME, PROVIDER, STATE, Values
from services.catalog.rules.exports import exported
from services.catalog.rules.import_columns import TITLES, Kind
from services.catalog.rules.import_values import Words
from services.catalog.rules.search import Wanted, WantedGroups, WantedOwn
from services.catalog.rules.sheet_writing import TYPES
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["exports"])
BINARY = {"schema": {"type": "string", "format": "binary"}}
XLSX: dict[int | str, dict[str, Any]] = {200: {"content": {TYPES["xlsx"]: BINARY}}}
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": BINARY}}}


async def table(form: str, kind: Kind, found: tuple[Values, Words], told: Sequence[str], now: Now) -> Response:
    values, words = found
    body = await in_another_process(exported, form, kind, values, words, told)
    name = quote(f"{TITLES[kind]} {today(now):%d.%m.%Y}.{form}")
    return Response(body, media_type=TYPES[form], headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"})


@router.get("/programmes.xlsx", response_class=Response, responses=XLSX)
async def export_programmes(wanted: Annotated[Wanted, Query()], caller: Visitor, tx: Tx, now: Now) -> Response:
    """The programmes of a search, at most two thousand, whatever its page."""
    return await table("xlsx", "programmes", await queries.exports.programmes_found(tx, wanted, today=today(now)), [PROVIDER], now)


@router.get("/programmes.csv", response_class=Response, responses=CSV)
async def export_programmes_csv(wanted: Annotated[Wanted, Query()], caller: Visitor, tx: Tx, now: Now) -> Response:
    """The same as text, with semicolons."""
    return await table("csv", "programmes", await queries.exports.programmes_found(tx, wanted, today=today(now)), [PROVIDER], now)


@router.get("/own-programmes.xlsx", response_class=Response, responses=XLSX)
async def export_own_programmes(wanted: Annotated[WantedOwn, Query()], caller: Author, tx: Tx, now: Now) -> Response:
    """The programmes of the caller's organisation as it edits them, drafts too."""
    found = await queries.exports.own_programmes(tx, wanted, caller=caller, today=today(now))
    return await table("xlsx", "programmes", found, [STATE], now)


@router.get("/groups.xlsx", response_class=Response, responses=XLSX)
async def export_groups(wanted: Annotated[WantedGroups, Query()], caller: Visitor, tx: Tx, now: Now) -> Response:
    """Groups by their first day, at most two thousand, whatever the page."""
    return await table("xlsx", "groups", await queries.exports.groups(tx, wanted, today=today(now)), [PROGRAMME, STATE], now)
