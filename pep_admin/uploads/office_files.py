"""Documents of word processors: archives that must hold a text and nothing that runs, fetches or was hung in as a foreign object.

They are unpacked in memory only, to a limit, and never written anywhere.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

from pep_admin.document_words import MediaType
from pep_admin.uploads.refusing import AS_PDF, refused

LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 5_000
_CHUNK = 1 << 20
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_ODF_ENTRY = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_RUNS = (".bin", ".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".jar", ".class", ".msi", ".scr", ".com", ".hta", ".lnk")
_LOCAL = re.compile(r"(?:file:///)?[A-Za-z]:[\\/]")
_UNSURE = f"This document cannot be read: it is damaged, or not what its ending says. {AS_PDF}"
_TOO_MUCH = f"This document unpacks to more than {LARGEST_UNPACKED // 1024**2} MB, which no text does. {AS_PDF}"
_MORE = f"This document holds a program (a macro) or a foreign object, not only text and pictures. {AS_PDF}"


def media_of_archive(data: bytes) -> MediaType | None:
    """Whether an archive is a Word document or an OpenDocument text; None for any other, and for what is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                return MediaType.DOCX
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= 100:
                return MediaType.ODT if archive.read("mimetype").strip() == MediaType.ODT.encode() else None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return None
    return None


def check_docx(data: bytes) -> None:
    """Refused for macros, controls, embedded objects, and whatever is fetched from elsewhere when the document is opened."""
    parts = _unpacked(data)
    kinds = parts["[Content_Types].xml"].lower()
    if b"macroenabled" in kinds or b"vbaproject" in kinds or b"activex" in kinds or b"oleobject" in kinds:
        raise refused("inside", _MORE)
    if any(name.lower().startswith(("word/activex/", "word/embeddings/", "customui/")) for name in parts):
        raise refused("inside", _MORE)
    for name, content in parts.items():
        if name.lower().endswith(".rels"):
            _check_relations(content)
    _tree(parts["word/document.xml"])


def check_odt(data: bytes) -> None:
    """Refused for macros, embedded objects and a password."""
    parts = _unpacked(data)
    if any(name.lower().startswith(("basic/", "scripts/", "dialogs/")) or name.lower().startswith("object") for name in parts):
        raise refused("inside", _MORE)
    if "META-INF/manifest.xml" not in parts or "content.xml" not in parts:
        raise refused("inside", _UNSURE)
    manifest = _tree(parts["META-INF/manifest.xml"])
    if next(manifest.iter(f"{_ODF_ENTRY}encryption-data"), None) is not None:
        raise refused("inside", f"This document has a password, so it cannot be looked at. {AS_PDF}")
    _tree(parts["content.xml"])


def _unpacked(data: bytes) -> dict[str, bytes]:
    """Every part by its name; read for real, since what an archive says of its sizes may be wrong."""
    found: dict[str, bytes] = {}
    left = LARGEST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_PARTS:
                raise refused("inside", _UNSURE)
            for each in entries:
                _check_entry(each)
                with archive.open(each) as part:
                    content = bytearray()
                    while chunk := part.read(min(_CHUNK, left + 1)):
                        content += chunk
                        if (left := left - len(chunk)) < 0:
                            raise refused("inside", _TOO_MUCH)
                found[each.filename] = bytes(content)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        raise refused("inside", _UNSURE) from None
    return found


def _check_entry(each: zipfile.ZipInfo) -> None:
    name = each.filename
    if each.flag_bits & 0x1:
        raise refused("inside", f"This document has a password, so it cannot be looked at. {AS_PDF}")
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
        raise refused("inside", _UNSURE)
    if name.lower().endswith(_RUNS):
        raise refused("inside", _MORE)


def _check_relations(content: bytes) -> None:
    """A link in the text may lead out, and a template lie on the writer's own disk; what is fetched by itself from elsewhere may
    not."""
    for each in _tree(content).iter(_RELATION):
        kind = (each.get("Type") or "").rpartition("/")[2].lower()
        is_own = kind == "hyperlink" or (kind == "attachedtemplate" and _LOCAL.match(each.get("Target") or ""))
        if (each.get("TargetMode") or "").lower() == "external" and not is_own:
            raise refused("inside", f"This document fetches something from elsewhere when it is opened. {AS_PDF}")
        if kind in ("vbaproject", "oleobject", "package", "control", "activexcontrolbinary"):
            raise refused("inside", _MORE)


def _tree(content: bytes) -> ElementTree.Element:
    """The XML of a part, without a definition of its own type: that is where such files are made to explode."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content[:4]:
        raise refused("inside", _UNSURE)
    try:
        return ElementTree.fromstring(content)  # noqa: S314  # no type definition, an own process, a limit of memory
    except ElementTree.ParseError:
        raise refused("inside", _UNSURE) from None
