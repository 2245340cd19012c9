"""Are you still the named lead? Asked by mail, answered behind sign-in; somebody else is named by the officer's act alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin.exceptions import NotAllowed, NotFound, Refused, StaleRecord
from pep_admin.models import AuditEvent, Child, Delivery, LeadQuestion, Person, RecordChange, School
from pep_admin.permissions import children_seen
from pep_admin.school_words import LeadAnswer, LeadDecision
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import DeliveryState, PersonKind
from pep_admin.workflow import delegation, leads
from tests.host.foreign_app import Council
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

SCHOOLS, LEADS, MINE = "/admin/pep/schools/", "/admin/pep/leads/", "/admin/pep/my_lead/"
NEW = {"first_name": "Nova", "last_name": "Neu", "email": "Nova.Neu@Example.org"}
SURE = "Called the school office at the number on record"


def school(world: World) -> School:
    return world.session.get_one(School, world.school_id)


def ask_them(world: World, *ids: int, run: str = "r1", **more: Any) -> leads.Asking:
    return leads.ask_leads(world.session, ids or (world.school_id, world.other_school_id), actor=world.act(world.officer), now=NOW,
                           run=run, **more)


def yes(world: World) -> School:
    return leads.confirm_lead(world.session, world.school_id, actor=world.act(world.teacher), today=TODAY, now=NOW)


def other(world: World, **changed: Any) -> LeadQuestion:
    values = {**NEW, "from_on": date(2024, 11, 4), **changed}
    return leads.name_lead(world.session, world.school_id, **values, actor=world.act(world.teacher), now=NOW)


def accept(world: World, question: LeadQuestion, **changed: Any) -> Person:
    values = {"version": question.row_version, "on": TODAY, "leaves": False, "reason": SURE, "actor": world.act(world.officer),
              "today": TODAY, "now": NOW, "run": "r2", **changed}
    return leads.accept_lead(world.session, question.id, **values)


def letters(world: World) -> list[tuple[int | None, str]]:
    found = select(Delivery.person_id, Delivery.key).where(Delivery.template == "lead_asked").order_by(Delivery.id)
    return [tuple(each) for each in world.session.execute(found)]


def seen_by(world: World, who: int | None) -> set[int]:
    return set(world.session.connection().execute(children_seen([who or -1], [])).scalars())


def standing(world: World) -> tuple[Any, ...]:
    row = school(world)
    return row.designated_teacher_id, row.lead_confirmed_on, row.lead_confirmed_by, row.lead_confirmed_name


# --- asking ------------------------------------------------------------------------------------------------------------------


def test_each_lead_gets_one_letter_a_run_however_many_schools(world: World) -> None:
    world.act(world.officer)
    world.session.get_one(School, world.other_school_id).designated_teacher_id = world.teacher.person_id
    world.session.flush()
    asked = ask_them(world)
    assert (len(asked.going), asked.held, asked.mails) == (2, (), 1)
    ask_them(world)
    assert letters(world) == [(world.teacher.person_id, f"lead:r1:{world.teacher.person_id}")]
    assert len(world.session.scalars(select(LeadQuestion.id)).all()) == 2, "the same question is asked again"


def test_a_preview_sends_and_keeps_nothing(world: World) -> None:
    assert ask_them(world, dry_run=True).mails == 2
    assert letters(world) == [] and world.session.scalars(select(LeadQuestion.id)).all() == []


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda school, teacher: setattr(school, "designated_teacher_id", None), "Nobody is named as designated teacher."),
    (lambda school, teacher: setattr(teacher, "email", None), "Tess Lehrer has no working e-mail address. Put one in"),
    (lambda school, teacher: setattr(teacher, "bounced_on", TODAY), "Tess Lehrer has no working e-mail address."),
    (lambda school, teacher: setattr(teacher, "left_on", TODAY), "Tess Lehrer has left. Name another designated teacher."),
    (lambda school, teacher: setattr(school, "closed_on", date(2024, 8, 31)), "The school closed on 31 Aug 2024."),
])
def test_who_cannot_answer_is_held_with_the_reason(world: World, spoil: Callable[[School, Person], None], said: str) -> None:
    world.act(world.officer)
    spoil(school(world), world.session.get_one(Person, world.teacher.person_id))
    world.session.flush()
    asked = ask_them(world)
    [(held, finding)] = asked.held
    assert held.id == world.school_id and said in finding.message and asked.mails == 1


def test_where_accounts_are_known_who_has_none_is_held(world: World) -> None:
    asked = ask_them(world, accounts={world.other_teacher.person_id})
    assert [finding.message for _, finding in asked.held] == [
        "Tess Lehrer has no account to answer with. Ask an administrator to invite them."]


def test_who_named_somebody_else_is_not_asked_again_before_that_is_decided(world: World) -> None:
    question = other(world)
    asked = ask_them(world)
    assert [finding.message for _, finding in asked.held] == ["Tess Lehrer has named Nova Neu already. Decide on that first."]
    leads.decline_lead(world.session, question.id, version=question.row_version, reason="Not so", actor=world.act(world.officer),
                       now=NOW)
    assert ask_them(world, run="r3").held == ()


@pytest.mark.parametrize("who", ["teacher", "worker", "finance", "auditor", "administrator"])
def test_only_the_office_asks_and_decides(world: World, who: str) -> None:
    question = other(world)
    actor = world.act(getattr(world, who))
    with pytest.raises(NotAllowed):
        leads.ask_leads(world.session, [world.school_id], actor=actor, now=NOW, run="r")
    with pytest.raises(NotAllowed):
        accept(world, question, actor=actor)
    with pytest.raises(NotAllowed):
        leads.decline_lead(world.session, question.id, version=1, reason="No", actor=actor, now=NOW)


# --- answering ---------------------------------------------------------------------------------------------------------------


def test_yes_is_kept_with_the_day_and_the_name(world: World) -> None:
    ask_them(world)
    yes(world)
    assert standing(world) == (world.teacher.person_id, TODAY, world.teacher.id, "Tess Lehrer")
    question = world.session.scalars(select(LeadQuestion).where(LeadQuestion.school_id == world.school_id)).one()
    assert (question.answer, question.answered_at) == (LeadAnswer.YES, NOW)
    event = world.session.scalars(select(AuditEvent).where(AuditEvent.action == "school.confirm_lead")).one()
    assert (event.object_id, event.details) == (world.school_id, {})
    kept = world.session.scalars(select(RecordChange.changes).where(RecordChange.table_name == "pep_school")).all()
    assert [each["lead_confirmed_on"] for each in kept if "lead_confirmed_on" in each] == [[None, "2024-11-18"]]


def test_somebody_else_named_opens_nothing_to_anybody(world: World) -> None:
    yes(world)
    people = len(world.session.scalars(select(Person.id)).all())
    mails = len(world.session.scalars(select(Delivery.id)).all())
    question = other(world)
    assert (question.new_name, question.new_email, question.new_from) == ("Nova Neu", "nova.neu@example.org", date(2024, 11, 4))
    assert standing(world) == (world.teacher.person_id, None, None, None)
    assert len(world.session.scalars(select(Person.id)).all()) == people
    assert len(world.session.scalars(select(Delivery.id)).all()) == mails
    assert world.child_id in seen_by(world, world.teacher.person_id)


def test_a_later_answer_takes_the_place_of_one_that_nobody_decided(world: World) -> None:
    first = other(world)
    assert other(world, first_name="Nele").id == first.id
    yes(world)
    assert (first.answer, first.new_email, standing(world)[1]) == (LeadAnswer.YES, None, TODAY)


@pytest.mark.parametrize(("changed", "field"), [
    ({"email": "nobody"}, "email"), ({"email": ""}, "email"), ({"email": "tess.lehrer@example.org"}, "email"),
    ({"first_name": " "}, "first_name"), ({"last_name": "n/a"}, "last_name"),
])
def test_what_is_no_name_or_address_is_refused(world: World, changed: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        other(world, **changed)
    assert {each.field for each in refusal.value.findings} == {field}
    assert world.session.scalars(select(LeadQuestion.id)).all() == []


def test_nobody_answers_for_the_school_of_another(world: World) -> None:
    with pytest.raises(NotFound):
        leads.confirm_lead(world.session, world.school_id, actor=world.act(world.other_teacher), today=TODAY, now=NOW)
    with pytest.raises(NotFound):
        leads.name_lead(world.session, world.school_id, **NEW, from_on=None, actor=world.act(world.other_teacher), now=NOW)
    with pytest.raises(NotAllowed):
        leads.confirm_lead(world.session, world.school_id, actor=world.act(world.worker), today=TODAY, now=NOW)


def test_another_designated_teacher_is_not_confirmed_by_the_last_ones_word(world: World) -> None:
    yes(world)
    delegation.name_designated_teacher(world.session, school(world), world.other_teacher.person_id, actor=world.act(world.officer),
                                       now=NOW, run="r")
    assert standing(world) == (world.other_teacher.person_id, None, None, None)


# --- deciding ------------------------------------------------------------------------------------------------------------


def test_accepting_puts_a_new_person_on_record_and_in_the_place_at_this_school(world: World) -> None:
    pep = world.delegated_pep()
    new = accept(world, other(world))
    assert (new.kind, new.email, new.organisation) == (PersonKind.DESIGNATED_TEACHER, "nova.neu@example.org", "Alder School")
    assert (standing(world)[0], pep.writer_id) == (new.id, new.id)
    assert (seen_by(world, world.teacher.person_id), seen_by(world, new.id)) == (set(), {world.child_id})
    assert world.session.get_one(Person, world.teacher.person_id).left_on is None
    question = world.session.scalars(select(LeadQuestion)).one()
    assert (question.decision, question.decided_name, question.decision_reason) == (LeadDecision.ACCEPTED, "Ole Amt", SURE)


def test_accepting_for_one_who_leaves_hands_everything_over(world: World) -> None:
    world.act(world.officer)
    world.session.get_one(School, world.other_school_id).designated_teacher_id = world.teacher.person_id
    known = person(world.session, "Nova", "Neu", PersonKind.DESIGNATED_TEACHER)
    assert accept(world, other(world), leaves=True).id == known.id
    assert set(world.session.scalars(select(School.designated_teacher_id))) == {known.id}
    assert world.session.get_one(Person, world.teacher.person_id).left_on == TODAY


@pytest.mark.parametrize(("changed", "said"), [
    ({"reason": "n/a"}, "Say how you made sure"), ({"on": date(2024, 11, 19)}, "19 Nov 2024 is still to come"),
])
def test_accepting_needs_a_day_that_has_come_and_how_it_is_known(world: World, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        accept(world, other(world), **changed)
    assert standing(world)[0] == world.teacher.person_id


def test_an_address_of_somebody_who_is_no_school_staff_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="this address is that of Sara Sozial, social worker"):
        accept(world, other(world, email="sara.sozial@example.org"))


def test_an_address_of_somebody_who_has_left_is_refused(world: World) -> None:
    world.act(world.officer)
    person(world.session, "Nova", "Neu", PersonKind.DESIGNATED_TEACHER).left_on = date(2024, 9, 1)
    world.session.flush()
    with pytest.raises(Refused, match="Nova Neu has left"):
        accept(world, other(world))


def test_it_is_decided_once_in_the_version_that_was_seen_and_while_it_holds(world: World) -> None:
    question = other(world)
    with pytest.raises(StaleRecord):
        accept(world, question, version=99)
    delegation.name_designated_teacher(world.session, school(world), world.other_teacher.person_id, actor=world.act(world.officer),
                                       now=NOW, run="r")
    with pytest.raises(Refused, match="no longer designated teacher of Alder School"):
        accept(world, question)
    leads.decline_lead(world.session, question.id, version=question.row_version, reason="Settled by telephone", now=NOW,
                       actor=world.act(world.officer))
    with pytest.raises(Refused, match="nothing to decide"):
        leads.decline_lead(world.session, question.id, version=question.row_version, reason="Again", now=NOW, actor=world.officer)


# --- at the pages --------------------------------------------------------------------------------------------------------------


def names(page: Any) -> list[str]:
    return [each.text_content().strip() for each in page.tree.xpath("//table//tbody//th")]


def test_from_the_list_of_schools_to_the_new_lead(enter: Callable[[str], Visitor], ask: Callable[..., Any], world: World) -> None:
    officer, teacher = enter("officer"), enter("teacher")
    page = officer.get(SCHOOLS).send("rowid", button=("action", "leads"), choose=[str(world.school_id), str(world.other_school_id)])
    assert page.heading == "Ask the named leads whether they still are" and "2 letters would go out" in page.main
    assert "not known here" in page.main, "this host does not say who has an account"
    done = page.send("run")
    assert "2 schools asked, 2 letters." in done.main and names(done) == ["Alder School", "Birch School"]
    page.send("run")
    assert len(ask(letters_of)) == 2, "pressed twice, sent once"
    assert names(officer.get(f"{SCHOOLS}?flt0_lead=waiting")) == ["Alder School", "Birch School"]

    mine = teacher.get(MINE)
    assert "You were asked on" in mine.main and "Birch" not in mine.main
    form = mine.link("Answer for Alder School")
    wrong = form.send("email", first_name="Nova", last_name="", email="nova.neu")
    assert wrong.status == 422 and "Enter the last name." in wrong.main and 'value="nova.neu"' in wrong.text
    own = form.send("email", first_name="Tess", last_name="Lehrer", email="tess.lehrer@example.org")
    assert own.status == 422 and "This is your own address." in own.main
    told = form.send("email", **NEW, from_on="04 Nov 2024")
    assert "Your answer for Alder School is recorded." in told.main and "Nova Neu has taken over" in told.main

    assert names(officer.get(f"{SCHOOLS}?flt0_lead=other")) == ["Alder School"]
    assert names(officer.get(f"{SCHOOLS}?flt0_lead=waiting")) == ["Birch School"]
    decide = officer.get("/admin/").link("Somebody else named lead").link("Alder School").link("Take it over…")
    assert "Nobody: the person is put on record" in decide.main and "4 Nov 2024" in decide.text
    without = decide.send("reason", reason="")
    assert without.status == 422 and "Say how you made sure." in without.main
    done = without.send("reason", reason=SURE, leaves="y")
    assert "Nova Neu is designated teacher of Alder School now." in done.main
    assert ask(lambda session: session.get_one(Person, world.teacher.person_id).left_on) == date(2024, 11, 4)
    assert "Nothing fits this search." in officer.get(f"{LEADS}?flt0_state=decide").main
    again = decide.send("reason", reason=SURE)
    assert again.status == 409


def letters_of(session: Any) -> list[Any]:
    return list(session.scalars(select(Delivery.id).where(Delivery.template == "lead_asked")))


def test_it_is_declined_with_the_reason(enter: Callable[[str], Visitor], ask: Callable[..., Any], world: World) -> None:
    enter("teacher").get(f"{MINE}answer/?school={world.school_id}").send("email", **NEW)
    page = enter("officer").get(f"{LEADS}?flt0_state=decide").link("Alder School").link("Decline…")
    assert page.send("reason", reason="").status == 422
    done = page.send("reason", reason="The head says it is still Tess Lehrer")
    assert "Tess Lehrer stays designated teacher of Alder School." in done.main
    assert "The head says it is still Tess Lehrer" in done.main


def test_a_confirmed_lead_is_found_by_its_day_and_not_asked_again_this_term(
    enter: Callable[[str], Visitor], ask: Callable[..., Any], world: World
) -> None:
    teacher, officer = enter("teacher"), enter("officer")
    teacher.get(f"{MINE}answer/?school={world.school_id}").send("answer", button=("answer", "yes"))
    assert "Confirmed on 18 Nov 2024." in teacher.get(MINE).main
    for asked, found in (("flt0_lead=confirmed", ["Alder School"]), ("flt0_lead=never", ["Birch School"]),
                         ("flt0_lead_before=18 Nov 2024", ["Alder School"]), ("flt0_lead_before=17 Nov 2024", []),
                         ("flt0_lead_from=18 Nov 2024", ["Alder School"]),
                         ("flt0_lead=nonsense", ["Alder School", "Birch School"])):
        assert names(officer.get(f"{SCHOOLS}?{asked}")) == found, asked
    page = officer.get(f"{LEADS}ask/")
    assert "1 letter would go out" in page.main and "Alder School" not in page.main
    assert "Alder School" in officer.get(f"{LEADS}ask/?since=19 Nov 2024").main
    assert officer.get(f"{LEADS}ask/?since=some day").status == 200
    assert "Named lead confirmed on18 Nov 2024" in officer.get(f"{SCHOOLS}details/?id={world.school_id}").main


def test_a_school_without_a_child_in_care_is_not_asked_by_itself(
    enter: Callable[[str], Visitor], ask: Callable[..., Any], world: World
) -> None:
    def leave(session: Any) -> None:
        session.get_one(Child, world.other_child_id).left_care_on = date(2024, 11, 1)
        session.commit()

    ask(leave)
    assert "Birch School" not in enter("officer").get(f"{LEADS}ask/").main


@pytest.mark.parametrize("form", [{"rowid": "99999999999"}, {"rowid": "x"}, {"rowid": "987654"}])
def test_strange_schools_are_not_asked(enter: Callable[[str], Visitor], form: dict[str, str]) -> None:
    officer = enter("officer")
    page = officer.get(f"{LEADS}ask/")
    mark = dict(page.form("run").form_values())
    answer = officer.post(f"{LEADS}ask/", [*((key, value) for key, value in mark.items() if key != "rowid"), *form.items()])
    assert answer.status == 404


def test_a_letter_whose_question_is_settled_is_not_sent(council: Council, world: World, ask: Callable[..., Any]) -> None:
    ask_them(world)
    yes(world)
    world.session.commit()
    council.app.config["PEP_ADMIN_MAIL_BACKEND"] = "console"
    run_once(council.app)
    found = select(Delivery.person_id, Delivery.state, Delivery.problem).where(Delivery.template == "lead_asked")
    told = {row[0]: (row[1], row[2]) for row in ask(lambda session: session.execute(found).all())}
    assert told[world.teacher.person_id] == (
        DeliveryState.NOT_NEEDED, "This was answered, or somebody else is designated teacher now.")
    assert told[world.other_teacher.person_id][0] is DeliveryState.SENT
