"""What was settled of changes that call for a review out of turn, and filters of lists under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pep_settled_change",
        sa.Column("kind", sa.Enum("school", "home", "sen", "sdq", "risk", "money", name=op.f("ck_pep_settled_change_change_kind"), native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(500), nullable=False),
        sa.Column("how", sa.Enum("opened", "joined", "waved", name=op.f("ck_pep_settled_change_settling"), native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("settled_by", sa.String(64), nullable=False),
        sa.Column("settled_name", sa.String(200), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("undone_by", sa.String(64), nullable=True),
        sa.Column("undone_name", sa.String(200), nullable=True),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint("(how = 'waved') = (pep_id IS NULL)", name=op.f("ck_pep_settled_change_covered_by_a_pep")),
        sa.CheckConstraint("(undone_on IS NULL) = (undone_by IS NULL)", name=op.f("ck_pep_settled_change_undone_by_somebody")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_settled_change_child_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_settled_change_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_settled_change")),
        sqlite_autoincrement=True,
    )
    for column in ("child_id", "pep_id", "settled_on"):
        op.create_index(op.f(f"ix_pep_settled_change_{column}"), "pep_settled_change", [column], unique=False)
    op.create_index("uq_pep_settled_change_standing", "pep_settled_change", ["child_id", "kind", "row_id"], unique=True,
                    sqlite_where=sa.text("undone_on IS NULL"), postgresql_where=sa.text("undone_on IS NULL"))
    op.create_table(
        "pep_saved_question",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("owner_name", sa.String(200), nullable=False),
        sa.Column("of_list", sa.Enum("children", "peps", "ppg_requests", "board", name=op.f("ck_pep_saved_question_saved_list"), native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("asked", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_saved_question")),
        sa.UniqueConstraint("owner", "of_list", "name", name=op.f("uq_pep_saved_question_owner_of_list_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_saved_question_owner"), "pep_saved_question", ["owner"], unique=False)


def downgrade() -> None:
    op.drop_table("pep_saved_question")
    op.drop_table("pep_settled_change")
