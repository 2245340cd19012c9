"""Progress from a child's own start beside attainment; whether a withheld address that stands elsewhere stops a PEP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PROGRESS = sa.Enum("LESS", "EXP", "MORE", name="progress", native_enum=False, length=40, create_constraint=False)


def upgrade() -> None:
    with op.batch_alter_table("pep_attainment", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("progress", PROGRESS, nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_pep_attainment_progress"), "progress IN ('LESS', 'EXP', 'MORE')")
    with op.batch_alter_table("pep_academic_year", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("withheld_address_blocks", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("pep_academic_year", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("withheld_address_blocks", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("pep_academic_year", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("withheld_address_blocks")
    with op.batch_alter_table("pep_attainment", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_pep_attainment_progress"), type_="check")
        batch_op.drop_column("progress")
