"""When somebody was invited to the meeting and whether a report was asked for (HB-3.2); how often a child came late (HB-4.1)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COLUMNS = (("pep_attendee", "invited_on", sa.Date()), ("pep_attendee", "report_asked", sa.Boolean()),
           ("pep_attendance_summary", "late", sa.Integer()))


def upgrade() -> None:
    for table, name, kind in COLUMNS:
        with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            batch_op.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, name, _ in reversed(COLUMNS):
        with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            batch_op.drop_column(name)
