"""What cannot wait (HB-3.6): the list of all five kinds, word to the officer at once, and the advice that settles one.

Expected days are counted by hand. Today is Mon 18 Nov 2024; Robin is at Alder School, Jule at Birch School, both in Year 9.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AlertAdvice, AuditEvent, Delivery, Job, RecordChange, School, Suspension
from pep_admin.permissions import SYSTEM
from pep_admin.school_words import AlertKind, ExclusionConcern
from pep_admin.server.worker import queue_daily, run_once
from pep_admin.vocabulary import DeliveryState, LeavingReason, LegalStatus, RollMove, SuspensionKind
from pep_admin.workflow import alerts, corrections, exclusions, roll
from pep_admin.workflow.records import save_record
from tests.host.foreign_app import Council
from tests.integration.post_office import PostOffice, text_of
from tests.world import NOW, TODAY, World, child

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

LIST = "/admin/pep/alerts/"
OFFICER, HEAD = "ole.amt@example.org", "hanna.amt@example.org"


@pytest.fixture
def world(world: World) -> World:
    """The officer has Robin, the head Jule; no mail waits."""
    world.act(SYSTEM)
    child(world.session, world.child_id).case_officer_id = world.officer.person_id
    child(world.session, world.other_child_id).case_officer_id = world.head.person_id
    world.session.execute(sa.update(Delivery).values(state=DeliveryState.SENT))
    world.session.execute(sa.delete(Job))
    world.session.commit()
    return world


class Letters:
    """What officers get: the worker runs, and what arrived is read."""

    def __init__(self, council: Council, office: PostOffice, world: World) -> None:
        self.app, self.office, self.world = council.app, office, world

    def new(self, *, daily: bool = False) -> dict[str, str]:
        self.world.session.commit()
        before = len(self.office.received)
        if daily:
            queue_daily(self.app)
            with self.app.app_context():  # whatever the true hour is
                session = self.app.extensions["pep_admin"].db.session()
                session.info["actor"] = SYSTEM
                session.execute(sa.update(Job).values(due_at=NOW))
                session.commit()
        run_once(self.app)
        run_once(self.app)
        found = [(to[0], text_of(message)) for to, message in self.office.received[before:] if "worklist" in text_of(message)]
        assert len({to for to, _ in found}) == len(found), "one a person a run"
        assert not [text for _, text in found if any(name in text for name in ("Robin", "Jule", "Musterkind", "Alder", "Birch"))]
        return dict(found)


@pytest.fixture
def letters(council: Council, post_office: PostOffice, world: World) -> Letters:
    council.app.config.update(post_office.settings, PEP_ADMIN_BASE_URL="https://pep.example.org")
    return Letters(council, post_office, world)


def leave_school(world: World, child_id: int = 0, on: date = TODAY) -> None:
    world.act(world.officer)
    roll.change_school(world.session, child(world.session, child_id or world.child_id), school_id=None, on=on,
                       reason=LeavingReason.OTHER, actor=world.act(world.officer), today=on, now=NOW)


def part_time(world: World, **plan: Any) -> None:
    """Robin's Part 2 says so now, written by the designated teacher."""
    pep = world.pep_of()
    row = {"reason": "Settling back", "hours": 12, "began_on": date(2024, 10, 7), "ends_on": None, "agreed": True,
           "plan_back": None}
    said = world.save(pep, "setting", world.teacher, part_time=True)
    said = world.save(pep, "setting", world.teacher, part_time_plan=[{"id": None, **row, **plan}])
    assert said.conflicts is None


def suspend(world: World, first: date, last: date, half_days: int) -> Suspension:
    row = Suspension(child_id=world.child_id, school_id=world.school_id, kind=SuspensionKind.SUSPENSION, started_on=first,
                     ended_on=last, half_days=half_days)
    return save_record(world.session, row, actor=world.act(world.teacher), today=TODAY)


def open_now(world: World, today: date = TODAY) -> list[tuple[str, str, int]]:
    """Kind, first name and days of each alert."""
    world.act(SYSTEM)
    found = [(each.kind.value, child(world.session, each.child_id).first_name, (today - each.since).days)
             for each in alerts.find_alerts(world.session, today)]
    world.session.commit()
    return found


def test_all_five_kinds_stand_in_one_list_the_longest_first(world: World, enter: Any) -> None:
    assert open_now(world) == []
    exclusions.tell_exclusion_risk(world.session, world.child_id, exclusions.Telling(ExclusionConcern.RISK, date(2024, 11, 14),
                                   "A fight", "A key adult"), actor=world.act(world.teacher), today=date(2024, 11, 15))
    suspend(world, date(2024, 9, 2), date(2024, 11, 8), 90)
    part_time(world)
    leave_school(world, world.other_child_id, date(2024, 11, 11))
    world.session.commit()
    assert open_now(world) == [("suspension", "Robin", 77), ("days_lost", "Robin", 77), ("part_time", "Robin", 42),
                               ("no_school", "Jule", 7), ("risk", "Robin", 3)]
    front = enter("officer").get("/admin/")
    card = front.tree.xpath("//li[contains(@class, 'card-open-alerts')]")[0]
    assert card.xpath(".//p[@class='card-number']")[0].text == "5"
    page = front.link("Alerts")
    assert "5 alerts wait for advice" in page.main and len(page.tree.xpath("//main//tbody/tr")) == 5
    assert "Reduced timetable since 07 Oct 2024, with no end on record" in page.main
    assert "Left Birch School, and no school is known" in page.main and "Musterkind" in page.main
    mine = page.link("My children")
    assert "4 alerts wait" in mine.main and "Birch" not in mine.main


def test_a_school_without_a_designated_teacher_is_rung_itself(world: World, enter: Any) -> None:
    """Alder School, 01632 950022, names nobody; so is it in the questions of the week."""
    suspend(world, TODAY, TODAY, 2)
    world.act(SYSTEM)
    school = world.session.get_one(School, world.school_id)
    school.designated_teacher, school.phone = None, "01632 950022"
    world.session.commit()
    officer = enter("officer")
    page = officer.get(LIST)
    [cell] = page.tree.xpath("//td[@data-label='To ring']")
    assert "Alder School 01632 950022" in " ".join(cell.text_content().split()) and "Sara Sozial" in cell.text_content()
    assert cell.xpath(".//a[@href='tel:01632950022']")
    assert "01632 950022" in officer.get("/admin/pep/week/lines/?whose=all&question=suspended").main


def test_a_child_left_without_a_school_is_told_at_once_and_once(world: World, letters: Letters) -> None:
    leave_school(world)
    leave_school(world, world.other_child_id)
    arrived = letters.new()
    assert set(arrived) == {OFFICER, HEAD} and "a child has no school" in arrived[OFFICER]
    assert "https://pep.example.org/admin/pep/from_mail/?message=" in arrived[OFFICER] and "&to=worklist" in arrived[OFFICER]
    assert letters.new() == {} and letters.new(daily=True) == {}, "each once"


def test_twelve_children_of_one_officer_are_one_letter(world: World, letters: Letters) -> None:
    world.act(SYSTEM)
    child(world.session, world.other_child_id).case_officer_id = world.officer.person_id
    leave_school(world)
    leave_school(world, world.other_child_id)
    part_time_of = letters.new()
    assert list(part_time_of) == [OFFICER] and "2 children have no school" in part_time_of[OFFICER]


def test_a_new_child_of_school_age_without_a_school_and_without_an_officer_is_every_officers(
    world: World, letters: Letters
) -> None:
    def arrives(name: str, born: date, **more: Any) -> None:
        facts = {"first_name": name, "last_name": "Neukind", "date_of_birth": born, "entered_care_on": date(2024, 11, 15),
                 "notified_on": date(2024, 11, 15), "legal_status": LegalStatus.C2, "lcs_id": f"NEW-{name}"}
        roll.take_into_care(world.session, actor=world.act(world.officer), today=TODAY, facts=facts, **more)

    arrives("Nele", date(2021, 11, 1))  # three years old: nobody has to be at a nursery
    arrives("Nils", date(2012, 3, 1), school_id=world.school_id)
    assert letters.new() == {}
    arrives("Neo", date(2012, 3, 1))
    assert set(letters.new()) == {OFFICER, HEAD}
    assert open_now(world) == [("no_school", "Neo", 3)]


def test_a_timetable_without_an_end_is_told_when_it_is_written_and_one_whose_end_passes_in_the_morning(
    world: World, letters: Letters
) -> None:
    part_time(world, ends_on=date(2024, 11, 22))
    assert letters.new() == {} and open_now(world) == []
    assert open_now(world, date(2024, 11, 22)) == [] and open_now(world, date(2024, 11, 25)) == [("part_time", "Robin", 2)]
    config.move_today(date(2024, 11, 23))
    arrived = letters.new(daily=True)
    assert list(arrived) == [OFFICER] and "no end on record, or whose end has passed" in arrived[OFFICER]


def test_without_an_end_at_once_and_what_comes_again_alerts_anew(world: World, letters: Letters) -> None:
    part_time(world)
    assert list(letters.new()) == [OFFICER]
    [alert] = alerts.find_alerts(world.session, TODAY)
    alerts.record_advice(world.session, *alert.key, advice="Full days from December", advised_on=TODAY,
                         actor=world.act(world.officer), today=TODAY)
    assert open_now(world) == [] and letters.new() == {}
    part_time(world, began_on=date(2024, 11, 18))
    assert open_now(world) == [("part_time", "Robin", 0)] and list(letters.new()) == [OFFICER]


def test_a_pep_that_was_just_opened_says_nothing_yet_and_the_old_schools_word_is_over(world: World) -> None:
    part_time(world)
    world.launch(date(2025, 1, 8), "spring")
    assert ("part_time", "Robin", 42) in open_now(world), "the newest PEP that says so"
    roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id, on=TODAY,
                       reason=LeavingReason.OTHER, actor=world.act(world.officer), today=TODAY, now=NOW)


def test_of_a_plan_that_is_still_to_be_written_word_goes_in_the_morning(world: World, letters: Letters) -> None:
    world.save(world.pep_of(), "setting", world.teacher, part_time=True)
    assert letters.new() == {} and open_now(world) == [("part_time", "Robin", 70)], "since the PEP was opened on 9 Sep"
    assert list(letters.new(daily=True)) == [OFFICER]


def test_what_holds_no_longer_when_it_is_sent_does_not_go(world: World, letters: Letters) -> None:
    leave_school(world)
    world.session.commit()
    letters.office.data_answer = "451 later"
    letters.new()
    letters.office.data_answer = "250 OK"
    corrections.undo_move(world.session, child(world.session, world.child_id), RollMove.SCHOOL, reason="Never left",
                          actor=world.act(world.officer), now=NOW)
    world.act(SYSTEM)
    world.session.execute(sa.update(Delivery).where(Delivery.state == DeliveryState.FAILED).values(due_at=NOW))
    assert letters.new() == {}
    assert world.session.scalars(sa.select(Delivery.problem).where(Delivery.template == "alerts_told")).one() == (
        "It is answered, no longer so, or somebody else's by now.")


def test_whose_child_it_becomes_hears_of_it_and_who_it_was_does_not(world: World, letters: Letters) -> None:
    leave_school(world)
    world.act(SYSTEM)
    child(world.session, world.child_id).case_officer_id = world.head.person_id
    assert list(letters.new()) == [HEAD]
    child(world.session, world.child_id).case_officer_id = world.officer.person_id
    assert list(letters.new(daily=True)) == [OFFICER]


def test_advice_is_recorded_at_the_page_settles_it_and_stands_on_the_childs_page(world: World, enter: Any, ask: Any) -> None:
    leave_school(world, on=date(2024, 11, 11))
    world.session.commit()
    officer = enter("officer")
    form = officer.get(LIST).link("Record… Robin Musterkind0, No school")
    assert "Left Alder School" in form.main and "Since 11 Nov 2024" in form.main
    wrong = form.send("advice", advice=" - ", advised_on="10 Nov 2024")
    assert wrong.status == 422 and "Say what you advised" in wrong.main
    assert "from 11 Nov 2024, when it began, to today" in wrong.main
    done = form.send("advice", advice="Birch School takes Robin; tutor until then", advised_on="15 Nov 2024")
    assert "it is recorded" in done.main and "No alert waits" in done.main and "Birch School takes Robin" in done.main
    record = officer.get(f"/admin/pep/children/details/?id={world.child_id}")
    assert "what was advised on an alert" in record.main and "Birch School takes Robin" in record.main
    row = sa.select(AlertAdvice.advised_name, AlertAdvice.advised_on, AlertAdvice.kind)
    assert ask(lambda session: tuple(session.execute(row).one())) == ("Ole Amt", date(2024, 11, 15), AlertKind.NO_SCHOOL)
    second = form.send("advice", advice="Something else", advised_on="15 Nov 2024")
    assert second.status == 422 and "Ole Amt has recorded advice meanwhile" in second.main
    change = officer.get(LIST).link("Change… Robin Musterkind0, No school")
    assert change.send("advice", advice="Birch School has taken Robin").status == 200
    changes = ask(lambda session: session.scalars(sa.select(RecordChange.verb).where(
        RecordChange.table_name == "pep_alert_advice").order_by(RecordChange.id)).all())
    assert changes == ["insert", "update"]
    assert set(ask(lambda session: session.scalars(sa.select(AuditEvent.action).where(
        AuditEvent.action.like("alert%"))).all())) >= {"alert.advise", "alerts.list"}


def test_a_risk_leads_to_where_its_advice_stands_and_more_that_is_told_waits_again(world: World, enter: Any) -> None:
    told = exclusions.Telling(ExclusionConcern.RISK, TODAY, "A fight", "A key adult")
    alert = exclusions.tell_exclusion_risk(world.session, world.child_id, told, actor=world.act(world.teacher), today=TODAY)
    world.session.commit()
    form = enter("officer").get(LIST).link("Record… Robin Musterkind0, Exclusion risk")
    assert "Record the advice" in form.main and form.send("advice", advice="Ring us first", advised_on="18 Nov 2024").status == 200
    assert open_now(world) == []
    world.session.expire_all()
    exclusions.add_to_alert(world.session, alert.id, exclusions.Telling(None, None, "Again", ""), actor=world.act(world.teacher),
                            today=TODAY)
    assert open_now(world) == [("risk", "Robin", 0)]
    exclusions.close_alert(world.session, alert.id, outcome="No suspension", actor=world.act(world.officer), today=TODAY)
    assert open_now(world) == []


def test_advice_with_the_suspension_or_on_the_alert_is_one_and_the_next_suspension_another(world: World, enter: Any) -> None:
    first = suspend(world, date(2024, 11, 18), date(2024, 11, 19), 4)
    world.session.commit()
    assert "Not rung yet" in enter("officer").get("/admin/pep/week/lines/?question=suspended&whose=all").main
    alerts.record_advice(world.session, world.child_id, AlertKind.SUSPENSION, str(first.id), advice="Work is set", advised_on=TODAY,
                         actor=world.act(world.officer), today=TODAY)
    world.session.commit()
    assert "Advice is on record" in enter("officer").get("/admin/pep/week/lines/?question=suspended&whose=all").main
    second = suspend(world, date(2024, 11, 11), date(2024, 11, 11), 1)
    assert open_now(world) == [("suspension", "Robin", 7)]
    second.advice = "Rung the head"
    save_record(world.session, second, actor=world.act(world.teacher), today=TODAY)
    assert open_now(world) == []


def test_what_is_long_past_or_of_a_child_who_has_left_care_is_no_alert(world: World) -> None:
    suspend(world, date(2024, 5, 2), date(2024, 5, 3), 4)
    assert open_now(world) == []
    suspend(world, date(2024, 9, 2), date(2024, 9, 3), 4)
    assert len(open_now(world)) == 1
    roll.leave_care(world.session, child(world.session, world.child_id), on=TODAY, reason="Went home",
                    actor=world.act(world.officer), today=TODAY, now=NOW)
    assert open_now(world) == []


def test_who_records_advice_and_on_what(world: World, enter: Any) -> None:
    leave_school(world)
    [alert] = alerts.find_alerts(world.session, TODAY)
    for who in (world.teacher, world.worker, world.auditor, world.finance):
        with pytest.raises(NotAllowed):
            alerts.record_advice(world.session, *alert.key, advice="Do this", advised_on=TODAY, actor=world.act(who), today=TODAY)
    world.act(world.officer)
    for wrong in ((world.other_child_id, alert.occurrence), (world.child_id, "0 2020-01-01")):
        with pytest.raises(Refused, match="answered already, or no longer so"):
            alerts.record_advice(world.session, wrong[0], AlertKind.NO_SCHOOL, wrong[1], advice="Do this", advised_on=TODAY,
                                 actor=world.officer, today=TODAY)
    for nobody in ((987_654, AlertKind.NO_SCHOOL, alert.occurrence), (world.child_id, AlertKind.RISK, "1")):
        with pytest.raises(NotFound):
            alerts.record_advice(world.session, *nobody, advice="Do this", advised_on=TODAY, actor=world.officer, today=TODAY)
    world.session.commit()
    officer = enter("officer")
    for address in ("kind=risk&occurrence=1", "kind=no_school&occurrence=9", "kind=nothing&occurrence=1"):
        assert officer.get(f"{LIST}advise/?child={world.child_id}&{address}").status == 404


def test_a_long_list_is_shown_by_the_page(world: World, enter: Any) -> None:
    for number in range(51):
        world.act(SYSTEM)
        world.session.add(Suspension(child_id=world.child_id, school_id=world.school_id, kind=SuspensionKind.SUSPENSION,
                                     started_on=date(2024, 9, 2 + number % 28)))
    world.session.commit()
    page = enter("officer").get(LIST)
    assert "1–50 of 51" in page.main and "51–51 of 51" in page.link("Next").main
