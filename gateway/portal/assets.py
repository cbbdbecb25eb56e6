"""The portal's own few files, named after their content so that a browser keeps them for good, gzipped once."""

import gzip
import hashlib
from pathlib import Path

from fastapi import APIRouter, Request, Response

from shared.errors import NotFound

router = APIRouter()
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
FOREVER = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
FILES = {file.name: file.read_bytes() for file in Path(__file__).with_name("static").iterdir()}
DIGESTS = {name: hashlib.sha256(body).hexdigest()[:10] for name, body in FILES.items()}
PACKED = {name: gzip.compress(body, 9, mtime=0) for name, body in FILES.items()}


def href(name: str) -> str:
    """The address of a file in its present content."""
    return f"/static/{DIGESTS[name]}/{name}"


@router.get("/static/{digest}/{name}")
async def static_file(digest: str, name: str, request: Request) -> Response:
    if DIGESTS.get(name) != digest:
        raise NotFound()
    media_type = TYPES[name.rpartition(".")[2]]
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(PACKED[name], headers={**FOREVER, "content-encoding": "gzip"}, media_type=media_type)
    return Response(FILES[name], headers=FOREVER, media_type=media_type)


@router.get("/favicon.ico")
async def favicon() -> Response:
    return Response(FILES["brand.svg"], headers={"cache-control": "public, max-age=86400"}, media_type=TYPES["svg"])
