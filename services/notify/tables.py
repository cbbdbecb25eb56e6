"""Contacts and consents, what was noticed and delivered, and copies of what letters name."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, Identity, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.addresses import ADDRESS


class Base(SQLModel, registry=registry()):
    """notify's own metadata."""


AN_ADDRESS = "email ~ '^{}$'".format(ADDRESS.replace("'", "''"))


class Contact(Base, table=True):
    """Where and how to greet a person; with `Subscription` and `SupportRequest` the only places of people's addresses in the suite."""

    __table_args__ = (CheckConstraint(AN_ADDRESS, name="email_shape"),)
    person_id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254)
    salutation: str = Field(max_length=200)
    updated_at: datetime


class Consent(Base, table=True):
    """A copy: whether a person wants letters, as last heard."""

    person_id: UUID = Field(primary_key=True)
    active: bool
    changed_at: datetime


class Refusal(Base, table=True):
    """A rule that a person does not want by e-mail; the inbox keeps it."""

    person_id: UUID = Field(primary_key=True)
    rule: str = Field(primary_key=True, max_length=50)


class Notice(Base, table=True):
    """One line of a person's in-app inbox."""

    __table_args__ = (
        UniqueConstraint("event_id", "person_id", "rule"),
        Index("notice_of_person", "person_id", "noticed_at"),
    )
    notice_id: UUID = Field(default_factory=uuid4, primary_key=True)
    event_id: UUID
    person_id: UUID
    rule: str = Field(max_length=50)
    about_id: UUID
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    noticed_at: datetime
    read_at: datetime | None = None


class Delivery(Base, table=True):
    """One e-mail: queued in the fact's transaction, sent once in effect under a Message-ID that is its id."""

    __table_args__ = (
        UniqueConstraint("event_id", "person_id", "rule"),
        UniqueConstraint("event_id", "subscription_id", "rule", name="delivery_once_per_subscription"),
        UniqueConstraint("event_id", "request_id", "rule", name="delivery_once_per_request"),
        CheckConstraint("num_nonnulls(person_id, subscription_id, request_id) = 1", name="delivery_to_one"),
        CheckConstraint("status IN ('queued', 'sent', 'failed')", name="status_known"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        Index("delivery_queued", "next_try_at", postgresql_where=text("status = 'queued'")),
        Index("delivery_about", "about_id"),
    )
    delivery_id: UUID = Field(default_factory=uuid4, primary_key=True)
    event_id: UUID
    person_id: UUID | None = Field(default=None, index=True)
    subscription_id: UUID | None = Field(default=None, foreign_key="subscription.subscription_id", ondelete="CASCADE", index=True)
    request_id: UUID | None = Field(default=None, foreign_key="support_request.request_id", ondelete="CASCADE", index=True)
    rule: str = Field(max_length=50)
    about_id: UUID
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    status: str = Field(default="queued", max_length=10)
    attempts: int = 0
    happened_at: datetime
    queued_at: datetime
    next_try_at: datetime
    sent_at: datetime | None = None
    reason: str | None = Field(default=None, max_length=50)
    traceparent: str | None = Field(default=None, max_length=60)


class Subscription(Base, table=True):
    """The address that waits for news of a saved search; `secret` signs its links and dies with it."""

    __table_args__ = (
        CheckConstraint(AN_ADDRESS, name="subscription_email_shape"),
        CheckConstraint("octet_length(secret) = 32", name="subscription_secret_long"),
        CheckConstraint("confirmed_at IS NULL OR confirmed_at < asked_at + interval '48 hours'", name="subscription_confirmed_in_time"),
    )
    subscription_id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254, index=True)
    person_id: UUID | None = Field(default=None, index=True)
    title: str = Field(max_length=300)
    path: str = Field(max_length=2000)
    secret: bytes = Field(sa_type=LargeBinary)
    asked_at: datetime
    confirmed_at: datetime | None = None


class SupportRequest(Base, table=True):
    """What somebody asked the operator or proposed, where the answer goes, and the answer; `page` is where they were."""

    __tablename__ = "support_request"
    __table_args__ = (
        CheckConstraint(AN_ADDRESS, name="support_request_email_shape"),
        CheckConstraint("category IN ('question', 'problem', 'proposal')", name="support_request_category_known"),
        CheckConstraint("num_nonnulls(answer, answered_at, answered_by) IN (0, 3)", name="support_request_answered_by_someone"),
        Index("support_request_in_turn", "asked_at", "request_id"),
    )
    request_id: UUID = Field(primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(Integer, Identity(), nullable=False, unique=True))
    category: str = Field(max_length=10)
    words: str = Field(max_length=3000)
    page: str = Field(max_length=300)
    email: str = Field(max_length=254)
    person_id: UUID | None = Field(default=None, index=True)
    asked_at: datetime
    answer: str | None = Field(default=None, max_length=3000)
    answered_at: datetime | None = None
    answered_by: str | None = Field(default=None, max_length=100)


class Programme(Base, table=True):
    """A copy: what letters call a programme."""

    programme_id: UUID = Field(primary_key=True)
    title: str
    revision: int


class GroupCopy(Base, table=True):
    """A copy: when a group studies."""

    __tablename__ = "study_group"
    group_id: UUID = Field(primary_key=True)
    programme_id: UUID
    starts: date
    ends: date
    revision: int


class Seat(Base, table=True):
    """A copy: who is to be told when a group changes, by the newest known status of an application."""

    application_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    group_id: UUID | None = Field(default=None, index=True)
    live: bool
    revision: int


class Erased(Base, table=True):
    """A tombstone: late facts about this person are dropped."""

    person_id: UUID = Field(primary_key=True)
    request_id: UUID
    erased_at: datetime
