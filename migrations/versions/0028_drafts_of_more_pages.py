"""Drafts of pages that are of a child and of no PEP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WITHOUT_PEP = sa.text("pep_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("pep_draft", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("pep_id", existing_type=sa.Integer(), nullable=True)
    op.create_index("uq_pep_draft_of_child", "pep_draft", ["owner", "child_id", "place"], unique=True,
                    sqlite_where=WITHOUT_PEP, postgresql_where=WITHOUT_PEP)


def downgrade() -> None:
    op.drop_index("uq_pep_draft_of_child", table_name="pep_draft")
    # Their pages keep nothing before this version, so their texts have no place to go to.
    op.execute(sa.text("DELETE FROM pep_draft WHERE pep_id IS NULL"))
    with op.batch_alter_table("pep_draft", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("pep_id", existing_type=sa.Integer(), nullable=False)
