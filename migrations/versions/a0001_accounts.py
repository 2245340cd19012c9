"""Accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a0001"
down_revision = None
branch_labels = ("accounts",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_attempt",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account_attempt")),
    )
    op.create_index(op.f("ix_account_attempt_last_at"), "account_attempt", ["last_at"], unique=False)
    op.create_table(
        "account_session",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("user_key", sa.String(64), nullable=True),
        sa.Column("born_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account_session")),
    )
    op.create_index(op.f("ix_account_session_seen_at"), "account_session", ["seen_at"], unique=False)
    op.create_index(op.f("ix_account_session_user_key"), "account_session", ["user_key"], unique=False)
    op.create_table(
        "account_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("password", sa.String(255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False),
        sa.Column("held", sa.String(200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(64), nullable=True),
        sa.Column("current_login_ip", sa.String(64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_account_user_email_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_user")),
        sa.UniqueConstraint("email", name=op.f("uq_account_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_user_fs_uniquifier")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_account_user_person_id"), "account_user", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_account_user_person_id"), table_name="account_user")
    op.drop_table("account_user")
    op.drop_index(op.f("ix_account_session_user_key"), table_name="account_session")
    op.drop_index(op.f("ix_account_session_seen_at"), table_name="account_session")
    op.drop_table("account_session")
    op.drop_index(op.f("ix_account_attempt_last_at"), table_name="account_attempt")
    op.drop_table("account_attempt")
