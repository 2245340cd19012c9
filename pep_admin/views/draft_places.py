"""The pages that keep what is typed into them: the name of each, where it is, and why it may be closed to its writer now.

How a page shows its own draft is draft_pages.py's. A page about many children at once (figure_grid.py) keeps the draft of each in
the section that it writes into.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import config, queries
from pep_admin.models import Base, Child, Draft, Pep, PpgRequest, School, Target
from pep_admin.pep_document import form_of
from pep_admin.pep_form import Form, Section
from pep_admin.permissions import Actor, Permission, can
from pep_admin.queries.child_page import enrolments_of
from pep_admin.queries.handover import notes_of
from pep_admin.validators.reopening import is_open
from pep_admin.views.pep_words import closed_because
from pep_admin.vocabulary import Part, PpgStatus
from pep_admin.workflow import attending, grants, handover, questions
from pep_admin.workflow.drafts import Page
from pep_admin.workflow.ppg import may_ask

OUT_OF_SIGHT = ("This child’s PEP is not yours to write any more, so this cannot be saved there. If it should be, call the Virtual "
                "School.")
CHILD_OUT_OF_SIGHT = ("This child is not among yours any more, so this cannot be saved there. If they should be, call the Virtual "
                      "School.")

# --- which page it is --------------------------------------------------------------------------------------------------


def of_section(pep: Pep, section: Section) -> Page:
    """The page of one section."""
    return _page(pep, f"section:{section.key}", section.title)


def of_target(pep: Pep, row: Target | None) -> Page:
    """The page where a target is written: that one, or a new one, perhaps one kept from last term that the address names."""
    return _page(pep, f"target:{row.id}" if row else f"target:new{_named('from')}", str(row) if row else "A new target")


def of_request(pep: Pep, row: PpgRequest | None) -> Page:
    """The page where money is asked for: that request, or a new one, perhaps under a target that the address names."""
    if row is not None:
        return _page(pep, f"request:{row.id}", "A Pupil Premium request")
    return _page(pep, f"request:new{_named('target')}", "A new Pupil Premium request")


def of_note(row: Target) -> Page:
    """The page of a note on a target."""
    return _page(row.pep, f"note:{row.id}", f"A note on {str(row).lower()}")


def of_answer(pep: Pep, review_id: int) -> Page:
    """The page where a question of the Virtual School is answered."""
    return _page(pep, f"answer:{review_id}", "The answer to the Virtual School")


def of_asking(pep: Pep) -> Page:
    """The page that asks the Virtual School to come."""
    return _page(pep, "ask:new", "Asking the Virtual School to come")


def of_giving(pep: Pep) -> Page:
    """The page that gives sections to a colleague."""
    return _page(pep, "give:new", "Asking a colleague")


def of_telling(child: Child) -> Page:
    """The page that tells the Virtual School that a child's place at school is at risk."""
    return Page(None, child.id, "alert:new", "Telling the Virtual School of an exclusion risk")


def of_handover(child: Child, school: School) -> Page:
    """The page of the hand-over note of one school."""
    return Page(None, child.id, f"handover:{school.id}", f"Hand-over note of {school.name}"[:200])


def _named(word: str) -> str:
    """The number that the address gives under that word, as a place ends; "" without one."""
    number = request.args.get(word, "")
    return f":{number}" if number.isascii() and number.isdigit() and len(number) <= 10 else ""


def _page(pep: Pep, place: str, title: str) -> Page:
    return Page(pep.id, pep.child_id, place, f"{title}, {pep.reference}")


# --- where it is, and whether it is closed -------------------------------------------------------------------------------

Why = Callable[[Session, Actor, Any, str], str]
"""Why what was typed cannot be saved there now, "" where it can: of the PEP or child that the page is of, in sight, and the key."""


@dataclass(frozen=True, slots=True)
class Door:
    """A kind of page: its route, what its address says (by the draft and the keys in its place), and why it may be closed."""

    endpoint: str
    address: Callable[[Draft, str, str], dict[str, Any]]
    why_closed: Why


def door_of(place: str) -> str:
    """The route of that page."""
    return DOORS[place.partition(":")[0]].endpoint


def address_of(draft: Draft) -> dict[str, Any]:
    """What the address of a draft's page says."""
    kind, key, under = (*draft.place.split(":"), "")[:3]
    return DOORS[kind].address(draft, key, under)


def part_of(form: Form, place: str) -> Part | None:
    """The part whose signature covers what that page writes; None for a page beside the document, such as a note or a question."""
    kind, key = (*place.split(":"), "")[:2]
    if kind in ("target", "request"):
        return Part.EDUCATION
    sections = ((Part(part.part), section.key) for part in form.parts for section in part.sections)
    return next((part for part, each in sections if (kind, key) == ("section", each)), None)


def why_closed(session: Session, actor: Actor, page: Page | Draft, about: Base | None) -> str:
    """Why what was typed on that page cannot be saved there now; "" where it can. `about` is its PEP or child, None where the actor
    sees it no more."""
    kind, key = (*page.place.split(":"), "")[:2]
    if about is None:
        return OUT_OF_SIGHT if page.pep_id is not None else CHILD_OUT_OF_SIGHT
    return DOORS[kind].why_closed(session, actor, about, key)


def _written(kind: str, part_of: str = "") -> Why:
    """Of a page of the document itself: closed with its PEP or its section, to who does not write it, and with what it changes."""

    def why(session: Session, actor: Actor, pep: Pep, key: str) -> str:
        takes = pep.status in (queries.NOTED if kind == "note" else queries.OPEN_TO_WRITE)
        if not takes or (kind != "note" and not is_open(pep.reopened, part_of or key)):
            return f"This PEP {closed_because(pep, shut=takes)}, so this cannot be saved there now."
        if not _writes(actor, pep, kind, key):
            return "This part of the PEP is written by somebody else now, so you cannot save it there."
        return _gone(session, pep, kind, key)

    return why


def _writes(actor: Actor, pep: Pep, kind: str, key: str) -> bool:
    match kind:
        case "section":
            return can(actor, Permission.PEP_WRITE, pep, Part(form_of(pep.form_version).section(key)[0].part), key)
        case "target":
            return can(actor, Permission.TARGET_WRITE, pep, Part.EDUCATION, "targets")
        case "request":
            return may_ask(actor, pep)
        case _:
            return can(actor, Permission.TARGET_WRITE)


def _gone(session: Session, pep: Pep, kind: str, key: str) -> str:
    """That what was being changed was taken away meanwhile; "" where it stands, or is new."""
    if not key.isdigit():
        return ""
    if kind == "request":
        is_there = select(PpgRequest.id).where(PpgRequest.id == int(key), PpgRequest.pep_id == pep.id,
                                               PpgRequest.status == PpgStatus.DRAFT)
        return "" if session.scalar(is_there) else "This request was taken away or decided on meanwhile."
    is_there = select(Target.id).where(Target.id == int(key), Target.pep_id == pep.id)
    return "" if session.scalar(is_there) else "This target was taken away meanwhile."


def _answered(session: Session, actor: Actor, pep: Pep, key: str) -> str:
    if not questions.may_answer(actor, pep):
        return "This part of the PEP is written by somebody else now, so you cannot save it there."
    waits = questions.open_question(session, pep)
    return "" if waits is not None and str(waits.id) == key else "No answer is waited for there any more."


def _asked(session: Session, actor: Actor, pep: Pep, key: str) -> str:
    if not attending.may_ask_to_attend(actor, pep):
        return "This part of the PEP is written by somebody else now, so you cannot save it there."
    return next((each.message for each in attending.check_ask(session, pep, now=config.now())), "")


def _given(session: Session, actor: Actor, pep: Pep, key: str) -> str:
    return "" if grants.may_give(actor, pep) else grants.why_not_given(actor, pep)


def _told(session: Session, actor: Actor, child: Child, key: str) -> str:
    return "" if can(actor, Permission.ALERT_TELL) else "Your account may not tell the Virtual School of this any more."


def _handed(session: Session, actor: Actor, child: Child, key: str) -> str:
    stays = handover.stays_to_tell_of(actor, enrolments_of(session, child), notes_of(session, child.id), config.today())
    stay = next((each for each in stays if str(each.school.id) == key), None)
    if stay is None:
        return "After the last day at a school, the Virtual School writes its hand-over note."
    if stay.note is not None and not handover.may_change(actor, stay.note):
        return f"{stay.note.noted_name} wrote the hand-over note of this school meanwhile."
    return ""


def _row_or_new(under: str) -> Callable[[Draft, str, str], dict[str, Any]]:
    """The address of a row, or of a new one of the PEP, with what it is under by that word."""
    return lambda draft, key, named: {"id": key} if key != "new" else {"pep": draft.pep_id, **({under: named} if named else {})}


def _of_pep(draft: Draft, key: str, named: str) -> dict[str, Any]:
    return {"pep": draft.pep_id}


DOORS = {
    "section": Door("pep_peps.section", lambda draft, key, named: {"id": draft.pep_id, "section": key}, _written("section")),
    "target": Door("pep_targets.write", _row_or_new("from"), _written("target", "targets")),
    "request": Door("pep_ppg_requests.write", _row_or_new("target"), _written("request", "money")),
    "note": Door("pep_targets.note", lambda draft, key, named: {"id": key}, _written("note")),
    "answer": Door("pep_peps.answer", lambda draft, key, named: {"id": draft.pep_id, "review": key}, _answered),
    "ask": Door("pep_attending.ask", _of_pep, _asked),
    "give": Door("pep_grants.sections", _of_pep, _given),
    "alert": Door("pep_exclusion_alerts.tell", lambda draft, key, named: {"child": draft.child_id}, _told),
    "handover": Door("pep_handover_notes.leave", lambda draft, key, named: {"child": draft.child_id, "school": key}, _handed),
}
"""By the word that begins a draft's place."""
