"""Reminders of parts that wait, word to those above, managers of social-care teams, and whether a letter's link was opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

YEAR, DELIVERY = "pep_academic_year", "pep_delivery"
NUMBERS = (
    ("send_reminders", sa.Boolean(), sa.true()),
    ("remind_days_before", sa.String(40), "14, 5"),
    ("remind_days_after", sa.String(40), "1, 7"),
    ("escalate_after_days", sa.Integer(), "10"),
)


def upgrade() -> None:
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name, kind, usual in NUMBERS:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=usual))
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name, kind, _ in NUMBERS:
            batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    with op.batch_alter_table(DELIVERY, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    _make_teams()
    _make_reminders()


def _make_teams() -> None:
    op.create_table(
        "pep_care_team",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["pep_person.id"], name=op.f("fk_pep_care_team_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_care_team")),
        sa.UniqueConstraint("name", name=op.f("uq_pep_care_team_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_care_team_manager_id"), "pep_care_team", ["manager_id"], unique=False)


def _make_reminders() -> None:
    op.create_table(
        "pep_reminder",
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("part IN ('social_care', 'education', 'meeting')", name=op.f("ck_pep_reminder_part")),
        sa.ForeignKeyConstraint(["delivery_id"], ["pep_delivery.id"], name=op.f("fk_pep_reminder_delivery_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_reminder_pep_id")),
        sa.ForeignKeyConstraint(["person_id"], ["pep_person.id"], name=op.f("fk_pep_reminder_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_reminder")),
        sa.UniqueConstraint("pep_id", "part", "step", "returns", name=op.f("uq_pep_reminder_pep_id_part_step_returns")),
        sqlite_autoincrement=True,
    )
    for column in ("person_id", "delivery_id", "sent_on", "pep_id"):
        op.create_index(op.f(f"ix_pep_reminder_{column}"), "pep_reminder", [column], unique=False)


def downgrade() -> None:
    op.drop_table("pep_reminder")
    op.drop_table("pep_care_team")
    with op.batch_alter_table(DELIVERY, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("opened_at")
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name, _, _ in NUMBERS:
            batch_op.drop_column(name)
