"""What was said on the telephone with somebody for whom a PEP waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_call_note",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("spoke_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("noted_by", sa.String(64), nullable=False),
        sa.Column("noted_name", sa.String(200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["pep_person.id"], name=op.f("fk_pep_call_note_person_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_call_note_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_call_note")),
        sqlite_autoincrement=True,
    )
    for column in ("person_id", "pep_id", "follow_up_on"):
        op.create_index(op.f(f"ix_pep_call_note_{column}"), "pep_call_note", [column], unique=False)


def downgrade() -> None:
    op.drop_table("pep_call_note")
