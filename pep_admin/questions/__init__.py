"""The fifteen questions of a Friday afternoon, each asked once: its number is the number of the lines it finds.

What there is already (the board, lateness, who is out of reach, changes, the checks of a PEP, the rule of a release) is asked,
never judged anew. This room knows no web; the pages are views/week.py's.
"""

from pep_admin.questions import children, money, term
from pep_admin.questions.found import Found, Leads, Question, Week, Whom

QUESTIONS: tuple[Question, ...] = (
    Question("first_peps", "First PEPs that run out", "Ten working days or twenty school days end by the end of next week",
             "No first PEP runs out of its days before the end of next week.", term.first_peps, "Days left", Whom.AROUND),
    Question("suspended", "Suspended or at risk", "Sent away today, or told of a risk that is not closed; who was not rung first",
             "No child is suspended today, and no risk is open.", children.suspended, "Days since", Whom.AROUND),
    Question("late_ours", "Late because of us", "Late, and it waited with the Virtual School",
             "Nothing is late because of the Virtual School.", term.late_ours, "Days late"),
    Question("no_meeting", "No meeting booked", "With its writers, and no day is set",
             "Every PEP with its writers has its meeting.", term.no_meeting, "Days to its day", Whom.WRITERS),
    Question("held", "Held and not written", "The meeting was held, and parts are not signed",
             "Every PEP whose meeting was held is signed.", term.held, "Days since the meeting", Whom.WRITERS),
    Question("sent_back", "Sent back, not returned", "Sent back to be changed, and not sent again",
             "Nothing that was sent back is still out.", term.sent_back, "Days since", Whom.WRITERS),
    Question("with_vs", "Waits to be graded", "Sent to the Virtual School, the longest first; not of children who left care",
             "Nothing waits to be graded.", term.with_us, "Days since it was sent"),
    Question("attending", "Meetings to attend", "In the next fortnight, somebody of the Virtual School is invited",
             "The Virtual School is invited to no meeting of the next fortnight.", term.attending, "Days to it", Whom.WRITERS),
    Question("no_pep", "No PEP this term", "In care and of PEP age, and no PEP is open",
             "Every child of the term has a PEP.", term.no_pep, "Days to the deadline", Whom.AROUND),
    Question("moved", "Moved home or school", "No review has followed yet", "Every move has its review.", children.moved,
             "Days since", Whom.AROUND),
    Question("no_school", "No school or part-time", "Without a school, or on a reduced timetable",
             "Every child has a school and a full timetable.", children.no_school, "Days so far", Whom.AROUND),
    Question("sdq", "SDQ missing or unanswered", "No total that is young enough, or a high one that no target answers",
             "Every unfinished PEP has its SDQ, and high ones are answered.", children.sdq, "Days to its day", Whom.WRITERS),
    Question("unreached", "People out of reach", "A part waits for them, and nothing reaches them",
             "Everybody for whom a PEP waits can be reached.", children.unreached, "Days to the first PEP", Whom.THEMSELVES),
    Question("money", "Money that waits", "Approved and not released: what can go, what is held and why",
             "No approved money waits.", money.money, "Days since approval"),
    Question("impact", "Effect or money owed", "Paid, and the effect is not written down or money is left",
             "Nobody owes the effect of money, and none is left over.", money.impact, "Days since it ended", Whom.THEMSELVES),
)
BY_KEY = {each.key: each for each in QUESTIONS}

__all__ = ["BY_KEY", "QUESTIONS", "Found", "Leads", "Question", "Week", "Whom"]
