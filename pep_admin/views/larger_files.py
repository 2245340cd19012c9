"""The few pages that take a file larger than any other page's body: which they are, who may, and how much.

What such a file is, and what becomes of it, is the matter of its page.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, request

from pep_admin.config import MEGABYTE
from pep_admin.imports.files import LARGEST_FILE
from pep_admin.permissions import Permission, can
from pep_admin.views.documents import Documents
from pep_admin.views.hosting import host, present_actor
from pep_admin.views.imports import Imports

AROUND = MEGABYTE
"""What stands in a body beside the file: the other fields."""


def _document_body() -> int:
    """Twice a document: one that is somewhat too large still gets its own page again, with what was typed."""
    return 2 * int(host().settings["document_bytes"]) + AROUND


LARGER: dict[str, tuple[Permission, Callable[[], int], str]] = {
    f"pep_{Imports.noun}.new": (Permission.IMPORT_RUN, lambda: LARGEST_FILE + AROUND,
                                "The files are larger than {most} MB together. Nothing was read. Leave out what is not meant to be "
                                "loaded."),
    f"pep_{Documents.noun}.add": (Permission.DOCUMENT_WRITE, _document_body,
                                  "This file is much larger than a document may be. Nothing was read. Go back, and choose one that "
                                  "is smaller."),
}


def allow_larger_files() -> None:
    """Before anything reads such a form: its body may be larger than any other page's, for those who may use it.

    The standalone host calls it first in each request; a foreign host sets its own limit (MAX_CONTENT_LENGTH).
    """
    if request.method != "POST" or request.endpoint not in LARGER:
        return
    permission, most, sentence = LARGER[request.endpoint]
    allowed = can(present_actor(), permission)
    host().db.session.rollback()  # who it is was read under the write lock, which must not wait for a large body
    if allowed:
        request.max_content_length = most()
        if (request.content_length or 0) > most():
            abort(413, description=sentence.format(most=(most() - AROUND) // MEGABYTE))
