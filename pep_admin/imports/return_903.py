"""The roll from a looked-after return (SSDA903): header, episodes and, if wanted, OC2, which know numbers and no names.

What the columns and codes mean, and how episodes join to times in care, is here; comparing with the roll and storing are
joining.py's. The return's URN is the placement's with its inspectorate, never a school's, and is not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.imports.files import Row, Table
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.joining import SHORT_BREAKS, Comparison, Home, Period, Sdq, Wanted, store_joining
from pep_admin.imports.kinds import Kind, Option, Part, Plan, Step, no_step
from pep_admin.imports.roll_list import LONGEST_NUMBER, WHOLE, read_legal_status
from pep_admin.imports.roll_list import read_options as read_whole
from pep_admin.imports.values import Reading
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.validators.identifiers import parse_upn
from pep_admin.validators.records import HIGHEST_SDQ
from pep_admin.vocabulary import LegalStatus, PlacementKind
from pep_admin.workflow.taking import refuse

HEADER = Layout((
    Column("lcs_id", "CHILD", needed=True),
    Column("date_of_birth", "DOB", needed=True),
    Column("upn", "UPN", needed=True),
    *(Column(name.lower(), name) for name in ("SEX", "ETHNIC", "MOTHER", "MC_DOB")),
))
EPISODES = Layout((
    Column("lcs_id", "CHILD", needed=True),
    Column("started_on", "DECOM", needed=True),
    Column("reason_new", "RNE", needed=True),
    Column("legal_status", "LS", needed=True),
    Column("place", "PLACE"),
    Column("ended_on", "DEC", needed=True),
    Column("reason_ended", "REC"),
    *(Column(name.lower(), name) for name in ("CIN", "PLACE_PROVIDER", "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN")),
), most_rows=100_000)
OC2 = Layout((
    Column("lcs_id", "CHILD", needed=True),
    Column("sdq", "SDQ_SCORE", needed=True),
    *(Column(name.lower(), name) for name in (
        "DOB", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK", "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE",
        "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED")),
))
"""Columns whose meaning is nothing to the roll are named in the layouts, so that no note counts them as unknown."""
HEADINGS = {"lcs_id": "CHILD", "date_of_birth": "DOB", "upn": "UPN", "entered_care_on": "DECOM", "legal_status": "LS",
            "left_care_on": "DEC", "sdq": "SDQ_SCORE"}
_FIELD_OF = {"started_on": "entered_care_on", "ended_on": "left_care_on", "legal_status": "legal_status"}
KINDS_OF_HOME = {
    **dict.fromkeys(("U1", "U2", "U3", "Q1"), PlacementKind.KINSHIP),
    **dict.fromkeys(("U4", "U5", "U6", "Q2"), PlacementKind.FOSTER),
    **dict.fromkeys(("A3", "A4", "A5", "A6"), PlacementKind.ADOPTIVE),
    **dict.fromkeys(("K1", "R5"), PlacementKind.SECURE),
    **dict.fromkeys(("K2", "R1", "S1"), PlacementKind.RESIDENTIAL),
    **dict.fromkeys(("H5", "P2"), PlacementKind.SUPPORTED),
    "P1": PlacementKind.PARENTS,
}
"""Our kinds of home by the return's codes of placements; any other code is Other."""
NO_UPN = frozenset({"UN1", "UN2", "UN3", "UN4", "UN5"})
"""What stands in the return's UPN where there is none, and why: for us, none is known."""
SAME_PLACEMENT = "L"
"""RNE of an episode in which the legal status alone is new: the child lives where it lived."""
STARTED = "S"
"""RNE of an episode that begins a time in care."""


class _Episode(NamedTuple):
    number: int
    started_on: date
    ended_on: date | None
    reason_new: str
    reason_ended: str
    legal_status: LegalStatus | None
    short_break: str
    kind: PlacementKind | None


@dataclass(slots=True)
class _Episodes:
    """The episodes of one child that can be read, and what is wrong with the others."""

    rows: list[_Episode]
    problems: list[Finding]


def plan_return(
    session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """Who would be taken into care, with the times in care and the homes of the return, and what would be corrected."""
    comparison = Comparison(session, "header", HEADINGS, today=today)
    episodes, latest = _read_episodes(tables["episodes"], comparison, step)
    year_end = date(options["year"], 3, 31) if options.get("year") else _end_of_year(latest)
    totals = _read_totals(tables["oc2"], comparison) if "oc2" in tables else {}
    wanted = [_child(row, episodes, totals, year_end) for row in tables["header"].rows()]
    comparison.plan_of(wanted)
    if options.get("whole", "yes") == "yes":
        comparison.name_missing(frozenset(episodes))
    notes = comparison.plan.outcome.notes
    if strangers := (set(episodes) | set(totals)) - {each.facts.get("lcs_id") for each in wanted}:
        notes.append(f"Numbers in the other files that are not in the header were passed over: {len(strangers):,}.")
    if totals and year_end is not None:
        notes.append(f"The return gives no day for its SDQ totals: they are recorded for {format_day(year_end)}, the end of "
                     "its year.")
    return comparison.plan


def read_options(given: Mapping[str, str]) -> dict[str, Any]:
    """Whether the return is the whole roll, and the year in which it ends (None: told from its episodes); raises Refused."""
    year = given.get("year", "").strip()
    if year and not (year.isascii() and year.isdigit() and 1990 <= int(year) <= 2100):
        raise refuse("roll-year", "DATA-shape", "Give the year in which the return ends, like 2024 for the year to 31 Mar "
                     "2024.", "year")
    return {**read_whole(given), "year": int(year) if year else None}


# --- the files -------------------------------------------------------------------------------------------------------------


def _child(row: Row, episodes: Mapping[str, _Episodes], totals: Mapping[str, Reading], year_end: date | None) -> Wanted:
    cells = Reading(row)
    if row.is_shifted:
        return Wanted(row.number, {}, cells.problems)
    lcs_id = cells.words("lcs_id", longest=LONGEST_NUMBER) or ""
    cells.day("date_of_birth")
    if row["upn"].upper() not in NO_UPN:
        cells.take("upn", "upn", parse_upn)
    if not lcs_id:
        cells.problem("lcs_id", "This must not be empty.", "DATA-child")
    child = Wanted(row.number, dict(cells.values), cells.problems, ref=lcs_id)
    _add_care(child, episodes.get(lcs_id))
    _add_total(child, totals.get(lcs_id), year_end)
    return child


def _add_care(child: Wanted, episodes: _Episodes | None) -> None:
    """Times in care, status and homes; a child without episodes has none, and cannot be new."""
    if episodes is None:
        child.unsettled = Finding("roll-no-episode", "DATA-roll", "", "The return has no episode of this child, so nothing says "
                                  "since when they are in care. Enter the child by hand if they are.")
        return
    child.problems += episodes.problems
    if child.problems:
        return
    in_order = sorted(episodes.rows, key=lambda each: (each.started_on, each.ended_on or date.max, each.number))
    if problem := _disorder(in_order):
        child.problems.append(problem)
        return
    last = in_order[-1]
    child.periods = join_episodes([each for each in in_order if not each.short_break])
    child.short_break, child.left_on = last.short_break, last.ended_on
    if child.periods:
        child.facts |= {"entered_care_on": child.periods[-1].started_on, "legal_status": last.legal_status}


def join_episodes(episodes: Sequence[_Episode]) -> tuple[Period, ...]:
    """The times in care that episodes in their order make up: RNE S begins one, and so does a day after a gap."""
    periods: list[list[_Episode]] = []
    for each in episodes:
        before = periods[-1][-1].ended_on if periods else None
        if before is None or each.reason_new == STARTED or each.started_on > before:
            periods.append([])
        periods[-1].append(each)
    return tuple(Period(each[0].started_on, each[-1].ended_on, _homes(each), f"Return code {each[-1].reason_ended or 'unknown'}")
                 for each in periods)


def _homes(episodes: Sequence[_Episode]) -> tuple[Home, ...]:
    """The homes of a time in care; none where its first is not told, because what follows a move would stand alone."""
    homes: list[Home] = []
    for each in episodes:
        if each.kind is None or (homes and each.reason_new == SAME_PLACEMENT and homes[-1].kind is each.kind):
            continue
        homes.append(Home(each.kind, each.started_on))
    return tuple(homes) if episodes[0].kind is not None else ()


def _disorder(episodes: Sequence[_Episode]) -> Finding | None:
    """Episodes of a child follow one another: each ends, on or after its first day, before the next begins."""
    for each, following in zip(episodes, [*episodes[1:], None], strict=True):
        if each.ended_on is not None and each.ended_on < each.started_on:
            return _wrong("left_care_on", f"The episode in row {each.number} ends before it begins.")
        if following is not None and (each.ended_on is None or each.ended_on > following.started_on):
            return _wrong("entered_care_on", f"The episode in row {following.number} begins before the one in row {each.number} "
                          "has ended.")
    return None


def _read_episodes(table: Table, comparison: Comparison, step: Step) -> tuple[dict[str, _Episodes], date | None]:
    """The episodes by the child's number, and the latest day that any of them names; a row of no child is refused by itself."""
    found: dict[str, _Episodes] = defaultdict(lambda: _Episodes([], []))
    latest: date | None = None
    for row in table.rows():
        step(1)
        cells = Reading(row)
        episode = None if row.is_shifted else _episode(cells)
        if not row["lcs_id"]:
            _refuse_row(comparison, table, cells)
            continue
        child = found[" ".join(row["lcs_id"].split())]
        child.problems += [_wrong(_FIELD_OF.get(each.field, ""), f"Row {row.number} of the episodes: {each.message}", each.code)
                           for each in cells.problems]
        if episode is not None:
            child.rows.append(episode)
            latest = max(filter(None, (latest, episode.started_on, episode.ended_on)))
    return dict(found), latest


def _episode(cells: Reading) -> _Episode | None:
    row = cells.row
    cells.words("lcs_id", longest=LONGEST_NUMBER)
    started_on, ended_on = cells.day("started_on"), cells.day("ended_on")
    short_break = row["legal_status"].upper() if row["legal_status"].upper() in SHORT_BREAKS else ""
    status = None if short_break else cells.take("legal_status", "legal_status", read_legal_status)
    for key in ("started_on", "legal_status"):
        if not row[key]:
            cells.problem(key, "This must not be empty.", "DATA-roll")
    if started_on is None or cells.problems:
        return None
    place = row["place"].upper()
    kind = KINDS_OF_HOME.get(place, PlacementKind.OTHER) if place else None
    return _Episode(row.number, started_on, ended_on, row["reason_new"].upper(), row["reason_ended"].upper()[:20], status,
                    short_break, kind)


def _refuse_row(comparison: Comparison, table: Table, cells: Reading) -> None:
    """A row beside the header's that belongs to no child."""
    if not cells.problems:
        cells.problem("lcs_id", "This must not be empty.", "DATA-child")
    headings = {each.key: each.heading for each in table.layout.columns}
    comparison.plan.outcome.refuse(cells.row.number, "", cells.problems, headings, part=table.part)


def _read_totals(table: Table, comparison: Comparison) -> dict[str, Reading]:
    """The rows with something in the place of an SDQ total, by the child's number; a second of one child is a problem."""
    found: dict[str, Reading] = {}
    for row in table.rows():
        cells = Reading(row)
        lcs_id = " ".join(row["lcs_id"].split())
        if not lcs_id or row.is_shifted:
            _refuse_row(comparison, table, cells)
        elif lcs_id in found:
            found[lcs_id].problem("sdq", f"Row {row.number} is about the same child.", "DATA-unique")
        elif row["sdq"]:
            cells.whole("sdq", low=0, high=HIGHEST_SDQ)
            found[lcs_id] = cells
    return found


def _add_total(child: Wanted, cells: Reading | None, year_end: date | None) -> None:
    if cells is None or year_end is None:
        return
    child.problems += [_wrong("sdq", f"Row {cells.row.number} of OC2: {each.message}", each.code) for each in cells.problems]
    total = cells.values.get("sdq")
    child.sdq = Sdq(total, year_end) if total is not None else None


def _end_of_year(latest: date | None) -> date | None:
    """The 31 March on or after the latest day of the return."""
    if latest is None:
        return None
    return date(latest.year + (latest > date(latest.year, 3, 31)), 3, 31)


def _wrong(field: str, message: str, code: str = "DATA-dates") -> Finding:
    return Finding("roll-episode", code, field, message)


RETURN = Kind(
    key="return",
    title="The roll, from a looked-after return (SSDA903)",
    intro="Header, episodes and OC2 of a return. New children come onto the roll under their numbers, with their times in care, "
          "homes and SDQ totals; names are added later. Who has left care, or is not in the return, is named for you to settle.",
    thing=("child", "children"),
    permission=Permission.CHILD_EDIT,
    parts=(
        Part("header", "Header", HEADER, "CSV or a workbook (.xlsx)."),
        Part("episodes", "Episodes", EPISODES),
        Part("oc2", "OC2", OC2, "For SDQ totals.", needed=False),
    ),
    plan=plan_return,
    store=store_joining,
    leads_to="pep_children.index_view",
    joined_by="lcs_id",
    options=(
        Option("year", "Year in which the return ends", "Like 2024 for the year to 31 Mar 2024. Left empty, it is told from the "
               "latest episode. SDQ totals are recorded for its last day."),
        Option("whole", "What the return is", choices=WHOLE, default="yes"),
    ),
    read_options=read_options,
)
