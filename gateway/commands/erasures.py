"""What stands behind the door answers an erasure too: the traces, which know no persons, and the mail sink of development mode."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import col

from gateway.door.gate import Gate
from gateway.tables import Erased
from shared.contracts.erasure import GatewayPersonErased
from shared.database import Sessions
from shared.errors import Unavailable
from shared.messaging.outbox import emit

LAST_MAIL = timedelta(seconds=15)
"""How long the last mail to a person may take; the sink forgets it with the others."""


async def answer_erasures(gate: Gate, sessions: Sessions, *, now: datetime) -> int:
    """Answer for the traces and the mail sink; return how many requests were answered."""
    ripe = select(col(Erased.person_id), col(Erased.request_id)).where(~col(Erased.answered), col(Erased.erased_at) <= now - LAST_MAIL)
    async with sessions() as session:
        waiting = (await session.execute(ripe.order_by(col(Erased.erased_at)).limit(50))).all()
    for person_id, request_id in waiting:
        mails = await forget_mails(gate, str(person_id))
        async with sessions.begin() as session:
            mine = (col(Erased.person_id) == person_id) & ~col(Erased.answered)
            claimed = await session.execute(update(Erased).where(mine).values(answered=True).returning(col(Erased.person_id)))
            if claimed.first() is None:
                continue  # another replica was first
            traces = GatewayPersonErased(request_id=request_id, service="traces", person_id=person_id, erased={"spans": 0})
            await emit(session, traces, subject=request_id, revision=2)
            sink = GatewayPersonErased(request_id=request_id, service="mail_sink", person_id=person_id, erased={"mails": mails})
            await emit(session, sink, subject=request_id, revision=3)
    return len(waiting)


async def forget_mails(gate: Gate, person_id: str) -> int:
    """How many mails to a person the sink has removed; where there is no sink there are none."""
    if gate.settings.sink_url is None:
        return 0
    answer = await gate.upstreams.send("sink", "DELETE", f"/mails?person={person_id}", {})
    if answer.status >= 400:
        raise Unavailable()
    return int(answer.json()["deleted"])
