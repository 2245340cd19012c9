"""The page of one child, gathered: who it is about, what is due, the years as they went, targets, money, documents, who looked.

Rows come from queries/, what follows from them is the judgement's; here they become the words and links of a page, for the one who
reads it. The tables of what belongs to the child are child_tables.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from pep_admin import queries
from pep_admin.circumstances import is_pep_age, phase_of, scheme_of
from pep_admin.clocks import Clock
from pep_admin.deadlines import Due, first_care_review_by, format_day
from pep_admin.models import AcademicYear, Allocation, Child, ExclusionAlert, FundingEffect, Pep, ProgressNote, Term
from pep_admin.permissions import Permission, audience_for, lent
from pep_admin.policy import YearNumbers, numbers_of
from pep_admin.queries.child_page import ChildRecord, child_record
from pep_admin.queries.first_peps import clocks_of
from pep_admin.queries.in_care import has_left
from pep_admin.queries.new_children import day_of, year_of
from pep_admin.school_calendar import age_on, year_group
from pep_admin.server.mail import LETTERS
from pep_admin.validators.findings import blocking
from pep_admin.views import child_tables, document_tables, formats, lateness, trails
from pep_admin.views.attending_card import ToMeetCard, card_of
from pep_admin.views.bands import Band, Happening, band_of
from pep_admin.views.base import Link, PepModelView, RelatedTable
from pep_admin.views.cells import amount, start_of, wrapped
from pep_admin.views.filters import asked_for
from pep_admin.views.handover import HandoverCard, handover_of
from pep_admin.views.left_care import LeftOpen, left_open
from pep_admin.vocabulary import Audience, PepKind, PepStatus, PpgStatus, Scheme
from pep_admin.workflow.readiness import readiness

STANDS = (PpgStatus.DRAFT, PpgStatus.REQUESTED, PpgStatus.APPROVED, PpgStatus.RELEASED)
SHOWN_FIRST = 8
"""PEPs whose PDF is offered at once, and letters told of; earlier ones stand folded below."""
KINDS = ("Care", "School", "Home", "Social worker", "PEP", "Suspension")
"""What a time or a day of the timeline is, in the order of the lanes."""
FOR_WHOM = {Audience.CARE: "social care and the Virtual School", Audience.AUDIT: "the auditor", Audience.SCHOOL: "the school"}


@dataclass(frozen=True, slots=True)
class TermPep:
    """A PEP of the running term: where it leads, how late it is, with whom it waited (of a first one its clocks say that), what is
    still open; without one, why, and the way to open it."""

    term: Term | None
    pep: Pep | None
    link: Any = ""
    late: str = ""
    open: tuple[str, ...] = ()
    check: str | None = None
    why_not: str = ""
    open_one: str | None = None
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class ChildPage:
    """The whole page of one child, as one person reads it; a section that is not theirs is None."""

    facts: Sequence[tuple[str, Any]]
    clocks: tuple[Clock, ...]
    first_review: Due | None
    meeting: ToMeetCard | None
    term_peps: Sequence[TermPep]
    left_open: Sequence[LeftOpen]
    timeline: Sequence[Sequence[Any]]
    band: Band | None
    targets_of: Any
    targets: Sequence[Sequence[Any]]
    money: Sequence[Sequence[Any]]
    money_note: str
    requests: Sequence[Sequence[Any]]
    effects: Sequence[Sequence[Any]]
    documents: Sequence[Sequence[Any]]
    papers: RelatedTable | None
    letters: Sequence[Sequence[Any]]
    tables: Sequence[RelatedTable]
    alert: tuple[ExclusionAlert, str | None] | None
    handover: HandoverCard | None
    history: trails.TrailPage | None
    looks: trails.TrailPage | None
    log: str | None
    first: int = SHOWN_FIRST


def gather(view: PepModelView, child: Child) -> ChildPage:
    """Everything the page shows to the one who acts; a fixed number of statements however long the record."""
    session, audience = view.db_session, audience_for(view.actor, child)
    record = child_record(session, child, care=audience.is_of_the_office)
    year, term = year_of(session, view.today), queries.term_of(session, view.today)
    lateness.look_at(session, record.peps, view.today)
    happenings = _happenings(record)
    money, note = _money(view, record, term)
    targets_pep, targets = _targets(view, record)
    counted = _clocks(view, record, year)
    return ChildPage(
        facts=_facts(view, record, year),
        clocks=counted, first_review=_first_review(view, record) if counted else None,
        meeting=card_of(view, child, year),
        term_peps=_term_peps(view, record, term), left_open=left_open(view, child, record.peps),
        timeline=[_told(view, each) for each in sorted(happenings, key=_newest_happening)],
        band=band_of([each for each, _, _ in happenings], KINDS, view.today),
        targets_of=targets_pep, targets=targets, money=money, money_note=note, requests=_requests(view, record),
        effects=_effects(view, record),
        documents=_documents(view, record, audience), papers=document_tables.of_child(view, child), letters=_letters(view, record),
        tables=child_tables.tables_of(view, record),
        alert=_alert(view, record), handover=handover_of(view, record),
        history=_history(view, child, audience), looks=_looks(view, child),
        log=view.way_to("pep_audit_log.index_view", **asked_for(child=str(child.id))),
    )


# --- who it is, and what is due ------------------------------------------------------------------------------------------


def group_of(child: Child, view: PepModelView) -> str:
    """The year group today, or the one that was set by hand; "" outside school age."""
    return child.year_group_override or year_group(child.date_of_birth, view.today)


def _facts(view: PepModelView, record: ChildRecord, year: AcademicYear | None) -> list[tuple[str, Any]]:
    """The record's own fields, with what stands beside them: the phase, since when, the home, the latest SDQ."""
    child, found = record.child, []
    since = record.enrolment.started_on if record.enrolment else None
    beside: dict[str, list[tuple[str, Any]]] = {
        "Year": [("Phase", phase_of(group).label if (group := group_of(child, view)) else None)],
        "School": [("At this school since", since)] if child.school_id else [],
        "Carer": [("Home", f"{record.home.kind.label}, since {format_day(record.home.started_on)}")] if record.home else [],
        "Next EHCP review": [("Latest SDQ total", _latest_sdq(record, year))],
    }
    for label, value in view.details_of(child):
        if label == view.column_labels["setting_unknown_since"] and child.setting_unknown_since is None:
            continue  # said only where somebody has to find out
        if label == "School" and child.school is not None:
            value = child_tables.link(view, child.school.name, "pep_schools.details_view", id=child.school_id)
        found += [(label, value), *beside.get(label, ())]
    return found


def _latest_sdq(record: ChildRecord, year: AcademicYear | None) -> str:
    """The newest total with its day; from the year's threshold on, that the targets must answer it (HB-4.7)."""
    if not record.sdq:
        return "None on record"
    latest, threshold = record.sdq[0], year.sdq_threshold if year else None
    said = f"{latest.total}, {format_day(latest.completed_on)}"
    if threshold is not None and latest.total >= threshold:
        return f"{said}. {threshold} or more: a target must answer it (HB-4.7)"
    return said


def _clocks(view: PepModelView, record: ChildRecord, running: AcademicYear | None) -> tuple[Clock, ...]:
    """Both clocks of a child who is new in care, until both are done and the term of the first PEP is over."""
    if running is None:
        return ()
    return clocks_of(view.db_session, {record.child: record.first_pep()}, running, today=view.today).get(record.child.id, ())


def _alert(view: PepModelView, record: ChildRecord) -> tuple[ExclusionAlert, str | None] | None:
    """The open alert of exclusion, with the way to it, for those who may read it (HB-3.6)."""
    found = next((each for each in record.alerts if each.closed_on is None), None)
    may = view.may(Permission.ALERT_READ)
    return (found, view.way_to("pep_exclusion_alerts.details_view", id=found.id)) if found is not None and may else None


def _first_review(view: PepModelView, record: ChildRecord) -> Due:
    """When the first care review of this time in care is at the latest."""
    return first_care_review_by(record.child.entered_care_on, is_working_day=queries.Calendars(view.db_session).is_working_day)


def _term_peps(view: PepModelView, record: ChildRecord, term: Term | None) -> list[TermPep]:
    """Every PEP of the term that somebody still has to do with, the soonest first; else the one that counts as the term's."""
    last = record.pep_of(term)
    found = record.unfinished_of(term) or ([last] if last else [])
    return [_term_pep(view, pep, term) for pep in found] or [_no_pep(view, record.child, term)]


def _term_pep(view: PepModelView, pep: Pep, term: Term | None) -> TermPep:
    link = child_tables.link(view, pep.reference, "pep_peps.details_view", id=pep.id)
    delay, late = lateness.delay_of(pep), ""
    if delay is not None and delay.due is not None and pep.status in queries.OPEN_TO_WRITE:
        day = format_day(delay.due.on)
        was = f"it was due on {day}" if delay.due.on == pep.due_on else f"it was to be with its writers by {day}"
        late = f"Late: {was}."
    return TermPep(term, pep, link, late, tuple(_still_open(view, pep)), view.way_to("pep_peps.check_answers", id=pep.id),
                   waits_for=delay.waits_for if late and delay is not None and pep.kind is not PepKind.INITIAL else "")


def _still_open(view: PepModelView, pep: Pep) -> list[str]:
    """What stands between a PEP and its sending, in a sentence or two."""
    if pep.status is PepStatus.SUBMITTED and pep.submitted_at is not None:
        return [f"Sent on {formats.moment(pep.submitted_at)}; the Virtual School grades it next."]
    if pep.status not in queries.OPEN_TO_WRITE:
        return []
    found = []
    if pep.status is PepStatus.INITIATED:
        found.append("It has not been sent to its writers yet.")
    wrong = blocking(readiness(view.db_session, pep, today=view.today))
    unsigned = [each for each in wrong if each.check == "RD-316"]
    missing = len(wrong) - len(unsigned)
    if missing:
        found.append(f"{missing} thing{'' if missing == 1 else 's'} must be put right before it can be sent.")
    return [*found, *(each.sentence for each in unsigned)] or ["Nothing is wanting: it can be sent."]


def _no_pep(view: PepModelView, child: Child, term: Term | None) -> TermPep:
    if term is None:
        return TermPep(None, None, why_not="No term is on record for today.")
    if has_left(child.left_care_on, view.today):
        return TermPep(term, None, why_not="None: not in care.")
    numbers = numbers_of(YearNumbers, term.year)
    if not is_pep_age(child.date_of_birth, view.today, numbers, has_setting=child.school_id is not None):
        return TermPep(term, None, why_not="None: not of PEP age.")
    return TermPep(term, None, why_not="There is none yet. Every child in care has one each term (HB-1.4).",
                   open_one=view.way_to("pep_peps.open_pep", child=child.id))


# --- the years as they went ------------------------------------------------------------------------------------------------

Told = tuple[Happening, tuple[str, dict[str, Any]] | None, str]
"""A happening, the page it leads to, and what more there is to say of it."""


def _happenings(record: ChildRecord) -> list[Told]:
    """Everything of the timeline, in no order."""
    found: list[Told] = [
        (Happening("School", each.school.name, each.started_on, each.ended_on),
         ("pep_schools.details_view", {"id": each.school_id}),
         each.leaving_reason.label if each.leaving_reason else "")
        for each in record.enrolments
    ]
    found += [(Happening("Home", each.kind.label, each.started_on, each.ended_on), None, each.carer.name if each.carer else "")
              for each in record.homes]
    found += [(Happening("Social worker", each.social_worker.name, each.started_on, each.ended_on), None, "")
              for each in record.workers]
    found += [(Happening("Care", "In care", each.started_on, each.ended_on), None, each.end_reason or "")
              for each in record.periods]
    found += [(Happening("PEP", f"{pep.reference}, {pep.term.label}", pep.initiated_on, _ended(pep)),
               ("pep_peps.details_view", {"id": pep.id}), _of_pep(pep)) for pep in record.peps]
    found += [(Happening("Suspension", each.kind.label, each.started_on, each.ended_on or each.started_on),
               ("pep_suspensions.details_view", {"id": each.id}), _of_suspension(each)) for each in record.suspensions]
    return found


def _newest_happening(told: Told) -> tuple[int, int]:
    return -told[0].from_on.toordinal(), KINDS.index(told[0].kind)


def _ended(pep: Pep) -> date | None:
    """When it was signed off; one that was closed as not needed is a day alone."""
    if pep.status is PepStatus.COMPLETE and pep.completed_at is not None:
        return day_of(pep.completed_at)
    return pep.initiated_on if pep.status is PepStatus.WITHDRAWN else None


def _of_pep(pep: Pep) -> str:
    return f"{pep.kind.label}. {pep.status.label}{f', {pep.grade.label}' if pep.grade else ''}"


def _of_suspension(each: Any) -> str:
    return f"{each.half_days} half days, {each.school.name}" if each.half_days else str(each.school.name)


def _told(view: PepModelView, told: Told) -> list[Any]:
    each, leads, more = told
    what = child_tables.link(view, each.what, leads[0], **leads[1]) if leads else each.what
    return [what, each.kind, each.from_on, each.to_on or "still", more]


# --- targets, money, documents ---------------------------------------------------------------------------------------------


def _targets(view: PepModelView, record: ChildRecord) -> tuple[Any, list[list[Any]]]:
    """The newest PEP with targets as a link, and a row for each that is not closed: what, area, due, last note, how far it came."""
    pep, targets = record.targets_now()
    if pep is None or not view.may(Permission.TARGET_READ):
        return "", []
    latest = {review.target_id: review for review in reversed(record.reviews)}
    rows, notes = [], queries.notes_of(view.db_session, [each.id for each in targets])
    for each in targets:
        seen = latest.get(each.id)
        due = f"{format_day(each.due_on)}{' (gone by)' if each.due_on < view.today else ''}" if each.due_on else None
        link = child_tables.link(view, f"{each.number} · {each.outcome}", "pep_targets.details_view", id=each.id)
        looked_back = seen.outcome if seen else "Not looked back on yet"
        rows.append([link, each.area, due, looked_back, _last_note(notes[each.id])])
    said = f"{pep.reference}, {pep.term.label}"
    return child_tables.link(view, said, "pep_peps.details_view", id=pep.id), rows


def _last_note(notes: Sequence[ProgressNote]) -> Any:
    """The newest of what was noted on a target between PEPs (HB-5.8), with its day."""
    if not notes:
        return "Nothing yet"
    more = f" ({len(notes) - 1} earlier)" if len(notes) > 1 else ""
    return wrapped(f"{format_day(notes[0].seen_on)}: {start_of(notes[0].what)}{more}")


ADULT = 18
OF_EARLY_YEARS = "Money for this age comes from the Early Years Team on request, not from the Virtual School (HB-6.3)."
BEYOND_SCHOOL = "Past the end of Year 13, up to which there is Pupil Premium money (HB-6.2)."


def _money(view: PepModelView, record: ChildRecord, term: Term | None) -> tuple[list[list[Any]], str]:
    """A row for each term and year that holds money or could: up to how much, set aside, released, left; and a sentence beside."""
    if not view.may(Permission.REQUEST_READ):
        return [], ""
    scheme = scheme_of(group_of(record.child, view))
    if scheme is Scheme.EARLY_YEARS and not record.allocations:
        return [], BEYOND_SCHOOL if age_on(record.child.date_of_birth, view.today) >= ADULT else OF_EARLY_YEARS
    rows = [(_newest_first(each), _of_allocation(each, record)) for each in record.allocations]
    if term is not None and scheme is not Scheme.EARLY_YEARS:
        rows += _untouched(term, scheme, {each.period for each in record.allocations})
    return [row for _, row in sorted(rows, key=lambda each: each[0], reverse=True)], ""


def _untouched(term: Term, scheme: Scheme, held: set[str]) -> list[tuple[tuple[Any, ...], list[Any]]]:
    """The running term and its year, where nothing was asked for in them yet: the whole cap is left (HB-6.1, 6.2)."""
    year, found = term.year, []
    for period in queries.periods(year.name, term.name.value, scheme):
        if period not in held:
            of_year = year.post16_year_cap_pence if scheme is Scheme.POST_16 else year.ppg_year_cap_pence
            cap, label = (of_year, f"Year {year.name}") if period == year.name else (year.ppg_term_cap_pence, term.label)
            order = (year.starts_on, period != year.name, term.starts_on)
            found.append((order, [label, amount(cap), amount(0), amount(0), amount(cap)]))
    return found


def _newest_first(each: Allocation) -> tuple[Any, ...]:
    return (each.year.starts_on, each.term is not None, each.term.starts_on if each.term else each.year.starts_on)


def _of_allocation(each: Allocation, record: ChildRecord) -> list[Any]:
    """Against the year's cap of now: one that the head changed holds from then on, also where nothing was asked for since."""
    cap, taken = _cap_now(each, record), each.reserved_pence + each.released_pence
    label = f"{each.term.name.label} {each.year.name}" if each.term else f"Year {each.year.name}"
    return [label, amount(cap), amount(each.reserved_pence), amount(each.released_pence), amount(max(0, cap - taken))]


def _cap_now(each: Allocation, record: ChildRecord) -> int:
    if each.term is not None:
        return each.year.ppg_term_cap_pence
    groups = {pep.year_group for pep in record.peps if pep.term.year_id == each.year_id}
    post_16 = any(scheme_of(group) is Scheme.POST_16 for group in groups)
    return each.year.post16_year_cap_pence if post_16 else each.year.ppg_year_cap_pence


def _requests(view: PepModelView, record: ChildRecord) -> list[list[Any]]:
    """The requests that stand: not those that were declined or withdrawn."""
    if not view.may(Permission.REQUEST_READ):
        return []
    references = {pep.id: pep.reference for pep in record.peps}
    return [[child_tables.link(view, each.description, "pep_ppg_requests.details_view", id=each.id), references[each.pep_id],
             amount(each.amount_pence), amount(each.approved_pence), each.status]
            for each in record.requests if each.status in STANDS]


def _effects(view: PepModelView, record: ChildRecord) -> list[list[Any]]:
    """What became of each release, the newest first; one that no later PEP has told of is owed (HB-6.5)."""
    if not view.may(Permission.REQUEST_READ):
        return []
    told = {each.request_id: each for each in record.effects}
    rows = []
    for each in record.requests:
        if each.status is PpgStatus.RELEASED:
            what = child_tables.link(view, each.description, "pep_ppg_requests.details_view", id=each.id)
            rows.append([what, amount(each.approved_pence), *_told_of(told.get(each.id))])
    return rows


def _told_of(effect: FundingEffect | None) -> list[Any]:
    """Spent, left, what changed and what is next; what is owed in place of what changed."""
    if effect is None:
        return [None, None, "Not written down yet", None]
    return [amount(effect.spent_pence), amount(effect.unspent_pence), effect.what_changed, effect.next]


def _documents(view: PepModelView, record: ChildRecord, audience: Audience) -> list[list[Any]]:
    """The PDF of each PEP as the one who acts would get it."""
    if view.way_to("pep_peps.pdf") is None or lent(view.db_session, view.actor, Permission.PEP_PDF, [record.child.id]):
        return []
    rows = []
    for pep in record.peps:
        state = "Signed off" if pep.status is PepStatus.COMPLETE else "Draft, and says so on every page"
        pdf = Link(f"PDF of {pep.reference}", url_for("pep_peps.pdf", id=pep.id))
        rows.append([pdf, pep.term.label, state, f"For {FOR_WHOM[audience]}"])
    return rows


def _letters(view: PepModelView, record: ChildRecord) -> list[list[Any]]:
    """Word of this child's PEPs that went by mail, or is to go; no letter names the child."""
    references = {pep.id: pep.reference for pep in record.peps}
    return [[LETTERS[each.template].subject if each.template in LETTERS else each.template.replace("_", " ").capitalize(),
             references[each.pep_id], each.person.name if each.person else formats.NOTHING,
             formats.moment(each.sent_at) if each.sent_at else each.state] for each in record.deliveries if each.pep_id]


# --- how the record was kept -----------------------------------------------------------------------------------------------


def _history(view: PepModelView, child: Child, audience: Audience) -> trails.TrailPage | None:
    if not view.may(Permission.HISTORY_READ):
        return None
    return trails.history_of_child(view.db_session, child, audience=audience, labels=view.column_labels,
                                   page=trails.page_number(view.asked_once("history")), url=_further(view, child, "history"))


def _looks(view: PepModelView, child: Child) -> trails.TrailPage | None:
    if not view.may(Permission.AUDIT_READ):
        return None
    return trails.looks_at(view.db_session, child, page=trails.page_number(view.asked_once("looks")),
                           url=_further(view, child, "looks"))


def _further(view: PepModelView, child: Child, name: str) -> Callable[[int], str]:
    """Addresses of further pages of one trail, the other trail staying where it is."""
    kept = {key: trails.page_number(request.args[key]) for key in ("history", "looks") if key != name and key in request.args}

    def url(number: int) -> str:
        asked: dict[str, Any] = {"id": child.id, **kept, name: number}
        return url_for(f"{view.endpoint}.details_view", _anchor=name, **asked)

    return url
