"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = ("domain",)
depends_on = None

APPEND_ONLY = ("pep_audit_event", "pep_record_change", "pep_funding_release", "pep_payment_line")


def refuse_changes() -> None:
    """Rows of these tables are written once: the database itself refuses to change or delete one, whoever asks."""
    on_postgresql = op.get_context().dialect.name == "postgresql"
    if on_postgresql:
        op.execute(
            "CREATE FUNCTION pep_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            action = (
                "FOR EACH ROW EXECUTE FUNCTION pep_refuse_change()"
                if on_postgresql
                else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} {action}")


def allow_changes() -> None:
    """Undo `refuse_changes`."""
    on_postgresql = op.get_context().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}" + (f" ON {table}" if on_postgresql else ""))
    if on_postgresql:
        op.execute("DROP FUNCTION pep_refuse_change()")


def upgrade() -> None:
    op.create_table(
        "pep_academic_year",
        sa.Column("name", sa.String(9), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ppg_term_cap_pence", sa.BigInteger(), nullable=False),
        sa.Column("ppg_year_cap_pence", sa.BigInteger(), nullable=False),
        sa.Column("post16_year_cap_pence", sa.BigInteger(), nullable=False),
        sa.Column("grant_per_child_pence", sa.BigInteger(), nullable=False),
        sa.Column("sdq_threshold", sa.Integer(), nullable=False),
        sa.Column("initiate_working_days", sa.Integer(), nullable=False),
        sa.Column("complete_school_days", sa.Integer(), nullable=False),
        sa.Column("amber_is_satisfactory", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_pep_academic_year_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_academic_year")),
        sa.UniqueConstraint("name", name=op.f("uq_pep_academic_year_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_audit_event",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("roles", sa.String(200), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("object_type", sa.String(60), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_audit_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_audit_event_action"), "pep_audit_event", ["action"], unique=False)
    op.create_index(op.f("ix_pep_audit_event_actor_id"), "pep_audit_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_pep_audit_event_at"), "pep_audit_event", ["at"], unique=False)
    op.create_index(op.f("ix_pep_audit_event_child_id"), "pep_audit_event", ["child_id"], unique=False)
    op.create_table(
        "pep_form_version",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("declared", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_form_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_pep_form_version_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_job",
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("once_key", sa.String(120), nullable=True),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(80), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_pep_job_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_job")),
        sa.UniqueConstraint("once_key", name=op.f("uq_pep_job_once_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_job_kind"), "pep_job", ["kind"], unique=False)
    op.create_index(op.f("ix_pep_job_state"), "pep_job", ["state"], unique=False)
    op.create_table(
        "pep_payment_batch",
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_name", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_pence", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("total_pence > 0", name=op.f("ck_pep_payment_batch_total_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_payment_batch")),
        sa.UniqueConstraint("reference", name=op.f("uq_pep_payment_batch_reference")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_person",
        sa.Column("first_name", sa.String(100), nullable=False),
        sa.Column("last_name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("organisation", sa.String(200), nullable=True),
        sa.Column("bounced_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('designated_teacher', 'social_worker', 'headteacher', 'school_staff', 'carer', 'virtual_school', 'professional')",
            name=op.f("ck_pep_person_person_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_person")),
        sa.UniqueConstraint("email", name=op.f("uq_pep_person_email")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_person_kind"), "pep_person", ["kind"], unique=False)
    op.create_index(op.f("ix_pep_person_last_name"), "pep_person", ["last_name"], unique=False)
    op.create_table(
        "pep_record_change",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=True),
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(10), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_record_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_record_change_at"), "pep_record_change", ["at"], unique=False)
    op.create_index(op.f("ix_pep_record_change_child_id"), "pep_record_change", ["child_id"], unique=False)
    op.create_index("ix_pep_record_change_row", "pep_record_change", ["table_name", "row_id"], unique=False)
    op.create_table(
        "pep_school",
        sa.Column("urn", sa.String(6), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("phase", sa.String(40), nullable=False),
        sa.Column("local_authority_code", sa.String(3), nullable=True),
        sa.Column("in_borough", sa.Boolean(), nullable=False),
        sa.Column("town", sa.String(100), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("less_than_good", sa.Boolean(), nullable=False),
        sa.Column("finance_reference", sa.String(40), nullable=True),
        sa.Column("payment_method", sa.String(40), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("designated_teacher_id", sa.Integer(), nullable=True),
        sa.Column("headteacher_id", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('school', 'special', 'nursery', 'college', 'alternative', 'training')", name=op.f("ck_pep_school_school_kind")
        ),
        sa.CheckConstraint("payment_method IN ('journal', 'bacs', 'invoice')", name=op.f("ck_pep_school_payment_method")),
        sa.CheckConstraint(
            "phase IN ('early_years', 'primary', 'secondary', 'all_through', 'post_16')", name=op.f("ck_pep_school_school_phase")
        ),
        sa.ForeignKeyConstraint(["designated_teacher_id"], ["pep_person.id"], name=op.f("fk_pep_school_designated_teacher_id")),
        sa.ForeignKeyConstraint(["headteacher_id"], ["pep_person.id"], name=op.f("fk_pep_school_headteacher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_school")),
        sa.UniqueConstraint("urn", name=op.f("uq_pep_school_urn")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_school_designated_teacher_id"), "pep_school", ["designated_teacher_id"], unique=False)
    op.create_index(op.f("ix_pep_school_headteacher_id"), "pep_school", ["headteacher_id"], unique=False)
    op.create_index(op.f("ix_pep_school_name"), "pep_school", ["name"], unique=False)
    op.create_table(
        "pep_term",
        sa.Column("year_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("half_term_from", sa.Date(), nullable=True),
        sa.Column("half_term_to", sa.Date(), nullable=True),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("name IN ('autumn', 'spring', 'summer')", name=op.f("ck_pep_term_term_name")),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_pep_term_ends_after_start")),
        sa.ForeignKeyConstraint(["year_id"], ["pep_academic_year.id"], name=op.f("fk_pep_term_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_term")),
        sa.UniqueConstraint("year_id", "name", name=op.f("uq_pep_term_year_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_term_year_id"), "pep_term", ["year_id"], unique=False)
    op.create_table(
        "pep_child",
        sa.Column("first_name", sa.String(100), nullable=False),
        sa.Column("last_name", sa.String(100), nullable=False),
        sa.Column("known_as", sa.String(100), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("upn", sa.String(13), nullable=True),
        sa.Column("lcs_id", sa.String(40), nullable=True),
        sa.Column("entered_care_on", sa.Date(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("left_care_on", sa.Date(), nullable=True),
        sa.Column("legal_status", sa.String(40), nullable=False),
        sa.Column("sen_status", sa.String(40), nullable=False),
        sa.Column("ehcp_review_on", sa.Date(), nullable=True),
        sa.Column("year_group_override", sa.String(2), nullable=True),
        sa.Column("year_group_reason", sa.String(500), nullable=True),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("social_worker_id", sa.Integer(), nullable=True),
        sa.Column("carer_id", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "legal_status IN ('C1', 'C2', 'D1', 'E1', 'V2', 'L1', 'L2', 'L3', 'J1', 'J2', 'J3', 'W1')",
            name=op.f("ck_pep_child_legal_status"),
        ),
        sa.CheckConstraint("sen_status IN ('N', 'K', 'E')", name=op.f("ck_pep_child_sen_status")),
        sa.CheckConstraint(
            "left_care_on IS NULL OR left_care_on >= entered_care_on", name=op.f("ck_pep_child_leaves_after_entering")
        ),
        sa.ForeignKeyConstraint(["carer_id"], ["pep_person.id"], name=op.f("fk_pep_child_carer_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_child_school_id")),
        sa.ForeignKeyConstraint(["social_worker_id"], ["pep_person.id"], name=op.f("fk_pep_child_social_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_child")),
        sa.UniqueConstraint("lcs_id", name=op.f("uq_pep_child_lcs_id")),
        sa.UniqueConstraint("upn", name=op.f("uq_pep_child_upn")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_child_carer_id"), "pep_child", ["carer_id"], unique=False)
    op.create_index(op.f("ix_pep_child_date_of_birth"), "pep_child", ["date_of_birth"], unique=False)
    op.create_index(op.f("ix_pep_child_entered_care_on"), "pep_child", ["entered_care_on"], unique=False)
    op.create_index(op.f("ix_pep_child_last_name"), "pep_child", ["last_name"], unique=False)
    op.create_index(op.f("ix_pep_child_left_care_on"), "pep_child", ["left_care_on"], unique=False)
    op.create_index(op.f("ix_pep_child_school_id"), "pep_child", ["school_id"], unique=False)
    op.create_index(op.f("ix_pep_child_social_worker_id"), "pep_child", ["social_worker_id"], unique=False)
    op.create_table(
        "pep_allocation",
        sa.Column("year_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("cap_pence", sa.BigInteger(), nullable=False),
        sa.Column("reserved_pence", sa.BigInteger(), nullable=False),
        sa.Column("released_pence", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("reserved_pence + released_pence <= cap_pence", name=op.f("ck_pep_allocation_within_cap")),
        sa.CheckConstraint("reserved_pence >= 0 AND released_pence >= 0", name=op.f("ck_pep_allocation_never_negative")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_allocation_child_id")),
        sa.ForeignKeyConstraint(["term_id"], ["pep_term.id"], name=op.f("fk_pep_allocation_term_id")),
        sa.ForeignKeyConstraint(["year_id"], ["pep_academic_year.id"], name=op.f("fk_pep_allocation_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_allocation")),
        sa.UniqueConstraint("child_id", "period", name=op.f("uq_pep_allocation_child_id_period")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_allocation_child_id"), "pep_allocation", ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_allocation_term_id"), "pep_allocation", ["term_id"], unique=False)
    op.create_index(op.f("ix_pep_allocation_year_id"), "pep_allocation", ["year_id"], unique=False)
    op.create_table(
        "pep_care_episode",
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_pep_care_episode_ends_after_start")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_care_episode_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_care_episode")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_care_episode_child_id"), "pep_care_episode", ["child_id"], unique=False)
    op.create_index(
        "uq_pep_care_episode_open",
        "pep_care_episode",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "pep_care_placement",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("carer_id", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('foster', 'kinship', 'residential', 'supported', 'parents', 'adoptive', 'secure', 'other')",
            name=op.f("ck_pep_care_placement_placement_kind"),
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_pep_care_placement_ends_after_start")),
        sa.ForeignKeyConstraint(["carer_id"], ["pep_person.id"], name=op.f("fk_pep_care_placement_carer_id")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_care_placement_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_care_placement")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_care_placement_carer_id"), "pep_care_placement", ["carer_id"], unique=False)
    op.create_index(op.f("ix_pep_care_placement_child_id"), "pep_care_placement", ["child_id"], unique=False)
    op.create_index(
        "uq_pep_care_placement_open",
        "pep_care_placement",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "pep_caseload",
        sa.Column("social_worker_id", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_pep_caseload_ends_after_start")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_caseload_child_id")),
        sa.ForeignKeyConstraint(["social_worker_id"], ["pep_person.id"], name=op.f("fk_pep_caseload_social_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_caseload")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_caseload_child_id"), "pep_caseload", ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_caseload_social_worker_id"), "pep_caseload", ["social_worker_id"], unique=False)
    op.create_index(
        "uq_pep_caseload_open",
        "pep_caseload",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "pep_enrolment",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("leaving_reason", sa.String(40), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "leaving_reason IN ('phase', 'home_move', 'choice', 'excluded', 'closed', 'correction', 'other')",
            name=op.f("ck_pep_enrolment_leaving_reason"),
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_pep_enrolment_ends_after_start")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_enrolment_child_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_enrolment_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_enrolment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_enrolment_child_id"), "pep_enrolment", ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_enrolment_school_id"), "pep_enrolment", ["school_id"], unique=False)
    op.create_index(
        "uq_pep_enrolment_open",
        "pep_enrolment",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "pep_pep",
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("writer_id", sa.Integer(), nullable=True),
        sa.Column("social_worker_id", sa.Integer(), nullable=True),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("year_group", sa.String(2), nullable=False),
        sa.Column("initiated_on", sa.Date(), nullable=False),
        sa.Column("delegated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_rule", sa.String(300), nullable=False),
        sa.Column("meeting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_pep_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_reason", sa.String(500), nullable=True),
        sa.Column("grade", sa.String(40), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("grade IN ('gold', 'green', 'amber', 'red')", name=op.f("ck_pep_pep_grade")),
        sa.CheckConstraint("kind IN ('initial', 'termly', 'change', 'need', 'funding')", name=op.f("ck_pep_pep_pep_kind")),
        sa.CheckConstraint(
            "status IN ('initiated', 'in_progress', 'submitted', 'returned', 'complete', 'withdrawn')",
            name=op.f("ck_pep_pep_pep_status"),
        ),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_pep_child_id")),
        sa.ForeignKeyConstraint(["form_version_id"], ["pep_form_version.id"], name=op.f("fk_pep_pep_form_version_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_pep_school_id")),
        sa.ForeignKeyConstraint(["social_worker_id"], ["pep_person.id"], name=op.f("fk_pep_pep_social_worker_id")),
        sa.ForeignKeyConstraint(["term_id"], ["pep_term.id"], name=op.f("fk_pep_pep_term_id")),
        sa.ForeignKeyConstraint(["writer_id"], ["pep_person.id"], name=op.f("fk_pep_pep_writer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_pep")),
        sa.UniqueConstraint("reference", name=op.f("uq_pep_pep_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_pep_child_id"), "pep_pep", ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_pep_due_on"), "pep_pep", ["due_on"], unique=False)
    op.create_index(op.f("ix_pep_pep_form_version_id"), "pep_pep", ["form_version_id"], unique=False)
    op.create_index(op.f("ix_pep_pep_school_id"), "pep_pep", ["school_id"], unique=False)
    op.create_index(op.f("ix_pep_pep_social_worker_id"), "pep_pep", ["social_worker_id"], unique=False)
    op.create_index(op.f("ix_pep_pep_status"), "pep_pep", ["status"], unique=False)
    op.create_index(op.f("ix_pep_pep_term_id"), "pep_pep", ["term_id"], unique=False)
    op.create_index("ix_pep_pep_term_status", "pep_pep", ["term_id", "status"], unique=False)
    op.create_index(op.f("ix_pep_pep_writer_id"), "pep_pep", ["writer_id"], unique=False)
    op.create_index(
        "uq_pep_pep_one_a_term",
        "pep_pep",
        ["child_id", "term_id"],
        unique=True,
        sqlite_where=sa.text("kind IN ('initial', 'termly') AND status <> 'withdrawn'"),
        postgresql_where=sa.text("kind IN ('initial', 'termly') AND status <> 'withdrawn'"),
    )
    op.create_table(
        "pep_agreed_action",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(500), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("by_on", sa.Date(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_agreed_action_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_agreed_action")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_agreed_action_pep_id"), "pep_agreed_action", ["pep_id"], unique=False)
    op.create_table(
        "pep_attainment",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("current", sa.String(40), nullable=False),
        sa.Column("expected", sa.String(40), nullable=True),
        sa.Column("on_track", sa.String(40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("on_track IN ('WB', 'B', 'ON', 'AB', 'NA')", name=op.f("ck_pep_attainment_on_track")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_attainment_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_attainment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_attainment_pep_id"), "pep_attainment", ["pep_id"], unique=False)
    op.create_table(
        "pep_attendance_summary",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("authorised", sa.Integer(), nullable=True),
        sa.Column("unauthorised", sa.Integer(), nullable=True),
        sa.Column("figures_to", sa.Date(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("present BETWEEN 0 AND possible", name=op.f("ck_pep_attendance_summary_present_within_possible")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_attendance_summary_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_attendance_summary")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_attendance_summary_pep_id"), "pep_attendance_summary", ["pep_id"], unique=False)
    op.create_table(
        "pep_attendee",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("took_part", sa.String(40), nullable=False),
        sa.Column("report_received", sa.Boolean(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('child', 'social_worker', 'designated_teacher', 'carer', 'parent', 'virtual_school', 'school_staff', 'professional')",
            name=op.f("ck_pep_attendee_attendee_role"),
        ),
        sa.CheckConstraint("took_part IN ('attended', 'part', 'apologies', 'no_answer')", name=op.f("ck_pep_attendee_attendance")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_attendee_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_attendee")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_attendee_pep_id"), "pep_attendee", ["pep_id"], unique=False)
    op.create_table(
        "pep_delivery",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("template", sa.String(60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("arguments", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_to", sa.String(254), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'given_up')", name=op.f("ck_pep_delivery_delivery_state")
        ),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_delivery_pep_id")),
        sa.ForeignKeyConstraint(["person_id"], ["pep_person.id"], name=op.f("fk_pep_delivery_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_pep_delivery_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_delivery_due_at"), "pep_delivery", ["due_at"], unique=False)
    op.create_index(op.f("ix_pep_delivery_pep_id"), "pep_delivery", ["pep_id"], unique=False)
    op.create_index(op.f("ix_pep_delivery_person_id"), "pep_delivery", ["person_id"], unique=False)
    op.create_index(op.f("ix_pep_delivery_state"), "pep_delivery", ["state"], unique=False)
    op.create_table(
        "pep_education_section",
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column(
            "sensitive_answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("signed_by", sa.String(64), nullable=True),
        sa.Column("signed_name", sa.String(200), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_reason", sa.String(500), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_education_section_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_education_section")),
        sa.UniqueConstraint("pep_id", name=op.f("uq_pep_education_section_pep_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_meeting_section",
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column(
            "sensitive_answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("signed_by", sa.String(64), nullable=True),
        sa.Column("signed_name", sa.String(200), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_reason", sa.String(500), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_meeting_section_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_meeting_section")),
        sa.UniqueConstraint("pep_id", name=op.f("uq_pep_meeting_section_pep_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_qa_review",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("grade", sa.String(40), nullable=True),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("feedback", sa.String(5000), nullable=False),
        sa.Column("improve", sa.String(5000), nullable=False),
        sa.Column("attempts_accepted", sa.Boolean(), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("reviewer_name", sa.String(200), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rubric_version", sa.String(20), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("decision = 'ask' OR grade IS NOT NULL", name=op.f("ck_pep_qa_review_graded_unless_asked")),
        sa.CheckConstraint("decision IN ('accept', 'ask', 'return')", name=op.f("ck_pep_qa_review_decision")),
        sa.CheckConstraint("grade IN ('gold', 'green', 'amber', 'red')", name=op.f("ck_pep_qa_review_grade")),
        sa.CheckConstraint("kind IN ('first', 'dip_sample', 'moderation')", name=op.f("ck_pep_qa_review_review_kind")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_qa_review_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_qa_review")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_qa_review_pep_id"), "pep_qa_review", ["pep_id"], unique=False)
    op.create_table(
        "pep_sdq_score",
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("completed_by", sa.String(40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("completed_by IN ('carer', 'teacher', 'young_person')", name=op.f("ck_pep_sdq_score_sdq_by")),
        sa.CheckConstraint("total BETWEEN 0 AND 40", name=op.f("ck_pep_sdq_score_total_in_range")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_sdq_score_child_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_sdq_score_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_sdq_score")),
        sa.UniqueConstraint(
            "child_id", "completed_on", "completed_by", name=op.f("uq_pep_sdq_score_child_id_completed_on_completed_by")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_sdq_score_child_id"), "pep_sdq_score", ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_sdq_score_pep_id"), "pep_sdq_score", ["pep_id"], unique=False)
    op.create_table(
        "pep_social_care_section",
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column(
            "sensitive_answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("signed_by", sa.String(64), nullable=True),
        sa.Column("signed_name", sa.String(200), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_reason", sa.String(500), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_social_care_section_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_social_care_section")),
        sa.UniqueConstraint("pep_id", name=op.f("uq_pep_social_care_section_pep_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_target",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("is_strength", sa.Boolean(), nullable=False),
        sa.Column("answers_sdq", sa.Boolean(), nullable=False),
        sa.Column("need", sa.String(2000), nullable=False),
        sa.Column("support_what", sa.String(500), nullable=False),
        sa.Column("support_when", sa.String(200), nullable=False),
        sa.Column("support_where", sa.String(200), nullable=False),
        sa.Column("support_who", sa.String(200), nullable=False),
        sa.Column("support_how_often", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(2000), nullable=False),
        sa.Column("baseline", sa.String(500), nullable=False),
        sa.Column("success_measure", sa.String(500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("from_plan", sa.String(500), nullable=True),
        sa.Column("child_agrees", sa.String(20), nullable=True),
        sa.Column("child_wording", sa.String(1000), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "area IN ('cognition', 'semh', 'communication', 'sensory_physical', 'independence')",
            name=op.f("ck_pep_target_target_area"),
        ),
        sa.CheckConstraint("subject IN ('english', 'maths', 'other')", name=op.f("ck_pep_target_subject")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_target_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_target")),
        sa.UniqueConstraint("pep_id", "number", name=op.f("uq_pep_target_pep_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_target_pep_id"), "pep_target", ["pep_id"], unique=False)
    op.create_table(
        "pep_ppg_request",
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("provider", sa.String(200), nullable=False),
        sa.Column("payee_school_id", sa.Integer(), nullable=True),
        sa.Column("payee_name", sa.String(200), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("unit_cost_pence", sa.BigInteger(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("approved_pence", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=True),
        sa.Column("decided_name", sa.String(200), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.String(500), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status IN ('approved', 'released')) = (approved_pence IS NOT NULL)",
            name=op.f("ck_pep_ppg_request_approved_has_amount"),
        ),
        sa.CheckConstraint(
            "category IN ('TUITION_1', 'TUITION_GROUP', 'LITERACY_NUMERACY', 'IN_CLASS', 'MENTOR', 'THERAPY', 'SEMH', 'SALT', 'ASSESS', 'EQUIPMENT', 'ICT', 'BOOKS', 'ENRICH', 'TRIP', 'EXAM', 'TRANSITION', 'ATTEND', 'EXTENDED', 'CAREERS', 'STAFF', 'REWARD', 'OTHER', 'X_ADMIN', 'X_CLOTHING', 'X_TRANSPORT')",
            name=op.f("ck_pep_ppg_request_ppg_category"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'requested', 'approved', 'declined', 'released', 'withdrawn')",
            name=op.f("ck_pep_ppg_request_ppg_status"),
        ),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_pep_ppg_request_amount_positive")),
        sa.CheckConstraint(
            "approved_pence IS NULL OR approved_pence BETWEEN 1 AND amount_pence",
            name=op.f("ck_pep_ppg_request_approved_within_asked"),
        ),
        sa.CheckConstraint("quantity * unit_cost_pence = amount_pence", name=op.f("ck_pep_ppg_request_fully_costed")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_pep_ppg_request_quantity_positive")),
        sa.CheckConstraint("unit_cost_pence > 0", name=op.f("ck_pep_ppg_request_unit_cost_positive")),
        sa.ForeignKeyConstraint(["payee_school_id"], ["pep_school.id"], name=op.f("fk_pep_ppg_request_payee_school_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_ppg_request_pep_id")),
        sa.ForeignKeyConstraint(["target_id"], ["pep_target.id"], name=op.f("fk_pep_ppg_request_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_ppg_request")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_ppg_request_payee_school_id"), "pep_ppg_request", ["payee_school_id"], unique=False)
    op.create_index(op.f("ix_pep_ppg_request_pep_id"), "pep_ppg_request", ["pep_id"], unique=False)
    op.create_index(op.f("ix_pep_ppg_request_status"), "pep_ppg_request", ["status"], unique=False)
    op.create_index(op.f("ix_pep_ppg_request_target_id"), "pep_ppg_request", ["target_id"], unique=False)
    op.create_table(
        "pep_target_review",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("what_happened", sa.String(2000), nullable=False),
        sa.Column("support_effect", sa.String(20), nullable=False),
        sa.Column("child_view", sa.String(2000), nullable=True),
        sa.Column("next", sa.String(40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("next IN ('close', 'keep', 'change')", name=op.f("ck_pep_target_review_target_next")),
        sa.CheckConstraint(
            "outcome IN ('NOT', 'SOME', 'MOST', 'MET', 'OVER', 'DROP')", name=op.f("ck_pep_target_review_target_outcome")
        ),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_target_review_pep_id")),
        sa.ForeignKeyConstraint(["target_id"], ["pep_target.id"], name=op.f("fk_pep_target_review_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_target_review")),
        sa.UniqueConstraint("pep_id", "target_id", name=op.f("uq_pep_target_review_pep_id_target_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_target_review_pep_id"), "pep_target_review", ["pep_id"], unique=False)
    op.create_index(op.f("ix_pep_target_review_target_id"), "pep_target_review", ["target_id"], unique=False)
    op.create_table(
        "pep_funding_release",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=False),
        sa.Column("released_by", sa.String(64), nullable=False),
        sa.Column("released_name", sa.String(200), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alone_reason", sa.String(500), nullable=True),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('release', 'void', 'return')", name=op.f("ck_pep_funding_release_release_kind")),
        sa.CheckConstraint(
            "approved_by <> released_by OR alone_reason IS NOT NULL", name=op.f("ck_pep_funding_release_two_people")
        ),
        sa.CheckConstraint("pence > 0", name=op.f("ck_pep_funding_release_pence_positive")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_funding_release_pep_id")),
        sa.ForeignKeyConstraint(["request_id"], ["pep_ppg_request.id"], name=op.f("fk_pep_funding_release_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_funding_release")),
        sa.UniqueConstraint("request_id", "kind", "number", name=op.f("uq_pep_funding_release_request_id_kind_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_funding_release_pep_id"), "pep_funding_release", ["pep_id"], unique=False)
    op.create_index(op.f("ix_pep_funding_release_request_id"), "pep_funding_release", ["request_id"], unique=False)
    op.create_table(
        "pep_payment_line",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(200), nullable=False),
        sa.Column("payee_urn", sa.String(6), nullable=True),
        sa.Column("finance_reference", sa.String(40), nullable=True),
        sa.Column("payment_method", sa.String(40), nullable=False),
        sa.Column("pep_reference", sa.String(20), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("payment_method IN ('journal', 'bacs', 'invoice')", name=op.f("ck_pep_payment_line_payment_method")),
        sa.CheckConstraint("pence > 0", name=op.f("ck_pep_payment_line_pence_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["pep_payment_batch.id"], name=op.f("fk_pep_payment_line_batch_id")),
        sa.ForeignKeyConstraint(["release_id"], ["pep_funding_release.id"], name=op.f("fk_pep_payment_line_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_payment_line")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_pep_payment_line_batch_id_number")),
        sa.UniqueConstraint("release_id", name=op.f("uq_pep_payment_line_release_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_payment_line_batch_id"), "pep_payment_line", ["batch_id"], unique=False)
    refuse_changes()


def downgrade() -> None:
    allow_changes()
    op.drop_index(op.f("ix_pep_payment_line_batch_id"), table_name="pep_payment_line")
    op.drop_table("pep_payment_line")
    op.drop_index(op.f("ix_pep_funding_release_request_id"), table_name="pep_funding_release")
    op.drop_index(op.f("ix_pep_funding_release_pep_id"), table_name="pep_funding_release")
    op.drop_table("pep_funding_release")
    op.drop_index(op.f("ix_pep_target_review_target_id"), table_name="pep_target_review")
    op.drop_index(op.f("ix_pep_target_review_pep_id"), table_name="pep_target_review")
    op.drop_table("pep_target_review")
    op.drop_index(op.f("ix_pep_ppg_request_target_id"), table_name="pep_ppg_request")
    op.drop_index(op.f("ix_pep_ppg_request_status"), table_name="pep_ppg_request")
    op.drop_index(op.f("ix_pep_ppg_request_pep_id"), table_name="pep_ppg_request")
    op.drop_index(op.f("ix_pep_ppg_request_payee_school_id"), table_name="pep_ppg_request")
    op.drop_table("pep_ppg_request")
    op.drop_index(op.f("ix_pep_target_pep_id"), table_name="pep_target")
    op.drop_table("pep_target")
    op.drop_table("pep_social_care_section")
    op.drop_index(op.f("ix_pep_sdq_score_pep_id"), table_name="pep_sdq_score")
    op.drop_index(op.f("ix_pep_sdq_score_child_id"), table_name="pep_sdq_score")
    op.drop_table("pep_sdq_score")
    op.drop_index(op.f("ix_pep_qa_review_pep_id"), table_name="pep_qa_review")
    op.drop_table("pep_qa_review")
    op.drop_table("pep_meeting_section")
    op.drop_table("pep_education_section")
    op.drop_index(op.f("ix_pep_delivery_state"), table_name="pep_delivery")
    op.drop_index(op.f("ix_pep_delivery_person_id"), table_name="pep_delivery")
    op.drop_index(op.f("ix_pep_delivery_pep_id"), table_name="pep_delivery")
    op.drop_index(op.f("ix_pep_delivery_due_at"), table_name="pep_delivery")
    op.drop_table("pep_delivery")
    op.drop_index(op.f("ix_pep_attendee_pep_id"), table_name="pep_attendee")
    op.drop_table("pep_attendee")
    op.drop_index(op.f("ix_pep_attendance_summary_pep_id"), table_name="pep_attendance_summary")
    op.drop_table("pep_attendance_summary")
    op.drop_index(op.f("ix_pep_attainment_pep_id"), table_name="pep_attainment")
    op.drop_table("pep_attainment")
    op.drop_index(op.f("ix_pep_agreed_action_pep_id"), table_name="pep_agreed_action")
    op.drop_table("pep_agreed_action")
    op.drop_index(
        "uq_pep_pep_one_a_term",
        table_name="pep_pep",
        sqlite_where=sa.text("kind IN ('initial', 'termly') AND status <> 'withdrawn'"),
        postgresql_where=sa.text("kind IN ('initial', 'termly') AND status <> 'withdrawn'"),
    )
    op.drop_index(op.f("ix_pep_pep_writer_id"), table_name="pep_pep")
    op.drop_index("ix_pep_pep_term_status", table_name="pep_pep")
    op.drop_index(op.f("ix_pep_pep_term_id"), table_name="pep_pep")
    op.drop_index(op.f("ix_pep_pep_status"), table_name="pep_pep")
    op.drop_index(op.f("ix_pep_pep_social_worker_id"), table_name="pep_pep")
    op.drop_index(op.f("ix_pep_pep_school_id"), table_name="pep_pep")
    op.drop_index(op.f("ix_pep_pep_form_version_id"), table_name="pep_pep")
    op.drop_index(op.f("ix_pep_pep_due_on"), table_name="pep_pep")
    op.drop_index(op.f("ix_pep_pep_child_id"), table_name="pep_pep")
    op.drop_table("pep_pep")
    op.drop_index(
        "uq_pep_enrolment_open",
        table_name="pep_enrolment",
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.drop_index(op.f("ix_pep_enrolment_school_id"), table_name="pep_enrolment")
    op.drop_index(op.f("ix_pep_enrolment_child_id"), table_name="pep_enrolment")
    op.drop_table("pep_enrolment")
    op.drop_index(
        "uq_pep_caseload_open",
        table_name="pep_caseload",
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.drop_index(op.f("ix_pep_caseload_social_worker_id"), table_name="pep_caseload")
    op.drop_index(op.f("ix_pep_caseload_child_id"), table_name="pep_caseload")
    op.drop_table("pep_caseload")
    op.drop_index(
        "uq_pep_care_placement_open",
        table_name="pep_care_placement",
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.drop_index(op.f("ix_pep_care_placement_child_id"), table_name="pep_care_placement")
    op.drop_index(op.f("ix_pep_care_placement_carer_id"), table_name="pep_care_placement")
    op.drop_table("pep_care_placement")
    op.drop_index(
        "uq_pep_care_episode_open",
        table_name="pep_care_episode",
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.drop_index(op.f("ix_pep_care_episode_child_id"), table_name="pep_care_episode")
    op.drop_table("pep_care_episode")
    op.drop_index(op.f("ix_pep_allocation_year_id"), table_name="pep_allocation")
    op.drop_index(op.f("ix_pep_allocation_term_id"), table_name="pep_allocation")
    op.drop_index(op.f("ix_pep_allocation_child_id"), table_name="pep_allocation")
    op.drop_table("pep_allocation")
    op.drop_index(op.f("ix_pep_child_social_worker_id"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_child_school_id"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_child_left_care_on"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_child_last_name"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_child_entered_care_on"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_child_date_of_birth"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_child_carer_id"), table_name="pep_child")
    op.drop_table("pep_child")
    op.drop_index(op.f("ix_pep_term_year_id"), table_name="pep_term")
    op.drop_table("pep_term")
    op.drop_index(op.f("ix_pep_school_name"), table_name="pep_school")
    op.drop_index(op.f("ix_pep_school_headteacher_id"), table_name="pep_school")
    op.drop_index(op.f("ix_pep_school_designated_teacher_id"), table_name="pep_school")
    op.drop_table("pep_school")
    op.drop_index("ix_pep_record_change_row", table_name="pep_record_change")
    op.drop_index(op.f("ix_pep_record_change_child_id"), table_name="pep_record_change")
    op.drop_index(op.f("ix_pep_record_change_at"), table_name="pep_record_change")
    op.drop_table("pep_record_change")
    op.drop_index(op.f("ix_pep_person_last_name"), table_name="pep_person")
    op.drop_index(op.f("ix_pep_person_kind"), table_name="pep_person")
    op.drop_table("pep_person")
    op.drop_table("pep_payment_batch")
    op.drop_index(op.f("ix_pep_job_state"), table_name="pep_job")
    op.drop_index(op.f("ix_pep_job_kind"), table_name="pep_job")
    op.drop_table("pep_job")
    op.drop_table("pep_form_version")
    op.drop_index(op.f("ix_pep_audit_event_child_id"), table_name="pep_audit_event")
    op.drop_index(op.f("ix_pep_audit_event_at"), table_name="pep_audit_event")
    op.drop_index(op.f("ix_pep_audit_event_actor_id"), table_name="pep_audit_event")
    op.drop_index(op.f("ix_pep_audit_event_action"), table_name="pep_audit_event")
    op.drop_table("pep_audit_event")
    op.drop_table("pep_academic_year")
