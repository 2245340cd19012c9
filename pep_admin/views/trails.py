"""A record's own story in words: what was changed in it and by whom, who looked at it, and the ways to further pages of both.

The entries come from queries/trails.py; how one change is told is details.py's. Who may read which is the view's that asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from pep_admin.models import Base, CareEpisode, CarePlacement, Caseload, Child, Enrolment, Tracked
from pep_admin.queries.trails import Trail, changes_of_child, looks_at_child
from pep_admin.views import formats, pep_history
from pep_admin.views.details import Change, names_in
from pep_admin.views.hosting import can_be_id
from pep_admin.vocabulary import Audience, Role

SCHOOL_READS = frozenset({Child.__tablename__, Enrolment.__tablename__, *pep_history.TOLD}) - pep_history.NOT_FOR_SCHOOL
"""Tables whose history the school's side may read: not homes, caseloads and periods in care (HB-3.11), nor why the head
waived something, nor what is kept of documents, nor one that is new here."""
CALLED = {
    Child.__tablename__: "the child’s record", Enrolment.__tablename__: "a time at a school",
    CarePlacement.__tablename__: "a home", Caseload.__tablename__: "a time with a social worker",
    CareEpisode.__tablename__: "a period in care", **{table: what for table, (what, _) in pep_history.TOLD.items()},
    "pep_attending_note": "what was said about meeting the child", "pep_sdq_score": "an SDQ total", "pep_qa_review": "a grading",
    "pep_exclusion_alert": "a risk of exclusion that was told", "pep_handover_note": "a hand-over note",
    "pep_settled_change": "what was settled of a change", "pep_alert_advice": "what was advised on an alert",
}
ACTS = {
    "read": "Read", "pdf": "Made the PDF of", "refused": "Was refused", "write": "Wrote in", "sign": "Signed a part of",
    "submit": "Sent", "recall": "Took back", "grade": "Graded", "return": "Sent back", "ask": "Asked about", "open": "Opened",
    "delegate": "Sent to its writers", "withdraw": "Closed as not needed", "save": "Saved", "remove": "Took away",
    "waive": "Waived a gate of", "waiver_end": "Ended a waiver of", "ask_to_attend": "Asked the Virtual School to come to",
    "cancel_ask": "No longer asks the Virtual School to come to", "say_attending": "Said whether to meet",
    "clear_attending": "Cleared what was said about meeting", "approve": "Approved", "decline": "Declined",
    "release": "Released money of", "correct": "Corrected", "tell": "Told the Virtual School of", "tell_more": "Told more of",
    "add": "Added", "advise": "Recorded the advice on", "close": "Closed", "file": "Opened the file of",
    "put_back": "Put back", "open_sections": "Opened every section of",
}
"""The last word of an event's action, as a person would say it; any other is told as it stands."""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page of a trail on a page: its entries, how many there are in all and of how many people, and the ways to other pages."""

    entries: tuple[Any, ...]
    page: int
    pages: int
    count: int
    people: int
    since: str
    newer: str | None
    older: str | None


def page_number(asked: str) -> int:
    """A page as the address names it; 1 for anything that is no page."""
    return max(1, int(asked)) if can_be_id(asked) else 1


def tracked_tables(audience: Audience) -> frozenset[str]:
    """The tables of a child's record whose history that audience may read."""
    kinds: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    every = {kind.__tablename__ for kind in kinds if issubclass(kind, Tracked)}
    return frozenset(every if audience.is_of_the_office else every & SCHOOL_READS)


def history_of_child(
    session: Session, child: Child, *, audience: Audience, labels: Mapping[str, str], page: int, url: Callable[[int], str],
) -> TrailPage:
    """(what was changed, how) in the child's record and all that belongs to it, newest first."""
    trail = changes_of_child(session, child.id, tables=tracked_tables(audience), page=page)
    kinds: dict[str, Any] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    known = {Child.__tablename__: labels}
    entries = [(entry, kinds[entry.table_name]) for entry in trail.entries]
    names = names_in(session, entries)
    told = [(called(entry.table_name), Change.of(entry, model, known.get(entry.table_name), names))
            for entry, model in entries]
    return _page(trail, told, url)


def looks_at(session: Session, child: Child, *, page: int, url: Callable[[int], str]) -> TrailPage:
    """(when, who, as what, what they did) of everybody whom the audit log has at this child's record, newest first."""
    trail = looks_at_child(session, child.id, page=page)
    told = [(formats.moment(event.at), event.actor_name, _as(event.roles), _act(event)) for event in trail.entries]
    return _page(trail, told, url)


def _page(trail: Trail[Any], told: list[Any], url: Callable[[int], str]) -> TrailPage:
    return TrailPage(
        tuple(told), trail.page, trail.pages, trail.count, trail.people, formats.moment(trail.since) if trail.since else "",
        url(trail.page - 1) if trail.page > 1 else None, url(trail.page + 1) if trail.page < trail.pages else None,
    )


def called(table: str) -> str:
    """What a row of that table is called in a sentence: "a suspension"."""
    noun = table.removeprefix("pep_").replace("_", " ")
    return CALLED.get(table) or f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _as(roles: str) -> str:
    known = {role.value: role.label for role in Role}
    return ", ".join(known.get(each, each) for each in roles.split()) or formats.NOTHING


def _act(event: Any) -> str:
    last = event.action.rpartition(".")[2]
    what = called(f"pep_{event.object_type}") if event.object_type else "this record"
    said = ACTS.get(last) or f"{last.replace('_', ' ').capitalize()}:"
    refused = " (refused)" if event.outcome == "refused" and last != "refused" else ""
    number = f" {event.object_id}" if event.object_id and event.object_type != "child" else ""
    return f"{said} {what}{number}{refused}"

