"""Attendance from a list, one row a child: sessions from the start of the year to a day, into Part 2 of the PEP of a term.

Later figures take the place of earlier ones. Whose PEP it is, and writing, are part_two.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.imports.child_numbers import CHILD_COLUMNS
from pep_admin.imports.files import Table
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.kinds import Kind, Part, Plan, Step, no_step
from pep_admin.imports.part_two import TERM, Line, List, Where, plan_lines, read_options, storing
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.validators.records import check_figures_day

ATTENDANCE_LIST = Layout((
    *CHILD_COLUMNS,
    Column("possible", "Possible sessions", ("Sessions possible", "Possible"), needed=True),
    Column("present", "Attended", ("Sessions attended", "Sessions present", "Present"), needed=True),
    Column("authorised", "Authorised absence", ("Sessions authorised", "Authorised absences", "Authorised")),
    Column("unauthorised", "Unauthorised absence", ("Sessions unauthorised", "Unauthorised absences", "Unauthorised")),
    Column("late", "Times late", ("Lates", "Late marks", "Late")),
    Column("figures_to", "Figures up to", ("Figures to", "Up to", "To date"), needed=True),
))


def plan_attendance(
    session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """Whose figures are new, and whose take the place of earlier ones."""

    def wrong(given: Line) -> Finding | None:
        return next(iter(check_figures_day(given.get("figures_to"), today=today)), None)

    what = List("attendance", "attendance", "child", lambda line: "", find_line, wrong)
    return plan_lines(session, what, tables["attendance"], options, today=today, step=step)


def find_line(given: Line, lines: Sequence[Line]) -> Where | Finding:
    """The line of the same day; else the only one, where its figures are older; a new one where there is none."""
    day = given.get("figures_to")
    if day is None:
        return Where(None)  # refused in its turn: the day must be there
    same = [place for place, line in enumerate(lines) if line["figures_to"] == day]
    if len(same) == 1:
        return Where(same[0])
    if not lines:
        return Where(None)
    if len(lines) > 1:
        message = f"The PEP has {len(lines)} lines of attendance. Change the right one on its page."
        return Finding("attendance-lines", "HB-4.1", "figures_to", message)
    if lines[0]["figures_to"] > day:
        return Finding("attendance-later", "HB-4.1", "figures_to", f"The PEP has later figures already, up to "
                       f"{format_day(lines[0]['figures_to'])}. Change them on its page if these are the right ones.")
    return Where(0, starts_anew=True)


ATTENDANCE = Kind(
    key="attendance",
    title="Attendance",
    intro="A list of children with their sessions (half days) from the start of the year to a day. The figures go into Part 2 of "
          "each child’s PEP; later ones take the place of earlier ones. What is signed or sent stays as it is.",
    thing=("attendance figure", "attendance figures"),
    permission=Permission.IMPORT_RUN,
    parts=(Part("attendance", "The list of attendance", ATTENDANCE_LIST, "CSV or a workbook (.xlsx)."),),
    plan=plan_attendance,
    store=storing("attendance", "attendance"),
    options=(TERM,),
    read_options=read_options,
)
