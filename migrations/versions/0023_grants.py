"""Who lets whom write in their place, until when: a colleague some sections of a PEP, or whoever stands in for them everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_grant",
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("sections", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_name", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(64), nullable=True),
        sa.Column("ended_name", sa.String(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_pep_grant_ends_after_it_starts")),
        sa.CheckConstraint("giver_id <> holder_id", name=op.f("ck_pep_grant_somebody_else")),
        sa.CheckConstraint("(pep_id IS NULL) = (sections IS NULL)", name=op.f("ck_pep_grant_a_pep_has_sections")),
        sa.ForeignKeyConstraint(["giver_id"], ["pep_person.id"], name=op.f("fk_pep_grant_giver_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["pep_person.id"], name=op.f("fk_pep_grant_holder_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_grant_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_grant")),
        sqlite_autoincrement=True,
    )
    for column in ("giver_id", "holder_id", "pep_id", "ends_on"):
        op.create_index(op.f(f"ix_pep_grant_{column}"), "pep_grant", [column], unique=False)


def downgrade() -> None:
    op.drop_table("pep_grant")
