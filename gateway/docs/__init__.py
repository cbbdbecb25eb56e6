"""The public API described where it is served: the merged document and Swagger UI, nothing from outside."""

from functools import lru_cache
from pathlib import Path

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse
from swagger_ui_bundle import swagger_ui_path

from gateway.api.inside import AtGate
from gateway.docs.older import in_3_0
from gateway.door.table import read
from shared.errors import NotFound

router = APIRouter()
ASSETS = {name: Path(swagger_ui_path) / name for name in ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")}
ASSETS["start.js"] = Path(__file__).with_name("start.js")
PAGE = """<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Программный интерфейс — Организация ДПО</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="/api/docs/favicon-32x32.png">
</head>
<body>
<main id="swagger-ui"></main>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""


@router.get("/api/v1/openapi.json")
async def document(gate: AtGate) -> Response:
    headers = {"cache-control": "public, max-age=300"}
    return Response(orjson.dumps(read(gate.settings.openapi_file)), media_type="application/json", headers=headers)


@router.get("/api/docs")
async def page() -> HTMLResponse:
    return HTMLResponse(PAGE)


@router.get("/api/docs/openapi.json")
async def document_for_the_page(gate: AtGate) -> Response:
    file = gate.settings.openapi_file
    body = older(file, file.stat().st_mtime_ns if file.exists() else 0)
    return Response(body, media_type="application/json", headers={"cache-control": "public, max-age=300"})


@lru_cache(1)
def older(file: Path, written: int) -> bytes:
    return orjson.dumps(in_3_0(read(file)))


@router.get("/api/docs/{name}")
async def asset(name: str) -> FileResponse:
    if (file := ASSETS.get(name)) is None:
        raise NotFound()
    return FileResponse(file, headers={"cache-control": "public, max-age=86400"})
