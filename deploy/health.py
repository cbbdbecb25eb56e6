"""Asks a process how it is."""

import http.client
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Health:
    """The answer to GET /readyz: ready or not, of which launch, and what is wrong in the process's own words."""

    ready: bool
    launch_id: str
    wrong: tuple[str, ...]


def health(port: int, *, timeout: float = 3) -> Health | None:
    """What the process on a port of 127.0.0.1 says of itself; None if nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body: Any = json.loads(answer.read() or b"{}") if "json" in (answer.getheader("content-type") or "") else {}
        wrong = tuple(map(str, body.get("wrong", ()))) if isinstance(body, dict) else ()
        return Health(answer.status == 200, answer.getheader("x-launch-id") or "", wrong)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
