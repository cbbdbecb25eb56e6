"""A load generator in a process of its own: a few connections, each asking again, for one thing or many, as soon as it is answered."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


class Asking(asyncio.Protocol):
    """One connection; in the request `%KEY%` becomes another key every time, `%TARGET%` the next of the targets."""

    def __init__(self, run: "Run") -> None:
        self.run, self.received, self.sent_at = run, b"", 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.sent_at = time.perf_counter()
        self.transport.write(self.run.next_request())

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < int(((length := LENGTH.search(head)) and length[1]) or 0):
            return
        self.received = b""
        self.run.answered(int(head[9:12]), time.perf_counter() - self.sent_at)
        if self.run.over:
            self.transport.close()
        else:
            self.ask()

    def connection_lost(self, reason: Exception | None) -> None:
        self.run.left()


class Run:
    """All connections until time is up."""

    def __init__(self, request: bytes, targets: Sequence[str], *, connections: int, seconds: float) -> None:
        self.request, self.targets, self.open, self.asked = request, [one.encode() for one in targets], connections, 0
        self.until = time.perf_counter() + seconds
        self.waits: list[float] = []
        self.statuses: dict[int, int] = {}
        self.done = asyncio.get_running_loop().create_future()

    @property
    def over(self) -> bool:
        return time.perf_counter() >= self.until

    def next_request(self) -> bytes:
        self.asked += 1
        request = self.request.replace(b"%KEY%", b"%d-%d" % (time.time_ns(), self.asked))
        return request.replace(b"%TARGET%", self.targets[self.asked % len(self.targets)]) if self.targets else request

    def answered(self, status: int, seconds: float) -> None:
        self.waits.append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def left(self) -> None:
        self.open -= 1
        if not self.open:
            self.done.set_result(None)


async def run(request: str, targets: Sequence[str], host: str, port: int, *, connections: int, seconds: float) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    began, made = time.perf_counter(), Run(request.encode("latin-1"), targets, connections=connections, seconds=seconds)
    for _ in range(connections):
        await loop.create_connection(lambda: Asking(made), host, port)
    await made.done
    cuts = quantiles(made.waits, n=100)
    rate = len(made.waits) / (time.perf_counter() - began)
    return {"rate": rate, "p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "statuses": made.statuses}


async def load(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    targets: Sequence[str] = (),
    connections: int,
    seconds: float = 2.0,
) -> dict[str, Any]:
    """Requests a second, p50, p95 and p99 in seconds, of an address or several targets there; raises when any answer was no success."""
    parts = urlsplit(url)
    lines = {"host": parts.netloc, "content-length": str(len(body)), **(headers or {})}
    path = "%TARGET%" if targets else f"{parts.path}?{parts.query}" if parts.query else parts.path
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    asked = {"request": head + body.decode("latin-1"), "targets": [*targets], "host": parts.hostname, "port": parts.port}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate(json.dumps(asked | {"connections": connections, "seconds": seconds}).encode())
    answer: dict[str, Any] = json.loads(said)
    if any(not (200 <= int(status) < 300 or int(status) == 304) for status in answer["statuses"]):
        raise AssertionError(f"{method} {url} answered {answer['statuses']}")
    return answer


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(**json.load(sys.stdin)))))
