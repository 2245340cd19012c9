"""The roll from a list with names, as a social care system gives it out: one row a child.

What the columns mean is here; comparing with the roll and storing are joining.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pep_admin.imports.files import Row, Table
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.joining import SHORT_BREAKS, Comparison, Wanted, store_joining
from pep_admin.imports.kinds import Kind, Option, Part, Plan, Step, no_step
from pep_admin.imports.values import Reading
from pep_admin.permissions import Permission
from pep_admin.validators.children import LONGEST_NAME
from pep_admin.validators.identifiers import parse_upn
from pep_admin.vocabulary import LegalStatus, SenStatus
from pep_admin.workflow.taking import refuse

ROLL_LIST = Layout((
    Column("lcs_id", "LCS number", ("LCS ID", "Care record number", "Child ID", "Person ID", "Client ID")),
    Column("first_name", "First name", ("Forename", "Given name")),
    Column("last_name", "Last name", ("Surname", "Family name")),
    Column("known_as", "Known as", ("Preferred name",)),
    Column("date_of_birth", "Date of birth", ("DOB", "Birth date"), needed=True),
    Column("upn", "UPN", ("Unique pupil number",)),
    Column("entered_care_on", "Entered care", ("Date started", "Care start date", "Date entered care", "CLA start date")),
    Column("left_care_on", "Left care", ("Date ended", "Care end date", "Date left care", "CLA end date")),
    Column("notified_on", "Virtual School told on", ("Notified on",)),
    Column("legal_status", "Legal status", ("Legal status code",)),
    Column("sen_status", "SEN status", ("SEN",)),
))
HEADINGS = {each.key: each.heading for each in ROLL_LIST.columns}
LONGEST_NUMBER = 40  # as the table holds
WHOLE = (("yes", "The whole roll: children in care who are not in it are named"), ("no", "A part of the roll"))
_CODE = re.compile(r"\b([A-Z][0-9])\b", re.ASCII)
_SEN = {
    "ehcp": SenStatus.EHCP, "ehc plan": SenStatus.EHCP, "support": SenStatus.SUPPORT, "sen": SenStatus.SUPPORT,
    "sen support (k)": SenStatus.SUPPORT, "none": SenStatus.NONE, "no": SenStatus.NONE,
}


def plan_roll(
    session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """Who would be taken into care, and what would be corrected."""
    comparison = Comparison(session, "roll", HEADINGS, today=today)
    comparison.plan_of(_children(tables["roll"], step))
    if options.get("whole", "yes") == "yes":
        comparison.name_missing()
    return comparison.plan


def read_options(given: Mapping[str, str]) -> dict[str, Any]:
    """Whether the list is the whole roll; raises Refused for any other word than those of WHOLE."""
    whole = given.get("whole") or "yes"
    if whole not in dict(WHOLE):
        raise refuse("roll-whole", "DATA-shape", "Choose whether this is the whole roll.", "whole")
    return {"whole": whole}


def read_legal_status(text: str) -> LegalStatus:
    """The status by its code, alone or among words, or by its label; ValueError for an unknown one."""
    code = _CODE.search(text.upper())
    for each in LegalStatus:
        if (code and each.value == code[1]) or each.label.casefold() == text.casefold():
            return each
    raise ValueError("This is no legal status of a child in care. Give its code in the looked-after return, like C2 or V2.")


def short_break_in(text: str) -> str:
    """The code of short breaks in a cell, which put nobody on the roll; "" where there is none."""
    code = _CODE.search(text.upper())
    return code[1] if code and code[1] in SHORT_BREAKS else ""


def _children(table: Table, step: Step) -> Iterator[Wanted]:
    for row in table.rows():
        step(1)
        yield _read(row)


def _read(row: Row) -> Wanted:
    cells = Reading(row)
    if row.is_shifted:
        return Wanted(row.number, {}, cells.problems)
    cells.words("lcs_id", longest=LONGEST_NUMBER)
    for key in ("first_name", "last_name", "known_as"):
        cells.words(key, longest=LONGEST_NAME)
    for key in ("date_of_birth", "entered_care_on", "notified_on", "left_care_on"):
        cells.day(key)
    cells.take("upn", "upn", parse_upn)
    cells.take("sen_status", "sen_status", _read_sen)
    broken = short_break_in(row["legal_status"])
    if not broken:
        cells.take("legal_status", "legal_status", read_legal_status)
    return Wanted(row.number, _facts(cells), cells.problems, left_on=cells.values.pop("left_care_on", None), short_break=broken,
                  ref=row["lcs_id"] or row["upn"])


def _facts(cells: Reading) -> dict[str, Any]:
    """What the row gives; a name or SEN status that is cleared is empty, never nothing."""
    empty = {"first_name": "", "last_name": "", "sen_status": SenStatus.NONE}
    return {key: empty.get(key) if value is None else value for key, value in cells.values.items() if key != "left_care_on"}


def _read_sen(text: str) -> SenStatus:
    wanted = " ".join(text.split()).casefold()
    for each in SenStatus:
        if wanted in (each.value.casefold(), each.label.casefold()):
            return each
    if wanted not in _SEN:
        raise ValueError("This must be N (no SEN), K (SEN support) or E (education, health and care plan).")
    return _SEN[wanted]


ROLL = Kind(
    key="roll",
    title="The roll, from a list with names",
    intro="A list of children in care from the social care system, one row a child. New children come onto the roll, what differs "
          "is corrected. Who has left care, or is not in the list, is named for you to settle; nobody is taken off the roll.",
    thing=("child", "children"),
    permission=Permission.CHILD_EDIT,
    parts=(Part("roll", "The list of children", ROLL_LIST, "CSV or a workbook (.xlsx)."),),
    plan=plan_roll,
    store=store_joining,
    leads_to="pep_children.index_view",
    options=(Option("whole", "What the list is", choices=WHOLE, default="yes"),),
    read_options=read_options,
)
