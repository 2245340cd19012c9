"""A child's own names in text that people typed: found as whole words, whatever their case and accents, and masked; and how any
name is compared with another.

Names of two letters are not looked for: too much else is written with them. What is done about a name is its caller's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

SHORTEST = 3
MASK = "[name]"
# Letters that are their own in Unicode and that people leave out all the same; the signs that stand for ' and -.
_PLAIN = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th",
    "\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u2010": "-", "\u2013": "-",
})


def as_compared(name: str | None) -> str:
    """A name as it is compared with another: case does not matter, and any space is one."""
    return " ".join((name or "").split()).casefold()


def mask_names(text: str, names: Iterable[str]) -> str:
    """The text with each of those names, and each part of a name in two or more words, written as MASK."""
    masked, after = "", 0
    for start, end in _found(text, names):
        masked, after = f"{masked}{text[after:start]}{MASK}", end
    return masked + text[after:]


def holds_name(text: str, names: Iterable[str]) -> bool:
    """Whether one of those names, or a part of one, stands in the text as a word."""
    return bool(_found(text, names))


def _found(text: str, names: Iterable[str]) -> list[tuple[int, int]]:
    """Where the names stand, from one place to before another."""
    wanted = {each for name in names for each in _words(name) if sum(sign.isalnum() for sign in each) >= SHORTEST}
    if not wanted:
        return []
    longest_first = "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in sorted(wanted, key=len, reverse=True))
    plain, places = _folded(text)
    places.append(len(text))
    found = re.finditer(rf"(?<![^\W_])(?:{longest_first})(?![^\W_])", plain)
    return [(places[each.start()], places[each.end()]) for each in found]


def _words(name: str) -> set[str]:
    """A name as it is looked for: whole, and each part of it that is written large: "van" in "van der Berg" is none."""
    parts = [part for part in re.split(r"[\s\u2010-\u2013-]+", name) if part[:1].isupper() or name.islower()]
    return {" ".join(_folded(each)[0].split()) for each in (name, *parts)}


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in small letters without accents and unseen signs, and the place in `text` that each of them comes from."""
    letters, places = [], []
    for place, sign in enumerate(text):
        for letter in unicodedata.normalize("NFKD", sign).casefold().translate(_PLAIN):
            if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf":
                letters.append(letter)
                places.append(place)
    return "".join(letters), places
