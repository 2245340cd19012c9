"""Attainment from a list, one row a child and subject: judgements of a point in time, into Part 2 of the PEP of a term.

A subject that the PEP has already gets the new judgement. Whose PEP it is, and writing, are part_two.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pep_admin.attainment_words import kept
from pep_admin.imports.child_numbers import CHILD_COLUMNS
from pep_admin.imports.files import Table
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.kinds import Kind, Part, Plan, Step, no_step
from pep_admin.imports.part_two import TERM, Line, List, Where, plan_lines, read_options, storing
from pep_admin.pep_form import Document
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding

ATTAINMENT_LIST = Layout((
    *CHILD_COLUMNS,
    Column("subject", "Subject", needed=True),
    Column("current", "Now", ("Current", "Current attainment", "Current grade"), needed=True),
    Column("expected", "Expected at the end of the phase", ("Expected", "Expected attainment", "Predicted grade")),
    Column("target", "Target", ("Target grade",)),
    Column("on_track", "Against age", ("On track",), needed=True),
    Column("progress", "Progress from their own start", ("Progress", "Progress from own start")),
), most_rows=60_000)


def plan_attainment(
    session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """Which subjects are new, and which get another judgement."""
    what = List("learning", "attainment", "child and subject", _subject, find_line, kept=_kept)
    return plan_lines(session, what, tables["attainment"], options, today=today, step=step)


def find_line(given: Line, lines: Sequence[Line]) -> Where | Finding:
    """The line of the same subject; a new one where there is none."""
    same = [place for place, line in enumerate(lines) if _subject(line) == _subject(given)]
    if len(same) > 1:
        return Finding("attainment-lines", "HB-4.1", "subject", f"The PEP has {len(same)} lines of this subject. Change the right "
                       "one on its page.")
    return Where(same[0], keeps=("subject",)) if same else Where(None)


def _kept(line: Line, document: Document) -> Line:
    return kept(line, document.child.year_group, document.year)


def _subject(line: Line) -> str:
    return " ".join((line.get("subject") or "").split()).casefold()


ATTAINMENT = Kind(
    key="attainment",
    title="Attainment",
    intro="A list of children with a judgement in each subject. It goes into Part 2 of each child’s PEP; a subject that is there "
          "already gets the new judgement. What is signed or sent stays as it is.",
    thing=("judgement", "judgements"),
    permission=Permission.IMPORT_RUN,
    parts=(Part("attainment", "The list of attainment", ATTAINMENT_LIST, "CSV or a workbook (.xlsx)."),),
    plan=plan_attainment,
    store=storing("learning", "attainment"),
    options=(TERM,),
    read_options=read_options,
)
