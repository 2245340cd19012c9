"""The rulebook: every rule that the program cites, once, with its kind and where it is checked; and the guides beside the form.

HB-… is a rule of the handbook in our own words, DATA-… one about data that no handbook names. Which numbers of a year a rule goes
by stands in policy.NUMBERS. docs/rules.md, the screen and `pep-admin rules` are written from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pep_admin.vocabulary import Labelled


class RuleKind(Labelled):
    """What a rule does; one may do several things."""

    GATE = "gate", "Gate"
    WARNING = "warning", "Warning"
    REQUIRED = "required", "Required"
    COMPUTED = "computed", "Worked out"
    RECORD = "record", "Recorded"
    GUIDE = "guide", "Guide"


GATE, WARNING, REQUIRED, COMPUTED, RECORD, GUIDE = RuleKind

MEANS = {
    GATE: "nothing goes on until it is met",
    WARNING: "it is said, and may be passed over",
    REQUIRED: "an answer is needed before the part is signed",
    COMPUTED: "the program works it out",
    RECORD: "there is a place to write it down",
    GUIDE: "it stands as help beside the form",
}
"""What each kind means for whoever writes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its number, what it does, where in words that people know ("" while nothing checks it), and its sentence."""

    code: str
    kinds: tuple[RuleKind, ...]
    where: str
    sentence: str


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("HB-1.1", (COMPUTED,), "Launching a term, opening a PEP",
             "Every child in care from nursery (N1) to the end of Year 13 has a PEP."),
        Rule("HB-1.2", (COMPUTED,), "The child's page, the PEP's page",
             "A PEP is opened and sent to its writers within 10 working days of the child coming into care."),
        Rule("HB-1.3", (COMPUTED,), "Opening a PEP, the child's page",
             "A first PEP is written, signed and sent within 20 school days of the child coming into care."),
        Rule("HB-1.4", (COMPUTED, WARNING), "Launching a term, opening a PEP, the next date in Part 3",
             "A PEP is reviewed at least once a term, by the deadline of that term."),
        Rule("HB-1.5", (COMPUTED,), "Opening a PEP",
             "A change of school or home, a need, or extra funding starts a PEP in between."),
        Rule("HB-1.6", (WARNING,), "Signing Part 1, the PEP's page",
             "Each PEP starts from the one before, and Part 1 is brought up to date before the meeting."),
        Rule("HB-1.7", (GATE,), "Signing Part 3",
             "The date of the next PEP is set at the end of this one, or it is said why there is none."),
        Rule("HB-1.8", (RECORD,), "Part 3",
             "Other education meetings use the PEP and are noted on it."),
        Rule("HB-2.1", (RECORD,), "Launching a term, sending to writers",
             "The Virtual School sends every PEP to its writers."),
        Rule("HB-2.2", (GATE,), "Sending to writers",
             "The school's part goes to one named person with an address that works."),
        Rule("HB-2.3", (GATE,), "Writing and signing Part 1",
             "Part 1 is the social worker's."),
        Rule("HB-2.4", (GATE,), "Writing and signing Part 2",
             "Part 2 is the designated teacher's or the named writer's, before and after the meeting."),
        Rule("HB-2.5", (GATE,), "Writing and signing Part 3",
             "Part 3 is the social worker's record of the meeting; the school may take the notes for them to sign."),
        Rule("HB-2.6", (GATE, WARNING), "Sending, signing Part 3",
             "Designated teacher and social worker answer for the PEP together; someone from education chairs the meeting."),
        Rule("HB-2.7", (RECORD, WARNING), "Part 2",
             "In school only those who need to know are told, and a governor is named."),
        Rule("HB-3.1", (RECORD, WARNING), "Part 3, booking the meeting",
             "Teacher, social worker and carer agree when and how the meeting is held."),
        Rule("HB-3.2", (RECORD, WARNING), "Part 3",
             "Other professionals are invited, and who cannot come is asked for a report."),
        Rule("HB-3.3", (WARNING,), "Signing Part 3",
             "The PEP meeting is not routinely on the day of the care review."),
        Rule("HB-3.4", (WARNING,), "The child's record",
             "With an EHCP, one PEP of the year is held together with its annual review."),
        Rule("HB-3.5", (RECORD,), "Part 2, Part 3",
             "The child is encouraged to come, even for a part, and if not the reason is kept."),
        Rule("HB-3.6", (RECORD, WARNING), "Signing Part 2, suspensions, exclusion risk",
             "The Virtual School is told at once when suspension or exclusion threatens."),
        Rule("HB-3.7", (REQUIRED,), "Signing Part 1 and Part 3, consents",
             "It is recorded who holds parental responsibility, who gets reports and who signs slips."),
        Rule("HB-3.8", (RECORD, WARNING), "Part 3",
             "The child is asked how the meeting went and whether they want a copy."),
        Rule("HB-3.9", (RECORD,), "Part 3, my actions",
             "Every action has one person and one date."),
        Rule("HB-3.10", (COMPUTED, WARNING), "Lists of children and schools, inspections, the diary",
             "The Virtual School attends where the handbook names a reason."),
        Rule("HB-3.11", (RECORD,), "Every page, PDF and copy",
             "Sensitive history is seen only by those who need it, and never stands in the child's copy."),
        Rule("HB-3.12", (RECORD, WARNING), "Part 3",
             "Every effort is made to bring the carer to the meeting."),
        Rule("HB-3.13", (RECORD, GUIDE), "Part 3",
             "The meeting weighs strengths and difficulties and plans the help that is needed."),
        Rule("HB-3.14", (RECORD, WARNING), "Signing Part 2",
             "Somebody listens to the child before the meeting."),
        Rule("HB-4.1", (REQUIRED, WARNING), "Signing Part 2, imports",
             "Achievements, schooling so far, attainment, attendance, behaviour and SEN are recorded."),
        Rule("HB-4.2", (REQUIRED,), "Signing Part 2",
             "Needs and the help for them are recorded."),
        Rule("HB-4.3", (REQUIRED,), "Signing Part 2",
             "Short-term targets and coming changes are recorded, with how disruption is kept low."),
        Rule("HB-4.4", (REQUIRED,), "Signing Part 2",
             "Interests outside lessons are recorded."),
        Rule("HB-4.5", (REQUIRED,), "Signing Part 2 and Part 3",
             "Hopes and long-term plans are recorded, with the carer's part in them."),
        Rule("HB-4.6", (GATE,), "Sending, grading, release",
             "Child, carer and social worker are all heard; without one voice there is no sign-off and no money."),
        Rule("HB-4.7", (GATE,), "Signing Part 1, targets",
             "There is an SDQ score or a reason, and a total of 17 or more is answered by a target."),
        Rule("HB-4.8", (REQUIRED,), "Signing Part 1",
             "Health and emotional needs that touch learning are shared and planned for."),
        Rule("HB-4.9", (RECORD,), "Part 2",
             "Progress is at least what is expected from the child's own start."),
        Rule("HB-5.1", (GATE,), "Signing Part 2",
             "There is at least one English and one Maths target, or the exceptional reason why not."),
        Rule("HB-5.2", (GATE, WARNING), "Targets, signing Part 2",
             "Every target is specific, measurable, achievable, relevant and has a date."),
        Rule("HB-5.3", (WARNING,), "Signing Part 2",
             "Targets balance schoolwork with personal growth, and strengths with difficulties."),
        Rule("HB-5.4", (GUIDE,), "Targets",
             "A target goes from need to support to what will be seen."),
        Rule("HB-5.5", (RECORD, WARNING), "Targets",
             "With an EHCP or a support plan, targets say which part of it they serve."),
        Rule("HB-5.6", (REQUIRED,), "Targets",
             "A target belongs to one of five areas."),
        Rule("HB-5.7", (GATE,), "Signing Part 2",
             "The last targets are reviewed with the child; none is left out."),
        Rule("HB-5.8", (RECORD,), "Targets",
             "Targets are looked at between PEPs, and what is seen is noted."),
        Rule("HB-5.9", (RECORD,), "Targets",
             "The child helps to choose the targets."),
        Rule("HB-6.1", (GATE,), "Requests, sending",
             "A child of school age may have up to £600 a term and £1,800 a year: the caps on requests, whatever school asks."),
        Rule("HB-6.2", (GATE,), "Requests, sending",
             "A young person after Year 11 may have up to £300 a year: the cap on their requests."),
        Rule("HB-6.3", (GATE,), "Requests",
             "Money for nursery children comes from the Early Years Team, not from the Virtual School."),
        Rule("HB-6.4", (GATE, WARNING), "Requests",
             "The grant does not pay for administration, clothing or transport."),
        Rule("HB-6.5", (GATE,), "Requests, sending",
             "Every request serves a target, and its effect is written down at the next PEP."),
        Rule("HB-6.6", (GATE,), "Requests, sending",
             "Every request is fully costed: quantity times unit cost is the amount."),
        Rule("HB-6.7", (GATE,), "Release",
             "Money goes to the payee only after a satisfactory PEP is signed off."),
        Rule("HB-6.8", (RECORD,), "Requests",
             "Money is spent as the PEP says, or the change is agreed."),
        Rule("HB-7.1", (GATE,), "Signing each part, sending, grading",
             "The Virtual School checks first that every section is properly filled in."),
        Rule("HB-7.2", (REQUIRED,), "Grading",
             "A PEP is graded Gold, Green, Amber or Red, with feedback and how to improve."),
        Rule("HB-7.3", (COMPUTED,), "",
             "PEPs are sampled, and the feedback goes to school and social worker."),
        Rule("HB-7.4", (COMPUTED,), "Grading, release",
             "After a satisfactory PEP the money is released and a PDF goes to school and social worker."),
        Rule("HB-7.5", (COMPUTED,), "",
             "A weekly report shows which PEPs are complete."),
        Rule("HB-7.6", (COMPUTED,), "The term board",
             "The Virtual School watches completion and quality for every child."),
        Rule("DATA-file", (GATE,), "Imports, documents",
             "A file is read by the names of its columns, a document by its content; what cannot be taken says where and why."),
        Rule("DATA-school", (GATE,), "A school's record, imports",
             "A school's record has a name, and register numbers in their shape."),
        Rule("DATA-child", (GATE,), "A child's record, imports",
             "A child's record has a name or a care-record number, and text that can be read as it is written."),
        Rule("DATA-shape", (GATE,), "Every form, imports",
             "An answer fits its field: its length, its range, its choices."),
        Rule("DATA-dates", (GATE, WARNING), "Every form, imports",
             "Dates are possible and in their order: birth, first day at a school, coming into care, leaving care."),
        Rule("DATA-due", (GATE,), "Changing when a PEP is due",
             "A PEP is due between the day it was opened and the end of its academic year."),
        Rule("DATA-meeting", (GATE,), "Saving and signing Part 3",
             "The meeting of a PEP is at most 60 days before it was opened, and not after its academic year."),
        Rule("DATA-roll", (GATE,), "Moves of school, home and worker, imports",
             "Moves of school, home and care follow one another without contradiction."),
        Rule("DATA-status", (GATE,), "Every step of a PEP and of its money",
             "Each step is taken once, and only from the state that comes before it."),
        Rule("DATA-reason", (GATE,), "Wherever something is refused, closed or removed",
             "What is refused or given up has its reason."),
        Rule("DATA-unique", (GATE,), "Every form, imports",
             "No two records are of the same thing."),
        Rule("DATA-constraint", (GATE,), "Every form",
             "Nothing is stored that contradicts itself or another record."),
        Rule("DATA-upn", (GATE, WARNING), "A child's record, imports",
             "A UPN has a letter, eleven figures, and a figure or letter; its first letter checks the rest."),
        Rule("DATA-urn", (GATE,), "A school's record, imports",
             "A school's URN has six figures."),
        Rule("DATA-email", (GATE,), "People, accounts, imports",
             "An e-mail address is one complete address."),
        Rule("DATA-year", (GATE,), "Academic years and terms",
             "An academic year has its terms in order, inside the year, and amounts and days that can be."),
        Rule("DATA-calendar", (GATE,), "School calendars",
             "A calendar has all its terms in order, inside its year, and each closure inside a term."),
        Rule("DATA-inspection", (GATE,), "Inspections",
             "An inspection has its day, its regime and a judgement, and nothing of another regime."),
        Rule("DATA-request-whole", (GATE,), "Requests, sending",
             "A request says who gives the help, when, why it is more than every pupil gets, and what else could pay."),
        Rule("DATA-stage", (GATE,), "Requests",
             "A category of spending is asked for in the years that it is for: exam fees from Year 9, careers from Year 7."),
        Rule("DATA-one-by-one", (WARNING,), "Requests",
             "Laptops, trips and rewards are looked at one by one."),
        Rule("DATA-local-bars", (WARNING,), "Requests",
             "What somebody else pays for is asked of them: EHCP, school, school meals, holidays, the carer's costs."),
        Rule("DATA-bursary", (WARNING,), "Requests",
             "After Year 11 the 16-19 bursary is asked first for what it pays for."),
        Rule("DATA-effect-sum", (GATE,), "Part 2",
             "What was spent of released money and what is left of it make what was released."),
        Rule("DATA-contacts", (WARNING,), "Signing Part 1",
             "Two people are named who answer in school hours."),
        Rule("DATA-hours", (WARNING,), "Signing Part 2",
             "A child who is taught for less than a full week has a reduced timetable on record, with an end."),
        Rule("DATA-year-group", (GATE,), "A child's record",
             "A year group other than the birthday's is a known one, and has its reason."),
        Rule("DATA-two-people", (GATE,), "Release",
             "One person approves a payment and another releases it; the head alone only with a reason."),
        Rule("DATA-finance", (WARNING,), "Requests",
             "Finance sees what is paid for and to whom, and no child's name."),
        Rule("DATA-payee", (GATE,), "Release",
             "A payment goes to a named payee whose finance reference is known."),
        Rule("DATA-in-care", (GATE,), "Release",
             "No money is released for a child who has left care until the Virtual School has decided."),
        Rule("DATA-account", (GATE,), "Accounts",
             "An account has a name, one whole address of its own and at least one role."),
        Rule("DATA-account-roles", (GATE, WARNING), "Accounts",
             "Whoever keeps accounts has no other role; nobody should audit what they do themselves."),
        Rule("DATA-account-person", (GATE,), "Accounts",
             "A designated teacher's or social worker's account is that of a person on record with the same address."),
        Rule("DATA-account-last", (GATE,), "Accounts",
             "Administrators neither change their own roles nor suspend themselves, so that one is always left."),
        Rule("DATA-account-state", (GATE,), "Accounts",
             "What an account needs follows from where it stands: invited, active, suspended."),
    )
}


@dataclass(frozen=True, slots=True)
class Guide:
    """Advice for whoever writes: its title, the rules it belongs to, and what to think of, each a sentence."""

    title: str
    codes: tuple[str, ...]
    points: tuple[str, ...]


GUIDES: tuple[Guide, ...] = (
    Guide("Before the meeting, with the child", ("HB-3.14", "HB-3.5", "HB-3.8"), (
        "Say who will be there, what the meeting is for and what will be talked about.",
        "Say that what they think counts as much as what anybody else thinks.",
        "Ask whether somebody should say a thing for them, and whether they want to come for all of it or a part.",
        "Talk about what goes well and what does not, what they hope for, what would help, and their friends.",
    )),
    Guide("Questions about learning", ("HB-3.13", "HB-4.2", "HB-4.9"), (
        "Is the child on track? If not: how far behind, why, and what would help them catch up?",
        "What can be expected in the next six to twelve months? Would tuition help, every week, at home or at school?",
        "With special educational needs: what is the next step, and is there a graduated response that says what was tried?",
        "Which lessons do they like best, and what is the one thing that matters most this term?",
    )),
    Guide("Questions about people and behaviour", ("HB-3.13", "HB-4.8"), (
        "How do they get on with adults and with other children? Who are their friends, and is anybody unkind to them?",
        "What is seen, when, and what comes before it? May loss, fear or attachment lie behind it? Does distress cost learning?",
        "Which ways of helping have been tried that take this into account, and what worked?",
    )),
    Guide("Questions about home and what is to come", ("HB-3.13", "HB-4.3", "HB-4.5"), (
        "Homework and reading: who helps, and where is it done? Which interests are there outside school?",
        "Does the child have what lessons, trips and exams need?",
        "How can the carer, the social worker and the Virtual School help? Is the child clear about their own view?",
        "Which changes are coming: another school, choices of subjects, tests?",
    )),
    Guide("From the need to the target", ("HB-5.4", "HB-5.2"), (
        "Begin with the need that is not met, or the strength that is growing.",
        "Then the help: who gives it, how often, from when.",
        "Then how you would know: what would be seen, measured or counted, and what is different for the child.",
        "Last the outcome: the child by name, what they will do, and by when.",
    )),
    Guide("The test for every target and every pound", ("HB-5.2", "HB-5.4", "HB-6.5"), (
        "Would this be good enough for my own child?",
    )),
)
"""What stands beside the form as help, gathered where it can be read at leisure."""


def guides_of(code: str) -> tuple[Guide, ...]:
    """The guides that belong to a rule."""
    return tuple(guide for guide in GUIDES if code in guide.codes)
