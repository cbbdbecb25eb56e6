"""Refusals: typed, coded, said once as problem+json (RFC 9457)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

log = structlog.get_logger()


class DomainError(Exception):
    """A refusal that the caller can understand; `detail` is a Russian sentence for people."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    detail: str = "Это действие сейчас невозможно."

    def __init__(self, detail: str | None = None, **facts: Any) -> None:
        self.detail = detail or type(self).detail
        self.facts = facts
        super().__init__(self.detail)


class NotFound(DomainError):
    """Unknown, or not the caller's to see: both answer alike."""

    code, status, detail = "not_found", 404, "Не найдено."


class Forbidden(DomainError):
    code, status, detail = "forbidden", 403, "Для этого действия нужны другие права."


class Unauthenticated(DomainError):
    code, status, detail = "unauthenticated", 401, "Войдите, чтобы продолжить."


class Invalid(DomainError):
    """A well-formed value that a rule refuses; `field` says which one."""

    code, status, detail = "invalid", 422, "Проверьте введённое."

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, errors=[{"field": field, "code": self.code, "message": detail}])


class Wrong(Invalid):
    """Several fields at once, each with its sentence."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        errors = [{"field": field, "code": self.code, "message": sentence} for field, sentence in faults.items()]
        detail = next(iter(faults.values())) if len(faults) == 1 else "Проверьте отмеченные поля."
        DomainError.__init__(self, detail, errors=errors)


class Occupied(DomainError):
    """A value that another one has already; `field` says which."""

    field: ClassVar[str] = "code"

    def __init__(self) -> None:
        super().__init__(errors=[{"field": self.field, "code": self.code, "message": self.detail}])


class Unavailable(DomainError):
    code, status, detail = "unavailable", 503, "Сервис перегружен или перезапускается. Повторите через несколько секунд."


def demand_none(faults: Mapping[str, str]) -> None:
    """Refuse when there is at least one fault; raises `Wrong`."""
    if faults:
        raise Wrong(faults)


PASSING = {
    "InvalidCachedStatementError",
    "InternalClientError",
    "DeadlockDetectedError",
    "SerializationError",
    "LockNotAvailableError",
    "QueryCanceledError",
    "CannotConnectNowError",
    "TooManyConnectionsError",
    "AdminShutdownError",
}
"""asyncpg's errors that say «later», not «never»."""


def is_transient(error: BaseException) -> bool:
    """Whether the infrastructure failed, so that the same work may succeed later."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | TimeoutError | OSError | asyncpg.InterfaceError):
        return True
    if isinstance(error, asyncpg.InternalClientError):  # no kin of the driver's other errors: its connection went away in the middle
        return True
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, asyncpg.PostgresConnectionError) or type(error).__name__ in PASSING
    if isinstance(error, DBAPIError):
        cause = type(error.orig.__cause__ or error.orig).__name__ if error.orig else ""
        return error.connection_invalidated or cause in PASSING
    return False


def written(pattern: str, sentence: str) -> str:
    """A pattern of a text field, and what people are told when theirs does not match it."""
    WRITTEN[pattern] = sentence
    return pattern


WRITTEN: dict[str, str] = {}
MESSAGES = {
    "missing": "Заполните это поле.",
    "extra_forbidden": "Такого поля здесь нет.",
    "json_invalid": "Тело запроса — не JSON.",
    "uuid_parsing": "Здесь должен быть идентификатор UUID.",
    "date_type": "Здесь должна быть дата вида 2026-09-01.",
    "date_from_datetime_parsing": "Здесь должна быть дата вида 2026-09-01.",
    "int_parsing": "Здесь должно быть целое число.",
    "int_type": "Здесь должно быть целое число.",
    "float_type": "Здесь должно быть число.",
    "float_parsing": "Здесь должно быть число.",
    "bool_parsing": "Здесь должно быть true или false.",
    "string_too_long": "Слишком длинный текст: знаков не больше {max_length}.",
    "string_too_short": "Слишком короткий текст: знаков не меньше {min_length}.",
    "greater_than": "Число должно быть больше {gt}.",
    "greater_than_equal": "Число должно быть не меньше {ge}.",
    "less_than": "Число должно быть меньше {lt}.",
    "less_than_equal": "Число должно быть не больше {le}.",
    "too_long": "Слишком много: не больше {max_length}.",
    "too_short": "Слишком мало: не меньше {min_length}.",
    "email": "Проверьте адрес почты: он пишется латиницей, например name@school.ru.",
    "literal_error": "Такого значения нет в списке допустимых.",
    "enum": "Такого значения нет в списке допустимых.",
}


def sentence(kind: str, facts: Mapping[str, Any]) -> str:
    """What people are told about a value of the wrong shape; `facts` are the limits that it does not keep."""
    if kind == "string_pattern_mismatch":
        return WRITTEN.get(facts["pattern"], "Недопустимое значение.")
    return MESSAGES.get(kind, "Недопустимое значение.").format_map(facts)


def problem(status: int, code: str, detail: str, **facts: Any) -> JSONResponse:
    """An `application/problem+json` answer."""
    headers = {"Retry-After": "2"} if status == 503 else None
    body = {"type": code, "title": code.replace("_", " "), "status": status, "detail": detail, **facts}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Give an application its answers to every kind of error."""

    @app.exception_handler(DomainError)
    async def refuse(request: Request, error: DomainError) -> JSONResponse:
        log.info("refused", code=error.code, status=error.status, route=route_of(request))
        return problem(error.status, error.code, error.detail, **error.facts)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {
                "field": ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
                "code": one["type"],
                "message": sentence(one["type"], one.get("ctx", {})),
            }
            for one in error.errors()
        ]
        return problem(422, "malformed", "Проверьте отмеченные поля.", errors=errors)  # the input itself is not echoed

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> JSONResponse:
        code, detail = {
            404: ("not_found", "Не найдено."),
            405: ("method_not_allowed", "Этот адрес так не вызывают."),
            413: ("too_large", "Слишком большой запрос."),
        }.get(error.status_code, ("refused", "Запрос отклонён."))
        return problem(error.status_code, code, detail)

    @app.exception_handler(asyncpg.IntegrityConstraintViolationError)
    @app.exception_handler(IntegrityError)
    async def conflict(request: Request, error: IntegrityError | asyncpg.IntegrityConstraintViolationError) -> JSONResponse:
        cause = error.orig.__cause__ if isinstance(error, IntegrityError) and error.orig else error
        constraint = getattr(cause, "constraint_name", None)
        log.warning("conflict", constraint=constraint, route=route_of(request))
        return problem(409, "conflict", "Данные уже изменились. Обновите страницу и повторите.")

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        if is_transient(error):
            log.warning("unavailable", error=type(error).__name__, route=route_of(request))
            return problem(503, Unavailable.code, Unavailable.detail)
        log.error("failed", error=type(error).__name__, route=route_of(request), exc_info=error)
        return problem(500, "failed", "У нас ошибка, мы уже видим её. Введённое не потеряно, повторите позже.")

    drivers = (asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError)
    for kind in (OperationalError, InterfaceError, PoolTimeout, TimeoutError, OSError, DBAPIError, *drivers):
        app.add_exception_handler(kind, failed)  # ahead of the server-error middleware, which would raise again


def route_of(request: Request) -> str:
    return f"{request.method} {getattr(request.scope.get('route'), 'path', '?')}"
