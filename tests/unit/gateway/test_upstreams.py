"""Kept connections to services: an answer is whole, its asker's own, and a service that has gone away is told from a slow one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.door.upstreams import Answer, Late, Unreachable, Upstreams

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: secret=1\r\nContent-Type: text/plain\r\n\r\n"
Says = Callable[[int, int, asyncio.StreamWriter], Awaitable[None]]


class Service:
    """A server that says what a test tells it, by number of the connection and of the request on it."""

    def __init__(self, says: Says) -> None:
        self.says, self.connections = says, 0
        self.heard: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection, number = self.connections, 0
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                self.heard.append(head + await reader.readexactly(length))
                number += 1
                await self.says(connection, number, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def serving(says: Says, *, seconds: float = 5, connections: int = 10) -> AsyncIterator[tuple[Service, Upstreams]]:
    service = Service(says)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    upstreams = Upstreams({"catalog": f"http://127.0.0.1:{port}/catalog"}, seconds=seconds, connections=connections)
    try:
        yield service, upstreams
    finally:
        await upstreams.close()
        server.close()


async def plainly(connection: int, number: int, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"%d%d" % (connection, number))


async def test_a_request_is_sent_as_it_came_and_its_connection_kept() -> None:
    async with serving(plainly) as (service, upstreams):
        first = await upstreams.send("catalog", "GET", "/programmes?q=%D0%B0", {"accept": "text/plain"})
        second = await upstreams.send("catalog", "POST", "/programmes", {}, b"{}")
        empty = await upstreams.send("catalog", "PUT", "/programmes", {})
    assert first == Answer(200, [(b"content-type", b"text/plain")], b"11")  # and no cookie of the service's
    assert (second.body, empty.body, service.connections) == (b"12", b"13", 1)
    lines = [heard.split(b"\r\n") for heard in service.heard]
    assert lines[0][0] == b"GET /catalog/programmes?q=%D0%B0 HTTP/1.1"
    assert lines[0][1].startswith(b"host: 127.0.0.1:")
    assert lines[0][2:] == [b"accept: text/plain", b"", b""]
    assert lines[1][2:] == [b"content-length: 2", b"", b"{}"]
    assert lines[2][2:] == [b"content-length: 0", b"", b""]


async def test_an_answer_in_pieces_is_whole() -> None:
    async def says(_: int, __: int, writer: asyncio.StreamWriter) -> None:
        announced = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20"
        for part in (announced, b"1 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab", b"c\r\n1\r\nd\r\n0\r\n\r\n"):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)  # the reader sees this piece before the next is written

    async with serving(says) as (service, upstreams):
        answers = [await upstreams.send("catalog", "GET", "/", {}) for _ in range(2)]
        assert answers == [Answer(201, [], b"abcd")] * 2
        assert service.connections == 1


async def test_a_connection_closed_meanwhile_is_replaced_where_repeating_does_no_harm() -> None:
    async def closing(connection: int, number: int, writer: asyncio.StreamWriter) -> None:
        if number > 1:
            writer.close()  # the second request on a connection finds nobody
        else:
            await plainly(connection, number, writer)

    async with serving(closing) as (_, upstreams):
        assert [(await upstreams.send("catalog", "GET", "/", {})).body for _ in range(3)] == [b"11", b"21", b"31"]
        with pytest.raises(Unreachable):
            await upstreams.send("catalog", "POST", "/", {}, b"{}")


async def test_nobody_gets_an_answer_that_was_not_theirs() -> None:
    async def talkative(connection: int, number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"%d%d" % (connection, number) + OK + b"no")

    async with serving(talkative) as (_, upstreams):
        assert [(await upstreams.send("catalog", "GET", "/", {})).body for _ in range(3)] == [b"11", b"21", b"31"]


async def test_a_late_answer_meets_nobody() -> None:
    release = asyncio.Event()

    async def slow(connection: int, number: int, writer: asyncio.StreamWriter) -> None:
        if connection == 1:
            await release.wait()
        await plainly(connection, number, writer)

    async with serving(slow, seconds=0.2, connections=1) as (_, upstreams):
        with pytest.raises(Late):
            await upstreams.send("catalog", "GET", "/", {})
        release.set()
        assert (await upstreams.send("catalog", "GET", "/", {})).body == b"21"  # its place is free again


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", b"nonsense\r\n\r\n", b""])
async def test_half_an_answer_is_none(said: bytes) -> None:
    async def breaking(_: int, __: int, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with serving(breaking) as (_, upstreams):
        with pytest.raises(Unreachable):
            await upstreams.send("catalog", "GET", "/", {})


async def test_no_more_connections_than_agreed() -> None:
    async with serving(plainly, connections=2) as (service, upstreams):
        await asyncio.gather(*(upstreams.send("catalog", "GET", "/", {}) for _ in range(20)))
        assert len(service.heard) == 20
        assert service.connections == 2


@pytest.mark.parametrize(("target", "headers"), [("/a\r\nx: y", {}), ("/", {"accept": "a\nx: y"}), ("/", {"accept": "a\rx"}), ("/ж", {})])
async def test_nothing_breaks_out_of_its_line(target: str, headers: dict[str, str]) -> None:
    async with serving(plainly) as (service, upstreams):
        with pytest.raises(ValueError, match=r"line break|latin-1"):
            await upstreams.send("catalog", "GET", target, headers)
        assert service.connections == 0


async def test_a_service_that_is_not_there_is_unreachable() -> None:
    upstreams = Upstreams({"catalog": "http://127.0.0.1:1"}, seconds=5, connections=1)
    for service in ("catalog", "unknown"):
        with pytest.raises(Unreachable):
            await upstreams.send(service, "GET", "/", {})
