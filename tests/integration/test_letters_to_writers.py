"""The letters to those who write a PEP are about PEPs: asked anew when they are sent and when they are sent again, they go to
nobody who has none of them to write any more, and count what is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.models import Child, Delivery, Pep, QaReview, School
from pep_admin.permissions import SYSTEM
from pep_admin.server.mail import LETTERS
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import Decision, DeliveryState, Grade, LeavingReason
from pep_admin.workflow import delegation, questions, reviews, roll
from pep_admin.workflow.peps import withdraw_pep
from tests.host.foreign_app import Council
from tests.integration.post_office import PostOffice, text_of
from tests.world import NOW, TODAY, World, accepting

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MAIL = "/admin/pep/deliveries/"
TEACHER, WORKER = "tess.lehrer@example.org", "sara.sozial@example.org"
BACK = reviews.Grading(Grade.AMBER, Decision.RETURN, "What did they say?", "Ask them")
ASKED = reviews.Grading(None, Decision.ASK, "Which tutor is it?")


@pytest.fixture
def world(world: World, council: Council, post_office: PostOffice) -> World:
    """Nothing waits to be sent, and what is sent comes to the post office."""
    world.act(SYSTEM)
    world.session.execute(sa.update(Delivery).values(state=DeliveryState.SENT))
    world.session.commit()
    council.app.config.update(post_office.settings, PEP_ADMIN_BASE_URL="https://pep.example.org")
    return world


def send_out(world: World) -> tuple[int, int]:
    """Both PEPs go to the first teacher, who writes them now."""
    first, second = (world.pep_of(each).id for each in (world.child_id, world.other_child_id))
    delegation.name_writer(world.session, second, world.teacher.person_id or 0, actor=world.act(world.officer))
    delegation.delegate_peps(world.session, [first, second], actor=world.act(world.officer), now=NOW, run="both")
    world.session.commit()
    return first, second


def close(world: World, pep_id: int) -> None:
    withdraw_pep(world.session, pep_id, reason="Entered twice", actor=world.act(world.officer), now=NOW)


def hand_on(world: World, pep_id: int) -> None:
    delegation.name_writer(world.session, pep_id, world.other_teacher.person_id or 0, actor=world.act(world.officer))


def move_away(world: World, pep_id: int) -> None:
    world.act(world.officer)
    child = world.session.get_one(Child, world.session.get_one(Pep, pep_id).child_id)
    to = world.other_school_id if child.school_id == world.school_id else None
    roll.change_school(world.session, child, school_id=to, on=TODAY, reason=LeavingReason.HOME_MOVE, actor=world.officer,
                       today=TODAY, now=NOW, run=f"m{pep_id}")


def leave_care(world: World, pep_id: int) -> None:
    world.act(world.officer)
    child = world.session.get_one(Child, world.session.get_one(Pep, pep_id).child_id)
    roll.leave_care(world.session, child, on=TODAY, reason="E8", actor=world.officer, today=TODAY, now=NOW)


def the_letter(world: World, template: str, who: Any = None) -> Delivery:
    world.act(SYSTEM)
    world.session.expire_all()
    mine = sa.select(Delivery).where(Delivery.template == template, Delivery.person_id == (who or world.teacher).person_id)
    return world.session.scalars(mine.order_by(Delivery.id.desc())).first()  # type: ignore[return-value]


def arrived(world: World, council: Council, office: PostOffice, template: str, to: str = TEACHER) -> list[str]:
    """The words of the letters of that kind that come to them now."""
    world.session.commit()
    before = len(office.received)
    run_once(council.app)
    return [text_of(message) for whom, message in office.received[before:]
            if whom == [to] and message["Subject"] == LETTERS[template].subject]


def over(world: World, letter: Delivery) -> str:
    assert letter.state is DeliveryState.NOT_NEEDED and letter.sent_at is None
    return letter.problem or ""


# --- that they were sent out ---------------------------------------------------------------------------------------------


def test_it_counts_what_is_still_theirs(world: World, council: Council, post_office: PostOffice, enter: Any) -> None:
    first, second = send_out(world)
    assert the_letter(world, "delegated").arguments["peps"] == sorted([first, second])
    close(world, first)
    [text] = arrived(world, council, post_office, "delegated")
    assert "the Virtual School has sent you a PEP to write your part of" in text
    letter = the_letter(world, "delegated")
    assert letter.state is DeliveryState.SENT
    number = letter.id
    world.session.rollback()
    assert "2 PEPs" in enter("auditor").get(f"{MAIL}details/?id={number}").main, "what it was about when it was queued"


@pytest.mark.parametrize("take", [close, hand_on, move_away, leave_care])
def test_nothing_goes_where_nothing_is_theirs_any_more(
    world: World, council: Council, post_office: PostOffice, take: Callable[[World, int], None]
) -> None:
    for each in send_out(world):
        if take is move_away:
            world.session.get_one(Pep, each).writer_id = world.session.get_one(School, world.school_id).designated_teacher_id
        take(world, each)
    mine = the_letter(world, "delegated").id
    world.session.commit()
    if take is move_away:  # the second child was at another school, and the first teacher was named for it
        hand_on(world, world.pep_of(world.other_child_id).id)
    assert arrived(world, council, post_office, "delegated") == []
    world.act(SYSTEM)
    assert over(world, world.session.get_one(Delivery, mine)) == "None of the PEPs that it was about is theirs to write any more."


def test_nor_to_a_social_worker_who_was_replaced_and_the_new_one_hears_of_it(
    world: World, council: Council, post_office: PostOffice
) -> None:
    first, _ = send_out(world)
    child = world.session.get_one(Child, world.child_id)
    roll.change_social_worker(world.session, child, person_id=world.other_worker.person_id, on=TODAY,
                              actor=world.act(world.officer), today=TODAY, now=NOW, run="w")
    mine = the_letter(world, "delegated", world.worker).id
    assert arrived(world, council, post_office, "delegated", WORKER) == []
    world.act(SYSTEM)
    assert over(world, world.session.get_one(Delivery, mine))
    new = the_letter(world, "delegated", world.other_worker)
    assert new.state is DeliveryState.SENT and first in new.arguments["peps"]


def test_who_writes_for_a_child_without_a_school_hears_of_it(world: World, council: Council, post_office: PostOffice) -> None:
    """Somebody who is named, and the social worker where nobody is."""
    pep = world.pep_of()
    move_to_nowhere = {"school_id": None, "on": TODAY, "reason": LeavingReason.OTHER, "today": TODAY, "now": NOW, "run": "n"}
    roll.change_school(world.session, world.session.get_one(Child, world.child_id), actor=world.act(world.officer),
                       **move_to_nowhere)
    delegation.name_writer(world.session, pep.id, world.officer.person_id or 0, actor=world.act(world.officer))
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run="none")
    assert len(arrived(world, council, post_office, "delegated", "ole.amt@example.org")) == 1
    assert the_letter(world, "delegated", world.worker).state is DeliveryState.SENT


def test_sent_again_by_hand_it_is_asked_anew_then_and_when_it_goes(
    world: World, council: Council, post_office: PostOffice, enter: Any
) -> None:
    first, second = send_out(world)
    assert len(arrived(world, council, post_office, "delegated")) == 1
    letter = the_letter(world, "delegated").id
    close(world, first)
    world.session.commit()
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    again = page.visitor.post(f"{MAIL}send-again/?id={letter}", [("csrf_token", token(page))])
    assert "It is queued, and goes out shortly." in again.text
    hand_on(world, second)
    assert arrived(world, council, post_office, "delegated") == []
    assert over(world, the_letter(world, "delegated")).startswith("None of the PEPs")
    world.session.rollback()
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    assert "It is not needed any more, so it is not sent again. None of the PEPs that it was about" in page.main
    refused = page.visitor.post(f"{MAIL}send-again/?id={letter}", [("csrf_token", token(page))])
    assert "It is not needed any more, so it is not sent again." in refused.text


def test_a_letter_of_before_that_does_not_keep_its_peps_goes_as_it_is(
    world: World, council: Council, post_office: PostOffice
) -> None:
    for each in send_out(world):
        close(world, each)
    the_letter(world, "delegated").arguments = {"count": 2}
    [text] = arrived(world, council, post_office, "delegated")
    assert "has sent you 2 PEPs" in text


def token(page: Any) -> str:
    return str(page.tree.xpath("//input[@name='csrf_token']/@value")[0])


# --- that one came back, and that something is asked ---------------------------------------------------------------------


def judged(world: World, grading: reviews.Grading) -> Pep:
    pep = world.sent_pep(money=False)
    reviews.grade_pep(world.session, pep.id, grading, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    return pep


def answered(world: World, pep: Pep) -> None:
    review = world.session.scalars(sa.select(QaReview.id).order_by(QaReview.id.desc())).first()
    questions.answer_question(world.session, pep.id, review or 0, words="Ms Ball", actor=world.act(world.teacher), now=NOW)


def accepted(world: World, pep: Pep) -> None:
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)


def sent_again(world: World, pep: Pep) -> None:
    world.save(pep, "voices", world.worker, carer_voice="Karla says that Robin reads every evening now, and asks for more books.")
    world.sent_pep(money=False)


def handed_on(world: World, pep: Pep) -> None:
    hand_on(world, pep.id)


def moved_away(world: World, pep: Pep) -> None:
    move_away(world, pep.id)


HAPPENED = [
    (BACK, "returned", handed_on, "The PEP was sent again, closed or handed to somebody else by now."),
    (BACK, "returned", moved_away, "The PEP was sent again, closed or handed to somebody else by now."),
    (BACK, "returned", sent_again, "The PEP was sent again, closed or handed to somebody else by now."),
    (ASKED, "asked", answered, "It was answered, or the PEP is somebody else's by now."),
    (ASKED, "asked", accepted, "It was answered, or the PEP is somebody else's by now."),
    (ASKED, "asked", moved_away, "It was answered, or the PEP is somebody else's by now."),
]


@pytest.mark.parametrize(("grading", "template", "happens", "why"), HAPPENED)
def test_what_became_of_it_before_it_was_sent(
    world: World, council: Council, post_office: PostOffice, grading: reviews.Grading, template: str, happens: Any, why: str
) -> None:
    happens(world, judged(world, grading))
    assert arrived(world, council, post_office, template) == []
    assert over(world, the_letter(world, template)) == why


@pytest.mark.parametrize(("grading", "template", "happens", "why"), HAPPENED)
def test_what_became_of_it_before_it_was_sent_again(
    world: World, council: Council, post_office: PostOffice, enter: Any, grading: reviews.Grading, template: str, happens: Any,
    why: str
) -> None:
    pep = judged(world, grading)
    assert len(arrived(world, council, post_office, template)) == 1
    letter = the_letter(world, template).id
    world.session.commit()
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    again = page.visitor.post(f"{MAIL}send-again/?id={letter}", [("csrf_token", token(page))])
    assert "It is queued, and goes out shortly." in again.text, "it holds still"
    happens(world, pep)
    assert arrived(world, council, post_office, template) == []
    assert over(world, the_letter(world, template)) == why
    world.session.commit()
    refused = page.visitor.post(f"{MAIL}send-again/?id={letter}", [("csrf_token", token(page))])
    assert f"It is not needed any more, so it is not sent again. {why}" in " ".join(refused.main.split())
