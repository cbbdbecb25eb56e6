"""What a command needs to know before it decides: the person's route and measurement, and the planner's inputs."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.routes import rules
from services.routes.planner.problem import Candidate, Person
from services.routes.tables import Learner, Measurement, Programme, Route, Seats, Step, StudyGroup, Training
from shared.contracts.assessment import AssessmentCompleted
from shared.contracts.catalog import GroupAnnounced, ProgrammePublished
from shared.contracts.enrollment import LearnerChanged


async def live_route(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> Route | None:
    """The person's route that is proposed, accepted or studied and not yet measured."""
    live = select(Route).where(col(Route.person_id) == person_id, col(Route.status).in_(rules.LIVE))
    return (await session.execute(live.with_for_update() if lock else live)).scalar_one_or_none()


async def steps_of(session: AsyncSession, route_id: UUID) -> list[Step]:
    return list((await session.execute(select(Step).where(col(Step.route_id) == route_id).order_by(col(Step.position)))).scalars())


async def newest_measurement(session: AsyncSession, person_id: UUID) -> AssessmentCompleted | None:
    newest = select(Measurement).where(col(Measurement.person_id) == person_id).order_by(col(Measurement.completed_at).desc()).limit(1)
    found = (await session.execute(newest)).scalar_one_or_none()
    return AssessmentCompleted.model_validate(found.fact) if found else None


async def measurement(session: AsyncSession, attempt_id: UUID) -> AssessmentCompleted | None:
    found = await session.get(Measurement, attempt_id)
    return AssessmentCompleted.model_validate(found.fact) if found else None


async def learner_of(session: AsyncSession, person_id: UUID) -> LearnerChanged | None:
    found = await session.get(Learner, person_id)
    return LearnerChanged.model_validate(found.fact) if found else None


async def candidates(
    session: AsyncSession, *, weights: dict[str, float], learner: LearnerChanged | None, today: date, keep: Iterable[UUID] = ()
) -> list[Candidate]:
    """Groups of published programmes that develop a weighed competence, or give a prerequisite, with what each costs this person.

    The groups in `keep` come whatever their programme or enrolment has become since.
    """
    kept = {UUID(str(group)) for group in keep}
    open_now = (col(StudyGroup.enrolment_closes) >= today) & col(Programme.published)
    offered = (
        select(StudyGroup.fact, Programme.fact, Seats.free)  # type: ignore[call-overload]
        .join(Programme, col(Programme.programme_id) == col(StudyGroup.programme_id))
        .outerjoin(Seats, col(Seats.group_id) == col(StudyGroup.group_id))
        .where(col(StudyGroup.fact).is_not(None), col(Programme.fact).is_not(None), open_now | col(StudyGroup.group_id).in_(kept))
    )
    total = sum(weights.values())
    found = []
    for group_fact, programme_fact, free in (await session.execute(offered)).all():
        group, programme = GroupAnnounced.model_validate(group_fact), ProgrammePublished.model_validate(programme_fact)
        found.append(candidate(group, programme, free=free, total=total, learner=learner, today=today))
    required = {programme for one in found for programme in one.prerequisites}
    return [one for one in found if one.effects.keys() & weights.keys() or one.programme in required or UUID(one.group) in kept]


def candidate(
    group: GroupAnnounced, programme: ProgrammePublished, *, free: int | None, total: float, learner: LearnerChanged | None, today: date
) -> Candidate:
    near = learner is not None and learner.oktmo is not None and learner.oktmo == group.oktmo
    fee = programme.fee if group.funding == "paid" else 0
    return Candidate(
        programme=str(programme.programme_id),
        group=str(group.group_id),
        hours=programme.hours,
        fee=fee,
        start=group.starts,
        end=group.ends,
        effects={one.competence: one.share for one in programme.effects},
        prerequisites=frozenset(str(one) for one in programme.prerequisites),
        penalty=rules.penalty(total=total, form=group.form, near=near, fee=fee, starts=group.starts, today=today),
        positions=frozenset(programme.audience.positions),
        subjects=frozenset(programme.audience.subjects),
        levels=frozenset(programme.audience.levels),
        closes=group.enrolment_closes,
        seats=group.capacity_asked if free is None else free,
    )


async def person_of(
    session: AsyncSession, *, person_id: UUID, weights: dict[str, float], wishes: rules.Wishes, learner: LearnerChanged | None
) -> Person:
    """The person as the planner sees one."""
    ended = select(Training).where(col(Training.person_id) == person_id, col(Training.outcome) == "completed")
    passed: dict[str, date] = {}
    for training in (await session.execute(ended)).scalars():
        programme = str(training.programme_id)
        passed[programme] = max(training.ended_on, passed.get(programme, training.ended_on))
    return Person(
        weights=weights,
        limits=rules.limits(hours=wishes.hours, fee=wishes.fee, norm=learner.hours_norm if learner else None),
        position=(learner.position or "") if learner else "",
        subjects=frozenset(learner.subjects) if learner else frozenset(),
        levels=frozenset(learner.levels) if learner else frozenset(),
        passed=passed,
        mandatory=wishes.pinned,
        forbidden=wishes.excluded,
    )
