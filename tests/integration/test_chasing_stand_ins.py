"""The chase goes to whoever may write today, and to who can send what everybody has signed (decision 0021).

The numbers are those of test_chasing: due on Fri 29 Nov 2024, 14 and 5 days before, 1 and 7 days late.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.models import Delivery, Grant, Person
from pep_admin.permissions import SYSTEM
from pep_admin.server import worker
from pep_admin.vocabulary import DeliveryState, Part, PersonKind
from pep_admin.workflow import grants, peps, sections
from tests.host.foreign_app import Council
from tests.integration.post_office import PostOffice
from tests.integration.test_chasing import at, pep, run, sign, term, told, words, write
from tests.integration.test_chasing_pages import letters, posting, remind, world
from tests.world import NOW, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

__all__ = ["posting", "term", "world"]  # fixtures of the tests of the chase
FIRST, SECOND = date(2024, 11, 15), date(2024, 11, 25)
"""The Friday 14 days before, and the Monday after the Sunday that is 5 days before."""


def cover(world: World, first: date = FIRST, last: date = date(2024, 11, 22)) -> Grant:
    """Vera stands in for Tess on those days."""
    world.act(SYSTEM)
    person(world.session, "Vera", "Vertritt", PersonKind.SCHOOL_STAFF)
    found = grants.give_cover(world.session, world.teacher.person_id or 0, grants.Named("vera.vertritt@example.org"),
                              starts_on=first, ends_on=last, actor=world.act(world.officer), today=first, now=at(first))
    world.session.commit()
    return found


def of_school(world: World) -> list[Any]:
    return [each for each in told(world, 0) if each[2] == "education"]


def test_who_stands_in_is_reminded_on_their_days_and_the_writer_on_others(term: World) -> None:
    cover(term)
    run(term, FIRST)
    run(term, FIRST)
    run(term, SECOND)
    assert of_school(term) == [*words("15 Nov", "Vertritt", "before 14", "education"),
                               *words("25 Nov", "Lehrer", "before 5", "education")]


def test_cover_that_was_taken_back_or_cannot_be_reached_leaves_it_with_the_writer(term: World) -> None:
    given = cover(term, last=date(2024, 12, 20))
    vera = term.session.scalars(sa.select(Person).where(Person.last_name == "Vertritt")).one()
    vera.bounced_on = FIRST
    term.session.commit()
    run(term, FIRST)
    vera.bounced_on = None
    grants.end_grant(term.session, given.id, actor=term.act(term.officer), now=at(FIRST))
    term.session.commit()
    run(term, SECOND)
    assert [each[1] for each in of_school(term)] == ["Lehrer", "Lehrer"]


def test_what_is_signed_and_not_sent_reminds_whoever_signed_last(term: World) -> None:
    write(term, 0, date(2024, 10, 14))
    sign(term, 0, date(2024, 11, 18), Part.EDUCATION, Part.SOCIAL_CARE, Part.MEETING)
    term.session.commit()
    run(term, date(2024, 11, 18))
    assert not [each for each in told(term, 0) if "unsent" in each[3]], "the day of the signature is theirs"
    for day in (19, 20, 21, 22, 25, 26, 27, 28, 29):
        run(term, date(2024, 11, day))
    assert [each for each in told(term, 0) if "unsent" in each[3]] == [
        ("19 Nov", "Sozial", "meeting", "unsent"), ("25 Nov", "Sozial", "meeting", "unsent before 5")]
    for day in (2, 3, 4, 5, 6, 9):
        run(term, date(2024, 12, day))
    assert told(term, 0)[-2:] == [("02 Dec", "Sozial", "meeting", "unsent after 1"),
                                  ("06 Dec", "Sozial", "meeting", "unsent after 7")]
    found = pep(term, 0)
    peps.submit_pep(term.session, found.id, actor=term.act(term.worker), today=date(2024, 12, 9), now=at(date(2024, 12, 9)))
    before = len(told(term, 0))
    for day in (10, 16, 17):
        run(term, date(2024, 12, day))
    assert len(told(term, 0)) == before, "it was sent"


def test_signed_last_by_the_school_it_is_the_schools_to_send_and_late_it_is_told_nobody_above(term: World) -> None:
    write(term, 0, date(2024, 10, 14))
    sign(term, 0, date(2024, 12, 12), Part.SOCIAL_CARE, Part.MEETING)
    sign(term, 0, date(2024, 12, 13), Part.EDUCATION)
    term.session.commit()
    run(term, date(2024, 12, 16))
    assert told(term, 0) == words("16 Dec", "Lehrer", "unsent", "education")


def test_the_letter_says_that_it_only_has_to_be_sent(world: World, posting: Council, post_office: PostOffice) -> None:
    world.act(SYSTEM)
    for part, who in ((Part.EDUCATION, world.teacher), (Part.SOCIAL_CARE, world.worker), (Part.MEETING, world.worker)):
        sections.sign_part(world.session, world.pep_of().id, part, actor=world.act(who), today=date(2024, 11, 15), now=at(FIRST))
    world.session.commit()
    remind(world)
    worker.run_once(posting.app)
    found = letters(post_office)
    assert "a PEP is signed by everybody and still to be sent: open it and press Send. Sign in" in found["sara.sozial@example.org"]
    assert "waits for your part, to be written" in found["otto.anders@example.org"]


def test_whose_cover_ends_before_the_letter_goes_gets_none(world: World, posting: Council, post_office: PostOffice) -> None:
    world.act(SYSTEM)
    given = cover(world)
    world.session.execute(sa.update(Delivery).values(state=DeliveryState.SENT))
    remind(world)
    grants.end_grant(world.session, given.id, actor=world.act(world.officer), now=NOW)
    world.session.commit()
    worker.run_once(posting.app)
    assert "vera.vertritt@example.org" not in letters(post_office)
    given_up = sa.select(Delivery.problem).where(Delivery.state == DeliveryState.NOT_NEEDED)
    assert world.session.scalars(given_up).one() == "What it was about is signed, closed or somebody else's by now."
