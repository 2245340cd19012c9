"""The PEP document, declared once: parts, sections and fields as plain data, and Document, one PEP's answers to them.

Pages, checks, readiness, carry-forward, copies and PDF follow from this declaration and repeat none of it. A field's key is
never renamed or reused. Conditions are names of switches (circumstances.py), never code; no model is known here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from pep_admin.money_words import MoneyGiven, MoneyNext
from pep_admin.vocabulary import (
    Attendance,
    AttendeeRole,
    Audience,
    ChildAgrees,
    Labelled,
    MeetingHow,
    OnTrack,
    Part,
    Phase,
    SdqBy,
    TargetNext,
    TargetOutcome,
)

LINE = 200
TEXT = 5_000


class Kind(StrEnum):
    """How a field is asked and stored. ROWS is a table of columns; PARA keeps its line breaks; MONEY is pence, typed in pounds."""

    LINE = "line"
    PARA = "para"
    DATE = "date"
    MOMENT = "moment"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    ONE_OF = "one_of"
    MANY_OF = "many_of"
    ROWS = "rows"


Carry = Literal["blank", "copy", "confirm"]
Hide = Literal["", "C", "CS", "P", "CP", "CSP"]
EVERY_PHASE = ("EY", "PRI", "SEC", "P16")


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form.

    `store`: "answers", "sensitive_answers", "<Table>.<column>" or "rows:<Table>". `must`: "never", "always" or the name of a
    switch that makes it required. `asked`: a switch without which it is not shown (""), `unless` one that hides it. `hide`:
    letters of pep-form.md (C child's copy, S school, P parents). `max_length` in characters, for numbers `lowest`/`highest`.
    `columns` of a ROWS field are Fields of their own, stored beside one another in a row.
    """

    key: str
    id: str
    label: str
    kind: Kind
    store: str = "answers"
    must: str = "never"
    asked: str = ""
    unless: str = ""
    phases: tuple[str, ...] = EVERY_PHASE
    carry: Carry = "blank"
    hide: Hide = ""
    rule: str = ""
    check: str = ""
    help: str = ""
    core: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    max_length: int = TEXT
    lowest: int | None = None
    highest: int | None = None
    columns: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form: fields that are asked together."""

    key: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""


@dataclass(frozen=True, slots=True)
class PartForm:
    """One of the three parts, with its sections in the order of the page."""

    part: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A whole version of the document."""

    parts: tuple[PartForm, ...]

    def fields(self, part: str | None = None) -> Iterator[Field]:
        """Every field in reading order, of one part or of all."""
        for each in self.parts:
            if part is None or each.part == part:
                for section in each.sections:
                    yield from section.fields

    def field(self, key: str) -> Field:
        """The field of that key; KeyError when this version has none."""
        for each in self.fields():
            if each.key == key:
                return each
        raise KeyError(key)

    def part_of(self, key: str) -> str:
        """The value of the part in which that field stands; KeyError when there is none."""
        for each in self.parts:
            if any(found.key == key for section in each.sections for found in section.fields):
                return each.part
        raise KeyError(key)

    def section(self, key: str) -> tuple[PartForm, Section]:
        """The part and section of a section key; KeyError when this version has none."""
        for each in self.parts:
            for section in each.sections:
                if section.key == key:
                    return each, section
        raise KeyError(key)


def snapshot(form: Form) -> dict[str, Any]:
    """The form as plain JSON, as a FormVersion keeps it."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(form)))
    return kept


def digest_of(kept: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a snapshot, in hex."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def load_form(kept: Mapping[str, Any]) -> Form:
    """The Form of a snapshot; attributes that a newer program added take their defaults."""
    return Form(
        tuple(
            PartForm(
                part["part"],
                part["title"],
                tuple(
                    Section(each["key"], each["title"], tuple(_load_field(one) for one in each["fields"]), each.get("intro", ""))
                    for each in part["sections"]
                ),
            )
            for part in kept["parts"]
        )
    )


def _load_field(kept: Mapping[str, Any]) -> Field:
    known = {key: value for key, value in kept.items() if key in Field.__slots__}
    known["kind"] = Kind(known["kind"])
    known["phases"] = tuple(known.get("phases", EVERY_PHASE))
    known["choices"] = tuple((code, label) for code, label in known.get("choices", ()))
    known["columns"] = tuple(_load_field(each) for each in known.get("columns", ()))
    return Field(**known)


# --- one PEP, read -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a part and when (UTC); `reason` stands when the VS signed for somebody."""

    actor_id: str
    name: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What a reader of the document may know of the child, already filtered by audience (None where withheld)."""

    id: int
    first_name: str
    last_name: str
    known_as: str
    date_of_birth: date
    year_group: str
    upn: str | None
    lcs_id: str | None
    entered_care_on: date | None
    legal_status: str | None
    sen_status: str
    ehcp_review_on: date | None
    social_worker: str
    carer: str
    home: str
    home_since: date | None

    @property
    def called(self) -> str:
        """The name they like; the first name where none is recorded; a reference where no name is known."""
        return self.known_as or self.first_name or f"Child {self.id}"

    @property
    def full_name(self) -> str:
        """As the record has it; what stands in its place while a return gave only a number."""
        return f"{self.first_name} {self.last_name}".strip() or f"Name not known, ref {self.lcs_id or self.id}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.known_as, self.first_name, self.last_name) if name)


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """A target as checks and pages read it."""

    id: int
    number: int
    area: str
    subject: str
    is_strength: bool
    answers_sdq: bool
    need: str
    support_what: str
    support_when: str
    support_where: str
    support_who: str
    support_how_often: str
    outcome: str
    baseline: str
    success_measure: str
    due_on: date | None
    child_agrees: str
    child_wording: str
    from_plan: str


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A PPG request as checks and pages read it; money in pence."""

    id: int
    target_id: int | None
    category: str
    description: str
    provider: str
    payee: str
    quantity: int
    unit: str
    unit_cost_pence: int
    amount_pence: int
    approved_pence: int | None
    status: str
    starts_on: date | None = None
    ends_on: date | None = None
    measure_before: str = ""
    measure_after: str = ""
    beyond_ordinary: str = ""
    other_money: str = ""
    child_said: str = ""


@dataclass(frozen=True, slots=True)
class TargetReviewFacts:
    """An earlier target that this PEP must look back on (HB-5.7), with what was said of it ("" while unsaid)."""

    target_id: int
    wording: str
    set_in: str
    outcome: str
    what_happened: str
    support_effect: str
    child_view: str
    next: str


@dataclass(frozen=True, slots=True)
class FundingEffectFacts:
    """Money released under an earlier PEP whose effect this PEP tells (HB-6.5), with what was said of it.

    "" and None while unsaid; money in pence. `measure_before` and `measure_after` are what the request set out with and for.
    """

    request_id: int
    description: str
    set_in: str
    released_pence: int
    measure_before: str
    measure_after: str
    given: str
    spent_pence: int | None
    unspent_pence: int | None
    what_changed: str
    measure_now: str
    next: str
    change_agreed_by: str


@dataclass(frozen=True, slots=True)
class Document:
    """One PEP as one document, already filtered by phase and audience.

    `answers` maps every field that applies to its value (str, date, datetime, int, bool, tuple of codes, tuple of row mappings;
    None when unanswered). `digests` maps the same keys to the digest a form is filled with. `switches` names what is true.
    """

    pep_id: int
    reference: str
    kind: str
    status: str
    grade: str | None
    year: str
    term: str
    term_label: str
    school: str
    school_id: int | None
    writer: str
    due_on: date | None
    due_rule: str
    initiated_on: date | None
    meeting_at: datetime | None
    next_pep_on: date | None
    phase: str
    audience: Audience
    form: Form
    child: ChildFacts
    switches: frozenset[str]
    answers: Mapping[str, Any]
    digests: Mapping[str, str]
    signatures: Mapping[str, Signature | None]
    targets: tuple[TargetFacts, ...] = ()
    reviews: tuple[TargetReviewFacts, ...] = ()
    requests: tuple[RequestFacts, ...] = ()
    effects: tuple[FundingEffectFacts, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)

    def answer(self, key: str) -> Any:
        """The value of a field, None when unanswered, not asked or withheld."""
        return self.answers.get(key)

    def rows(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The rows of a ROWS field, () when there are none."""
        return self.answers.get(key) or ()

    def asked(self, found: Field) -> bool:
        """Whether that field applies to this PEP and may be seen by this audience."""
        return applies(found, self.phase, self.switches) and visible(found, self.audience)

    def fields(self, part: str | None = None) -> Iterator[Field]:
        """The fields that apply and may be seen, in reading order."""
        return (each for each in self.form.fields(part) if self.asked(each))

    def must(self, found: Field) -> bool:
        return required(found, self.switches)

    def with_answers(self, posted: Mapping[str, Any]) -> Document:
        """The same document as if `posted` had been stored: conditions are judged on stored and posted together."""
        return replace(self, answers={**self.answers, **posted})


def applies(found: Field, phase: str, switches: frozenset[str]) -> bool:
    """Whether a field is asked at all in that phase, with those switches on."""
    if phase not in found.phases or (found.unless and found.unless in switches):
        return False
    return not found.asked or found.asked in switches


def required(found: Field, switches: frozenset[str]) -> bool:
    """Whether an answer must stand there before its part is signed."""
    return found.must == "always" or (found.must != "never" and found.must in switches)


def visible(found: Field, audience: Audience) -> bool:
    """Whether that audience may read the field (pep-form.md: hide)."""
    hidden_from = {Audience.CHILD: "C", Audience.SCHOOL: "S", Audience.PARENT: "P"}.get(audience)
    if hidden_from is None:
        return True
    if audience is Audience.PARENT and "S" in found.hide:
        return False
    return hidden_from not in found.hide


# --- the declaration ---------------------------------------------------------------------------------------------------


def _choices(words: type[Labelled]) -> tuple[tuple[str, str], ...]:
    return tuple((word.value, word.label) for word in words)


def _attempts(key: str, number: str, whose: str) -> Field:
    return Field(
        key,
        number,
        f"If {whose} could not be had: asked on, by whom, how often, why not",
        Kind.PARA,
        rule="HB-4.6",
        help="Leave this empty when their own words stand above. It lets the form be sent, but not signed off, and no money is "
        "released until the Virtual School has seen to it.",
        max_length=2_000,
        hide="C",
    )


PART_1 = PartForm(
    Part.SOCIAL_CARE,
    Part.SOCIAL_CARE.label,
    (
        Section(
            "about",
            "About the child and home",
            (
                Field("first_language", "P1.08", "First language", Kind.LINE, must="always", carry="confirm", max_length=LINE,
                      help="Say which language the meeting and the child's copy should be in."),
                Field("interpreter_needed", "P1.08", "Is an interpreter needed?", Kind.YES_NO, must="always", carry="confirm"),
                Field("communicates_by", "P1.11", "How they communicate", Kind.MANY_OF, must="always", carry="confirm",
                      choices=(("speech", "Speech"), ("signing", "Signing"), ("symbols", "Symbols or pictures"),
                               ("device", "A device"), ("behaviour", "Behaviour and expression"), ("other", "Another way")),
                      help="This chooses which version of the child's pages is offered."),
                Field("permanence_plan", "P1.14", "Long-term plan for the child's home", Kind.ONE_OF, must="always",
                      carry="confirm", hide="C", rule="HB-3.11",
                      choices=(("return_home", "Return home"), ("stay", "Stay long term"), ("kinship", "Kinship or guardianship"),
                               ("adoption", "Adoption"), ("residential", "Residential"),
                               ("independence", "Towards independence"), ("undecided", "Not yet decided")),
                      help="One choice; the story behind it belongs further down."),
                Field("next_care_review_on", "P1.18", "Next care review", Kind.DATE, must="always", carry="confirm", hide="C",
                      rule="HB-3.3", help="The PEP should not routinely be on that day."),
            ),
        ),
        Section(
            "responsibility",
            "People and responsibility",
            (
                Field("parental_responsibility", "P1.24", "Who holds parental responsibility", Kind.ROWS, must="always",
                      carry="confirm", hide="C", rule="HB-3.7", check="RD-103",
                      help="The local authority itself is a line under a care order, and is not under section 20.",
                      columns=(Field("name", "P1.24", "Name", Kind.LINE, must="always", max_length=LINE),
                               Field("relation", "P1.24", "Relation", Kind.LINE, must="always", max_length=LINE),
                               Field("gets_reports", "P1.24", "Gets school reports", Kind.YES_NO, must="always"))),
                Field("reports_to", "P1.30", "Who gets the school reports", Kind.LINE, must="always", carry="confirm", hide="C",
                      rule="HB-3.7", check="RD-104", max_length=LINE),
                Field("slips_signed_by", "P1.30", "Who signs permission slips", Kind.LINE, must="always", carry="confirm",
                      hide="C", rule="HB-3.7", check="RD-104", max_length=LINE,
                      help="So that a child is never the one left off the coach."),
            ),
        ),
        Section(
            "health",
            "Health and emotional wellbeing",
            (
                Field("health_effect_on_learning", "P1.33", "What health does to learning", Kind.PARA, must="always",
                      carry="confirm", rule="HB-4.8",
                      help="Tiredness, missed days, pain, hearing in class. Write “none seen” if so."),
                Field("emotional_needs", "P1.39", "Emotional needs", Kind.PARA, must="always", carry="confirm", hide="C",
                      rule="HB-4.8", help="Assume there is a need; say what it looks like and what helps."),
                Field("mental_health_support", "P1.41", "Mental-health support", Kind.ONE_OF, must="always", carry="confirm",
                      hide="C", rule="HB-4.8",
                      choices=(("none", "None needed now"), ("asked", "Asked for"), ("waiting", "Waiting"),
                               ("receiving", "Receiving"), ("ended", "Ended"), ("declined", "Declined"))),
                Field("sdq", "P1.35", "SDQ score", Kind.ROWS, store="rows:SdqScore", asked="sdq_due", hide="C",
                      rule="HB-4.7", check="RD-106",
                      help="The carer's questionnaire total, 0 to 40. Only the score is kept. It is good for twelve months.",
                      columns=(Field("total", "P1.35", "Total", Kind.NUMBER, must="always", lowest=0, highest=40),
                               Field("completed_on", "P1.36", "Completed on", Kind.DATE, must="always"),
                               Field("completed_by", "P1.36", "Completed by", Kind.ONE_OF, must="always",
                                     choices=_choices(SdqBy)))),
                Field("sdq_missing_reason", "P1.37", "If there is no score from the last twelve months, why", Kind.ONE_OF,
                      asked="sdq_due", hide="C", rule="HB-4.7", check="RD-106",
                      choices=(("under_a_year", "In care for less than a year"), ("declined", "The carer declined"),
                               ("disability", "The child's disability"), ("other", "Another reason, told to the Virtual School"))),
                Field("strategies_for_school", "P1.40", "What helps in class", Kind.PARA, asked="sdq_high", carry="confirm",
                      hide="C", rule="HB-4.7", check="RD-107",
                      help="Two or three things an adult in class can do tomorrow."),
            ),
        ),
        Section(
            "background",
            "Background",
            (
                Field("what_school_needs_to_know", "P1.43", "What school needs to know", Kind.PARA, must="always",
                      carry="confirm", hide="CP", rule="HB-3.11", help="Facts that change how staff act; leave out the rest."),
                Field("confidential_history", "P1.44", "Confidential history", Kind.PARA, store="sensitive_answers",
                      carry="copy", hide="CSP", rule="HB-3.11",
                      help="Seen by the social worker and the Virtual School, never by the school or the child."),
                Field("disruption_before_care", "P1.45", "Schooling lost before care", Kind.ONE_OF, must="always", carry="copy",
                      hide="C", rule="HB-4.1",
                      choices=(("none", "None"), ("weeks", "Some weeks"), ("term", "A term or more"),
                               ("year", "More than a year"))),
            ),
        ),
    ),
)

PART_2 = PartForm(
    Part.EDUCATION,
    Part.EDUCATION.label,
    (
        Section(
            "strengths",
            "Strengths first",
            (
                Field("achievements", "P2.19", "Achievements since the last PEP", Kind.PARA, must="always", rule="HB-4.1",
                      help="In school and out of it."),
                Field("strengths", "P2.20", "What staff like and admire", Kind.PARA, must="always", carry="confirm",
                      rule="HB-5.3", help="With an example."),
                Field("leisure_interests", "P2.21", "Interests and activities", Kind.PARA, must="always", carry="confirm",
                      rule="HB-4.4", help="Clubs joined, wanted, stopped and why."),
            ),
        ),
        Section(
            "voice",
            "The child's voice",
            (
                Field("child_voice_good", "P2.53", "What is going well", Kind.PARA, rule="HB-4.6", check="RD-202",
                      help="Their words, unmended. Nobody has to answer everything; one real answer is enough to send."),
                Field("child_voice_hard", "P2.53", "What is hard", Kind.PARA, rule="HB-4.6", check="RD-240"),
                Field("child_voice_want", "P2.53", "What they want to change or try", Kind.PARA, rule="HB-4.6", check="RD-240"),
                _attempts("child_voice_attempts", "P2.57", "the child's words"),
                Field("voice_gathered_on", "P2.54", "Listened to on", Kind.DATE, must="always", unless="no_child_voice",
                      rule="HB-3.14", check="RD-204", help="After the last PEP and before this meeting."),
                Field("voice_gathered_by", "P2.54", "By whom", Kind.LINE, must="always", unless="no_child_voice",
                      rule="HB-3.14", check="RD-204", max_length=LINE),
                Field("voice_how", "P2.55", "How", Kind.MANY_OF, rule="HB-4.6",
                      choices=(("talk_dt", "Talk alone with the designated teacher"), ("talk_other", "With another trusted adult"),
                               ("written", "Written by the child"), ("drawing", "Drawing, photo or film"),
                               ("cards", "Faces or cards"), ("signs", "Signs, symbols or talking mats"),
                               ("play", "Watching and play"), ("carer", "Through the carer"),
                               ("advocate", "Through an advocate or interpreter"))),
                Field("wants_to_attend", "P2.58", "Do they want to come to the meeting?", Kind.ONE_OF, must="always",
                      rule="HB-3.5", choices=(("all", "All of it"), ("part", "Part of it"), ("no", "No"))),
                Field("hopes", "P2.61", "Hopes, near and far", Kind.PARA, must="always", carry="confirm", rule="HB-4.5",
                      help="Learning, work, sport, arts, people; it is fine to change one's mind."),
            ),
        ),
        Section(
            "learning",
            "Learning",
            (
                Field("attainment", "P2.42", "Attainment", Kind.ROWS, store="rows:Attainment", must="always", rule="HB-4.1",
                      check="RD-217", help="A judgement at this point in time; don't wait for the data drop.",
                      columns=(Field("subject", "P2.42", "Subject", Kind.LINE, must="always", max_length=80),
                               Field("current", "P2.42", "Now", Kind.LINE, must="always", max_length=40),
                               Field("expected", "P2.42", "Expected at the end of the phase", Kind.LINE, max_length=40),
                               Field("on_track", "P2.43", "Against age", Kind.ONE_OF, must="always",
                                     choices=_choices(OnTrack)))),
                Field("attainment_context", "P2.44", "What stands behind it", Kind.PARA, must="always", hide="C",
                      rule="HB-4.9", help="How big the gap is, why, and what would close it in six to twelve months."),
                Field("needs_and_provision", "P2.51", "Needs, and the help in place", Kind.PARA, must="always",
                      carry="confirm", rule="HB-4.2",
                      help="What is already happening beyond the ordinary lesson, and whether it works."),
                Field("changes_ahead", "P2.64", "Moves and changes ahead", Kind.PARA, must="always", carry="confirm",
                      rule="HB-4.3", help="Dates, people and visits, not intentions. Write “none expected” if so."),
            ),
        ),
        Section(
            "attendance",
            "Attendance and behaviour",
            (
                Field("attendance", "P2.22", "Attendance this year", Kind.ROWS, store="rows:AttendanceSummary",
                      must="attendance_expected", rule="HB-4.1", check="RD-207",
                      help="Sessions (half days), from the start of the year to the date you state.",
                      columns=(Field("possible", "P2.22", "Possible sessions", Kind.NUMBER, must="always", lowest=0, highest=500),
                               Field("present", "P2.22", "Attended", Kind.NUMBER, must="always", lowest=0, highest=500),
                               Field("authorised", "P2.22", "Authorised absence", Kind.NUMBER, lowest=0, highest=500),
                               Field("unauthorised", "P2.22", "Unauthorised absence", Kind.NUMBER, lowest=0, highest=500),
                               Field("figures_to", "P2.24", "Figures up to", Kind.DATE, must="always"))),
                Field("attendance_reasons", "P2.26", "What lies behind it, and who does what", Kind.PARA,
                      asked="attendance_low", hide="C", rule="HB-7.1", check="RD-209"),
                Field("behaviour", "P2.27", "Behaviour", Kind.ONE_OF, must="always", hide="C", rule="HB-4.1",
                      choices=(("none", "No concern"), ("some", "Some concern"), ("serious", "Serious concern"))),
                Field("behaviour_seen", "P2.28", "What is seen, when and where, and what has been tried", Kind.PARA,
                      asked="behaviour_concern", must="behaviour_concern", carry="confirm", hide="C",
                      help="Describe what is seen, not the child: time of day, lesson, change in the week."),
                Field("exclusion_risk", "P2.33", "Is there a risk of suspension or exclusion?", Kind.YES_NO, must="always",
                      hide="C", rule="HB-3.6", check="RD-210"),
                Field("sen_provision", "P2.36", "The need, and the plan behind it", Kind.PARA, asked="sen_any", must="sen_any",
                      carry="confirm", hide="C", rule="HB-5.5", check="RD-215",
                      help="Name the need, and the outcomes of the plan that steer the targets."),
            ),
        ),
        Section(
            "last_targets",
            "Last targets",
            (
                Field("target_reviews", "P2.65", "Last targets, reviewed with the child", Kind.ROWS, store="rows:TargetReview",
                      asked="targets_to_review", rule="HB-5.7", check="RD-221",
                      help="Talk it through with the child before the meeting.",
                      columns=(Field("target_id", "P2.65", "Target", Kind.NUMBER, must="always", lowest=1),
                               Field("outcome", "P2.65", "How it went", Kind.ONE_OF, must="always",
                                     choices=_choices(TargetOutcome)),
                               Field("what_happened", "P2.65", "What happened", Kind.PARA, must="always", max_length=2_000),
                               Field("support_effect", "P2.65", "Did the support help?", Kind.ONE_OF, must="always",
                                     choices=(("helped", "Helped"), ("little", "Helped a little"), ("none", "No effect"),
                                              ("not_given", "Was not given"))),
                               Field("child_view", "P2.65", "What the child says", Kind.PARA, max_length=2_000),
                               Field("next", "P2.65", "Next", Kind.ONE_OF, must="always", choices=_choices(TargetNext)))),
            ),
        ),
        Section(
            "money_effect",
            "What became of the money",
            (
                Field("funding_effects", "P2.66", "Earlier Pupil Premium: what it did", Kind.ROWS, store="rows:FundingEffect",
                      asked="money_to_answer", hide="CP", rule="HB-6.5", check="RD-408",
                      help="Against the target it was for. “No effect” is a useful answer.",
                      columns=(Field("request_id", "P2.66", "Request", Kind.NUMBER, must="always", lowest=1),
                               Field("given", "P2.66", "Was it given?", Kind.ONE_OF, must="always",
                                     choices=_choices(MoneyGiven)),
                               Field("spent_pence", "P2.66", "Spent", Kind.MONEY, must="always", rule="HB-6.8"),
                               Field("unspent_pence", "P2.66", "Left of it", Kind.MONEY, must="always", rule="HB-6.8"),
                               Field("what_changed", "P2.66", "What changed, and where that can be seen", Kind.PARA, must="always",
                                     max_length=2_000),
                               Field("measure_now", "P2.66", "Where now", Kind.LINE, must="always", max_length=100),
                               Field("next", "P2.66", "Next", Kind.ONE_OF, must="always", choices=_choices(MoneyNext)),
                               Field("change_agreed_by", "P2.66", "If it went to something else: who agreed", Kind.LINE,
                                     rule="HB-6.8", max_length=LINE))),
            ),
        ),
        Section(
            "target_exceptions",
            "Targets: exceptions",
            (
                Field("english_exception", "P2.75", "If there is no English target this term, why", Kind.PARA, rule="HB-5.1",
                      check="RD-223", max_length=1_000,
                      help="Only in exceptional circumstances: grade 4 or above already, the EHCP puts something first."),
                Field("maths_exception", "P2.75", "If there is no Maths target this term, why", Kind.PARA, rule="HB-5.1",
                      check="RD-224", max_length=1_000),
                Field("sdq_answer_reason", "P2.76", "If no target answers the high SDQ, what is being done instead", Kind.PARA,
                      asked="sdq_high", hide="C", rule="HB-4.7", check="RD-231", max_length=1_000),
            ),
            intro="Leave these empty when the targets themselves are there.",
        ),
    ),
)

PART_3 = PartForm(
    Part.MEETING,
    Part.MEETING.label,
    (
        Section(
            "meeting",
            "The meeting",
            (
                Field("meeting_at", "P3.01", "Date and time", Kind.MOMENT, store="Pep.meeting_at", must="always", rule="HB-3.1",
                      check="RD-301", help="Day and time, like 18 Nov 2024 14:00."),
                Field("meeting_how", "P3.02", "How it was held", Kind.ONE_OF, must="always", carry="confirm",
                      choices=_choices(MeetingHow), rule="HB-3.1"),
                Field("meeting_place", "P3.02", "Where", Kind.LINE, carry="confirm", max_length=LINE,
                      help="For a video call write “video”; a link is never kept here."),
                Field("chair", "P3.04", "Who chaired it", Kind.LINE, must="always", rule="HB-2.6", max_length=LINE),
                Field("chair_from_education", "P3.04", "Is the chair school or education staff?", Kind.YES_NO, must="always",
                      rule="HB-2.6", check="RD-304"),
                Field("attendees", "P3.07", "Who was invited, and who came", Kind.ROWS, store="rows:Attendee", must="always",
                      rule="HB-3.2", check="RD-302",
                      help="The child, the social worker, the designated teacher and the carer always.",
                      columns=(Field("name", "P3.07", "Name", Kind.LINE, must="always", max_length=LINE),
                               Field("role", "P3.07", "Role", Kind.ONE_OF, must="always", choices=_choices(AttendeeRole)),
                               Field("took_part", "P3.07", "Took part", Kind.ONE_OF, must="always", choices=_choices(Attendance)),
                               Field("report_received", "P3.07", "Report received", Kind.YES_NO))),
                Field("child_attended", "P3.09", "Did the child come?", Kind.ONE_OF, must="always", rule="HB-3.5",
                      check="RD-307", choices=(("whole", "For all of it"), ("part", "For part of it"), ("no", "No"))),
                Field("child_absent_reason", "P3.10", "If not for all of it, why", Kind.LINE, asked="child_absent",
                      must="child_absent", rule="HB-3.5", check="RD-307", max_length=LINE),
            ),
        ),
        Section(
            "discussion",
            "What was discussed",
            (
                Field("discussion", "P3.13", "Discussion", Kind.PARA, must="always", rule="HB-3.13",
                      help="Begin with achievements. Then learning, friends and adults, attendance, needs and the help given, "
                      "changes ahead, interests and hopes, homework and equipment."),
                Field("discussion_sensitive", "P3.18", "Behaviour and health, if discussed", Kind.PARA, hide="C",
                      help="Left out of the child's copy."),
                Field("reports_and_slips_discussed", "P3.28", "Were reports and permission slips discussed?", Kind.YES_NO,
                      must="always", hide="C", rule="HB-3.7"),
                Field("adults_only_notes", "P3.12", "Notes of the adults alone", Kind.PARA, store="sensitive_answers",
                      hide="CSP", rule="HB-3.11", help="The few minutes without the child. Never seen by the school or the child."),
            ),
        ),
        Section(
            "voices",
            "The carer's and the social worker's voice",
            (
                Field("carer_voice", "P3.23", "The carer's words", Kind.PARA, rule="HB-4.6", check="RD-308",
                      help="How school is going, homework, reading, worries, in their words."),
                _attempts("carer_voice_attempts", "P3.24", "the carer's words"),
                Field("carer_part", "P3.25", "The carer's part in learning and interests", Kind.PARA, must="always",
                      carry="confirm", rule="HB-4.5", help="Reading, clubs, lifts, a quiet place."),
                Field("social_worker_voice", "P3.26", "The social worker's view", Kind.PARA, rule="HB-4.6", check="RD-309",
                      help="Is this good enough, and how does it serve the care plan?"),
                _attempts("social_worker_voice_attempts", "P3.26", "the social worker's view"),
            ),
        ),
        Section(
            "actions",
            "Actions and the next PEP",
            (
                Field("actions", "P3.30", "Actions", Kind.ROWS, store="rows:AgreedAction", must="always", rule="HB-3.9",
                      check="RD-311", help="One name, one date each; “school” is not a name.",
                      columns=(Field("what", "P3.30", "What", Kind.LINE, must="always", max_length=500),
                               Field("who", "P3.30", "Who", Kind.LINE, must="always", max_length=LINE),
                               Field("by_on", "P3.30", "By", Kind.DATE, must="always"))),
                Field("next_pep_on", "P3.32", "Date of the next PEP", Kind.DATE, store="Pep.next_pep_on", rule="HB-1.7",
                      check="RD-313", help="In term time, and before the next deadline."),
                Field("no_next_pep_reason", "P3.32", "If there is no date, why", Kind.ONE_OF, rule="HB-1.7", check="RD-313",
                      choices=(("turning_18", "Turning 18"), ("leaving_care", "Leaving care"),
                               ("new_school", "The new school will set it"))),
                Field("after_how_it_went", "P3.35", "How the child thought it went", Kind.PARA, rule="HB-3.8", check="RD-315",
                      help="A few quiet minutes within a week. This may follow later."),
                Field("child_understands", "P3.35", "Do they understand what the PEP should help them achieve?", Kind.ONE_OF,
                      rule="HB-3.8", choices=_choices(ChildAgrees)),
                Field("copy_wanted", "P3.36", "Does the child want a copy?", Kind.ONE_OF, rule="HB-3.8",
                      choices=(("full", "Yes, on paper or screen"), ("pictures", "Yes, with pictures"),
                               ("read", "Read it to me"), ("no", "No"))),
            ),
        ),
    ),
)

FORM = Form((PART_1, PART_2, PART_3))
PHASE_VALUES = tuple(phase.value for phase in Phase)
