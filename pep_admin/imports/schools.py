"""Schools from the national register: what its file would add and change, compared with what stands.

The register is the master of what SchoolFacts names; all else of a school is the Virtual School's own and not touched. What the
columns mean is gias.py's, storing workflow/register.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pep_admin.imports import gias
from pep_admin.imports.files import Table
from pep_admin.imports.kinds import Kind, Option, Part, Plan, Step, no_step
from pep_admin.imports.outcome import Outcome
from pep_admin.models import School
from pep_admin.permissions import Actor, Permission
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.schools import check_school
from pep_admin.vocabulary import RowFate
from pep_admin.workflow.register import SchoolEntry, SchoolFacts, differences, record_schools
from pep_admin.workflow.taking import MANY, refuse

LABELS = {
    "urn": "URN", "name": "Name", "kind": "Kind", "phase": "Phase", "local_authority_code": "Local authority number",
    "laestab": "LA and establishment number", "ukprn": "UKPRN", "in_borough": "In the borough", "town": "Town",
    "postcode": "Postcode", "phone": "Telephone", "head_name": "Head, by the register", "closed_on": "Closed on",
}
MOST_NUMBERS = 5
"""Rows of one URN that a sentence names; ten thousand of them must not make ten thousand long sentences."""
SHOWN_OF_NEW = ("kind", "phase", "town", "in_borough", "closed_on")
WHICH = (
    ("all", "Every school in the file, closed ones too"),
    ("open", "Open schools, and those that are on record already"),
    ("known", "Only schools that are on record already"),
)
NO_AUTHORITY = ("The program has not been told which local authority it serves (PEP_ADMIN_AUTHORITY_CODE), so it cannot tell which "
                "schools are in the borough: new ones are marked as in it, the others stay as they are.")
NAMESAKE = Finding("school-namesake", "DATA-unique", "urn", "A school of this name is on record without a URN. If it is this one, "
                   "enter the URN on its page and load the file again. If not, give the one on record another name.")
_COLUMN_OF = {"local_authority_code": "authority", "laestab": "number"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A school on record, as the comparison needs it."""

    id: int
    row_version: int
    facts: SchoolFacts
    successor_urn: str | None


def read_options(given: Mapping[str, str]) -> dict[str, Any]:
    """Which schools are wanted: `which` (all, open, known), `authorities` (numbers), `own_authority` (a number, "" for unknown)."""
    which = given.get("which") or "all"
    if which not in dict(WHICH):
        raise refuse("import-which", "DATA-shape", "Choose which schools to load.", "which")
    authorities = given.get("authorities", "").replace(",", " ").replace(";", " ").split()
    if any(len(each) != 3 or not (each.isascii() and each.isdigit()) for each in authorities):
        raise refuse("import-authorities", "DATA-shape", "A local authority's number has three figures, like 351. Put commas "
                     "between several.", "authorities")
    return {"which": which, "authorities": sorted(set(authorities)), "own_authority": given.get("own_authority", "")}


def plan_schools(
    session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """What the register (`register`), with the links between schools where given (`links`), would add and change."""
    successors = gias.read_links(tables["links"]) if "links" in tables else {}
    planning = _Planning(session, options, successors, today)
    for read in _usable(tables["register"], planning, step):
        planning.consider(read)
    return planning.finish()


def store_schools(
    session: Session, work: Sequence[SchoolEntry], *, actor: Actor, today: date, now: datetime, step: Step = no_step
) -> None:
    """Record them (workflow/register.py)."""
    record_schools(session, work, actor=actor, step=step)


# --- what stands -----------------------------------------------------------------------------------------------------------


def _on_record(session: Session) -> dict[str, Standing]:
    """Every school with a URN, by it; read a part at a time, because there may be fifty thousand."""
    after = aliased(School)
    columns = [getattr(School, name) for name in SchoolFacts._fields]
    wanted = (
        select(School.id, School.row_version, after.urn, *columns).outerjoin(after, School.successor_id == after.id)
        .where(School.urn.is_not(None)).execution_options(yield_per=MANY)
    )
    found = (Standing(row[0], row[1], SchoolFacts(*row[3:]), row[2]) for row in session.execute(wanted))
    return {standing.facts.urn: standing for standing in found}


def _names_without_urn(session: Session) -> frozenset[str]:
    return frozenset(_plain(name) for name in session.scalars(select(School.name).where(School.urn.is_(None))))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


# --- the rows --------------------------------------------------------------------------------------------------------------


def _usable(table: Table, planning: _Planning, step: Step) -> Iterator[gias.RegisterRow]:
    """The rows that can be used, in their order. The others are refused, and so are all that share one URN."""
    reads: list[gias.RegisterRow] = []
    numbers: dict[str, list[int]] = {}
    for count, (row, read, problems) in enumerate(gias.walk_register(table, today=planning.today), start=1):
        if count % 1_000 == 0:
            step(1_000)
        if read is None:
            planning.refuse(row.number, f"{row['urn']} {row['name']}", problems)
            continue
        reads.append(read)
        numbers.setdefault(read.given["urn"], []).append(row.number)
    for read in reads:
        same = numbers[read.given["urn"]]
        if len(same) > 1:
            planning.refuse(read.number, f"{read.given['urn']} {read.given['name']}", [_doubled(read.number, same)])
        else:
            yield read


def _doubled(number: int, same: Sequence[int]) -> Finding:
    others = [str(each) for each in same[:MOST_NUMBERS + 1] if each != number][:MOST_NUMBERS]
    more = f" and {len(same) - 1 - len(others):,} more" if len(same) - 1 > len(others) else ""
    message = f"The same URN stands in row {', '.join(others)}{more}. Keep one of them."
    return Finding("school-doubled", "DATA-unique", "urn", message)


class _Planning:
    """A plan in the making: what stands, what was asked for, and which rows have been accepted so far."""

    def __init__(self, session: Session, options: Mapping[str, Any], successors: Mapping[str, str], today: date) -> None:
        self.options, self.successors, self.today = options, successors, today
        self.known, self.names_without_urn = _on_record(session), _names_without_urn(session)
        self.plan, self.headings = Plan(Outcome()), gias.headings()
        self.accepted: list[tuple[int, SchoolFacts, Standing | None]] = []

    def refuse(self, number: int, subject: str, problems: Sequence[Finding], fate: RowFate = RowFate.REFUSED) -> None:
        self.plan.outcome.refuse(number, subject.strip(), problems, self.headings, part="register", fate=fate)

    def consider(self, read: gias.RegisterRow) -> None:
        """Accept the row, refuse it, let it wait, or leave it out because it was not asked for."""
        standing = self.known.get(read.given["urn"])
        if standing is None and not self._is_wanted(read):
            self.plan.outcome.left_out += 1
            return
        facts = self._facts(read, standing)
        if wrong := blocking(check_school(facts)):
            self.refuse(read.number, _subject(facts), [_at_column(each) for each in wrong])
        elif standing is None and _plain(facts.name) in self.names_without_urn:
            self.refuse(read.number, _subject(facts), [NAMESAKE], RowFate.WAITING)
        else:
            self.accepted.append((read.number, facts, standing))

    def finish(self) -> Plan:
        """The plan. A link to a school that is neither on record nor added says nothing."""
        there = {*self.known, *(facts.urn for _, facts, _ in self.accepted)}
        for number, facts, standing in self.accepted:
            successor = self.successors.get(facts.urn)
            self._compare(number, facts, standing, successor if successor in there else None)
        if not self.options.get("own_authority"):
            self.plan.outcome.notes.append(NO_AUTHORITY)
        return self.plan

    def _is_wanted(self, read: gias.RegisterRow) -> bool:
        which, authorities = self.options.get("which", "all"), self.options.get("authorities")
        if which == "known" or (which == "open" and not read.is_open):
            return False
        return not authorities or read.given.get("local_authority_code") in authorities

    def _facts(self, read: gias.RegisterRow, standing: Standing | None) -> SchoolFacts:
        """What the school would be: what the row gives, over what stands."""
        before, given = standing.facts if standing else SchoolFacts("", ""), read.given
        own, authority = self.options.get("own_authority"), given.get("local_authority_code")
        if own and authority:
            given["in_borough"] = authority == own
        if read.status == gias.CLOSED and given.get("closed_on") is None:
            # Many closed schools have no day in the register: the day it was last changed there, or the one on which we heard.
            told = before.closed_on if before.closed_on and before.closed_on <= self.today else None
            given["closed_on"] = told or read.changed_on or self.today
        return before._replace(**given)

    def _compare(self, number: int, facts: SchoolFacts, standing: Standing | None, successor: str | None) -> None:
        outcome, work, subject = self.plan.outcome, self.plan.work, _subject(facts)
        if standing is None:
            new = [(LABELS[name], None, getattr(facts, name)) for name in SHOWN_OF_NEW if getattr(facts, name) is not None]
            outcome.add(number, subject, RowFate.NEW, changes=new, part="register", exact=(facts, successor))
            work.append(SchoolEntry(facts, successor_urn=successor))
            return
        changes = [(LABELS[name], old, new) for name, (old, new) in differences(standing.facts, facts).items()]
        if successor == standing.successor_urn:
            successor = None
        if successor is not None:
            changes.append(("Followed by", standing.successor_urn, successor))
        outcome.add(number, subject, RowFate.CHANGED if changes else RowFate.UNCHANGED, changes=changes, part="register")
        if changes:
            work.append(SchoolEntry(facts, standing.id, standing.row_version, standing.facts, successor))


def _subject(facts: SchoolFacts) -> str:
    return f"{facts.urn} {facts.name}"


def _at_column(finding: Finding) -> Finding:
    """The finding at the register's column instead of the school's."""
    return Finding(finding.check, finding.code, _COLUMN_OF.get(finding.field, finding.field), finding.message)


SCHOOLS = Kind(
    key="schools",
    title="Schools from the national register",
    intro="The school register’s extract (GIAS, “Establishment fields CSV” or “edubasealldata”) brings names, addresses, kinds and "
          "closures up to date. Designated teachers, payments and judgements stay as you keep them.",
    thing=("school", "schools"),
    permission=Permission.SCHOOL_EDIT,
    parts=(
        Part("register", "The register’s file", gias.REGISTER, "CSV as it was downloaded, or a workbook (.xlsx)."),
        Part("links", "The links between schools", gias.LINKS, "The register’s “Establishment links CSV”: which school took over "
             "from which.", needed=False),
    ),
    plan=plan_schools,
    store=store_schools,
    leads_to="pep_schools.index_view",
    options=(
        Option("which", "Which schools", choices=WHICH, default="all"),
        Option("authorities", "Only of these local authorities", "Their numbers with commas between, like 351, 350. Empty for all. "
               "Schools that are on record already are always brought up to date."),
    ),
    read_options=read_options,
)
