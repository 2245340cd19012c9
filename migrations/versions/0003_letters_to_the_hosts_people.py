"""Letters to the host's people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pep_delivery", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM pep_delivery WHERE person_id IS NULL")
    with op.batch_alter_table("pep_delivery", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
