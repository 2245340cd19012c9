"""Which target of an earlier PEP goes on in a target."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pep_target", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("kept_from_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_pep_target_kept_from_id"), "pep_target", ["kept_from_id"], ["id"])
    op.create_index(op.f("ix_pep_target_kept_from_id"), "pep_target", ["kept_from_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pep_target_kept_from_id"), table_name="pep_target")
    with op.batch_alter_table("pep_target", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("fk_pep_target_kept_from_id"), type_="foreignkey")
        batch_op.drop_column("kept_from_id")
