"""What stops a PEP from being signed, sent or signed off: each part by itself, and the readiness list of the whole.

Everything is read from one Document (for the rules' eyes, so that nothing is withheld); no message quotes a withheld answer.
What each part has to say by itself stands in social_care.py, education.py and meeting_part.py.
A funding PEP is a target, a request and this term's voices: of its parts only those are asked, and one signature, the school's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from pep_admin.deadlines import format_day
from pep_admin.pep_form import Document, Field, Kind
from pep_admin.school_calendar import academic_year_end
from pep_admin.validators.answered import answer_of, row_id, stands
from pep_admin.validators.answers import check_answer
from pep_admin.validators.attainment import check_judgements
from pep_admin.validators.education import check_education, check_targets
from pep_admin.validators.findings import Finding
from pep_admin.validators.last_term import LastTerm, check_last_term, check_sent_back
from pep_admin.validators.meeting_part import check_meeting
from pep_admin.validators.meetings import Calendar, check_hour, check_meeting_span, check_place, day_of
from pep_admin.validators.national_tests import FIELD as TESTS
from pep_admin.validators.national_tests import check_tests
from pep_admin.validators.ppg import PpgFacts, check_request
from pep_admin.validators.ppg_effects import check_sums
from pep_admin.validators.ppg_requests import check_whole
from pep_admin.validators.records import check_figures_day, check_sdq
from pep_admin.validators.social_care import check_social_care
from pep_admin.validators.voices import VOICE_CHECKS, check_adult_voices, check_child_words, voices_missing
from pep_admin.validators.withheld import check_withheld
from pep_admin.vocabulary import Part, PepKind, PpgStatus, Scheme

__all__ = ["VOICE_CHECKS", "check_due", "check_part", "check_posted", "check_readiness", "voices_missing"]

_UNFILLED = {Part.SOCIAL_CARE: "RD-102", Part.EDUCATION: "RD-201", Part.MEETING: "RD-302"}
_NUMBER = {Part.SOCIAL_CARE: "Part 1", Part.EDUCATION: "Part 2", Part.MEETING: "Part 3"}
_SIGNERS = {
    Part.SOCIAL_CARE: "The social worker has not signed Part 1, social care.",
    Part.EDUCATION: "The school has not signed Part 2, education.",
    Part.MEETING: "The social worker has not signed Part 3, the meeting.",
}
# Missing answers that have a sentence of their own on the readiness list.
_MISSING = {
    "parental_responsibility": ("RD-103", "It is not recorded who holds parental responsibility."),
    "reports_to": ("RD-104", "It is not recorded who gets the school reports."),
    "slips_signed_by": ("RD-104", "It is not recorded who signs permission slips."),
    "voice_gathered_on": ("RD-204", "Say on which day {name} was listened to."),
    "voice_gathered_by": ("RD-204", "Say who listened to {name}."),
    "sen_provision": ("RD-215", "Special educational needs are recorded, but not the need and the plan behind it."),
    "child_attended": ("RD-307", "Say whether {name} came for all of the meeting, part of it or none."),
    "child_absent_kind": ("RD-307", "{name} was not there for all of the meeting. Say why."),
    "child_absent_reason": ("RD-307", "Say in a few words why {name} was not there for all of the meeting."),
}
_ELSEWHERE = frozenset({"meeting_at", "attainment"})  # asked always, and judged by check_meeting_day, and by check_subjects


def check_part(
    document: Document, part: Part, *, today: date, calendar: Calendar | None = None, last: LastTerm | None = None
) -> list[Finding]:
    """Everything that stands against signing one part: required answers, and the part's own rules. Part 2 includes the targets.

    `calendar` says which days to come are school days and when the next deadline is, where the caller knows; `last` what the PEP
    is compared with.
    """
    part, calendar = Part(part), calendar or Calendar()
    funding = document.kind == PepKind.FUNDING
    own = (_FUNDING if funding else _OWN)[part](document, today, calendar)
    unfilled = [] if funding else list(_unfilled(document, part))
    compared = check_last_term(document, part, last or LastTerm(), today=today, calendar=calendar, unfilled=bool(unfilled))
    return [replace(finding, part=part.value) for finding in (*unfilled, *own, *compared, *check_withheld(document, part))]


def check_readiness(
    document: Document, *, today: date, ppg_facts: Mapping[int, PpgFacts], signed: bool = True, calendar: Calendar | None = None,
    last: LastTerm | None = None,
) -> list[Finding]:
    """Everything that stands against sending the whole PEP, in the order of its pages.

    `ppg_facts` by request id, for each request that is still a draft or requested. With `signed` unsigned parts are findings
    too (RD-316); the page that precedes signing leaves them out.
    """
    found = check_sent_back(document)
    found += [finding for part in Part for finding in check_part(document, part, today=today, calendar=calendar, last=last)]
    found += _requests(document, ppg_facts)
    if signed:
        found += _unsigned(document)
    return found


def check_posted(document: Document, fields: Mapping[str, Field], values: Mapping[str, Any], *, today: date) -> list[Finding]:
    """What must not be stored of parsed answers: what does not fit its field, a meeting that cannot be this PEP's, a day that
    cannot be meant, an SDQ total that is none (records.py), money that does not add up."""
    found = [each for key, value in values.items() for each in check_answer(fields[key], value)]
    if "meeting_at" in values and not any(each.field == "meeting_at" for each in found):
        found += check_meeting_span(day_of(values["meeting_at"]), opened_on=document.initiated_on, year=document.year)
        found += check_hour(values["meeting_at"])
    found += check_place(values.get("meeting_place"))
    found += [each for key, value in values.items() if not any(other.field == key for other in found)
              for each in _days(document, fields[key], value, today)]
    for key, value in values.items():
        if fields[key].store == "rows:FundingEffect":
            found += check_sums(value or (), document.effects)
        elif fields[key].store == "rows:Attainment":
            found += check_judgements(document, value or ())
        elif key == TESTS and not any(each.field == key for each in found):
            found += check_tests(document, value or ())
    return found + _foreign_targets(document, values.get("targets_agreed"))


def _foreign_targets(document: Document, rows: Any) -> list[Finding]:
    """What the meeting said is said of this PEP's targets (DATA-constraint)."""
    ours = {target.id for target in document.targets}
    message = "A target of this page is gone, or is not of this PEP. Open the page anew."
    return [Finding("PEP-target", "DATA-constraint", "targets_agreed", message)
            for row in rows or () if row.get("target_id") not in ours][:1]


FARTHEST = timedelta(days=730)
"""From a PEP's opening: whatever is planned in it lies within two years, or the year was mistyped."""


def _days(document: Document, found: Field, value: Any, today: date) -> Iterator[Finding]:
    """Days that cannot be meant in the life of this child or this PEP (DATA-dates)."""
    rows = [{found.key: value}] if found.kind is Kind.DATE else value if found.kind is Kind.ROWS else ()
    columns = (found,) if found.kind is Kind.DATE else found.columns
    born, latest = document.child.date_of_birth, (document.initiated_on or today) + FARTHEST
    for number, row in enumerate(rows or ()):
        where = "" if found.kind is Kind.DATE else f"Line {number + 1} of “{found.label}”: "
        if found.store == "rows:SdqScore":
            for wrong in check_sdq(_SdqRow(row.get("total"), row.get("completed_on")), born_on=born, today=today):
                yield replace(wrong, field=found.key, message=f"{where}{wrong.message}", row=f"{number}-{wrong.field}")
            continue
        if found.store == "rows:AttendanceSummary":
            for wrong in check_figures_day(row.get("figures_to"), today=today):
                yield replace(wrong, field=found.key, message=f"{where}{wrong.message}", row=f"{number}-{wrong.field}")
        for column in columns:
            day = row.get(column.key)
            if column.kind is Kind.DATE and day is not None and not born <= day <= latest:
                message = f"{where}{column.label}: {format_day(day)} cannot be meant. Please check the year."
                yield Finding("PEP-day", "DATA-dates", found.key, message, row=f"{number}-{column.key}" if where else "")


class _SdqRow(NamedTuple):
    """One row of the SDQ as it is posted."""

    total: int | None
    completed_on: date | None


def check_due(due_on: date, *, opened_on: date, year: str) -> list[Finding]:
    """DATA-due (blocking): a PEP is due from the day it was opened to the end of its academic year ("2024-25")."""
    last = academic_year_end(year)
    if opened_on <= due_on <= last:
        return []
    message = f"{format_day(due_on)} cannot be: this PEP is due between {format_day(opened_on)}, when it was opened, and " \
              f"{format_day(last)}, the end of {year}."
    return [Finding("PEP-due", "DATA-due", "due_on", message)]


# --- required answers ------------------------------------------------------------------------------------------------------


def _unfilled(document: Document, part: Part) -> Iterator[Finding]:
    for found in document.fields(part.value):
        value = answer_of(document, found.key)
        if found.core and document.must(found) and not stands(value) and found.key not in _ELSEWHERE:
            yield _missing(document, found, part)
        elif found.kind is Kind.ROWS and stands(value):
            yield from _unfilled_rows(found, value, part)


def _missing(document: Document, found: Field, part: Part) -> Finding:
    if found.key in _MISSING:
        check, message = _MISSING[found.key]
        return Finding(check, found.rule or "HB-7.1", found.key, message.format(name=document.child.called))
    wants = "an answer to " if found.label.endswith("?") else ""
    return Finding(_UNFILLED[part], "HB-7.1", found.key, f"{_NUMBER[part]} still needs {wants}“{found.label}”.")


def _unfilled_rows(found: Field, rows: Any, part: Part) -> Iterator[Finding]:
    check, code = (found.check, found.rule) if found.check == "RD-311" else (_UNFILLED[part], "HB-7.1")
    for number, row in enumerate(rows, start=1):
        asked = [column for column in found.columns if column.must == "always"]
        empty = [f"“{column.label}”" for column in asked if not stands(row.get(column.key))]
        if empty:
            message = f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty in line {number} of “{found.label}”."
            yield Finding(check, code, found.key, message, row=row_id(row, number))


# --- a funding PEP, and the whole ------------------------------------------------------------------------------------------


def _funding_education(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    yield from check_child_words(document)
    yield from check_targets(document)


def _funding_meeting(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    yield from check_adult_voices(document)


def _nothing(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    return iter(())


_Checks = Mapping[Part, Callable[[Document, date, Calendar], Iterator[Finding]]]
_OWN: _Checks = {Part.SOCIAL_CARE: check_social_care, Part.EDUCATION: check_education, Part.MEETING: check_meeting}
_FUNDING: _Checks = {Part.SOCIAL_CARE: _nothing, Part.EDUCATION: _funding_education, Part.MEETING: _funding_meeting}


def _requests(document: Document, ppg_facts: Mapping[int, PpgFacts]) -> Iterator[Finding]:
    open_ones = [request for request in document.requests if request.status in (PpgStatus.DRAFT, PpgStatus.REQUESTED)]
    if document.kind == PepKind.FUNDING and not open_ones:
        message = "There is no request yet. A funding PEP asks for money: add what it is for."
        yield Finding("RD-401", "HB-6.5", "requests", message, part=Part.EDUCATION.value)
    ours = {target.id for target in document.targets}
    for request in open_ones:
        facts = ppg_facts[request.id]
        facts = replace(facts, has_target=facts.has_target and request.target_id in ours)
        # What was asked before a question was added stays valid; a draft is completed before it is sent.
        unfilled = check_whole(request) if request.status == PpgStatus.DRAFT and facts.scheme is not Scheme.EARLY_YEARS else []
        for finding in (*check_request(request, facts=facts), *unfilled):
            yield replace(finding, part=Part.EDUCATION.value, row=str(request.id))


def _unsigned(document: Document) -> Iterator[Finding]:
    for part in document.unsigned:
        without_school = part is Part.EDUCATION and document.school_id is None  # the social worker or an officer writes it
        said_so = "Part 2, education, has not been signed by its writer." if without_school else _SIGNERS[part]
        yield Finding("RD-316", "HB-2.6", "", said_so, part=part.value)
