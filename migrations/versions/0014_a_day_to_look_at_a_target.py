"""A day on which a target is looked at before it is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pep_target", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("look_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("pep_target", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("look_on")
