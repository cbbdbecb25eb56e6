"""Events, news, documents and notices of assessment procedures; what the search over all kinds looks through."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
SECURE = "~ '^https://[^[:space:]]+$'"
KINDS = (
    ("webinar", "Вебинар"),
    ("seminar", "Семинар"),
    ("conference", "Конференция"),
    ("contest", "Конкурс"),
    ("master_class", "Мастер-класс"),
)

ORGANISATIONS = """
WITH spoken AS (
    SELECT id, short_name, name, translate(lower(short_name), 'ё', 'е') AS named,
        translate(lower(concat_ws(' ', name, previous_name)), 'ё', 'е') AS names
    FROM organisation WHERE status = 'active'
), found AS (
    INSERT INTO findable (kind, item_id, title, summary, document)
    SELECT 'organisation', id, short_name, name,
        setweight(to_tsvector('russian', named), 'A') || setweight(to_tsvector('russian', names), 'B')
    FROM spoken
)
INSERT INTO findable_word (kind, item_id, word)
SELECT DISTINCT 'organisation', spoken.id, part.word
FROM spoken, regexp_split_to_table(concat_ws(' ', named, names), '[^a-zа-я]+') AS part (word) WHERE length(part.word) BETWEEN 4 AND 60
"""


def upgrade() -> None:
    op.create_table(
        "gathering",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organiser_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("annotation", sa.String, nullable=False),
        sa.Column("starts", moment, nullable=False),
        sa.Column("ends", moment, nullable=False),
        sa.Column("oktmo", sa.String, sa.ForeignKey("territory.oktmo")),
        sa.Column("place", sa.String),
        sa.Column("link", sa.String),
        sa.Column("capacity_asked", sa.Integer),
        sa.Column("competences", ARRAY(sa.Text), nullable=False),
        sa.Column("agenda", JSONB, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("published_at", moment),
        sa.Column("cancellation_reason", sa.String),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("kind IN ('webinar', 'seminar', 'conference', 'contest', 'master_class')", name="kind_known"),
        sa.CheckConstraint("status IN ('draft', 'published', 'cancelled')", name="status_known"),
        sa.CheckConstraint("starts < ends AND ends <= starts + interval '14 days'", name="gathering_ends_after_it_starts"),
        sa.CheckConstraint("capacity_asked BETWEEN 1 AND 100000", name="gathering_capacity_sane"),
        sa.CheckConstraint(f"link {SECURE}", name="gathering_link_secure"),
        sa.CheckConstraint("link IS NOT NULL OR (place IS NOT NULL AND oktmo IS NOT NULL)", name="gathering_meets_somewhere"),
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="gathering_published_once"),
        sa.CheckConstraint("(status = 'cancelled') = (cancellation_reason IS NOT NULL)", name="gathering_cancelled_with_a_reason"),
        sa.CheckConstraint("revision > 0", name="gathering_revision_counted"),
    )
    op.create_index("gathering_soon", "gathering", ["status", "starts", "id"])
    op.create_index("gathering_organiser", "gathering", ["organiser_id", "starts"])
    op.create_table(
        "news",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("lead", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("submitted_by", sa.String),
        sa.Column("submitted_at", moment),
        sa.Column("published_by", sa.String),
        sa.Column("published_at", moment),
        sa.Column("remark", sa.String),
        sa.Column("withdrawal_reason", sa.String),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("status IN ('draft', 'in_review', 'published', 'withdrawn')", name="status_known"),
        sa.CheckConstraint("published_by <> submitted_by", name="news_read_by_another"),
        sa.CheckConstraint("status = 'draft' OR submitted_by IS NOT NULL", name="news_submitted_by_someone"),
        sa.CheckConstraint("(status IN ('published', 'withdrawn')) = (published_at IS NOT NULL)", name="news_published_at_a_moment"),
        sa.CheckConstraint("(published_at IS NULL) = (published_by IS NULL)", name="news_published_by_someone"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="news_withdrawn_with_a_reason"),
        sa.CheckConstraint("revision > 0", name="news_revision_counted"),
    )
    op.create_index("news_newest", "news", ["status", "published_at", "id"])
    op.create_index("news_organisation", "news", ["organisation_id", "status"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organiser_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("procedure_id", sa.Uuid, sa.ForeignKey("procedure.id")),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("measures", sa.String, nullable=False),
        sa.Column("competences", ARRAY(sa.Text), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("result_visible_to", sa.String, nullable=False),
        sa.Column("opens", sa.Date, nullable=False),
        sa.Column("closes", sa.Date, nullable=False),
        sa.Column("registration", sa.String, nullable=False),
        sa.Column("link", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("published_at", moment),
        sa.Column("cancellation_reason", sa.String),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("status IN ('draft', 'published', 'cancelled')", name="status_known"),
        sa.CheckConstraint("opens <= closes", name="notice_closes_after_it_opens"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="notice_takes_time"),
        sa.CheckConstraint(f"link {SECURE}", name="notice_link_secure"),
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="notice_published_once"),
        sa.CheckConstraint("(status = 'cancelled') = (cancellation_reason IS NOT NULL)", name="notice_cancelled_with_a_reason"),
        sa.CheckConstraint("revision > 0", name="notice_revision_counted"),
    )
    op.create_index("notice_soon", "notice", ["status", "closes", "id"])
    op.create_index("notice_organiser", "notice", ["organiser_id", "closes"])
    documents()
    findable()
    terms()


def documents() -> None:
    op.create_table(
        "public_document",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("withdrawal_reason", sa.String),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("status IN ('draft', 'published', 'withdrawn')", name="status_known"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="public_document_withdrawn_with_a_reason"),
        sa.CheckConstraint("revision > 0", name="public_document_revision_counted"),
    )
    op.create_table(
        "document_version",
        sa.Column("document_id", sa.Uuid, sa.ForeignKey("public_document.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("changes", sa.String, nullable=False),
        sa.Column("file_name", sa.String),
        sa.Column("file", sa.LargeBinary),
        sa.Column("in_force_from", sa.Date, nullable=False),
        sa.Column("published_at", moment),
        sa.PrimaryKeyConstraint("document_id", "number"),
        sa.CheckConstraint("number > 0", name="document_version_counted"),
        sa.CheckConstraint("body <> '' OR file IS NOT NULL", name="document_version_says_something"),
        sa.CheckConstraint(
            "substr(file, 1, 5) = convert_to('%PDF-', 'UTF8') AND octet_length(file) <= 700000", name="document_version_file_sane"
        ),
        sa.CheckConstraint("(file IS NULL) = (file_name IS NULL)", name="document_version_file_named"),
    )
    unpublished = sa.text("published_at IS NULL")
    op.create_index("document_version_open", "document_version", ["document_id"], unique=True, postgresql_where=unpublished)


def findable() -> None:
    op.create_table(
        "findable",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("item_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("document", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("kind", "item_id"),
        sa.CheckConstraint("kind IN ('organisation', 'event', 'news', 'document', 'procedure')", name="kind_known"),
    )
    op.create_index("findable_document", "findable", ["document"], postgresql_using="gin")
    op.create_table(
        "findable_word",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("item_id", sa.Uuid, nullable=False),
        sa.Column("word", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("kind", "item_id", "word"),
        sa.ForeignKeyConstraint(["kind", "item_id"], ["findable.kind", "findable.item_id"], name="findable_word_of", ondelete="CASCADE"),
    )
    op.create_index("findable_word_alike", "findable_word", ["word"], postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"})
    op.execute(ORGANISATIONS)


def terms() -> None:
    """Titles of the kinds of events."""
    term = sa.table("term", *(sa.column(name) for name in ("dictionary", "code", "valid_from", "title", "short", "place")))
    rows = [
        {"dictionary": "event_kind", "code": code, "valid_from": date(2013, 9, 1), "title": title, "short": title.lower(), "place": place}
        for place, (code, title) in enumerate(KINDS, 1)
    ]
    op.bulk_insert(term, rows)


def downgrade() -> None:
    op.execute("DELETE FROM term WHERE dictionary = 'event_kind'")
    for table in ("findable_word", "findable", "document_version", "public_document", "notice", "news", "gathering"):
        op.drop_table(table)
