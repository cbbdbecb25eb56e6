"""Who may do what, and whose things a call is about."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.assessment.commands.persons import current_id
from shared.access import Caller, allow, everyone
from shared.edge import Tx

NOBODY = UUID(int=0)
"""Of a teacher without any consent nothing is stored, so nothing is theirs."""

Visitor = Annotated[Caller, everyone("assessment.read")]
Methodist = Annotated[Caller, allow("assessment.bank", "assessor", "operator")]
Teacher = Annotated[Caller, allow("assessment.own", "teacher")]
Measured = Annotated[Caller, allow("assessment.take", "teacher", consent="assessment")]


async def person_of(request: Request, tx: Tx) -> UUID:
    """The id under which the calling person is kept now."""
    caller: Caller = request.state.caller
    return await current_id(tx, caller.person_id) if caller.person_id else NOBODY


Me = Annotated[UUID, Depends(person_of)]
