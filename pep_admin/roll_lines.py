"""What stands on the record beside the questions of a section: worked out or read from the roll, shown there and never typed.

Each line says in which section it stands, who must not read it, and how it is told of a Document, whose facts are filtered and,
once it is sent, kept (decision 0011). Where a fact comes from is pep_document's; how a page or the PDF looks is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pep_admin.circumstances import latest_sdq, schooling_gaps
from pep_admin.deadlines import format_day
from pep_admin.form_words import SdqBand
from pep_admin.pep_form import EVERY_PHASE, Document, Hide, SuspensionFacts, may_read
from pep_admin.transitions import ahead_of
from pep_admin.vocabulary import Attendance, AttendeeRole, SenStatus

_LEARNERS = ("PRI", "SEC")
_HERE = (Attendance.ATTENDED, Attendance.PART)


@dataclass(frozen=True, slots=True)
class Line:
    """A label and its words; `told` gives "" where there is nothing to say, and the line is left out then."""

    id: str
    section: str
    label: str
    told: Callable[[Document], str]
    hide: Hide = ""
    phases: tuple[str, ...] = EVERY_PHASE


def lines_of(document: Document, section: str) -> list[tuple[str, str]]:
    """The lines of a section that this document's reader may see, as label and words."""
    shown = (each for each in LINES
             if each.section == section and document.phase in each.phases and may_read(each.hide, document.audience))
    return [(each.label, words) for each in shown if (words := each.told(document))]


# --- Part 1 ----------------------------------------------------------------------------------------------------------------


def _year(document: Document) -> str:
    group = document.child.year_group
    return {"N1": "Nursery 1", "N2": "Nursery 2", "R": "Reception", "": ""}.get(group, f"Year {group}")


def _home(document: Document) -> str:
    since = document.child.home_since
    return f"{document.child.home}, since {format_day(since)}" if document.child.home and since else document.child.home


def _moves(document: Document) -> str:
    record = document.record
    told = (_counted(record.homes, "home"), _counted(record.schools, "school"))
    return " and ".join(each for each in told if each)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}" if count else ""


def _worker(document: Document) -> str:
    return ", ".join(filter(None, (document.child.social_worker, document.record.team)))


def sdq_band(total: int, threshold: int) -> SdqBand:
    """The band of a total: high from the year's threshold on, borderline in the three steps below it (P1.38)."""
    if total >= threshold:
        return SdqBand.HIGH
    return SdqBand.BORDERLINE if total >= threshold - BORDERLINE_STEPS else SdqBand.USUAL


BORDERLINE_STEPS = 3


def _sdq(document: Document) -> str:
    total = latest_sdq(document.rows("sdq"), None)
    if total is None:
        return ""
    band = sdq_band(total, document.numbers.sdq_threshold).label
    before = document.record.sdq_before
    if before is None:
        return f"{total}: {band}"
    moved = "the same as" if total == before else f"{abs(total - before)} {'more' if total > before else 'fewer'} than"
    return f"{total}: {band}; {moved} the time before ({before})"


def _chronology(document: Document) -> str:
    return "\n".join(
        f"{each.school}: {format_day(each.started_on)} to {format_day(each.ended_on) if each.ended_on else 'today'}"
        f"{f' ({each.reason})' if each.reason else ''}" for each in document.schooling)


def _gaps(document: Document) -> str:
    return "\n".join(f"{each.weeks} weeks between {each.after} and {each.before}" for each in schooling_gaps(document.schooling))


# --- Part 2 ----------------------------------------------------------------------------------------------------------------


def _setting(document: Document) -> str:
    record = document.record
    people = (("designated teacher", record.designated_teacher), ("head", record.head))
    told = [f"{who} {name}" for who, name in people if name]
    return ", ".join(filter(None, (document.school, *told)))


def _judged(document: Document) -> str:
    return "Less than good" if document.record.less_than_good else ""


def _on_roll(document: Document) -> str:
    since = document.record.at_school_since
    return format_day(since) if since else ""


def _attended(document: Document) -> str:
    told = []
    for row in document.rows("attendance"):
        possible, present = row.get("possible") or 0, row.get("present") or 0
        if possible:
            tenths, missed = 1000 * present // possible, (possible - present) / 2
            told.append(f"{tenths // 10}.{tenths % 10}%: {missed:g} day{'' if missed == 1 else 's'} missed")
    return "\n".join(told)


def _suspensions(document: Document) -> str:
    return "\n".join(map(_suspension, document.suspensions)) or "None on record this year"


def _suspension(each: SuspensionFacts) -> str:
    what = "Permanent exclusion" if each.is_permanent else "Suspension"
    until = f" to {format_day(each.ended_on)}" if each.ended_on else ""
    lost = f", {each.half_days / 2:g} days" if each.half_days else ""
    return f"{what} from {format_day(each.started_on)}{until}{lost}"


def _days_lost(document: Document) -> str:
    lost = sum(each.half_days or 0 for each in document.suspensions)
    return f"{lost / 2:g}" if lost else ""


def _sen(document: Document) -> str:
    return SenStatus(document.child.sen_status).label


def _review(document: Document) -> str:
    on = document.child.ehcp_review_on
    return format_day(on) if on else ""


def _ahead(document: Document) -> str:
    child = document.child
    return "\n".join(ahead_of(child.year_group, document.term, child.sen_status == SenStatus.EHCP, document.record.options_in))


# --- Part 3 ----------------------------------------------------------------------------------------------------------------


def _same_day(document: Document) -> str:
    return "Yes" if "review_same_day" in document.switches else ""


def _joined(document: Document) -> str:
    return "Yes, with another PEP of this year" if document.ehcp_joined else ""


def _came(document: Document) -> str:
    rows = document.rows("attendees")
    names = [str(row.get("name")) for row in rows
             if row.get("role") == AttendeeRole.VIRTUAL_SCHOOL and row.get("took_part") in _HERE]
    return ", ".join(names) or ("Nobody" if rows else "")


LINES: tuple[Line, ...] = (
    Line("P1.01", "about", "Full name", lambda each: f"{each.child.first_name} {each.child.last_name}".strip()),
    Line("P1.02", "about", "Known as", lambda each: each.child.known_as),
    Line("P1.03", "about", "Date of birth", lambda each: format_day(each.child.date_of_birth)),
    Line("P1.03", "about", "Year group", _year),
    Line("P1.04", "about", "UPN", lambda each: each.child.upn or "", "C"),
    Line("P1.05", "about", "LCS id", lambda each: each.child.lcs_id or "", "C"),
    Line("P1.12", "about", "In care since", lambda each: format_day(on) if (on := each.child.entered_care_on) else "", "C"),
    Line("P1.13", "about", "Legal status", lambda each: each.child.legal_status or "", "C"),
    Line("P1.15", "about", "Home (care placement)", _home),
    Line("P1.17", "about", "Since coming into care", _moves, "C"),
    Line("P1.21", "responsibility", "Social worker", _worker),
    Line("P1.22", "responsibility", "Carer", lambda each: each.child.carer),
    Line("P1.38", "health", "Latest SDQ total", _sdq, "C"),
    Line("P1.46", "background", "Schools so far", _chronology),
    Line("P1.47", "background", "Without a school", _gaps, "C"),
    Line("P2.01", "setting", "School or provider", _setting),
    Line("P2.01", "setting", "Last inspection", _judged, "C"),
    Line("P2.02", "setting", "On roll since", _on_roll),
    Line("P2.23", "attendance", "Attendance", _attended),
    Line("P2.30", "attendance", "Suspensions", _suspensions, "CP", _LEARNERS),
    Line("P2.31", "attendance", "Days lost to suspension", _days_lost, "CP", _LEARNERS),
    Line("P2.35", "send", "SEN", _sen, "C"),
    Line("P2.38", "send", "EHCP review", _review, "C"),
    Line("P2.64", "next_steps", "Ahead this year", _ahead),
    Line("P3.05", "meeting", "On the day of the care review", _same_day, "C"),
    Line("P3.06", "meeting", "Held with the EHCP’s review", _joined),
    Line("P3.08", "meeting", "Named to come for the Virtual School", lambda each: each.record.goes_there, "C"),
    Line("P3.08", "meeting", "Virtual School at the meeting", _came, "C"),
)
"""In the order in which they stand on their section."""
