"""Advice on alerts, word that went out of them; exclusion risks that await advice, and who has left a PEP with a meeting ahead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KINDS = ("risk", "suspension", "days_lost", "no_school", "part_time")
ALERT, INVITATION = "pep_exclusion_alert", "pep_meeting_invitation"


def upgrade() -> None:
    with op.batch_alter_table(ALERT, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("awaits_advice", sa.Boolean(), nullable=False, server_default=sa.true()))
    alerts = sa.table(ALERT, sa.column("awaits_advice", sa.Boolean()), sa.column("advised_on", sa.Date()))
    op.execute(alerts.update().where(alerts.c.advised_on.is_not(None)).values(awaits_advice=False))
    with op.batch_alter_table(ALERT, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("awaits_advice", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    with op.batch_alter_table(INVITATION, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("gone", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table(INVITATION, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("gone", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    _make_advice()
    _make_notices()


def _kind(table: str) -> sa.Column[str]:
    return sa.Column("kind", sa.Enum(*KINDS, name=op.f(f"ck_{table}_alert_kind"), native_enum=False, create_constraint=True,
                                     length=40), nullable=False)


def _make_advice() -> None:
    op.create_table(
        "pep_alert_advice",
        _kind("pep_alert_advice"),
        sa.Column("occurrence", sa.String(60), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(500), nullable=False),
        sa.Column("advice", sa.String(2_000), nullable=False),
        sa.Column("advised_on", sa.Date(), nullable=False),
        sa.Column("advised_by", sa.String(64), nullable=False),
        sa.Column("advised_name", sa.String(200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_alert_advice_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_alert_advice")),
        sa.UniqueConstraint("child_id", "kind", "occurrence", name=op.f("uq_pep_alert_advice_child_id_kind_occurrence")),
        sqlite_autoincrement=True,
    )
    for column in ("advised_on", "child_id"):
        op.create_index(op.f(f"ix_pep_alert_advice_{column}"), "pep_alert_advice", [column], unique=False)


def _make_notices() -> None:
    op.create_table(
        "pep_alert_notice",
        _kind("pep_alert_notice"),
        sa.Column("occurrence", sa.String(60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_alert_notice_child_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["pep_delivery.id"], name=op.f("fk_pep_alert_notice_delivery_id")),
        sa.ForeignKeyConstraint(["person_id"], ["pep_person.id"], name=op.f("fk_pep_alert_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_alert_notice")),
        sa.UniqueConstraint("child_id", "kind", "occurrence", "person_id",
                            name=op.f("uq_pep_alert_notice_child_id_kind_occurrence_person_id")),
        sqlite_autoincrement=True,
    )
    for column in ("person_id", "delivery_id", "child_id"):
        op.create_index(op.f(f"ix_pep_alert_notice_{column}"), "pep_alert_notice", [column], unique=False)


def downgrade() -> None:
    op.drop_table("pep_alert_notice")
    op.drop_table("pep_alert_advice")
    with op.batch_alter_table(INVITATION, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("gone")
    with op.batch_alter_table(ALERT, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("awaits_advice")
