"""A term's PEPs as PDFs in one ZIP file, with a manifest that names no child.

The file gets its name only when it is whole and the export stands in the audit log. How a page looks is pep_pdf.py's.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.documents.pdf_engine import PdfFailed
from pep_admin.documents.pep_pdf import PdfResult, build_pep_pdf
from pep_admin.models import Pep
from pep_admin.pep_document import read_documents
from pep_admin.pep_form import Document
from pep_admin.vocabulary import Audience, PepStatus

READ_AT_ONCE = 50
COLUMNS = ("reference", "status", "file", "pages", "unprintable", "sha256", "problem")


@dataclass(slots=True)
class Entry:
    """One PEP of the archive; `problem` says, as a reason code, why its PDF could not be made."""

    pep_id: int
    child_id: int
    reference: str
    status: PepStatus
    file: str = ""
    pages: int | None = None
    unprintable: int | None = None
    sha256: str = ""
    problem: str = ""


def write_term_archive(
    session: Session, term_id: int, output: Path, *, fonts: Path, made_at: datetime, made_by: str, step: Callable[[int], None]
) -> list[Entry]:
    """Every PEP of the term that was not closed, for the eyes of social care; one whose PDF fails is listed with its problem.

    Commits the audit events. `step(total)` is called after each document. Leaves nothing behind when it fails.
    """
    ids = _ids(session, term_id)
    with tempfile.NamedTemporaryFile(dir=output.absolute().parent, prefix=f".{output.name}.", delete=False) as written:
        try:
            make = partial(build_pep_pdf, fonts=fonts, made_at=made_at, made_by=made_by)
            entries = _fill(session, written, ids, make, step)
            _record(session, term_id, entries)
            written.close()
            os.replace(written.name, output)
        except BaseException:
            Path(written.name).unlink(missing_ok=True)
            raise
    return entries


def _ids(session: Session, term_id: int) -> list[int]:
    _only_read(session)
    wanted = select(Pep.id).where(Pep.term_id == term_id, Pep.status != PepStatus.WITHDRAWN).order_by(Pep.reference)
    ids = list(session.scalars(wanted))
    session.rollback()
    return ids


def _only_read(session: Session) -> None:
    # Nobody's save has to wait for this long piece of reading.
    session.rollback()
    session.connection(execution_options={"readonly": True})


def _fill(
    session: Session, written: IO[bytes], ids: Sequence[int], make: Callable[..., PdfResult], step: Callable[[int], None]
) -> list[Entry]:
    entries = []
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, document in _read(session, ids):
            _add(archive, entry, document, make)
            entries.append(entry)
            step(len(ids))
        archive.writestr("manifest.csv", _manifest(entries))
    return entries


def _read(session: Session, ids: Sequence[int]) -> Iterator[tuple[Entry, Document]]:
    """The PEPs with their documents, some at a time; no transaction stays open while their pages are made."""
    for at in range(0, len(ids), READ_AT_ONCE):
        _only_read(session)
        wanted = select(Pep).where(Pep.id.in_(ids[at:at + READ_AT_ONCE])).order_by(Pep.reference)
        peps = session.scalars(wanted).all()
        documents = read_documents(session, peps, audience=Audience.CARE)
        found = [(Entry(pep.id, pep.child_id, pep.reference, pep.status), documents[pep.id]) for pep in peps]
        session.rollback()
        session.expunge_all()
        yield from found


def _add(archive: zipfile.ZipFile, entry: Entry, document: Document, make: Callable[..., PdfResult]) -> None:
    try:
        made = make(document, draft=entry.status is not PepStatus.COMPLETE)
    except PdfFailed as problem:
        entry.problem = str(problem)
        return
    entry.file, entry.pages, entry.unprintable = f"pep-{entry.reference}.pdf", made.pages, made.unprintable
    entry.sha256 = hashlib.sha256(made.data).hexdigest()
    archive.writestr(entry.file, made.data)


def _manifest(entries: Sequence[Entry]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([getattr(entry, column) for column in COLUMNS])
    return text.getvalue()


def _record(session: Session, term_id: int, entries: Sequence[Entry]) -> None:
    audit.record(session, "pep.export", object_type="term", object_id=term_id, peps=len(entries))
    for entry in entries:
        audit.record(session, "pep.pdf", object_type="pep", object_id=entry.pep_id, child_id=entry.child_id,
                     outcome="failed" if entry.problem else "done")
    session.commit()
