"""The desk of those who write PEPs: where a PEP stands for one writer, about how long their share takes, what comes first.

The judgement alone: which PEPs are whose is queries/desk.py's, words with links are views/desk.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

from pep_admin.pep_form import Kind, parts_signed
from pep_admin.vocabulary import Labelled, Part, PepKind, PepStatus

WRITING = (PepStatus.IN_PROGRESS, PepStatus.RETURNED)
NUMBER: Mapping[Part, str] = {Part.SOCIAL_CARE: "Part 1", Part.EDUCATION: "Part 2", Part.MEETING: "Part 3"}


class Pile(Labelled):
    """The piles on the desk, in their order."""

    TODO = "todo", "To do now"
    WAITING = "waiting", "Waiting for others"
    SENT = "sent", "Sent to the Virtual School"
    SIGNED_OFF = "signed_off", "Signed off this term"


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """One PEP as it lies on somebody's desk: `mine` are the parts that they sign, `signed` those that are signed by anybody,
    `question` the number of the review by which the Virtual School asked what waits for its answer (HB-7.1), `helping` the sections
    that a colleague gave them to write."""

    pep_id: int
    kind: PepKind
    status: PepStatus
    mine: frozenset[Part]
    signed: frozenset[Part]
    meeting_on: date | None
    due_on: date
    question: int | None = None
    helping: tuple[str, ...] = ()

    @property
    def wanted(self) -> frozenset[Part]:
        """The parts that must be signed before it is sent."""
        return frozenset(parts_signed(self.kind))

    @property
    def still_mine(self) -> list[Part]:
        """The parts that they have still to sign, in their order."""
        return [part for part in Part if part in (self.mine & self.wanted) - self.signed]

    @property
    def of_others(self) -> list[Part]:
        """The parts that somebody else has still to sign, in their order."""
        return [part for part in Part if part in self.wanted - self.mine - self.signed]

    @property
    def may_go(self) -> bool:
        """Whether every part is signed and it only has to be sent (HB-2.6: by any of those who answer for a part)."""
        return self.status in WRITING and bool(self.mine) and self.wanted <= self.signed

    @property
    def still_helps(self) -> bool:
        """Whether what they were given can still be written before Part 2 is signed."""
        return bool(self.helping) and Part.EDUCATION not in self.signed

    @property
    def pile(self) -> Pile:
        """Where it lies. One that was not sent to its writers yet waits for the Virtual School, though it can be begun."""
        if self.status is PepStatus.COMPLETE:
            return Pile.SIGNED_OFF
        if self.status is PepStatus.SUBMITTED:
            return Pile.SENT if self.question is None or not self.mine else Pile.TODO
        busy = self.still_mine or self.may_go or self.still_helps
        return Pile.TODO if self.status in WRITING and busy else Pile.WAITING

    @property
    def state(self) -> str:
        """How it stands, in the words of the desk."""
        if self.status is PepStatus.RETURNED and self.still_mine:
            return "Sent back to you"
        if self.status in WRITING:
            if self.may_go:
                return "Ready to be sent"
            return "Yours to do" if self.still_mine else "Yours to help with" if self.still_helps else "Your part done"
        return "You are asked something" if self.question is not None and self.mine else self.status.label


def in_order(facts: Iterable[DeskFacts]) -> list[DeskFacts]:
    """Pile by pile; in each by the day of the meeting, by the due day where none is booked. Signed off: newest first."""
    piles = list(Pile)

    def key(each: DeskFacts) -> tuple[int, int, int, int]:
        day = (each.meeting_on or each.due_on).toordinal()
        day, due = (-day, -each.due_on.toordinal()) if each.pile is Pile.SIGNED_OFF else (day, each.due_on.toordinal())
        return piles.index(each.pile), day, due, each.pep_id

    return sorted(facts, key=key)


# --- about how long ------------------------------------------------------------------------------------------------------------

MINUTES: Mapping[Kind, float] = {
    Kind.YES_NO: 0.5, Kind.ONE_OF: 0.5, Kind.MANY_OF: 0.5, Kind.DATE: 0.5, Kind.MOMENT: 1, Kind.NUMBER: 0.5, Kind.MONEY: 0.5,
    Kind.LINE: 1, Kind.PARA: 3, Kind.ROWS: 4,
}
"""Minutes for one answer of each kind: a choice or a figure at hand, a line, some sentences, a table of three or four lines."""
A_TARGET, SOMETHING_ELSE, STILL_RIGHT, SIGNING = 8.0, 2.0, 0.25, 2.0
"""A target with its support; anything else to put right; reading an answer that came over; checking and signing a part."""
STEP = 5


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody still has to do in a PEP: the kinds of the answers that are wanted, and how many targets, other things to put
    right, answers from last term to look at and parts to check and sign there are."""

    kinds: Collection[Kind] = ()
    targets: int = 0
    others: int = 0
    carried: int = 0
    parts: int = 0


def minutes_for(work: Work) -> int:
    """About how many minutes the work takes, in steps of five upward; 0 where there is none.

    A guess by the figures above, for somebody who has what is asked at hand; the talk with the child and the meeting are not in it.
    """
    minutes = (sum(MINUTES[kind] for kind in work.kinds) + work.targets * A_TARGET + work.others * SOMETHING_ELSE
               + work.carried * STILL_RIGHT + work.parts * SIGNING)
    return ceil(minutes / STEP) * STEP
