"""Writing in another's place: a colleague for some sections, cover with an end date, what neither of them opens (HB-2.2 to 2.7).

Who may see and write what is worked out here by hand; the world's teacher is Tess Lehrer of Alder School, with Robin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AuditEvent, Child, Delivery, EducationSection, Grant, Person, School
from pep_admin.permissions import SYSTEM, Actor, audience_for
from pep_admin.queries.grants import opens_still, with_grants
from pep_admin.vocabulary import Audience, LeavingReason, Part, PersonKind, Role
from pep_admin.workflow import delegation, grants, people, roll, sections
from tests.host.foreign_app import make_council
from tests.integration import way
from tests.integration.conftest import PEOPLE
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, actor_of, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN = "/admin/pep"
PEPS = f"{ADMIN}/peps"
MIA = grants.Named("mia.kollege@example.org", "Mia", "Kollege")
TILL = date(2024, 12, 2)


@pytest.fixture
def pep(world: World) -> int:
    """Robin's PEP, with its writers."""
    number = world.delegated_pep().id
    world.session.commit()
    return number


@pytest.fixture
def open_house(world: World, tmp_path: Path) -> Callable[..., Callable[[str], Visitor]]:
    """`open_house(mia=…)`: the pages with more people at them than the world's own."""

    def build(**more: Actor) -> Callable[[str], Visitor]:
        config.move_today(TODAY)
        world.session.rollback()
        house = make_council(f"sqlite:///{tmp_path / 'world.db'}", {**{name: getattr(world, name) for name in PEOPLE}, **more})
        return lambda name: Visitor(house.visit(name).client)

    return build


def colleague(world: World, first: str = "Mia", last: str = "Kollege", kind: PersonKind = PersonKind.SCHOOL_STAFF,
              role: Role = Role.DESIGNATED_TEACHER) -> Actor:
    world.act(SYSTEM)
    found = actor_of(person(world.session, first, last, kind), role)
    world.session.commit()
    return found


def give(
    world: World, pep: int, *keys: str, to: grants.Named = MIA, till: date = TILL, by: Actor | None = None, **more: Any
) -> Grant:
    return grants.give_sections(world.session, pep, to, keys or ("strengths",), ends_on=till, actor=world.act(by or world.teacher),
                                today=TODAY, now=NOW, **more)


def cover(world: World, giver: Actor, to: str, *, begins: date = TODAY, till: date = TILL, by: Actor | None = None) -> Grant:
    return grants.give_cover(world.session, giver.person_id or 0, grants.Named(to), starts_on=begins, ends_on=till,
                             actor=world.act(by or giver), today=TODAY, now=NOW)


def seen(world: World, who: Actor, on: date = TODAY) -> set[str]:
    """First names of the children in sight of somebody, as the net shows them on that day."""
    world.session.flush()
    now = with_grants(world.session, who, on)
    world.act(now)
    found = set(world.session.scalars(sa.select(Child.first_name)))
    world.act(SYSTEM)
    return found


def words_of(refused: Any) -> str:
    return " ".join(each.message for each in refused.value.findings)


# --- a colleague for a section ---------------------------------------------------------------------------------------------


def test_a_colleague_writes_the_section_and_nothing_else(
    world: World, open_house: Callable[..., Callable[[str], Visitor]], ask: Any, pep: int
) -> None:
    enter = open_house(mia=colleague(world))
    teacher, mia = enter("teacher"), enter("mia")
    assert mia.get(f"{PEPS}/details/?id={pep}").status == 404
    asking = teacher.get(f"{PEPS}/details/?id={pep}").link("Ask a colleague to write a section…")
    assert "ask only somebody who needs to know" in asking.main
    after = asking.send("email", email=" Mia.Kollege@example.org ", sections=["strengths"], ends_on="2 Dec 2024",
                        note="Please ask about swimming.")
    assert "Mia Kollege is told by mail, and finds it under My PEPs." in after.main
    assert "Mia Kollege writes Strengths" in after.main and "until 02 Dec 2024" in after.main
    assert "Please ask about swimming." in after.main

    desk = mia.get(f"{ADMIN}/my_peps/")
    assert "Yours to help with" in desk.main and "Please ask about swimming." in desk.main and "Robin" in desk.main
    assert "Jule" not in desk.main and "Send to the Virtual School" not in desk.main
    way.save(way.section(mia, str(pep), "strengths"), achievements="Read in assembly", strengths="Patient")
    assert ask(lambda session: session.scalar(sa.select(EducationSection.answers)))["achievements"] == "Read in assembly"

    own = mia.get(f"{PEPS}/section/?id={pep}&section=setting")
    assert own.status == 200 and not own.tree.xpath("//main//textarea") and not own.tree.xpath("//main//input[@name='key_adult']")
    assert mia.get(f"{PEPS}/sign/?id={pep}&part=education").status == 403
    assert mia.get(f"{PEPS}/pdf/?id={pep}").status == 403
    assert mia.get(f"{ADMIN}/targets/write/?pep={pep}").status == 403
    assert mia.get(f"{ADMIN}/ppg_requests/write/?pep={pep}").status == 403
    assert mia.get(f"{ADMIN}/grants/sections/?pep={pep}").status == 403
    assert mia.get(f"{ADMIN}/suspensions/create/?child={world.child_id}").status in (403, 404)
    assert mia.get(f"{ADMIN}/grants/").status == 403
    assert mia.get(f"{ADMIN}/children/details/?id={world.other_child_id}").status == 404


def test_a_colleague_may_be_given_the_targets_and_the_money(
    world: World, open_house: Callable[..., Callable[[str], Visitor]], ask: Any, pep: int
) -> None:
    enter = open_house(mia=colleague(world))
    give(world, pep, "targets", "money")
    world.session.commit()
    mia = enter("mia")
    assert "Targets" in mia.get(f"{ADMIN}/my_peps/").main
    page = mia.get(f"{ADMIN}/targets/write/?pep={pep}")
    assert page.status == 200
    saved = page.send("outcome", outcome="Robin will read 40 words a minute by 28 March 2025.", area="cognition", subject="english")
    assert "was saved" in saved.main, saved.main
    target = ask(lambda session: session.scalar(sa.text("SELECT id FROM pep_target")))
    assert mia.get(f"{ADMIN}/ppg_requests/write/?pep={pep}&target={target}").status == 200
    assert way.section(mia, str(pep), "target_exceptions").tree.xpath("//main//form//*[@name='then']"), "it goes with the targets"
    assert mia.get(f"{PEPS}/section/?id={pep}&section=strengths").tree.xpath("//main//form//*[@name='then']") == []


def test_a_colleague_is_told_without_a_name(world: World, pep: int) -> None:
    grant = give(world, pep)
    letter = world.session.scalar(sa.select(Delivery).where(Delivery.key == f"grant:{grant.id}"))
    assert letter is not None and (letter.template, letter.person_id) == ("grant_sections", grant.holder_id)
    event = world.session.scalar(sa.select(AuditEvent).where(AuditEvent.action == "grant.give_sections"))
    assert event is not None and event.child_id == world.child_id and event.details["sections"] == ["strengths"]
    assert "Mia" not in str(event.details)


def test_without_an_account_nothing_is_sent_and_it_waits(world: World, pep: int) -> None:
    grant = give(world, pep, has_account=lambda person_id: False)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(Delivery.key == f"grant:{grant.id}")) == 0
    mia = world.session.get_one(Person, grant.holder_id)
    assert (mia.name, mia.kind, mia.organisation) == ("Mia Kollege", PersonKind.SCHOOL_STAFF, "Alder School")
    assert seen(world, actor_of(mia, Role.DESIGNATED_TEACHER)) == {"Robin"}


@pytest.mark.parametrize(("colleague_named", "keys", "till", "sentence"), [
    (grants.Named("tess.lehrer@example.org"), ("strengths",), TILL, "This is your own address."),
    (grants.Named("mia@elsewhere.example", "Mia", "Kollege"), ("strengths",), TILL, "work address that ends in @example.org"),
    (grants.Named("sara.sozial@example.org"), ("strengths",), TILL, "On record, this address is that of Sara Sozial, social"),
    (grants.Named("no address"), ("strengths",), TILL, "Enter one whole e-mail address"),
    (grants.Named("new.one@example.org"), ("strengths",), TILL, "Enter the first name too."),
    (grants.Named("new.one@example.org", "-", "."), ("strengths",), TILL, "Enter the first name too."),
    (MIA, (), TILL, "Tick what they are to write."),
    (MIA, ("about",), TILL, "Choose from the list."),
    (MIA, ("nothing",), TILL, "Choose from the list."),
    (MIA, ("strengths",), date(2024, 11, 17), "It would end before it begins"),
    (MIA, ("strengths",), date(2025, 5, 21), "At most half a year, until 20 May 2025."),
])
def test_what_cannot_be_given(
    world: World, pep: int, colleague_named: grants.Named, keys: tuple[str, ...], till: date, sentence: str
) -> None:
    before = world.session.scalar(sa.select(sa.func.count()).select_from(Person))
    with pytest.raises(Refused) as refused:
        grants.give_sections(world.session, pep, colleague_named, keys, ends_on=till, actor=world.act(world.teacher), today=TODAY,
                             now=NOW)
    assert sentence in words_of(refused)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Grant)) == 0
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Person)) == before


def test_half_a_year_is_the_longest(world: World, pep: int) -> None:
    assert give(world, pep, till=date(2025, 5, 20)).ends_on == TODAY + timedelta(days=183)


def test_an_address_elsewhere_does_not_tell_who_is_on_record(world: World, pep: int) -> None:
    world.act(SYSTEM)
    carer = world.session.scalars(sa.select(Person).where(Person.kind == PersonKind.CARER)).one()
    carer.email = "karla@home.example"
    world.session.flush()
    with pytest.raises(Refused) as refused:
        give(world, pep, to=grants.Named("karla@home.example"))
    assert "Karla" not in words_of(refused) and "ends in @example.org" in words_of(refused)


def test_a_private_address_makes_no_colleagues(world: World, pep: int) -> None:
    world.act(SYSTEM)
    world.session.get_one(Person, world.teacher.person_id).email = "tess@gmail.com"
    world.session.flush()
    with pytest.raises(Refused, match="private"):
        give(world, pep, to=grants.Named("anybody@gmail.com", "Any", "Body"))
    grant = give(world, pep, to=grants.Named("anybody@gmail.com", "Any", "Body"), by=world.officer)
    assert grant.giver_id == world.teacher.person_id, "the Virtual School knows who works where"


@pytest.mark.parametrize("who", ["worker", "finance", "auditor", "administrator"])
def test_who_does_not_answer_for_part_two_gives_nothing_of_it(world: World, pep: int, who: str) -> None:
    with pytest.raises(NotAllowed):
        give(world, pep, by=getattr(world, who))


def test_a_stranger_does_not_find_the_pep(world: World, pep: int) -> None:
    with pytest.raises(NotFound):
        give(world, pep, by=world.other_teacher)


def test_a_colleague_gives_nothing_on_and_takes_nothing_more(world: World, pep: int) -> None:
    mia = actor_of(world.session.get_one(Person, give(world, pep).holder_id), Role.DESIGNATED_TEACHER)
    mia = with_grants(world.session, mia, TODAY)
    with pytest.raises(NotAllowed):
        give(world, pep, to=grants.Named("next@example.org", "Nina", "Next"), by=mia)
    with pytest.raises(NotAllowed):
        world.save(world.pep_of(), "setting", mia, key_adult="Me")
    world.act(mia)
    with pytest.raises(NotAllowed):
        sections.sign_part(world.session, pep, Part.EDUCATION, actor=mia, today=TODAY, now=NOW)
    assert world.save(world.pep_of(), "strengths", mia, strengths="Patient").changed


def test_the_same_is_not_given_twice_and_more_is(world: World, pep: int) -> None:
    give(world, pep, "strengths")
    with pytest.raises(Refused, match="have this to write already"):
        give(world, pep, "strengths")
    give(world, pep, "strengths", "setting")
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Grant)) == 2


def test_where_other_sections_were_sent_back_nothing_that_stays_is_given(world: World, pep: int) -> None:
    world.act(SYSTEM)
    world.pep_of().reopened = ["attendance"]
    world.session.flush()
    with pytest.raises(Refused, match="stays as it was signed"):
        give(world, pep, "strengths")
    give(world, pep, "attendance")


# --- until when ------------------------------------------------------------------------------------------------------------


def test_it_opens_on_its_days_alone(world: World, pep: int) -> None:
    mia = actor_of(world.session.get_one(Person, give(world, pep).holder_id), Role.DESIGNATED_TEACHER)
    days = (date(2024, 11, 17), TODAY, TILL, date(2024, 12, 3))
    assert [bool(seen(world, mia, day)) for day in days] == [False, True, True, False]


def _ends(world: World, grant: Grant) -> None:
    grants.end_grant(world.session, grant.id, actor=world.act(world.teacher), now=NOW)


def _moves(world: World, grant: Grant) -> None:
    child = world.session.get_one(Child, world.child_id)
    roll.change_school(world.session, child, school_id=world.other_school_id, on=TODAY, reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)


def _signed_off(world: World, grant: Grant) -> None:
    world.graded_pep()


def _holder_left(world: World, grant: Grant) -> None:
    world.act(SYSTEM)
    grant.holder.left_on = TODAY


def _giver_left(world: World, grant: Grant) -> None:
    world.act(SYSTEM)
    grant.giver.left_on = TODAY


def _another_teacher(world: World, grant: Grant) -> None:
    school = world.session.get_one(School, world.school_id)
    delegation.name_designated_teacher(world.session, school, world.other_teacher.person_id, actor=world.act(world.officer),
                                       now=NOW, run="r")


@pytest.mark.parametrize("what", [_ends, _moves, _signed_off, _holder_left, _giver_left, _another_teacher])
def test_what_ends_a_colleagues_sight(world: World, pep: int, what: Callable[[World, Grant], None]) -> None:
    grant = give(world, pep)
    mia = actor_of(world.session.get_one(Person, grant.holder_id), Role.DESIGNATED_TEACHER)
    assert seen(world, mia) == {"Robin"}
    what(world, grant)
    assert seen(world, mia) == set()
    gone = what in (_moves, _signed_off, _another_teacher)
    world.session.flush()
    assert opens_still(world.session, grant) is not gone, "the list says it where the PEP itself ends it"


def test_it_is_ended_on_a_page_and_the_text_that_was_typed_is_kept(
    world: World, open_house: Callable[..., Callable[[str], Visitor]], ask: Any, pep: int
) -> None:
    enter = open_house(mia=colleague(world))
    give(world, pep)
    world.session.commit()
    mia, teacher = enter("mia"), enter("teacher")
    section = way.section(mia, str(pep), "strengths")
    ending = teacher.get(f"{PEPS}/details/?id={pep}").link("End it for Mia Kollege…")
    assert "Mia Kollege can no longer write there" in ending.main
    after = ending.send("csrf_token")
    assert "It has ended. What was written stays." in after.main and "Mia Kollege writes" not in after.main
    late = section.send("then", button=("then", "stay"), strengths="Patient with the twins")
    assert late.status == 404 and "What you typed" in late.main and "Patient with the twins" in late.main
    assert "twins" not in str(ask(lambda session: session.scalar(sa.select(EducationSection.answers))))
    assert mia.get(f"{PEPS}/details/?id={pep}").status == 404
    twice = ending.send("csrf_token")
    assert twice.status == 422 and "Tess Lehrer has ended this already." in twice.main


def test_who_may_end_it(world: World, pep: int) -> None:
    grant = give(world, pep)
    holder = actor_of(world.session.get_one(Person, grant.holder_id), Role.DESIGNATED_TEACHER)
    for who in (world.teacher, world.officer, holder):
        assert grants.find_grant(world.session, grant.id, world.act(who)) is grant
    for who in (world.other_teacher, world.worker, world.finance, world.auditor):
        assert grants.find_grant(world.session, grant.id, world.act(who)) is None
        with pytest.raises((NotFound, NotAllowed)):
            grants.end_grant(world.session, grant.id, actor=world.act(who), now=NOW)


# --- cover -----------------------------------------------------------------------------------------------------------------


def test_who_stands_in_for_a_teacher_sees_and_signs_as_they_do(
    world: World, open_house: Callable[..., Callable[[str], Visitor]], ask: Any
) -> None:
    world.written_pep()
    pep = world.pep_of().id
    world.session.commit()
    enter = open_house(mia=colleague(world))
    away = enter("teacher").get(f"{ADMIN}/my_peps/").link("While I am away…")
    assert "Nobody, now or later." in away.main
    after = away.send("email", email="mia.kollege@example.org", starts_on="18 Nov 2024", ends_on="2 Dec 2024")
    assert "Mia Kollege is told by mail" in after.main and "02 Dec 2024" in after.main
    otto = enter("mia")
    desk = otto.get(f"{ADMIN}/my_peps/")
    assert "You stand in for Tess Lehrer until 02 Dec 2024" in desk.main and "In place of Tess Lehrer." in desk.main
    signing = otto.get(f"{PEPS}/sign/?id={pep}&part=education")
    assert "somebody else" not in signing.main
    assert "is signed" in signing.send("csrf_token").main
    signed = ask(lambda session: session.scalar(sa.select(EducationSection.signed_name)))
    assert signed == "Mia Kollege, in place of Tess Lehrer"
    assert otto.get(f"{PEPS}/sign/?id={pep}&part=meeting").status == 403, "that is the social worker's"
    config.move_today(date(2024, 12, 3))
    assert otto.get(f"{PEPS}/details/?id={pep}").status == 404
    assert enter("teacher").get(f"{PEPS}/details/?id={pep}").status == 200


def test_who_stands_in_for_a_social_worker_reads_what_they_read(world: World, pep: int) -> None:
    olga = world.other_worker
    robin = world.session.get_one(Child, world.child_id)
    assert seen(world, olga) == {"Jule"}
    cover(world, world.worker, "olga.zweite@example.org")
    assert seen(world, olga) == {"Robin", "Jule"}
    assert audience_for(with_grants(world.session, olga, TODAY), robin) is Audience.CARE
    assert audience_for(olga, robin) is Audience.SCHOOL
    assert seen(world, world.worker) == {"Robin"}, "who is away keeps all of it, and gets nothing for it"


@pytest.mark.parametrize(("begins", "till", "day", "opens"), [
    (TODAY, TILL, TODAY, True), (TODAY, TILL, TILL, True), (TODAY, TILL, date(2024, 12, 3), False),
    (date(2024, 11, 25), TILL, date(2024, 11, 24), False), (date(2024, 11, 25), TILL, date(2024, 11, 25), True),
])
def test_cover_has_its_days(world: World, begins: date, till: date, day: date, opens: bool) -> None:
    cover(world, world.worker, "olga.zweite@example.org", begins=begins, till=till)
    assert ("Robin" in seen(world, world.other_worker, day)) is opens


def test_the_net_does_not_mix_people_up(world: World, pep: int) -> None:
    """Its statements are cached: whoever asks first must not decide what the next one sees."""
    cover(world, world.teacher, "otto.anders@example.org", by=world.officer)
    for _ in range(2):
        assert seen(world, world.other_teacher) == {"Robin", "Jule"}
        assert seen(world, world.teacher) == {"Robin"}
        assert seen(world, world.other_worker) == {"Jule"}
        assert seen(world, replace(world.teacher, person_id=None)) == set()


def test_cover_is_not_handed_on(world: World) -> None:
    """Otto stands in for Tess, Mia for Otto: what is Tess's does not come to Mia."""
    mia = colleague(world)
    cover(world, world.teacher, "otto.anders@example.org", by=world.officer)
    cover(world, world.other_teacher, "mia.kollege@example.org")
    assert seen(world, mia) == {"Jule"}


def test_a_shared_ending_makes_nobody_of_another_school_a_colleague(world: World, pep: int) -> None:
    """Otto leads Birch School; a trust or a council gives all of them the same ending."""
    with pytest.raises(Refused, match="somebody of another school"):
        cover(world, world.teacher, "otto.anders@example.org")
    with pytest.raises(Refused, match="somebody of another school"):
        give(world, pep, to=grants.Named("otto.anders@example.org"))
    mia = colleague(world)
    world.session.get_one(Person, mia.person_id).organisation = "Birch  school"
    world.session.flush()
    with pytest.raises(Refused, match="somebody of another school"):
        give(world, pep)
    world.act(SYSTEM)
    world.session.get_one(Person, mia.person_id).organisation = "alder school"
    world.session.flush()
    assert give(world, pep).holder_id == mia.person_id
    assert cover(world, world.teacher, "otto.anders@example.org", by=world.officer).made_name == "Ole Amt"


def test_who_stands_in_hands_nothing_on(world: World, pep: int) -> None:
    cover(world, world.teacher, "otto.anders@example.org", by=world.officer, till=date(2024, 11, 20))
    otto = with_grants(world.session, world.other_teacher, TODAY)
    assert world.save(world.pep_of(), "strengths", otto, strengths="Patient").changed
    with pytest.raises(NotAllowed, match="is not handed on"):
        give(world, pep, by=otto, till=date(2025, 4, 20))
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Grant).where(Grant.pep_id.is_not(None))) == 0


def test_cover_is_not_entered_afterwards(world: World) -> None:
    with pytest.raises(Refused, match="cannot begin before today"):
        cover(world, world.worker, "olga.zweite@example.org", begins=date(2024, 11, 1))


def test_the_list_says_what_opens_nothing_any_more(
    world: World, pep: int, open_house: Callable[..., Callable[[str], Visitor]]
) -> None:
    grant = give(world, pep)
    _moves(world, grant)
    number = grant.id
    world.session.commit()
    assert "Opens nothing any more" in open_house()("officer").get(f"{ADMIN}/grants/details/?id={number}").main


def test_why_nothing_can_be_given_is_said(world: World, open_house: Callable[..., Callable[[str], Visitor]]) -> None:
    number = world.sent_pep().id
    world.session.commit()
    refused = open_house()("teacher").get(f"{ADMIN}/grants/sections/?pep={number}")
    assert refused.status == 403 and "so there is nothing to write in it" in refused.main


@pytest.mark.parametrize(("giver", "to", "sentence"), [
    ("teacher", "sara.sozial@example.org", "who cannot write for a designated teacher"),
    ("worker", "tess.lehrer@example.org", "who cannot write for a social worker"),
    ("teacher", "tess.lehrer@example.org", "This is your own address."),
])
def test_cover_stays_on_its_side(world: World, giver: str, to: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        cover(world, getattr(world, giver), to)
    assert sentence in words_of(refused)


def test_cover_does_not_lie_on_cover(world: World) -> None:
    cover(world, world.worker, "olga.zweite@example.org")
    with pytest.raises(Refused, match="stands in on some of these days already"):
        cover(world, world.worker, "olga.zweite@example.org", begins=TILL, till=date(2024, 12, 20))
    cover(world, world.worker, "olga.zweite@example.org", begins=date(2024, 12, 3), till=date(2024, 12, 20))


def test_nobody_names_cover_for_somebody_else_but_the_office(world: World) -> None:
    for who in (world.other_worker, world.teacher):
        with pytest.raises(NotFound):
            cover(world, world.worker, "olga.zweite@example.org", by=who)
    for who in (world.finance, world.auditor, world.administrator):
        with pytest.raises(NotAllowed):
            cover(world, world.worker, "olga.zweite@example.org", by=who)
    assert cover(world, world.worker, "olga.zweite@example.org", by=world.officer).made_name == "Ole Amt"
    with pytest.raises(Refused, match="Nobody can stand in"):
        cover(world, world.head, "olga.zweite@example.org", by=world.officer)


def test_a_leaver_takes_no_cover_along(world: World) -> None:
    cover(world, world.worker, "olga.zweite@example.org")
    olga = world.other_worker.person_id or 0
    world.act(SYSTEM)
    third = person(world.session, "Uta", "Dritte", PersonKind.SOCIAL_WORKER)
    people.replace_person(world.session, olga, third.id, on=TODAY, leaves=True, actor=world.act(world.officer), today=TODAY,
                          now=NOW, run="r")
    assert seen(world, world.other_worker) == set()
    assert seen(world, actor_of(third, Role.SOCIAL_WORKER)) == {"Jule"}


def test_the_office_has_the_list_and_names_cover_from_a_persons_page(
    world: World, open_house: Callable[..., Callable[[str], Visitor]]
) -> None:
    world.session.commit()
    officer = open_house()("officer")
    page = officer.get(f"{ADMIN}/people/details/?id={world.worker.person_id}").link("Name who stands in…")
    assert page.heading == "Cover for Sara Sozial"
    wrong = page.send("email", email="olga.zweite@example.org", starts_on="18 Nov 2024", ends_on="17 Nov 2024")
    assert wrong.status == 422 and "It would end before it begins" in wrong.main
    assert wrong.tree.xpath("//input[@name='email']/@value") == ["olga.zweite@example.org"]
    page.send("email", email="olga.zweite@example.org", starts_on="18 Nov 2024", ends_on="2 Dec 2024")
    listed = officer.get(f"{ADMIN}/grants/?flt0_state=now")
    assert "Olga Zweite" in listed.main and "Everything that is theirs" in listed.main and "Goes on" in listed.main
    assert "Olga Zweite" not in officer.get(f"{ADMIN}/grants/?flt0_state=over").main
    details = listed.link("Olga Zweite")
    ended = details.link("End it…").send("csrf_token")
    assert "It has ended." in ended.main and "Taken back" in ended.main
    assert officer.get(f"{ADMIN}/grants/cover/?person={world.head.person_id}").status == 404
