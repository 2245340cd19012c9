"""Money: a request in full, what became of it, and referrals to the Early Years Team."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

EFFECT, REFERRAL = "pep_funding_effect", "pep_early_years_referral"
OPEN = sa.text("told_on IS NULL")
COLUMNS = (
    ("starts_on", sa.Date()), ("ends_on", sa.Date()), ("measure_before", sa.String(100)), ("measure_after", sa.String(100)),
    ("beyond_ordinary", sa.String(1000)), ("other_money", sa.String(80)), ("child_said", sa.String(1000)),
)


def upgrade() -> None:
    with op.batch_alter_table("pep_ppg_request", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name, kind in COLUMNS:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        EFFECT,
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.String(40), nullable=False),
        sa.Column("spent_pence", sa.BigInteger(), nullable=False),
        sa.Column("unspent_pence", sa.BigInteger(), nullable=False),
        sa.Column("what_changed", sa.String(2000), nullable=False),
        sa.Column("measure_now", sa.String(100), nullable=False),
        sa.Column("next", sa.String(40), nullable=False),
        sa.Column("change_agreed_by", sa.String(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("given IN ('as_agreed', 'part', 'other', 'not_given')", name=op.f("ck_pep_funding_effect_money_given")),
        sa.CheckConstraint("next IN ('carry_on', 'change', 'stop')", name=op.f("ck_pep_funding_effect_money_next")),
        sa.CheckConstraint("spent_pence >= 0 AND unspent_pence >= 0", name=op.f("ck_pep_funding_effect_never_negative")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_funding_effect_pep_id")),
        sa.ForeignKeyConstraint(["request_id"], ["pep_ppg_request.id"], name=op.f("fk_pep_funding_effect_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_funding_effect")),
        sa.UniqueConstraint("pep_id", "request_id", name=op.f("uq_pep_funding_effect_pep_id_request_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_funding_effect_pep_id"), EFFECT, ["pep_id"], unique=False)
    op.create_index(op.f("ix_pep_funding_effect_request_id"), EFFECT, ["request_id"], unique=False)
    op.create_table(
        REFERRAL,
        sa.Column("pep_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(500), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_name", sa.String(200), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_by", sa.String(64), nullable=True),
        sa.Column("told_name", sa.String(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("(told_on IS NULL) = (told_by IS NULL)", name=op.f("ck_pep_early_years_referral_told_by_somebody")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_early_years_referral_child_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_early_years_referral_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_early_years_referral")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_early_years_referral_child_id"), REFERRAL, ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_early_years_referral_pep_id"), REFERRAL, ["pep_id"], unique=False)
    op.create_index("uq_pep_early_years_referral_open", REFERRAL, ["child_id"], unique=True, sqlite_where=OPEN,
                    postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table(REFERRAL)
    op.drop_table(EFFECT)
    with op.batch_alter_table("pep_ppg_request", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name, _ in reversed(COLUMNS):
            batch_op.drop_column(name)
