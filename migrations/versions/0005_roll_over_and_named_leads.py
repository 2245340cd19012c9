"""Roll over and named leads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_lead_question",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_name", sa.String(200), nullable=False),
        sa.Column("answer", sa.String(40), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_first_name", sa.String(100), nullable=True),
        sa.Column("new_last_name", sa.String(100), nullable=True),
        sa.Column("new_email", sa.String(254), nullable=True),
        sa.Column("new_from", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(64), nullable=True),
        sa.Column("decided_name", sa.String(200), nullable=True),
        sa.Column("decision_reason", sa.String(500), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("answer IN ('yes', 'other')", name=op.f("ck_pep_lead_question_lead_answer")),
        sa.CheckConstraint(
            "answer IS NULL OR answer <> 'other' OR new_email IS NOT NULL", name=op.f("ck_pep_lead_question_other_is_named")
        ),
        sa.CheckConstraint("decision IN ('accepted', 'declined')", name=op.f("ck_pep_lead_question_lead_decision")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_pep_lead_question_answered_has_answer")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_pep_lead_question_decided_has_decision")),
        sa.ForeignKeyConstraint(["person_id"], ["pep_person.id"], name=op.f("fk_pep_lead_question_person_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_lead_question_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_lead_question")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_lead_question_person_id"), "pep_lead_question", ["person_id"], unique=False)
    op.create_index(op.f("ix_pep_lead_question_school_id"), "pep_lead_question", ["school_id"], unique=False)
    op.create_index(
        "uq_pep_lead_question_open", "pep_lead_question", ["school_id", "person_id"], unique=True,
        sqlite_where=sa.text("answered_at IS NULL"), postgresql_where=sa.text("answered_at IS NULL"),
    )

    op.create_table(
        "pep_planned_move",
        sa.Column("year_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("keeps_group", sa.Boolean(), nullable=False),
        sa.Column("rolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_before", sa.String(2), nullable=True),
        sa.Column("group_reason_before", sa.String(500), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("(step = 'moves') = (school_id IS NOT NULL)", name=op.f("ck_pep_planned_move_moves_to_a_school")),
        sa.CheckConstraint("step IN ('unknown', 'moves', 'stays')", name=op.f("ck_pep_planned_move_next_step")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_planned_move_child_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_planned_move_school_id")),
        sa.ForeignKeyConstraint(["year_id"], ["pep_academic_year.id"], name=op.f("fk_pep_planned_move_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_planned_move")),
        sa.UniqueConstraint("child_id", "year_id", name=op.f("uq_pep_planned_move_child_id_year_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_planned_move_child_id"), "pep_planned_move", ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_planned_move_school_id"), "pep_planned_move", ["school_id"], unique=False)
    op.create_index(op.f("ix_pep_planned_move_year_id"), "pep_planned_move", ["year_id"], unique=False)

    with op.batch_alter_table("pep_child", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("setting_unknown_since", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_pep_child_setting_unknown_since"), ["setting_unknown_since"], unique=False)

    with op.batch_alter_table("pep_school", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("lead_confirmed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("lead_confirmed_by", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("lead_confirmed_name", sa.String(200), nullable=True))
        batch_op.create_index(batch_op.f("ix_pep_school_lead_confirmed_on"), ["lead_confirmed_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("pep_school", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pep_school_lead_confirmed_on"))
        batch_op.drop_column("lead_confirmed_name")
        batch_op.drop_column("lead_confirmed_by")
        batch_op.drop_column("lead_confirmed_on")

    with op.batch_alter_table("pep_child", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pep_child_setting_unknown_since"))
        batch_op.drop_column("setting_unknown_since")

    op.drop_index(op.f("ix_pep_planned_move_year_id"), table_name="pep_planned_move")
    op.drop_index(op.f("ix_pep_planned_move_school_id"), table_name="pep_planned_move")
    op.drop_index(op.f("ix_pep_planned_move_child_id"), table_name="pep_planned_move")

    op.drop_table("pep_planned_move")
    op.drop_index("uq_pep_lead_question_open", table_name="pep_lead_question")
    op.drop_index(op.f("ix_pep_lead_question_school_id"), table_name="pep_lead_question")
    op.drop_index(op.f("ix_pep_lead_question_person_id"), table_name="pep_lead_question")

    op.drop_table("pep_lead_question")
