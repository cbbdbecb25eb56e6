"""What a route behind the door knows of its call."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.door.gate import Gate
from gateway.door.visitors import Visitor
from shared.access import Caller
from shared.edge import Edge
from shared.errors import Unauthenticated


class Inside(Edge):
    """A route of the gateway itself: the door has found out who calls."""

    def caller(self, request: Request) -> Caller:
        visitor: Visitor = request.scope["dpo.visitor"]
        return visitor.caller


async def gate_of(request: Request) -> Gate:
    gate: Gate = request.scope["dpo.gate"]
    return gate


async def visitor_of(request: Request) -> Visitor:
    visitor: Visitor = request.scope["dpo.visitor"]
    return visitor


async def signed_in(request: Request) -> Visitor:
    visitor: Visitor = request.scope["dpo.visitor"]
    if not visitor.signed_in:
        raise Unauthenticated()
    return visitor


AtGate = Annotated[Gate, Depends(gate_of)]
Who = Annotated[Visitor, Depends(visitor_of)]
SignedIn = Annotated[Visitor, Depends(signed_in)]
