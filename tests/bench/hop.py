"""The least that forwards: ASGI in, aiohttp out, no identity, no limits, no traces."""

import os
from typing import Any

import aiohttp
from yarl import URL

UPSTREAM = os.environ.get("HOP_UPSTREAM", "")
PASSED = (b"content-type", b"cache-control", b"etag", b"location")


class Hop:
    """The application; its session lives as long as it does."""

    session: aiohttp.ClientSession

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        if scope["path"] == "/readyz":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})
            return
        target = scope["raw_path"].decode("latin-1")
        if query := scope["query_string"]:
            target += "?" + query.decode("latin-1")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"}
        url = URL(UPSTREAM + target, encoded=True)
        async with self.session.request(scope["method"], url, headers=headers, allow_redirects=False) as response:
            body = await response.read()
            kept = [(key, value) for name, value in response.raw_headers if (key := name.lower()) in PASSED]
        kept.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": kept})
        await send({"type": "http.response.body", "body": body})

    async def live(self, receive: Any, send: Any) -> None:
        await receive()
        connector = aiohttp.TCPConnector(limit=100)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as self.session:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = Hop()
