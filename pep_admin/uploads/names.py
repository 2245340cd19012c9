"""The name of a file as it came: without the folders that some browsers send along, of a length that can be kept.

A name that reads otherwise than it is written is refused, never mended: its ending could be another than people see.
"""

from __future__ import annotations

import re
import unicodedata

from pep_admin.uploads.refusing import refused

LONGEST_NAME = 200
"""Characters of a name that are kept, its ending among them."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Kinds of characters that are not seen, or turn the direction of what follows."""
_JOINERS = "\u200c\u200d"
"""Part of names in several scripts, and of emoji."""
_ENDING = re.compile(r"\.[^.\s]{1,10}")


def clean_name(given: str) -> str:
    """The last part of the path, in one line; Refused where characters hide how it reads, or nothing is left of it."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2])
    if any(unicodedata.category(each) in _HIDDEN and each not in _JOINERS for each in name):
        raise refused("name", "The name of this file holds characters that cannot be seen or that turn the text around. Rename the "
                      "file, and add it again.")
    name = " ".join(name.split())
    stem, ending = name[: -len(ending_of(name)) or None], ending_of(name)
    if not stem.strip(" ."):
        raise refused("name", "This file has no name. Give it one with an ending, like “report.pdf”, and add it again.")
    return stem[: LONGEST_NAME - len(ending)].rstrip() + ending


def ending_of(name: str) -> str:
    """The ending with its dot, as it is written; "" where there is none."""
    found = _ENDING.fullmatch(name, max(name.rfind("."), 0))
    return found[0] if found and name.rfind(".") >= 0 else ""
