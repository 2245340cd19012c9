"""Waivers of any gate, and who the Virtual School meets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = {"sqlite_autoincrement": True}
NUMBERS = {"new_to_roll_days": sa.Integer(), "school_move_days": sa.Integer(), "attend_year_groups": sa.String(60)}
"""What an academic year says of whom the Virtual School meets."""
CODES = "CASE WHEN \"check\" IN ('RD-202', 'RD-308', 'RD-309') THEN 'HB-4.6' ELSE '' END"
"""Before, only a voice that was missing could be waived."""
VOICES = {
    "RD-202": "The child''s voice is missing from the PEP.",
    "RD-308": "The carer''s voice is missing from the PEP.",
    "RD-309": "The social worker''s voice is missing from the PEP.",
}


def upgrade() -> None:
    with op.batch_alter_table("pep_waiver", table_kwargs=TABLE) as batch_op:
        batch_op.add_column(sa.Column("field", sa.String(60), nullable=True))
        batch_op.add_column(sa.Column("row_key", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("code", sa.String(20), nullable=True))
        batch_op.add_column(sa.Column("sentence", sa.String(5000), nullable=True))
        batch_op.add_column(sa.Column("school_reads", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("ended_name", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_reason", sa.String(500), nullable=True))
    op.execute(f"UPDATE pep_waiver SET field = '', row_key = '', sentence = '', school_reads = FALSE, code = {CODES}")  # noqa: S608  # our own constants
    for check, sentence in VOICES.items():
        op.execute(f"UPDATE pep_waiver SET sentence = '{sentence}' WHERE \"check\" = '{check}'")  # noqa: S608  # our own constants
    with op.batch_alter_table("pep_waiver", table_kwargs=TABLE) as batch_op:
        for name, kind in (("field", sa.String(60)), ("row_key", sa.String(40)), ("code", sa.String(20)),
                           ("sentence", sa.String(5000)), ("school_reads", sa.Boolean())):
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.drop_constraint(batch_op.f("uq_pep_waiver_pep_id_check"), type_="unique")
        batch_op.create_check_constraint(
            batch_op.f("ck_pep_waiver_ends_with_a_reason"), "(ended_at IS NULL) = (ended_reason IS NULL)"
        )
        batch_op.create_index(batch_op.f("ix_pep_waiver_waived_at"), ["waived_at"], unique=False)
        batch_op.create_index(
            "uq_pep_waiver_standing", ["pep_id", "check", "field", "row_key"], unique=True,
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "pep_attending_note",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("set_by", sa.String(64), nullable=False),
        sa.Column("set_name", sa.String(200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_by", sa.String(64), nullable=True),
        sa.Column("cleared_name", sa.String(200), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_reason", sa.String(500), nullable=True),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('chair', 'send', 'school_asks')", name=op.f("ck_pep_attending_note_attending_note_kind")),
        sa.CheckConstraint(
            "(kind = 'school_asks') = (pep_id IS NOT NULL)", name=op.f("ck_pep_attending_note_a_school_asks_about_a_pep")
        ),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_attending_note_child_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_attending_note_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_attending_note")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_attending_note", table_kwargs=TABLE) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_attending_note_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_attending_note_pep_id"), ["pep_id"], unique=False)
        for name, columns, what in (
            ("child", ["child_id", "kind"], "cleared_at IS NULL AND pep_id IS NULL"),
            ("pep", ["pep_id"], "cleared_at IS NULL AND pep_id IS NOT NULL"),
        ):
            batch_op.create_index(f"uq_pep_attending_note_{name}", columns, unique=True, sqlite_where=sa.text(what),
                                  postgresql_where=sa.text(what))

    for name, kind in NUMBERS.items():
        op.add_column("pep_academic_year", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE pep_academic_year SET new_to_roll_days = 90, school_move_days = 90, attend_year_groups = 'N2, 6, 11'")
    with op.batch_alter_table("pep_academic_year", table_kwargs=TABLE) as batch_op:
        for name, kind in NUMBERS.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("pep_academic_year", table_kwargs=TABLE) as batch_op:
        for name in reversed(NUMBERS):
            batch_op.drop_column(name)

    op.drop_table("pep_attending_note")

    # The program before knew waivers of voices alone, and none that had ended; the history keeps what these were.
    op.execute("DELETE FROM pep_waiver WHERE ended_at IS NOT NULL OR \"check\" NOT IN ('RD-202', 'RD-308', 'RD-309')")
    with op.batch_alter_table("pep_waiver", table_kwargs=TABLE) as batch_op:
        batch_op.drop_index("uq_pep_waiver_standing")
        batch_op.drop_index(batch_op.f("ix_pep_waiver_waived_at"))
        batch_op.drop_constraint(batch_op.f("ck_pep_waiver_ends_with_a_reason"), type_="check")
        for name in ("ended_reason", "ended_at", "ended_name", "ended_by", "school_reads", "sentence", "code", "row_key", "field"):
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(batch_op.f("uq_pep_waiver_pep_id_check"), ["pep_id", "check"])
