"""Where a PEP lies on somebody's desk, in which order, and about how long it takes. Values by hand from the figures of desk.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pep_admin.desk import DeskFacts, Pile, Work, in_order, minutes_for
from pep_admin.pep_form import Kind
from pep_admin.vocabulary import Part, PepKind, PepStatus

ALL = frozenset(Part)
TEACHER, WORKER = frozenset({Part.EDUCATION}), frozenset({Part.SOCIAL_CARE, Part.MEETING})
NONE: frozenset[Part] = frozenset()


def facts(
    status: PepStatus = PepStatus.IN_PROGRESS, mine: frozenset[Part] = TEACHER, signed: frozenset[Part] = NONE,
    kind: PepKind = PepKind.TERMLY, meeting_on: date | None = None, due_on: date = date(2024, 11, 29), pep_id: int = 1,
) -> DeskFacts:
    return DeskFacts(pep_id, kind, status, mine, signed, meeting_on, due_on)


@pytest.mark.parametrize(("given", "pile", "state"), [
    (facts(), Pile.TODO, "Yours to do"),
    (facts(signed=TEACHER), Pile.WAITING, "Your part done"),
    (facts(mine=WORKER, signed=frozenset({Part.SOCIAL_CARE})), Pile.TODO, "Yours to do"),
    (facts(signed=ALL), Pile.TODO, "Ready to be sent"),
    (facts(PepStatus.RETURNED), Pile.TODO, "Sent back to you"),
    (facts(PepStatus.RETURNED, signed=TEACHER), Pile.WAITING, "Your part done"),
    (facts(PepStatus.INITIATED), Pile.WAITING, "Opened"),
    (facts(PepStatus.SUBMITTED, signed=ALL), Pile.SENT, "Sent to the Virtual School"),
    (replace(facts(PepStatus.SUBMITTED, signed=ALL), question=3), Pile.TODO, "You are asked something"),
    (facts(PepStatus.COMPLETE, signed=ALL), Pile.SIGNED_OFF, "Signed off"),
])
def test_each_state_has_its_pile_and_its_words(given: DeskFacts, pile: Pile, state: str) -> None:
    assert (given.pile, given.state) == (pile, state)


def test_whose_parts_are_still_to_be_signed() -> None:
    both = facts(mine=WORKER, signed=frozenset({Part.MEETING}))
    assert both.still_mine == [Part.SOCIAL_CARE] and both.of_others == [Part.EDUCATION]
    assert facts(mine=ALL).still_mine == [Part.SOCIAL_CARE, Part.EDUCATION, Part.MEETING] and facts(mine=ALL).of_others == []


def test_a_funding_pep_wants_the_schools_name_and_the_social_workers_for_the_voices() -> None:
    asked = facts(kind=PepKind.FUNDING, mine=ALL)
    assert asked.still_mine == [Part.EDUCATION, Part.MEETING]
    assert not replace(asked, signed=TEACHER).may_go
    both = frozenset({Part.EDUCATION, Part.MEETING})
    assert replace(asked, signed=both).may_go and not facts(signed=both).may_go


def test_the_meeting_comes_first_then_the_due_day_and_what_is_signed_off_the_newest_first() -> None:
    rows = [
        facts(pep_id=1, due_on=date(2024, 11, 20)),
        facts(pep_id=2, meeting_on=date(2024, 11, 19)),
        facts(pep_id=3, meeting_on=date(2024, 11, 19), due_on=date(2024, 11, 25)),
        facts(PepStatus.COMPLETE, pep_id=4, meeting_on=date(2024, 10, 1)),
        facts(PepStatus.COMPLETE, pep_id=5, meeting_on=date(2024, 10, 8)),
        facts(PepStatus.SUBMITTED, pep_id=6), facts(PepStatus.INITIATED, pep_id=7, due_on=date(2024, 9, 30)),
        facts(pep_id=8, due_on=date(2024, 11, 20)),
    ]
    assert [each.pep_id for each in in_order(rows)] == [3, 2, 1, 8, 7, 6, 5, 4]


@pytest.mark.parametrize(("work", "minutes"), [
    (Work(), 0),
    (Work(parts=1), 5),  # 2
    (Work(kinds=[Kind.PARA], parts=1), 5),  # 3 + 2
    (Work(kinds=[Kind.PARA, Kind.YES_NO], parts=1), 10),  # 3 + 0.5 + 2
    (Work(kinds=[Kind.ROWS, Kind.LINE], targets=2, others=1, carried=4, parts=1), 30),  # 4 + 1 + 16 + 2 + 1 + 2 = 26
    (Work(carried=20), 5),
    (Work(carried=21), 10),  # 5.25
])
def test_minutes_go_by_what_is_wanted_in_steps_of_five(work: Work, minutes: int) -> None:
    assert minutes_for(work) == minutes


def test_every_kind_of_answer_has_its_minutes() -> None:
    assert all(minutes_for(Work(kinds=[kind])) == 5 for kind in Kind)
