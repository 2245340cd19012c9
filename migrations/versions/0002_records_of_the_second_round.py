"""Records of the second round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_import",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_name", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("outcome", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_import")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_import", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_import_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_import_made_by"), ["made_by"], unique=False)

    op.create_table(
        "pep_import_file",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["pep_import.id"], name=op.f("fk_pep_import_file_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_import_file")),
        sa.UniqueConstraint("import_id", "part", name=op.f("uq_pep_import_file_import_id_part")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_import_file", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_import_file_import_id"), ["import_id"], unique=False)

    op.create_table(
        "pep_import_page",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "fate IN ('new', 'changed', 'unchanged', 'refused', 'waiting')", name=op.f("ck_pep_import_page_row_fate")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["pep_import.id"], name=op.f("fk_pep_import_page_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_import_page")),
        sa.UniqueConstraint("import_id", "fate", "number", name=op.f("uq_pep_import_page_import_id_fate_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_consent",
        sa.Column("matter", sa.String(40), nullable=False),
        sa.Column("who_decides", sa.String(40), nullable=False),
        sa.Column("decision", sa.String(40), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("conditions", sa.String(500), nullable=True),
        sa.Column("days_notice", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("decision IN ('yes', 'no', 'each_time')", name=op.f("ck_pep_consent_consent_decision")),
        sa.CheckConstraint(
            "matter IN ('day_trip', 'overnight', 'abroad', 'photos_inside', 'photos_public', 'internet', 'reports', 'slips', 'parents_evening', 'first_aid', 'emergency', 'adventure', 'rse', 'counselling', 'biometric', 'results', 'work_experience', 'part_time_work')",
            name=op.f("ck_pep_consent_consent_for"),
        ),
        sa.CheckConstraint(
            "who_decides IN ('carer', 'social_worker', 'manager', 'parent', 'young_person', 'other')",
            name=op.f("ck_pep_consent_consent_by"),
        ),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_consent_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_consent")),
        sa.UniqueConstraint("child_id", "matter", name=op.f("uq_pep_consent_child_id_matter")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_consent", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_consent_child_id"), ["child_id"], unique=False)

    op.create_table(
        "pep_suspension",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("half_days", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("second_reason", sa.String(40), nullable=True),
        sa.Column("third_reason", sa.String(40), nullable=True),
        sa.Column("told_us_on", sa.Date(), nullable=True),
        sa.Column("work_set", sa.Boolean(), nullable=True),
        sa.Column("sixth_day_provision", sa.String(500), nullable=True),
        sa.Column("back_to_school_talk_on", sa.Date(), nullable=True),
        sa.Column("advice", sa.String(2000), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('suspension', 'permanent')", name=op.f("ck_pep_suspension_suspension_kind")),
        sa.CheckConstraint(
            "reason IN ('PP', 'PA', 'VP', 'VA', 'OW', 'BU', 'RA', 'LG', 'DS', 'SM', 'DA', 'DM', 'TH', 'MT', 'PH', 'DB')",
            name=op.f("ck_pep_suspension_suspension_reason"),
        ),
        sa.CheckConstraint(
            "second_reason IN ('PP', 'PA', 'VP', 'VA', 'OW', 'BU', 'RA', 'LG', 'DS', 'SM', 'DA', 'DM', 'TH', 'MT', 'PH', 'DB')",
            name=op.f("ck_pep_suspension_second_reason"),
        ),
        sa.CheckConstraint(
            "third_reason IN ('PP', 'PA', 'VP', 'VA', 'OW', 'BU', 'RA', 'LG', 'DS', 'SM', 'DA', 'DM', 'TH', 'MT', 'PH', 'DB')",
            name=op.f("ck_pep_suspension_third_reason"),
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_pep_suspension_ends_after_start")),
        sa.CheckConstraint("half_days IS NULL OR half_days > 0", name=op.f("ck_pep_suspension_half_days_positive")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_suspension_child_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_suspension_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_suspension")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_suspension", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_suspension_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_suspension_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_suspension_started_on"), ["started_on"], unique=False)

    op.create_table(
        "pep_frozen_facts",
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_frozen_facts_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_frozen_facts")),
        sa.UniqueConstraint("pep_id", name=op.f("uq_pep_frozen_facts_pep_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_waiver",
        sa.Column("check", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("waived_by", sa.String(64), nullable=False),
        sa.Column("waived_name", sa.String(200), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_waiver_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_waiver")),
        sa.UniqueConstraint("pep_id", "check", name=op.f("uq_pep_waiver_pep_id_check")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_waiver", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_waiver_pep_id"), ["pep_id"], unique=False)

    with op.batch_alter_table("pep_child", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("case_officer_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("case_rating", sa.String(40), nullable=True))
        batch_op.create_index(batch_op.f("ix_pep_child_case_officer_id"), ["case_officer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_child_case_rating"), ["case_rating"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_pep_child_case_officer_id"), "pep_person", ["case_officer_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_pep_child_case_rating"), "case_rating IN ('red', 'amber', 'green')")

    with op.batch_alter_table("pep_pep", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(
            "uq_pep_pep_one_funding",
            ["child_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'funding' AND status NOT IN ('complete', 'withdrawn')"),
            postgresql_where=sa.text("kind = 'funding' AND status NOT IN ('complete', 'withdrawn')"),
        )

    with op.batch_alter_table("pep_record_change", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(500), nullable=True))

    with op.batch_alter_table("pep_school", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("laestab", sa.String(7), nullable=True))
        batch_op.add_column(sa.Column("ukprn", sa.String(8), nullable=True))
        batch_op.add_column(sa.Column("postcode", sa.String(8), nullable=True))
        batch_op.add_column(sa.Column("head_name", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_pep_school_laestab"), ["laestab"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_school_successor_id"), ["successor_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_pep_school_successor_id"), "pep_school", ["successor_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("pep_school", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_pep_school_successor_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_pep_school_successor_id"))
        batch_op.drop_index(batch_op.f("ix_pep_school_laestab"))
        batch_op.drop_column("successor_id")
        batch_op.drop_column("head_name")
        batch_op.drop_column("postcode")
        batch_op.drop_column("ukprn")
        batch_op.drop_column("laestab")

    with op.batch_alter_table("pep_record_change", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("reason")

    with op.batch_alter_table("pep_pep", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(
            "uq_pep_pep_one_funding",
            sqlite_where=sa.text("kind = 'funding' AND status NOT IN ('complete', 'withdrawn')"),
            postgresql_where=sa.text("kind = 'funding' AND status NOT IN ('complete', 'withdrawn')"),
        )

    with op.batch_alter_table("pep_child", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_pep_child_case_rating"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_pep_child_case_officer_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_pep_child_case_rating"))
        batch_op.drop_index(batch_op.f("ix_pep_child_case_officer_id"))
        batch_op.drop_column("case_rating")
        batch_op.drop_column("case_officer_id")

    with op.batch_alter_table("pep_waiver", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pep_waiver_pep_id"))

    op.drop_table("pep_waiver")
    op.drop_table("pep_frozen_facts")
    with op.batch_alter_table("pep_suspension", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pep_suspension_started_on"))
        batch_op.drop_index(batch_op.f("ix_pep_suspension_school_id"))
        batch_op.drop_index(batch_op.f("ix_pep_suspension_child_id"))

    op.drop_table("pep_suspension")
    with op.batch_alter_table("pep_consent", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pep_consent_child_id"))

    op.drop_table("pep_consent")
    op.drop_table("pep_import_page")
    with op.batch_alter_table("pep_import_file", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pep_import_file_import_id"))

    op.drop_table("pep_import_file")
    with op.batch_alter_table("pep_import", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pep_import_made_by"))
        batch_op.drop_index(batch_op.f("ix_pep_import_made_at"))

    op.drop_table("pep_import")
    if op.get_context().dialect.name == "sqlite":  # the table was built anew and has lost its triggers
        for event in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER pep_record_change_no_{event} BEFORE {event.upper()} ON pep_record_change "
                "BEGIN SELECT RAISE(ABORT, 'pep_record_change is append-only'); END"
            )
