"""Letting somebody else write in one's place: a colleague some sections of a PEP, or whoever stands in while one is away.

Given by whoever answers for the work, or by the Virtual School for them; taken back by both, and by whoever holds it. What it
opens is permissions.py's, whether it may be given validators/grants.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pep_admin import audit, outbox
from pep_admin.circumstances import said
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import Grant, Pep, Person, School
from pep_admin.pep_document import form_of, read_document
from pep_admin.permissions import Actor, Permission, audience_for, can, owns_part, require, require_on, stands_in
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.queries.grants import covers_of, helpers_of
from pep_admin.validators.findings import Finding
from pep_admin.validators.grants import SCHOOL_SIDE, Side, check_between, check_days, check_sections, may_be_given
from pep_admin.validators.reopening import BESIDE
from pep_admin.vocabulary import Part, PersonKind
from pep_admin.workflow.address_book import PersonFacts, check_person
from pep_admin.workflow.taking import refuse, take_pep, take_row

GIVERS = SCHOOL_SIDE | {PersonKind.SOCIAL_WORKER}
"""Kinds of people in whose place somebody may stand in; the Virtual School's own people see every child anyhow."""


@dataclass(frozen=True, slots=True)
class Named:
    """A colleague as they are named: the address says who it is, the names are for somebody who is not on record yet."""

    email: str
    first_name: str = ""
    last_name: str = ""


# --- a colleague for some sections -------------------------------------------------------------------------------------------


def may_give(actor: Actor, pep: Pep) -> bool:
    """Whether somebody may give sections of that PEP to a colleague now: who answers for Part 2 themselves, the Virtual School for
    them. Whoever stands in for them hands nothing on."""
    answers = actor.is_vs or owns_part(replace(actor, covers=()), pep, Part.EDUCATION)
    return can(actor, Permission.GRANT_GIVE) and pep.status in OPEN_TO_WRITE and answers and _giver(actor, pep) is not None


def why_not_given(actor: Actor, pep: Pep) -> str:
    """Why nothing of that PEP is theirs to give now, for who is refused."""
    if pep.status not in OPEN_TO_WRITE:
        return f"{pep.reference} is “{pep.status.label}”, so there is nothing to write in it."
    if stands_in(actor, pep, Part.EDUCATION) is not None:
        return "You stand in for somebody here, and what they let you write is not handed on."
    return "Part 2 of this PEP is somebody else’s to give."


def _giver(actor: Actor, pep: Pep) -> Person | None:
    """Whose work it is: the one who acts where it is theirs, else the writer, else the designated teacher; of the school's side."""
    of_school = pep.school.designated_teacher if pep.school else None
    people = [each for each in (pep.writer, of_school) if each is not None and each.kind in SCHOOL_SIDE]
    return next((each for each in people if each.id == actor.person_id), people[0] if people and pep.school else None)


def offered_of(session: Session, pep: Pep, actor: Actor) -> dict[str, str]:
    """The sections of Part 2 that ask anything in this PEP, with the targets and the money, by key."""
    document = read_document(session, pep, audience=audience_for(actor, pep.child))
    asking = {section.key for part in document.form.parts for section in part.sections if any(map(document.asked, section.fields))}
    return {key: title for key, title in may_be_given(document.form).items() if key in asking | set(BESIDE)}


def give_sections(
    session: Session, pep_id: int, colleague: Named, sections: Sequence[str], *, ends_on: date, note: str = "", actor: Actor,
    today: date, now: datetime, has_account: Callable[[int], bool] | None = None,
) -> Grant:
    """Let a colleague of the school write those sections of Part 2 until that day; they are told by mail, once they can sign in.

    Raises Refused with what is wrong, NotAllowed for somebody who does not answer for Part 2. Somebody who is not on record is put
    there; an account opens to them only when an administrator invites them.
    """
    require(actor, Permission.GRANT_GIVE)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    require_on(session, actor, Permission.GRANT_GIVE, pep.child_id)
    giver = _giver(actor, pep)
    if not may_give(actor, pep) or giver is None:
        raise NotAllowed(Permission.GRANT_GIVE.value, why_not_given(actor, pep))
    facts = _named(colleague, PersonKind.SCHOOL_STAFF, pep.school.name if pep.school else "")
    holder, wrong = _colleague(session, facts, giver, actor, pep.school)
    form = form_of(pep.form_version)
    theirs = [each for each in helpers_of(session, pep.id, today) if holder is not None and each.holder_id == holder.id]
    held = [key for each in theirs for key in each.sections or ()]
    wrong += [*check_sections(form, sections, reopened=pep.reopened, given=held), *check_days(today, ends_on, today=today)]
    if wrong:
        raise Refused(wrong)
    holder = holder or _put_on_record(session, facts)
    kept = [key for key in may_be_given(form) if key in sections]
    grant = Grant(giver_id=giver.id, pep_id=pep.id, sections=kept, starts_on=today, ends_on=ends_on, note=note.strip())
    _give(session, grant, holder, actor=actor, now=now, has_account=has_account)
    audit.record(session, "grant.give_sections", grant, child_id=pep.child_id, pep=pep.id, person_id=holder.id, sections=kept,
                 until=ends_on.isoformat())
    return grant


# --- somebody who stands in ----------------------------------------------------------------------------------------------------


def give_cover(
    session: Session, giver_id: int, colleague: Named, *, starts_on: date, ends_on: date, actor: Actor, today: date, now: datetime,
    has_account: Callable[[int], bool] | None = None,
) -> Grant:
    """Let a colleague write and sign from that day to that day all that is the giver's, who keeps it too.

    One's own to give, and the Virtual School's for anybody. Raises Refused with what is wrong.
    """
    require(actor, Permission.GRANT_GIVE)
    if not (actor.is_vs or giver_id == actor.person_id):
        raise NotFound
    giver = take_row(session, Person, giver_id)
    if giver.kind not in GIVERS or giver.left_on is not None:
        raise refuse("grant", "HB-2.7", f"Nobody can stand in for {giver.name}: only for a teacher or social worker who is here.")
    kind = PersonKind.SCHOOL_STAFF if giver.kind in SCHOOL_SIDE else giver.kind
    facts = _named(colleague, kind, giver.organisation or "")
    holder, wrong = _colleague(session, facts, giver, actor)
    wrong += check_days(starts_on, ends_on, today=today)
    if holder is not None:
        wrong += _overlaps(session, giver, holder, starts_on, ends_on, today)
    if wrong:
        raise Refused(wrong)
    grant = Grant(giver_id=giver.id, starts_on=starts_on, ends_on=ends_on)
    _give(session, grant, holder or _put_on_record(session, facts), actor=actor, now=now, has_account=has_account)
    audit.record(session, "grant.give_cover", grant, person_id=grant.holder_id, begins=starts_on.isoformat(),
                 until=ends_on.isoformat())
    return grant


def _overlaps(session: Session, giver: Person, holder: Person, starts_on: date, ends_on: date, today: date) -> list[Finding]:
    same = [each for each in covers_of(session, giver.id, today) if each.giver_id == giver.id and each.holder_id == holder.id
            and each.starts_on <= ends_on and starts_on <= each.ends_on]
    return [Finding("grant", "DATA-unique", "email", f"{holder.name} stands in on some of these days already. End that first.")
            for _ in same[:1]]


# --- taking back ---------------------------------------------------------------------------------------------------------------


def may_end(actor: Actor, grant: Grant) -> bool:
    """Whether somebody may end it: who gave it or holds it, whose work it is, and the Virtual School."""
    if not can(actor, Permission.GRANT_GIVE):
        return False
    answers = grant.pep is not None and owns_part(actor, grant.pep, Part.EDUCATION)
    return actor.is_vs or answers or actor.person_id in (grant.giver_id, grant.holder_id)


def find_grant(session: Session, grant_id: int, actor: Actor) -> Grant | None:
    """One that the actor may end; None for any other."""
    grant = session.get(Grant, grant_id)
    return grant if grant is not None and may_end(actor, grant) else None


def end_grant(session: Session, grant_id: int, *, actor: Actor, now: datetime) -> Grant:
    """Take it back: from now on it opens nothing. What was written stays, and what was typed is kept for who typed it."""
    require(actor, Permission.GRANT_GIVE)
    grant = take_row(session, Grant, grant_id)
    if not may_end(actor, grant):
        raise NotFound
    if grant.ended_at is not None:
        raise refuse("grant", "DATA-status", f"{grant.ended_name} has ended this already.")
    grant.ended_at, grant.ended_by, grant.ended_name = now, actor.id, actor.name
    session.flush()
    audit.record(session, "grant.end", grant, pep=grant.pep_id)
    return grant


# --- who it is -----------------------------------------------------------------------------------------------------------------


def _named(colleague: Named, kind: PersonKind, organisation: str) -> PersonFacts:
    return PersonFacts(colleague.email.strip().lower(), colleague.first_name.strip(), colleague.last_name.strip(), kind,
                       organisation=organisation or None)


def _colleague(
    session: Session, facts: PersonFacts, giver: Person, actor: Actor, school: School | None = None
) -> tuple[Person | None, list[Finding]]:
    """The person on record of that address, None where it would be a new one; and why it may not be they."""
    wrong = [each for each in check_person(facts) if each.field == "email"]
    if wrong:
        return None, wrong
    holder = session.scalar(select(Person).where(func.lower(Person.email) == facts.email).order_by(Person.id))
    if holder is not None and holder.id == giver.id:
        own = "This is your own address." if giver.id == actor.person_id else f"This is the address of {giver.name}."
        return holder, [Finding("grant", "HB-2.7", "email", f"{own} Enter that of the colleague.")]
    it = Side(f"{facts.first_name} {facts.last_name}", facts.email, facts.kind) if holder is None else _side(session, holder)
    wrong = check_between(_side(session, giver, school), it, by_office=actor.is_vs)
    if holder is None and not wrong:
        wrong = [each for each in check_person(facts) if each.field != "email" and said(getattr(facts, each.field))]
        wrong += [Finding("grant", "HB-2.2", name, f"Nobody with this address is on record yet. Enter the {what} too.")
                  for name, what in (("first_name", "first name"), ("last_name", "last name")) if not said(getattr(facts, name))]
    return holder, wrong


def _side(session: Session, person: Person, school: School | None = None) -> Side:
    """`school`: the one whose work it is, beside those that name the person."""
    named = session.scalars(select(School.name).where(School.closed_on.is_(None), or_(
        School.designated_teacher_id == person.id, School.headteacher_id == person.id)))
    works_at = {*named, *([school.name] if school else []), *([person.organisation] if person.organisation else [])}
    return Side(person.name, person.email, person.kind, person.left_on, works_at)


def _put_on_record(session: Session, facts: PersonFacts) -> Person:
    person = Person(first_name=facts.first_name, last_name=facts.last_name, email=facts.email, kind=facts.kind,
                    organisation=facts.organisation)
    session.add(person)
    session.flush()
    audit.record(session, "person.put_on_record", person)
    return person


def _give(
    session: Session, grant: Grant, holder: Person, *, actor: Actor, now: datetime, has_account: Callable[[int], bool] | None
) -> None:
    """Keep it, and tell whoever gets it, unless they have no account to sign in with: the invitation tells them then."""
    grant.holder_id, grant.made_by, grant.made_name, grant.made_at = holder.id, actor.id, actor.name, now
    session.add(grant)
    session.flush()
    if has_account is None or has_account(holder.id):
        letter = "grant_cover" if grant.pep_id is None else "grant_sections"
        outbox.queue_mail(session, f"grant:{grant.id}", holder, letter, now=now, pep_id=grant.pep_id, grant=grant.id)
