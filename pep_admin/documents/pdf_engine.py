"""HTML of our own making into PDF bytes, or a refusal: the one place that calls xhtml2pdf, with its dangers shut off.

Nothing is fetched, no file outside the font folder is read, and not one word of a document reaches a log. A document that the
engine has any complaint about is not given out. What a document says is none of this room's business.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from reportlab.platypus.doctemplate import LayoutError
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy

from pep_admin.exceptions import PepAdminError

LONGEST_DOCUMENT = 4_000_000
"""Bytes of HTML: every field of a PEP at its greatest length, each letter a code point, is some two million."""
LONGEST_RENDER = 20
"""Seconds; looked at between elements, so it bounds a document and does not stop one in the middle of a paragraph."""
_SPEAKERS = ("xhtml2pdf", "reportlab", "html5lib", "arabic_reshaper", "pypdf", "svglib", "PIL")
_WORDS = {
    "fonts": "The fonts for the PDF could not be written.",
    "too_large": "This PEP is too long to be printed.",
    "layout": "A part of this PEP does not fit on a page.",
    "warned": "Part of this PEP could not be printed as it stands.",
    "engine": "The PDF could not be made.",
}


class PdfFailed(PepAdminError):
    """No PDF was made. `reason_code` says why: fonts, too_large, layout, warned or engine.

    `kind` is the class of the error underneath, for whoever has to find it; its words would quote the document and are dropped.
    """

    def __init__(self, reason_code: str, kind: str = "") -> None:
        self.reason_code = reason_code
        self.kind = kind
        super().__init__(_WORDS[reason_code])


def render_pdf(html: str, *, folder: Path) -> bytes:
    """The document as PDF. `folder` holds its fonts and is all that it may read.

    PdfFailed when it is too large or too slow, does not fit, or the engine warns of anything at all.
    """
    written = io.BytesIO()
    with _silenced() as heard:
        failure = _convert(html, written, folder)
    if failure is None and heard.warnings:
        failure = PdfFailed("warned")
    if failure is not None:
        raise failure
    return written.getvalue()


def count_pages(data: bytes) -> int:
    return len(PdfReader(io.BytesIO(data)).pages)


def _convert(html: str, written: io.BytesIO, folder: Path) -> PdfFailed | None:
    """Why there is no document. It is given back and not raised here, where the engine's own error would go with it."""
    policy = ResourceAccessPolicy.server(
        folder, allow_remote=False, max_render_seconds=LONGEST_RENDER, max_document_bytes=LONGEST_DOCUMENT
    )
    try:
        done: Any = pisa.CreatePDF(
            html,
            dest=written,
            path=str(folder / "document.html"),
            encoding="utf-8",
            capacity=LONGEST_DOCUMENT,  # a larger document would pass through a file in /tmp
            resource_policy=policy,
        )
    except RenderLimitError as error:
        return PdfFailed("too_large", type(error).__name__)
    except LayoutError as error:
        return PdfFailed("layout", type(error).__name__)
    except Exception as error:  # whatever it is, the document is not given out
        return PdfFailed("engine", type(error).__name__)
    return PdfFailed("warned") if done.err or done.warn else None


class _Heard(logging.Filter):
    """Swallows what one thread's engine says, counting the warnings and keeping none of the words."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings = 0
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        self.warnings += record.levelno >= logging.WARNING
        return False


@contextmanager
def _silenced() -> Iterator[_Heard]:
    """The engine's loggers, each with a filter of its own: a parent's would not see what its children hand on."""
    heard = _Heard()
    names = [name for name in logging.Logger.manager.loggerDict if name.partition(".")[0] in _SPEAKERS]
    loggers = [logging.getLogger(name) for name in {*names, *_SPEAKERS}]
    for logger in loggers:
        logger.addFilter(heard)
    try:
        yield heard
    finally:
        for logger in loggers:
            logger.removeFilter(heard)
