"""A service that does nothing: a fixed answer of a kilobyte to everything, and an OTLP receiver that forgets what it is sent."""

import json
from typing import Any

ANSWER = json.dumps({"items": [{"id": number, "title": "Программа повышения квалификации"} for number in range(7)]}).encode()


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})
