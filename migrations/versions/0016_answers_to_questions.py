"""The one answer to a question that the Virtual School asked of a PEP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

REVIEW = "pep_qa_review"


def upgrade() -> None:
    with op.batch_alter_table(REVIEW, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.String(length=5_000), nullable=True))
        batch_op.add_column(sa.Column("answered_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("answered_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_pep_qa_review_answered_if_asked"), "answer IS NULL OR decision = 'ask'")


def downgrade() -> None:
    with op.batch_alter_table(REVIEW, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_pep_qa_review_answered_if_asked"), type_="check")
        for name in ("answered_at", "answered_name", "answered_by", "answer"):
            batch_op.drop_column(name)
