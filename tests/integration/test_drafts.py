"""The verbs of unfinished texts, on both databases: kept question by question, read by their writer alone, gone in time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from pep_admin import config
from pep_admin.exceptions import NoActor, NotAllowed, NotFound, Refused, TooOften
from pep_admin.models import Draft, DraftPace, Job, Pep, RecordChange
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.queries.drafts import drafts_of, find_draft
from pep_admin.server.worker import JOB_KINDS
from pep_admin.vocabulary import PepStatus, Role
from pep_admin.workflow import drafts
from pep_admin.workflow.drafts import Page, keep_draft
from pep_admin.workflow.peps import withdraw_pep
from tests.world import NOW, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

RUN, OTHER_RUN = "1" * 32, "2" * 32


@pytest.fixture
def world(both_databases: str, open_session: Callable[..., Session]) -> World:
    """The small world on both databases, with a PEP that is being written."""
    made = build_world(open_session(both_databases), children=1)
    made.delegated_pep()
    made.session.commit()
    return made


def page(world: World, place: str = "section:voice") -> Page:
    pep = world.pep_of()
    return Page(pep.id, pep.child_id, place, f"The child's voice, {pep.reference}")


def keep(world: World, who: Actor, run: str = RUN, place: str = "section:voice", now: Any = NOW, **typed: str) -> Draft:
    of = page(world, place)
    world.act(who)
    return keep_draft(world.session, of, {name: [(name, words)] for name, words in typed.items()}, run=run, actor=who, now=now)


def rows(world: World) -> int:
    world.act(SYSTEM)
    return world.session.scalar(select(func.count(Draft.id))) or 0


def refused(problem: Any) -> list[str]:
    return [each.check for each in problem.value.findings]


def test_questions_are_kept_one_over_the_other_and_the_rest_stays(world: World) -> None:
    keep(world, world.teacher, good="One", hard="Two")
    kept = keep(world, world.teacher, good="Three", now=NOW + timedelta(minutes=1))
    assert kept.fields == {"good": [["good", "Three"]], "hard": [["hard", "Two"]]}
    assert kept.saved_at == NOW + timedelta(minutes=1)
    assert rows(world) == 1


def test_a_draft_leaves_no_history(world: World) -> None:
    before = world.session.scalar(select(func.count(RecordChange.id)))
    keep(world, world.teacher, good="One")
    keep(world, world.teacher, good="Two")
    assert world.session.scalar(select(func.count(RecordChange.id))) == before
    assert world.pep_of().row_version == world.pep_of().row_version


def test_nobody_reads_another_ones_draft_by_any_query(world: World) -> None:
    keep(world, world.teacher, good="Mine")
    draft_id = drafts_of(world.session, world.teacher)[0].id
    for who in (world.head, world.officer, world.worker, world.finance, world.auditor, world.administrator, world.other_teacher):
        world.act(who)
        world.session.expunge_all()
        other = aliased(Draft)
        assert world.session.scalars(select(Draft)).all() == [], who.name
        assert world.session.scalars(select(other.fields)).all() == [], who.name
        assert world.session.scalar(select(func.count(Draft.id))) == 0, who.name
        assert world.session.get(Draft, draft_id) is None, who.name
        assert world.session.scalars(select(Draft.fields).join(Pep, Draft.pep_id == Pep.id)).all() == [], who.name
        page_of_hers = Page(page_id(world, who), world.child_id, "section:voice", "")
        assert find_draft(world.session, world.teacher, page_of_hers) is None, who.name
    world.act(world.teacher)
    assert len(world.session.scalars(select(Draft)).all()) == 1


def page_id(world: World, who: Actor) -> int:
    found = world.pep_of().id
    world.act(who)
    return found


def test_drafts_are_not_read_while_nobody_acts(world: World) -> None:
    world.session.info["actor"] = None
    with pytest.raises(NoActor):
        world.session.scalars(select(Draft)).all()


def test_two_writers_of_one_page_have_a_draft_each(world: World) -> None:
    keep(world, world.teacher, good="The teacher's")
    keep(world, world.officer, good="The officer's")
    assert rows(world) == 2
    for who, words in ((world.teacher, "The teacher's"), (world.officer, "The officer's")):
        world.act(who)
        assert [each.fields["good"][0][1] for each in drafts_of(world.session, who)] == [words]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.FINANCE, Role.ADMINISTRATOR])
def test_who_writes_nothing_keeps_nothing(world: World, role: Role) -> None:
    with pytest.raises(NotAllowed):
        keep(world, Actor("person:none", "None", frozenset({role})), good="x")


def test_a_page_that_was_saved_keeps_nothing_more_and_the_next_showing_of_it_does(world: World) -> None:
    keep(world, world.teacher, good="One")
    drafts.drop_draft(world.session, page(world), run=RUN, actor=world.act(world.teacher), now=NOW)
    assert drafts_of(world.session, world.teacher) == []
    with pytest.raises(Refused) as problem:
        keep(world, world.teacher, good="Late")
    assert refused(problem) == ["draft-spent"]
    kept = keep(world, world.teacher, OTHER_RUN, good="New")
    assert kept.fields == {"good": [["good", "New"]]}
    with pytest.raises(Refused):
        keep(world, world.teacher, RUN, good="Later still")


def test_what_comes_after_a_save_that_overtook_it_is_not_kept(world: World) -> None:
    """The first text of a page is on its way when the page itself is saved."""
    drafts.drop_draft(world.session, page(world), run=RUN, actor=world.act(world.teacher), now=NOW)
    with pytest.raises(Refused) as problem:
        keep(world, world.teacher, good="Late")
    assert refused(problem) == ["draft-spent"]
    drafts.drop_draft(world.session, page(world, "target:new"), run=OTHER_RUN, actor=world.teacher, now=NOW + timedelta(days=2))
    assert rows(world) == 1, "the mark of the day before yesterday is gone"


def test_a_save_without_a_script_leaves_nothing(world: World) -> None:
    keep(world, world.teacher, good="One")
    drafts.drop_draft(world.session, page(world), actor=world.act(world.teacher), now=NOW)
    assert rows(world) == 0


def test_a_verb_that_refuses_keeps_the_draft_and_one_that_saves_takes_it_along(world: World) -> None:
    keep(world, world.teacher, good="One")

    def verb(session: Session, answer: str, *, actor: Actor) -> str:
        return answer

    save = drafts.saved_with(verb, page(world), run=RUN, now=NOW, is_saved=lambda answer: answer == "saved")
    assert save(world.session, "conflict", actor=world.act(world.teacher)) == "conflict"
    assert len(drafts_of(world.session, world.teacher)) == 1
    assert save(world.session, "saved", actor=world.teacher) == "saved"
    assert drafts_of(world.session, world.teacher) == []
    assert save.__name__ == "verb"


def test_only_the_writer_throws_it_away(world: World) -> None:
    draft = keep(world, world.teacher, good="One").id
    with pytest.raises(NotFound):
        drafts.throw_away(world.session, draft, actor=world.act(world.officer))
    drafts.throw_away(world.session, draft, actor=world.act(world.teacher))
    assert rows(world) == 0


def test_a_pep_that_is_closed_takes_everybodys_along(world: World) -> None:
    keep(world, world.teacher, good="One")
    keep(world, world.worker, good="Two")
    withdraw_pep(world.session, world.pep_of().id, reason="Left care", actor=world.act(world.officer), now=NOW)
    assert rows(world) == 0
    with pytest.raises(Refused) as problem:
        keep(world, world.teacher, good="Three")
    assert refused(problem) == ["draft-closed"]


@pytest.mark.parametrize("status", [PepStatus.SUBMITTED, PepStatus.COMPLETE])
def test_a_pep_that_was_sent_leaves_its_writer_their_own(world: World, status: PepStatus) -> None:
    of = page(world)
    world.session.execute(text(f"UPDATE pep_pep SET status = '{status.value}'"))
    world.act(world.teacher)
    kept = keep_draft(world.session, of, {"good": [("good", "Late")]}, run=RUN, actor=world.teacher, now=NOW)
    assert kept.fields == {"good": [["good", "Late"]]}


def test_a_pep_that_is_not_there_keeps_nothing(world: World) -> None:
    of = Page(999_999, world.child_id, "section:voice", "Gone")
    with pytest.raises(Refused):
        keep_draft(world.session, of, {"good": [("good", "x")]}, run=RUN, actor=world.act(world.teacher), now=NOW)


def test_the_row_of_a_pep_that_is_deleted_takes_drafts_along(world: World) -> None:
    keep(world, world.teacher, good="One")
    world.session.commit()
    with pytest.raises(IntegrityError):  # other rows hold it; the drafts alone would not
        world.session.execute(text("DELETE FROM pep_pep"))
    world.session.rollback()
    tables = ["pep_social_care_section", "pep_education_section", "pep_meeting_section", "pep_delivery"]
    for each in tables:
        world.session.execute(text(f"DELETE FROM {each}"))
    world.session.execute(text("DELETE FROM pep_pep"))
    assert rows(world) == 0


def test_more_than_a_page_holds_is_not_kept_and_what_was_kept_stays(world: World) -> None:
    keep(world, world.teacher, good="One")
    with pytest.raises(Refused) as problem:
        keep(world, world.teacher, hard="x" * drafts.MOST_CHARACTERS)
    assert refused(problem) == ["draft-long"]
    world.session.rollback()


def test_marks_that_cannot_be_stored_are_dropped_as_everywhere(world: World) -> None:
    keep(world, world.teacher, good="a\x00b\ud800c\u202ed\r\ne")
    world.session.commit()
    world.act(world.teacher)
    assert drafts_of(world.session, world.teacher)[0].fields == {"good": [["good", "abc\u202ed\r\ne"]]}


def test_old_texts_are_swept_after_ninety_days_by_a_job_that_the_first_of_a_day_queues(world: World) -> None:
    keep(world, world.teacher, good="One")
    keep(world, world.worker, good="Two")
    later = NOW + timedelta(days=10)
    keep(world, world.teacher, good="Three", now=later)
    world.act(SYSTEM)
    jobs = world.session.scalars(select(Job).where(Job.kind == drafts.DROP_OLD).order_by(Job.id)).all()
    assert [each.due_at for each in jobs] == [NOW + timedelta(days=90), later + timedelta(days=90)]
    drafts.drop_old(world.session, now=NOW + timedelta(days=90))
    assert rows(world) == 2, "not a moment too early"
    config.move_today((NOW + timedelta(days=91)).date())
    JOB_KINDS[drafts.DROP_OLD](world.session, {"job": jobs[0].id}, lambda done=None, total=None: None)
    assert [each.owner for each in world.session.scalars(select(Draft))] == [world.teacher.id]
    drafts.drop_old(world.session, now=later + timedelta(days=91))
    assert rows(world) == 0


def test_to_take_away_unread_is_all_that_others_can_do(world: World) -> None:
    keep(world, world.teacher, good="One")
    world.act(world.officer)
    world.session.execute(delete(Draft).execution_options(synchronize_session=False))
    assert rows(world) == 0


# --- how fast ----------------------------------------------------------------------------------------------------------


def counted(world: World, who: Actor, at: datetime) -> int:
    """Seconds to wait that a save at that instant is told; 0 where it is counted."""
    try:
        drafts.count_save(world.session, actor=world.act(who), at=at)
    except TooOften as problem:
        return problem.seconds
    return 0


def test_a_hundred_and_twenty_saves_come_at_once_and_then_two_a_second(world: World) -> None:
    assert [counted(world, world.teacher, NOW) for _ in range(121)] == [0] * 120 + [1]
    assert counted(world, world.teacher, NOW + timedelta(milliseconds=499)) == 1
    assert counted(world, world.teacher, NOW + timedelta(milliseconds=500)) == 0
    assert counted(world, world.teacher, NOW + timedelta(milliseconds=500)) == 1, "what was refused did not count"
    assert counted(world, world.worker, NOW) == 0, "everybody has their own"
    assert [counted(world, world.teacher, NOW + timedelta(minutes=2)) for _ in range(121)] == [0] * 120 + [1], "and after a rest"


def test_a_clock_that_was_put_back_holds_nobody_up_for_longer_than_it_takes_to_type_a_line(world: World) -> None:
    assert counted(world, world.teacher, NOW + timedelta(hours=1)) == 0
    assert counted(world, world.teacher, NOW) == 0
    assert [counted(world, world.teacher, NOW + timedelta(minutes=1)) for _ in range(120)] == [0] * 120
    assert counted(world, world.teacher, NOW) == 61
    assert counted(world, world.teacher, NOW + timedelta(seconds=60)) == 1


def test_who_writes_nothing_is_not_counted(world: World) -> None:
    with pytest.raises(NotAllowed):
        counted(world, world.auditor, NOW)


def test_a_pace_is_forgotten_with_the_drafts(world: World) -> None:
    counted(world, world.teacher, NOW)
    drafts.drop_old(world.session, now=NOW + timedelta(days=90))
    assert world.session.scalar(select(func.count(DraftPace.id))) == 1
    drafts.drop_old(world.session, now=NOW + timedelta(days=90, seconds=1))
    assert world.session.scalar(select(func.count(DraftPace.id))) == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(windows=st.integers(1, 8), hand=st.lists(st.floats(0.25, 9), min_size=1, max_size=60), first=st.floats(0, 5))
def test_nobody_who_types_meets_it(world: World, windows: int, hand: list[float], first: float) -> None:
    """A save every five seconds from each of up to eight windows for ten minutes, and a hand that leaves up to sixty fields."""
    world.session.execute(delete(DraftPace))
    steady = [first + 5 * each + window / 10 for each in range(120) for window in range(windows)]
    for moment in sorted([*steady, *itertools.accumulate(hand)]):
        assert counted(world, world.teacher, NOW + timedelta(seconds=moment)) == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(0, 300), min_size=200, max_size=400))
def test_a_script_that_runs_away_gets_no_more_than_its_share_and_the_last_text_is_kept_in_the_end(
    world: World, gaps: list[int]
) -> None:
    world.session.execute(delete(DraftPace))
    at, got, last = NOW, 0, ""
    for number, gap in enumerate(gaps):
        at += timedelta(milliseconds=gap)
        last = f"text {number}"
        while True:
            try:
                keep_paced(world, last, at)
                got += 1
            except TooOften as problem:
                if number < len(gaps) - 1:
                    break  # it does not wait
                at += timedelta(seconds=problem.seconds)  # the last one does as it is told
                continue
            break
    assert got <= 120 + (at - NOW) / timedelta(milliseconds=500)
    assert drafts_of(world.session, world.teacher)[0].fields == {"good": [["good", last]]}


def keep_paced(world: World, words: str, at: datetime) -> Draft:
    save = drafts.paced(keep_draft, at=at)
    return save(world.session, page(world), {"good": [("good", words)]}, run=RUN, actor=world.act(world.teacher), now=NOW)
