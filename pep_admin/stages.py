"""The stage of a child's PEP in the term: where it stands on its way from the launch to the last signature (HB-2.1, HB-7.6). Pure.

Every child of the term stands on one stage, so that the stages add up to the roll. Which children and PEPs there are is
queries/board.py's; how late a PEP is and with whom it waited clocks.py's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from pep_admin.pep_form import parts_signed
from pep_admin.vocabulary import Labelled, Part, PepKind, PepStatus


class Stage(Labelled):
    """In the order of the way; what was sent back stands behind what was sent."""

    NOT_OPENED = "not_opened", "Not opened"
    OPENED = "opened", "Not sent out"
    NO_MEETING = "no_meeting", "No meeting booked"
    BOOKED = "booked", "Meeting booked"
    HELD = "held", "Held, both to sign"
    SCHOOL = "school", "Waits for the school"
    SOCIAL_CARE = "social_care", "Waits for social care"
    READY = "ready", "Signed, to be sent"
    WITH_VS = "with_vs", "With the Virtual School"
    SENT_BACK = "sent_back", "Sent back"
    SIGNED_OFF = "signed_off", "Signed off"


@dataclass(frozen=True, slots=True)
class StageFacts:
    """One PEP on one day: its status, when its meeting is, which parts are signed."""

    kind: PepKind
    status: PepStatus
    meeting_on: date | None = None
    signed: Collection[Part] = ()


def stage_of(facts: StageFacts | None, *, day: date) -> Stage:
    """Where it stands on that day; None for a child whose PEP was not opened.

    A meeting counts as held on the day after it: on its own day it is still to come.
    """
    if facts is None:
        return Stage.NOT_OPENED
    match facts.status:
        case PepStatus.COMPLETE:
            return Stage.SIGNED_OFF
        case PepStatus.SUBMITTED:
            return Stage.WITH_VS
        case PepStatus.RETURNED:
            return Stage.SENT_BACK
        case PepStatus.INITIATED:
            return Stage.OPENED
    return _being_written(facts, day)


def _being_written(facts: StageFacts, day: date) -> Stage:
    wanted = set(parts_signed(facts.kind)) - set(facts.signed)
    if not wanted:
        return Stage.READY
    if facts.meeting_on is None:
        return Stage.NO_MEETING
    if facts.meeting_on >= day:
        return Stage.BOOKED
    if Part.EDUCATION not in wanted:
        return Stage.SOCIAL_CARE
    return Stage.HELD if wanted - {Part.EDUCATION} else Stage.SCHOOL


def least_far(stages: Collection[Stage]) -> Stage:
    """Of a child with several PEPs in the term the one that is least far: it is what is still to do."""
    return min(stages, key=list(Stage).index)
