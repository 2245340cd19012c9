"""Fonts of a PDF: kept once, shared by many, and honest about what they cannot draw."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pep_admin.documents import pdf_fonts
from pep_admin.documents.pdf_fonts import FontSet, prepare_fonts


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> FontSet:
    """What a machine without any font package of Debian has."""
    return prepare_fonts(tmp_path_factory.mktemp("fonts"), tmp_path_factory.mktemp("none"))


def test_fonts_are_written_once_under_their_digest(tmp_path: Path) -> None:
    first = prepare_fonts(tmp_path / "fonts", tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    pdf_fonts._prepared.cache_clear()  # as another process begins

    second = prepare_fonts(tmp_path / "fonts", tmp_path)

    assert {path: path.stat().st_mtime_ns for path in second.folder.iterdir()} == stamps
    assert {face.file for face in first.faces} == {path.name for path in stamps}
    assert [face.weight for face in first.faces] == ["normal", "bold", "normal", "bold"]


def test_a_font_that_vanished_or_was_cut_short_is_written_again(tmp_path: Path) -> None:
    fonts = prepare_fonts(tmp_path / "fonts", tmp_path)
    gone, cut = (fonts.folder / face.file for face in fonts.faces[:2])
    whole = cut.read_bytes()
    gone.unlink()
    cut.write_bytes(whole[:1000])

    prepare_fonts(tmp_path / "fonts", tmp_path)

    assert gone.is_file()
    assert cut.read_bytes() == whole


def test_many_at_once_leave_whole_fonts_and_nothing_else(tmp_path: Path) -> None:
    failures: list[BaseException] = []
    gate = threading.Barrier(8)

    def prepare() -> None:
        gate.wait()
        try:
            for data in (b"a" * 200_000, b"b" * 200_000):
                pdf_fonts._keep(tmp_path / f"{data[:1].decode()}.ttf", data)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=prepare) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == {"a.ttf": 200_000, "b.ttf": 200_000}


def test_a_machine_without_debian_fonts_is_told_which_packages_would_help(bundled: FontSet) -> None:
    assert bundled.families == ("Noto Sans", "FiraGO")
    assert bundled.missing == ("fonts-noto-core", "fonts-wqy-microhei", "fonts-dejavu-core")


def test_an_installed_font_is_taken_in_its_place_of_the_stack(tmp_path: Path, bundled: FontSet) -> None:
    stand_in = (bundled.folder / bundled.faces[0].file).read_bytes()  # any font will do
    (tmp_path / "noto").mkdir()
    (tmp_path / "noto" / "NotoSansArabic-Regular.ttf").write_bytes(stand_in)

    fonts = prepare_fonts(tmp_path / "cache", tmp_path)

    assert fonts.families == ("Noto Sans", "Noto Sans Arabic", "FiraGO")
    assert fonts.missing == ("fonts-wqy-microhei", "fonts-dejavu-core")


@pytest.mark.parametrize(
    "name", ["Zoë", "Łukasz", "Nguyễn", "Ṣọlá", "O'Brien", "Ελένη", "Юлия", "שלום", "محمد عبد الله", "Ŵŷn", "Şiğ"]
)
def test_names_that_the_bundled_fonts_draw_come_through_untouched(bundled: FontSet, name: str) -> None:
    ink = bundled.ink()

    assert ink(name) == name
    assert ink.unprintable == 0


@pytest.mark.parametrize(
    ("text", "printed", "count"),
    [
        ("李", "[U+674E]", 1),
        ("Mei 李 and 김", "Mei [U+674E] and [U+AE40]", 2),
        ("किरण", "[U+0915][U+093F][U+0930][U+0923]", 4),  # would be drawn, and wrongly
        ("ਕਿਰਨ", "[U+0A15][U+0A3F][U+0A30][U+0A28]", 4),
        ("ខ្មែរ", "[U+1781][U+17D2][U+1798][U+17C2][U+179A]", 5),
        ("well done \U0001f44d", "well done [U+1F44D]", 1),
    ],
)
def test_what_cannot_be_drawn_rightly_becomes_its_code_point_and_is_counted(
    bundled: FontSet, text: str, printed: str, count: int
) -> None:
    ink = bundled.ink()

    assert ink(text) == printed
    assert ink.unprintable == count


def test_a_letter_missing_from_a_joined_script_is_named_and_the_rest_is_kept(bundled: FontSet) -> None:
    ink = bundled.ink()

    assert ink("کتاب") == "کتا[U+0628]"  # FiraGO has beh for the beginning and middle of a word, not for standing alone
    assert ink.unprintable == 1


def test_text_made_printable_twice_is_the_same_and_counted_once(bundled: FontSet) -> None:
    ink = bundled.ink()
    once = ink("李 and 김, کتاب")

    assert ink(once) == once
    assert ink.unprintable == 3


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Zoe\u0308", "Zoë"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("one\u00a0two\tthree\u2003four", "one two three four"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("soft\u00adhyphen \ufeffmark", "softhyphen mark"),
        ("\u2708\ufe0e".replace("\u2708", "\u2192"), "\u2192"),
    ],
)
def test_controls_and_direction_marks_are_dropped_and_spaces_made_plain(bundled: FontSet, text: str, printed: str) -> None:
    ink = bundled.ink()

    assert ink(text) == printed
    assert ink.unprintable == 0


@given(text=st.text(max_size=80))
def test_whatever_comes_out_can_be_drawn(bundled: FontSet, text: str) -> None:
    printed = bundled.ink()(text)

    assert bundled.ink()(printed) == printed
    assert all(char == "\n" or ord(char) in bundled.covered for char in printed)
