"""«Назначения»: a school, municipality or agency proposes a training to its staff; each teacher confirms."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.applications import apply, consenting
from services.enrollment.commands.moves import By
from services.enrollment.commands.reference import workplace_of
from services.enrollment.rules.refusals import OwnApplication
from services.enrollment.rules.standing import standing
from services.enrollment.tables.applications import Application
from shared.access import Caller
from shared.errors import DomainError, NotFound


async def appoint_learners(
    session: AsyncSession, *, programme_id: UUID, group_ids: Sequence[UUID], person_ids: Sequence[UUID], caller: Caller, now: datetime
) -> list[Application]:
    """Propose a training to several people, all or none; the proposer's own approval is given by it."""
    made = []
    if caller.person_id in person_ids:  # whoever proposes has approved
        raise OwnApplication("Себя назначить нельзя: подайте заявку сами, и её согласует другой специалист.")
    for person_id in sorted(set(person_ids)):
        try:
            learner = await consenting(session, person_id)
        except DomainError as unknown:
            raise NotFound() from unknown  # who has not consented is nobody here
        workplace = await workplace_of(session, learner.organisation_id)
        if workplace is None or workplace.oktmo is None:
            raise NotFound()
        known_as = standing(
            caller,
            person=person_id,
            organisation=workplace.id,
            municipality=workplace.oktmo[:8],
            agency=workplace.agency_id,
            provider=workplace.id,
        )
        actors = [actor for actor in known_as if actor in ("school", "municipality", "agency", "operator")]
        if not actors:
            raise NotFound()
        by = By(actors[0], caller.subject)
        passed = {"school": ["school"], "municipality": ["municipality"], "agency": ["municipality"]}.get(actors[0], [])
        try:
            made.append(await apply(session, learner, programme_id, group_ids, by=by, channel="appointment", now=now, passed=passed))
        except DomainError as refusal:
            refusal.facts |= {"person_id": str(person_id)}
            raise
    return made
