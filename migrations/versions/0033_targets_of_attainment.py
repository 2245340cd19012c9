"""A target beside each judgement of attainment; how it is against the age may be left out where the scale is ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pep_attainment", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("target", sa.String(40), nullable=True))
        batch_op.alter_column("on_track", existing_type=sa.String(40), nullable=True)


def downgrade() -> None:
    op.execute("UPDATE pep_attainment SET on_track = 'NA' WHERE on_track IS NULL")
    with op.batch_alter_table("pep_attainment", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("on_track", existing_type=sa.String(40), nullable=False)
        batch_op.drop_column("target")
