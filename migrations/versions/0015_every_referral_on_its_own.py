"""What is asked for nursery children is referred each on its own, not one a child at a time; a note on a target can be struck."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

REFERRAL, NOTE, ONE_OPEN = "pep_early_years_referral", "pep_progress_note", "uq_pep_early_years_referral_open"
OPEN = sa.text("told_on IS NULL")


def upgrade() -> None:
    op.drop_index(ONE_OPEN, table_name=REFERRAL)
    with op.batch_alter_table(NOTE, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("struck_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("struck_reason", sa.String(length=500), nullable=True))


def downgrade() -> None:
    """The older scheme has room for one open referral a child: what was asked later is kept, as passed on that day."""
    with op.batch_alter_table(NOTE, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("struck_reason")
        batch_op.drop_column("struck_name")
        batch_op.drop_column("struck_at")
    table = sa.table(REFERRAL, *map(sa.column, ("id", "child_id", "asked_on", "asked_by", "asked_name", "told_on", "told_by", "told_name")))
    first = table.alias("first")
    earliest = sa.select(sa.func.min(first.c.id)).where(first.c.child_id == table.c.child_id, first.c.told_on.is_(None)).scalar_subquery()
    op.execute(
        table.update().where(table.c.told_on.is_(None), table.c.id > earliest)
        .values(told_on=table.c.asked_on, told_by=table.c.asked_by, told_name=table.c.asked_name)
    )
    op.create_index(ONE_OPEN, REFERRAL, ["child_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
