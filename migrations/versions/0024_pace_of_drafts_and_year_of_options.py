"""How fast somebody's pages send what is typed; in which year group a school has the courses of key stage 4 chosen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SCHOOL = "pep_school"


def upgrade() -> None:
    op.create_table(
        "pep_draft_pace",
        sa.Column("empty_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_draft_pace")),
        sa.UniqueConstraint("owner", name=op.f("uq_pep_draft_pace_owner")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_draft_pace_owner"), "pep_draft_pace", ["owner"], unique=False)
    with op.batch_alter_table(SCHOOL, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("options_in", sa.String(40), nullable=False, server_default="9"))
        batch_op.create_check_constraint(batch_op.f("ck_pep_school_options_year"), "options_in IN ('8', '9')")
    with op.batch_alter_table(SCHOOL, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("options_in", existing_type=sa.String(40), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table(SCHOOL, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_pep_school_options_year"), type_="check")
        batch_op.drop_column("options_in")
    op.drop_index(op.f("ix_pep_draft_pace_owner"), table_name="pep_draft_pace")
    op.drop_table("pep_draft_pace")
