"""Tables into the catalogue: chosen, understood, looked at, applied, taken back."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
LARGEST, SENT, SHOWN = 1_000_000, 5_500_000, 100  # a file somewhat too large is refused in words
PROVIDER, OPERATOR = "/provider/import", "/operator/import"
KINDS = {"programmes": "Программы", "groups": "Потоки", "organisations": "Организации"}
STATES = {
    "uploaded": ("mine", "Выберите столбцы"),
    "checked": ("mine", "Проверена, не загружена"),
    "applied": ("done", "Загружена"),
    "undone": ("stop", "Отменена"),
}
OUTCOMES = {"error": "С ошибкой", "changed": "Изменится", "new": "Новая", "same": "Без изменений"}
DONE = {**OUTCOMES, "changed": "Изменена", "new": "Добавлена"}
OBJECTS = {"programmes": "/programmes/", "groups": "/provider/groups/", "organisations": "/organisations/"}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNFIT = re.compile(r"[/\\<>\"\x00-\x1f]")
LABELS = {"file": "Файл", "provider": "Организация", "fields": "Столбцы"}


async def place_of(view: View) -> tuple[str, list[tuple[str, str]], list[Mapping[str, Any]]]:
    """Where the visitor loads tables, which kinds they may, and for which organisations."""
    frame = await view.signed_in()
    if view.request.url.path.startswith(OPERATOR):
        if not frame.has("operator"):
            raise Forbidden("Организации загружает оператор.")
        return OPERATOR, [("organisations", KINDS["organisations"]), *list(KINDS.items())[:2]], []
    if not (grants := frame.roles("provider_specialist")):
        raise Forbidden("Таблицы загружают специалисты организаций ДПО.")
    return PROVIDER, list(KINDS.items())[:2], grants


@router.get(PROVIDER)
@router.get(OPERATOR)
async def imports(view: At) -> Response:
    return await listed(view, Told())


async def listed(view: View, said: Told, *, typed: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The form and what was loaded before."""
    base, kinds, grants = await place_of(view)
    found = await view.ask.get("/imports")
    return await view.show(
        "imports.html",
        status=status,
        section=section_of(base),
        title="Загрузка таблиц",
        base=base,
        kinds=kinds,
        titles=KINDS,
        states=STATES,
        providers=[(grant["scope"], grant.get("scope_name") or grant["scope"]) for grant in grants] if len(grants) > 1 else [],
        own=[grant["scope"] for grant in grants] if len(grants) == 1 else [],
        found=found["items"],
        typed={"kind": kinds[0][0], "provider": "", **(typed or {})},
        labels=LABELS,
        said=said,
    )


def section_of(base: str) -> str:
    return base.split("/")[1]


@router.post(PROVIDER, max_body_size=SENT)
@router.post(OPERATOR, max_body_size=SENT)
async def upload(view: At) -> Response:
    """Take a file, and go on to its columns."""
    base, kinds, _ = await place_of(view)
    form, name, body = await view.form_with_file("file", LARGEST)
    typed = {"kind": str(form.get("kind", "")), "provider": str(form.get("provider", ""))}
    if typed["kind"] not in dict(kinds):
        typed["kind"] = kinds[0][0]
    if not body:
        return await listed(view, Told({"file": "Выберите файл: книгу Excel или CSV"}), typed=typed, status=422)
    asked = {"kind": typed["kind"], "name": UNFIT.sub("", name)[-120:].strip() or "таблица", "provider": typed["provider"] or None}
    try:
        run = await view.ask.upload("/imports", body, WORKBOOK if body.startswith(b"PK") else "text/csv", **asked)
    except Refused as refused:
        return await listed(view, told(refused), typed=typed, status=refused.status)
    return view.go(f"{base}/{run['id']}")


@router.get(PROVIDER + "/{import_id}")
@router.get(OPERATOR + "/{import_id}")
async def one_import(view: At, import_id: UUID) -> Response:
    return await shown(view, await view.ask.get(f"/imports/{import_id}"), Told())


async def shown(view: View, run: Mapping[str, Any], said: Told, *, status: int = 200) -> Response:
    """A table with its columns and, once it was checked, its rows, wrong ones first."""
    base, _, _ = await place_of(view)
    lines = [line for line in run["lines"] if line["outcome"] != "same"] if run["status"] != "uploaded" else []
    left = [line for line in run["lines"] if line["left_revision"] is not None]
    return await view.show(
        "import.html",
        status=status,
        section=section_of(base),
        title=run["name"],
        base=base,
        run=run,
        kind=KINDS[run["kind"]],
        state=STATES[run["status"]],
        lines=lines[:SHOWN],
        hidden=max(len(lines) - SHOWN, 0),
        outcomes=DONE if run["status"] in ("applied", "undone") else OUTCOMES,
        to_do=run["counts"]["new"] + run["counts"]["changed"],
        may_undo=run["status"] == "applied" and bool(left),
        objects=OBJECTS[run["kind"]],
        labels=LABELS,
        said=said,
    )


@router.post(PROVIDER + "/{import_id}/mapping")
@router.post(OPERATOR + "/{import_id}/mapping")
async def check(view: At, import_id: UUID) -> Response:
    """See what every row would do."""
    base, _, _ = await place_of(view)
    form = await view.form()
    run = await view.ask.get(f"/imports/{import_id}")
    fields = [str(form.get(f"field-{place}", "")) or None for place in range(len(run["headings"]))]
    try:
        await view.ask.put(f"/imports/{import_id}/mapping", {"fields": fields})
    except Refused as refused:
        return await shown(view, {**run, "fields": fields}, told(refused), status=refused.status)
    return view.go(f"{base}/{import_id}#rows")


@router.post(PROVIDER + "/{import_id}/application")
@router.post(OPERATOR + "/{import_id}/application")
async def apply(view: At, import_id: UUID) -> Response:
    """Do what was looked at."""
    base, _, _ = await place_of(view)
    try:
        run = await view.ask.post(f"/imports/{import_id}/application")
    except Refused as refused:
        return await shown(view, await view.ask.get(f"/imports/{import_id}"), told(refused), status=refused.status)
    done = sum(line["left_revision"] is not None for line in run["lines"])
    return view.go(f"{base}/{import_id}", "imported_programmes" if run["kind"] == "programmes" else "imported", done)


@router.post(PROVIDER + "/{import_id}/undo")
@router.post(OPERATOR + "/{import_id}/undo")
async def undo(view: At, import_id: UUID) -> Response:
    """Take back what nobody has touched since."""
    base, _, _ = await place_of(view)
    try:
        run = await view.ask.post(f"/imports/{import_id}/undo")
    except Refused as refused:
        return await shown(view, await view.ask.get(f"/imports/{import_id}"), told(refused), status=refused.status)
    kept = sum(line["undo"] == "kept" for line in run["lines"])
    return view.go(f"{base}/{import_id}", "import_undone_partly" if kept else "import_undone", kept)
