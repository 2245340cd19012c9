"""The payment file of one batch: a plain table that finance opens in its spreadsheet, and the digest that proves it.

A pure function of the frozen lines: the same lines make the same bytes on any day. UTF-8 with a byte order mark, because without
one Excel reads a payee's name in the machine's old code page. It names payees and PEPs, never a child. What may be paid is
decided before a line exists.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from typing import Protocol

from pep_admin.spreadsheet_cells import guarded
from pep_admin.vocabulary import PaymentMethod

COLUMNS = ("batch", "line", "payee", "urn", "finance reference", "method", "pep reference", "amount")


class Batch(Protocol):
    """What the file says of its batch."""

    @property
    def reference(self) -> str: ...


class Line(Protocol):
    """One frozen payment; `pence` is what is paid."""

    @property
    def number(self) -> int: ...
    @property
    def payee(self) -> str: ...
    @property
    def payee_urn(self) -> str | None: ...
    @property
    def finance_reference(self) -> str | None: ...
    @property
    def payment_method(self) -> PaymentMethod: ...
    @property
    def pep_reference(self) -> str: ...
    @property
    def pence(self) -> int: ...


def build_payment_csv(batch: Batch, lines: Iterable[Line]) -> bytes:
    """A header and a row a line, in the order of their frozen numbers; amounts in pounds like 550.00, rows ended by CR LF."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows(_row(batch, line) for line in sorted(lines, key=lambda each: each.number))
    return written.getvalue().encode("utf-8-sig")


def digest_of(data: bytes) -> str:
    """The file's SHA-256 in hex, as the batch keeps it."""
    return hashlib.sha256(data).hexdigest()


def total_of(lines: Iterable[Line]) -> int:
    """The pence of all lines, to be held against the batch's own total; it is no row of the file."""
    return sum(line.pence for line in lines)


def _row(batch: Batch, line: Line) -> tuple[str, ...]:
    texts = (line.payee, line.payee_urn, line.finance_reference, PaymentMethod(line.payment_method).label, line.pep_reference)
    return (guarded(batch.reference), str(line.number), *(guarded(text or "") for text in texts), _pounds(line.pence))


def _pounds(pence: int) -> str:
    pounds, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{pounds}.{rest:02d}"
