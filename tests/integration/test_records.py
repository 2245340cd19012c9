"""SDQ totals, suspensions and consents at the pages, and what only the Virtual School is shown of a child's case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import Child, Consent, Enrolment, RecordChange, School, SdqScore, Suspension
from pep_admin.vocabulary import CaseRating, SdqBy, SuspensionKind
from pep_admin.workflow.records import find_wrong, half_days_lost, save_record, schools_offered
from tests.visiting import Visitor
from tests.world import TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

CHILD, CHILDREN = "/admin/pep/children/details/?id=1", "/admin/pep/children/"
Enter = Callable[[str], Visitor]
Ask = Callable[..., Any]


def test_a_social_worker_adds_a_total_from_the_childs_page_and_corrects_it(enter: Enter, ask: Ask) -> None:
    page = enter("worker").get(CHILD).link("Add a total")
    kept = page.send("total", total="41", completed_on="04 Nov 2024", completed_by="teacher")
    assert kept.status == 422 and "from 0 to 40" in kept.main
    assert ask(lambda session: session.scalar(select(SdqScore).where(SdqScore.completed_on == date(2024, 11, 4)))) is None

    saved = kept.send("total", total="21")
    assert "SDQ total of 04 Nov 2024" in saved.main
    changed = saved.link("Change").send("total", total="12")
    assert "was saved" in changed.main
    kept_twice = select(RecordChange.changes).where(RecordChange.table_name == "pep_sdq_score", RecordChange.verb == "update")
    assert [21, 12] in [each["total"] for each in ask(lambda session: session.scalars(kept_twice).all())]


def test_the_same_total_twice_is_refused_in_words(enter: Enter) -> None:
    worker = enter("worker")
    total = {"total": "21", "completed_on": "04 Nov 2024", "completed_by": "teacher"}
    worker.get(CHILD).link("Add a total").send("total", **total)
    again = worker.get(CHILD).link("Add a total").send("total", **total)
    assert again.status == 422 and "A total of that day by the same person is on record already: 21." in again.main


def test_a_teacher_records_a_suspension_and_is_reminded_of_what_is_due(enter: Enter, ask: Ask) -> None:
    page = enter("teacher").get(CHILD).link("Add a suspension")
    saved = page.send("school", school="1", kind="suspension", started_on="14 Nov 2024", reason="DB")
    assert "Suspension of 14 Nov 2024 was added." in saved.main
    assert "When was the Virtual School told? It is told at once. (HB-3.6)" in saved.main
    stored = select(Suspension.child_id, Suspension.half_days, Suspension.work_set)
    assert tuple(ask(lambda session: session.execute(stored).one())) == (1, None, None)

    listed = enter("officer").get("/admin/pep/suspensions/")
    assert "14 Nov 2024" in listed.main and "Robin Musterkind0" in listed.main


def test_a_suspension_is_recorded_once_and_another_school_is_asked_about(enter: Enter, ask: Ask) -> None:
    teacher = enter("teacher")
    told = {"school": "1", "kind": "suspension", "started_on": "14 Nov 2024", "ended_on": "15 Nov 2024",
            "told_us_on": "14 Nov 2024"}
    added = teacher.get(CHILD).link("Add a suspension").send("school", **told)
    assert "was added." in added.main and "Is it the right one?" not in added.main
    again = teacher.get(CHILD).link("Add a suspension").send("school", **told)
    assert again.status == 422 and "One of 14 Nov 2024 to 15 Nov 2024 is on record already." in again.main
    assert "was saved" in added.link("Change").send("school", half_days="4").main, "by itself it is no double"
    early = {**told, "started_on": "11 Nov 2022", "ended_on": "", "told_us_on": "11 Nov 2022"}
    odd = enter("officer").get(CHILD).link("Add a suspension").send("school", **early)
    assert "was added." in odd.main and "the child was not at this school on 11 Nov 2022. Is it the right one?" in odd.main
    assert ask(lambda session: session.scalar(select(func.count(Suspension.id)))) == 2


def test_a_teacher_records_for_the_own_school_and_the_days_the_child_was_there(enter: Enter, ask: Ask) -> None:
    page = enter("teacher").get(CHILD).link("Add a suspension")
    assert "Alder School" in page.main and "Birch School" not in page.main
    told = {"kind": "suspension", "started_on": "11 Nov 2022", "told_us_on": "11 Nov 2022"}
    other = ask(lambda session: session.scalar(select(School.id).where(School.name == "Birch School")))
    forged = page.send("school", school=str(other), **told)
    assert forged.status == 422 and "Choose one from the list." in forged.main
    early = page.send("school", school="1", **told)
    assert early.status == 422 and "By the record the child was not at this school on 11 Nov 2022." in early.main
    assert ask(lambda session: session.scalar(select(func.count(Suspension.id)))) == 0
    offered = enter("officer").get(CHILD).link("Add a suspension").main
    assert "Alder School" in offered and "Birch School" not in offered, "the child was never there"


def test_the_verb_takes_no_suspension_of_another_school_from_a_teacher(world: World) -> None:
    row = Suspension(child_id=world.child_id, school_id=world.other_school_id, kind=SuspensionKind.SUSPENSION,
                     started_on=TODAY, told_us_on=TODAY)
    with pytest.raises(Refused) as refused:
        save_record(world.session, row, actor=world.act(world.teacher), today=TODAY)
    assert [each.message for each in refused.value.findings] == [
        "A school records its own suspensions. Tell the Virtual School of one at another school."]


def test_without_a_school_on_record_every_school_is_offered(world: World) -> None:
    world.act(world.officer)
    world.session.delete(world.session.scalars(select(Enrolment).where(Enrolment.child_id == world.child_id)).one())
    world.session.flush()
    assert schools_offered(world.session, world.session.get_one(Child, world.child_id), world.officer) is None


def test_a_consent_is_asked_for_once_a_matter(enter: Enter, ask: Ask) -> None:
    worker = enter("worker")
    saved = worker.get(CHILD).link("Add a consent").send("matter", matter="abroad", who_decides="parent")
    assert "Trip abroad" in saved.main
    wrong = saved.link("Change").send("matter", decision="yes")
    assert wrong.status == 422 and "Enter the day of the decision." in wrong.main
    wrong.send("matter", given_on="04 Nov 2024")
    assert ask(lambda session: session.scalars(select(Consent.given_on)).one()) == date(2024, 11, 4)
    again = worker.get(CHILD).link("Add a consent").send("matter", matter="abroad", who_decides="carer")
    assert again.status == 422 and "There is a line for this matter already." in again.main


@pytest.mark.parametrize(("who", "noun"), [("teacher", "sdq"), ("teacher", "consents"), ("worker", "suspensions")])
def test_each_records_what_the_handbook_gives_them(enter: Enter, who: str, noun: str) -> None:
    assert enter(who).get(f"/admin/pep/{noun}/add/?child=1").status == 403


def test_the_verb_refuses_who_may_not_and_a_child_out_of_sight(world: World) -> None:
    total = {"completed_on": TODAY, "completed_by": SdqBy.CARER, "total": 3}
    with pytest.raises(NotAllowed):
        save_record(world.session, SdqScore(child_id=world.child_id, **total), actor=world.act(world.teacher), today=TODAY)
    with pytest.raises(NotFound):
        save_record(world.session, SdqScore(child_id=world.other_child_id, **total), actor=world.act(world.worker), today=TODAY)
    with pytest.raises(Refused):
        save_record(world.session, SdqScore(child_id=world.child_id, **(total | {"total": 99})), actor=world.act(world.worker),
                    today=TODAY)


def test_half_days_add_up_across_schools_within_the_academic_year(world: World) -> None:
    world.act(world.officer)
    for school, first, lost in ((world.school_id, date(2024, 9, 2), 4), (world.other_school_id, date(2024, 10, 7), 3),
                                (world.school_id, date(2024, 8, 30), 9)):
        row = Suspension(child_id=world.child_id, school_id=school, kind=SuspensionKind.SUSPENSION, started_on=first,
                         half_days=lost)
        save_record(world.session, row, actor=world.officer, today=TODAY)
    assert half_days_lost(world.session, world.child_id, TODAY) == 7


def test_a_suspension_is_not_added_to_itself_nor_an_exclusion_to_suspensions(world: World) -> None:
    """60 half days, corrected to 61: 30.5 days of the 45. A permanent exclusion's half days are no suspension's."""
    world.act(world.officer)
    rows = [Suspension(child_id=world.child_id, school_id=world.school_id, kind=kind, started_on=first, half_days=lost,
                       told_us_on=first)
            for kind, first, lost in ((SuspensionKind.SUSPENSION, date(2024, 9, 2), 60),
                                      (SuspensionKind.PERMANENT, date(2024, 10, 7), 40))]
    for row in rows:
        save_record(world.session, row, actor=world.officer, today=TODAY)
    rows[0].half_days = 61
    child = world.session.get_one(Child, world.child_id)
    assert find_wrong(world.session, rows[0], Suspension, child, actor=world.officer, today=TODAY) == []


# --- the case ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rated(world: World) -> World:
    world.act(world.officer)
    child = world.session.get_one(Child, world.child_id)
    child.case_rating, child.case_officer_id = CaseRating.RED, world.officer.person_id
    world.session.commit()
    return world


@pytest.mark.parametrize(("who", "shown"), [("officer", True), ("auditor", True), ("teacher", False), ("worker", False)])
def test_how_a_case_is_rated_is_for_the_virtual_school(rated: World, enter: Enter, who: str, shown: bool) -> None:
    visitor = enter(who)
    assert ("Case rating" in visitor.get(CHILD).text) is shown
    assert ("Case rating" in visitor.get(CHILDREN).text) is shown
    keys = [f"flt{number}_case_rating=green" for number in range(9)]
    narrowed = [visitor.get(f"{CHILDREN}?{key}").main for key in keys]
    assert all("Musterkind0" in each for each in narrowed) is not shown, "nobody may ask by it who may not see it"


def test_an_officer_rates_a_case_and_lists_their_own(enter: Enter, world: World, ask: Ask) -> None:
    officer = enter("officer")
    officer.get(CHILD).link("Correct the record").send("case_rating", case_rating="red", case_officer=str(world.officer.person_id))
    assert ask(lambda session: session.get_one(Child, 1).case_rating) is CaseRating.RED


NOUNS = ("sdq", "suspensions", "consents", "enrolments", "placements", "caseloads", "care_periods", "peps")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_says_in_words_what_its_search_looks_in(enter: Enter, noun: str) -> None:
    page = enter("officer").get(f"/admin/pep/{noun}/")
    assert "surname, first name, name they like" in page.main
    assert "child." not in page.main and "_" not in page.main
