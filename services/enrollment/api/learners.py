"""Learners: stored by the gateway on consent, kept by themselves."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.enrollment.api.people import Anyone, Gateway, Learning, NameReader, Self, Watcher
from services.enrollment.commands import consents, erasure, learners
from services.enrollment.queries import erasures as register
from services.enrollment.queries import learners as people
from services.enrollment.queries.erasures import ErasureShown
from services.enrollment.queries.learners import ConsentShown, Name, ProfileShown, TextShown
from services.enrollment.rules.people import Agreement, Claims, Profile
from shared.contracts.enrollment import ConsentPurpose
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["learners"])


class Registered(BaseModel):
    """The person behind an account, and the purposes agreed to now."""

    person_id: UUID
    consents: list[str]


class Withdrawn(BaseModel):
    """The request that every service answers when `erase` was asked for."""

    request_id: UUID
    erase: bool


@router.post("/learners", status_code=201, response_model=Registered)
async def register_learner(body: Claims, caller: Gateway, tx: Tx, now: Now) -> Registered:
    """The person behind an account; repeated calls give the same one."""
    learner = await learners.register_learner(tx, body, now=now)
    return Registered(person_id=learner.person_id, consents=await people.purposes_of(tx, learner.person_id))


@router.get("/names", response_model=list[Name])
async def read_names(
    person_id: Annotated[list[UUID], Query(min_length=1, max_length=200)], caller: NameReader, tx: Tx, now: Now
) -> list[Name]:
    """Names of those among these persons whom the caller may know."""
    return await people.names_of(tx, person_id, caller=caller, now=now)


@router.get("/consents/texts", response_model=list[TextShown])
async def read_consent_texts(caller: Anyone, tx: Tx, now: Now) -> list[TextShown]:
    return await people.consent_texts(tx, now=now)


@router.get("/me/consents", response_model=list[ConsentShown])
async def read_consents(caller: Self, tx: Tx) -> list[ConsentShown]:
    return await people.consents_of(tx, caller=caller)


@router.post("/me/consents", status_code=201, response_model=list[ConsentShown])
async def grant_consent(body: Agreement, caller: Self, tx: Tx, now: Now) -> list[ConsentShown]:
    await consents.agree(tx, body, caller=caller, now=now)
    return await people.consents_of(tx, caller=caller)


@router.delete("/me/consents/{purpose}", response_model=Withdrawn)
async def withdraw_consent(purpose: ConsentPurpose, caller: Self, tx: Tx, now: Now, erase: bool | None = None) -> Withdrawn:
    """Take a consent back. Without the one to training nothing has a ground to stay, so that erases unless told otherwise."""
    wholly = purpose == "training" if erase is None else erase
    request_id = await erasure.withdraw_consent(tx, purpose, erase=wholly, caller=caller, now=now)
    return Withdrawn(request_id=request_id, erase=wholly)


@router.get("/me/profile", response_model=ProfileShown)
async def read_profile(caller: Self, tx: Tx) -> ProfileShown:
    return await people.profile_of(tx, caller=caller)


@router.put("/me/profile", response_model=ProfileShown)
async def change_profile(body: Profile, caller: Learning, tx: Tx, now: Now) -> ProfileShown:
    await learners.change_profile(tx, body, caller=caller, now=now)
    return await people.profile_of(tx, caller=caller)


@router.get("/erasures", response_model=list[ErasureShown])
async def read_erasures(caller: Watcher, tx: Tx, now: Now, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> list[ErasureShown]:
    """Requests to erase persons: who has answered and who is late."""
    return await register.erasures(tx, limit=limit, now=now)
