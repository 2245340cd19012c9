"""What the four grades mean and which of them is satisfactory. Grading itself is a person's judgement and not done here."""

from __future__ import annotations

from pep_admin.policy import is_satisfactory
from pep_admin.vocabulary import Grade

__all__ = ["MEANING", "RUBRIC_VERSION", "is_satisfactory"]

RUBRIC_VERSION = "2024-25.1"

MEANING: dict[Grade, str] = {
    Grade.GOLD: "Better than asked: the child's own voice has visibly shaped the plan, and every target would be good enough "
    "for our own child.",
    Grade.GREEN: "All that the handbook asks is there, this term's, and clear enough to act on.",
    Grade.AMBER: "Usable, but parts are thin or hard to measure; the feedback says what to improve.",
    Grade.RED: "Something that the child relies on is missing or out of date; it goes back to be changed.",
}
