"""Files to hand in: sound ones of every format that is kept, and the same with something in them that must not be there."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODT_KIND = "application/vnd.oasis.opendocument.text"
PLACE = b"GPS-CANARY-53.59"
"""What a telephone would have written into a picture."""


# --- PDF -----------------------------------------------------------------------------------------------------------------


def pdf(text: str = "A report", *, compressed: bool = False, root: Mapping[str, Any] | None = None, pages: int = 1) -> bytes:
    """A PDF with that title; `root` is put into its catalogue, in object streams where `compressed`."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": text})
    for key, value in (root or {}).items():
        writer._root_object[NameObject(key)] = value
    out = io.BytesIO()
    writer.write(out)
    return packed_pdf(out.getvalue()) if compressed else out.getvalue()


def packed_pdf(data: bytes) -> bytes:
    """The same PDF with its objects in a compressed stream, where no search for words finds them."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    numbers = sorted(number for each in reader.xref.values() for number in each)
    bodies = {}
    for number in numbers:
        out = io.BytesIO()
        reader.get_object(number).write_to_stream(out)  # type: ignore[union-attr]  # each is there
        bodies[number] = out.getvalue()
    inner, offsets = b"", []
    for number in numbers:
        offsets.append(f"{number} {len(inner)}")
        inner += bodies[number] + b"\n"
    first = " ".join(offsets).encode() + b"\n"
    stream, last = zlib.compress(first + inner), max(numbers)
    out = io.BytesIO(b"%PDF-1.5\n")
    out.seek(0, io.SEEK_END)
    at = out.tell()
    out.write(f"{last + 1} 0 obj\n<< /Type /ObjStm /N {len(numbers)} /First {len(first)} /Filter /FlateDecode /Length "
              f"{len(stream)} >>\nstream\n".encode() + stream + b"\nendstream\nendobj\n")
    table_at, rows = out.tell(), bytearray(b"\x00\x00\x00\x00\xff\xff")
    for number in range(1, last + 1):
        rows += struct.pack(">BHHB", 2, 0, last + 1, numbers.index(number)) if number in numbers else b"\x00\x00\x00\x00\x00\x00"
    rows += struct.pack(">BIB", 1, at, 0) + struct.pack(">BIB", 1, table_at, 0)
    table, root = zlib.compress(bytes(rows)), reader.trailer.raw_get("/Root").idnum
    out.write(f"{last + 2} 0 obj\n<< /Type /XRef /Size {last + 3} /W [1 4 1] /Root {root} 0 R /Filter /FlateDecode /Length "
              f"{len(table)} >>\nstream\n".encode() + table + b"\nendstream\nendobj\n" + f"startxref\n{table_at}\n%%EOF\n".encode())
    return out.getvalue()


def action(kind: str, **more: Any) -> DictionaryObject:
    """An action of a PDF, as something that is done when it is opened."""
    found = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    for key, value in more.items():
        found[NameObject(f"/{key}")] = TextStringObject(value)
    return found


def embedded() -> DictionaryObject:
    files = DictionaryObject({NameObject("/Names"): ArrayObject()})
    return DictionaryObject({NameObject("/EmbeddedFiles"): files})


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# --- pictures ------------------------------------------------------------------------------------------------------------


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), *, told: bool = True, turned: bool = False) -> bytes:
    """A picture with a red corner; `told`: with the place where it was taken, `turned`: to be shown on its side."""
    drawn = Image.new("RGB", size, "white")
    ImageDraw.Draw(drawn).rectangle((0, 0, size[0] // 3, size[1] // 3), fill="red")
    exif = Image.Exif()
    if told:
        exif[0x010E] = PLACE.decode()  # the description
        exif[0x8825] = {1: "N", 2: (53.0, 35.0, 27.0), 3: "W", 4: (2.0, 17.0, 0.0)}  # where it was taken
    if turned:
        exif[0x0112] = 6
    out = io.BytesIO()
    drawn.save(out, kind, exif=exif)
    return out.getvalue()


def claimed(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it has that many points."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\x00")) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# --- documents of word processors ----------------------------------------------------------------------------------------


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def docx(more: Mapping[str, str | bytes] | None = None, *, kinds: str = "", text: str = "A report") -> bytes:
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>{kinds}</Types>",
        "_rels/.rels": relations(("officeDocument", "word/document.xml", "")),
        "word/document.xml": f"<w:document xmlns:w='{WORD}'><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>",
    }
    return archive(parts | dict(more or {}))


def relations(*told: tuple[str, str, str]) -> str:
    """(kind, target, mode) of each relation."""
    rows = "".join(f"<Relationship Id='r{number}' Type='{OFFICE}/{kind}' Target='{target}'"
                   + (f" TargetMode='{mode}'" if mode else "") + "/>" for number, (kind, target, mode) in enumerate(told))
    return f"<Relationships xmlns='{RELATIONS}'>{rows}</Relationships>"


def odt(more: Mapping[str, str | bytes] | None = None, *, entry: str = "", kind: str = ODT_KIND) -> bytes:
    namespace = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    parts: dict[str, str | bytes] = {
        "mimetype": kind,
        "META-INF/manifest.xml": f"<m:manifest xmlns:m='{namespace}'><m:file-entry>{entry}</m:file-entry></m:manifest>",
        "content.xml": "<office>A report</office>",
    }
    return archive(parts | dict(more or {}))
