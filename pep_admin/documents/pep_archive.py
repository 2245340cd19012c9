"""PEPs as PDFs in one ZIP file, with a manifest that names no child: those of a term by command, those that a person chose by job.

The file gets its name only when it is whole. How a page looks is pep_pdf.py's, which PEPs somebody may have pdf_batch.py's.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin import audit
from pep_admin.documents.pdf_engine import PdfFailed
from pep_admin.documents.pdf_name import NamesTaken, pdf_name
from pep_admin.documents.pep_pdf import build_pep_pdf
from pep_admin.models import Pep, Term
from pep_admin.pep_document import read_documents, with_judgements_before
from pep_admin.pep_form import Document
from pep_admin.permissions import Actor, Permission, audience_for, lent
from pep_admin.vocabulary import Audience, PepStatus

READ_AT_ONCE = 50
COLUMNS = ("reference", "status", "copy", "file", "pages", "unprintable", "sha256", "problem")
NOT_THERE, CLOSED = "not-there", "closed"
"""Why a PEP that was asked for is not in the archive: out of the asker's sight by then, or closed as not needed."""

Step = Callable[[int, int], None]
"""Hears how many PEPs are done, of how many."""


@dataclass(frozen=True, slots=True)
class Making:
    """How each PDF is made and named: the fonts' folder, when and by whom, the pattern of the names."""

    fonts: Path
    made_at: datetime
    made_by: str
    name: str


@dataclass(slots=True)
class Entry:
    """One PEP of the archive; `problem` says, as a reason code, why its PDF is not there."""

    pep_id: int
    child_id: int | None
    reference: str
    status: PepStatus | str
    copy: Audience | str = ""
    file: str = ""
    pages: int | None = None
    unprintable: int | None = None
    sha256: str = ""
    problem: str = ""


def write_term_archive(session: Session, term_id: int, output: Path, *, actor: Actor, making: Making, step: Step) -> list[Entry]:
    """Every PEP of the term that was not closed, each as the actor reads it; one whose PDF fails is listed with its problem.

    Commits the audit events. Leaves nothing behind when it fails.
    """
    _only_read(session)
    wanted = select(Pep.id).where(Pep.term_id == term_id, Pep.status != PepStatus.WITHDRAWN).order_by(Pep.reference)
    ids = list(session.scalars(wanted))
    session.rollback()
    with _under_another_name(output) as written:
        entries = _fill(session, written, ids, actor, making, step)
        _record(session, entries, object_type="term", object_id=term_id)
        session.commit()
    return entries


def write_archive(
    session: Session, ids: Sequence[int], output: Path, *, job_id: int, actor: Actor, making: Making, step: Step
) -> list[Entry]:
    """Those PEPs in their order, each as the actor reads its child's, with the audit events in the session, which is not committed.

    A PEP that is out of the actor's sight by now, or was closed, is listed without a PDF. Leaves nothing behind when it fails.
    """
    with _under_another_name(output) as written:
        entries = _fill(session, written, ids, actor, making, step)
        _record(session, entries, object_type="job", object_id=job_id)
    return entries


@contextmanager
def _under_another_name(output: Path) -> Iterator[IO[bytes]]:
    with tempfile.NamedTemporaryFile(dir=output.absolute().parent, prefix=f".{output.name}.", delete=False) as written:
        try:
            yield written
            written.close()
            os.replace(written.name, output)
        except BaseException:
            Path(written.name).unlink(missing_ok=True)
            raise


def _only_read(session: Session) -> None:
    # Nobody's save has to wait for this long piece of reading.
    session.rollback()
    session.connection(execution_options={"readonly": True})


def _fill(
    session: Session, written: IO[bytes], ids: Sequence[int], actor: Actor, making: Making, step: Step
) -> list[Entry]:
    entries, names = [], NamesTaken()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, document in _read(session, ids, actor, making.name):
            if document is not None:
                _add(archive, entry, document, making, names)
            entries.append(entry)
            step(len(entries), len(ids))
        archive.writestr("manifest.csv", _manifest(entries))
    return entries


def _read(session: Session, ids: Sequence[int], actor: Actor, pattern: str) -> Iterator[tuple[Entry, Document | None]]:
    """The PEPs with their documents, some at a time; no transaction stays open while their pages are made."""
    whole = (joinedload(Pep.child), joinedload(Pep.term).joinedload(Term.year))
    for at in range(0, len(ids), READ_AT_ONCE):
        _only_read(session)
        some = ids[at:at + READ_AT_ONCE]
        peps = {pep.id: pep for pep in session.scalars(select(Pep).where(Pep.id.in_(some)).options(*whole))}
        not_theirs = lent(session, actor, Permission.PEP_PDF, [pep.child_id for pep in peps.values()])
        entries = [_entry(pep_id, peps.get(pep_id), not_theirs, actor, pattern) for pep_id in some]
        documents: dict[int, Document] = {}
        for copy in (Audience.CARE, Audience.SCHOOL):
            wanted = [peps[each.pep_id] for each in entries if each.copy is copy]
            documents |= with_judgements_before(session, read_documents(session, wanted, audience=copy)) if wanted else {}
        session.rollback()
        session.expunge_all()
        yield from ((each, documents.get(each.pep_id)) for each in entries)


def _entry(pep_id: int, pep: Pep | None, not_theirs: set[int], actor: Actor, pattern: str) -> Entry:
    """What the manifest says of a PEP before its PDF is made: which copy, and the name that the file is to have."""
    if pep is None or pep.child_id in not_theirs:
        return Entry(pep_id, None, "", "", problem=NOT_THERE)
    found = Entry(pep.id, pep.child_id, pep.reference, pep.status)
    if pep.status is PepStatus.WITHDRAWN:
        found.problem = CLOSED
        return found
    found.copy = audience_for(actor, pep.child)
    found.file = pdf_name(pattern, pep, draft=pep.status is not PepStatus.COMPLETE)
    return found


def _add(archive: zipfile.ZipFile, entry: Entry, document: Document, making: Making, names: NamesTaken) -> None:
    wanted, entry.file = entry.file, ""
    try:
        made = build_pep_pdf(document, fonts=making.fonts, made_at=making.made_at, made_by=making.made_by,
                             draft=entry.status is not PepStatus.COMPLETE)
    except PdfFailed as problem:
        entry.problem = str(problem)
        return
    entry.file, entry.pages, entry.unprintable = names.take(wanted), made.pages, made.unprintable
    entry.sha256 = hashlib.sha256(made.data).hexdigest()
    archive.writestr(entry.file, made.data)


def _manifest(entries: Sequence[Entry]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([getattr(entry, column) for column in COLUMNS])
    return text.getvalue()


def _record(session: Session, entries: Sequence[Entry], *, object_type: str, object_id: int) -> None:
    """One event for the whole, and one for each PEP that was read: it was there to be made, whether or not its PDF was."""
    read = [each for each in entries if each.copy]
    audit.record(session, "pep.export", object_type=object_type, object_id=object_id, peps=len(read))
    for entry in read:
        audit.record(session, "pep.pdf", object_type="pep", object_id=entry.pep_id, child_id=entry.child_id,
                     outcome="failed" if entry.problem else "done", audience=str(entry.copy))
