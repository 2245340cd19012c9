"""What happens to the children of the cast beside their PEPs: moves, records, leaving care, and what becomes of their money.

Each story is one function, told by the verbs that people use, on the day it happens. The children themselves are cast.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.demo.writing import Office, act_as, at, people_of
from pep_admin.meeting_words import AttendingNoteKind
from pep_admin.models import Child, Consent, Enrolment, Pep, Person, PpgRequest, School, SdqScore, Suspension, Term
from pep_admin.permissions import Actor
from pep_admin.validators.waivers import Gate
from pep_admin.vocabulary import (
    ConsentBy,
    ConsentDecision,
    ConsentFor,
    LeavingReason,
    PepKind,
    PersonKind,
    PlacementKind,
    SdqBy,
    SuspensionKind,
    SuspensionReason,
)
from pep_admin.workflow import attending, payments, ppg, roll, waivers
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.records import save_record


class Teller:
    """The session, the office and the children by their key, as every story needs them."""

    def __init__(self, session: Session, office: Office, children: Mapping[str, int]) -> None:
        self.session, self.office, self._children = session, office, children

    def child(self, key: str) -> Child:
        return self.session.get_one(Child, self._children[key])

    def pep(self, key: str) -> Pep:
        return self.session.scalars(select(Pep).where(Pep.child_id == self._children[key]).order_by(Pep.id)).first()  # type: ignore[return-value]  # every one told of has a PEP

    def request(self, key: str) -> int:
        return self.session.scalars(select(PpgRequest.id).where(PpgRequest.pep_id == self.pep(key).id)).one()


# --- on the roll -------------------------------------------------------------------------------------------------------


def before_the_meetings(told: Teller, term: Term) -> None:
    """Until the middle of October: who was not written about yet leaves care, and the earlier moves."""
    on = date(2024, 10, 11)
    officer = act_as(told.session, told.office.officer)
    child = told.child("left_care_before_the_pep")
    roll.leave_care(told.session, child, on=on, reason="Returned to a parent", actor=officer, today=on, now=at(on))
    pep_verbs.withdraw_pep(told.session, told.pep("left_care_before_the_pep").id, reason="Left care on 11 Oct 2024, before the "
                           "meeting; the school goes on by itself.", actor=officer, now=at(on))
    _records(told)
    told.session.commit()


def after_the_meetings(told: Teller, term: Term) -> None:
    """November: a school and a home are changed, and a young person leaves care with a final PEP."""
    officer, session = act_as(told.session, told.office.officer), told.session
    on = date(2024, 11, 4)
    child = told.child("moved_school")
    new = session.scalars(select(School).where(School.name.startswith("Copperbeech"))).first()
    roll.change_school(session, child, school_id=new.id if new else None, on=on, reason=LeavingReason.HOME_MOVE, actor=officer,
                       today=on, now=at(on))
    pep_verbs.initiate_pep(session, child, term, kind=PepKind.CHANGE, reason="A new school in the middle of the term.",
                           actor=officer, today=on, now=at(on))
    on = date(2024, 11, 8)
    carer = session.scalars(select(Person).where(Person.kind == PersonKind.CARER).order_by(Person.id.desc())).first()
    roll.change_placement(session, told.child("moved_home"), kind=PlacementKind.KINSHIP, carer_id=carer.id if carer else None,
                          on=on, actor=officer, today=on)
    on = date(2024, 11, 15)
    roll.leave_care(session, told.child("left_care_with_a_final_pep"), on=on, reason="Special guardianship order",
                    actor=officer, today=on, now=at(on))
    session.commit()


def _records(told: Teller) -> None:
    """Two suspensions with what followed, a total of the questionnaire, decisions given, refused and open."""
    officer, on = told.office.officer, date(2024, 10, 14)
    child = told.child("suspended")
    suspensions = [
        Suspension(child_id=child.id, school_id=_school_of(told, child), kind=SuspensionKind.SUSPENSION, started_on=first,
                   ended_on=last, half_days=lost, reason=why, told_us_on=first, work_set=True, back_to_school_talk_on=back)
        for first, last, lost, why, back in (
            (date(2024, 9, 24), date(2024, 9, 25), 4, SuspensionReason.DB, date(2024, 9, 26)),
            (date(2024, 10, 9), date(2024, 10, 11), 6, SuspensionReason.VA, date(2024, 10, 14)))
    ]
    earlier = SdqScore(child_id=told.child("sdq_21").id, total=18, completed_on=date(2024, 3, 12), completed_by=SdqBy.CARER)
    about = told.child("consents").id
    consents = [
        Consent(child_id=about, matter=matter, who_decides=who, decision=decision, conditions=condition,
                given_on=date(2024, 9, 18) if decision else None)
        for matter, who, decision, condition in (
            (ConsentFor.DAY_TRIP, ConsentBy.CARER, ConsentDecision.YES, None),
            (ConsentFor.OVERNIGHT, ConsentBy.SOCIAL_WORKER, ConsentDecision.EACH_TIME, "With the programme, a month before."),
            (ConsentFor.PHOTOS_PUBLIC, ConsentBy.SOCIAL_WORKER, ConsentDecision.NO, "Nobody may learn where the school is."),
            (ConsentFor.ABROAD, ConsentBy.MANAGER, None, None))
    ]
    for suspension in suspensions:
        save_record(told.session, suspension, actor=officer, today=on)
    for consent in consents:
        save_record(told.session, consent, actor=officer, today=on)
    save_record(told.session, earlier, actor=officer, today=on)


def _school_of(told: Teller, child: Child) -> int:
    return told.session.scalars(select(Enrolment.school_id).where(Enrolment.child_id == child.id)).one()


# --- the money ---------------------------------------------------------------------------------------------------------


def whom_to_meet(told: Teller) -> None:
    """Professionals disagree about one child, and a school asks the Virtual School to come to another's meeting."""
    session, on = told.session, date(2024, 11, 13)
    officer = act_as(session, told.office.officer)
    attending.say_needed(session, told.child("moved_school"), AttendingNoteKind.CHAIR, reason="School and carer do not agree "
                         "whether the timetable should be shorter.", actor=officer, now=at(on))
    pep = told.pep("suspended")
    writer = act_as(session, people_of(pep)[0])
    attending.ask_to_attend(session, pep.id, reason="We would like help with a plan for the afternoons.", actor=writer, now=at(on))
    act_as(session, officer)
    session.commit()


def _waive(told: Teller, key: str, gate: Gate, reason: str, head: Actor, on: date) -> None:
    pep = told.pep(key)
    stands = waivers.find_gate(told.session, pep, gate, today=on)
    waivers.waive_gate(told.session, pep.id, gate, reason=reason, sentence=stands.message if stands else "", actor=head, today=on,
                       now=at(on))


def money(told: Teller) -> None:
    """Declined, approved in part, withdrawn, let go without a voice, released, and handed over in a batch."""
    session, on = told.session, date(2024, 11, 12)
    officer = act_as(session, told.office.officer)
    ppg.decline_request(session, told.request("declined"), reason="The school has this tuition from its own budget already.",
                        actor=officer, today=on)
    ppg.approve_request(session, told.request("approved_in_part"), pence=330_00, reason="Six hours to begin with; ask again in "
                        "spring when they have helped.", actor=officer, today=on)
    ppg.withdraw_approved(session, told.request("approval_withdrawn"), reason="The tutor cannot come after all.", actor=officer,
                          today=on)
    head = act_as(session, told.office.head)
    _waive(told, "without_the_carers_words", Gate("RD-308"), "The carer is in hospital until January; the tutor is booked for "
           "Monday.", head, on)
    finance = act_as(session, told.office.finance)
    batched = [told.request(key) for key in ("ehcp", "batched", "without_the_carers_words", "twin", "left_care_with_a_final_pep")]
    payments.release_requests(session, batched, actor=finance, today=date(2024, 11, 13), now=at(date(2024, 11, 13)))
    payments.batch_releases(session, actor=finance, now=at(date(2024, 11, 14)))
    later = [told.request(key) for key in ("released", "other_twin")]
    payments.release_requests(session, later, actor=finance, today=date(2024, 11, 15), now=at(date(2024, 11, 15)))
    session.commit()
