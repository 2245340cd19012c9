"""PDFs that only show pages: nothing in them runs, starts another program, or carries a file of its own.

Every object is looked at, those in compressed streams too; beside that the whole file is searched for the longer of the names, for
what no table of its objects lists.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from pep_admin.uploads.refusing import AS_PDF, refused

_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"})
"""Keys behind which a program or another file stands."""
_NAMES = frozenset({"/JavaScript", "/Launch", "/ImportData", "/EmbeddedFile", "/RichMedia", "/FileAttachment", "/Movie", "/Sound"})
"""What an action, an object or a mark on a page is called that does more than show."""
_RAW = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_MOST_OBJECTS = 200_000

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its remarks quote the file


def check_pdf(data: bytes) -> None:
    """Refused for a PDF that has a password, runs something, carries files, is an archive too, or cannot be read."""
    reader = _opened(data)
    if reader.is_encrypted:
        raise refused("inside", f"This PDF is protected with a password or against changes, so it cannot be looked at. {AS_PDF}")
    if _RAW.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)) or _acts(reader):
        raise refused("inside", "This PDF does more than show pages: it holds a program, starts one, or carries other files. "
                      f"{AS_PDF}")
    if b"PK\x05\x06" in data[data.rfind(b"%%EOF"):]:
        raise refused("inside", f"This PDF is an archive of other files at the same time. {AS_PDF}")


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted or len(reader.pages) > 0:
            return reader
    except Exception:  # whatever its reader stumbles over, the file is none that others can rely on
        raise refused("inside", f"This PDF cannot be read: it is damaged, or not whole. {AS_PDF}") from None
    raise refused("inside", f"This PDF has no page. {AS_PDF}")


def _acts(reader: PdfReader) -> bool:
    try:
        return any(_is_act(each) for each in _objects(reader))
    except Exception:
        raise refused("inside", f"This PDF cannot be read to its end: it is damaged. {AS_PDF}") from None


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object that the file has, and the trailer."""
    numbers = [(number, generation) for generation, each in reader.xref.items() for number in each]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > _MOST_OBJECTS:
        raise ValueError("too many objects")
    yield reader.trailer
    for number, generation in numbers:
        yield reader.get_object(IndirectObject(number, generation, reader))


def _is_act(found: Any) -> bool:
    """Whether that object, or what stands directly in it, is more than something to look at."""
    waiting: list[Any] = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, DictionaryObject):
            if not _KEYS.isdisjoint(each.keys()) or _is_named(each):
                return True
            waiting += dict.values(each)
        elif isinstance(each, ArrayObject):
            waiting += _within(each)
    return False


def _is_named(each: DictionaryObject) -> bool:
    said = (dict.get(each, key) for key in ("/S", "/Type", "/Subtype"))
    return any(isinstance(name, NameObject) and str(name) in _NAMES for name in said)


def _within(each: ArrayObject) -> Iterable[Any]:
    return list.__iter__(each)
