"""What guests share: one question a second, for all who ask it."""

import asyncio

import pytest

from gateway.door.shared_reads import SharedReads
from gateway.door.upstreams import Answer

PUBLIC = [(b"content-type", b"application/json"), (b"cache-control", b"public, max-age=1"), (b"etag", b'W/"1"')]


class Asked:
    """A service that counts its calls and answers when it is let."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.calls, self.may = list(answers), 0, asyncio.Event()
        self.may.set()
        self.asked = asyncio.Event()

    async def __call__(self) -> Answer:
        self.calls += 1
        self.asked.set()
        await self.may.wait()
        return self.answers[min(self.calls, len(self.answers)) - 1]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands until it is moved."""
    time = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: time[0])
    return time


async def test_a_public_answer_is_asked_for_once_a_second(now: list[float]) -> None:
    service, shared = Asked(Answer(200, PUBLIC, b"old"), Answer(200, PUBLIC, b"new")), SharedReads()
    assert (await shared.answer("/a", service)).body == b"old"
    now[0] += 0.99
    assert (await shared.answer("/a", service)).body == b"old"
    now[0] += 0.02
    assert (await shared.answer("/a", service)).body == b"new"
    assert service.calls == 2


async def test_an_answer_is_as_old_as_its_question(now: list[float]) -> None:
    service, shared = Asked(Answer(200, PUBLIC, b"1")), SharedReads()
    service.may.clear()
    first = asyncio.create_task(shared.answer("/a", service))
    await service.asked.wait()
    now[0] += 1.5
    service.may.set()
    await first
    await shared.answer("/a", service)
    assert service.calls == 2


async def test_those_who_come_together_are_answered_together_even_if_the_first_one_leaves(now: list[float]) -> None:
    service, shared = Asked(Answer(200, PUBLIC, b"1")), SharedReads()
    service.may.clear()
    waiting = [asyncio.create_task(shared.answer("/a", service)) for _ in range(5)]
    await service.asked.wait()
    waiting[0].cancel()
    service.may.set()
    answers = await asyncio.gather(*waiting[1:])
    assert [one.body for one in answers] == [b"1"] * 4
    assert service.calls == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, [(b"cache-control", b"private, max-age=0")], b"1"),
        Answer(200, [], b"1"),
        Answer(404, PUBLIC, b"1"),
        Answer(503, PUBLIC, b"1"),
    ],
)
async def test_nothing_else_is_kept(now: list[float], answer: Answer) -> None:
    service, shared = Asked(answer), SharedReads()
    assert await shared.answer("/a", service) == answer
    await shared.answer("/a", service)
    assert service.calls == 2
    assert not shared.coming


async def test_whoever_has_the_answer_is_told_so(now: list[float]) -> None:
    service, shared = Asked(Answer(200, PUBLIC, b"1")), SharedReads()
    for tags, status in (('W/"1"', 304), ('W/"0", W/"1"', 304), ('W/"0"', 200), (None, 200)):
        assert (await shared.answer("/a", service, unless=tags)).status == status
    assert (await shared.answer("/a", service, unless='W/"1"')).body == b""
    assert service.calls == 1


async def test_a_failure_is_everybodys_and_forgotten(now: list[float]) -> None:
    shared = SharedReads()

    async def away() -> Answer:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await shared.answer("/a", away)
    assert (await shared.answer("/a", Asked(Answer(200, PUBLIC, b"1")))).body == b"1"
