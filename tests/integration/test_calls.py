"""Ring today: for whom a PEP waits that is late or due within a week, what was said, and when to ring again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AuditEvent, CallNote, Person, School
from pep_admin.permissions import SYSTEM
from pep_admin.queries.calls import to_ring
from pep_admin.vocabulary import Part, PepStatus
from pep_admin.workflow import calls, delegation, sections
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/calls/"
NEAR = date(2024, 11, 22)
"""A week before the term's deadline, 29 Nov 2024."""


@pytest.fixture
def world(world: World) -> World:
    """Both PEPs are with their writers."""
    for child_id in (world.child_id, world.other_child_id):
        pep = world.pep_of(child_id)
        delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run="r")
    world.act(SYSTEM)
    world.session.commit()
    return world


def names(world: World, day: date, *, due: bool = True) -> list[tuple[str, str, list[str]]]:
    """Who is on the list of that day: group, name, what waits."""
    world.session.flush()
    world.act(SYSTEM)
    return [(each.group, each.person.name, [f"{owed.pep.child.first_name}: {' '.join(part.value for part in owed.parts)}"
                                            for owed in each.owed])
            for each in to_ring(world.session, day) if each.is_due(day) is due]


def note(world: World, **changed: Any) -> CallNote:
    values = {"words": "Promised it for Friday", "spoke_on": TODAY, "today": TODAY, **changed}
    return calls.note_call(world.session, world.teacher.person_id or 0, actor=world.act(world.officer), **values)


def test_who_owes_what_is_due_within_a_week(world: World) -> None:
    world.act(SYSTEM)
    world.session.get_one(Person, world.worker.person_id).organisation = "Team North"
    assert names(world, date(2024, 11, 21)) == []
    assert names(world, NEAR) == [
        ("Alder School", "Tess Lehrer", ["Robin: education"]), ("Birch School", "Otto Anders", ["Jule: education"]),
        ("", "Olga Zweite", ["Jule: social_care meeting"]), ("Team North", "Sara Sozial", ["Robin: social_care meeting"])]


def test_what_was_not_sent_out_or_has_no_writer_is_said_with_a_link(world: World, enter: Any) -> None:
    """Robin's PEP was not sent out; Birch School, 01632 950011, names no designated teacher for Jule's."""
    first, second = world.pep_of(world.child_id), world.pep_of(world.other_child_id)
    first.status, first.delegated_at, second.writer = PepStatus.INITIATED, None, None
    school = world.session.get_one(School, world.other_school_id)
    school.designated_teacher, school.phone = None, "01632 950011"
    world.session.commit()
    officer = enter("officer")
    page = officer.get(PAGE)
    assert "Nobody need be rung: nothing that is with its writers is late or due within a week" in page.main
    config.move_today(NEAR)
    page = officer.get(PAGE)
    assert "Robin" not in page.main and "Jule" in page.main
    unsent = page.link("PEPs that were not sent to their writers yet")
    assert "Robin" in unsent.main and "Jule" not in unsent.main
    assert "01632 950011" in page.link("People out of reach").main


def test_what_is_signed_or_was_not_sent_out_is_nobodys(world: World) -> None:
    pep = world.written_pep()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    sections.sign_part(world.session, pep.id, Part.SOCIAL_CARE, actor=world.act(world.worker), today=TODAY, now=NOW)
    assert [each for each in names(world, NEAR) if "Robin" in str(each)] == [("", "Sara Sozial", ["Robin: meeting"])]


def test_who_was_rung_is_left_alone_until_the_day(world: World) -> None:
    note(world, follow_up_on=date(2024, 11, 25))
    assert "Tess Lehrer" not in str(names(world, NEAR)) and "Tess Lehrer" in str(names(world, NEAR, due=False))
    assert "Tess Lehrer" in str(names(world, date(2024, 11, 25)))


def test_a_follow_up_comes_due_though_nothing_waits_any_more(world: World) -> None:
    kept = note(world, follow_up_on=date(2024, 11, 19))
    assert names(world, date(2024, 11, 19)) == [("", "Tess Lehrer", [])]
    calls.settle_call(world.session, kept.id, actor=world.act(world.officer), today=date(2024, 11, 19))
    assert names(world, date(2024, 11, 19)) == []
    with pytest.raises(Refused, match="This was settled on 19 Nov 2024"):
        calls.settle_call(world.session, kept.id, actor=world.act(world.officer), today=date(2024, 11, 20))


def test_the_next_call_settles_what_was_agreed_before(world: World) -> None:
    first = note(world, follow_up_on=date(2024, 11, 19))
    note(world, words="It is written now")
    assert first.settled_on == TODAY and names(world, date(2024, 11, 19)) == []


def test_a_note_settles_what_was_agreed_about_the_same_and_no_more(world: World, enter: Any, ask: Any) -> None:
    """The teacher leads both schools. Agreed: about Robin's PEP 20 Nov, about Jule's 21 Nov, about all of it 25 Nov."""
    world.act(SYSTEM)
    world.session.get_one(School, world.other_school_id).designated_teacher_id = world.teacher.person_id
    robin, jule = world.pep_of(world.child_id), world.pep_of(world.other_child_id)
    jule.writer_id = world.teacher.person_id
    first, second, reference = robin.id, jule.id, jule.reference
    world.session.commit()
    config.move_today(NEAR)
    officer = enter("officer")

    def says(words: str, about: int | str, again: str = "") -> None:
        form = officer.get(f"{PAGE}note/?person={world.teacher.person_id}")
        assert "settled by this call; about all of it, everything that you had agreed with them" in form.main
        noted = form.send("words", words=words, about=str(about), spoke_on="22 Nov 2024", follow_up_on=again)
        assert "The call is noted." in noted.main

    def standing() -> list[str]:
        return list(ask(lambda session: session.scalars(sa.select(CallNote.words).where(
            CallNote.settled_on.is_(None), CallNote.follow_up_on.is_not(None)).order_by(CallNote.id)).all()))

    says("Robin on Monday", first, "25 Nov 2024")
    says("Jule on Tuesday", second, "26 Nov 2024")
    says("Everything by Wednesday", "", "27 Nov 2024")
    assert standing() == ["Everything by Wednesday"], "about all of it"
    says("Robin by Thursday", first, "28 Nov 2024")
    says("Jule by Friday", second, "29 Nov 2024")
    says("Robin is written", first)
    assert standing() == ["Everything by Wednesday", "Jule by Friday"]
    page = officer.get(PAGE)
    assert "Rung, and not to be rung before a later day: 1" in page.main
    assert "Ring again on 27 Nov 2024 about all of it: Everything by Wednesday" in page.main
    assert f"Ring again on 29 Nov 2024 about {reference}: Jule by Friday" in page.main
    config.move_today(date(2024, 11, 27))
    assert "Rung, and not to be rung" not in officer.get(PAGE).main, "the earliest day counts"
    says("All is well", "")
    assert standing() == []


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"words": " - "}, "Write down what was said"), ({"spoke_on": date(2024, 11, 19)}, "19 Nov 2024 is still to come"),
    ({"follow_up_on": date(2024, 11, 17)}, "That day is over"), ({"spoke_on": date(1990, 1, 1)}, "more than a year ago"),
])
def test_what_is_no_note(world: World, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        note(world, **changed)
    assert sentence in str([each.message for each in refused.value.findings])
    assert world.session.scalar(sa.select(sa.func.count()).select_from(CallNote)) == 0


def test_a_note_is_about_a_person_and_a_pep_that_there_are(world: World) -> None:
    with pytest.raises(NotFound):
        note(world, pep_id=987_654)
    with pytest.raises(NotFound):
        calls.note_call(world.session, 987_654, words="x y z", spoke_on=TODAY, actor=world.act(world.officer), today=TODAY)


def test_a_note_is_about_a_pep_of_which_the_person_writes_something(world: World) -> None:
    theirs, strange = world.pep_of(world.child_id), world.pep_of(world.other_child_id)
    with pytest.raises(Refused) as refused:
        note(world, pep_id=strange.id)
    assert [(each.field, each.message) for each in refused.value.findings] == [
        ("about", f"Tess Lehrer has nothing to do with {strange.reference}. Choose again.")]
    assert note(world, pep_id=theirs.id).pep_id == theirs.id


def test_a_note_that_comes_twice_is_kept_once(world: World, enter: Any, ask: Any) -> None:
    form = enter("officer").get(f"{PAGE}note/?person={world.teacher.person_id}")
    for _ in range(2):
        assert "The call is noted." in form.send("words", words="Sends it on Thursday", follow_up_on="25 Nov 2024").main
    form.send("words", words="Rang once more", follow_up_on="26 Nov 2024")
    kept = ask(lambda session: session.scalars(sa.select(CallNote).order_by(CallNote.id)).all())
    assert [(each.words, each.settled_on) for each in kept] == [("Sends it on Thursday", TODAY), ("Rang once more", None)]


def test_a_note_stands_with_the_person_and_the_pep_for_the_virtual_school_alone(world: World, enter: Any) -> None:
    pep, strange = world.pep_of(world.child_id), world.pep_of(world.other_child_id)
    note(world, words="Sends it on Thursday", pep_id=pep.id, follow_up_on=date(2024, 11, 25))
    note(world, words="Asked about everything", spoke_on=date(2024, 11, 17))
    numbers, reference = (pep.id, strange.id), pep.reference
    world.session.commit()
    person, own, other = (f"/admin/pep/people/details/?id={world.teacher.person_id}",
                          *(f"/admin/pep/peps/details/?id={each}" for each in numbers))
    officer = enter("officer")
    shown = officer.get(person)
    assert "Telephone calls" in shown.main and "Sends it on Thursday" in shown.main and shown.links(reference)
    assert "Sends it on Thursday" in officer.get(own).main and "25 Nov 2024" in officer.get(own).main
    assert "Sends it on Thursday" not in officer.get(other).main
    assert reference in officer.get(f"{PAGE}note/?person={world.teacher.person_id}").main
    for who, page in (("teacher", own), ("auditor", own), ("auditor", person), ("worker", own)):
        answer = enter(who).get(page)
        assert answer.status == 200 and "Telephone calls" not in answer.main and "Thursday" not in answer.main


@pytest.mark.parametrize("who", ["auditor", "teacher", "worker", "finance", "administrator"])
def test_it_is_the_offices_alone(world: World, enter: Any, who: str) -> None:
    with pytest.raises(NotAllowed):
        calls.note_call(world.session, world.teacher.person_id or 0, words="It will come", spoke_on=TODAY,
                        actor=world.act(getattr(world, who)), today=TODAY)
    world.session.rollback()
    visitor = enter(who)
    assert visitor.get(PAGE).status == 403 and visitor.get(f"{PAGE}note/?person={world.teacher.person_id}").status == 403


def test_the_officers_friday(world: World, enter: Any, ask: Any) -> None:
    world.act(SYSTEM)
    world.session.get_one(Person, world.teacher.person_id).phone = "01632 960123"
    world.session.commit()
    config.move_today(date(2024, 12, 2))
    officer = enter("officer")
    page = officer.get(PAGE)
    assert "4 people owe a part" in page.main and "Alder School" in page.main and "late" in page.main
    assert page.tree is not None and page.tree.xpath("//a[@href='tel:01632960123']")
    form = page.link("Note the call… with Tess Lehrer")
    wrong = form.send("words", words="", follow_up_on="5 Dec 2024")
    assert wrong.status == 422 and "Write down what was said" in wrong.main and '"5 Dec 2024"' in wrong.text
    pep = ask(lambda session: world.pep_of().id)
    done = form.send("words", words="Sends it on Thursday", about=str(pep), follow_up_on="5 Dec 2024")
    assert "The call is noted." in done.main and "3 people owe a part" in done.main
    assert "Rung, and not to be rung before a later day: 1" in done.main and "Ring again on 05 Dec 2024" in done.main
    again = officer.get(f"{PAGE}note/?person={world.teacher.person_id}")
    assert "Sends it on Thursday" in again.main and "Ole Amt" in again.main
    settled = done.visitor.get(PAGE).send("csrf_token")
    assert "Settled: what was agreed with Tess Lehrer about 2425-AUT-" in settled.main and "4 people owe a part" in settled.main
    events = ask(lambda session: session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("call%"))).all())
    assert {"call.note", "call.settle", "calls.list", "calls.note"} == set(events)


def test_nobody_need_be_rung(world: World, enter: Any) -> None:
    assert "Nobody need be rung" in enter("officer").get(PAGE).main
