"""The database itself refuses to change or delete what is written once: the log, the history, the ledger, the payment lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pep_admin import models
from pep_admin import vocabulary as words

APPEND_ONLY = ("pep_audit_event", "pep_record_change", "pep_funding_release", "pep_payment_line")
NOW = datetime(2024, 11, 18, 9, 0, tzinfo=UTC)
DAY = date(2024, 11, 18)


def first(choices: Any) -> Any:
    return next(iter(choices))


def a_paid_request() -> models.PaymentLine:
    """A line and all that stands behind it; what it says does not matter here."""
    child = models.Child(date_of_birth=date(2012, 1, 1), entered_care_on=DAY, legal_status=first(words.LegalStatus))
    year = models.AcademicYear(
        name="2024-25", starts_on=date(2024, 9, 1), ends_on=date(2025, 8, 31), ppg_term_cap_pence=1, ppg_year_cap_pence=1,
        post16_year_cap_pence=1, grant_per_child_pence=1, sdq_threshold=17, initiate_working_days=10, complete_school_days=20,
    )
    term = models.Term(year=year, name=words.TermName.AUTUMN, starts_on=DAY, ends_on=date(2024, 12, 20), deadline_on=DAY)
    pep = models.Pep(
        reference="P1", child=child, term=term, kind=first(words.PepKind), initiated_on=DAY, due_on=DAY, due_rule="",
        form_version=models.FormVersion(digest="d", declared={}, created_at=NOW),
    )
    request = models.PpgRequest(
        pep=pep, category=first(words.PpgCategory), description="Reading lessons", quantity=1, unit="hour",
        unit_cost_pence=5_500, amount_pence=5_500,
    )
    release = models.FundingRelease(
        request=request, pep=pep, kind=first(words.ReleaseKind), pence=5_500, approved_by="1", released_by="2",
        released_name="F", released_at=NOW,
    )
    batch = models.PaymentBatch(
        reference="B1", made_by="2", made_name="F", made_at=NOW, total_pence=5_500, line_count=1, digest="d"
    )
    return models.PaymentLine(
        batch=batch, release=release, number=1, payee="A school", payment_method=first(words.PaymentMethod), pep_reference="P1",
        pence=5_500,
    )


@pytest.fixture
def filled(both_databases: str, open_session: Callable[..., Session]) -> Iterator[Session]:
    session = open_session(both_databases)
    session.add(a_paid_request())
    session.add(
        models.AuditEvent(
            at=NOW, actor_id="1", actor_name="A", roles="", action="pep_read", object_type="pep", outcome="done"
        )
    )
    session.commit()  # the listener has written the history of these rows
    yield session
    session.rollback()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_written_row_can_be_neither_changed_nor_deleted(filled: Session, table: str) -> None:
    rows = sa.text(f"SELECT * FROM {table} ORDER BY id")
    before = filled.execute(rows).all()
    assert before
    for statement in (f"UPDATE {table} SET id = id + 1000", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match=f"{table} is append-only"):
            filled.execute(sa.text(statement))
        filled.rollback()
    assert filled.execute(rows).all() == before


def test_other_rows_are_still_free(filled: Session) -> None:
    changed = filled.execute(sa.text("UPDATE pep_child SET first_name = 'Ivy' WHERE id > 0 RETURNING id"))
    assert len(changed.all()) == 1
