"""How near an EHCP's annual review a meeting counts as held with it, as a number of the academic year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

YEAR = "pep_academic_year"


def upgrade() -> None:
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("ehcp_within_days", sa.Integer(), nullable=False, server_default="14"))
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("ehcp_within_days", existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("ehcp_within_days")
