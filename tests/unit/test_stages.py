"""The stage of a PEP, by hand: where it stands for each status, meeting and signature (HB-7.6)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pep_admin.stages import Stage, StageFacts, least_far, stage_of
from pep_admin.vocabulary import Part, PepKind, PepStatus

DAY = date(2024, 11, 18)
CARE, SCHOOL, MEETING = Part.SOCIAL_CARE, Part.EDUCATION, Part.MEETING


@pytest.mark.parametrize(("status", "meeting_on", "signed", "stage"), [
    (PepStatus.INITIATED, None, [], Stage.OPENED),
    (PepStatus.INITIATED, date(2024, 11, 1), [SCHOOL], Stage.OPENED),
    (PepStatus.IN_PROGRESS, None, [], Stage.NO_MEETING),
    (PepStatus.IN_PROGRESS, None, [SCHOOL], Stage.NO_MEETING),
    (PepStatus.IN_PROGRESS, date(2024, 11, 19), [], Stage.BOOKED),
    (PepStatus.IN_PROGRESS, date(2024, 11, 18), [], Stage.BOOKED),
    (PepStatus.IN_PROGRESS, date(2024, 11, 17), [], Stage.HELD),
    (PepStatus.IN_PROGRESS, date(2024, 11, 17), [CARE], Stage.HELD),
    (PepStatus.IN_PROGRESS, date(2024, 11, 17), [CARE, MEETING], Stage.SCHOOL),
    (PepStatus.IN_PROGRESS, date(2024, 11, 17), [SCHOOL], Stage.SOCIAL_CARE),
    (PepStatus.IN_PROGRESS, date(2024, 11, 17), [SCHOOL, CARE], Stage.SOCIAL_CARE),
    (PepStatus.IN_PROGRESS, date(2024, 11, 17), [SCHOOL, CARE, MEETING], Stage.READY),
    (PepStatus.IN_PROGRESS, None, [SCHOOL, CARE, MEETING], Stage.READY),
    (PepStatus.SUBMITTED, None, [], Stage.WITH_VS),
    (PepStatus.RETURNED, date(2024, 11, 17), [SCHOOL], Stage.SENT_BACK),
    (PepStatus.COMPLETE, None, [], Stage.SIGNED_OFF),
])
def test_the_stage_of_a_pep(status: PepStatus, meeting_on: date | None, signed: list[Part], stage: Stage) -> None:
    assert stage_of(StageFacts(PepKind.TERMLY, status, meeting_on, signed), day=DAY) is stage


def test_who_has_no_pep_stands_at_the_beginning() -> None:
    assert stage_of(None, day=DAY) is Stage.NOT_OPENED


def test_of_several_the_one_that_is_least_far_counts() -> None:
    assert least_far([Stage.SIGNED_OFF, Stage.BOOKED, Stage.WITH_VS]) is Stage.BOOKED
    assert least_far([Stage.SENT_BACK, Stage.SIGNED_OFF]) is Stage.SENT_BACK


@given(st.sets(st.sampled_from(Part)), st.one_of(st.none(), st.dates(date(2024, 9, 1), date(2025, 1, 1))))
def test_signing_never_leads_back(signed: set[Part], meeting_on: date | None) -> None:
    order = list(Stage)
    stands = stage_of(StageFacts(PepKind.TERMLY, PepStatus.IN_PROGRESS, meeting_on, signed), day=DAY)
    for part in Part:
        further = stage_of(StageFacts(PepKind.TERMLY, PepStatus.IN_PROGRESS, meeting_on, signed | {part}), day=DAY)
        assert order.index(further) >= order.index(stands)
