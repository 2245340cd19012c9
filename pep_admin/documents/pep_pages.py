"""What the PDF of a PEP says, piece by piece in the order of its pages.

Everything comes from the Document, which is already filtered for its reader; labels come from its form. How it looks is in
templates/pep/pdf; how it becomes a file is in pep_pdf.py and pdf_engine.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pep_admin.circumstances import ASKED_IN_WORDS, SEEN
from pep_admin.document_words import DocumentKind
from pep_admin.documents.pdf_fonts import Ink
from pep_admin.documents.pep_answers import LONGEST_BOX, NOT_ANSWERED, NOTHING, Answer, Answers, Block, Grid, Run
from pep_admin.documents.wording import date_words, label_of, moment_words, value_words, year_words
from pep_admin.money import format_pounds
from pep_admin.money_words import OtherMoney
from pep_admin.pep_form import (
    FORM,
    Document,
    Field,
    FundingEffectFacts,
    Kind,
    RequestFacts,
    StandingException,
    TargetFacts,
    TargetReviewFacts,
)
from pep_admin.roll_lines import lines_of
from pep_admin.vocabulary import (
    Audience,
    ChildAgrees,
    Grade,
    Part,
    PepKind,
    PepStatus,
    PpgCategory,
    PpgStatus,
    Subject,
    TargetArea,
)
from pep_admin.voice_words import FACE_QUESTIONS

# Part 2 is printed in the order of a good conversation, not of the form; Parts 1 and 3 keep the form's.
VOICE = ("child_voice_good", "child_voice_hard", "child_voice_want")
FACES = tuple(key for key, _ in FACE_QUESTIONS)
VOICE_MORE = (*SEEN, "seen_times", *ASKED_IN_WORDS, "profile_like", "profile_matters", "profile_help")
VOICE_AROUND = ("child_voice_attempts", "voice_gathered_on", "voice_gathered_by", "voice_how", "voice_help", "wants_to_attend",
                "wants_to_attend_told", "say_for_me", "say_for_me_by", "voice_changed_what")
STRENGTHS = ("achievements", "strengths", "leisure_interests", "hopes", "long_term_hopes", "steps_and_helpers")
PLACE = ("no_place_since", "no_place_why", "no_place_education", "place_search", "p16_activity", "p16_course", "not_eet_plan",
         "tutor_group", "key_adult", "who_knows", "hours_offered", "out_of_year", "out_of_year_why", "part_time", "part_time_plan",
         "alternative_provision", "alternative_places", "ey_pattern", "two_year_check_on", "two_year_check", "custody_setting",
         "custody_hours", "custody_plan", "custody_release", "p16_bursary", "p16_bursary_use", "governor")
ATTAINMENT = ("attainment", "attainment_context", "statutory_results", "other_tests", "qualifications_held",
              "favourite_and_hardest", "one_priority", "homework_equipment_reading")
ATTENDANCE = ("attendance", "attendance_last_term", "attendance_source", "ey_attendance", "p16_attendance", "attendance_reasons",
              "behaviour", "behaviour_seen", "strategies_tried", "exclusion_risk", "exclusion_told", "removed_days", "removed_told",
              "wellbeing_in_school", "screening_tool", "screening_score", "screening_on", "friends_and_bullying")
NEEDS = ("needs_and_provision", "interventions", "sen_provision", "sen_needs", "ehcp_issued_on", "ehcp_authority",
         "ehcp_provision", "sen_plan", "sen_plan_review_on", "next_send_step", "access_arrangements", "changes_ahead")
NEXT_STEPS = tuple(found.key for found in FORM.section("next_steps")[1].fields)
EXCEPTIONS = ("english_exception_kind", "english_exception", "maths_exception_kind", "maths_exception", "sdq_answer_reason")
REVIEWS = "target_reviews"
EFFECTS = "funding_effects"


SIGNATURE_LINES = 9
"""About how many lines of paper the signatures take with their heading."""


@dataclass(frozen=True, slots=True)
class Card:
    """A new target: its number and subject, its wording with what stands behind it, and what it costs."""

    number: int
    heading: str
    told: Block
    costs: tuple[Block, ...]

    @property
    def is_long(self) -> bool:
        return self.told.height + sum(cost.height for cost in self.costs) > LONGEST_BOX


class Pages:
    """What the template asks of a document."""

    def __init__(self, document: Document, ink: Ink) -> None:
        self.document = document
        self._answers = Answers(document, ink)

    # front

    @property
    def for_child(self) -> bool:
        return self.document.audience is Audience.CHILD

    @property
    def shows_money(self) -> bool:
        """Money and grade are the adults' business, and not a parent's (pep-form: versions)."""
        return self.document.audience not in (Audience.CHILD, Audience.PARENT)

    @property
    def copy(self) -> str:
        """Whose copy this is: every page says so."""
        return {
            Audience.SCHOOL: "School’s copy",
            Audience.CHILD: "Child’s copy",
            Audience.PARENT: "Carer’s or parent’s copy",
        }.get(self.document.audience, "Full copy")

    @property
    def leaves_out(self) -> str:
        """What the full copy leaves out: the questions, whether answered or not, which tells of no history (HB-3.11)."""
        labels = [found.label for found in self.document.form.fields() if _is_care_only(found)]
        return f"Not printed: {'; '.join(labels)}." if self.document.audience is Audience.CARE and labels else ""

    @property
    def front(self) -> tuple[Run, ...]:
        """What a reader looks for first; what is not known yet is not printed."""
        document = self.document
        return self._answers.labelled(
            [
                ("School", document.school),
                ("Year group", year_words(document.child.year_group)),
                ("School’s part by", document.writer),
                ("Kind of PEP", label_of(PepKind, document.kind)),
                ("Social worker", document.child.social_worker),
                ("Opened", _on(document.initiated_on)),
                ("Carer", document.child.carer),
                ("Due", ": ".join(filter(None, (_on(document.due_on), document.due_rule if self.shows_money else "")))),
                ("Where it stands", label_of(PepStatus, document.status)),
                ("Meeting", moment_words(document.meeting_at) if document.meeting_at else ""),
                ("Grade", label_of(Grade, document.grade) if document.grade and self.shows_money else ""),
                ("Next PEP", _on(document.next_pep_on)),
            ]
        )

    @property
    def glance(self) -> list[tuple[int, str, str]]:
        """Each target in one line: number, subject and the beginning of its wording; the whole stands on its card."""
        return [
            (each.number, label_of(Subject, each.subject), _beginning(self._wording(each))) for each in self.document.targets
        ]

    # the child, the school

    @property
    def voice(self) -> list[Answer]:
        return self._answers.of(VOICE)

    @property
    def voice_around(self) -> tuple[Run, ...]:
        return self._answers.runs((*FACES, *VOICE_MORE, *VOICE_AROUND))

    @property
    def strengths(self) -> tuple[Run, ...]:
        return self._answers.runs(STRENGTHS)

    @property
    def place(self) -> tuple[Run, ...]:
        return (*self._on_record("setting"), *self._answers.runs(PLACE))

    def _on_record(self, section: str) -> tuple[Run, ...]:
        """What the record says in that section, which nobody typed."""
        return self._answers.labelled(lines_of(self.document, section))

    @property
    def next_steps(self) -> tuple[Run, ...]:
        return (*self._answers.runs(NEXT_STEPS), *self._on_record("next_steps"))

    @property
    def attainment(self) -> tuple[Run, ...]:
        return self._answers.runs(ATTAINMENT)

    @property
    def attendance(self) -> tuple[Run, ...]:
        return (*self._on_record("attendance"), *self._answers.runs(ATTENDANCE))

    @property
    def needs(self) -> tuple[Run, ...]:
        """Needs and support, and after them whatever a later form asks in Part 2 that has no place of its own here."""
        placed = {*VOICE, *FACES, *VOICE_MORE, *VOICE_AROUND, *STRENGTHS, *PLACE, *NEXT_STEPS, *ATTAINMENT, *ATTENDANCE, *NEEDS,
                  *EXCEPTIONS, REVIEWS, EFFECTS}
        others = (found.key for found in self.document.form.fields(Part.EDUCATION) if found.key not in placed)
        return (*self._answers.runs((*NEEDS, *others)), *self._on_record("send"))

    @property
    def papers(self) -> tuple[Run, ...]:
        """The documents kept behind the PEP that its reader may know of, by name; what stands in them is not printed."""
        rows = [
            (label_of(DocumentKind, each.kind), each.title + (" (not for the school)" if each.for_care_only else ""),
             _on(each.dated_on), each.added_by, _on(each.added_on))
            for each in self.document.papers
        ]
        heads, widths = ("Kind", "Document", "Date", "Added by", "Added on"), (22, 32, 14, 18, 14)
        found = self._answers.table("", heads, widths, rows)
        return (Run(found.layout, (found,)),) if rows else ()

    # targets, old and new

    @property
    def reviews_title(self) -> str:
        found = self._reviews_field
        return found.label if found else ""

    @property
    def reviews(self) -> list[Block]:
        """The targets to look back on, each with what is said of it."""
        found = self._reviews_field
        if found is None:
            return []
        columns = [column for column in found.columns if column.key != "target_id"]
        return [self._review(each, columns) for each in self.document.reviews]

    @property
    def _reviews_field(self) -> Field | None:
        return self._asked(REVIEWS)

    def _asked(self, key: str) -> Field | None:
        """The field of that key where it is asked and may be read."""
        return next((found for found in self.document.fields(Part.EDUCATION) if found.key == key), None)

    def _review(self, review: TargetReviewFacts, columns: Iterable[Field]) -> Block:
        said = ((column.label, value_words(column, getattr(review, column.key, "")) or NOT_ANSWERED) for column in columns)
        return Block(self._answers.paragraphs(review.wording), self._answers.labelled([*said, ("Set in", review.set_in)]))

    @property
    def cards(self) -> list[Card]:
        return [self._card(target) for target in self.document.targets]

    def _card(self, target: TargetFacts) -> Card:
        looked = [("Looked at on", _on(target.look_on))] if target.look_on else []
        told = [("Due", _on(target.due_on)), *looked, *self._reasons(target), *_support(target)]
        told = [(label, words or NOT_ANSWERED) for label, words in told]
        where_there = [
            ("Serves the plan", "" if self.for_child else target.from_plan),
            ("In the child’s words", "" if self.for_child else target.child_wording),
            ("Does the child agree?", _agreement(target.child_agrees)),
        ]
        return Card(
            number=target.number,
            heading=self._heading(target),
            told=Block(self._answers.paragraphs(self._wording(target)), self._answers.labelled([*told, *where_there])),
            costs=tuple(self._cost(each) for each in self._requests if each.target_id == target.id),
        )

    def _reasons(self, target: TargetFacts) -> list[tuple[str, str]]:
        """Why this target and how it is measured: left out of the child's copy, which never holds a score or a need by its name."""
        if self.for_child:
            return []
        return [
            ("Area of need", label_of(TargetArea, target.area)),
            ("Need", target.need),
            ("Where now", target.baseline),
            ("How we will know", target.success_measure),
        ]

    def _heading(self, target: TargetFacts) -> str:
        marks = [label_of(Subject, target.subject)]
        marks += ["builds on a strength"] if target.is_strength else []
        marks += ["answers the SDQ"] if target.answers_sdq and not self.for_child else []
        return " · ".join(marks)

    def _wording(self, target: TargetFacts) -> str:
        return (self.for_child and target.child_wording) or target.outcome

    @property
    def exceptions(self) -> tuple[Run, ...]:
        """Why a target is missing: said here, or earlier in the year."""
        earlier = [(f"{label_of(Subject, each.subject)}, still holding", each.told) for each in self._standing()]
        return (*self._answers.runs(EXCEPTIONS), *self._answers.labelled(earlier))

    def _standing(self) -> list[StandingException]:
        there = {target.subject for target in self.document.targets}
        return [each for each in self.document.exceptions if each.subject not in there]

    # money

    @property
    def _requests(self) -> list[RequestFacts]:
        """What is asked for, for readers who may know of it; a line that was taken back is not printed."""
        return [each for each in self.document.requests if self.shows_money and each.status != PpgStatus.WITHDRAWN]

    @property
    def other_costs(self) -> list[Block]:
        """Requests under no target of this PEP, told in full since no card tells them."""
        known = {target.id for target in self.document.targets}
        return [self._cost(each) for each in self._requests if each.target_id not in known]

    def _cost(self, request: RequestFacts) -> Block:
        title = f"{format_pounds(request.amount_pence)} · {label_of(PpgCategory, request.category)}"
        costed = f"{request.quantity} × {format_pounds(request.unit_cost_pence)} ({request.unit})"
        told = [("Costed as", costed), ("For", request.description), ("Given by", request.provider), ("Paid to", request.payee),
                ("From", _on(request.starts_on)), ("To", _on(request.ends_on)), ("Where now", request.measure_before),
                ("Where afterwards", request.measure_after), ("More than every pupil gets", request.beyond_ordinary),
                ("Other money considered", _others(request.other_money)), ("The child said", request.child_said)]
        return Block((title,), self._answers.labelled(told))

    @property
    def money(self) -> Grid | None:
        """Every line asked for, and the totals; None where there is none."""
        requests = self._requests
        if not requests:
            return None
        numbers = {target.id: f"Target {target.number}" for target in self.document.targets}
        approved = sum(each.approved_pence or 0 for each in requests)
        asked = format_pounds(sum(each.amount_pence for each in requests))
        return Grid(
            ("For", "What", "Quantity", "Unit cost", "Asked for", "Approved", "Status"),
            (12, 28, 10, 12, 12, 12, 14),
            tuple(_money_row(each, numbers.get(each.target_id or 0, NOTHING)) for each in requests),
            ("Total", "", "", "", asked, format_pounds(approved) if approved else NOTHING, ""),
            figures=(2, 3, 4, 5),
        )

    @property
    def effects_title(self) -> str:
        found = self._asked(EFFECTS)
        return found.label if found else ""

    @property
    def effects(self) -> list[Block]:
        """What became of money that was released under earlier PEPs (HB-6.5, 6.8)."""
        found = self._asked(EFFECTS)
        if found is None or not self.shows_money:
            return []
        columns = [column for column in found.columns if column.key not in ("request_id", "change_agreed_by")]
        return [self._effect(each, columns, found) for each in self.document.effects]

    def _effect(self, effect: FundingEffectFacts, columns: Iterable[Field], found: Field) -> Block:
        told = [(column.label, value_words(column, getattr(effect, column.key) or None) or NOT_ANSWERED)
                if column.kind is not Kind.MONEY else (column.label, _pounds(getattr(effect, column.key))) for column in columns]
        agreed = next((column.label for column in found.columns if column.key == "change_agreed_by"), "")
        title = f"{format_pounds(effect.released_pence)} · {effect.description}"
        aim = f"{effect.measure_before} to {effect.measure_after}" if effect.measure_before and effect.measure_after else ""
        return Block(self._answers.paragraphs(title), self._answers.labelled(
            [("Was to go from", aim), *told, (agreed, effect.change_agreed_by), ("Asked for in", effect.set_in)]))

    # the meeting, the annex

    @property
    def meeting(self) -> list[tuple[str, tuple[Run, ...]]]:
        """The meeting section by section, but for what is kept on one page with the signatures."""
        told, kept = self._sections(Part.MEETING), len(self.closing[1])
        if not told:
            return []
        title, runs = told[-1]
        return told[:-1] + ([(title, runs[:-kept] if kept else runs)] if kept < len(runs) else [])

    @property
    def closing(self) -> tuple[str, tuple[Run, ...]]:
        """The end of the meeting, as much of its last section as fits on one page with the signatures, so that these do not stand
        alone on a page; its title where that is the whole section."""
        title, runs = next(iter(self._sections(Part.MEETING)[-1:]), ("", ()))
        kept, room = 0, LONGEST_BOX - SIGNATURE_LINES
        while kept < len(runs) and (room := room - runs[-1 - kept].height) >= 0:
            kept += 1
        return title if kept == len(runs) else "", runs[len(runs) - kept :]

    @property
    def annex(self) -> list[tuple[str, tuple[Run, ...]]]:
        """Part 1, which stands apart so that it can be kept apart; it has no place in the child's own copy."""
        return [] if self.for_child else self._sections(Part.SOCIAL_CARE)

    @property
    def annex_title(self) -> str:
        return next((each.title for each in self.document.form.parts if each.part == Part.SOCIAL_CARE), "")

    @property
    def care_only(self) -> tuple[Run, ...]:
        """What is kept from school and child, as far as it was answered (HB-3.11)."""
        fields = self.document.fields()
        return self._answers.runs(found.key for found in fields if _is_care_only(found) and self.document.answer(found.key))

    def _sections(self, part: str) -> list[tuple[str, tuple[Run, ...]]]:
        sections = [section for each in self.document.form.parts if each.part == part for section in each.sections]
        told = [
            (section.title, (*self._answers.runs(found.key for found in section.fields if not _is_care_only(found)),
                             *(self._on_record(section.key) if section.key != "about" else ())))
            for section in sections
        ]
        return [(title, runs) for title, runs in told if runs]

    @property
    def identity(self) -> tuple[Run, ...]:
        """Who the child is; what the reader may not know is None in the facts and is not printed."""
        return self._on_record("about")

    @property
    def signatures(self) -> tuple[Run, ...]:
        """Part, name and moment of each signature, and why where the Virtual School signed for somebody."""
        signed = [(part.title, self.document.signatures.get(part.part)) for part in self.document.form.parts]
        rows = [(title, each.name if each else "Not signed", moment_words(each.at) if each else "") for title, each in signed]
        table = self._answers.table("", ("Part", "Signed by", "When"), (38, 37, 25), rows)
        reasons = [(f"{title}: signed for, because", each.reason) for title, each in signed if each and not self.for_child]
        return (Run(table.layout, (table,)), *self._answers.labelled(reasons))


def _support(target: TargetFacts) -> list[tuple[str, str]]:
    return [
        ("What", target.support_what),
        ("When", target.support_when),
        ("Where", target.support_where),
        ("Who", target.support_who),
        ("How often", target.support_how_often),
    ]


def _money_row(request: RequestFacts, target: str) -> tuple[str, ...]:
    return (
        target,
        label_of(PpgCategory, request.category),
        str(request.quantity),
        format_pounds(request.unit_cost_pence),
        format_pounds(request.amount_pence),
        format_pounds(request.approved_pence) if request.approved_pence else NOTHING,
        label_of(PpgStatus, request.status),
    )


def _others(codes: str) -> str:
    """What other money was considered, in words."""
    return ", ".join(label_of(OtherMoney, code) for code in codes.split())


def _pounds(pence: int | None) -> str:
    return NOT_ANSWERED if pence is None else format_pounds(pence)


def _is_care_only(found: Field) -> bool:
    return found.store == "sensitive_answers"


def _on(day: date | None) -> str:
    return date_words(day) if day else ""


def _agreement(code: str) -> str:
    return ChildAgrees(code).label if code in list(ChildAgrees) else code


def _beginning(text: str, longest: int = 86) -> str:
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(" ,.;:") + " …"
