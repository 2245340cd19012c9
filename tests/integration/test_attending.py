"""Who the Virtual School should meet (HB-3.10): what the record tells, what officers and schools say, the list, the child's page.

The two children of the world are in Year 9 on 18 Nov 2024, in care since February 2023, at schools in the borough: nobody need go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import queries
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.meeting_words import AttendingNoteKind
from pep_admin.models import AcademicYear, Attendee, AttendingNote, AuditEvent, Child, Pep, RecordChange, School
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Attendance, AttendeeRole, CaseRating, LeavingReason, PepKind, SenStatus
from pep_admin.workflow import attending, roll
from pep_admin.workflow import peps as pep_verbs
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

LIST, PEPS, CHILDREN = (f"/admin/pep/{noun}/" for noun in ("attending", "peps", "children"))


def reasons(world: World, on: date = TODAY) -> dict[int, list[str]]:
    """By child, the reasons of today, in the order of the list."""
    world.session.flush()
    world.session.expire_all()
    world.act(world.officer)
    return {each.facts.child_id: [why.reason.value for why in each.why] for each in queries.children_to_meet(world.session, on)}


def child_of(world: World) -> Child:
    world.act(SYSTEM)
    return world.session.get_one(Child, world.child_id)


def say(world: World, kind: AttendingNoteKind = AttendingNoteKind.CHAIR, reason: str = "They disagree") -> AttendingNote:
    return attending.say_needed(world.session, child_of(world), kind, reason=reason, actor=world.act(world.officer), now=NOW)


def refusal(verb: Callable[..., Any], *args: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        verb(*args, **named)
    [finding] = refused.value.findings
    return finding.check, finding.code


# --- what the record tells ---------------------------------------------------------------------------------------------------


def test_each_fact_of_the_record_is_a_reason(world: World) -> None:
    assert reasons(world) == {}
    child = child_of(world)
    child.case_rating, child.sen_status = CaseRating.RED, SenStatus.EHCP
    assert reasons(world) == {world.child_id: ["priority", "send"]}
    world.session.get_one(School, world.school_id).in_borough = False
    child_of(world).date_of_birth = date(2009, 5, 14)  # Year 11
    assert reasons(world) == {world.child_id: ["priority", "send", "year_group", "out_of_borough"]}
    child_of(world).left_care_on = TODAY
    assert reasons(world) == {}, "not in care any more"


def test_a_move_of_school_is_new_for_ninety_days(world: World) -> None:
    roll.change_school(world.session, child_of(world), school_id=world.other_school_id, on=TODAY, reason=LeavingReason.OTHER,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    assert reasons(world) == {world.child_id: ["moved"]}
    assert reasons(world, date(2025, 2, 16)) == {world.child_id: ["moved"]} and reasons(world, date(2025, 2, 17)) == {}


def test_the_years_numbers_are_asked(world: World) -> None:
    roll.change_school(world.session, child_of(world), school_id=world.other_school_id, on=TODAY, reason=LeavingReason.OTHER,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    year = world.session.scalars(sa.select(AcademicYear).where(AcademicYear.name == "2024-25")).one()
    world.act(world.head)
    year.school_move_days, year.attend_year_groups = 10, "Year 9"
    assert reasons(world, date(2024, 11, 28)) == {world.child_id: ["moved", "year_group"], world.other_child_id: ["year_group"]}
    assert reasons(world, date(2024, 11, 29)) == {world.child_id: ["year_group"], world.other_child_id: ["year_group"]}
    year.new_to_roll_days = 900
    assert reasons(world)[world.other_child_id] == ["new", "year_group"]


def met(world: World, child_id: int, took_part: Attendance = Attendance.ATTENDED) -> None:
    """Somebody of the Virtual School is among those of the child's meeting, 28 Oct 2024."""
    pep = world.written_pep(child_id=child_id, money=False)
    world.act(SYSTEM)
    world.session.add(Attendee(pep_id=pep.id, position=9, name="Ole Amt", role=AttendeeRole.VIRTUAL_SCHOOL, took_part=took_part))


def test_the_last_time_somebody_came_puts_others_first(world: World) -> None:
    world.act(SYSTEM)
    for school in world.session.scalars(sa.select(School)):
        school.in_borough = False
    assert list(reasons(world)) == [world.child_id, world.other_child_id]
    met(world, world.child_id, Attendance.APOLOGIES)
    assert list(reasons(world)) == [world.child_id, world.other_child_id], "apologies are no visit"
    met(world, world.child_id)
    assert list(reasons(world)) == [world.other_child_id, world.child_id]
    [_, last] = queries.children_to_meet(world.session, TODAY)
    assert last.facts.last_attended_on == date(2024, 10, 28)


# --- what officers say -------------------------------------------------------------------------------------------------------


def test_a_chair_that_is_needed_is_said_once_and_cleared_with_a_reason(world: World) -> None:
    assert refusal(say, world, reason=" ") == ("attend-reason", "DATA-reason")
    note = say(world)
    assert reasons(world) == {world.child_id: ["chair"]}
    assert refusal(say, world) == ("attend-twice", "DATA-status")
    say(world, AttendingNoteKind.SEND, "Waits for a plan")
    assert reasons(world) == {world.child_id: ["send", "chair"]}
    assert refusal(attending.say_needed, world.session, child_of(world), AttendingNoteKind.SCHOOL_ASKS, reason="For them",
                   actor=world.act(world.officer), now=NOW) == ("attend-kind", "DATA-status")
    clear = (attending.clear_note, world.session, note.id)
    assert refusal(*clear, reason="", actor=world.act(world.officer), now=NOW) == ("attend-clear", "DATA-reason")
    attending.clear_note(world.session, note.id, reason="Settled", actor=world.act(world.head), now=NOW)
    assert reasons(world) == {world.child_id: ["send"]}
    assert refusal(*clear, reason="Twice", actor=world.act(world.officer), now=NOW) == ("attend-cleared", "DATA-status")
    assert say(world).id != note.id, "it may be needed again"


def test_who_may_say_so(world: World) -> None:
    for who in (world.teacher, world.worker, world.auditor, world.finance, world.administrator):
        with pytest.raises(NotAllowed):
            attending.say_needed(world.session, child_of(world), AttendingNoteKind.CHAIR, reason="No", actor=world.act(who),
                                 now=NOW)
    assert reasons(world) == {}


def test_what_is_said_is_in_history_and_audit(world: World) -> None:
    note = say(world)
    attending.clear_note(world.session, note.id, reason="Settled", actor=world.act(world.head), now=NOW)
    world.act(SYSTEM)
    first, second = world.session.scalars(sa.select(RecordChange).where(RecordChange.table_name == "pep_attending_note"))
    assert (first.child_id, first.verb, second.changes["cleared_reason"]) == (world.child_id, "insert", [None, "Settled"])
    events = world.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("child.%attending"))
                                   .order_by(AuditEvent.id))
    assert list(events) == ["child.say_attending", "child.clear_attending"]


Enter = Callable[[str], Visitor]
BEFORE_MEETING = NOW - timedelta(days=28)  # 21 Oct 2024, a week before it

# --- what the school asks ----------------------------------------------------------------------------------------------------


def ask_for(world: World, pep: Pep, reason: str = "") -> AttendingNote:
    return attending.ask_to_attend(world.session, pep.id, reason=reason, actor=world.act(world.teacher), now=BEFORE_MEETING)


def test_the_school_asks_until_its_pep_is_sent(world: World) -> None:
    pep = world.written_pep(money=False)
    note = ask_for(world, pep)
    assert reasons(world) == {world.child_id: ["school_asks"]}
    assert refusal(ask_for, world, pep) == ("attend-ask", "DATA-status")
    attending.cancel_ask(world.session, note.id, actor=world.act(world.teacher), now=NOW)
    assert reasons(world) == {} and ask_for(world, pep).id != note.id
    sent = world.sent_pep(money=False)
    assert sent.id == pep.id and reasons(world) == {}, "the meeting is over"
    assert refusal(ask_for, world, sent) == ("status", "DATA-status")


def test_nobody_is_asked_to_a_meeting_that_is_over(world: World, enter: Enter) -> None:
    number = world.written_pep(money=False).id  # the meeting was on 28 Oct 2024; today is 18 Nov
    with pytest.raises(Refused, match=r"The meeting was on 28 Oct 2024\."):
        attending.ask_to_attend(world.session, number, actor=world.act(world.teacher), now=NOW)
    world.session.commit()
    shown = enter("teacher").get(f"{PEPS}details/?id={number}")
    assert "Ask the Virtual School to come" not in shown.main
    assert "Ask the Virtual School to come" not in enter("teacher").get("/admin/pep/my_peps/").main
    assert "The meeting was on 28 Oct 2024" in enter("teacher").get(f"{LIST}ask/?pep={number}").main


def test_only_who_writes_the_schools_part_asks(world: World) -> None:
    pep = world.written_pep(money=False)
    for who in (world.worker, world.officer, world.head, world.auditor):
        with pytest.raises(NotAllowed):
            attending.ask_to_attend(world.session, pep.id, actor=world.act(who), now=BEFORE_MEETING)
    note = ask_for(world, pep)
    with pytest.raises(NotAllowed):
        attending.cancel_ask(world.session, note.id, actor=world.act(world.worker), now=NOW)
    attending.clear_note(world.session, note.id, reason="Ole Amt goes", actor=world.act(world.officer), now=NOW)
    assert reasons(world) == {}


# --- on screen ---------------------------------------------------------------------------------------------------------------

def test_a_school_asks_from_its_pep_and_takes_it_back(world: World, enter: Enter) -> None:
    pep = world.delegated_pep()
    pep_id, pep.meeting_at = pep.id, None
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}details/?id={pep_id}")
    asking = page.link("Ask the Virtual School to come…")
    after = page.link("Ask the Virtual School to come…").send("reason", reason="A plan for the afternoons")
    assert "Tess Lehrer has asked the Virtual School to come" in after.main and "A plan for the afternoons" in after.main
    for name in ("officer", "worker"):
        shown = enter(name).get(f"{PEPS}details/?id={pep_id}").main
        assert "has asked the Virtual School" in shown and "No longer ask" not in shown
    assert "The school asks Tess Lehrer, 18 Nov 2024: A plan for the afternoons" in enter("officer").get(LIST).main
    assert "has asked already, on 18 Nov 2024" in enter("teacher").get(f"{LIST}ask/?pep={pep_id}").main
    twice = asking.send("reason")
    assert twice.status == 422 and "has asked already, on 18 Nov 2024" in twice.main
    back = after.visitor.get(f"{PEPS}details/?id={pep_id}")
    form = next(each for each in back.tree.xpath("//main//form") if "cancel" in each.get("action"))
    done = back.visitor.post(form.get("action"), form.form_values())
    assert "You no longer ask the Virtual School to come." in done.main and "Ask the Virtual School to come…" in done.main
    assert "For no child in care does the handbook name a reason today." in enter("officer").get(LIST).main
    for name in ("worker", "officer"):
        assert enter(name).get(f"{LIST}ask/?pep={pep_id}").status == 403


def test_an_officer_says_so_on_the_childs_page_and_clears_it(world: World, enter: Enter) -> None:
    met(world, world.child_id)
    world.session.commit()
    where = f"{CHILDREN}details/?id={world.child_id}"
    page = enter("officer").get(where)
    assert "names no reason why the Virtual School should come" in page.main and "28 Oct 2024" in page.main
    saying = page.link("An independent chair is needed…")
    assert saying.send("reason", reason="").status == 422
    after = saying.send("reason", reason="School and carer disagree")
    assert "for 1 reason" in after.main and "Ole Amt, 18 Nov 2024: School and carer disagree" in after.main
    again = saying.send("reason", reason="Again")
    assert again.status == 422 and "has said so already" in again.main
    for name, reads in (("head", True), ("auditor", True), ("teacher", False), ("worker", False)):
        main = enter(name).get(where).main
        assert ("School and carer disagree" in main) is reads and ("The Virtual School at the meeting" in main) is reads, name
    assert "An independent chair is needed…" not in enter("auditor").get(where).main
    cleared = after.link("Clear: Independent chair needed…").send("reason", reason="Settled")
    assert "names no reason why the Virtual School should come" in cleared.main
    for name in ("teacher", "worker", "auditor"):
        assert enter(name).get(f"{LIST}say/?child={world.child_id}&kind=chair").status == 403
    assert enter("officer").get(f"{LIST}say/?child={world.child_id}&kind=school_asks").status == 404


def test_the_list_is_narrowed_exported_and_closed_to_others(world: World, enter: Enter) -> None:
    child = child_of(world)
    child.case_rating, child.sen_status = CaseRating.RED, SenStatus.EHCP
    world.session.get_one(School, world.other_school_id).in_borough = False
    term = world.autumn
    other = world.session.get_one(Child, world.other_child_id)
    pep = pep_verbs.initiate_pep(world.session, other, term, kind=PepKind.NEED, reason="A worry", actor=world.act(world.officer),
                                 today=TODAY, now=NOW)
    pep.meeting_at = datetime(2024, 11, 25, 13, 0, tzinfo=UTC)
    met(world, world.child_id)
    world.session.commit()
    officer = enter("officer")

    def named(query: str = "") -> list[str]:
        page = officer.get(f"{LIST}{query}")
        assert page.status == 200
        return [each.text_content().strip() for each in page.tree.xpath("//main//tbody/tr/th")]

    first, second = "Robin Musterkind0", "Jule Musterkind1"
    assert named() == [first, second]
    assert named("?reason=send") == [first] and named("?reason=out_of_borough") == [second] and named("?reason=chair") == []
    assert named(f"?school={world.other_school_id}") == [second]
    assert named("?last=year") == [first] and named("?last=never") == [second] and named("?last=long") == [second]
    assert named("?meeting=booked") == [second] and named("?meeting=none") == [first]
    assert named("?reason=no&school=x&last=y&meeting=z&page=99999999999") == [first, second], "what is strange asks for nothing"
    shown = officer.get(LIST).main
    assert "25 Nov 2024, 13:00" in shown and "28 Oct 2024" in shown and "Not booked" in shown and "1–2 of 2" in shown
    sheet = officer.get(f"{LIST}export/csv/?reason=out_of_borough")
    lines = sheet.text.lstrip("\ufeff").splitlines()
    assert len(lines) == 2 and lines[1].startswith("Jule Musterkind1,Year 9,Birch School,1,School out of borough (Birch School)")
    assert enter("auditor").get(LIST).status == 200 and enter("auditor").get(f"{LIST}export/csv/").status == 403
    for name in ("teacher", "worker", "finance", "administrator"):
        assert enter(name).get(LIST).status == 403
