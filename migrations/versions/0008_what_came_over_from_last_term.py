"""What came over from last term and waits to be confirmed, and marks of texts that are to be one child's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PARTS = ("pep_social_care_section", "pep_education_section", "pep_meeting_section")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    for part in PARTS:
        with op.batch_alter_table(part, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            batch_op.add_column(sa.Column("carried", JSON, nullable=False, server_default="[]"))
        with op.batch_alter_table(part, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            batch_op.alter_column("carried", existing_type=JSON, existing_nullable=False, server_default=None)
    op.create_table(
        "pep_wording",
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_wording_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_wording")),
        sa.UniqueConstraint("pep_id", "place", name=op.f("uq_pep_wording_pep_id_place")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_wording_mark"), "pep_wording", ["mark"], unique=False)
    op.create_index(op.f("ix_pep_wording_pep_id"), "pep_wording", ["pep_id"], unique=False)
    op.create_index(op.f("ix_pep_child_first_name"), "pep_child", ["first_name"], unique=False)
    op.create_index(op.f("ix_pep_child_known_as"), "pep_child", ["known_as"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pep_child_known_as"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_child_first_name"), table_name="pep_child")
    op.drop_index(op.f("ix_pep_wording_pep_id"), table_name="pep_wording")
    op.drop_index(op.f("ix_pep_wording_mark"), table_name="pep_wording")
    op.drop_table("pep_wording")
    for part in reversed(PARTS):
        with op.batch_alter_table(part, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            batch_op.drop_column("carried")
