"""What stops a PEP from being signed, sent or signed off: each part by itself, and the readiness list of the whole.

Everything is read from one Document (for the rules' eyes, so that nothing is withheld); no message quotes a withheld answer.
A funding PEP is a target, a request and this term's voices: of its parts only those are asked, and one signature, the school's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from pep_admin.circumstances import CHILD_VOICE, said
from pep_admin.deadlines import format_day
from pep_admin.pep_form import Document, Field, Kind, TargetReviewFacts
from pep_admin.school_calendar import academic_year_end, months_before
from pep_admin.validators.answers import check_answer
from pep_admin.validators.findings import Finding, Severity
from pep_admin.validators.meetings import (
    Calendar,
    check_figures_to,
    check_heard_on,
    check_meeting_day,
    check_meeting_span,
    check_next_date,
    day_of,
)
from pep_admin.validators.ppg import PpgFacts, check_request
from pep_admin.validators.records import check_figures_day, check_sdq
from pep_admin.validators.targets import check_target, check_target_set
from pep_admin.vocabulary import Attendance, AttendeeRole, Part, PepKind, PpgStatus

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
    "attainment": ("RD-217", "Attainment is missing. Add a line for each subject."),
    "child_attended": ("RD-307", "Say whether {name} came for all of the meeting, part of it or none."),
    "child_absent_reason": ("RD-307", "{name} was not there for all of the meeting. Say why."),
}
_ELSEWHERE = frozenset({"meeting_at"})  # asked always, and judged with its date by check_meeting_day
_HERE = (Attendance.ATTENDED, Attendance.PART)


def check_part(document: Document, part: Part, *, today: date, calendar: Calendar | None = None) -> list[Finding]:
    """Everything that stands against signing one part: required answers, and the part's own rules. Part 2 includes the targets.

    `calendar` says which days to come are school days and when the next deadline is, where the caller knows.
    """
    part = Part(part)
    funding = document.kind == PepKind.FUNDING
    own = (_FUNDING if funding else _OWN)[part](document, today, calendar or Calendar())
    unfilled = () if funding else _unfilled(document, part)
    return [replace(finding, part=part.value) for finding in (*unfilled, *own)]


def check_readiness(
    document: Document, *, today: date, ppg_facts: Mapping[int, PpgFacts], signed: bool = True, calendar: Calendar | None = None
) -> list[Finding]:
    """Everything that stands against sending the whole PEP, in the order of its pages.

    `ppg_facts` by request id, for each request that is still a draft or requested. With `signed` unsigned parts are findings
    too (RD-316); the page that precedes signing leaves them out.
    """
    found = [finding for part in Part for finding in check_part(document, part, today=today, calendar=calendar)]
    found += _requests(document, ppg_facts)
    if signed:
        found += _unsigned(document)
    return found


def check_posted(document: Document, fields: Mapping[str, Field], values: Mapping[str, Any], *, today: date) -> list[Finding]:
    """What must not be stored of parsed answers: what does not fit its field, a meeting that cannot be this PEP's, a day that
    cannot be meant, an SDQ total that is none (records.py)."""
    found = [each for key, value in values.items() for each in check_answer(fields[key], value)]
    if "meeting_at" in values and not any(each.field == "meeting_at" for each in found):
        found += check_meeting_span(day_of(values["meeting_at"]), opened_on=document.initiated_on, year=document.year)
    found += [each for key, value in values.items() if not any(other.field == key for other in found)
              for each in _days(document, fields[key], value, today)]
    return found


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


def voices_missing(document: Document) -> tuple[str, ...]:
    """Whose own words are not in the document (HB-4.6): of "child", "carer", "social worker". Attempts are no words."""
    heard = {
        "child": any(said(document.answer(key)) for key in CHILD_VOICE),
        "carer": said(document.answer("carer_voice")),
        "social worker": said(document.answer("social_worker_voice")),
    }
    return tuple(voice for voice, there in heard.items() if not there)


# --- required answers ------------------------------------------------------------------------------------------------------


def _answer(document: Document, key: str) -> Any:
    """An answer as posted or stored; the two dates that are columns of the PEP stand on the document itself too."""
    if key in document.answers:
        return document.answers[key]
    return {"meeting_at": document.meeting_at, "next_pep_on": document.next_pep_on}.get(key)


def _stands(value: object) -> bool:
    if isinstance(value, str):
        return said(value)
    return value is not None and value != () and value != []


def _unfilled(document: Document, part: Part) -> Iterator[Finding]:
    for found in document.fields(part.value):
        value = _answer(document, found.key)
        if found.core and document.must(found) and not _stands(value) and found.key not in _ELSEWHERE:
            yield _missing(document, found, part)
        elif found.kind is Kind.ROWS and _stands(value):
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
        empty = [f"“{column.label}”" for column in asked if not _stands(row.get(column.key))]
        if empty:
            message = f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty in line {number} of “{found.label}”."
            yield Finding(check, code, found.key, message, row=_row_id(row, number))


def _row_id(row: Mapping[str, Any], number: int) -> str:
    return str(row.get("id") or number)


def _missing_voice(document: Document, check: str, keys: tuple[str, ...], attempts: str, whose: str) -> Iterator[Finding]:
    """RD-202, RD-308, RD-309: neither words nor attempts stop sending; attempts alone stop sign-off and money."""
    if any(said(document.answer(key)) for key in keys):
        return
    severity: Severity = "signoff" if said(document.answer(attempts)) else "blocking"
    waits = "it cannot be signed off, and no money released, until the Virtual School has seen to it."
    if severity == "signoff":
        message = f"{whose} voice is missing; it is said how it was sought. The PEP may be sent, but {waits}"
    else:
        message = f"{whose} voice is missing. It may be sent with “asked on, by whom, how often, why not”, but then {waits}"
    yield Finding(check, "HB-4.6", keys[0], message, severity)


def _warning(check: str, code: str, field: str, message: str, row: str = "") -> Finding:
    return Finding(check, code, field, message, "warning", row=row)


def _meeting_on(document: Document) -> date | None:
    return day_of(_answer(document, "meeting_at"))


# --- Part 1 ----------------------------------------------------------------------------------------------------------------


def _social_care(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    yield from _sdq(document, today)
    if "sdq_high" in document.switches and not said(document.answer("strategies_for_school")):
        message = "The SDQ is high, but no strategies for school are written."
        yield _warning("RD-107", "HB-4.7", "strategies_for_school", message)


def _sdq(document: Document, today: date) -> Iterator[Finding]:
    """RD-106: a score of the year's months before the meeting (before today while there is none), or a reason."""
    if "sdq_due" not in document.switches or _stands(document.answer("sdq_missing_reason")):
        return
    meeting_on = _meeting_on(document)
    months = document.numbers.sdq_valid_months
    since = months_before(min(meeting_on, today) if meeting_on else today, months)
    dates = [row.get("completed_on") for row in document.rows("sdq") if row.get("total") is not None]
    if not any(done_on and since <= done_on <= today for done_on in dates):
        last = "twelve months" if months == 12 else f"{months} months" if months > 1 else "month"
        message = f"There is no SDQ score from the last {last}, and no reason for that."
        yield Finding("RD-106", "HB-4.7", "sdq", message)


# --- Part 2 ----------------------------------------------------------------------------------------------------------------


def _education(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    yield from _child_voice(document)
    name, heard_on = document.child.called, document.answer("voice_gathered_on")
    yield from check_heard_on(heard_on, name=name, meeting_on=_meeting_on(document), today=today)
    yield from _attendance(document)
    if document.answer("exclusion_risk") is True:
        message = "You recorded a risk of exclusion. The Virtual School is told at once; ask it before anything is decided."
        yield _warning("RD-210", "HB-3.6", "exclusion_risk", message)
    yield from _reviews(document)
    yield from _targets(document)
    yield from check_target_set(document)


def _child_voice(document: Document) -> Iterator[Finding]:
    name = document.child.called
    yield from _missing_voice(document, "RD-202", CHILD_VOICE, "child_voice_attempts", f"{name}'s")
    words = {"child_voice_good": "going well", "child_voice_hard": "hard", "child_voice_want": "wanted"}
    there = [word for key, word in words.items() if said(document.answer(key))]
    absent = {key: word for key, word in words.items() if word not in there}
    if there and absent:
        unsaid = " or ".join(absent.values())
        message = f"{name} has said what is {' and '.join(there)}, but nothing yet about what is {unsaid}."
        yield _warning("RD-240", "HB-4.6", next(iter(absent)), message)


def _attendance(document: Document) -> Iterator[Finding]:
    for number, row in enumerate(document.rows("attendance"), start=1):
        possible, present = row.get("possible"), row.get("present")
        if possible is not None and present is not None and present > possible:
            message = f"{present} sessions attended are more than the {possible} that were possible."
            yield Finding("RD-207", "HB-4.1", "attendance", message, row=_row_id(row, number))
        yield from check_figures_to(row.get("figures_to"), meeting_on=_meeting_on(document), row=_row_id(row, number),
                                    stale_days=document.numbers.figures_stale_days)
    if "attendance_low" in document.switches and not said(document.answer("attendance_reasons")):
        message = f"Attendance is below {document.numbers.low_attendance_percent} %. Say what lies behind it and who does what."
        yield _warning("RD-209", "HB-7.1", "attendance_reasons", message)


def _reviews(document: Document) -> Iterator[Finding]:
    if "targets_to_review" not in document.switches:
        return
    for review in document.reviews:
        row = str(review.target_id)
        if not _is_reviewed(review):
            message = f"The last target “{_first_words(review.wording)}” is not reviewed."
            yield Finding("RD-221", "HB-5.7", "target_reviews", message, row=row)
        elif not said(review.child_view):
            message = f"{document.child.called}'s own view of the last target “{_first_words(review.wording)}” is missing."
            yield _warning("RD-222", "HB-5.7", "target_reviews", message, row)


def _is_reviewed(review: TargetReviewFacts) -> bool:
    return all(_stands(said_of_it) for said_of_it in (review.outcome, review.what_happened, review.support_effect, review.next))


def _first_words(text: str, count: int = 8) -> str:
    words = text.split()
    return " ".join(words[:count]) + ("..." if len(words) > count else "")


def _targets(document: Document) -> Iterator[Finding]:
    meeting_on, until = _meeting_on(document), _targets_until(document)
    for target in document.targets:
        yield from check_target(
            target, number=target.number, meeting_on=meeting_on, year_ends_on=until, child_names=document.child.names
        )
        if "sen_any" in document.switches and not said(target.from_plan):
            message = f"Target {target.number} does not say which part of the EHCP or support plan it serves."
            yield _warning("RD-232", "HB-5.5", "from_plan", message, str(target.id))


def _targets_until(document: Document) -> date:
    """The last day a target may be due (RD-228): of the school year, or of the next PEP's term if that is later.

    While there is no next date, a summer PEP's targets may run into the autumn. Terms are taken as the thirds of a year, on
    the generous side, so that no other authority's calendar makes a date wrong.
    """
    year_end = academic_year_end(document.year)
    next_on: date | None = _answer(document, "next_pep_on")
    if next_on is None:
        return date(year_end.year, 12, 31) if document.term == "summer" else year_end
    month = 12 if next_on.month >= 9 else 4 if next_on.month <= 4 else 8
    return max(year_end, date(next_on.year, month, 30 if month == 4 else 31))


# --- Part 3 ----------------------------------------------------------------------------------------------------------------


def _meeting(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    meeting_on = _meeting_on(document)
    yield from check_meeting_day(
        meeting_on,
        entered_care_on=document.child.entered_care_on,
        care_review_on=document.answer("next_care_review_on"),
        today=today,
    )
    yield from check_meeting_span(meeting_on, opened_on=document.initiated_on, year=document.year)
    if document.answer("chair_from_education") is False:
        message = "The chair is not from school or education. Say why in the discussion."
        yield _warning("RD-304", "HB-2.6", "chair_from_education", message)
    yield from _who_was_there(document)
    yield from _adult_voices(document)
    reason = document.answer("no_next_pep_reason")
    yield from check_next_date(_answer(document, "next_pep_on"), reason=reason, meeting_on=meeting_on, calendar=calendar)
    yield from _afterwards(document)


def _who_was_there(document: Document) -> Iterator[Finding]:
    rows = document.rows("attendees")
    here = {row.get("role") for row in rows if row.get("took_part") in _HERE}
    wanted = (AttendeeRole.SOCIAL_WORKER, AttendeeRole.DESIGNATED_TEACHER, AttendeeRole.CARER)
    for role in wanted if rows else ():
        if role not in here:
            message = f"The {role.label.lower()} was not there. How did they take part?"
            yield _warning("RD-305", "HB-3.12" if role is AttendeeRole.CARER else "HB-3.1", "attendees", message)
    for number, row in enumerate(rows, start=1):
        absent = row.get("took_part") is not None and row.get("took_part") not in _HERE
        if row.get("role") == AttendeeRole.PROFESSIONAL and absent and not row.get("report_received"):
            message = f"{row.get('name') or 'A professional'} did not come, and there is no report. Was one asked for?"
            yield _warning("RD-306", "HB-3.2", "attendees", message, _row_id(row, number))


def _adult_voices(document: Document) -> Iterator[Finding]:
    yield from _missing_voice(document, "RD-308", ("carer_voice",), "carer_voice_attempts", "The carer's")
    yield from _missing_voice(
        document, "RD-309", ("social_worker_voice",), "social_worker_voice_attempts", "The social worker's"
    )


def _afterwards(document: Document) -> Iterator[Finding]:
    missing = [key for key in ("after_how_it_went", "copy_wanted") if not _stands(document.answer(key))]
    if missing:
        name = document.child.called
        message = f"Nobody has yet asked {name} how the meeting went or whether they want a copy. It may follow within a week."
        yield _warning("RD-315", "HB-3.8", missing[0], message)


# --- a funding PEP, and the whole ------------------------------------------------------------------------------------------


def _funding_education(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    yield from _missing_voice(document, "RD-202", CHILD_VOICE, "child_voice_attempts", f"{document.child.called}'s")
    yield from _targets(document)
    yield from check_target_set(document)


def _funding_meeting(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    yield from _adult_voices(document)


def _nothing(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    return iter(())


_Checks = Mapping[Part, Callable[[Document, date, Calendar], Iterator[Finding]]]
_OWN: _Checks = {Part.SOCIAL_CARE: _social_care, Part.EDUCATION: _education, Part.MEETING: _meeting}
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
        for finding in check_request(request, facts=facts):
            yield replace(finding, part=Part.EDUCATION.value, row=str(request.id))


def _unsigned(document: Document) -> Iterator[Finding]:
    parts = (Part.EDUCATION,) if document.kind == PepKind.FUNDING else tuple(Part)
    for part in parts:
        if document.signatures.get(part.value) is None:
            without_school = part is Part.EDUCATION and document.school_id is None  # the social worker or an officer writes it
            said_so = "Part 2, education, has not been signed by its writer." if without_school else _SIGNERS[part]
            yield Finding("RD-316", "HB-2.6", "", said_so, part=part.value)
