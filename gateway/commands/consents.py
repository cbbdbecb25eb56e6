"""Consents that a person gives or takes back through the door count from the next call on, before enrollment's event arrives."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from gateway.commands.persons import keep_consent
from gateway.door.gate import Gate
from gateway.door.upstreams import Answer
from gateway.door.visitors import Visitor
from shared.database import Sessions
from shared.errors import DomainError

CONSENT_ROUTES = ("POST /api/v1/me/consents", "DELETE /api/v1/me/consents/{purpose}")


def consents_changed(sessions: Sessions) -> Callable[[Gate, Visitor, Answer], Awaitable[None]]:
    async def read_again(gate: Gate, visitor: Visitor, _: Answer) -> None:
        if (person_id := visitor.caller.person_id) is None:
            return
        try:
            answer = await gate.behind("enrollment", "GET", "/me/consents", caller=visitor.caller)
        except DomainError:
            return  # the event comes anyway
        if answer.status != 200:
            return
        async with sessions.begin() as session:
            for said in answer.json():
                ended = said["withdrawn_at"]
                at = datetime.fromisoformat(ended or said["given_at"])
                await keep_consent(session, person_id=person_id, purpose=said["purpose"], active=ended is None, changed_at=at)

    return read_again
