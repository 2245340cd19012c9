"""Notes on targets between PEPs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_progress_note",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(2_000), nullable=False),
        sa.Column("with_child", sa.Boolean(), nullable=False),
        sa.Column("noted_by", sa.String(64), nullable=False),
        sa.Column("noted_name", sa.String(200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_progress_note_pep_id")),
        sa.ForeignKeyConstraint(["target_id"], ["pep_target.id"], name=op.f("fk_pep_progress_note_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_progress_note")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_progress_note_pep_id"), "pep_progress_note", ["pep_id"], unique=False)
    op.create_index(op.f("ix_pep_progress_note_target_id"), "pep_progress_note", ["target_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pep_progress_note_target_id"), table_name="pep_progress_note")
    op.drop_index(op.f("ix_pep_progress_note_pep_id"), table_name="pep_progress_note")
    op.drop_table("pep_progress_note")
