"""One file, looked at: of which format it is by what stands in it, whether its name agrees, and what of it is kept.

How each format is looked into is pdf_files.py's, pictures.py's and office_files.py's; apart.py does all of it in a process of its
own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from pep_admin.document_words import MediaType
from pep_admin.uploads.refusing import AS_PDF, refused

ENDINGS: dict[str, MediaType | str] = {
    ".pdf": MediaType.PDF, ".jpg": MediaType.JPEG, ".jpeg": MediaType.JPEG, ".jpe": MediaType.JPEG, ".jfif": MediaType.JPEG,
    ".png": MediaType.PNG, ".webp": "WebP picture", ".docx": MediaType.DOCX, ".odt": MediaType.ODT,
}
"""Endings that are taken, with what must stand in such a file. A WebP picture is kept as JPEG."""
ACCEPTED_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".webp", ".docx", ".odt")
WANTED = "Kept are PDF, pictures (JPEG, PNG, WebP), Word documents (.docx) and OpenDocument texts (.odt)."
_OTHERS: dict[str, str] = {
    ".doc": "This is a Word document of the old kind, which may hold programs. Save it as PDF or as .docx, and add that one.",
    ".docm": "This Word document may hold programs (macros). Save it as PDF or as .docx, and add that one.",
    ".dotm": "This Word document may hold programs (macros). Save it as PDF or as .docx, and add that one.",
    ".heic": "This is a picture in the format of some telephones (HEIC), which others cannot open. Save or send it as JPEG.",
    ".heif": "This is a picture in the format of some telephones (HEIF), which others cannot open. Save or send it as JPEG.",
    ".svg": "A drawing of this kind (SVG) may hold programs. Save it as PNG or PDF, and add that one.",
    ".txt": "Plain text is not kept, since it cannot be told what it is. Save it as PDF or .docx, and add that one.",
    ".zip": "An archive is not kept. Unpack it, and add each document by itself.",
}
_NAMED = {".xlsx": "spreadsheet", ".xls": "spreadsheet", ".csv": "spreadsheet", ".pptx": "presentation", ".ppt": "presentation"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at: its name as given, its format, the bytes to keep, and the SHA-256 of what was handed in."""

    name: str
    media: MediaType
    data: bytes
    given_sha256: str

    @property
    def sha256(self) -> str:
        """Of the bytes to keep, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def media_of(data: bytes) -> MediaType | str | None:
    """The format by the first bytes, and for archives by what they hold; None for one that is not kept."""
    from pep_admin.uploads.office_files import media_of_archive

    if data.startswith(b"%PDF-"):
        return MediaType.PDF
    if data.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP picture"
    return media_of_archive(data) if data.startswith(b"PK\x03\x04") else None


def look(data: bytes, ending: str, largest: int) -> tuple[MediaType, bytes]:
    """What is kept of a file whose name has that ending: its format and its bytes, at most `largest`. Raises Refused."""
    ending = ending.lower()
    if ending not in ENDINGS:
        raise refused("kind", _other(ending))
    found, wanted = media_of(data), ENDINGS[ending]
    if found is None:
        raise refused("kind", f"What stands in this file is not what its ending, {ending}, says. {WANTED}")
    if found != wanted:
        name = found.label if isinstance(found, MediaType) else found
        raise refused("kind", f"By its ending, {ending}, this file is another than it is: a {name} stands in it. Give it the "
                      "ending that belongs to it, or save it anew.")
    media, kept = _KEEPERS.get(found, _picture)(data, largest)
    if len(kept) > largest:
        raise refused("size", f"This picture would take more than {largest // 1024**2} MB. Make it smaller, or save it as JPEG.")
    return media, kept


def _other(ending: str) -> str:
    if ending in _OTHERS:
        return _OTHERS[ending]
    if ending in _NAMED:
        return f"A {_NAMED[ending]} is not kept as such. {AS_PDF}"
    return f"Files with the ending {ending} are not kept. {WANTED}" if ending else f"The name of this file has no ending. {WANTED}"


def _pdf(data: bytes, _: int) -> tuple[MediaType, bytes]:
    from pep_admin.uploads.pdf_files import check_pdf  # a library that takes a while to load

    check_pdf(data)
    return MediaType.PDF, data


def _docx(data: bytes, _: int) -> tuple[MediaType, bytes]:
    from pep_admin.uploads.office_files import check_docx

    check_docx(data)
    return MediaType.DOCX, data


def _odt(data: bytes, _: int) -> tuple[MediaType, bytes]:
    from pep_admin.uploads.office_files import check_odt

    check_odt(data)
    return MediaType.ODT, data


def _picture(data: bytes, largest: int) -> tuple[MediaType, bytes]:
    from pep_admin.uploads.pictures import draw_anew

    return draw_anew(data, largest)


_KEEPERS: dict[MediaType | str, Callable[[bytes, int], tuple[MediaType, bytes]]] = {
    MediaType.PDF: _pdf, MediaType.DOCX: _docx, MediaType.ODT: _odt}
