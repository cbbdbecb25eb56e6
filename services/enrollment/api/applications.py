"""Applications: submitted by learners, decided by their schools, municipalities and providers."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.enrollment.api.people import Anyone, CardReader, Decider, Employer, Learning, QueueReader, Self
from services.enrollment.commands import applications, appointments, decisions
from services.enrollment.commands.decisions import Decision, Verdict
from services.enrollment.queries import applications as shown
from services.enrollment.queries.applications import ApplicationCard, ApplicationLine, ApplicationPage
from services.enrollment.queries.groups import ReasonShown, reasons_for
from services.enrollment.rules.people import TermCode, Words
from shared.contracts.base import Code
from shared.contracts.enrollment import Status
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["applications"])
Groups = Annotated[list[UUID], Field(min_length=1, max_length=5)]
Many = Annotated[list[UUID], Field(min_length=1, max_length=100)]


class Body(BaseModel):
    """What is sent here; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ApplicationIn(Body):
    """A programme, and the groups one would join, the wanted one first."""

    programme_id: UUID
    group_ids: Groups


class AppointmentIn(ApplicationIn):
    """A training proposed to several people."""

    person_ids: Many


class DecisionIn(Body):
    """A verdict; `reason` is a code of the dictionary, `remark` are words to the learner, `group_id` another group than the wanted one."""

    decision: Verdict
    reason: TermCode | None = None
    remark: Words | None = None
    group_id: UUID | None = None

    def meant(self) -> Decision:
        return Decision(self.decision, self.reason, self.remark, self.group_id)


class DecisionsIn(DecisionIn):
    """One verdict for many applications."""

    application_ids: Many


class AnswerIn(Body):
    """What the learner answers to a question."""

    text: Words


class WithdrawalIn(Body):
    """Why an application is taken back, if one wants to say."""

    reason: TermCode | None = None


class OfferIn(Body):
    """Whether the seat on offer is taken."""

    accept: bool


@router.post("/applications", status_code=201, response_model=ApplicationCard)
async def submit_application(body: ApplicationIn, caller: Learning, tx: Tx, now: Now) -> ApplicationCard:
    made = await applications.submit_application(tx, programme_id=body.programme_id, group_ids=body.group_ids, caller=caller, now=now)
    return await shown.application_card(tx, made.id, caller=caller, now=now)


@router.post("/appointments", status_code=201, response_model=list[ApplicationCard])
async def appoint_learners(body: AppointmentIn, caller: Employer, tx: Tx, now: Now) -> list[ApplicationCard]:
    """Propose a training to several people, all or none; each confirms with one click."""
    made = await appointments.appoint_learners(
        tx, programme_id=body.programme_id, group_ids=body.group_ids, person_ids=body.person_ids, caller=caller, now=now
    )
    return [await shown.application_card(tx, one.id, caller=caller, now=now) for one in made]


@router.get("/me/applications", response_model=list[ApplicationLine])
async def read_my_applications(caller: Self, tx: Tx, now: Now) -> list[ApplicationLine]:
    return await shown.my_applications(tx, caller=caller, now=now)


@router.get("/applications", response_model=ApplicationPage)
async def read_applications(
    caller: QueueReader,
    tx: Tx,
    now: Now,
    view: Literal["mine", "all"] = "mine",
    status: Annotated[list[Status], Query(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
    group_id: UUID | None = None,
    number: Code | None = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ApplicationPage:
    """The queue: what waits for the caller by deadline, or everything within reach, newest first."""
    return await shown.queue(
        tx,
        mine=view == "mine",
        statuses=list(status),
        group_id=group_id,
        number=number,
        cursor=cursor,
        limit=limit,
        caller=caller,
        now=now,
    )


@router.post("/applications/decisions", response_model=list[ApplicationLine])
async def decide_applications(body: DecisionsIn, caller: Decider, tx: Tx, now: Now) -> list[ApplicationLine]:
    """Decide many alike, all or none; a refusal names the application it is about."""
    decided = await decisions.decide_applications(tx, body.application_ids, body.meant(), caller=caller, now=now)
    return await shown.application_lines(tx, [one.id for one in decided], caller=caller, now=now)


@router.get("/applications/{application_id}", response_model=ApplicationCard)
async def read_application(application_id: UUID, caller: CardReader, tx: Tx, now: Now) -> ApplicationCard:
    return await shown.application_card(tx, application_id, caller=caller, now=now)


@router.post("/applications/{application_id}/decisions", response_model=ApplicationCard)
async def decide_application(application_id: UUID, body: DecisionIn, caller: Decider, tx: Tx, now: Now) -> ApplicationCard:
    await decisions.decide_application(tx, application_id, body.meant(), caller=caller, now=now)
    return await shown.application_card(tx, application_id, caller=caller, now=now)


@router.post("/applications/{application_id}/confirmation", response_model=ApplicationCard)
async def confirm_application(application_id: UUID, caller: Learning, tx: Tx, now: Now) -> ApplicationCard:
    """Agree to a training that the school or the municipality proposed."""
    await applications.confirm_application(tx, application_id, caller=caller, now=now)
    return await shown.application_card(tx, application_id, caller=caller, now=now)


@router.post("/applications/{application_id}/answers", response_model=ApplicationCard)
async def answer_clarification(application_id: UUID, body: AnswerIn, caller: Self, tx: Tx, now: Now) -> ApplicationCard:
    await applications.answer_clarification(tx, application_id, words=body.text, caller=caller, now=now)
    return await shown.application_card(tx, application_id, caller=caller, now=now)


@router.post("/applications/{application_id}/withdrawal", response_model=ApplicationCard)
async def withdraw_application(application_id: UUID, caller: Self, tx: Tx, now: Now, body: WithdrawalIn | None = None) -> ApplicationCard:
    reason = body.reason if body else None
    await applications.withdraw_application(tx, application_id, reason=reason, caller=caller, now=now)
    return await shown.application_card(tx, application_id, caller=caller, now=now)


@router.post("/applications/{application_id}/offer", response_model=ApplicationCard)
async def answer_offer(application_id: UUID, body: OfferIn, caller: Self, tx: Tx, now: Now) -> ApplicationCard:
    """Take the seat on offer, or leave it to the next one in the list."""
    await applications.answer_offer(tx, application_id, accept=body.accept, caller=caller, now=now)
    return await shown.application_card(tx, application_id, caller=caller, now=now)


@router.get("/reasons", response_model=list[ReasonShown])
async def read_reasons(caller: Anyone, tx: Tx, now: Now, action: TermCode | None = None) -> list[ReasonShown]:
    """The reasons that a decision may name today."""
    return await reasons_for(tx, action, now=now)
