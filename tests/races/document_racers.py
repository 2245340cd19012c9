"""What the processes of the document races do: past a barrier for each file, both add the same."""

from __future__ import annotations

import hashlib
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from pep_admin.document_words import DocumentKind, MediaType
from pep_admin.permissions import Actor
from pep_admin.uploads import Upload
from pep_admin.workflow import documents
from tests.races.money_racers import NOW, PATIENCE, TODAY, open_session


def add_each(
    url: str, actor: Actor, child_id: int, pep_id: int | None, files: list[bytes], barrier: Barrier, out: Queue[Any]
) -> None:
    """Add the files in turn, each in a transaction of its own; puts (whether it was new, its id) of each."""
    told = []
    for data in files:
        upload = Upload("report.pdf", MediaType.PDF, data, hashlib.sha256(data).hexdigest())
        with open_session(url, actor) as session:
            barrier.wait(PATIENCE)
            added = documents.add_document(
                session, child_id, documents.Told(DocumentKind.WORK, "Work", None, True), upload, most=1 << 30, actor=actor,
                today=TODAY, now=NOW, pep_id=pep_id)
            told.append((added.is_new, added.document.id))
            session.commit()
    out.put(told)
