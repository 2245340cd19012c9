"""One PEP as a PDF that a school can file: the template filled in, every character made printable, and the file built or refused.

What it says is pep_pages.py's, how it looks templates/pep/pdf's. Nothing is read from a database here and nobody's permission is
judged: the Document is already filtered for its reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from pep_admin.documents.pdf_engine import PdfFailed, count_pages, render_pdf
from pep_admin.documents.pdf_fonts import FontSet, prepare_fonts
from pep_admin.documents.pep_pages import Pages
from pep_admin.documents.wording import moment_words
from pep_admin.pep_form import Document


@dataclass(frozen=True, slots=True)
class PdfResult:
    """A finished document: its bytes, how many characters it shows as code points only, and its pages."""

    data: bytes
    unprintable: int
    pages: int


def build_pep_pdf(
    document: Document,
    *,
    fonts: Path,
    made_at: datetime,
    made_by: str,
    draft: bool,
    care_only_page: bool = False,
) -> PdfResult:
    """The PEP for the document's own audience.

    `fonts` is a writable folder in which fonts are kept between documents; `made_at` an aware instant, `made_by` a person's name.
    `draft` marks every page. `care_only_page` adds, on a last page, what the school and the child never see (HB-3.11); it prints
    only what the document holds, so never for their audiences. PdfFailed, with a reason code and no text, when it cannot be made.
    """
    font_set = _fonts_in(fonts)
    ink = font_set.ink()
    html = _environment().get_template("pep/pdf/pep.html").render(
        fonts=font_set,
        ink=ink,
        page=Pages(document, ink),
        made_at=moment_words(made_at),
        made_by=made_by,
        draft=draft,
        care_only_page=care_only_page,
    )
    data = render_pdf(html, folder=font_set.folder)
    return PdfResult(data=data, unprintable=ink.unprintable, pages=count_pages(data))


def _fonts_in(folder: Path) -> FontSet:
    try:
        return prepare_fonts(folder)
    except OSError:
        pass
    raise PdfFailed("fonts")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )


@pass_context
def _printable(context: Context, value: Any) -> Any:
    """Every expression of a template passes here, so that none can print what the fonts lack; markup of ours passes as it is."""
    return value if isinstance(value, Markup) else context["ink"](str(value))
