"""How fast somebody's pages send what is typed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_draft_pace",
        sa.Column("empty_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_draft_pace")),
        sa.UniqueConstraint("owner", name=op.f("uq_pep_draft_pace_owner")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_draft_pace_owner"), "pep_draft_pace", ["owner"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pep_draft_pace_owner"), table_name="pep_draft_pace")
    op.drop_table("pep_draft_pace")
