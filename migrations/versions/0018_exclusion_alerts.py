"""The Virtual School is told of a risk of exclusion, on any day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = {"sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "pep_exclusion_alert",
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("concern", sa.String(40), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("happened", sa.String(5000), nullable=False),
        sa.Column("tried", sa.String(5000), nullable=False),
        sa.Column("told_by", sa.String(64), nullable=False),
        sa.Column("told_name", sa.String(200), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("advice", sa.String(2000), nullable=True),
        sa.Column("advised_by", sa.String(64), nullable=True),
        sa.Column("advised_name", sa.String(200), nullable=True),
        sa.Column("advised_on", sa.Date(), nullable=True),
        sa.Column("closed_by", sa.String(64), nullable=True),
        sa.Column("closed_name", sa.String(200), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(500), nullable=True),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("concern IN ('risk', 'suspension', 'permanent')", name=op.f("ck_pep_exclusion_alert_exclusion_concern")),
        sa.CheckConstraint("(advice IS NULL) = (advised_on IS NULL)", name=op.f("ck_pep_exclusion_alert_advised_on_a_day")),
        sa.CheckConstraint("(closed_on IS NULL) = (outcome IS NULL)", name=op.f("ck_pep_exclusion_alert_closed_with_an_outcome")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_exclusion_alert_child_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_exclusion_alert_pep_id")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_exclusion_alert_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_exclusion_alert")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_exclusion_alert", table_kwargs=TABLE) as batch_op:
        for column in ("child_id", "pep_id", "school_id", "told_on"):
            batch_op.create_index(batch_op.f(f"ix_pep_exclusion_alert_{column}"), [column], unique=False)
        batch_op.create_index("uq_pep_exclusion_alert_open", ["child_id"], unique=True,
                              sqlite_where=sa.text("closed_on IS NULL"), postgresql_where=sa.text("closed_on IS NULL"))
    _tell_what_was_answered()


def _tell_what_was_answered() -> None:
    """Plans that are being written or graded say of a risk that the Virtual School was told: from now on that is so."""
    said = "part.answers ->> 'exclusion_risk' = 'true'"
    if op.get_context().dialect.name == "sqlite":
        said = "json_extract(part.answers, '$.exclusion_risk') = 1"
    op.execute(
        "INSERT INTO pep_exclusion_alert (child_id, school_id, pep_id, concern, since_on, happened, tried, told_by, told_name, "  # noqa: S608  # our own constants
        "told_on, row_version) SELECT pep.child_id, pep.school_id, pep.id, 'risk', CURRENT_DATE, 'Part 2 of ' || pep.reference || "
        "' says that there is a risk of suspension or exclusion.', '', 'system', 'pep_admin', CURRENT_DATE, 1 FROM pep_pep pep "
        "WHERE pep.id IN (SELECT max(each.id) FROM pep_pep each JOIN pep_education_section part ON part.pep_id = each.id "
        f"WHERE each.status IN ('initiated', 'in_progress', 'returned', 'submitted') AND {said} GROUP BY each.child_id)"
    )


def downgrade() -> None:
    op.drop_table("pep_exclusion_alert")
