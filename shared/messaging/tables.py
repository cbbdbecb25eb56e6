"""The bookkeeping that every service keeps in its own database, beside its own tables."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
moment = DateTime(timezone=True)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("traceparent", Text),
    Column("stored_at", moment, nullable=False, server_default=func.now()),
    Column("sent_at", moment),
)
Index("outbox_unsent", outbox.c.id, postgresql_where=outbox.c.sent_at.is_(None))
Index("outbox_sent", outbox.c.sent_at, postgresql_where=outbox.c.sent_at.is_not(None))

inbox = Table(
    "inbox",
    metadata,
    Column("handler", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("handled_at", moment, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("handler", "event_id"),
)

due = Table(
    "due",
    metadata,
    Column("kind", Text, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("at", moment, nullable=False),
    Column("facts", JSONB, nullable=False, server_default="{}"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("traceparent", Text),
    PrimaryKeyConstraint("kind", "subject"),
    CheckConstraint("attempts >= 0", name="attempts_counted"),
)
Index("due_at", due.c.at)

idempotency = Table(
    "idempotency",
    metadata,
    Column("subject", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("media_type", Text),
    Column("body", LargeBinary),
    Column("stored_at", moment, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("subject", "route", "key"),
)
Index("idempotency_stored", idempotency.c.stored_at)
