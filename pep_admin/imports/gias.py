"""The national register of schools (GIAS) as a file: its columns by name, and what one row says of a school.

The register's extracts change their columns without notice: what is not known is left aside, what is missing is left as it stands.
What becomes of a row is schools.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pep_admin.imports.files import Row, Table
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.values import Reading, parse_cell_day
from pep_admin.validators.findings import Finding
from pep_admin.validators.schools import LONGEST_NAME
from pep_admin.vocabulary import SchoolKind, SchoolPhase

REGISTER = Layout(
    (
        Column("urn", "URN", needed=True),
        Column("name", "EstablishmentName", needed=True),
        Column("authority", "LA (code)"),
        Column("number", "EstablishmentNumber"),
        Column("type", "TypeOfEstablishment (code)"),
        Column("type_name", "TypeOfEstablishment (name)"),
        Column("status", "EstablishmentStatus (code)"),
        Column("status_name", "EstablishmentStatus (name)"),
        Column("closed", "CloseDate"),
        Column("changed", "LastChangedDate"),
        Column("phase", "PhaseOfEducation (code)"),
        Column("phase_name", "PhaseOfEducation (name)"),
        Column("youngest", "StatutoryLowAge"),
        Column("oldest", "StatutoryHighAge"),
        Column("ukprn", "UKPRN"),
        Column("town", "Town"),
        Column("postcode", "Postcode"),
        Column("phone", "TelephoneNum"),
        Column("head_title", "HeadTitle (name)"),
        Column("head_first", "HeadFirstName"),
        Column("head_last", "HeadLastName"),
    ),
    most_rows=75_000,  # the register had 50,421 rows in 2023, closed schools among them
)
LINKS = Layout(
    (
        Column("urn", "URN", needed=True),
        Column("other", "LinkURN", needed=True),
        Column("type", "LinkType", needed=True),
        Column("since", "LinkEstablishedDate"),
    ),
    most_rows=150_000,
)
OPEN, CLOSED, CLOSING, TO_OPEN = 1, 2, 3, 4
_STATUSES = {"open": OPEN, "closed": CLOSED, "open, but proposed to close": CLOSING, "proposed to open": TO_OPEN}

# The register's codes of types; a type that is not named here is told by its words, else a School.
_TYPES = {
    SchoolKind.SPECIAL: (7, 8, 10, 12, 33, 36, 44),
    SchoolKind.ALTERNATIVE: (14, 24, 38, 42, 43, 49, 57),
    SchoolKind.NURSERY: (15, 47, 48),
    SchoolKind.COLLEGE: (18, 29, 31, 32, 39, 45, 46),
}
_KIND_OF_TYPE = {code: kind for kind, codes in _TYPES.items() for code in codes}
_KIND_BY_WORDS = (
    ("special post", SchoolKind.COLLEGE), ("special", SchoolKind.SPECIAL), ("pupil referral", SchoolKind.ALTERNATIVE),
    ("alternative provision", SchoolKind.ALTERNATIVE), ("secure", SchoolKind.ALTERNATIVE), ("online", SchoolKind.ALTERNATIVE),
    ("nursery", SchoolKind.NURSERY), ("children's centre", SchoolKind.NURSERY), ("education college", SchoolKind.COLLEGE),
    ("further education", SchoolKind.COLLEGE), ("higher education", SchoolKind.COLLEGE), ("sixth form", SchoolKind.COLLEGE),
    ("16 to 19", SchoolKind.COLLEGE), ("16-19", SchoolKind.COLLEGE),
)
_PHASE_OF_CODE = {1: SchoolPhase.EARLY_YEARS, 2: SchoolPhase.PRIMARY, 3: SchoolPhase.PRIMARY, 4: SchoolPhase.SECONDARY,
                  5: SchoolPhase.SECONDARY, 6: SchoolPhase.POST_16, 7: SchoolPhase.ALL_THROUGH}
_PHASES = {"nursery": 1, "primary": 2, "middle deemed primary": 3, "secondary": 4, "middle deemed secondary": 5, "16 plus": 6,
           "all-through": 7}
_PHASE_OF_KIND = {SchoolKind.NURSERY: SchoolPhase.EARLY_YEARS, SchoolKind.COLLEGE: SchoolPhase.POST_16}


class RegisterRow(NamedTuple):
    """One row that can be used: its number, what it says by column of School, the register's status (None: not told)."""

    number: int
    given: dict[str, Any]
    status: int | None
    changed_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether children can be taught there: open, or proposed to close."""
        return self.status in (OPEN, CLOSING) or (self.status is None and self.given.get("closed_on") is None)


def read_register_row(row: Row, *, today: date) -> tuple[RegisterRow | None, list[Finding]]:
    """What the row says, or what is wrong with it, by the keys of REGISTER's columns."""
    cells = Reading(row)
    if row.is_shifted:
        return None, cells.problems
    cells.figures("urn", count=6)
    cells.words("name", longest=LONGEST_NAME)
    cells.words("town", longest=100)
    cells.words("postcode", longest=8)
    cells.words("phone", longest=40)
    cells.figures("ukprn", count=8)
    _read_number(cells)
    _read_head(cells)
    _read_kind_and_phase(cells)
    status = _code(row["status"], row["status_name"], _STATUSES)
    changed_on = cells.day("changed", "changed_on")
    cells.values.pop("changed_on", None)
    _read_closing(cells, status, today)
    for key in ("urn", "name"):
        if not cells.values.get(key) and all(each.field != key for each in cells.problems):
            cells.problem(key, "This must not be empty.", "DATA-school")
    if cells.problems:
        return None, cells.problems
    return RegisterRow(row.number, cells.values, status, changed_on if changed_on and changed_on <= today else None), []


def read_links(table: Table) -> dict[str, str]:
    """The successor of each school by their URNs; of several the one linked last. Links of other kinds say nothing."""
    found: dict[str, tuple[date, str]] = {}
    for row in table.rows():
        pair = _successor(row)
        if pair is None:
            continue
        try:
            since = parse_cell_day(row["since"])
        except ValueError:
            since = date.min
        found[pair[0]] = max(found.get(pair[0], (date.min, "")), (since, pair[1]))
    return {urn: successor for urn, (_, successor) in found.items()}


def headings() -> dict[str, str]:
    """The register's heading of each column that is read, by its key."""
    return {each.key: each.heading for each in REGISTER.columns}


# --- the cells -------------------------------------------------------------------------------------------------------------


def _successor(row: Row) -> tuple[str, str] | None:
    """(school, its successor), whichever of the two the row is about."""
    kind, urn, other = row["type"].casefold(), row["urn"], row["other"]
    if not urn or not other or urn == other:
        return None
    if kind.startswith("successor"):
        return urn, other
    return (other, urn) if kind.startswith("predecessor") else None


def _read_number(cells: Reading) -> None:
    """The authority's number, and it together with the establishment's."""
    authority = cells.figures("authority", "local_authority_code", count=3)
    number = cells.figures("number", "laestab", count=4)
    if authority and number:
        cells.values["laestab"] = authority + number
    elif number:
        del cells.values["laestab"]


def _read_head(cells: Reading) -> None:
    names = [cells.row[key] for key in ("head_title", "head_first", "head_last")]
    if any(names[1:]):
        cells.take("head_last" if names[2] else "head_first", "head_name", lambda _: _within(" ".join(filter(None, names)), 200))


def _within(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(f"The head's name has more than {longest} characters.")
    return " ".join(text.split())


def _read_kind_and_phase(cells: Reading) -> None:
    """Left as they stand where the file has no type, or neither a phase nor ages."""
    row = cells.row
    kind = _kind(row["type"], row["type_name"])
    if kind is not None:
        cells.values["kind"] = kind
    phase = _PHASE_OF_CODE.get(_code(row["phase"], row["phase_name"], _PHASES) or 0) or _phase_of_ages(row) or _PHASE_OF_KIND.get(
        kind or SchoolKind.SCHOOL)
    if phase is not None:
        cells.values["phase"] = phase


def _kind(code: str, words: str) -> SchoolKind | None:
    if code.isascii() and code.isdigit() and int(code) in _KIND_OF_TYPE:
        return _KIND_OF_TYPE[int(code)]
    told = words.casefold().replace("’", "'")
    found = next((kind for part, kind in _KIND_BY_WORDS if part in told), None)
    return found or (SchoolKind.SCHOOL if code or words else None)


def _phase_of_ages(row: Row) -> SchoolPhase | None:
    """Where the register calls no phase (special, independent and other schools), the ages that are taught tell it."""
    ages = [row[key].removesuffix(".0") for key in ("youngest", "oldest")]
    if not all(each.isascii() and each.isdigit() for each in ages):
        return None
    low, high = (int(each) for each in ages)
    if high <= 5:
        return SchoolPhase.EARLY_YEARS
    if low >= 16:
        return SchoolPhase.POST_16
    if high <= 12:
        return SchoolPhase.PRIMARY
    return SchoolPhase.SECONDARY if low >= 10 else SchoolPhase.ALL_THROUGH


def _code(code: str, words: str, names: dict[str, int]) -> int | None:
    """The register's code, or the one of its words where the file has only these."""
    figures = code.removesuffix(".0")
    if figures.isascii() and figures.isdigit():
        return int(figures)
    return names.get(" ".join(words.split()).casefold())


def _read_closing(cells: Reading, status: int | None, today: date) -> None:
    """The status wins over the day: an open school has no closing day, but one that is proposed to close may have it ahead."""
    closed_on = cells.day("closed", "closed_on")
    if status == CLOSED and closed_on is not None and closed_on > today:
        cells.problem("closed", "The school is said to be closed, on a day that is still to come.", "DATA-dates", "school-closed")
    elif status in (OPEN, TO_OPEN):
        cells.values["closed_on"] = closed_on if closed_on and closed_on > today else None


def walk_register(table: Table, *, today: date) -> Iterator[tuple[Row, RegisterRow | None, list[Finding]]]:
    """Every row with what it says, or what is wrong with it."""
    for row in table.rows():
        yield row, *read_register_row(row, today=today)
