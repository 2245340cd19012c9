"""Documents that are kept with a child, and their bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = "'school_report', 'ehcp', 'support_plan', 'healthcare_plan', 'work', 'certificate', 'report', 'other'"
FORMATS = ("'application/pdf', 'image/jpeg', 'image/png', "
           "'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/vnd.oasis.opendocument.text'")


def _of_one_thing(whose: str) -> dict[str, sa.TextClause]:
    """Among those that stand: of a PEP, or of the child alone."""
    condition = sa.text(f"removed_at IS NULL AND pep_id IS {whose}")
    return {"sqlite_where": condition, "postgresql_where": condition}


def upgrade() -> None:
    op.create_table(
        "pep_document",
        sa.Column("pep_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("school_reads", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("given_sha256", sa.String(64), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("added_name", sa.String(200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(64), nullable=True),
        sa.Column("removed_name", sa.String(200), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_reason", sa.String(500), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_pep_document_document_kind")),
        sa.CheckConstraint(f"media_type IN ({FORMATS})", name=op.f("ck_pep_document_media_type")),
        sa.CheckConstraint("size > 0", name=op.f("ck_pep_document_size_positive")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_reason IS NULL)", name=op.f("ck_pep_document_removed_with_a_reason")),
        sa.CheckConstraint("pep_id IS NULL OR kind NOT IN ('ehcp', 'support_plan', 'healthcare_plan')",
                           name=op.f("ck_pep_document_plans_are_the_childs")),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_document_child_id")),
        sa.ForeignKeyConstraint(["pep_id"], ["pep_pep.id"], name=op.f("fk_pep_document_pep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_document")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_document_child_id"), "pep_document", ["child_id"], unique=False)
    op.create_index(op.f("ix_pep_document_pep_id"), "pep_document", ["pep_id"], unique=False)
    op.create_index("uq_pep_document_pep_file", "pep_document", ["pep_id", "kind", "given_sha256", "school_reads"], unique=True,
                    **_of_one_thing("NOT NULL"))
    op.create_index("uq_pep_document_child_file", "pep_document", ["child_id", "kind", "given_sha256", "school_reads"], unique=True,
                    **_of_one_thing("NULL"))
    op.create_table(
        "pep_document_content",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["pep_child.id"], name=op.f("fk_pep_document_content_child_id")),
        sa.ForeignKeyConstraint(["document_id"], ["pep_document.id"], name=op.f("fk_pep_document_content_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pep_document_content")),
        sa.UniqueConstraint("document_id", name=op.f("uq_pep_document_content_document_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pep_document_content_child_id"), "pep_document_content", ["child_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pep_document_content_child_id"), table_name="pep_document_content")
    op.drop_table("pep_document_content")
    op.drop_index("uq_pep_document_child_file", table_name="pep_document")
    op.drop_index("uq_pep_document_pep_file", table_name="pep_document")
    op.drop_index(op.f("ix_pep_document_pep_id"), table_name="pep_document")
    op.drop_index(op.f("ix_pep_document_child_id"), table_name="pep_document")
    op.drop_table("pep_document")
