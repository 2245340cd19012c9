"""Numbers of an academic year that were constants; which grades are satisfactory; terms whose dates are to be checked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

YEAR, TERM = "pep_academic_year", "pep_term"
NUMBERS = {"between_school_days": 20, "sdq_from_age": 4, "sdq_to_age": 16, "sdq_valid_months": 12, "low_attendance_percent": 95,
           "figures_stale_days": 28}
CHOICES = {"first_group": ("N1", ("N1", "N2", "R")), "last_day": ("year_13", ("year_13", "birthday")),
           "satisfactory_grades": ("green", ("gold", "green", "amber"))}
SWITCHES = {"counts_first_day": sa.false(), "two_in_setting": sa.true()}


def upgrade() -> None:
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name, usual in NUMBERS.items():
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=str(usual)))
        for name, switched in SWITCHES.items():
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=switched))
        for name, (usual, words) in CHOICES.items():
            batch_op.add_column(sa.Column(name, sa.String(40), nullable=False, server_default=usual))
            listed = ", ".join(f"'{word}'" for word in words)
            batch_op.create_check_constraint(batch_op.f(f"ck_pep_academic_year_{name}"), f"{name} IN ({listed})")
    op.execute("UPDATE pep_academic_year SET satisfactory_grades = 'amber' WHERE amber_is_satisfactory")
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name in (*NUMBERS, *SWITCHES, *CHOICES):
            batch_op.alter_column(name, existing_nullable=False, server_default=None)
        batch_op.drop_column("amber_is_satisfactory")
    _add_marks_of_terms()


def _add_marks_of_terms() -> None:
    with op.batch_alter_table(TERM, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("dates_to_check", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table(TERM, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("dates_to_check", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table(TERM, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("dates_to_check")
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("amber_is_satisfactory", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE pep_academic_year SET amber_is_satisfactory = true WHERE satisfactory_grades = 'amber'"))
    with op.batch_alter_table(YEAR, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("amber_is_satisfactory", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        for name in CHOICES:
            batch_op.drop_constraint(batch_op.f(f"ck_pep_academic_year_{name}"), type_="check")
        for name in (*CHOICES, *SWITCHES, *NUMBERS):
            batch_op.drop_column(name)
