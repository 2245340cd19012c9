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

from pep_admin.deadlines import format_day
from pep_admin.form_words import (
    AccessArrangement,
    AwayBecause,
    ChairRole,
    Ethnicity,
    FiguresFrom,
    FirstDocument,
    Gender,
    HeardInRoom,
    NextSendStep,
    P16Activity,
    PlaceNamed,
    Progress,
    Screening,
    SenNeed,
    StatutoryTest,
    TargetAgreed,
    TestOutcome,
    VoiceHelp,
)
from pep_admin.money_words import MoneyGiven, MoneyNext
from pep_admin.policy import USUAL, FormNumbers
from pep_admin.vocabulary import (
    Attendance,
    AttendeeRole,
    Audience,
    ChildAgrees,
    Labelled,
    MeetingHow,
    OnTrack,
    Part,
    PepKind,
    Phase,
    SdqBy,
    Subject,
    TargetNext,
    TargetOutcome,
)
from pep_admin.voice_words import ADULT_QUESTIONS, FACE_QUESTIONS, JUNIOR_QUESTIONS, SENIOR_QUESTIONS, Face

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
    `columns` of a ROWS field are Fields of their own, stored beside one another in a row; its page shows at least `lines` of them.
    `looks`: "faces" where the choices are drawn as faces beside their words, "watched" for what was seen of a child; neither is
    printed while it is empty; nor is a column that is not `core` and empty in every row.
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
    lines: int = 4
    columns: tuple[Field, ...] = ()
    looks: str = ""


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


def parts_signed(kind: PepKind | str) -> tuple[Part, ...]:
    """The parts that are signed before a PEP of that kind is sent.

    One for money alone is the school's and, as its confirmation, the meeting's: there the social worker signs for the voices, which
    the school may have written down (HB-2.5, HB-4.6).
    """
    return (Part.EDUCATION, Part.MEETING) if kind == PepKind.FUNDING else tuple(Part)


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

    def section_of(self, key: str) -> Section:
        """The section in which the field of that key stands; KeyError when this version has none."""
        for each in self.parts:
            for section in each.sections:
                if any(found.key == key for found in section.fields):
                    return section
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
    look_on: date | None = None
    kept_from: int | None = None


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
    subject: str = ""


@dataclass(frozen=True, slots=True)
class SchoolingFacts:
    """One school of the child, from-to; `reason` is why it ended, in words ("" while none is on record)."""

    school: str
    started_on: date
    ended_on: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SuspensionFacts:
    """One time that the child was sent away from school; `half_days` is what was lost, in sessions."""

    id: int
    started_on: date
    ended_on: date | None
    half_days: int | None
    has_reason: bool
    is_permanent: bool


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What else of the record stands on the sections to be read, "" and None and 0 where unknown or withheld.

    `homes` and `schools` are counted from the day of coming into care; `team` is the social worker's; `at_school_since` the first
    day at the PEP's school; `sdq_before` the total before the latest one; `options_in` the year group in which the school has the
    courses of key stage 4 chosen; `goes_there` who is named to go to the meeting for the Virtual School, with their role.
    """

    designated_teacher: str = ""
    head: str = ""
    less_than_good: bool = False
    at_school_since: date | None = None
    team: str = ""
    homes: int = 0
    schools: int = 0
    sdq_before: int | None = None
    options_in: str = "9"
    goes_there: str = ""


@dataclass(frozen=True, slots=True)
class StandingException:
    """Why a special school set no English or Maths target in an earlier PEP of the same academic year: it holds for the year
    (HB-5.1).

    `subject` is a subject's value, `kind` of EXCEPTION_KINDS or "" where none was chosen, `on` the day its Part 2 was signed.
    """

    subject: str
    kind: str
    why: str
    reference: str
    by: str
    on: date | None

    @property
    def told(self) -> str:
        """In words, with whose it is and when it was said."""
        sort = dict(EXCEPTION_KINDS)[self.kind] if self.kind and self.kind != EXCEPTION_OTHER else ""
        reasons = " ".join(each if each.endswith((".", "!", "?")) else f"{each}." for each in (sort, self.why.strip()) if each)
        signed = " ".join(filter(None, (f"signed by {self.by}" if self.by else "", f"on {format_day(self.on)}" if self.on else "")))
        said_in = f"{self.reference}, {signed}" if signed else self.reference
        return f"No {Subject(self.subject).label} target: {reasons} Said in {said_in}; it holds for the rest of the academic year."


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A document kept as a file behind this PEP (P2.78); `kind` and `media` are words of document_words, `size` in bytes, `hide`
    the letters of whose copy it is left out of."""

    id: int
    kind: str
    title: str
    dated_on: date | None
    media: str
    size: int
    added_by: str
    added_on: date
    hide: str

    @property
    def for_care_only(self) -> bool:
        """Whether it is kept from the school (HB-3.11)."""
        return "S" in self.hide


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
    `numbers` are those of its term's academic year, or of the day it was sent.
    `schooling` is every school of the child, `suspensions` those of the PEP's academic year; `moves_to` is where the child goes at
    the end of the year ("" where nowhere), `ehcp_joined` whether another PEP of the year was held with the EHCP's review, `sent_on`
    the day on which it was sent.
    `papers`: documents kept as files behind it: its own, and the child's plans; of a PEP that was sent, those of that day.
    `carried`: keys of answers that came over from the PEP before and wait for somebody to say that they are still right (HB-1.6).
    `record`: what else is read from the roll and shown on the sections (roll_lines.py).
    `sent_back_at`: when the Virtual School sent it back (UTC), while it waits for a change (HB-7.1): of the whole, in which nothing
    has been changed since, or of the sections that were named, of which `unchanged` are those that are as they were, by key.
    `judged_before`: by subject, as it was written, last term's judgement, where a reader of it is to be shown it.
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
    schooling: tuple[SchoolingFacts, ...] = ()
    suspensions: tuple[SuspensionFacts, ...] = ()
    moves_to: str = ""
    ehcp_joined: bool = False
    sent_on: date | None = None
    exceptions: tuple[StandingException, ...] = ()
    effects: tuple[FundingEffectFacts, ...] = ()
    papers: tuple[PaperFacts, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    numbers: FormNumbers = USUAL
    carried: frozenset[str] = frozenset()
    sent_back_at: datetime | None = None
    unchanged: tuple[str, ...] = ()
    record: RecordFacts = field(default_factory=RecordFacts)
    judged_before: Mapping[str, str] = field(default_factory=dict)

    def answer(self, key: str) -> Any:
        """The value of a field, None when unanswered, not asked or withheld."""
        return self.answers.get(key)

    def rows(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The rows of a ROWS field, () when there are none."""
        return self.answers.get(key) or ()

    def target(self, target_id: Any) -> str:
        """A target of this PEP in a few words, by its id: "Target 2: Sam will …"; "" for one that is gone."""
        return next((f"Target {each.number}: {each.outcome}" for each in self.targets if each.id == target_id), "")

    @property
    def unsigned(self) -> tuple[Part, ...]:
        """The parts that are still to be signed before the PEP is sent."""
        return tuple(part for part in parts_signed(self.kind) if self.signatures.get(part.value) is None)

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
    """Whether that audience may read the field (pep-form.md: hide). What is kept apart from the other answers is for those who
    need it, and no auditor does (HB-3.11)."""
    return may_read(found.hide, audience) and not (audience is Audience.AUDIT and found.store == "sensitive_answers")


def may_read(hide: str, audience: Audience) -> bool:
    """Whether what is hidden by those letters may be read by that audience."""
    hidden_from = {Audience.CHILD: "C", Audience.SCHOOL: "S", Audience.PARENT: "P"}.get(audience)
    if hidden_from is None:
        return True
    if audience is Audience.PARENT and "S" in hide:
        return False
    return hidden_from not in hide


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


def _line(key: str, number: str, label: str, *, needed: bool = False, longest: int = LINE) -> Field:
    """A column of one line."""
    return Field(key, number, label, Kind.LINE, must="always" if needed else "never", max_length=longest)


def _day(key: str, number: str, label: str, *, needed: bool = False) -> Field:
    """A column that is a date."""
    return Field(key, number, label, Kind.DATE, must="always" if needed else "never")


def _answers(key: str, switch: str, questions: tuple[tuple[str, str], ...]) -> Field:
    """Further questions of one version of the child's voice: the question is chosen, the answer is theirs."""
    return Field(
        key, "P2.53", "More of what they said", Kind.ROWS, asked=switch, rule="HB-4.6", core=False, lines=2,
        help="Choose a question, and write the answer as it was given. “Pass” is an answer.",
        columns=(Field("question", "P2.53", "Question", Kind.ONE_OF, must="always", choices=questions),
                 Field("answer", "P2.53", "Their answer", Kind.PARA, must="always", max_length=2_000)),
    )


SDQ_TO_COME = "under_a_year"
"""Why there is no SDQ score of a child for whom the first is still to come (P1.37)."""
NOT_REACHED = "not_reached"
"""How a carer was heard who was not (P3.24)."""
EXCEPTION_OTHER = "other"
EXCEPTION_KINDS = (("grade_4", "Already grade 4 or above"), ("ehcp_first", "The EHCP puts something else first"),
                   ("not_in_education", "Not in education"), (EXCEPTION_OTHER, "Other: say what"))
"""Why there is no English, or no Maths, target this term (HB-5.1)."""


PART_1 = PartForm(
    Part.SOCIAL_CARE,
    Part.SOCIAL_CARE.label,
    (
        Section(
            "about",
            "About the child and home",
            (
                Field("gender", "P1.06", "Gender", Kind.ONE_OF, carry="confirm", core=False, choices=_choices(Gender),
                      help="As the child describes themselves, if they have said."),
                Field("pronouns", "P1.06", "Pronouns", Kind.LINE, carry="confirm", core=False, max_length=40),
                Field("ethnicity", "P1.07", "Ethnicity", Kind.ONE_OF, carry="confirm", core=False, choices=_choices(Ethnicity),
                      help="By the groups of the school census, for the monitoring of equality; no letter repeats it."),
                Field("faith_and_culture", "P1.09", "Faith and culture", Kind.PARA, carry="confirm", core=False, max_length=1_000,
                      help="Only what school should respect: food, festivals, dress, days off."),
                Field("unaccompanied", "P1.10", "Came to the country alone, seeking asylum?", Kind.YES_NO, carry="confirm",
                      hide="C",
                      core=False, help="Think then of English teaching and of schooling that was missed."),
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
                Field("iro", "P1.18", "Independent reviewing officer", Kind.LINE, must="always", carry="confirm", hide="C",
                      rule="HB-3.3", max_length=LINE, help="Write “not named yet” if so."),
                Field("pathway_plan_on", "P1.20", "Pathway plan: written last, or due, on", Kind.DATE, asked="from_16",
                      must="from_16", carry="confirm", help="From sixteen on the PEP feeds the pathway plan."),
                Field("personal_adviser", "P1.20", "Personal adviser", Kind.LINE, asked="from_16", must="from_16",
                      carry="confirm", max_length=LINE, help="Write “not named yet” if so."),
                Field("address_withheld_from", "P1.16", "Who must not learn where the child lives", Kind.ONE_OF, must="always",
                      carry="confirm", hide="CP", rule="HB-3.11",
                      choices=(("nobody", "Nobody: the address is not withheld"), ("parents", "Parents and others"),
                               ("school", "The school too"))),
                Field("home_address", "P1.16", "The address", Kind.PARA, asked="address_shared", must="address_shared",
                      carry="confirm", hide="CP", rule="HB-3.11", check="RD-111", max_length=500,
                      help="Street and postcode. In no copy for the child or parents."),
                Field("placement_address", "P1.16", "The address that is withheld", Kind.PARA, store="sensitive_answers",
                      asked="address_from_school", must="address_from_school", carry="confirm", hide="CSP", rule="HB-3.11",
                      check="RD-111", max_length=500,
                      help="Street and postcode, so that we can warn when they stand where they must not. Never seen by the "
                      "school, nor in any copy for the child or parents."),
                Field("placement_change_expected", "P1.19", "Is a move of home expected?", Kind.YES_NO, hide="C", rule="HB-4.3",
                      check="RD-110", help="Say so early: a move in sight is planned with school, not announced to it."),
                Field("placement_change_on", "P1.19", "About when", Kind.DATE, asked="home_move", hide="C", rule="HB-4.3",
                      help="A day near it will do."),
                Field("placement_change_plan", "P1.19", "How school stays steady through the move", Kind.PARA, asked="home_move",
                      hide="C", rule="HB-4.3", check="RD-110",
                      help="The journey, who tells the child and when, who in school looks out for them."),
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
                               Field("gets_reports", "P1.24", "Gets school reports", Kind.YES_NO, must="always"),
                               _line("held_by", "P1.24", "How it is held"),
                               Field("school_may_contact", "P1.24", "School may contact them", Kind.YES_NO),
                               Field("invited", "P1.24", "Invited to PEPs", Kind.YES_NO))),
                Field("restricted_any", "P1.25", "Is there anybody who must not see, meet or be told about the child?", Kind.YES_NO,
                      must="always", carry="confirm", hide="CP", rule="HB-3.11", help="“No” is an answer."),
                Field("restricted_people", "P1.25", "Who, and what staff do", Kind.ROWS, asked="restricted", must="restricted",
                      carry="confirm", lines=2, hide="CP", rule="HB-3.11", help="Short and practical, for the front desk.",
                      columns=(_line("who", "P1.25", "Who", needed=True),
                               _line("not_allowed", "P1.25", "What is not allowed", needed=True),
                               _line("order", "P1.25", "Order or agreement"),
                               _line("staff_do", "P1.25", "What staff do"))),
                Field("reports_to", "P1.30", "Who gets the school reports", Kind.LINE, must="always", carry="confirm", hide="C",
                      rule="HB-3.7", check="RD-104", max_length=LINE),
                Field("slips_signed_by", "P1.30", "Who signs permission slips", Kind.LINE, must="always", carry="confirm",
                      hide="C", rule="HB-3.7", check="RD-104", max_length=LINE,
                      help="So that a child is never the one left off the coach."),
                Field("emergency_contacts", "P1.23", "Emergency contacts, in the order in which they are rung", Kind.ROWS,
                      carry="confirm", hide="C", rule="DATA-contacts", check="RD-105", core=False,
                      help="At least two people who answer in school hours.",
                      columns=(_line("name", "P1.23", "Name", needed=True), _line("relation", "P1.23", "Relation", needed=True),
                               _line("phone", "P1.23", "Telephone", needed=True, longest=40),
                               _line("hours", "P1.23", "When they answer"))),
                Field("daily_liaison", "P1.26", "Who gets the ordinary call or message", Kind.LINE, carry="confirm", core=False,
                      max_length=LINE),
                Field("family_time_and_school", "P1.27", "Family time: what school will notice", Kind.PARA, carry="confirm",
                      hide="CP", rule="HB-3.11", core=False, max_length=1_000, help="Days, moods, lateness; no more."),
                Field("family_time_detail", "P1.28", "Family time in detail", Kind.PARA, store="sensitive_answers",
                      carry="confirm", hide="CSP", rule="HB-3.11", core=False, max_length=2_000,
                      help="Never seen by the school; what school needs stands in the box above."),
                Field("siblings", "P1.29", "Brothers and sisters", Kind.ROWS, carry="confirm", hide="C", core=False, lines=2,
                      help="Useful where they share a school.",
                      columns=(_line("name", "P1.29", "Name", needed=True), _line("school", "P1.29", "School"),
                               Field("together", "P1.29", "Lives", Kind.ONE_OF,
                                     choices=(("together", "Together with the child"), ("apart", "Apart"))))),
            ),
        ),
        Section(
            "health",
            "Health and emotional wellbeing",
            (
                Field("health_conditions", "P1.31", "Health conditions, allergies, sight, hearing, movement", Kind.PARA,
                      must="always", carry="confirm", hide="C", rule="HB-4.8", max_length=2_000,
                      help="What staff must know and do, not a medical history. Write “none known” if so."),
                Field("health_effect_on_learning", "P1.33", "What health does to learning", Kind.PARA, must="always",
                      carry="confirm", rule="HB-4.8",
                      help="Tiredness, missed days, pain, hearing in class. Write “none seen” if so."),
                Field("medication_in_school", "P1.32", "Medicine in school", Kind.PARA, carry="confirm", hide="C", core=False,
                      max_length=1_000, help="Name, dose, time, and who may give it."),
                Field("healthcare_plan", "P1.34", "Has school an individual healthcare plan?", Kind.YES_NO, carry="confirm",
                      hide="C", core=False, help="Say where it lies, or add it as a file on the PEP’s page, under Documents."),
                Field("healthcare_plan_where", "P1.34", "Where the healthcare plan lies", Kind.LINE, asked="healthcare_plan",
                      carry="confirm", hide="C", core=False, max_length=LINE),
                Field("emotional_needs", "P1.39", "Emotional needs", Kind.PARA, must="always", carry="confirm", hide="C",
                      rule="HB-4.8", help="Assume there is a need; say what it looks like and what helps."),
                Field("mental_health_support", "P1.41", "Mental-health support", Kind.ONE_OF, must="always", carry="confirm",
                      hide="C", rule="HB-4.8",
                      choices=(("none", "None needed now"), ("asked", "Asked for"), ("waiting", "Waiting"),
                               ("receiving", "Receiving"), ("ended", "Ended"), ("declined", "Declined"))),
                Field("mental_health_since", "P1.41", "Mental-health support: since", Kind.DATE, asked="mental_health_help",
                      carry="confirm", hide="C", rule="HB-4.8", core=False,
                      help="“Waiting” with a day lets the Virtual School ask where it has got to."),
                Field("other_services", "P1.42", "Do other services work with the child?", Kind.YES_NO, must="always",
                      carry="confirm", hide="C", rule="HB-3.2", help="Speech therapy, CAMHS, youth justice. “No” is an answer."),
                Field("agencies", "P1.42", "Who works with the child", Kind.ROWS, asked="other_services", must="other_services",
                      carry="confirm", lines=2, hide="C", rule="HB-3.2", help="Each is invited, or asked for a report.",
                      columns=(_line("service", "P1.42", "Service", needed=True), _line("person", "P1.42", "Person"),
                               _line("what", "P1.42", "What they do", needed=True), _day("since_on", "P1.42", "Since"),
                               _line("change", "P1.42", "What should change"))),
                Field("sdq", "P1.35", "SDQ score", Kind.ROWS, store="rows:SdqScore", asked="sdq_due", hide="C",
                      rule="HB-4.7", check="RD-106",
                      help="The carer's questionnaire total, 0 to 40. Only the score is kept. A new one is due every year or so.",
                      columns=(Field("total", "P1.35", "Total", Kind.NUMBER, must="always", lowest=0, highest=40),
                               Field("completed_on", "P1.36", "Completed on", Kind.DATE, must="always"),
                               Field("completed_by", "P1.36", "Completed by", Kind.ONE_OF, must="always",
                                     choices=_choices(SdqBy)))),
                Field("sdq_missing_reason", "P1.37", "If there is no recent score, why", Kind.ONE_OF,
                      asked="sdq_due", hide="C", rule="HB-4.7", check="RD-106",
                      choices=((SDQ_TO_COME, "In care for less than a year"), ("declined", "The carer declined"),
                               ("disability", "The child's disability"), ("other", "Another reason, told to the Virtual School"))),
                Field("sdq_due_on", "P1.37", "The first score is due on", Kind.DATE, asked="sdq_to_come", must="sdq_to_come",
                      hide="C", rule="HB-4.7"),
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
                      help="Seen by the social worker and the Virtual School’s officers; never by school, child or auditor."),
                Field("schooling_gaps", "P1.47", "Times without a school: when, why, and what was learnt", Kind.PARA,
                      asked="schooling_gap", carry="copy", hide="C", rule="HB-4.1", check="RD-108",
                      help="The record of schools has a gap of some weeks. A sentence for each is enough."),
                Field("disruption_before_care", "P1.45", "Schooling lost before care", Kind.ONE_OF, must="always", carry="copy",
                      hide="C", rule="HB-4.1",
                      choices=(("none", "None"), ("weeks", "Some weeks"), ("term", "A term or more"),
                               ("year", "More than a year"))),
                Field("disruption_told", "P1.45", "How much schooling was lost, and when", Kind.PARA, carry="copy", hide="C",
                      rule="HB-4.1", core=False, max_length=1_000),
                Field("first_documents", "P1.48", "What they hold for leaving school", Kind.MANY_OF, asked="leaving_school",
                      carry="confirm", hide="C", core=False, choices=_choices(FirstDocument),
                      help="College and work both ask for these in September."),
            ),
        ),
    ),
)

PART_2 = PartForm(
    Part.EDUCATION,
    Part.EDUCATION.label,
    (
        Section(
            "setting",
            "The school place",
            (
                Field("key_adult", "P2.03", "Key adult", Kind.LINE, must="always", asked="at_a_setting", carry="confirm",
                      max_length=LINE, help="The grown-up whom the child would name, not only the form tutor."),
                Field("who_knows", "P2.04", "Who there knows that the child is in care", Kind.ROWS, must="always",
                      asked="at_a_setting", carry="confirm", lines=3, rule="HB-2.7",
                      help="The designated teacher and the head; others only where they need to know.",
                      columns=(_line("who", "P2.04", "Name or role", needed=True), _line("why", "P2.04", "Why", needed=True),
                               Field("child_content", "P2.04", "The child is content with it", Kind.YES_NO))),
                Field("governor", "P2.05", "Governor for children in care", Kind.LINE, asked="at_school", carry="confirm", hide="C",
                      rule="HB-2.7", check="RD-239", max_length=LINE, help="One name is enough."),
                Field("part_time", "P2.08", "Is the child on a reduced timetable?", Kind.YES_NO, phases=("PRI", "SEC"),
                      asked="at_school", hide="C", rule="HB-1.5", check="RD-213"),
                Field("part_time_plan", "P2.08", "The reduced timetable", Kind.ROWS, phases=("PRI", "SEC"), asked="part_time",
                      must="part_time", lines=1, hide="C", rule="HB-1.5", check="RD-213",
                      help="Short, agreed with the social worker and the Virtual School, and with an end.",
                      columns=(_line("reason", "P2.08", "Reason", needed=True),
                               Field("hours", "P2.08", "Hours a week", Kind.NUMBER, must="always", lowest=0, highest=40),
                               _day("began_on", "P2.08", "Began", needed=True), _day("ends_on", "P2.08", "Ends"),
                               Field("agreed", "P2.08", "Agreed with social worker and Virtual School", Kind.YES_NO),
                               _line("plan_back", "P2.08", "How it leads back to full time"))),
                Field("alternative_provision", "P2.09", "Is the child taught anywhere else as well?", Kind.YES_NO,
                      phases=("PRI", "SEC", "P16"), asked="on_a_timetable", carry="confirm", rule="HB-1.5",
                      help="Alternative provision, a college, a tutor outside: any place but your own site."),
                Field("alternative_places", "P2.09", "The other places", Kind.ROWS, phases=("PRI", "SEC", "P16"),
                      asked="alternative_provision", must="alternative_provision", carry="confirm", lines=1, rule="HB-1.5",
                      columns=(_line("provider", "P2.09", "Place", needed=True), _line("days", "P2.09", "Days and hours",
                               needed=True),
                               Field("registered", "P2.09", "Registered as a school", Kind.YES_NO),
                               _line("taught", "P2.09", "What is taught"), _line("checked_by", "P2.09", "Who checks on it"),
                               _day("ends_on", "P2.09", "Ends"))),
                Field("ey_pattern", "P2.10", "The week at nursery", Kind.ROWS, asked="nursery", must="nursery", carry="confirm",
                      lines=1, rule="HB-4.2", help="A line for each setting; a childminder is one too.",
                      columns=(_line("setting", "P2.10", "Setting", needed=True),
                               Field("sessions", "P2.10", "Sessions a week", Kind.NUMBER, must="always", lowest=0, highest=20),
                               Field("funded_hours", "P2.10", "Funded hours a week", Kind.NUMBER, lowest=0, highest=60),
                               _line("key_person", "P2.10", "Key person"), _day("started_on", "P2.10", "First day"),
                               _line("settling", "P2.10", "How the child settled"))),
                Field("two_year_check_on", "P2.11", "Progress check at two: done, or due, on", Kind.DATE, asked="two_year_check",
                      must="two_year_check", carry="copy"),
                Field("two_year_check", "P2.11", "What the check said", Kind.PARA, asked="two_year_check", carry="copy",
                      core=False, max_length=2_000),
                Field("no_place_since", "P2.12", "Without a school place since", Kind.DATE, asked="no_school_place",
                      must="no_school_place", carry="confirm", hide="C", rule="HB-4.1", help="Each week out is counted from here."),
                Field("no_place_why", "P2.12", "Why, and what was the last school", Kind.PARA, asked="no_school_place",
                      must="no_school_place", carry="confirm", hide="C", rule="HB-4.1", max_length=1_000),
                Field("no_place_education", "P2.13", "What is taught now", Kind.ROWS, asked="no_school_place",
                      must="no_school_place", rule="HB-4.2", check="RD-237",
                      help="What the child is learning this week, not what is hoped for; “nothing yet” is an answer.",
                      columns=(_line("what", "P2.13", "What", needed=True),
                               Field("hours", "P2.13", "Hours a week", Kind.NUMBER, lowest=0, highest=40),
                               _line("by_whom", "P2.13", "By whom"))),
                Field("place_search", "P2.14", "The search for a place", Kind.ROWS, asked="no_school_place",
                      must="no_school_place", carry="copy", hide="C", rule="HB-4.2", check="RD-237",
                      help="A line for each school that is asked.",
                      columns=(_line("school", "P2.14", "School", needed=True), _day("asked_on", "P2.14", "Asked on"),
                               _line("answer", "P2.14", "Answer"), _line("next_step", "P2.14", "Next step, and whose"),
                               _day("next_step_on", "P2.14", "By"))),
                Field("p16_activity", "P2.15", "What the young person does now", Kind.ONE_OF, phases=("P16",), must="always",
                      carry="confirm", rule="HB-4.1", choices=_choices(P16Activity)),
                Field("not_eet_plan", "P2.18", "Towards education, training or work", Kind.ROWS, asked="not_eet", must="not_eet",
                      carry="confirm", lines=1, hide="C", rule="HB-4.2", check="RD-237",
                      help="One real step this fortnight beats a long plan.",
                      columns=(_day("since_on", "P2.18", "Without since"), _line("in_the_way", "P2.18", "What gets in the way"),
                               _line("learning_now", "P2.18", "What they learn this week"), _line("adviser", "P2.18", "Adviser"),
                               _line("next_step", "P2.18", "Next step", needed=True), _day("next_step_on", "P2.18", "On"))),
                Field("p16_course", "P2.16", "Courses", Kind.ROWS, asked="in_learning", must="in_learning", carry="confirm",
                      rule="HB-4.1", help="English and maths go on until they are passed.",
                      columns=(_line("subject", "P2.16", "Subject", needed=True),
                               _line("level", "P2.16", "Qualification and level"),
                               Field("hours", "P2.16", "Hours a week", Kind.NUMBER, lowest=0, highest=40),
                               _day("ends_on", "P2.16", "Ends"),
                               Field("resit", "P2.16", "English or maths again", Kind.YES_NO))),
                Field("p16_bursary", "P2.17", "The 16 to 19 bursary", Kind.ONE_OF, asked="in_learning", must="in_learning",
                      carry="confirm", hide="C", rule="HB-6.2",
                      choices=(("not_asked", "Not asked for"), ("asked", "Asked for"), ("granted", "Granted"),
                               ("refused", "Refused"), ("not_entitled", "Not entitled")),
                      help="Look here before asking for Pupil Premium."),
                Field("p16_bursary_use", "P2.17", "How much it is, and what it is used for", Kind.LINE, asked="in_learning",
                      carry="confirm", hide="C", rule="HB-6.2", core=False, max_length=LINE),
                Field("hours_offered", "P2.07", "Hours of teaching offered each week", Kind.NUMBER, phases=("PRI", "SEC", "P16"),
                      asked="on_a_timetable", carry="confirm", rule="DATA-hours", check="RD-214", core=False, lowest=0, highest=40,
                      help="Hours on the timetable, not hours attended. Whole hours will do."),
                Field("tutor_group", "P2.02", "Class or tutor group", Kind.LINE, asked="at_a_setting", must="at_a_setting",
                      carry="confirm", max_length=80, help="The room or the course, where there is neither."),
                Field("out_of_year", "P2.06", "Taught out of the year group?", Kind.YES_NO, carry="confirm", hide="C", core=False),
                Field("out_of_year_why", "P2.06", "Why, and until when", Kind.PARA, asked="out_of_year", carry="confirm",
                      hide="C", core=False, max_length=1_000),
                Field("custody_setting", "P2.15", "Education in custody: where", Kind.LINE, asked="in_custody", carry="confirm",
                      hide="C", core=False, max_length=LINE),
                Field("custody_hours", "P2.15", "Education in custody: hours a week", Kind.NUMBER, asked="in_custody",
                      carry="confirm", hide="C", core=False, lowest=0, highest=40),
                Field("custody_plan", "P2.15", "How it is tied to the sentence plan", Kind.PARA, asked="in_custody",
                      carry="confirm", hide="C", core=False, max_length=1_000),
                Field("custody_release", "P2.15", "On release: the place, the first day, who meets them", Kind.PARA,
                      asked="in_custody", carry="confirm", hide="C", core=False, max_length=1_000),
            ),
        ),
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
                *(Field(key, "P2.53", words, Kind.ONE_OF, asked="voice_faces", rule="HB-4.6", choices=_choices(Face), looks="faces")
                  for key, words in FACE_QUESTIONS),
                Field("seen_yes_no", "P2.53", "How they show “yes, more”, and “no, stop”", Kind.PARA, asked="voice_seen",
                      rule="HB-4.6",
                      max_length=1_000, looks="watched"),
                Field("seen_comforted", "P2.53", "What comforts them", Kind.PARA, asked="voice_seen", rule="HB-4.6",
                      max_length=1_000, looks="watched"),
                Field("seen_led_to", "P2.53", "Where they led us on a walk, and the pictures they chose", Kind.PARA,
                      asked="voice_seen",
                      rule="HB-4.6", max_length=1_000, looks="watched"),
                Field("seen_times", "P2.53", "When we watched", Kind.ROWS, asked="voice_seen", rule="HB-4.6",
                      lines=2, looks="watched",
                      help="Twice at least, in the setting and at home.",
                      columns=(_day("on", "P2.53", "On", needed=True),
                               Field("where", "P2.53", "Where", Kind.ONE_OF, must="always",
                                     choices=(("setting", "In the setting"), ("home", "At home"))),
                               _line("saw", "P2.53", "What we saw", longest=500))),
                Field("child_voice_good", "P2.53", "What is going well", Kind.PARA, rule="HB-4.6", check="RD-202",
                      help="Their words, unmended, or what we saw. “Pass” is an answer; one real answer is enough to send."),
                Field("child_voice_hard", "P2.53", "What is hard", Kind.PARA, rule="HB-4.6", check="RD-240"),
                Field("child_voice_want", "P2.53", "What they want to change or try", Kind.PARA, rule="HB-4.6", check="RD-240"),
                _answers("voice_junior_answers", "voice_junior", JUNIOR_QUESTIONS),
                _answers("voice_senior_answers", "voice_senior", SENIOR_QUESTIONS),
                _answers("voice_adult_answers", "voice_adult", ADULT_QUESTIONS),
                _attempts("child_voice_attempts", "P2.57", "the child's words"),
                Field("voice_gathered_on", "P2.54", "Listened to on", Kind.DATE, must="always", unless="no_child_voice",
                      rule="HB-3.14", check="RD-204", help="After the last PEP and before this meeting."),
                Field("voice_gathered_by", "P2.54", "By whom", Kind.LINE, must="always", unless="no_child_voice",
                      rule="HB-3.14", check="RD-204", max_length=LINE),
                Field("voice_how", "P2.55", "How", Kind.MANY_OF, rule="HB-4.6",
                      choices=(("talk_dt", "Talk alone with the designated teacher"), ("talk_other", "With another trusted adult"),
                               ("written", "Written by the child"), ("drawing", "Drawing, photo or film"),
                               ("cards", "Faces or cards"), ("signs", "Signs, symbols or talking mats"),
                               ("device", "App or form on a device"), ("play", "Watching and play"),
                               ("meeting", "In the meeting"), ("carer", "Through the carer"),
                               ("advocate", "Through an advocate or interpreter"))),
                Field("voice_help", "P2.56", "How the adult helped", Kind.ONE_OF, rule="HB-4.6", core=False,
                      choices=_choices(VoiceHelp),
                      help="It makes clear whose words these are."),
                Field("say_for_me", "P2.59", "What an adult should say for them", Kind.PARA, core=False, max_length=1_000),
                Field("say_for_me_by", "P2.59", "Who should say it", Kind.LINE, core=False, max_length=LINE),
                Field("voice_changed_what", "P2.60", "What is different because of what they said", Kind.PARA, rule="HB-4.6",
                      core=False, max_length=2_000, help="Point to a target or an action that exists because of it."),
                Field("wants_to_attend", "P2.58", "Do they want to come to the meeting?", Kind.ONE_OF, must="always",
                      rule="HB-3.5", choices=(("all", "All of it"), ("part", "Part of it"), ("no", "No"))),
                Field("wants_to_attend_told", "P2.58", "How, where, and when not", Kind.PARA, rule="HB-3.5", core=False,
                      max_length=1_000, help="The room, the time, the lesson not to miss, who should be there."),
                *(Field(key, "P2.53", words, Kind.PARA, carry="confirm", core=False, max_length=1_000)
                  for key, words in (("profile_like", "What people like about me"), ("profile_matters", "What matters to me"),
                                     ("profile_help", "How to help me"))),
                Field("hopes", "P2.61", "Hopes for this term and this year", Kind.PARA, must="always", carry="confirm",
                      rule="HB-4.5", help="Learning, work, sport, arts, people. In the early years these are the carer’s hopes."),
                Field("long_term_hopes", "P2.61", "Hopes for later", Kind.PARA, must="always", carry="confirm", rule="HB-4.5",
                      help="What they would like to be and do; it is fine to change one’s mind."),
                Field("steps_and_helpers", "P2.62", "Steps on the way", Kind.ROWS, asked="key_stage_2_up", carry="confirm",
                      core=False,
                      lines=2, rule="HB-4.5", help="Small enough to begin this term.",
                      columns=(_line("step", "P2.62", "Step", needed=True), _line("helper", "P2.62", "Who helps"),
                               _day("by_on", "P2.62", "By"))),
            ),
            intro="Before you ask: say who will be at the meeting, what it is for and what will be talked about, that their view "
            "counts as much as anyone's, that somebody may say a thing for them, and who will read it. Nothing here is a test.",
        ),
        Section(
            "learning",
            "Learning",
            (
                Field("attainment", "P2.42", "Attainment", Kind.ROWS, store="rows:Attainment", must="always", rule="HB-4.1",
                      check="RD-217", help="A judgement at this point in time; don't wait for the data drop. Where the school has "
                      "a scale of its own, type it and choose beside it how that is against the age.",
                      columns=(Field("subject", "P2.42", "Subject", Kind.LINE, must="always", max_length=80),
                               Field("current", "P2.42", "Now", Kind.LINE, must="always", max_length=40),
                               Field("expected", "P2.42", "Expected at the end of the phase", Kind.LINE, max_length=40),
                               Field("target", "P2.42", "Target", Kind.LINE, max_length=40),
                               Field("on_track", "P2.43", "Against age", Kind.ONE_OF, choices=_choices(OnTrack)),
                               Field("progress", "P2.43", "Progress from their own start", Kind.ONE_OF,
                                     choices=_choices(Progress)))),
                Field("attainment_context", "P2.44", "What stands behind it", Kind.PARA, must="always", hide="C",
                      rule="HB-4.9", help="How big the gap is, why, and what would close it in six to twelve months."),
                Field("needs_and_provision", "P2.51", "Needs, and the help in place", Kind.PARA, must="always",
                      carry="confirm", rule="HB-4.2",
                      help="What is already happening beyond the ordinary lesson, step by step, and whether it works."),
                Field("interventions", "P2.51", "Help beyond the ordinary lesson", Kind.ROWS, carry="copy", core=False, lines=2,
                      rule="HB-4.2",
                      columns=(_line("what", "P2.51", "What", needed=True), _line("when", "P2.51", "When and where"),
                               _line("who", "P2.51", "Who"), _line("how_often", "P2.51", "How often"),
                               _line("paid_from", "P2.51", "Paid from"), _line("working", "P2.51", "Does it work?"))),
                Field("wellbeing_in_school", "P2.52", "Wellbeing in school", Kind.PARA, must="always", asked="at_a_setting",
                      carry="confirm", hide="C", rule="HB-4.8", max_length=2_000,
                      help="How the child is there, with adults and with others."),
                Field("screening_tool", "P2.52", "Screening of your own", Kind.ONE_OF, carry="confirm", hide="C", rule="HB-4.7",
                      core=False, choices=_choices(Screening)),
                Field("screening_score", "P2.52", "What the screening says", Kind.LINE, carry="confirm", hide="C", rule="HB-4.7",
                      core=False, max_length=LINE),
                Field("screening_on", "P2.52", "Screened on", Kind.DATE, carry="confirm", hide="C", rule="HB-4.7", core=False),
                Field("next_send_step", "P2.40", "Next step about needs", Kind.ONE_OF, must="always", unless="has_ehcp", hide="C",
                      rule="HB-4.2", choices=_choices(NextSendStep),
                      help="If little progress is expected in a year, say what you will ask for."),
                Field("statutory_results", "P2.45", "Results of national tests", Kind.ROWS, phases=("PRI", "SEC"), carry="copy",
                      rule="HB-4.1", check="RD-220", core=False,
                      help="Once entered they stay. Where it was not taken, say so as the result.",
                      columns=(Field("test", "P2.45", "Test", Kind.ONE_OF, must="always", choices=_choices(StatutoryTest)),
                               Field("outcome", "P2.45", "Outcome", Kind.ONE_OF, choices=_choices(TestOutcome)),
                               _line("taken_in", "P2.45", "School year", longest=20),
                               _line("result", "P2.45", "Result", needed=True))),
                Field("other_tests", "P2.46", "Reading age and other tests", Kind.ROWS, phases=("PRI", "SEC"), carry="copy",
                      core=False,
                      lines=2, help="A test gives a target the start that can be measured.",
                      columns=(_line("test", "P2.46", "Test", needed=True), _day("taken_on", "P2.46", "Taken on"),
                               _line("result", "P2.46", "Score or age", needed=True))),
                Field("qualifications_held", "P2.47", "Qualifications held", Kind.ROWS, asked="qualifications",
                      must="after_year_11", carry="copy", lines=2,
                      help="Everything that is passed already. Where there is nothing, “none yet” as the subject and the grade.",
                      columns=(_line("subject", "P2.47", "Subject", needed=True), _line("level", "P2.47", "Level"),
                               _line("grade", "P2.47", "Grade", needed=True, longest=40),
                               _line("year", "P2.47", "Year", longest=20))),
                Field("favourite_and_hardest", "P2.48", "Favourite and hardest lessons, as teachers see it", Kind.PARA,
                      phases=("PRI", "SEC", "P16"), core=False, max_length=1_000),
                Field("one_priority", "P2.49", "The one priority of this term", Kind.LINE, must="has_ehcp", max_length=LINE,
                      help="If only one thing could change, what?"),
                Field("homework_equipment_reading", "P2.50", "Homework, equipment and reading at home", Kind.PARA,
                      phases=("PRI", "SEC"), hide="C", core=False, max_length=1_000,
                      help="Is there a device, and a quiet place?"),
                Field("changes_ahead", "P2.64", "Moves and changes ahead", Kind.PARA, must="always", carry="confirm",
                      rule="HB-4.3", help="Schools, subjects, tests: dates, people and visits, not intentions. Write “none "
                      "expected” if so."),
            ),
        ),
        Section(
            "attendance",
            "Attendance and behaviour",
            (
                Field("attendance", "P2.22", "Attendance this year", Kind.ROWS, lines=1, store="rows:AttendanceSummary",
                      asked="attendance_expected", must="attendance_expected", rule="HB-4.1", check="RD-207",
                      help="Sessions (half days), from the start of the year to the date you state.",
                      columns=(Field("possible", "P2.22", "Possible sessions", Kind.NUMBER, must="always", lowest=0, highest=500),
                               Field("present", "P2.22", "Attended", Kind.NUMBER, must="always", lowest=0, highest=500),
                               Field("authorised", "P2.22", "Authorised absence", Kind.NUMBER, lowest=0, highest=500),
                               Field("unauthorised", "P2.22", "Unauthorised absence", Kind.NUMBER, lowest=0, highest=500),
                               Field("late", "P2.22", "Times late", Kind.NUMBER, lowest=0, highest=500, core=False),
                               Field("figures_to", "P2.24", "Figures up to", Kind.DATE, must="always"))),
                Field("attendance_last_term", "P2.22", "Attendance last term", Kind.ROWS, lines=1, asked="attendance_expected",
                      rule="HB-4.1", core=False, help="Sessions (half days) of the term before this one, where you have them.",
                      columns=(Field("possible", "P2.22", "Possible sessions", Kind.NUMBER, must="always", lowest=0, highest=500),
                               Field("present", "P2.22", "Attended", Kind.NUMBER, must="always", lowest=0, highest=500),
                               Field("authorised", "P2.22", "Authorised absence", Kind.NUMBER, lowest=0, highest=500),
                               Field("unauthorised", "P2.22", "Unauthorised absence", Kind.NUMBER, lowest=0, highest=500),
                               Field("late", "P2.22", "Times late", Kind.NUMBER, lowest=0, highest=500, core=False))),
                Field("ey_attendance", "P2.25", "Attendance at nursery", Kind.ROWS, asked="nursery", must="nursery", lines=1,
                      rule="HB-4.1", help="Sessions booked, and sessions they came to.",
                      columns=(_line("period", "P2.25", "From when to when", needed=True, longest=80),
                               Field("booked", "P2.25", "Booked", Kind.NUMBER, must="always", lowest=0, highest=600),
                               Field("attended", "P2.25", "Attended", Kind.NUMBER, must="always", lowest=0, highest=600))),
                Field("p16_attendance", "P2.25", "Attendance in per cent", Kind.NUMBER, asked="in_learning",
                      must="in_learning", rule="HB-4.1", lowest=0, highest=100,
                      help="This year, at the college or with the provider."),
                Field("attendance_reasons", "P2.26", "What lies behind it, and who does what", Kind.PARA,
                      asked="attendance_low", hide="C", rule="HB-7.1", check="RD-209"),
                Field("behaviour", "P2.27", "Behaviour", Kind.ONE_OF, must="always", hide="C", rule="HB-4.1",
                      choices=(("none", "No concern"), ("some", "Some concern"), ("serious", "Serious concern"))),
                Field("behaviour_seen", "P2.28", "What is seen, when and where, and what has been tried", Kind.PARA,
                      asked="behaviour_concern", must="behaviour_concern", carry="confirm", hide="C",
                      help="Describe what is seen, not the child: time of day, lesson, change in the week. May fear, loss or "
                      "attachment lie behind it? Say which ways of helping took that into account, and what worked."),
                Field("strategies_tried", "P2.29", "What was tried, step by step", Kind.ROWS, asked="behaviour_concern",
                      must="behaviour_concern", carry="confirm", hide="C", lines=2, rule="HB-3.13",
                      help="With the ways of helping that think of trauma and attachment.",
                      columns=(_line("what", "P2.29", "What", needed=True), _day("since_on", "P2.29", "Since"),
                               _line("worked", "P2.29", "Did it work?"), _line("next", "P2.29", "Next"))),
                Field("exclusion_risk", "P2.33", "Is there a risk of suspension or exclusion?", Kind.YES_NO, must="always",
                      hide="C", rule="HB-3.6", check="RD-210"),
                Field("exclusion_told", "P2.33", "What is behind the risk, and what is done about it", Kind.PARA,
                      asked="exclusion_concern", hide="C", rule="HB-3.6", max_length=2_000,
                      help="“Yes”, or a suspension this year, is told to the Virtual School at once."),
                Field("attendance_source", "P2.24", "Where the figures come from", Kind.ONE_OF, asked="attendance_expected",
                      hide="C", core=False, choices=_choices(FiguresFrom)),
                Field("removed_days", "P2.32", "Days taught apart from the class this term", Kind.NUMBER, phases=("PRI", "SEC"),
                      asked="at_school", hide="C", core=False, lowest=0, highest=200,
                      help="Isolation, an internal exclusion, a removal room."),
                Field("removed_told", "P2.32", "Taught apart: why, and what was learnt there", Kind.PARA, phases=("PRI", "SEC"),
                      asked="at_school", hide="C", core=False, max_length=1_000),
                Field("friends_and_bullying", "P2.34", "Friends, and bullying", Kind.PARA, carry="confirm", hide="C",
                      rule="HB-3.13", core=False, max_length=2_000,
                      help="Friendships; being bullied or bullying others; what was done."),
            ),
        ),
        Section(
            "send",
            "Special educational needs",
            (
                Field("sen_provision", "P2.36", "The need, and the plan behind it", Kind.PARA, asked="sen_any", must="sen_any",
                      carry="confirm", hide="C", rule="HB-5.5", check="RD-215",
                      help="Name the need, and the outcomes of the plan that steer the targets."),
                Field("sen_needs", "P2.36", "Kinds of need, the first one first", Kind.MANY_OF, asked="sen_any", must="sen_any",
                      carry="confirm", hide="C", rule="HB-4.2", choices=_choices(SenNeed)),
                Field("ehcp_issued_on", "P2.37", "EHCP issued on", Kind.DATE, asked="has_ehcp", must="has_ehcp", carry="confirm",
                      hide="C", rule="HB-5.5"),
                Field("ehcp_authority", "P2.37", "Authority that keeps the EHCP", Kind.LINE, asked="has_ehcp", must="has_ehcp",
                      carry="confirm", hide="C", rule="HB-5.5", max_length=LINE),
                Field("ehcp_provision", "P2.37", "The provision of the EHCP in short (section F)", Kind.PARA, asked="has_ehcp",
                      must="has_ehcp", carry="confirm", hide="C", rule="HB-5.5", max_length=2_000,
                      help="Its outcomes steer the targets here."),
                Field("sen_plan", "P2.39", "Is there a support plan (IEP)?", Kind.YES_NO, asked="sen_support", must="sen_support",
                      carry="confirm", hide="C", rule="HB-5.5",
                      help="Add it as a file on the PEP’s page, under Documents, so that nobody writes it twice."),
                Field("sen_plan_review_on", "P2.39", "Support plan reviewed next on", Kind.DATE, asked="has_sen_plan",
                      must="has_sen_plan", carry="confirm", hide="C", rule="HB-5.5"),
                Field("access_arrangements", "P2.41", "Arrangements for exams", Kind.MANY_OF, asked="exam_years", must="exam_years",
                      carry="confirm", choices=_choices(AccessArrangement), help="Applications close long before the exams."),
            ),
        ),
        Section(
            "next_steps",
            "Next steps",
            (
                Field("transition_to", "P2.64", "The next school, course or work", Kind.LINE, asked="transition", carry="confirm",
                      rule="HB-4.3", check="RD-235", max_length=LINE, help="Where it is not known yet, write “not known yet”."),
                Field("transition_named", "P2.64", "How far the place is certain", Kind.ONE_OF, asked="transition",
                      carry="confirm", rule="HB-4.3", core=False, choices=_choices(PlaceNamed)),
                Field("transition_applied_on", "P2.64", "Applied for on", Kind.DATE, asked="transition", carry="confirm",
                      rule="HB-4.3", core=False),
                Field("transition_ehcp_on", "P2.64", "The EHCP names the place, from", Kind.DATE, asked="transition_with_ehcp",
                      carry="confirm", hide="C", rule="HB-4.3", core=False),
                Field("transition_invited", "P2.64", "Was the next designated teacher invited to this PEP?", Kind.YES_NO,
                      asked="transition", carry="confirm", hide="C", rule="HB-4.3", core=False),
                Field("transition_contact", "P2.64", "Who receives the child there, and when they were told", Kind.LINE,
                      asked="transition", carry="confirm", hide="C", rule="HB-4.3", check="RD-235", max_length=LINE),
                Field("transition_visits", "P2.64", "Visits: the days and with whom, or why none", Kind.PARA, asked="transition",
                      carry="confirm", rule="HB-4.3", check="RD-235", max_length=1_000),
                Field("transition_child_asks", "P2.64", "What the child asks or fears about the move", Kind.PARA,
                      asked="transition", carry="confirm", rule="HB-4.3", check="RD-235", max_length=1_000, help="In their words."),
                Field("transition_check_on", "P2.64", "First look at how the move went", Kind.DATE, asked="transition",
                      carry="confirm", rule="HB-4.3", check="RD-235"),
                Field("transition_knows", "P2.64", "Whom the child will know there", Kind.LINE, asked="transition", carry="confirm",
                      rule="HB-4.3", core=False, max_length=LINE),
                Field("transition_handover", "P2.64", "What is handed over, when and by whom", Kind.PARA,
                      asked="transition", carry="confirm", hide="C", rule="HB-4.3", core=False, max_length=2_000),
                Field("transition_travel", "P2.64", "The journey: how, and when it was practised", Kind.LINE, asked="transition",
                      carry="confirm", rule="HB-4.3", core=False, max_length=LINE),
                Field("transition_carer", "P2.64", "The carer’s part in the move", Kind.PARA, asked="transition", carry="confirm",
                      rule="HB-4.3", core=False, max_length=1_000),
                Field("transition_second_plan", "P2.64", "What could go wrong, and the second plan", Kind.PARA, asked="transition",
                      carry="confirm", hide="C", rule="HB-4.3", core=False, max_length=1_000),
                Field("ahead_plan", "P2.64", "What is planned for what lies ahead", Kind.PARA, asked="planning_ahead",
                      carry="confirm", rule="HB-4.3", max_length=2_000, help="Days, people and visits, not intentions."),
                Field("careers_talk_on", "P2.63", "Last talk with a careers adviser", Kind.DATE, asked="careers", carry="confirm",
                      rule="HB-4.5", check="RD-236", core=False, help="From Year 9, sooner if the child asks."),
                Field("careers_adviser", "P2.63", "Careers adviser", Kind.LINE, asked="careers", carry="confirm", rule="HB-4.5",
                      core=False, max_length=LINE),
                Field("careers_experience", "P2.63", "Work experience", Kind.PARA, asked="careers",
                      carry="confirm", rule="HB-4.5", core=False, max_length=2_000, help="What, where and when; done or arranged."),
                Field("careers_visits", "P2.63", "Visits and taster days", Kind.ROWS, asked="careers", carry="confirm", lines=2,
                      rule="HB-4.5", core=False,
                      columns=(_line("where", "P2.63", "Where", needed=True), _day("on", "P2.63", "On"),
                               _line("with_whom", "P2.63", "With whom"))),
                Field("careers_employers", "P2.63", "Employers met", Kind.ROWS, asked="careers", carry="confirm", lines=2,
                      rule="HB-4.5", core=False,
                      columns=(_line("who", "P2.63", "Who", needed=True), _day("on", "P2.63", "On"),
                               _line("what", "P2.63", "What came of it"))),
                Field("careers_light", "P2.63", "Work and jobs: whom they met, what they would like to see", Kind.PARA,
                      asked="careers_light", carry="confirm", rule="HB-4.5", core=False, max_length=1_000,
                      help="A visit to a workplace, somebody who came to tell of their work, a job they ask about."),
            ),
        ),
        Section(
            "papers",
            "Other meetings and documents",
            (
                Field("pep_used_at", "P2.72", "Other meetings in school at which this plan was used", Kind.ROWS, rule="HB-1.8",
                      help="Since the last PEP: a parents’ evening, a review of needs, a return after a suspension.",
                      columns=(_day("on", "P2.72", "On", needed=True), _line("meeting", "P2.72", "Meeting", needed=True),
                               _line("what_followed", "P2.72", "What followed from it"))),
                Field("documents", "P2.78", "Documents behind this plan", Kind.ROWS, carry="copy", hide="C", rule="HB-5.5",
                      check="RD-238", core=False,
                      help="What there is and where it lies: a file of the office, the school’s system. A file itself is added on "
                      "the PEP’s page, under Documents.",
                      columns=(Field("kind", "P2.78", "Kind", Kind.ONE_OF, must="always",
                                     choices=(("ehcp", "EHCP"), ("support_plan", "SEN support plan"),
                                              ("healthcare_plan", "Individual healthcare plan"),
                                              ("school_report", "School report"), ("report", "Report of a professional"),
                                              ("certificate", "Certificate"),
                                              ("work", "Picture of work"), ("other", "Something else"))),
                               _day("dated_on", "P2.78", "Dated"), _line("where", "P2.78", "Where it lies", needed=True))),
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
                Field("english_exception_kind", "P2.75", "If there is no English target this term: which exception", Kind.ONE_OF,
                      rule="HB-5.1", check="RD-223", choices=EXCEPTION_KINDS,
                      help="Only in exceptional circumstances. At a special school it holds for the rest of the academic year."),
                Field("english_exception", "P2.75", "If there is no English target this term, why", Kind.PARA, rule="HB-5.1",
                      check="RD-223", max_length=1_000,
                      help="What it is in this child's case: which grade, what the EHCP puts first."),
                Field("maths_exception_kind", "P2.75", "If there is no Maths target this term: which exception", Kind.ONE_OF,
                      rule="HB-5.1", check="RD-224", choices=EXCEPTION_KINDS),
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
                Field("meeting_how", "P3.02", "How the meeting is held", Kind.ONE_OF, must="always", carry="confirm",
                      choices=_choices(MeetingHow), rule="HB-3.1"),
                Field("meeting_place", "P3.02", "Where", Kind.LINE, must="always", carry="confirm", rule="HB-3.1", max_length=LINE,
                      help="For a video call write “video”; a link is never kept here."),
                Field("carer_preference", "P3.03", "What day, time and place suited the carer", Kind.LINE, carry="confirm",
                      rule="HB-3.1", max_length=LINE, help="Room or video; asked before the day was agreed."),
                Field("chair", "P3.04", "Who chaired it", Kind.LINE, must="always", rule="HB-2.6", max_length=LINE),
                Field("chair_role", "P3.04", "As what they chaired it", Kind.ONE_OF, must="always", rule="HB-2.6", check="RD-304",
                      choices=_choices(ChairRole), help="School or education staff as a rule; if not, say why in the discussion."),
                Field("attendees", "P3.07", "Who was invited, and who came", Kind.ROWS, store="rows:Attendee", must="always",
                      rule="HB-3.2", check="RD-302",
                      help="The child, the social worker, the designated teacher and the carer always.",
                      columns=(Field("name", "P3.07", "Name", Kind.LINE, must="always", max_length=LINE),
                               Field("role", "P3.07", "Role", Kind.ONE_OF, must="always", choices=_choices(AttendeeRole)),
                               Field("took_part", "P3.07", "Took part", Kind.ONE_OF, must="always", choices=_choices(Attendance)),
                               Field("invited_on", "P3.07", "Invited on", Kind.DATE, core=False),
                               Field("report_asked", "P3.07", "Report asked for", Kind.YES_NO, core=False),
                               Field("report_received", "P3.07", "Report received", Kind.YES_NO))),
                Field("carer_offered", "P3.03", "The carer was not there: what was offered to bring them", Kind.LINE,
                      asked="carer_absent", hide="C", rule="HB-3.12", check="RD-305", max_length=LINE,
                      help="Another time, video, a lift, somebody to mind the others; and how they took part."),
                Field("joined_ehcp_review", "P3.06", "Was it held together with the EHCP’s annual review?", Kind.YES_NO,
                      asked="has_ehcp", must="has_ehcp", rule="HB-3.4", check="RD-216",
                      help="Once a year the two are one meeting, or lie within fourteen days."),
                Field("same_day_reason", "P3.05", "The care review is on the same day: why", Kind.LINE, asked="review_same_day",
                      must="review_same_day", hide="C", rule="HB-3.3", max_length=LINE,
                      help="Many children want the two kept apart."),
                Field("child_attended", "P3.09", "Did the child come?", Kind.ONE_OF, must="always", rule="HB-3.5",
                      check="RD-307", choices=(("whole", "For all of it"), ("part", "For part of it"), ("no", "No"))),
                Field("child_absent_kind", "P3.10", "If not for all of it, why", Kind.ONE_OF, asked="child_absent",
                      must="child_absent", rule="HB-3.5", check="RD-307", choices=_choices(AwayBecause)),
                Field("child_absent_reason", "P3.10", "Why, in words", Kind.LINE, asked="child_absent", must="absence_to_tell",
                      rule="HB-3.5", check="RD-307", max_length=LINE,
                      help="Where adults decided, and where it is something else, this is needed."),
                Field("voice_in_meeting", "P3.11", "How the room heard the child", Kind.ONE_OF, rule="HB-3.5", core=False,
                      choices=_choices(HeardInRoom)),
                Field("voice_in_meeting_told", "P3.11", "What they said or showed there", Kind.PARA, rule="HB-3.5", core=False,
                      max_length=2_000),
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
                Field("information_sharing", "P3.29", "Who gets a copy, and whether the child had a say", Kind.PARA,
                      carry="confirm",
                      hide="C", rule="HB-2.7", core=False, max_length=1_000),
                Field("disagreement", "P3.33", "Where people disagreed", Kind.PARA, hide="C", rule="HB-3.10", core=False,
                      max_length=2_000, help="Two views written down are better than one; an independent chair may be asked for."),
                Field("adults_only_notes", "P3.12", "Notes of the adults alone", Kind.PARA, store="sensitive_answers",
                      hide="CSP", rule="HB-3.11", help="The few minutes without the child. Never seen by the school or the child."),
            ),
            intro="Worth asking: is the child on track, and what would close the gap? How do they get on with adults, friends and "
            "others? What is seen, and what was tried? Who helps with homework? The rulebook has the whole list (HB-3.13).",
        ),
        Section(
            "voices",
            "The carer's and the social worker's voice",
            (
                Field("carer_voice", "P3.23", "The carer's words", Kind.PARA, rule="HB-4.6", check="RD-308",
                      help="How school is going, homework, reading, worries, in their words."),
                _attempts("carer_voice_attempts", "P3.24", "the carer's words"),
                Field("carer_voice_how", "P3.24", "How the carer was heard", Kind.ONE_OF, must="always", rule="HB-4.6",
                      choices=(("meeting", "At the meeting"), ("call", "By telephone"), ("written", "In writing"),
                               (NOT_REACHED, "Not reached")),
                      help="“Not reached” does not count as a voice: say above how it was tried."),
                Field("carer_voice_on", "P3.24", "Heard on", Kind.DATE, must="always", unless="carer_not_reached",
                      rule="HB-4.6"),
                Field("carer_voice_by", "P3.24", "Heard by", Kind.LINE, must="always", unless="carer_not_reached",
                      rule="HB-4.6", max_length=LINE),
                Field("parent_voice", "P3.27", "What parents say", Kind.PARA, hide="C", rule="HB-3.13", core=False,
                      max_length=2_000,
                      help="Where it is right to ask them."),
                Field("carer_part", "P3.25", "The carer's part in learning and interests", Kind.PARA, must="always",
                      carry="confirm", rule="HB-4.5", help="Reading, clubs, lifts, a quiet place."),
                Field("social_worker_voice", "P3.26", "The social worker's view", Kind.PARA, rule="HB-4.6", check="RD-309",
                      help="Would this be good enough for your own child, and how does it serve the care plan?"),
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
                Field("targets_agreed", "P3.31", "Was each target agreed?", Kind.ROWS, asked="has_targets", rule="HB-3.9",
                      check="RD-312", help="A change goes back to Part 2 before the PEP is sent. Two views may stand side by side.",
                      columns=(Field("target_id", "P3.31", "Target", Kind.NUMBER, must="always", lowest=1),
                               Field("agreed", "P3.31", "Agreed", Kind.ONE_OF, must="always", choices=_choices(TargetAgreed)),
                               _line("views", "P3.31", "Who sees it otherwise, and how"))),
                Field("next_pep_on", "P3.32", "Date of the next PEP", Kind.DATE, store="Pep.next_pep_on", rule="HB-1.7",
                      check="RD-313", help="In term time, and before the next deadline."),
                Field("no_next_pep_reason", "P3.32", "If there is no date, why", Kind.ONE_OF, rule="HB-1.7", check="RD-313",
                      choices=(("turning_18", "Turning 18"), ("leaving_care", "Leaving care"),
                               ("new_school", "The new school will set it"))),
                Field("lateness_reason", "P3.32", "Why this PEP is late", Kind.LINE, asked="late", hide="C", rule="HB-1.4",
                      check="RD-002", max_length=500, help="A sentence is enough."),
                Field("after_how_it_went", "P3.35", "How the child thought it went", Kind.PARA, rule="HB-3.8", check="RD-315",
                      help="A few quiet minutes within a week. This may follow later."),
                Field("child_agrees", "P3.35", "Do they agree with what was said?", Kind.ONE_OF, rule="HB-3.8",
                      choices=_choices(ChildAgrees)),
                Field("child_understands", "P3.35", "Do they understand what the PEP should help them achieve?", Kind.ONE_OF,
                      rule="HB-3.8", choices=_choices(ChildAgrees)),
                Field("copy_wanted", "P3.36", "Does the child want a copy?", Kind.ONE_OF, rule="HB-3.8",
                      choices=(("full", "Yes, on paper or screen"), ("pictures", "Yes, with pictures"),
                               ("read", "Read it to me"), ("no", "No"))),
                Field("after_talk_on", "P3.34", "Talked about it afterwards on", Kind.DATE, rule="HB-3.8", core=False),
                Field("after_talk_by", "P3.34", "Who talked with them", Kind.LINE, rule="HB-3.8", core=False, max_length=LINE),
            ),
        ),
    ),
)

FORM = Form((PART_1, PART_2, PART_3))
PHASE_VALUES = tuple(phase.value for phase in Phase)
