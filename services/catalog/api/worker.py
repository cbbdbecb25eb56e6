"""Work that would hold up everybody else: in a process of its own, one piece at a time."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio
from anyio import to_process

from shared.errors import Unavailable

Given = TypeVarTuple("Given")
Result = TypeVar("Result")
ONE, QUEUE, SECONDS = anyio.CapacityLimiter(1), 5, 12.0


async def in_another_process(work: Callable[[*Given], Result], *given: *Given) -> Result:
    """The result of a pure function; raises `Unavailable` when too many wait for theirs or it takes too long."""
    if ONE.statistics().tasks_waiting >= QUEUE:
        raise Unavailable("Сейчас обрабатывается много таблиц. Повторите через минуту.")
    try:
        with anyio.move_on_after(SECONDS):
            return await to_process.run_sync(work, *given, cancellable=True, limiter=ONE)
    except anyio.BrokenWorkerProcess:
        raise Unavailable("Обработать эту таблицу не удалось. Разделите её на части.") from None
    raise Unavailable("Эта таблица обрабатывается слишком долго. Разделите её на части.")
