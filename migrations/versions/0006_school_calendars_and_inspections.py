"""School calendars and inspections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RULES = {
    "graded_rule": "'any', 'two', 'teaching_or_leadership'",
    "card_rule": "'any', 'two', 'teaching_or_leadership', 'urgent'",
}
"""The two columns that say what is less than good, with their values."""


def upgrade() -> None:
    op.create_table(
        "pep_non_working_day",
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_non_working_day")),
        sa.UniqueConstraint("day_on", name=op.f("uq_pep_non_working_day_day_on")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pep_inspection",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("regime", sa.String(40), nullable=False),
        sa.Column("overall", sa.String(40), nullable=True),
        sa.Column("quality_of_education", sa.String(40), nullable=True),
        sa.Column("behaviour", sa.String(40), nullable=True),
        sa.Column("personal_development", sa.String(40), nullable=True),
        sa.Column("leadership", sa.String(40), nullable=True),
        sa.Column("early_years", sa.String(40), nullable=True),
        sa.Column("sixth_form", sa.String(40), nullable=True),
        sa.Column("card_inclusion", sa.String(40), nullable=True),
        sa.Column("card_teaching", sa.String(40), nullable=True),
        sa.Column("card_achievement", sa.String(40), nullable=True),
        sa.Column("card_attendance", sa.String(40), nullable=True),
        sa.Column("card_personal", sa.String(40), nullable=True),
        sa.Column("card_leadership", sa.String(40), nullable=True),
        sa.Column("card_early_years", sa.String(40), nullable=True),
        sa.Column("card_post_16", sa.String(40), nullable=True),
        sa.Column("safeguarding_met", sa.Boolean(), nullable=True),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("behaviour IN ('1', '2', '3', '4')", name=op.f("ck_pep_inspection_behaviour")),
        sa.CheckConstraint(
            "card_achievement IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_achievement"),
        ),
        sa.CheckConstraint(
            "card_attendance IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_attendance"),
        ),
        sa.CheckConstraint(
            "card_early_years IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_early_years"),
        ),
        sa.CheckConstraint(
            "card_inclusion IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_inclusion"),
        ),
        sa.CheckConstraint(
            "card_leadership IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_leadership"),
        ),
        sa.CheckConstraint(
            "card_personal IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_personal"),
        ),
        sa.CheckConstraint(
            "card_post_16 IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_post_16"),
        ),
        sa.CheckConstraint(
            "card_teaching IN ('exceptional', 'strong', 'expected', 'attention', 'urgent')",
            name=op.f("ck_pep_inspection_card_teaching"),
        ),
        sa.CheckConstraint(
            "category IN ('special_measures', 'significant_improvement')", name=op.f("ck_pep_inspection_inspection_category")
        ),
        sa.CheckConstraint("early_years IN ('1', '2', '3', '4')", name=op.f("ck_pep_inspection_early_years")),
        sa.CheckConstraint("leadership IN ('1', '2', '3', '4')", name=op.f("ck_pep_inspection_leadership")),
        sa.CheckConstraint("overall IN ('1', '2', '3', '4')", name=op.f("ck_pep_inspection_overall")),
        sa.CheckConstraint("personal_development IN ('1', '2', '3', '4')", name=op.f("ck_pep_inspection_personal")),
        sa.CheckConstraint("quality_of_education IN ('1', '2', '3', '4')", name=op.f("ck_pep_inspection_quality")),
        sa.CheckConstraint("regime IN ('overall', 'graded', 'card')", name=op.f("ck_pep_inspection_inspection_regime")),
        sa.CheckConstraint("sixth_form IN ('1', '2', '3', '4')", name=op.f("ck_pep_inspection_sixth_form")),
        sa.CheckConstraint("published_on IS NULL OR published_on >= inspected_on", name=op.f("ck_pep_inspection_published_after")),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_inspection_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_inspection")),
        sa.UniqueConstraint("school_id", "inspected_on", name=op.f("uq_pep_inspection_school_id_inspected_on")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_inspection", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_inspection_inspected_on"), ["inspected_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_inspection_school_id"), ["school_id"], unique=False)

    op.create_table(
        "pep_school_calendar",
        sa.Column("year_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("local_authority_code", sa.String(3), nullable=True),
        sa.Column("autumn_starts_on", sa.Date(), nullable=True),
        sa.Column("autumn_ends_on", sa.Date(), nullable=True),
        sa.Column("autumn_half_from", sa.Date(), nullable=True),
        sa.Column("autumn_half_to", sa.Date(), nullable=True),
        sa.Column("spring_starts_on", sa.Date(), nullable=True),
        sa.Column("spring_ends_on", sa.Date(), nullable=True),
        sa.Column("spring_half_from", sa.Date(), nullable=True),
        sa.Column("spring_half_to", sa.Date(), nullable=True),
        sa.Column("summer_starts_on", sa.Date(), nullable=True),
        sa.Column("summer_ends_on", sa.Date(), nullable=True),
        sa.Column("summer_half_from", sa.Date(), nullable=True),
        sa.Column("summer_half_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(school_id IS NULL) <> (local_authority_code IS NULL)", name=op.f("ck_pep_school_calendar_of_a_school_or_an_authority")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["pep_school.id"], name=op.f("fk_pep_school_calendar_school_id")),
        sa.ForeignKeyConstraint(["year_id"], ["pep_academic_year.id"], name=op.f("fk_pep_school_calendar_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_school_calendar")),
        sa.UniqueConstraint("year_id", "local_authority_code", name=op.f("uq_pep_school_calendar_year_id_local_authority_code")),
        sa.UniqueConstraint("year_id", "school_id", name=op.f("uq_pep_school_calendar_year_id_school_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_school_calendar", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_school_calendar_local_authority_code"), ["local_authority_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_school_calendar_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_school_calendar_year_id"), ["year_id"], unique=False)

    op.create_table(
        "pep_closure",
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('inset', 'closure', 'other')", name=op.f("ck_pep_closure_closure_kind")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_pep_closure_ends_after_start")),
        sa.ForeignKeyConstraint(["calendar_id"], ["pep_school_calendar.id"], name=op.f("fk_pep_closure_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_closure")),
        sa.UniqueConstraint("calendar_id", "starts_on", name=op.f("uq_pep_closure_calendar_id_starts_on")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pep_closure", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_index(batch_op.f("ix_pep_closure_calendar_id"), ["calendar_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pep_closure_starts_on"), ["starts_on"], unique=False)

    for name in RULES:
        op.add_column("pep_academic_year", sa.Column(name, sa.String(40), nullable=True))
    op.execute("UPDATE pep_academic_year SET graded_rule = 'any', card_rule = 'any'")
    with op.batch_alter_table("pep_academic_year", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name, values in RULES.items():
            batch_op.alter_column(name, existing_type=sa.String(40), nullable=False)
            batch_op.create_check_constraint(op.f(f"ck_pep_academic_year_{name}"), f"{name} IN ({values})")

    op.add_column("pep_school", sa.Column("less_than_good_by_hand", sa.Boolean(), nullable=True))
    op.add_column("pep_school", sa.Column("less_than_good_reason", sa.String(500), nullable=True))
    # What was ticked until now was said by hand; nobody was asked why.
    op.execute(
        "UPDATE pep_school SET less_than_good_by_hand = less_than_good, "
        "less_than_good_reason = 'Ticked before inspections were on record' WHERE less_than_good"
    )


def downgrade() -> None:
    op.drop_column("pep_school", "less_than_good_reason")
    op.drop_column("pep_school", "less_than_good_by_hand")
    with op.batch_alter_table("pep_academic_year", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name in RULES:
            batch_op.drop_constraint(op.f(f"ck_pep_academic_year_{name}"), type_="check")
            batch_op.drop_column(name)

    op.drop_table("pep_closure")
    op.drop_table("pep_school_calendar")
    op.drop_table("pep_inspection")
    op.drop_table("pep_non_working_day")
