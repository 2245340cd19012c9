"""Second factors and links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a0002"
down_revision = "a0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account_user", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("second_factor", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("second_secret", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("second_step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("second_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("row_version", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_account_user_second_factor"), "second_factor IN ('app', 'mail')")
    op.execute("UPDATE account_user SET row_version = 1")
    with op.batch_alter_table("account_user", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("row_version", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("account_session") as batch_op:
        batch_op.add_column(sa.Column("browser", sa.String(60), nullable=True))
    op.execute("DELETE FROM account_session")  # everybody signs in anew: no session from before has shown a second factor
    op.create_table(
        "account_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(30), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('invitation', 'reset', 'code')", name=op.f("ck_account_ticket_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["account_user.id"], name=op.f("fk_account_ticket_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_ticket")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_account_ticket_expires_at"), "account_ticket", ["expires_at"], unique=False)
    op.create_index(op.f("ix_account_ticket_user_id"), "account_ticket", ["user_id"], unique=False)
    op.create_table(
        "account_recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["account_user.id"], name=op.f("fk_account_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_recovery_code")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_account_recovery_code_user_id_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_account_recovery_code_user_id"), "account_recovery_code", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_account_recovery_code_user_id"), table_name="account_recovery_code")
    op.drop_table("account_recovery_code")
    op.drop_index(op.f("ix_account_ticket_user_id"), table_name="account_ticket")
    op.drop_index(op.f("ix_account_ticket_expires_at"), table_name="account_ticket")
    op.drop_table("account_ticket")
    op.execute("DELETE FROM account_session")
    with op.batch_alter_table("account_session") as batch_op:
        batch_op.drop_column("browser")
    with op.batch_alter_table("account_user", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_account_user_second_factor"), type_="check")
        for name in ("row_version", "second_since", "second_step", "second_secret", "second_factor"):
            batch_op.drop_column(name)
