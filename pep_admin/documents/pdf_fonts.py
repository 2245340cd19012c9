"""The fonts of a PDF, and which characters they can draw.

Fonts come from the `pymupdf_fonts` package and, where the machine has them, from Debian font packages; they are copied once into a
folder of their own, the only one that a PDF may read. What no font draws is replaced by its code point, never left blank.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import pymupdf_fonts
from reportlab.pdfbase.ttfonts import TTFontFile
from xhtml2pdf.util import shape_frag_text


@dataclass(frozen=True, slots=True)
class Family:
    """A font family: its upright and, where there is one, its bold face; and the Debian package that brings it, "" when bundled."""

    name: str
    normal: str
    bold: str = ""
    package: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """One font file in the folder; `weight` as CSS says it."""

    family: str
    weight: str
    file: str


DEBIAN_FONTS = Path("/usr/share/fonts/truetype")
FAMILIES = (
    Family("Noto Sans", "notos", "notosbo"),
    Family("Noto Sans Arabic", "noto/NotoSansArabic-Regular.ttf", "noto/NotoSansArabic-Bold.ttf", "fonts-noto-core"),
    Family("FiraGO", "figo", "figbo"),
    Family("WenQuanYi Micro Hei", "wqy/wqy-microhei.ttc", package="fonts-wqy-microhei"),
    Family("DejaVu Sans", "dejavu/DejaVuSans.ttf", package="fonts-dejavu-core"),  # its bold face lacks the smileys
)
"""In the order in which a character looks for a font that draws it. Noto Sans CJK is no choice: its outlines cannot be embedded."""

_ARABIC_WORD = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc\u200c\u200d]+")
_JOINERS = "\u200c\u200d"
# Scripts whose letters move or merge in ways that the engine does not know: it would draw them wrongly and say nothing.
_UNSHAPED = ((0x0700, 0x074F), (0x07C0, 0x07FF), (0x0900, 0x0DFF), (0x0E80, 0x109F), (0x1780, 0x18AF))


@dataclass(frozen=True, slots=True)
class FontSet:
    """Fonts ready in `folder`, in the order in which each character looks for one that draws it.

    `covered` holds the code points that can be drawn upright and bold; `missing` names the Debian packages that would add more.
    """

    folder: Path
    faces: tuple[Face, ...]
    covered: frozenset[int] = field(repr=False)
    missing: tuple[str, ...]
    plain: _Plain = field(repr=False, compare=False)

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(face.family for face in self.faces))

    def ink(self) -> Ink:
        """A fresh counter for one document."""
        return Ink(self)


class Ink:
    """Makes any text printable in a set of fonts; `unprintable` counts the characters that became [U+674E]."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self.unprintable = 0

    def __call__(self, text: str) -> str:
        """The text in NFC, with spaces plain, controls and direction marks gone, and what no font draws as its code point.

        Line ends become \\n. Text that was made printable before comes back as it is and is not counted again.
        """
        if text.isascii() and text.isprintable():
            return text
        text = _ARABIC_WORD.sub(self._arabic, unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
        plain = self._fonts.plain
        printable = text.translate(plain)
        self.unprintable += sum(1 for char in text if ord(char) in plain.refused)
        return printable

    def _arabic(self, found: re.Match[str]) -> str:
        """A word of joined script is judged as it will be drawn: each letter in the form that its neighbours give it.

        A letter taken out changes its neighbours' forms, so it is looked at again until all that is left can be drawn.
        """
        letters = list(found[0])
        while undrawn := self._undrawn(letters):
            for place in undrawn:
                letters[place] = _code_point(letters[place])
            self.unprintable += len(undrawn)
        return "".join(letters)

    def _undrawn(self, letters: list[str]) -> list[int]:
        word = "".join(letters)
        shaped = shape_frag_text(word) or word
        if all(ord(char) in self._fonts.covered or char in _JOINERS for char in shaped):
            return []
        standing = [place for place, letter in enumerate(letters) if len(letter) == 1]
        if len(shaped) != len(word):  # letters merged, marks dropped: nobody can say which is which
            return standing
        starts = list(accumulate(map(len, letters), initial=0))
        return [
            place
            for place in standing
            if ord(shaped[starts[place]]) not in self._fonts.covered and shaped[starts[place]] not in _JOINERS
        ]


class _Plain(dict[int, str]):
    """What each code point is printed as, worked out when it is first met; `refused` are those no font draws."""

    def __init__(self, covered: frozenset[int]) -> None:
        super().__init__()
        self._covered = covered
        self.refused: set[int] = set()

    def __missing__(self, code: int) -> str:
        self[code] = printed = self._printed(chr(code))
        return printed

    def _printed(self, char: str) -> str:
        kind = unicodedata.category(char)
        if char == "\n" or kind in ("Zl", "Zp"):
            return "\n"
        if kind == "Zs" or char in "\t\v\f":
            return " "
        if char in _JOINERS and ord(char) in self._covered:
            return char
        if kind in ("Cc", "Cf", "Cs") or _chooses_a_variant(ord(char)):
            return ""
        if ord(char) in self._covered and not _needs_shaping(ord(char)):
            return char
        self.refused.add(ord(char))
        return _code_point(char)


def _code_point(char: str) -> str:
    return f"[U+{ord(char):04X}]"


def _needs_shaping(code: int) -> bool:
    return any(first <= code <= last for first, last in _UNSHAPED)


def _chooses_a_variant(code: int) -> bool:
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


# --- the folder --------------------------------------------------------------------------------------------------------


def prepare_fonts(folder: Path, installed: Path = DEBIAN_FONTS) -> FontSet:
    """The fonts of this machine, each copied into `folder` under its digest unless it is there already.

    `installed` is where Debian puts fonts. Several processes may do this at once. OSError when the folder cannot be written.
    """
    fonts = _prepared(folder.resolve(), installed)
    if not all((fonts.folder / face.file).is_file() for face in fonts.faces):
        _prepared.cache_clear()
        fonts = _prepared(folder.resolve(), installed)
    return fonts


@lru_cache(maxsize=8)
def _prepared(folder: Path, installed: Path) -> FontSet:
    found = list(_found(installed))
    folder.mkdir(parents=True, exist_ok=True)
    for face, data in found:
        _keep(folder / face.file, data)
    covered = _covered(found, "normal") & _covered(found, "bold")
    families = {face.family for face, _ in found}
    return FontSet(
        folder=folder,
        faces=tuple(face for face, _ in found),
        covered=covered,
        missing=tuple(family.package for family in FAMILIES if family.name not in families),
        plain=_Plain(covered),
    )


def _found(installed: Path) -> Iterator[tuple[Face, bytes]]:
    """The faces there are. A family without its upright face is left out; one without bold draws bold text upright."""
    for family in FAMILIES:
        if family.package and not (installed / family.normal).is_file():
            continue
        for weight, name in (("normal", family.normal), ("bold", family.bold)):
            if name and (not family.package or (installed / name).is_file()):
                data = (installed / name).read_bytes() if family.package else pymupdf_fonts.myfont(name)
                file = hashlib.sha256(data).hexdigest()[:32] + (Path(name).suffix or ".ttf")
                yield Face(family.name, weight, file), data


def _covered(found: Iterable[tuple[Face, bytes]], weight: str) -> frozenset[int]:
    """The code points that some family draws in that weight, upright standing in for a missing bold."""
    chosen: dict[str, bytes] = {}
    for face, data in found:
        if face.weight == weight or face.family not in chosen:
            chosen[face.family] = data
    return frozenset().union(*(TTFontFile(io.BytesIO(data)).charToGlyph for data in chosen.values())) - {0xFFFF}  # no character


def _keep(target: Path, data: bytes) -> None:
    """Written beside its place and moved there, so that nobody meets half a font; one that was damaged is mended."""
    if target.is_file() and target.read_bytes() == data:
        return
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
