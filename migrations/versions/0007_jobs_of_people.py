"""Jobs of people: who asked, how far, stopped, with a result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = "state IN ('queued', 'running', 'done', 'failed'{})"
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("pep_job", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("made_by", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("made_name", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("done", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("total", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("result", JSON, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("file", sa.String(80), nullable=True))
        batch_op.create_index(batch_op.f("ix_pep_job_made_by"), ["made_by"], unique=False)
        batch_op.drop_constraint(op.f("ck_pep_job_job_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_pep_job_job_state"), STATES.format(", 'cancelled'"))
    with op.batch_alter_table("pep_job", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("done", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.alter_column("result", existing_type=JSON, existing_nullable=False, server_default=None)
    with op.batch_alter_table("pep_import", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("job_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_pep_import_job_id"), "pep_job", ["job_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("pep_import", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_pep_import_job_id"), type_="foreignkey")
        batch_op.drop_column("job_id")
    op.execute("UPDATE pep_job SET state = 'failed', problem = 'It was stopped.' WHERE state = 'cancelled'")
    with op.batch_alter_table("pep_job", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_pep_job_job_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_pep_job_job_state"), STATES.format(""))
        batch_op.drop_index(batch_op.f("ix_pep_job_made_by"))
        for column in ("file", "result", "cancel_asked_at", "total", "done", "made_name", "made_by"):
            batch_op.drop_column(column)
