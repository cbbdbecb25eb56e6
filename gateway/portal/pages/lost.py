"""Addresses that no page has."""

from fastapi import APIRouter, Response

from gateway.portal.page import At, Page
from shared.errors import NotFound

router = APIRouter(route_class=Page)


@router.get("/{path:path}")
async def lost(view: At, path: str) -> Response:
    raise NotFound()
