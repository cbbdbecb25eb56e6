"""Tables to import: uploaded, understood, checked without effect, applied, undone."""

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.catalog import commands, queries
from services.catalog.api.callers import Author
from services.catalog.api.worker import in_another_process
from services.catalog.rules.fields import Facts
from services.catalog.rules.files import Name
from services.catalog.rules.import_columns import COLUMNS, TITLES, Kind
from services.catalog.rules.sheet_writing import TYPES, written
from services.catalog.rules.sheets import EXPLANATION, MOST_COLUMNS, read_sheet
from services.catalog.rules.workbooks import LARGEST
from shared.edge import Edge, Now, Tx
from shared.errors import Invalid

router = APIRouter(route_class=Edge, tags=["imports"])
BINARY = {"schema": {"type": "string", "format": "binary"}}
ACCEPTED = {"content": {TYPES["xlsx"]: BINARY, "text/csv": BINARY, "application/octet-stream": BINARY}, "required": True}
WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"content": {TYPES["xlsx"]: BINARY}}}


class Mapping(Facts):
    """The field of each heading in their order; null for a column that is left out."""

    fields: Annotated[list[Annotated[str, Field(pattern=r"^[a-z_.]{1,40}$")] | None], Field(max_length=MOST_COLUMNS)]


class Counts(BaseModel):
    """How many rows the table has and what they would do or did."""

    rows: int
    new: int
    changed: int
    same: int
    errors: int


class Change(BaseModel):
    field: str
    label: str
    old: str
    new: str


class Fault(BaseModel):
    field: str
    label: str
    message: str


class ColumnOut(BaseModel):
    field: str
    title: str
    hint: str
    required: bool


class Line(BaseModel):
    """A row: what it would do or did, with `left_revision` when it was done; `note` says why an undone table left it."""

    number: int
    outcome: Literal["new", "changed", "same", "error"] | None
    title: str
    object_id: UUID | None
    changes: list[Change]
    errors: list[Fault]
    left_revision: int | None
    undo: Literal["undone", "kept"] | None
    note: str | None


class ImportItem(BaseModel):
    id: UUID
    kind: Kind
    provider_id: UUID | None
    name: str
    status: Literal["uploaded", "checked", "applied", "undone"]
    uploaded_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    counts: Counts


class ImportOut(ImportItem):
    """A table with its headings, the cells of its first row, the fields chosen or suggested, and its rows, wrong ones first."""

    headings: list[str]
    sample: list[str]
    fields: list[str | None]
    columns: list[ColumnOut]
    lines: list[Line]


class ImportList(BaseModel):
    items: list[ImportItem]


async def answered(tx: Tx, import_id: UUID, caller: Any) -> dict[str, Any]:
    fields = await commands.imports.suggested(tx, await commands.imports.own_run(tx, import_id, caller, locked=False))
    return await queries.imports.run_shown(tx, import_id, fields=fields, caller=caller)


@router.get("/import-template.xlsx", response_class=Response, responses=WORKBOOK)
async def import_template(kind: Kind, caller: Author) -> Response:
    """An empty table with the headings that are understood and a row that explains them."""
    columns = COLUMNS[kind]
    hints = [f"{EXPLANATION} {columns[0].hint}", *(column.hint for column in columns[1:])]
    headings = [column.title for column in columns]
    body = await in_another_process(written, "xlsx", TITLES[kind], headings, [hints])
    name = quote(f"{TITLES[kind]}, образец.xlsx")
    return Response(body, media_type=TYPES["xlsx"], headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"})


@router.post(
    "/imports",
    status_code=201,
    response_model=ImportOut,
    openapi_extra={"requestBody": ACCEPTED},
    max_body_size=LARGEST + 100_000,  # so that a file somewhat too large is refused in words
)
async def upload_table(
    kind: Annotated[Kind, Query()],
    name: Annotated[Name, Query()],
    request: Request,
    caller: Author,
    tx: Tx,
    now: Now,
    provider: UUID | None = None,
) -> Any:
    """Keep a workbook or a CSV for checking; nothing of the catalogue changes yet."""
    sheet = await in_another_process(read_sheet, await request.body())
    if isinstance(sheet, str):
        raise Invalid("file", sheet)
    import_id = await commands.imports.upload(tx, kind, sheet, name=name, provider_id=provider, caller=caller, now=now)
    return await answered(tx, import_id, caller)


@router.get("/imports", response_model=ImportList)
async def list_imports(caller: Author, tx: Tx, kind: Kind | None = None) -> Any:
    """The newest uploads of the caller's organisation; after ninety days they are forgotten."""
    return {"items": await queries.imports.runs_listed(tx, kind=kind, caller=caller)}


@router.get("/imports/{import_id}", response_model=ImportOut)
async def show_import(import_id: UUID, caller: Author, tx: Tx) -> Any:
    return await answered(tx, import_id, caller)


@router.put("/imports/{import_id}/mapping", response_model=ImportOut)
async def check_import(import_id: UUID, body: Mapping, caller: Author, tx: Tx, now: Now) -> Any:
    """Choose the fields of the columns and see what every row would do; the choice is kept for the same headings."""
    await commands.imports.check(tx, import_id, body.fields, caller=caller, now=now)
    return await answered(tx, import_id, caller)


@router.post("/imports/{import_id}/application", response_model=ImportOut)
async def apply_import(import_id: UUID, caller: Author, tx: Tx, now: Now) -> Any:
    """Do what the check promised; rows with errors are left out."""
    await commands.imports.apply(tx, import_id, caller=caller, now=now)
    return await answered(tx, import_id, caller)


@router.post("/imports/{import_id}/undo", response_model=ImportOut)
async def undo_import(import_id: UUID, caller: Author, tx: Tx, now: Now) -> Any:
    """Take back what nobody has touched since."""
    await commands.imports.undo(tx, import_id, caller=caller, now=now)
    return await answered(tx, import_id, caller)
