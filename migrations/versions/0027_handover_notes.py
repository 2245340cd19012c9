"""What the school that a child leaves tells the next one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_handover_note",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(5000), nullable=False),
        sa.Column("noted_by", sa.String(64), nullable=False),
        sa.Column("noted_name", sa.String(200), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_handover_note_child_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_handover_note_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_handover_note")),
        sqlite_autoincrement=True,
    )
    for column in ("child_id", "school_id"):
        op.create_index(op.f(f"ix_pep_handover_note_{column}"), "pep_handover_note", [column], unique=False)


def downgrade() -> None:
    op.drop_table("pep_handover_note")
