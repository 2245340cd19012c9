"""What is withheld and stands elsewhere all the same: an address, a sentence of the confidential history (HB-3.11).

Read with the eyes of the rules, so that nothing is missed because its writer may not see it. No message quotes what it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pep_admin.pep_form import Document, Field, Kind, visible
from pep_admin.validators.findings import Finding, Severity
from pep_admin.vocabulary import Audience, Part

LONGEST_RUN = 8
"""Words in a row that are nobody's by chance."""
SHORTEST_SENTENCE = 5
"""Words of a sentence that is looked for as a whole."""
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})\b")
_LONG = {"rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive", "cl": "close", "ct": "court",
         "cr": "crescent", "cres": "crescent", "gdns": "gardens", "gr": "grove", "pl": "place", "sq": "square", "terr": "terrace"}
_STREETS = frozenset({*_LONG.values(), "way", "mews"})
"""What ends the name of a street and hardly ever that of a school or a house."""


class Place(NamedTuple):
    """A text of the document: its field, its row ("" for none), what people call it, and who may read it."""

    field: str
    row: str
    label: str
    text: str
    readers: frozenset[Audience]


def check_withheld(document: Document, part: Part) -> list[Finding]:
    """RD-111 a withheld address, RD-112 (warning) a sentence of the confidential history, in the texts of that part."""
    places = list(_places(document, part))
    return [*_addresses(document, places), *(_histories(document, places) if part is not Part.SOCIAL_CARE else ())]


def check_note(document: Document, text: str) -> list[Finding]:
    """RD-111 for words beside the parts that the school reads at once, such as a note on a target: they are not stored so."""
    return list(_addresses(document, [Place("what", "", "What was seen", text, frozenset({Audience.SCHOOL}))]))


def _addresses(document: Document, places: list[Place]) -> Iterator[Finding]:
    withheld = document.answer("address_withheld_from")
    address = document.answer("placement_address") or document.answer("home_address")
    if withheld not in ("parents", "school") or not address:
        return
    kept_from = {Audience.CHILD, Audience.PARENT} | ({Audience.SCHOOL} if withheld == "school" else set())
    given_away, codes = _streets(address), _postcodes(address)
    severity: Severity = "blocking" if document.numbers.withheld_address_blocks else "warning"
    for place in places:
        if kept_from & place.readers and (codes & _postcodes(place.text) or _holds(place.text, given_away)):
            message = f"The address is withheld, but a part of it stands in “{place.label}”. Take any address out of there."
            yield Finding("RD-111", "HB-3.11", place.field, message, severity, row=place.row)


def _histories(document: Document, places: list[Place]) -> Iterator[Finding]:
    runs = _runs(document.answer("confidential_history") or "")
    for place in places:
        if runs and _holds(place.text, runs):
            message = f"“{place.label}” repeats a sentence from the confidential history. Take it out, or move it."
            yield Finding("RD-112", "HB-3.11", place.field, message, "warning", row=place.row)


# --- where it may stand ------------------------------------------------------------------------------------------------------


def _places(document: Document, part: Part) -> Iterator[Place]:
    for found in document.fields(part.value):
        readers = frozenset(each for each in (Audience.SCHOOL, Audience.CHILD, Audience.PARENT) if visible(found, each))
        if readers:
            told = _texts(found, document.answer(found.key))
            yield from (Place(found.key, row, found.label, text, readers) for row, text in told)
    if part is Part.EDUCATION:
        yield from _beside(document)


def _texts(found: Field, value: Any) -> Iterator[tuple[str, str]]:
    if found.kind in (Kind.LINE, Kind.PARA) and value:
        yield "", value
    elif found.kind is Kind.ROWS:
        for number, row in enumerate(value or (), start=1):
            text = "\n".join(str(row[column.key]) for column in found.columns
                             if column.kind in (Kind.LINE, Kind.PARA) and row.get(column.key))
            yield str(row.get("id") or number), text


def _beside(document: Document) -> Iterator[Place]:
    """The targets, which every copy holds, and what is asked for, which the school and finance read."""
    everyone = frozenset({Audience.SCHOOL, Audience.CHILD, Audience.PARENT})
    for target in document.targets:
        text = "\n".join((target.need, target.support_what, target.support_when, target.support_where, target.support_who,
                          target.support_how_often, target.outcome, target.baseline, target.success_measure, target.child_wording,
                          target.from_plan))
        yield Place("targets", str(target.id), f"Target {target.number}", text, everyone)
    for request in document.requests:
        text = "\n".join((request.description, request.provider, request.unit, request.measure_before, request.measure_after,
                          request.beyond_ordinary, request.child_said))
        yield Place("requests", str(request.id), "What the money is for", text, frozenset({Audience.SCHOOL}))


# --- finding it again ----------------------------------------------------------------------------------------------------------


def _plain(text: str) -> list[str]:
    """The words, without case and punctuation, short forms of streets written out."""
    words = re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))
    return [_LONG.get(word, word) for word in words]


def _holds(text: str, runs: frozenset[tuple[str, ...]]) -> bool:
    words = _plain(text)
    by_length = {len(run) for run in runs}
    return any(tuple(words[at : at + length]) in runs for length in by_length for at in range(len(words) - length + 1))


def _postcodes(text: str) -> frozenset[str]:
    return frozenset(f"{first}{last}" for first, last in _POSTCODE.findall(text.casefold()))


def _streets(address: str) -> frozenset[tuple[str, ...]]:
    """What of an address gives it away: a street with its number, its name alone where it reads as a street's, and, where there is
    no number, the name of the house. Towns do not."""
    pieces = [words for piece in re.split(r"[,;\n]", _POSTCODE.sub(" ", address.casefold())) if (words := _plain(piece))]
    numbered = [words for words in pieces if words[0][0].isdigit() and len(words) > 1]
    named = [words[1:] if words in numbered else words for words in pieces]
    streets = [words for words in named if len(words) > 1 and words[-1] in _STREETS]
    house = [] if numbered or not pieces or len(pieces[0]) < 2 else [pieces[0]]
    return frozenset(map(tuple, (*numbered, *streets, *house)))


def _runs(history: str) -> frozenset[tuple[str, ...]]:
    """Every sentence of five to eight words, and every eight words in a row of longer ones."""
    found: set[tuple[str, ...]] = set()
    for sentence in re.split(r"[.!?\n]+", history):
        words = _plain(sentence)
        if SHORTEST_SENTENCE <= len(words) <= LONGEST_RUN:
            found.add(tuple(words))
        found |= {tuple(words[at : at + LONGEST_RUN]) for at in range(len(words) - LONGEST_RUN + 1)}
    return frozenset(found)
