"""What lies on a writer's desk, gathered: of each PEP what is theirs, about how long it takes, what others owe, where to go on.

Piles, order and minutes are desk.py's (the judgement), what is wanting is the readiness list's own; nothing is judged here. A fixed
number of statements for a page, however many PEPs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from pep_admin import queries
from pep_admin.deadlines import format_day
from pep_admin.desk import NUMBER, DeskFacts, Pile, Work, in_order, minutes_for
from pep_admin.models import ExclusionAlert, Pep, QaReview
from pep_admin.pep_document import read_documents
from pep_admin.pep_form import Document, Kind
from pep_admin.permissions import Actor, Permission, audience_for, lent, owns_part, stands_in
from pep_admin.queries.desk import asked_to_attend, desk_of, previous_peps
from pep_admin.queries.grants import notes_to
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.grants import may_be_given
from pep_admin.validators.reopening import BESIDE, may_be_named
from pep_admin.views.base import Link, PepView
from pep_admin.views.cells import start_of
from pep_admin.views.check_page import is_target, section_of
from pep_admin.views.meeting_card import may_book
from pep_admin.views.pep_page import OPEN, place_of
from pep_admin.views.section_forms import REVIEWS
from pep_admin.vocabulary import Audience, Part, PepStatus
from pep_admin.workflow.attending import may_ask_still
from pep_admin.workflow.readiness import readiness_of

ON_A_PAGE = 25
UNSIGNED, CARRIED, UNCHANGED = "RD-316", "RD-101", "RD-003"
"""Findings that are told otherwise: that a part is unsigned, that answers came over from last term, and that nothing was changed
since it was sent back."""


@dataclass(frozen=True, slots=True)
class DeskCard:
    """One PEP on the desk, in words; `to_sign` and `go_on` are the ways straight to the next step."""

    facts: DeskFacts
    pep: Pep
    minutes: int = 0
    mine: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    go_on: Link | None = None
    check: str | None = None
    to_sign: tuple[Link, ...] = ()
    sent_back_for: str = ""
    last: Link | None = None
    last_pdf: str | None = None
    ask: str | None = None
    book: str | None = None
    asked: bool = False
    alert: ExclusionAlert | None = None
    question: str = ""
    in_place_of: str = ""
    helps: tuple[Link, ...] = ()
    asks: str = ""
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """One page of the desk: its cards pile by pile, how many lie on each pile in all, and which page it is."""

    piles: Sequence[tuple[Pile, Sequence[DeskCard]]]
    counts: Mapping[Pile, int]
    page: int
    pages: int
    first: int
    last: int
    writes_part_two: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def gather(view: PepView, page: int, loads: Sequence[Any]) -> Desk:
    """That page of the desk of the one who acts; the last one where there are fewer. `loads`: what a card shows of a PEP."""
    every = in_order(desk_of(view.db_session, view.actor, view.today))
    pages = max(1, -(-len(every) // ON_A_PAGE))
    page = min(page, pages - 1)
    some = every[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    cards = _cards(view, some, loads)
    piles = [(pile, [each for each in cards if each.facts.pile is pile]) for pile in Pile]
    return Desk([(pile, found) for pile, found in piles if found], Counter(each.pile for each in every), page, pages,
                page * ON_A_PAGE + 1, page * ON_A_PAGE + len(some),
                any(Part.EDUCATION in each.mine and each.status in OPEN for each in every))


def _cards(view: PepView, some: Sequence[DeskFacts], loads: Sequence[Any]) -> list[DeskCard]:
    session, ids = view.db_session, [each.pep_id for each in some]
    peps = {pep.id: pep for pep in session.scalars(select(Pep).where(Pep.id.in_(ids)).options(*loads))}
    open_ones = [pep for pep in peps.values() if pep.status in OPEN]
    found = readiness_of(session, open_ones, today=view.today) if open_ones else {}
    documents = _documents(view, open_ones)
    reviews = queries.last_reviews(session, [pep.id for pep in open_ones if pep.status is PepStatus.RETURNED])
    wanted = select(QaReview).where(QaReview.id.in_([each.question for each in some if each.question is not None]))
    questions = {each.id: start_of(each.feedback) for each in session.scalars(wanted)}
    before, asked = previous_peps(session, ids), asked_to_attend(session, ids)
    alerts = queries.open_alerts(session, [pep.child_id for pep in peps.values()])
    notes = notes_to(session, view.actor, view.today)
    hidden = lent(session, view.actor, Permission.PEP_PDF, [pep.child_id for pep in peps.values()])
    silent = lent(session, view.actor, Permission.PEP_SUBMIT, [pep.child_id for pep in peps.values()])
    cards = []
    for facts in some:
        pep = peps[facts.pep_id]
        card = _card(view, facts, pep, documents.get(pep.id), found.get(pep.id, ()), reviews.get(pep.id))
        cards.append(DeskCard(
            facts, pep, **card, **_last(view, before.get(pep.id), pep.child_id in hidden), asked=pep.id in asked,
            ask=view.way_to("pep_attending.ask", pep=pep.id) if may_ask_still(view.actor, pep, view.now) else None,
            book=view.way_to("pep_meetings.book", pep=pep.id) if may_book(view, pep) else None,
            alert=alerts.get(pep.child_id), question=questions.get(facts.question or 0, ""),
            answer=view.way_to("pep_peps.answer", id=pep.id, review=facts.question)
            if facts.question and facts.mine and pep.child_id not in silent else None,
            in_place_of=_in_place_of(view.actor, pep), asks="; ".join(filter(None, notes.get(pep.id, ()))),
        ))
    return cards


def _in_place_of(actor: Actor, pep: Pep) -> str:
    """For whom the one who acts does all that they do there; "" where any of it is their own."""
    covers = [stands_in(actor, pep, part) for part in Part if owns_part(actor, pep, part)]
    return ", ".join(dict.fromkeys(each.name for each in covers if each)) if all(covers) else ""


def _documents(view: PepView, peps: Sequence[Pep]) -> dict[int, Document]:
    """Each for the eyes of the one who acts, which may be social care's for one child and the school's for another."""
    found: dict[int, Document] = {}
    for audience in Audience:
        some = [pep for pep in peps if audience_for(view.actor, pep.child) is audience]
        found |= read_documents(view.db_session, some, audience=audience) if some else {}
    return found


def _last(view: PepView, before: Pep | None, hidden: bool) -> dict[str, Any]:
    """The PEP before and its PDF, where the one who acts may have it."""
    url = view.way_to("pep_peps.details_view", id=before.id) if before else None
    if before is None or url is None:
        return {}
    return {"last": Link(before.term.label, url), "last_pdf": None if hidden else view.way_to("pep_peps.pdf", id=before.id)}


# --- what is wanting ---------------------------------------------------------------------------------------------------------


def _card(
    view: PepView, facts: DeskFacts, pep: Pep, document: Document | None, findings: Sequence[Finding], review: QaReview | None
) -> dict[str, Any]:
    if document is None:
        return {"mine": (_done(facts, pep),)}
    wrong = [each for each in blocking(findings) if each.check not in (UNSIGNED, CARRIED)]
    helping = facts.helping if facts.still_helps else ()
    mine = [each for each in wrong if each.part in facts.still_mine or section_of(document, each) in helping]
    carried = [key for key in document.carried
               if Part(document.form.part_of(key)) in facts.still_mine or document.form.section_of(key).key in helping]
    work = _work(document, facts, mine, carried)
    go_on = _to_change(view, facts, pep, document, findings) or _go_on(view, document, mine, carried)
    return {
        "minutes": minutes_for(work), "mine": tuple(_mine(facts, mine, document)),
        "check": view.way_to("pep_peps.check_answers", id=pep.id),
        "owed": tuple(_owed(facts, pep, wrong, document)), "go_on": go_on if facts.mine else None,
        "helps": tuple(_ways(view, document, helping)),
        "to_sign": tuple(_to_sign(view, facts, mine, carried, document)),
        "sent_back_for": start_of(review.improve or review.feedback) if review and facts.still_mine else "",
    }


def _done(facts: DeskFacts, pep: Pep) -> str:
    """Of one that is out of the writers' hands: since when."""
    at = pep.completed_at if facts.status is PepStatus.COMPLETE else pep.submitted_at
    said = "Signed off" if facts.status is PepStatus.COMPLETE else "Sent"
    return f"{said} on {format_day(at)}." if at else f"{said}."


def _work(document: Document, facts: DeskFacts, mine: Sequence[Finding], carried: Sequence[str]) -> Work:
    """What is wanted of the one who acts, each thing once: a field with its row."""
    kinds: list[Kind] = []
    targets = others = 0
    fields = {each.key: each.kind for each in document.form.fields()}
    for check, field, _ in {(is_target(each), each.field, each.row) for each in mine}:
        if check:
            targets += 1
        elif field in fields:
            kinds.append(fields[field])
        else:
            others += 1
    return Work(kinds, targets, others, len(carried), len(facts.still_mine))


def _count(findings: Sequence[Finding], part: Part) -> int:
    return len({(each.field, each.row) for each in findings if each.part == part.value})


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


def _waiting(document: Document, part: Part) -> int:
    """How many answers of that part came over from last term and wait to be looked at."""
    return sum(document.form.part_of(key) == part.value for key in document.carried)


def _wanted(count: int, waiting: int) -> str:
    """How many answers are to be given and looked at; "" where the part has only to be signed."""
    looks = f"{_answers(waiting)} from last term to look at" if waiting else ""
    return " and ".join(each for each in (f"{_answers(count)} to give" if count else "", looks) if each)


def _mine(facts: DeskFacts, mine: Sequence[Finding], document: Document) -> list[str]:
    """What is still theirs, part by part, and what they help with."""
    said = []
    for part in facts.still_mine:
        count = _count(mine, part)
        said.append(f"{NUMBER[part]}: {_wanted(count, _waiting(document, part)) or 'to be signed'}")
    titles = may_be_given(document.form)
    for key in facts.helping if facts.still_helps else ():
        count = len({(each.field, each.row) for each in mine if section_of(document, each) == key})
        said.append(f"A colleague asks you to write “{titles.get(key, key)}”: "
                    f"{f'{_answers(count)} to give' if count else 'nothing is missing'}")
    due_on = document.answer("sdq_due_on") if Part.SOCIAL_CARE in facts.mine else None
    if due_on:
        said.append(f"The first SDQ of the carer is due on {format_day(due_on)}.")
    if facts.may_go:
        said.append("Every part is signed.")
    return said


def _owed(facts: DeskFacts, pep: Pep, wrong: Sequence[Finding], document: Document) -> list[str]:
    """What others have still to do, by name."""
    said = []
    if pep.status is PepStatus.INITIATED:
        said.append("The Virtual School has not sent it to its writers yet. You can begin all the same.")
    for part in facts.of_others:
        owner, count = _owner(pep, part), _count(wrong, part)
        if not owner:
            nobody = "nobody is named to write it" if part is Part.EDUCATION else "no social worker is on record"
            said.append(f"{NUMBER[part]}: {nobody}. Tell the Virtual School.")
            if part is Part.EDUCATION and pep.school is None:
                said.append("Without a school you may write it, or one of their officers: they name who does.")
        else:
            told = _wanted(count, _waiting(document, part))
            said.append(f"{NUMBER[part]}: {owner} has {told or 'to sign it'}")
    return said


def _owner(pep: Pep, part: Part) -> str:
    if part is not Part.EDUCATION:
        return pep.social_worker.name if pep.social_worker else ""
    teacher = pep.school.designated_teacher if pep.school else None
    who = pep.writer or teacher
    return who.name if who else ""


def _go_on(view: PepView, document: Document, mine: Sequence[Finding], carried: Sequence[str]) -> Link | None:
    """The first place, in the order of the form, at which something of theirs is wanting; then what came over from last term.

    The last targets come before all else: what is kept of them is where this PEP begins (HB-5.7).
    """
    order = [REVIEWS, *(each.key for each in document.form.fields())]

    def at(key: str) -> int:
        return order.index(key) if key in order else len(order)

    for finding in sorted(mine, key=lambda each: at(each.field)):
        if url := place_of(document, finding, view.way_to):
            return Link(f"Go on: {_titled(document, finding.field)}", url)
    for key in sorted(carried, key=at):
        section = document.form.section_of(key)
        url = view.way_to("pep_peps.section", id=document.pep_id, section=section.key)
        return Link(f"Look at: {section.title}", url) if url else None
    return None


def _to_change(
    view: PepView, facts: DeskFacts, pep: Pep, document: Document, findings: Sequence[Finding]
) -> Link | None:
    """The first of theirs that was sent back by itself, while nothing there has been changed yet (RD-003)."""
    if not any(each.check == UNCHANGED for each in findings):
        return None
    named = may_be_named(document.form)
    keys = [key for key in document.unchanged if named[key][0] in facts.still_mine]
    way = next(_ways(view, document, keys), None)
    return Link(f"Change: {named[keys[0]][1]}", way.url) if way else None


def _ways(view: PepView, document: Document, keys: Sequence[str]) -> Iterator[Link]:
    """Where those are written: a section's own page, the PEP's for what stands beside the sections."""
    titles = {key: title for key, (_, title) in may_be_named(document.form).items()}
    for key in keys:
        url = view.way_to("pep_peps.details_view", id=document.pep_id, _anchor=key) if key in BESIDE else (
            view.way_to("pep_peps.section", id=document.pep_id, section=key))
        if url:
            yield Link(f"Write: {titles.get(key, key)}", url)


def _titled(document: Document, key: str) -> str:
    try:
        return document.form.section_of(key).title
    except KeyError:
        return "Money" if key == "requests" else "Targets"


def _to_sign(
    view: PepView, facts: DeskFacts, mine: Sequence[Finding], carried: Sequence[str], document: Document
) -> list[Link]:
    """Each part of theirs in which nothing is wanting, ready for their name; not Part 1 while answers of last term wait in it."""
    ready = [part for part in facts.still_mine if not _count(mine, part)
             and not (part is Part.SOCIAL_CARE and any(document.form.part_of(key) == part.value for key in carried))]
    ways = [(part, view.way_to("pep_peps.sign", id=facts.pep_id, part=part.value)) for part in ready]
    return [Link(f"Sign {NUMBER[part]}", url) for part, url in ways if url]
