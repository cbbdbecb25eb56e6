"""What may happen in an attempt and after it."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.assessment.psychometrics.categories import AnswerMalformed, Key
from shared.errors import DomainError, Invalid

REASSESS_AFTER = timedelta(days=14)
"""What was studied is to be tried in class before it is measured."""


class AttemptOver(DomainError):
    code, detail = "attempt_over", "Эта попытка закончена: ответы больше не принимаются."


class NothingAnswered(DomainError):
    code, detail = "nothing_answered", "Ответьте хотя бы на одно задание: без ответов измерять нечего."


class OtherAttemptRunning(DomainError):
    code, detail = "other_attempt_running", "Сначала завершите начатую диагностику по этой процедуре."


class FormMissing(DomainError):
    code, detail = "form_missing", "В этой процедуре нет заданий для такой цели."


class RouteNotStudied(DomainError):
    code, detail = "route_not_studied", "Повторная диагностика откроется, когда вы завершите обучение по маршруту."


class RouteMeasured(DomainError):
    code, detail = "route_measured", "Повторная диагностика по этому маршруту уже пройдена."


class ResultNotReady(DomainError):
    code, detail = "result_not_ready", "Результат появится, когда вы завершите диагностику."


class NothingMeasured(DomainError):
    code, detail = "nothing_measured", "Время вышло, а ответов не было: измерять было нечего."


def demand_route(*, purpose: str, route_id: UUID | None) -> None:
    """An exit measurement belongs to a route, and no other does; raises `Invalid`."""
    if (purpose == "exit") != (route_id is not None):
        raise Invalid("route_id", "Маршрут указывают для итоговой диагностики, и только для неё.")


def demand_open(*, status: str, expires_at: datetime, now: datetime) -> None:
    """Answers are taken while the attempt runs and its time lasts; raises `AttemptOver`."""
    if status != "running" or now >= expires_at:
        raise AttemptOver()


def demand_answer(answer: Any, *, key: Key) -> None:
    """An answer has the shape its item asks for, or is taken back by None; raises `Invalid`."""
    if answer is None:
        return
    try:
        key.category(answer)
    except AnswerMalformed as problem:
        raise Invalid("answer", str(problem)) from problem


def seconds_left(*, status: str, expires_at: datetime, now: datetime) -> int:
    """Whole seconds until the end of the time; 0 once the attempt is closed."""
    return max(0, int((expires_at - now).total_seconds())) if status == "running" else 0


def shown_options(options: list[dict[str, str]], *, kind: str, attempt_id: UUID, item_id: UUID) -> list[dict[str, str]]:
    """The options in the order of this attempt: shuffled where their order says nothing, and always alike."""
    if kind not in ("choice", "multiple"):
        return options
    return random.Random(f"{attempt_id}:{item_id}").sample(options, len(options))


def reassessment_due(*, studied_on: date) -> date:
    """The day by which a second measurement is asked for."""
    return studied_on + REASSESS_AFTER
