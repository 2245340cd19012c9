"""What people have typed and not saved yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_draft",
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("heading", sa.String(200), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_run", sa.String(32), nullable=True),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_draft_child_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_draft_pep_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_draft")),
        sa.UniqueConstraint("owner", "pep_id", "place", name=op.f("uq_pep_draft_owner_pep_id_place")),
        sqlite_autoincrement=True,
    )
    for column in ("child_id", "owner", "pep_id", "saved_at"):
        op.create_index(op.f(f"ix_pep_draft_{column}"), "pep_draft", [column], unique=False)


def downgrade() -> None:
    for column in ("saved_at", "pep_id", "owner", "child_id"):
        op.drop_index(op.f(f"ix_pep_draft_{column}"), table_name="pep_draft")
    op.drop_table("pep_draft")
