"""What a visitor may ask, as pages and composed views ask it: the public API in process, with nobody else's rights."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Request

from gateway.door.gate import Gate
from gateway.door.table import PREFIX
from gateway.door.upstreams import Answer
from gateway.door.visitors import Visitor
from shared.errors import DomainError, NotFound

Found = TypeVar("Found")
NAMES_AT_ONCE = 100
TITLES_AT_ONCE = 40


class Refused(DomainError):
    """A service's refusal, passed on as it said it; `facts` keep its errors by field."""

    code: ClassVar[str] = "refused"

    def __init__(self, answer: Answer) -> None:
        try:
            said = answer.json()
        except orjson.JSONDecodeError:
            said = None
        said = said if isinstance(said, dict) else {}
        facts = {key: value for key, value in said.items() if key not in ("type", "title", "status", "detail")}
        super().__init__(said.get("detail"), **facts)
        self.code, self.status = str(said.get("type", "refused")), answer.status  # type: ignore[misc]


class Client:
    """Asks public operations by method and path (without `/api/v1`) in the visitor's name."""

    def __init__(self, gate: Gate, visitor: Visitor) -> None:
        self.gate, self.visitor = gate, visitor

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        key: str | None = None,
        query: Mapping[str, Any] | None = None,
        since: int | None = None,
        file: tuple[bytes, str] | None = None,
    ) -> Answer:
        """The answer to an operation, whatever its status; raises `NotFound` when there is no such operation.

        `since` is the revision that a change starts from, `file` a body with its media type in place of JSON.
        """
        target = PREFIX + quote(path)
        if (operation := self.gate.table.find(target).get(method)) is None:
            raise NotFound()
        if query and (asked := urlencode([(name, value) for name, value in query.items() if value is not None], doseq=True)):
            target = f"{target}?{asked}"
        body, kind = file or (None if json is None else orjson.dumps(json), "application/json")
        headers = {"accept": "application/json"} | ({"content-type": kind} if body is not None else {})
        headers |= {"idempotency-key": key} if key else {}
        headers |= {"if-match": f'"{since}"'} if since else {}
        return await self.gate.perform(self.visitor, operation, target, headers, body)

    async def get(self, path: str, **query: Any) -> Any:
        """What an operation shows; raises `Refused` when it refuses."""
        return shown(await self.call("GET", path, query=query))

    async def post(self, path: str, json: Any = None, *, key: str | None = None) -> Any:
        return shown(await self.call("POST", path, json={} if json is None else json, key=key))

    async def put(self, path: str, json: Any, *, key: str | None = None, since: int | None = None) -> Any:
        return shown(await self.call("PUT", path, json=json, key=key, since=since))

    async def upload(self, path: str, file: bytes, media_type: str, **query: Any) -> Any:
        """Send a file to an operation that takes one."""
        return shown(await self.call("POST", path, file=(file, media_type), query=query))

    async def delete(self, path: str, json: Any = None) -> Any:
        return shown(await self.call("DELETE", path, json=json))

    async def names(self, person_ids: Iterable[str | UUID | None]) -> dict[str, Any]:
        """Names by person id, of those only whom the visitor's grants reach; enrollment decides."""
        wanted = sorted({str(one) for one in person_ids if one})
        parts = [wanted[at : at + NAMES_AT_ONCE] for at in range(0, len(wanted), NAMES_AT_ONCE)]
        found = await asyncio.gather(*(self.names_of(part) for part in parts))
        return {str(name["person_id"]): name for part in found for name in part}

    async def names_of(self, person_ids: list[str]) -> list[Any]:
        target = "/names?" + urlencode([("person_id", one) for one in person_ids])
        told = shown(await self.gate.behind("enrollment", "GET", target, caller=self.visitor.caller))
        return list(told["items"] if isinstance(told, dict) else told)

    async def programmes(self, programme_ids: Iterable[str | UUID | None]) -> dict[str, Any]:
        """Cards of programmes by id; one that the visitor can not see is left out."""
        wanted = sorted({str(one) for one in programme_ids if one})[:TITLES_AT_ONCE]
        answers = await asyncio.gather(*(self.call("GET", f"/programmes/{one}") for one in wanted))
        return {one: answer.json() for one, answer in zip(wanted, answers, strict=True) if answer.status == 200}


def shown(answer: Answer) -> Any:
    """The body of an answer that is no refusal."""
    if answer.status >= 400:
        raise Refused(answer)
    return answer.json()


async def optional(asked: Awaitable[Found], *, within: float = 2.0) -> Found | None:
    """The answer, or None when it is refused, too late or not there: what is nice to have never breaks what is needed."""
    try:
        async with asyncio.timeout(within):
            return await asked
    except (DomainError, TimeoutError):
        return None


async def client_of(request: Request) -> Client:
    return Client(request.scope["dpo.gate"], request.scope["dpo.visitor"])


Ask = Annotated[Client, Depends(client_of)]
