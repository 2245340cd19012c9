"""What calendars were told of a meeting, who of the Virtual School goes there, and which agreed actions are done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

YEAR, PEP, ACTION = "pep_academic_year", "pep_pep", "pep_agreed_action"
NOTICE, INVITATION = "pep_meeting_notice", "pep_meeting_invitation"


def upgrade() -> None:
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("meetings_a_week", sa.Integer(), nullable=False, server_default="5"))
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("meetings_a_week", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    with op.batch_alter_table(PEP, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("attending_officer_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_pep_pep_attending_officer_id"), "pep_person", ["attending_officer_id"], ["id"])
    op.create_index(op.f("ix_pep_pep_attending_officer_id"), PEP, ["attending_officer_id"], unique=False)
    with op.batch_alter_table(ACTION, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("done_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("done_by", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("done_name", sa.String(200), nullable=True))
        batch_op.create_check_constraint(op.f("ck_pep_agreed_action_done_by_somebody"), "(done_on IS NULL) = (done_by IS NULL)")
    op.create_index(op.f("ix_pep_agreed_action_by_on"), ACTION, ["by_on"], unique=False)
    _add_notices()


def _add_notices() -> None:
    op.create_table(
        NOTICE,
        sa.Column("uid", sa.String(80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(40), nullable=True),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("how IN ('in_person', 'video', 'both')", name=op.f("ck_pep_meeting_notice_meeting_how")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_pep_meeting_notice_minutes_positive")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_meeting_notice_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_meeting_notice")),
        sa.UniqueConstraint("uid", name=op.f("uq_pep_meeting_notice_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_meeting_notice_pep_id"), NOTICE, ["pep_id"], unique=False)
    op.create_index("uq_pep_meeting_notice_standing", NOTICE, ["pep_id"], unique=True,
                    sqlite_where=sa.text("called_off_at IS NULL"), postgresql_where=sa.text("called_off_at IS NULL"))
    op.create_table(
        INVITATION,
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["pep_meeting_notice.id"], name=op.f("fk_pep_meeting_invitation_notice_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_meeting_invitation_pep_id")),
        sa.ForeignKeyConstraint(["person_id"], ["pep_person.id"], name=op.f("fk_pep_meeting_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_meeting_invitation")),
        sa.UniqueConstraint("notice_id", "person_id", name=op.f("uq_pep_meeting_invitation_notice_id_person_id")),
        sqlite_autoincrement=True,
    )
    for column in ("notice_id", "pep_id", "person_id"):
        op.create_index(op.f(f"ix_pep_meeting_invitation_{column}"), INVITATION, [column], unique=False)


def downgrade() -> None:
    op.drop_table(INVITATION)
    op.drop_table(NOTICE)
    op.drop_index(op.f("ix_pep_agreed_action_by_on"), table_name=ACTION)
    with op.batch_alter_table(ACTION, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_pep_agreed_action_done_by_somebody"), type_="check")
        for column in ("done_on", "done_by", "done_name"):
            batch_op.drop_column(column)
    op.drop_index(op.f("ix_pep_pep_attending_officer_id"), table_name=PEP)
    with op.batch_alter_table(PEP, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("fk_pep_pep_attending_officer_id"), type_="foreignkey")
        batch_op.drop_column("attending_officer_id")
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("meetings_a_week")
