"""What is kept of a file that is handed in: a sound one as it is, a picture drawn anew, and nothing of one that could do harm."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import time
from collections.abc import Mapping

import pytest
from PIL import Image
from pypdf.generic import TextStringObject

from pep_admin.document_words import MediaType
from pep_admin.exceptions import Refused
from pep_admin.uploads import apart, office_files, read_upload
from pep_admin.uploads.looking import look
from pep_admin.uploads.names import LONGEST_NAME, clean_name
from tests.uploads import making

MEGABYTE = 1024 * 1024
MOST = 2 * MEGABYTE


def sentence(name: str, data: bytes, most: int = MOST) -> str:
    """How the file is refused; "" where it is kept. Looked at here, not in a process of its own."""
    try:
        look(data, name[name.rfind("."):] if "." in name else "", most)
    except Refused as no:
        [finding] = no.findings
        assert (finding.field, finding.code, finding.severity) == ("file", "DATA-file", "blocking")
        return finding.message
    return ""


SOUND: Mapping[str, tuple[str, bytes, MediaType]] = {
    "a PDF": ("report.pdf", making.pdf(), MediaType.PDF),
    "a PDF in capitals": ("REPORT.PDF", making.pdf(), MediaType.PDF),
    "a PDF with its objects in a stream": ("report.pdf", making.pdf(compressed=True), MediaType.PDF),
    "a picture": ("photo.jpg", making.picture(), MediaType.JPEG),
    "a picture with the longer ending": ("photo.jpeg", making.picture(), MediaType.JPEG),
    "a drawing": ("drawing.png", making.picture("PNG"), MediaType.PNG),
    "a picture from the web": ("photo.webp", making.picture("WEBP"), MediaType.JPEG),
    "a Word document": ("plan.docx", making.docx(), MediaType.DOCX),
    "a Word document with a link": ("plan.docx", making.docx({"word/_rels/document.xml.rels": making.relations(
        ("hyperlink", "https://www.bury.gov.uk", "External"))}), MediaType.DOCX),
    "a Word document of the school's own letter paper": ("plan.docx", making.docx({"word/_rels/settings.xml.rels": making.relations(
        ("attachedTemplate", "file:///C:\\Letters\\School.dotx", "External"))}), MediaType.DOCX),
    "an OpenDocument text": ("plan.odt", making.odt(), MediaType.ODT),
}

JS = TextStringObject("app.alert(1)")
HOSTILE: Mapping[str, tuple[str, bytes, str]] = {
    "a page of the web as PDF": ("report.pdf", b"<html><script>alert(1)</script></html>", "not what its ending"),
    "a program as PDF": ("report.pdf", b"MZ\x90\x00" + b"\x00" * 200, "not what its ending"),
    "a drawing that runs": ("drawing.svg", b"<svg onload='alert(1)'/>", "SVG"),
    "a drawing that runs as PNG": ("drawing.png", b"<svg onload='alert(1)'/>", "not what its ending"),
    "a page before a PDF": ("report.pdf", b"<script>x</script>" + making.pdf(), "not what its ending"),
    "a PDF that is called a program": ("report.pdf.exe", making.pdf(), "ending .exe"),
    "a PDF without an ending": ("report", making.pdf(), "no ending"),
    "a picture called PDF": ("report.pdf", making.picture(), "a JPEG picture stands in it"),
    "a Word document called PDF": ("report.pdf", making.docx(), "a Word document stands in it"),
    "a PDF called Word document": ("report.docx", making.pdf(), "a PDF stands in it"),
    "an old Word document": ("report.doc", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old kind"),
    "an old Word document called new": ("report.docx", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "not what its ending"),
    "a Word document with macros": ("report.docm", making.docx(), "macros"),
    "a spreadsheet": ("marks.xlsx", making.archive({"xl/workbook.xml": "<x/>"}), "spreadsheet"),
    "an archive": ("all.zip", making.archive({"a.pdf": "x"}), "Unpack it"),
    "an archive called Word document": ("all.docx", making.archive({"a.pdf": "x"}), "not what its ending"),
    "plain text": ("report.txt", b"Hello", "Plain text"),
    "a telephone's picture": ("photo.heic", b"\x00\x00\x00\x18ftypheic", "HEIC"),
    # PDFs that do something
    "a PDF with a program": ("report.pdf", making.pdf(root={"/OpenAction": making.action("JavaScript", JS=JS)}), "more than show"),
    "the same, packed": ("report.pdf", making.pdf(root={"/OpenAction": making.action("JavaScript", JS=JS)}, compressed=True),
                         "more than show"),
    "a program by its key alone, packed": ("report.pdf", making.pdf(root={"/AA": making.action("Odd", JS=JS)}, compressed=True),
                                           "more than show"),
    "a PDF that starts a program": ("report.pdf", making.pdf(root={"/OpenAction": making.action("Launch", F="cmd.exe")}),
                                    "more than show"),
    "the same, its name disguised": ("report.pdf", making.pdf(root={"/OpenAction": making.action("Launch")}).replace(
        b"/Launch", b"/L#61unch"), "more than show"),
    "a PDF with files in it": ("report.pdf", making.pdf(root={"/Names": making.embedded()}), "more than show"),
    "the same, packed too": ("report.pdf", making.pdf(root={"/Names": making.embedded()}, compressed=True), "more than show"),
    "a program that no table lists": ("report.pdf", making.pdf() + b"\n99 0 obj\n<< /S /JavaScript >>\nendobj\n", "more than show"),
    "a PDF with a password": ("report.pdf", making.locked_pdf(), "password"),
    "a PDF that is an archive too": ("report.pdf", making.pdf() + making.archive({"x.exe": "MZ"}), "archive"),
    "a PDF without a page": ("report.pdf", making.pdf(pages=0), "no page"),
    "half a PDF": ("report.pdf", b"%PDF-1.7\nnothing behind it", "damaged"),
    # pictures
    "half a picture": ("photo.jpg", making.picture()[:300], "damaged"),
    "a picture of more points than there are": ("drawing.png", making.claimed(60_000, 60_000), "50 million points"),
    "a picture of just too many": ("drawing.png", making.claimed(8_000, 8_000), "50 million points"),
    "a picture whose points are not there": ("drawing.png", making.claimed(3_000, 3_000), "damaged"),
    # documents of word processors
    "macros in a Word document": ("plan.docx", making.docx({"word/vbaProject.bin": b"x"}), "macro"),
    "macros by another name": (
        "plan.docx", making.docx(kinds="<Override ContentType='application/vnd.ms-office.vbaProject'/>"), "macro"),
    "a document that says it may have macros": (
        "plan.docx", making.docx(kinds="<x ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/>"), "macro"),
    "an object in a Word document": ("plan.docx", making.docx({"word/embeddings/oleObject1.xml": "x"}), "foreign object"),
    "a control in a Word document": ("plan.docx", making.docx({"word/activeX/activeX1.xml": "x"}), "foreign object"),
    "a template from elsewhere": ("plan.docx", making.docx({"word/_rels/settings.xml.rels": making.relations(
        ("attachedTemplate", "https://evil.example/t.dotm", "External"))}), "from elsewhere"),
    "a template from another machine": ("plan.docx", making.docx({"word/_rels/settings.xml.rels": making.relations(
        ("attachedTemplate", "file:///\\\\evil\\t.dotm", "External"))}), "from elsewhere"),
    "a picture from elsewhere": ("plan.docx", making.docx({"word/_rels/document.xml.rels": making.relations(
        ("image", "https://evil.example/x.png", "External"))}), "from elsewhere"),
    "a relation to an object": ("plan.docx", making.docx({"word/_rels/document.xml.rels": making.relations(
        ("oleObject", "x.xml", ""))}), "foreign object"),
    "a definition of its own": ("plan.docx", making.docx(
        {"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><w:document xmlns:w='x'>&b;</w:document>"}), "cannot be read"),
    "a text that is none": ("plan.docx", making.docx({"word/document.xml": "<w:document"}), "cannot be read"),
    "a way out of the archive": ("plan.docx", making.docx({"../../etc/passwd": "x"}), "cannot be read"),
    "a whole path in the archive": ("plan.docx", making.docx({"/etc/passwd": "x"}), "cannot be read"),
    "a program in the archive": ("plan.docx", making.docx({"word/media/x.EXE": "MZ"}), "macro"),
    "macros in an OpenDocument text": ("plan.odt", making.odt({"Basic/Standard/Module1.xml": "x"}), "macro"),
    "an object in an OpenDocument text": ("plan.odt", making.odt({"Object 1/content.xml": "x"}), "foreign object"),
    "an OpenDocument text with a password": ("plan.odt", making.odt(entry="<m:encryption-data/>"), "password"),
    "an OpenDocument text without a text": ("plan.odt", making.archive({"mimetype": making.ODT_KIND}), "cannot be read"),
    "an OpenDocument table": ("plan.odt", making.odt(kind="application/vnd.oasis.opendocument.spreadsheet"), "not what its ending"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_is_kept(name: str) -> None:
    given, data, media = SOUND[name]
    assert sentence(given, data) == ""
    found, kept = look(data, given[given.rfind("."):], MOST)
    assert found is media
    if media in (MediaType.PDF, MediaType.DOCX, MediaType.ODT):
        assert kept == data


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_could_do_harm_is_refused_with_a_sentence(name: str) -> None:
    given, data, words = HOSTILE[name]
    assert words in sentence(given, data)


# --- pictures ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp")])
def test_of_a_picture_its_points_alone_are_kept(kind: str, ending: str) -> None:
    given = making.picture(kind)
    assert making.PLACE in given and dict(Image.open(io.BytesIO(given)).getexif())
    _, kept = look(given, ending, MOST)
    drawn = Image.open(io.BytesIO(kept))
    assert making.PLACE not in kept and not dict(drawn.getexif()) and b"Exif" not in kept
    assert drawn.size == (60, 40) and set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_is_hung_behind_a_picture_is_not_kept() -> None:
    _, kept = look(making.picture() + b"<?php evil(); ?>" + making.archive({"x": "y"}), ".jpg", MOST)
    assert b"php" not in kept and b"PK" not in kept


def test_a_picture_on_its_side_is_kept_upright_and_no_larger_than_a_page_needs() -> None:
    _, kept = look(making.picture(turned=True), ".jpg", MOST)
    red = Image.open(io.BytesIO(kept))
    assert red.size == (40, 60)
    assert red.convert("RGB").getpixel((38, 2))[0] > 200 and red.convert("RGB").getpixel((38, 2))[1] < 80
    _, kept = look(making.picture(size=(4_800, 1_200)), ".jpg", MOST)
    assert Image.open(io.BytesIO(kept)).size == (2_400, 600)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_pictures_of_other_colours_are_kept_too(mode: str) -> None:
    out = io.BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (8, 8)).save(out, kind)
    media, kept = look(out.getvalue(), ".jpg" if mode == "CMYK" else ".png", MOST)
    assert media is (MediaType.JPEG if mode == "CMYK" else MediaType.PNG)
    assert Image.open(io.BytesIO(kept)).size == (8, 8)


def test_a_drawing_that_would_be_too_large_is_kept_as_jpeg_and_one_that_still_is_refused() -> None:
    noise = Image.frombytes("RGB", (400, 400), os.urandom(400 * 400 * 3))
    out = io.BytesIO()
    noise.save(out, "PNG")
    media, kept = look(out.getvalue(), ".png", 200_000)
    assert media is MediaType.JPEG and len(kept) < 200_000 < len(out.getvalue())
    assert "This picture would take more" in sentence("noise.png", out.getvalue(), 1_000)


def test_a_transparent_drawing_that_becomes_jpeg_has_a_white_ground() -> None:
    clear = Image.frombytes("RGBA", (300, 300), os.urandom(300 * 300 * 4))
    clear.putalpha(0)
    out = io.BytesIO()
    clear.save(out, "PNG")
    media, kept = look(out.getvalue(), ".png", 60_000)
    assert media is MediaType.JPEG
    assert Image.open(io.BytesIO(kept)).getpixel((5, 5)) == (255, 255, 255)


# --- names -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "kept"), [
    ("C:\\Users\\tess\\Robin.pdf", "Robin.pdf"), ("../../etc/passwd.pdf", "passwd.pdf"), ("  My   report .pdf", "My report.pdf"),
    ("Ṣọlá’s वर्ष.pdf", "Ṣọlá’s वर्ष.pdf"), ("क्\u200dष.pdf", "क्\u200dष.pdf"), ("Cafe\u0301.pdf", "Caf\u00e9.pdf"),
    ("a" * 500 + ".pdf", "a" * (LONGEST_NAME - 4) + ".pdf"), ("=cmd.pdf", "=cmd.pdf"), ("<b>.pdf", "<b>.pdf"),
])
def test_a_name_is_kept_without_its_folders_in_one_line(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["report\u202efdp.exe", "a\x00b.pdf", "a\nb.pdf", "a\u2066b.pdf", "a\u200eb.pdf", "a\u2028b.pdf",
                                   "a\ud800b.pdf", "", ".pdf", "   .pdf", "/", "..pdf", "a/"])
def test_a_name_that_hides_something_or_is_none_is_refused(given: str) -> None:
    with pytest.raises(Refused) as no:
        clean_name(given)
    assert no.value.findings[0].check == "file-name"


# --- in a process of its own -------------------------------------------------------------------------------------------------


def handed_in(name: str, data: bytes, most: int = MOST) -> str:
    try:
        read_upload(name, io.BytesIO(data), largest=most)
    except Refused as no:
        return no.findings[0].message
    return ""


def test_a_file_is_looked_at_in_a_process_of_its_own() -> None:
    upload = read_upload("x/photo.jpg", io.BytesIO(given := making.picture()), largest=MOST)
    assert (upload.name, upload.media, upload.given_sha256) == ("photo.jpg", MediaType.JPEG, hashlib.sha256(given).hexdigest())
    assert upload.sha256 == hashlib.sha256(upload.data).hexdigest() and making.PLACE not in upload.data
    again = read_upload("photo.jpg", io.BytesIO(given), largest=MOST)
    assert again.data == upload.data, "the same picture is drawn the same way"
    assert "SVG" in handed_in("a.svg", b"<svg/>") and "damaged" in handed_in("a.pdf", b"%PDF-1.7 x")


@pytest.mark.parametrize(("data", "words"), [
    (b"", "empty"), (b"  \r\n\x00\x00", "empty"), (making.pdf() + b" " * MOST, "larger than 2 MB"),
])
def test_an_empty_file_and_one_that_is_too_large_are_refused_before_they_are_looked_at(data: bytes, words: str) -> None:
    assert words in handed_in("report.pdf", data)


@pytest.mark.slow
def test_a_document_that_unpacks_to_a_hundred_times_its_size_is_refused() -> None:
    bomb = making.docx({"word/media/x.xml": b"0" * (office_files.LARGEST_UNPACKED + 1)})
    assert len(bomb) < 200_000
    assert "unpacks to more than 100 MB" in handed_in("bomb.docx", bomb)
    many = making.docx({f"word/{number}.xml": "x" for number in range(office_files.MOST_PARTS + 1)})
    assert "cannot be read" in handed_in("many.docx", many)


@pytest.mark.slow
def test_a_file_that_breaks_its_reader_is_refused_and_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock, the memory and the end of the process, each by a process that runs into it."""
    real = subprocess.run
    for said in ("import time; time.sleep(60)", "import os; os.abort()", "x = bytearray(8 << 30)", "print('not what we say')",
                 "raise SystemExit(3)", "print('{\"media\": \"application/pdf\", \"size\": 5}'); print('x')"):
        monkeypatch.setattr(apart, "SECONDS", 1)
        limited = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); " + said
        monkeypatch.setattr(subprocess, "run", lambda words, limited=limited, **more: real([words[0], "-c", limited], **more))
        begun = time.monotonic()
        assert "could not be looked at" in handed_in("report.pdf", making.pdf()), said
        assert time.monotonic() - begun < 5


def test_the_process_knows_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEP_ADMIN_DATABASE_URL", "postgresql://secret")
    seen = {}
    real = subprocess.run

    def run(words: list[str], **more: object) -> object:
        seen.update(more)
        return real(words, **more)  # type: ignore[call-overload]  # as it came

    monkeypatch.setattr(subprocess, "run", run)
    assert handed_in("report.pdf", making.pdf()) == "" and seen["env"] == {}
