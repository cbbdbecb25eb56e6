"""One command twice: as our services do it, and as a bare FastAPI application with SQLModel and an outbox would."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Column, DateTime, Identity
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.access import Caller, allow
from shared.contracts.base import Code
from shared.contracts.notify import RequestOpened
from shared.database import append
from shared.edge import Edge, Now, Tx
from shared.messaging.outbox import emit
from shared.service import service
from shared.settings import ServiceSettings


class Base(SQLModel, registry=registry()):
    """The tables of this measurement."""


class Ask(Base, table=True):
    __tablename__ = "bench_request"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    category: str
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Step(Base, table=True):
    __tablename__ = "bench_step"
    request_id: UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    action: str
    actor: str
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Told(Base, table=True):
    """The outbox as a SQLModel application writes it."""

    __tablename__ = "outbox"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    event_id: UUID = Field(default_factory=uuid4)
    topic: str
    body: bytes
    sent_at: datetime = Field(sa_column=Column(DateTime(timezone=True)))


class AskIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    category: Code


class AskOut(BaseModel):
    id: UUID
    category: str
    at: datetime


router = APIRouter(route_class=Edge)
Anyone = Annotated[Caller, allow("requests.open", "teacher")]


@router.post("/asks", status_code=201, response_model=AskOut)
async def ask(body: AskIn, caller: Anyone, tx: Tx, now: Now) -> Ask:
    made = Ask(category=body.category, at=now)
    tx.add(made)
    await append(tx, Step, request_id=made.id, revision=1, action="open", actor=caller.subject, at=now)
    await emit(tx, RequestOpened(request_id=made.id, category=body.category), subject=made.id, revision=1)
    return made


ours = service("notify", ServiceSettings, routes=[router], hears={})


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["BARE_DATABASE_URL"], pool_size=6, max_overflow=2)
    app.state.sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    yield
    await engine.dispose()


bare = FastAPI(lifespan=lifespan)


@bare.get("/readyz")
async def ready() -> None:
    return None


@bare.post("/asks", status_code=201, response_model=AskOut)
async def ask_barely(body: AskIn) -> Ask:
    made = Ask(category=body.category, at=datetime.now(UTC))
    said = orjson.dumps({"request_id": made.id, "category": made.category})
    async with bare.state.sessions.begin() as session:
        session.add(made)
        session.add(Told(topic=RequestOpened.topic, body=said, sent_at=made.at))
    return made
