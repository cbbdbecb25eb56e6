"""Applications, history, seats, orders, trainings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
STATUSES = (
    "('accepted', 'cancelled_by_provider', 'clarification', 'completed', 'enrolled', 'expelled', 'expired', 'municipality_review', "
    "'not_completed', 'provider_review', 'rejected', 'school_review', 'seat_offered', 'teacher_confirmation', 'waiting_list', 'withdrawn')"
)
LIVE = (
    "('accepted', 'clarification', 'enrolled', 'municipality_review', 'provider_review', 'school_review', 'seat_offered', "
    "'teacher_confirmation', 'waiting_list')"
)
FINAL = "('cancelled_by_provider', 'completed', 'expelled', 'expired', 'not_completed', 'rejected', 'withdrawn')"
COUNTED = "('accepted', 'completed', 'enrolled', 'not_completed', 'seat_offered', 'waiting_list')"
STUDIED = "('completed', 'enrolled', 'expelled', 'not_completed')"
HOLDERS = "('agency', 'learner', 'municipality', 'nobody', 'operator', 'provider', 'school')"
ACTIONS = (
    "('accept', 'answer', 'appoint', 'approve', 'cancel', 'clarify', 'complete', 'confirm', 'enrol', 'escalate', 'expel', 'expire', "
    "'fail', 'finish', 'follow', 'lapse', 'offer', 'regroup', 'reject', 'reschedule', 'submit', 'take', 'transfer', 'waitlist', "
    "'withdraw')"
)
YEARS = range(2026, 2051)
PROTECTIONS = (
    "CREATE TRIGGER transition_never_changes BEFORE UPDATE OR DELETE ON transition FOR EACH ROW EXECUTE FUNCTION never_changes()",
    "CREATE TRIGGER transition_never_emptied BEFORE TRUNCATE ON transition FOR EACH STATEMENT EXECUTE FUNCTION never_changes()",
)


def upgrade() -> None:
    op.create_table(
        "seats",
        sa.Column("group_id", sa.Uuid, primary_key=True),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("chosen", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("held", "taken", "waiting", "revision")),
        sa.CheckConstraint("held >= 0 AND taken >= 0 AND waiting >= 0", name="seats_counted"),
        sa.CheckConstraint("held + taken <= capacity", name="seats_never_oversold"),
        sa.CheckConstraint("revision > 0", name="seats_revision_counted"),
    )
    for year in YEARS:
        op.execute(f"CREATE SEQUENCE application_number_{year}")
    op.create_table(
        "signed_order",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("dated", sa.Date, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("group_id", sa.Uuid, sa.ForeignKey("study_group.id"), nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("signed_at", moment, nullable=False),
        sa.CheckConstraint("kind IN ('completion', 'enrolment', 'expulsion', 'transfer')", name="signed_order_kind_known"),
        sa.CheckConstraint("year = extract(year FROM dated)", name="signed_order_of_its_year"),
        sa.UniqueConstraint("provider_id", "year", "number", name="signed_order_number"),
    )
    op.create_index("signed_order_group", "signed_order", ["group_id"])
    create_application()
    op.create_table(
        "transition",
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("from_status", sa.String),
        sa.Column("to_status", sa.String, nullable=False),
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("actor_role", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("reason", sa.String, sa.ForeignKey("reason.code")),
        sa.Column("holder_role", sa.String, nullable=False),
        sa.Column("holder_scope", sa.String),
        sa.Column("due", sa.Date),
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("signed_order.id")),
        sa.Column("at", moment, nullable=False),
        sa.CheckConstraint(f"to_status IN {STATUSES}", name="transition_to_status_known"),
        sa.CheckConstraint(f"action IN {ACTIONS}", name="transition_action_known"),
        sa.CheckConstraint("(revision = 1) = (from_status IS NULL)", name="transition_first_from_nothing"),
        sa.CheckConstraint("action <> 'reject' OR reason IS NOT NULL", name="transition_rejected_for_a_reason"),
    )
    op.create_index("transition_at", "transition", ["at"])
    op.create_table(
        "remark",
        sa.Column("application_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("words", sa.String, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id", "revision"], ["transition.application_id", "transition.revision"], name="remark_to_a_step"
        ),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 2000", name="remark_says_something"),
    )
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("signed_order.id"), primary_key=True),
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("outcome", sa.String),
        sa.Column("from_group_id", sa.Uuid),
        sa.CheckConstraint("outcome IN ('completed', 'expelled', 'not_completed')", name="order_line_outcome_known"),
    )
    op.create_index("order_line_application", "order_line", ["application_id"])
    op.create_table(
        "training",
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("learner.person_id"), nullable=False),
        *(sa.Column(name, sa.Uuid, nullable=False) for name in ("programme_id", "provider_id", "group_id")),
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("signed_order.id"), nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date, nullable=False),
        sa.Column("document_kind", sa.String, nullable=False),
        sa.Column("position", sa.String),
        sa.Column("subject_group", sa.String),
        sa.CheckConstraint("outcome IN ('completed', 'expelled', 'not_completed')", name="training_outcome_known"),
        sa.CheckConstraint("hours >= 0", name="training_hours_counted"),
        sa.CheckConstraint("started_on <= ended_on", name="training_ends_after_it_starts"),
    )
    op.create_index("training_person", "training", ["person_id", "ended_on"])
    for statement in PROTECTIONS:
        op.execute(statement)


def create_application() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.String, nullable=False, unique=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("learner.person_id"), nullable=False),
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("groups", ARRAY(sa.Uuid), nullable=False),
        sa.Column("group_id", sa.Uuid, sa.ForeignKey("study_group.id"), nullable=False),
        sa.Column("seat_group_id", sa.Uuid, sa.ForeignKey("seats.group_id")),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("oktmo", sa.String, nullable=False),
        sa.Column("agency_id", sa.Uuid),
        sa.Column("approvals", ARRAY(sa.Text), nullable=False),
        sa.Column("passed", ARRAY(sa.Text), nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        *(sa.Column(name, sa.Uuid) for name in ("suggestion_id", "route_id", "step_id")),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("returns_to", sa.String),
        sa.Column("holder_role", sa.String, nullable=False),
        sa.Column("holder_scope", sa.String),
        sa.Column("due", sa.Date),
        sa.Column("waiting_since", moment),
        sa.Column("offers_lapsed", sa.Integer, nullable=False),
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("signed_order.id")),
        sa.Column("submitted_at", moment, nullable=False),
        sa.Column("moved_at", moment, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint(f"status IN {STATUSES}", name="application_status_known"),
        sa.CheckConstraint("channel IN ('appointment', 'import', 'portal', 'suggestion')", name="application_channel_known"),
        sa.CheckConstraint(f"holder_role IN {HOLDERS}", name="application_holder_role_known"),
        sa.CheckConstraint(f"(status IN {FINAL}) = (holder_role = 'nobody')", name="application_held_while_live"),
        sa.CheckConstraint(f"(status IN {COUNTED}) = (seat_group_id IS NOT NULL)", name="application_counted_where_it_stands"),
        sa.CheckConstraint(
            "(status IN ('clarification', 'seat_offered')) = (returns_to IS NOT NULL)", name="application_returns_somewhere"
        ),
        sa.CheckConstraint("status <> 'waiting_list' OR waiting_since IS NOT NULL", name="application_waits_since"),
        sa.CheckConstraint(f"status NOT IN {STUDIED} OR order_id IS NOT NULL", name="application_enrolled_by_an_order"),
        sa.CheckConstraint("cardinality(groups) > 0", name="application_names_a_group"),
        sa.CheckConstraint("revision > 0", name="application_revision_counted"),
        sa.CheckConstraint("offers_lapsed >= 0", name="application_offers_counted"),
    )
    live = sa.text(f"status IN {LIVE}")
    op.create_index("application_one_live", "application", ["person_id", "programme_id"], unique=True, postgresql_where=live)
    op.create_index("application_held_by", "application", ["holder_role", "holder_scope", "due", "number"])
    op.create_index("application_person", "application", ["person_id"])
    op.create_index("application_organisation", "application", ["organisation_id", "number"])
    op.create_index("application_oktmo", "application", ["oktmo", "number"])
    op.create_index("application_provider", "application", ["provider_id", "number"])
    op.create_index("application_group", "application", ["group_id", "status"])
    op.create_index("application_seat", "application", ["seat_group_id", "status"])
    waiting = sa.text("status = 'waiting_list'")
    op.create_index("application_waiting", "application", ["group_id", "offers_lapsed", "waiting_since"], postgresql_where=waiting)


def downgrade() -> None:
    for table in ("training", "order_line", "remark", "transition", "application", "signed_order", "seats"):
        op.drop_table(table)
    for year in YEARS:
        op.execute(f"DROP SEQUENCE application_number_{year}")
