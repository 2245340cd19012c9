"""The autumn of the demonstration: launched, sent out, written, sent in, graded and paid, on the days on which that happens.

The children of the cast go their way by their plan (cast.py), those beside them by number. What else happens to the cast is told in
stories.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.demo import meetings, stories, writing
from pep_admin.demo.cast import CAST, Goes, Plan
from pep_admin.demo.papers import keep_papers
from pep_admin.demo.writing import Office, act_as, at
from pep_admin.exceptions import PepAdminError
from pep_admin.models import Pep, Term
from pep_admin.queries import find_term
from pep_admin.vocabulary import Decision, Grade
from pep_admin.workflow import delegation, reviews
from pep_admin.workflow import peps as pep_verbs

DEMO_DAY, LAUNCHED_ON, GRADED_ON = date(2024, 11, 18), date(2024, 9, 9), date(2024, 11, 11)
CHUNK = 500
Say = Callable[[str], None]


def play(session: Session, office: Office, cast: Mapping[str, int], written: int, say: Say) -> None:
    """The whole autumn; `cast` are the ids of the cast's children, `written` how many PEPs of the others are written too."""
    term = find_term(session, "2024-25", "autumn")
    if term is None:
        raise PepAdminError("The autumn term of 2024-25 is not on record.")
    plans = _open_and_send_out(session, office, term, cast, written, say)
    told = stories.Teller(session, office, cast)
    stories.before_the_meetings(told, term)
    _write(session, office, plans, say)
    _grade(session, office, plans)
    stories.money(told)
    stories.after_the_meetings(told, term)
    stories.whom_to_meet(told)
    meetings.book(session, office, term, but=cast.values())
    act_as(session, office.officer)
    pep_verbs.launch_term(session, term, actor=office.officer, today=DEMO_DAY, now=at(DEMO_DAY))
    session.commit()


def _open_and_send_out(
    session: Session, office: Office, term: Term, cast: Mapping[str, int], written: int, say: Say
) -> dict[int, Plan]:
    """The plan of each PEP that is to be written, by its id; one in six of the others is not sent out yet."""
    act_as(session, office.officer)
    launched = pep_verbs.launch_term(session, term, actor=office.officer, today=LAUNCHED_ON, now=at(LAUNCHED_ON))
    session.commit()
    by_child = {pep.child_id: pep.id for pep in launched.peps}
    say(f"{len(by_child):,} PEPs opened for {term.label}")
    planned = {by_child[cast[part.key]]: part.plan for part in CAST if cast[part.key] in by_child}
    others = [pep_id for pep_id in by_child.values() if pep_id not in planned]
    going = [pep_id for pep_id, plan in planned.items() if plan.goes is not Goes.WAITS] + others[: len(others) * 5 // 6]
    for start in range(0, len(going), CHUNK):
        delegation.delegate_peps(session, going[start : start + CHUNK], actor=office.officer,
                                 now=at(LAUNCHED_ON + timedelta(days=1)), run=f"demo-{start}")
        session.commit()
    ready = session.scalars(
        select(Pep.id).where(Pep.id.in_(others), Pep.writer_id.is_not(None), Pep.school_id.is_not(None),
                             Pep.delegated_at.is_not(None)).order_by(Pep.id).limit(written)
    ).all()
    return planned | {pep_id: _by_number(number) for number, pep_id in enumerate(ready)}


def _by_number(number: int) -> Plan:
    """One in four unfinished, one in nine sent back, two in nine still with the Virtual School, the rest signed off."""
    whole = {2: Goes.SENT, 6: Goes.SENT, 8: Goes.BACK}.get(number % 9, Goes.DONE)
    goes = Goes.HALF if number % 4 == 3 else whole
    grade = Grade.RED if goes is Goes.BACK else (Grade.GOLD, Grade.GREEN, Grade.GREEN, Grade.AMBER)[number % 4]
    return Plan(goes, grade, money=number % 5 != 4)


def _write(session: Session, office: Office, plans: Mapping[int, Plan], say: Say) -> None:
    to_write = [pep_id for pep_id, plan in plans.items() if plan.goes not in (Goes.WAITS, Goes.OUT)]
    sent = 0
    for number, pep_id in enumerate(to_write):
        act_as(session, office.officer)
        pep, plan = session.get_one(Pep, pep_id), plans[pep_id]
        met_on = LAUNCHED_ON + timedelta(days=writing.MEETING_DAYS_AFTER_LAUNCH + number % 10)
        met_on += timedelta(days=(0, 0, 0, 0, 0, 2, 1)[met_on.weekday()])
        writing.write(session, pep, meeting_on=met_on, unfinished=plan.goes is Goes.HALF, money=plan.money, sdq=plan.sdq,
                      carer_speaks=plan.carer_speaks, number=number,
                      virtual_school=office.officer.name if plan.met else "")
        keep_papers(session, pep, number=number, on=met_on, now=at(met_on))
        if plan.goes is not Goes.HALF:
            writing.sign_and_send(session, pep, today=met_on + timedelta(days=3), now=at(met_on + timedelta(days=3)))
            sent += 1
        session.commit()
        if number % 20 == 19:
            say(f"{number + 1:,} of {len(to_write):,} PEPs written")
    say(f"{len(to_write):,} PEPs written, {sent:,} of them sent")


def _grade(session: Session, office: Office, plans: Mapping[int, Plan]) -> None:
    act_as(session, office.officer)
    for pep_id, plan in plans.items():
        if (said := _grading(plan)) is not None:
            reviews.grade_pep(session, pep_id, said, actor=office.officer, today=GRADED_ON, now=at(GRADED_ON))
            session.commit()


def _grading(plan: Plan) -> reviews.Grading | None:
    if plan.goes is Goes.BACK:
        return reviews.Grading(plan.grade, Decision.RETURN, "The targets and the discussion do not fit one another yet.",
                               "Say in Part 3 what was agreed about each target, and by when.")
    if plan.goes is Goes.ASKED:
        return reviews.Grading(None, Decision.ASK, "Who pays for the swimming that Part 2 speaks of?")
    if plan.goes is not Goes.DONE:
        return None
    return reviews.Grading(plan.grade, Decision.ACCEPT, "The child's own words lead to a target: well done.",
                           "Next time say how much of the gap has closed." if plan.grade is Grade.AMBER else "",
                           attempts_accepted=not plan.carer_speaks)
