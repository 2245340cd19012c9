"""Columns of other people's files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_column_match",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("heading", sa.String(200), nullable=False),
        sa.Column("plain", sa.String(200), nullable=False),
        sa.Column("column", sa.String(40), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_name", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_column_match")),
        sa.UniqueConstraint("kind", "part", "plain", name=op.f("uq_pep_column_match_kind_part_plain")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_import", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("awaits_columns", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("pep_import", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("awaits_columns", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("pep_import_file", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(
            sa.Column("places", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True)
        )


def downgrade() -> None:
    # A file whose columns nobody has named has no outcome, which the earlier version could not show.
    op.execute("DELETE FROM pep_import_file WHERE import_id IN (SELECT id FROM pep_import WHERE awaits_columns)")
    op.execute("DELETE FROM pep_import WHERE awaits_columns")
    with op.batch_alter_table("pep_import_file", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("places")
    with op.batch_alter_table("pep_import", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("awaits_columns")
    op.drop_table("pep_column_match")
