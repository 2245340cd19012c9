"""The tables of the domain in reading order: the data dictionary of one Virtual School.

Only columns, relationships, constraints and properties derived from them stand here. Who may do what, and what follows, are
elsewhere. Money is integer pence; dates end in _on, instants in _at (UTC); people who act are an opaque `actor_id`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, declared_attr, mapped_column, orm_insert_sentinel, relationship

from pep_admin import document_words, form_words, meeting_words, money_words, review_words, school_words, year_words
from pep_admin import vocabulary as words
from pep_admin.policy import USUAL

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
LONGEST_NAME = 254
"""Characters of a name, an address or another short text; what is longer tells something."""


# --- column types ------------------------------------------------------------------------------------------------------


def clean(value: str) -> str:
    """Text that both databases can hold; nothing else is touched.

    Dropped are control characters except tab and line ends, and lone surrogates. What turns the reading direction stays: the
    browser confines it to its paragraph, and what somebody told is kept as they told it.
    """
    return _UNSTORABLE.sub("", value)


def clean_line(value: str) -> str:
    """A name or another short text, which has to read as it is written: `clean`, without marks that turn the reading direction.
    The joiners of names and emoji (U+200C, U+200D) stay."""
    return _TURNING.sub("", clean(value))


def clean_json(value: Any) -> Any:
    """`clean`, through every string and key of a JSON value."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): clean_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(each) for each in value]
    return value


class Words(TypeDecorator[str]):
    """Text a person typed, cleaned on the way in; with a length a VARCHAR, else TEXT."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(String(self.length) if self.length else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return clean(value) if self.length is None or self.length > LONGEST_NAME else clean_line(value)


class Answers(TypeDecorator[dict[str, Any]]):
    """A dict kept as JSON (JSONB on PostgreSQL), cleaned on the way in; assign a new dict, never change one in place."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> Any:
        return clean_json(value)


class Keys(TypeDecorator[list[str]]):
    """A list of field keys kept as JSON (JSONB on PostgreSQL); assign a new list, never change one in place."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(JSONB(none_as_null=True) if dialect.name == "postgresql" else JSON(none_as_null=True))


class Instant(TypeDecorator[datetime]):
    """An instant, always aware and in UTC; SQLite keeps it naive and gets its zone back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(kind: type[words.Labelled], name: str = "", *, length: int = 40) -> Enum:
    """An enum column stored by value under a CHECK; `name` tells the CHECKs apart where a table has two columns of one kind."""
    name = name or re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    return Enum(kind, values_callable=lambda cls: [each.value for each in cls], native_enum=False, length=length,
                create_constraint=True, name=name, validate_strings=True)


# --- bases -------------------------------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    """The plugin's own base; a host lists `Base.metadata` beside its own."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words(),
        datetime: Instant(),
        date: Date(),
        bool: Boolean(),
        dict[str, Any]: Answers(),
        list[str]: Keys(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    _sentinel: Mapped[int] = orm_insert_sentinel()


class Tracked:
    """Mixin of every table whose changes are kept, old and new value (history.py)."""

    __table__: ClassVar[Any]
    __untracked__: ClassVar[frozenset[str]] = frozenset({"_sentinel", "row_version"})


class OfChild:
    """Mixin of rows that belong to one child: seen by whoever sees the child."""

    child_id: Mapped[int] = mapped_column(ForeignKey("pep_child.id"), index=True)


class OfPep:
    """Mixin of rows that belong to one PEP: seen by whoever sees its child."""

    pep_id: Mapped[int] = mapped_column(ForeignKey("pep_pep.id"), index=True)


class OfOwner:
    """Mixin of rows that are read by nobody but the one who wrote them, whatever else anybody may see."""

    owner: Mapped[str] = mapped_column(Words(64), index=True)


class OwnOrShared:
    """Mixin of rows that are read by the one who wrote them and, where they are shared, by the whole Virtual School."""

    owner: Mapped[str] = mapped_column(Words(64), index=True)
    shared: Mapped[bool] = mapped_column(default=False)


@event.listens_for(Mapper, "mapper_configured")
def _keep_old(mapper: Mapper[Any], cls: type) -> None:
    # An expired attribute that is overwritten would lose its old value; active history reads it first.
    if issubclass(cls, Tracked):
        for prop in mapper.column_attrs:
            event.listen(prop.class_attribute, "set", lambda *_: None, active_history=True)


@event.listens_for(Table, "after_parent_attach")
def _never_reuse_ids(table: Table, parent: Any) -> None:
    # SQLite would give a deleted last row's id to the next one, which would inherit its history.
    if parent is Base.metadata:
        table.dialect_options["sqlite"]["autoincrement"] = True



class Versioned:
    """Mixin of rows that people edit: the version travels in the form, and a stale save is refused."""

    row_version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}


# --- years and terms ---------------------------------------------------------------------------------------------------


class AcademicYear(Tracked, Versioned, Base):
    """A school year with the numbers that hold in it (policy.NUMBERS); the usual ones unless the head changes them."""

    __tablename__ = "pep_academic_year"

    name: Mapped[str] = mapped_column(Words(9), unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ppg_term_cap_pence: Mapped[int] = mapped_column(BigInteger, default=USUAL.ppg_term_cap_pence)
    ppg_year_cap_pence: Mapped[int] = mapped_column(BigInteger, default=USUAL.ppg_year_cap_pence)
    post16_year_cap_pence: Mapped[int] = mapped_column(BigInteger, default=USUAL.post16_year_cap_pence)
    grant_per_child_pence: Mapped[int] = mapped_column(BigInteger, default=USUAL.grant_per_child_pence)
    sdq_threshold: Mapped[int] = mapped_column(default=USUAL.sdq_threshold)
    initiate_working_days: Mapped[int] = mapped_column(default=USUAL.initiate_working_days)
    complete_school_days: Mapped[int] = mapped_column(default=USUAL.complete_school_days)
    between_school_days: Mapped[int] = mapped_column(default=USUAL.between_school_days)
    counts_first_day: Mapped[bool] = mapped_column(default=USUAL.counts_first_day)
    first_group: Mapped[year_words.FirstGroup] = mapped_column(choice(year_words.FirstGroup), default=USUAL.first_group)
    two_in_setting: Mapped[bool] = mapped_column(default=USUAL.two_in_setting)
    last_day: Mapped[year_words.LastDay] = mapped_column(choice(year_words.LastDay), default=USUAL.last_day)
    satisfactory_grades: Mapped[year_words.SatisfactoryGrades] = mapped_column(
        choice(year_words.SatisfactoryGrades), default=USUAL.satisfactory_grades)
    sdq_from_age: Mapped[int] = mapped_column(default=USUAL.sdq_from_age)
    sdq_to_age: Mapped[int] = mapped_column(default=USUAL.sdq_to_age)
    sdq_valid_months: Mapped[int] = mapped_column(default=USUAL.sdq_valid_months)
    low_attendance_percent: Mapped[int] = mapped_column(default=USUAL.low_attendance_percent)
    figures_stale_days: Mapped[int] = mapped_column(default=USUAL.figures_stale_days)
    ehcp_within_days: Mapped[int] = mapped_column(default=USUAL.ehcp_within_days)
    withheld_address_blocks: Mapped[bool] = mapped_column(default=USUAL.withheld_address_blocks)
    graded_rule: Mapped[school_words.GradedRule] = mapped_column(choice(school_words.GradedRule), default=USUAL.graded_rule)
    card_rule: Mapped[school_words.CardRule] = mapped_column(choice(school_words.CardRule), default=USUAL.card_rule)
    new_to_roll_days: Mapped[int] = mapped_column(default=USUAL.new_to_roll_days)
    school_move_days: Mapped[int] = mapped_column(default=USUAL.school_move_days)
    attend_year_groups: Mapped[str] = mapped_column(Words(60), default=USUAL.attend_year_groups)
    send_reminders: Mapped[bool] = mapped_column(default=USUAL.send_reminders)
    remind_days_before: Mapped[str] = mapped_column(Words(40), default=USUAL.remind_days_before)
    remind_days_after: Mapped[str] = mapped_column(Words(40), default=USUAL.remind_days_after)
    escalate_after_days: Mapped[int] = mapped_column(default=USUAL.escalate_after_days)
    meetings_a_week: Mapped[int] = mapped_column(default=USUAL.meetings_a_week)
    terms: Mapped[list[Term]] = relationship(back_populates="year", order_by="Term.starts_on")

    __table_args__ = (CheckConstraint("ends_on > starts_on", name="ends_after_start"),)

    def __str__(self) -> str:
        return self.name


class Term(Tracked, Versioned, Base):
    """A term of the Virtual School's own calendar, with the PEP deadline of HB-1.4."""

    __tablename__ = "pep_term"

    year_id: Mapped[int] = mapped_column(ForeignKey("pep_academic_year.id"), index=True)
    name: Mapped[words.TermName] = mapped_column(choice(words.TermName))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    half_term_from: Mapped[date | None]
    half_term_to: Mapped[date | None]
    deadline_on: Mapped[date]
    dates_to_check: Mapped[bool] = mapped_column(default=False)
    launched_at: Mapped[datetime | None]
    year: Mapped[AcademicYear] = relationship(back_populates="terms")

    __table_args__ = (
        UniqueConstraint("year_id", "name"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
    )

    @property
    def label(self) -> str:
        """As people say it: "Autumn 2024-25"."""
        return f"{self.name.label} {self.year.name}"

    def __str__(self) -> str:
        return self.label


# --- people and schools ------------------------------------------------------------------------------------------------


class Person(Tracked, Versioned, Base):
    """A named person with one e-mail: designated teacher, social worker, carer or another professional."""

    __tablename__ = "pep_person"

    first_name: Mapped[str] = mapped_column(Words(100))
    last_name: Mapped[str] = mapped_column(Words(100), index=True)
    kind: Mapped[words.PersonKind] = mapped_column(choice(words.PersonKind), index=True)
    email: Mapped[str | None] = mapped_column(Words(254), unique=True)
    phone: Mapped[str | None] = mapped_column(Words(40))
    organisation: Mapped[str | None] = mapped_column(Words(200))
    bounced_on: Mapped[date | None]
    left_on: Mapped[date | None]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def has_working_address(self) -> bool:
        """Whether mail can be expected to reach them (HB-2.2)."""
        return bool(self.email) and self.bounced_on is None and self.left_on is None

    def __str__(self) -> str:
        return self.name


class School(Tracked, Versioned, Base):
    """Any setting where a child learns: a school, a nursery, a college, alternative provision.

    `head_name` is the national register's word for the head; `headteacher` is the person on record whom mail reaches. `laestab` is
    the authority's number and the establishment's, 3 + 4 figures: an academy and the school it was before share it.
    `options_in` is the year group in which the courses of key stage 4 are chosen.
    `less_than_good` is worked out by workflow/inspections.py alone: what is said by hand, else what the latest inspection says.
    """

    __tablename__ = "pep_school"

    urn: Mapped[str | None] = mapped_column(Words(6), unique=True)
    name: Mapped[str] = mapped_column(Words(200), index=True)
    kind: Mapped[words.SchoolKind] = mapped_column(choice(words.SchoolKind))
    phase: Mapped[words.SchoolPhase] = mapped_column(choice(words.SchoolPhase))
    local_authority_code: Mapped[str | None] = mapped_column(Words(3))
    laestab: Mapped[str | None] = mapped_column(Words(7), index=True)
    ukprn: Mapped[str | None] = mapped_column(Words(8))
    in_borough: Mapped[bool] = mapped_column(default=True)
    town: Mapped[str | None] = mapped_column(Words(100))
    postcode: Mapped[str | None] = mapped_column(Words(8))
    phone: Mapped[str | None] = mapped_column(Words(40))
    head_name: Mapped[str | None] = mapped_column(Words(200))
    less_than_good: Mapped[bool] = mapped_column(default=False)
    less_than_good_by_hand: Mapped[bool | None]
    less_than_good_reason: Mapped[str | None] = mapped_column(Words(500))
    finance_reference: Mapped[str | None] = mapped_column(Words(40))
    payment_method: Mapped[words.PaymentMethod] = mapped_column(choice(words.PaymentMethod), default=words.PaymentMethod.BACS)
    options_in: Mapped[school_words.OptionsYear] = mapped_column(choice(school_words.OptionsYear),
                                                                 default=school_words.OptionsYear.YEAR_9)
    closed_on: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("pep_school.id"), index=True)
    designated_teacher_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    headteacher_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    lead_confirmed_on: Mapped[date | None] = mapped_column(index=True)
    lead_confirmed_by: Mapped[str | None] = mapped_column(Words(64))
    lead_confirmed_name: Mapped[str | None] = mapped_column(Words(200))
    successor: Mapped[School | None] = relationship(remote_side="School.id", back_populates="predecessors")
    predecessors: Mapped[list[School]] = relationship(back_populates="successor", order_by="School.urn")
    designated_teacher: Mapped[Person | None] = relationship(foreign_keys=[designated_teacher_id])
    headteacher: Mapped[Person | None] = relationship(foreign_keys=[headteacher_id])

    def __str__(self) -> str:
        return self.name


class LeadQuestion(Tracked, Versioned, Base):
    """Whether somebody still is designated teacher of a school: asked of them, answered by them, decided by the Virtual School.

    An answer that names somebody else changes nothing by itself: an address that a leaver types must open no child's record.
    """

    __tablename__ = "pep_lead_question"

    school_id: Mapped[int] = mapped_column(ForeignKey("pep_school.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(Words(64))
    asked_name: Mapped[str] = mapped_column(Words(200))
    answer: Mapped[school_words.LeadAnswer | None] = mapped_column(choice(school_words.LeadAnswer))
    answered_at: Mapped[datetime | None]
    new_first_name: Mapped[str | None] = mapped_column(Words(100))
    new_last_name: Mapped[str | None] = mapped_column(Words(100))
    new_email: Mapped[str | None] = mapped_column(Words(254))
    new_from: Mapped[date | None]
    decision: Mapped[school_words.LeadDecision | None] = mapped_column(choice(school_words.LeadDecision))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(Words(64))
    decided_name: Mapped[str | None] = mapped_column(Words(200))
    decision_reason: Mapped[str | None] = mapped_column(Words(500))
    school: Mapped[School] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        Index("uq_pep_lead_question_open", "school_id", "person_id", unique=True, sqlite_where=text("answered_at IS NULL"),
              postgresql_where=text("answered_at IS NULL")),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_has_answer"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_has_decision"),
        CheckConstraint("answer IS NULL OR answer <> 'other' OR new_email IS NOT NULL", name="other_is_named"),
    )

    @property
    def new_name(self) -> str:
        """Whom the answer names, if anybody."""
        return f"{self.new_first_name or ''} {self.new_last_name or ''}".strip()

    def __str__(self) -> str:
        return f"Named lead of {self.school.name}"


# --- school calendars and inspections ----------------------------------------------------------------------------------


class SchoolCalendar(Tracked, Versioned, Base):
    """The calendar of one school, or of all schools of an authority, for one academic year.

    All three terms or none: without terms of its own it follows the authority's calendar, or the Virtual School's own (Term), and
    its closures come on top. With its own terms it stands by itself.
    """

    __tablename__ = "pep_school_calendar"

    year_id: Mapped[int] = mapped_column(ForeignKey("pep_academic_year.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("pep_school.id"), index=True)
    local_authority_code: Mapped[str | None] = mapped_column(Words(3), index=True)
    autumn_starts_on: Mapped[date | None]
    autumn_ends_on: Mapped[date | None]
    autumn_half_from: Mapped[date | None]
    autumn_half_to: Mapped[date | None]
    spring_starts_on: Mapped[date | None]
    spring_ends_on: Mapped[date | None]
    spring_half_from: Mapped[date | None]
    spring_half_to: Mapped[date | None]
    summer_starts_on: Mapped[date | None]
    summer_ends_on: Mapped[date | None]
    summer_half_from: Mapped[date | None]
    summer_half_to: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Words(500))
    year: Mapped[AcademicYear] = relationship()
    school: Mapped[School | None] = relationship()
    closures: Mapped[list[Closure]] = relationship(back_populates="calendar", order_by="Closure.starts_on")

    __table_args__ = (
        UniqueConstraint("year_id", "school_id"),
        UniqueConstraint("year_id", "local_authority_code"),
        CheckConstraint("(school_id IS NULL) <> (local_authority_code IS NULL)", name="of_a_school_or_an_authority"),
    )

    @property
    def whose(self) -> str:
        """Whose it is, as a heading says it: the school's name, or the authority's number."""
        return self.school.name if self.school else f"Local authority {self.local_authority_code}"

    @property
    def follows(self) -> bool:
        """Whether it has no terms of its own."""
        return self.autumn_starts_on is None

    def __str__(self) -> str:
        return f"{self.whose}, {self.year.name}"


class Closure(Tracked, Versioned, Base):
    """Days of a term on which a school, or all of an authority's, are shut to their pupils; first and last day included."""

    __tablename__ = "pep_closure"

    calendar_id: Mapped[int] = mapped_column(ForeignKey("pep_school_calendar.id"), index=True)
    kind: Mapped[school_words.ClosureKind] = mapped_column(choice(school_words.ClosureKind))
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(Words(500))
    calendar: Mapped[SchoolCalendar] = relationship(back_populates="closures")

    __table_args__ = (
        UniqueConstraint("calendar_id", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )

    def __str__(self) -> str:
        first = f"{self.kind.label}, {self.starts_on:%d %b %Y}"
        return first if self.ends_on == self.starts_on else f"{first} to {self.ends_on:%d %b %Y}"


class NonWorkingDay(Tracked, Versioned, Base):
    """A weekday on which nobody works in England, beside the usual bank holidays: a coronation, say."""

    __tablename__ = "pep_non_working_day"

    day_on: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(Words(200))

    def __str__(self) -> str:
        return f"{self.day_on:%d %b %Y}, {self.name}"


class Inspection(Tracked, Versioned, Base):
    """What Ofsted found at a school, under one of three regimes; only the columns of that regime are filled in.

    Whether it is less than good is validators/inspections.py's, under the rule of the academic year.
    """

    __tablename__ = "pep_inspection"

    school_id: Mapped[int] = mapped_column(ForeignKey("pep_school.id"), index=True)
    inspected_on: Mapped[date] = mapped_column(index=True)
    published_on: Mapped[date | None]
    regime: Mapped[school_words.InspectionRegime] = mapped_column(choice(school_words.InspectionRegime))
    overall: Mapped[school_words.OfstedGrade | None] = mapped_column(choice(school_words.OfstedGrade, "overall"))
    quality_of_education: Mapped[school_words.OfstedGrade | None] = mapped_column(choice(school_words.OfstedGrade, "quality"))
    behaviour: Mapped[school_words.OfstedGrade | None] = mapped_column(choice(school_words.OfstedGrade, "behaviour"))
    personal_development: Mapped[school_words.OfstedGrade | None] = mapped_column(choice(school_words.OfstedGrade, "personal"))
    leadership: Mapped[school_words.OfstedGrade | None] = mapped_column(choice(school_words.OfstedGrade, "leadership"))
    early_years: Mapped[school_words.OfstedGrade | None] = mapped_column(choice(school_words.OfstedGrade, "early_years"))
    sixth_form: Mapped[school_words.OfstedGrade | None] = mapped_column(choice(school_words.OfstedGrade, "sixth_form"))
    card_inclusion: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_inclusion"))
    card_teaching: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_teaching"))
    card_achievement: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_achievement"))
    card_attendance: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_attendance"))
    card_personal: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_personal"))
    card_leadership: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_leadership"))
    card_early_years: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_early_years"))
    card_post_16: Mapped[school_words.CardGrade | None] = mapped_column(choice(school_words.CardGrade, "card_post_16"))
    safeguarding_met: Mapped[bool | None]
    category: Mapped[school_words.InspectionCategory | None] = mapped_column(choice(school_words.InspectionCategory))
    note: Mapped[str | None] = mapped_column(Words(2_000))
    school: Mapped[School] = relationship()

    __table_args__ = (
        UniqueConstraint("school_id", "inspected_on"),
        CheckConstraint("published_on IS NULL OR published_on >= inspected_on", name="published_after"),
    )

    @property
    def judged(self) -> str:
        """The overall grade, where there is one."""
        return self.overall.label if self.overall else self.regime.label

    def __str__(self) -> str:
        return f"Inspection of {self.inspected_on:%d %b %Y}"


# --- the roll ----------------------------------------------------------------------------------------------------------


class Child(Tracked, Versioned, Base):
    """A child known to the Virtual School. Current school, worker and home are written only by workflow/roll.py.

    `setting_unknown_since` is the day from which the next school has to be found out: the last one ended and none is named.
    """

    __tablename__ = "pep_child"

    first_name: Mapped[str] = mapped_column(Words(100), default="", index=True)
    last_name: Mapped[str] = mapped_column(Words(100), default="", index=True)
    known_as: Mapped[str | None] = mapped_column(Words(100), index=True)
    date_of_birth: Mapped[date] = mapped_column(index=True)
    upn: Mapped[str | None] = mapped_column(Words(13), unique=True)
    lcs_id: Mapped[str | None] = mapped_column(Words(40), unique=True)
    entered_care_on: Mapped[date] = mapped_column(index=True)
    notified_on: Mapped[date | None]
    left_care_on: Mapped[date | None] = mapped_column(index=True)
    legal_status: Mapped[words.LegalStatus] = mapped_column(choice(words.LegalStatus))
    sen_status: Mapped[words.SenStatus] = mapped_column(choice(words.SenStatus), default=words.SenStatus.NONE)
    ehcp_review_on: Mapped[date | None]
    year_group_override: Mapped[str | None] = mapped_column(Words(2))
    year_group_reason: Mapped[str | None] = mapped_column(Words(500))
    setting_unknown_since: Mapped[date | None] = mapped_column(index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("pep_school.id"), index=True)
    social_worker_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    carer_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    case_officer_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    case_rating: Mapped[words.CaseRating | None] = mapped_column(choice(words.CaseRating), index=True)
    school: Mapped[School | None] = relationship()
    social_worker: Mapped[Person | None] = relationship(foreign_keys=[social_worker_id])
    carer: Mapped[Person | None] = relationship(foreign_keys=[carer_id])
    case_officer: Mapped[Person | None] = relationship(foreign_keys=[case_officer_id])

    __table_args__ = (
        CheckConstraint("left_care_on IS NULL OR left_care_on >= entered_care_on", name="leaves_after_entering"),
    )

    @property
    def name(self) -> str:
        """Full name, or what stands in its place while a return gave only a number."""
        full = f"{self.first_name} {self.last_name}".strip()
        return full or f"Name not known, ref {self.lcs_id or self.id}"

    @property
    def called(self) -> str:
        return self.known_as or self.first_name or self.name

    @property
    def names(self) -> tuple[str, ...]:
        """The child's own names, as they are looked for in what people write."""
        return tuple(name for name in (self.known_as, self.first_name, self.last_name) if name)

    def __str__(self) -> str:
        return self.name


class Enrolment(Tracked, Versioned, OfChild, Base):
    """A child at a school, from-to; the open one is the child's school."""

    __tablename__ = "pep_enrolment"

    school_id: Mapped[int] = mapped_column(ForeignKey("pep_school.id"), index=True)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    leaving_reason: Mapped[words.LeavingReason | None] = mapped_column(choice(words.LeavingReason))
    child: Mapped[Child] = relationship()
    school: Mapped[School] = relationship()

    __table_args__ = (
        Index("uq_pep_enrolment_open", "child_id", unique=True, sqlite_where=text("ended_on IS NULL"),
              postgresql_where=text("ended_on IS NULL")),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
    )


class CareEpisode(Tracked, Versioned, OfChild, Base):
    """A period in care; the open one says that the child is looked after now."""

    __tablename__ = "pep_care_episode"

    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None] = mapped_column(Words(200))
    child: Mapped[Child] = relationship()

    __table_args__ = (
        Index("uq_pep_care_episode_open", "child_id", unique=True, sqlite_where=text("ended_on IS NULL"),
              postgresql_where=text("ended_on IS NULL")),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
    )


class CarePlacement(Tracked, Versioned, OfChild, Base):
    """A home: where the child lives and with whom, from-to."""

    __tablename__ = "pep_care_placement"

    kind: Mapped[words.PlacementKind] = mapped_column(choice(words.PlacementKind))
    carer_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    child: Mapped[Child] = relationship()
    carer: Mapped[Person | None] = relationship()

    __table_args__ = (
        Index("uq_pep_care_placement_open", "child_id", unique=True, sqlite_where=text("ended_on IS NULL"),
              postgresql_where=text("ended_on IS NULL")),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
    )


class Caseload(Tracked, Versioned, OfChild, Base):
    """A social worker for a child, from-to; the open one may see the child."""

    __tablename__ = "pep_caseload"

    social_worker_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    child: Mapped[Child] = relationship()
    social_worker: Mapped[Person] = relationship()

    __table_args__ = (
        Index("uq_pep_caseload_open", "child_id", unique=True, sqlite_where=text("ended_on IS NULL"),
              postgresql_where=text("ended_on IS NULL")),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
    )


class PlannedMove(Tracked, Versioned, OfChild, Base):
    """What is to become of a child's school, and of a year group set by hand, when the roll moves on into an academic year.

    A plan opens nothing to the next school; `rolled_at` says that it was carried out. `group_before` and `group_reason_before` are
    what stood then.
    """

    __tablename__ = "pep_planned_move"

    year_id: Mapped[int] = mapped_column(ForeignKey("pep_academic_year.id"), index=True)
    step: Mapped[words.NextStep] = mapped_column(choice(words.NextStep))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("pep_school.id"), index=True)
    keeps_group: Mapped[bool] = mapped_column(default=False)
    rolled_at: Mapped[datetime | None]
    group_before: Mapped[str | None] = mapped_column(Words(2))
    group_reason_before: Mapped[str | None] = mapped_column(Words(500))
    child: Mapped[Child] = relationship()
    year: Mapped[AcademicYear] = relationship()
    school: Mapped[School | None] = relationship()

    __table_args__ = (
        UniqueConstraint("child_id", "year_id"),
        CheckConstraint("(step = 'moves') = (school_id IS NOT NULL)", name="moves_to_a_school"),
    )

    @property
    def text(self) -> str:
        """The plan in one word, to see whether it is still what a page was filled with."""
        return f"{self.step.value}:{self.school_id or ''}:{'keep' if self.keeps_group else 'up'}"


class SdqScore(Tracked, Versioned, OfChild, Base):
    """A total of the strengths and difficulties questionnaire; the questions are never kept."""

    __tablename__ = "pep_sdq_score"

    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    total: Mapped[int]
    completed_on: Mapped[date]
    completed_by: Mapped[words.SdqBy] = mapped_column(choice(words.SdqBy))
    child: Mapped[Child] = relationship()

    __table_args__ = (
        UniqueConstraint("child_id", "completed_on", "completed_by"),
        CheckConstraint("total BETWEEN 0 AND 40", name="total_in_range"),
    )

    def __str__(self) -> str:
        return f"SDQ total of {self.completed_on:%d %b %Y}"


class Suspension(Tracked, Versioned, OfChild, Base):
    """A child sent away from school, for some days or for good (HB-3.6). `half_days` is what was lost, in sessions."""

    __tablename__ = "pep_suspension"

    school_id: Mapped[int] = mapped_column(ForeignKey("pep_school.id"), index=True)
    kind: Mapped[words.SuspensionKind] = mapped_column(choice(words.SuspensionKind))
    started_on: Mapped[date] = mapped_column(index=True)
    ended_on: Mapped[date | None]
    half_days: Mapped[int | None]
    reason: Mapped[words.SuspensionReason | None] = mapped_column(choice(words.SuspensionReason))
    second_reason: Mapped[words.SuspensionReason | None] = mapped_column(choice(words.SuspensionReason, "second_reason"))
    third_reason: Mapped[words.SuspensionReason | None] = mapped_column(choice(words.SuspensionReason, "third_reason"))
    told_us_on: Mapped[date | None]
    work_set: Mapped[bool | None]
    sixth_day_provision: Mapped[str | None] = mapped_column(Words(500))
    back_to_school_talk_on: Mapped[date | None]
    advice: Mapped[str | None] = mapped_column(Words(2_000))
    child: Mapped[Child] = relationship()
    school: Mapped[School] = relationship()

    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        CheckConstraint("half_days IS NULL OR half_days > 0", name="half_days_positive"),
    )

    def __str__(self) -> str:
        return f"{self.kind.label} of {self.started_on:%d %b %Y}"


class Consent(Tracked, Versioned, OfChild, Base):
    """Who decides a matter for the child, and what was decided (HB-3.7). It records a consent; it is not the consent."""

    __tablename__ = "pep_consent"

    matter: Mapped[words.ConsentFor] = mapped_column(choice(words.ConsentFor))
    who_decides: Mapped[words.ConsentBy] = mapped_column(choice(words.ConsentBy))
    decision: Mapped[words.ConsentDecision | None] = mapped_column(choice(words.ConsentDecision))
    given_on: Mapped[date | None]
    conditions: Mapped[str | None] = mapped_column(Words(500))
    days_notice: Mapped[int | None]
    child: Mapped[Child] = relationship()

    __table_args__ = (UniqueConstraint("child_id", "matter"),)

    def __str__(self) -> str:
        return self.matter.label


class AttendingNote(Tracked, Versioned, OfChild, Base):
    """What somebody says about whether the Virtual School should come to a child's meeting (HB-3.10), until it is cleared.

    An officer says that an independent chair is needed, or that the special needs are significant; a school asks, about one PEP.
    """

    __tablename__ = "pep_attending_note"

    kind: Mapped[meeting_words.AttendingNoteKind] = mapped_column(choice(meeting_words.AttendingNoteKind))
    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    reason: Mapped[str] = mapped_column(Words(500), default="")
    set_by: Mapped[str] = mapped_column(Words(64))
    set_name: Mapped[str] = mapped_column(Words(200))
    set_at: Mapped[datetime]
    cleared_by: Mapped[str | None] = mapped_column(Words(64))
    cleared_name: Mapped[str | None] = mapped_column(Words(200))
    cleared_at: Mapped[datetime | None]
    cleared_reason: Mapped[str | None] = mapped_column(Words(500))
    child: Mapped[Child] = relationship()
    pep: Mapped[Pep | None] = relationship()

    __table_args__ = (
        CheckConstraint("(kind = 'school_asks') = (pep_id IS NOT NULL)", name="a_school_asks_about_a_pep"),
        Index("uq_pep_attending_note_child", "child_id", "kind", unique=True,
              sqlite_where=text("cleared_at IS NULL AND pep_id IS NULL"),
              postgresql_where=text("cleared_at IS NULL AND pep_id IS NULL")),
        Index("uq_pep_attending_note_pep", "pep_id", unique=True,
              sqlite_where=text("cleared_at IS NULL AND pep_id IS NOT NULL"),
              postgresql_where=text("cleared_at IS NULL AND pep_id IS NOT NULL")),
    )

    def __str__(self) -> str:
        return self.kind.label


class ExclusionAlert(Tracked, Versioned, OfChild, Base):
    """The Virtual School was told that a child's place at school is at risk, or that they were sent away (HB-3.6), on any day.

    `happened` is what happened or is feared; what is told later is put under it with its day. One is open for a child at a time:
    until the Virtual School, which says what it advised, closes it. `awaits_advice` until it did, and again once more was told.
    `pep_id` where an answer in that PEP told it.
    """

    __tablename__ = "pep_exclusion_alert"

    school_id: Mapped[int | None] = mapped_column(ForeignKey("pep_school.id"), index=True)
    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    concern: Mapped[school_words.ExclusionConcern] = mapped_column(choice(school_words.ExclusionConcern))
    since_on: Mapped[date]
    happened: Mapped[str] = mapped_column(Words(5_000))
    tried: Mapped[str] = mapped_column(Words(5_000), default="")
    told_by: Mapped[str] = mapped_column(Words(64))
    told_name: Mapped[str] = mapped_column(Words(200))
    told_on: Mapped[date] = mapped_column(index=True)
    advice: Mapped[str | None] = mapped_column(Words(2_000))
    advised_by: Mapped[str | None] = mapped_column(Words(64))
    advised_name: Mapped[str | None] = mapped_column(Words(200))
    advised_on: Mapped[date | None]
    awaits_advice: Mapped[bool] = mapped_column(default=True)
    closed_by: Mapped[str | None] = mapped_column(Words(64))
    closed_name: Mapped[str | None] = mapped_column(Words(200))
    closed_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(Words(500))
    child: Mapped[Child] = relationship()
    school: Mapped[School | None] = relationship()
    pep: Mapped[Pep | None] = relationship()

    __table_args__ = (
        Index("uq_pep_exclusion_alert_open", "child_id", unique=True, sqlite_where=text("closed_on IS NULL"),
              postgresql_where=text("closed_on IS NULL")),
        CheckConstraint("(advice IS NULL) = (advised_on IS NULL)", name="advised_on_a_day"),
        CheckConstraint("(closed_on IS NULL) = (outcome IS NULL)", name="closed_with_an_outcome"),
    )

    def __str__(self) -> str:
        return self.concern.label


class AlertAdvice(Tracked, Versioned, OfChild, Base):
    """What the Virtual School advised or did on an alert that the record tells by itself: a suspension, 45 days, no school, a
    reduced timetable without an end. Of an exclusion risk that somebody told, the advice stands with it (ExclusionAlert).

    `occurrence` says which one of its kind it is, for good: what comes again has another (workflow/alerts.py).
    """

    __tablename__ = "pep_alert_advice"

    kind: Mapped[school_words.AlertKind] = mapped_column(choice(school_words.AlertKind))
    occurrence: Mapped[str] = mapped_column(Words(60))
    since_on: Mapped[date]
    what: Mapped[str] = mapped_column(Words(500))
    advice: Mapped[str] = mapped_column(Words(2_000))
    advised_on: Mapped[date] = mapped_column(index=True)
    advised_by: Mapped[str] = mapped_column(Words(64))
    advised_name: Mapped[str] = mapped_column(Words(200))
    child: Mapped[Child] = relationship()

    __table_args__ = (UniqueConstraint("child_id", "kind", "occurrence"),)

    def __str__(self) -> str:
        return f"{self.kind.label}: {self.what}"


class AlertNotice(OfChild, Base):
    """That an officer got word of an alert, each once, in the transaction that queued the letter; never changed."""

    __tablename__ = "pep_alert_notice"

    kind: Mapped[school_words.AlertKind] = mapped_column(choice(school_words.AlertKind))
    occurrence: Mapped[str] = mapped_column(Words(60))
    person_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("pep_delivery.id"), index=True)
    told_on: Mapped[date]
    child: Mapped[Child] = relationship()
    person: Mapped[Person] = relationship()
    delivery: Mapped[Delivery] = relationship()

    __table_args__ = (UniqueConstraint("child_id", "kind", "occurrence", "person_id"),)


# --- the PEP -----------------------------------------------------------------------------------------------------------


class FormVersion(Base):
    """The document's declaration as it stood when a PEP was opened (pep_form.snapshot), under its digest; never changed.

    `declared` is large and the same for every PEP of a year: it is read when it is asked for, once (pep_document/shelf.form_of).
    """

    __tablename__ = "pep_form_version"

    digest: Mapped[str] = mapped_column(Words(64), unique=True)
    declared: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    created_at: Mapped[datetime]


class Pep(Tracked, Versioned, OfChild, Base):
    """One Personal Education Plan of one child in one term. Its status moves only by the verbs of workflow/."""

    __tablename__ = "pep_pep"

    reference: Mapped[str] = mapped_column(Words(20), unique=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("pep_term.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("pep_school.id"), index=True)
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    social_worker_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    attending_officer_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("pep_form_version.id"), index=True)
    kind: Mapped[words.PepKind] = mapped_column(choice(words.PepKind))
    reason: Mapped[str | None] = mapped_column(Words(500))
    status: Mapped[words.PepStatus] = mapped_column(choice(words.PepStatus), default=words.PepStatus.INITIATED, index=True)
    year_group: Mapped[str] = mapped_column(Words(2), default="")
    initiated_on: Mapped[date]
    delegated_at: Mapped[datetime | None]
    due_on: Mapped[date] = mapped_column(index=True)
    due_rule: Mapped[str] = mapped_column(Words(300))
    meeting_at: Mapped[datetime | None]
    next_pep_on: Mapped[date | None]
    submitted_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    closing_reason: Mapped[str | None] = mapped_column(Words(500))
    grade: Mapped[words.Grade | None] = mapped_column(choice(words.Grade))
    reopened: Mapped[list[str] | None] = mapped_column(Keys())
    """The sections that were sent back by themselves and are open (validators/reopening.py); None where every section is."""
    child: Mapped[Child] = relationship()
    term: Mapped[Term] = relationship()
    school: Mapped[School | None] = relationship()
    writer: Mapped[Person | None] = relationship(foreign_keys=[writer_id])
    social_worker: Mapped[Person | None] = relationship(foreign_keys=[social_worker_id])
    attending_officer: Mapped[Person | None] = relationship(foreign_keys=[attending_officer_id])
    """Who of the Virtual School goes to its meeting (HB-3.10); none while nobody has been named."""
    form_version: Mapped[FormVersion] = relationship()
    targets: Mapped[list[Target]] = relationship(back_populates="pep", order_by="Target.number")
    requests: Mapped[list[PpgRequest]] = relationship(back_populates="pep", order_by="PpgRequest.id")

    __table_args__ = (
        # HB-1.4: one PEP of the term; a change, need or funding PEP may stand beside it.
        Index("uq_pep_pep_one_a_term", "child_id", "term_id", unique=True,
              sqlite_where=text("kind IN ('initial', 'termly') AND status <> 'withdrawn'"),
              postgresql_where=text("kind IN ('initial', 'termly') AND status <> 'withdrawn'")),
        # HB-1.5: one funding PEP at a time.
        Index("uq_pep_pep_one_funding", "child_id", unique=True,
              sqlite_where=text("kind = 'funding' AND status NOT IN ('complete', 'withdrawn')"),
              postgresql_where=text("kind = 'funding' AND status NOT IN ('complete', 'withdrawn')")),
        Index("ix_pep_pep_term_status", "term_id", "status"),
    )

    @property
    def designated_teacher_id(self) -> int | None:
        """The designated teacher of its school today."""
        return self.school.designated_teacher_id if self.school else None

    def __str__(self) -> str:
        return self.reference


class Waiver(Tracked, OfPep, Base):
    """A gate that the head opened for one PEP, with the reason: `check` (RD-308, the carer's words), `field` and `row_key` say
    which.

    `sentence` is what was let pass, as the head read it. `school_reads`: the school may read the reason too. It stands until it
    ends: withdrawn by the head, or because the PEP was sent back.
    """

    __tablename__ = "pep_waiver"

    check: Mapped[str] = mapped_column(Words(20))
    field: Mapped[str] = mapped_column(Words(60), default="")
    row_key: Mapped[str] = mapped_column(Words(40), default="")
    code: Mapped[str] = mapped_column(Words(20), default="")
    sentence: Mapped[str] = mapped_column(Words(5_000), default="")
    reason: Mapped[str] = mapped_column(Words(500))
    school_reads: Mapped[bool] = mapped_column(default=False)
    waived_by: Mapped[str] = mapped_column(Words(64))
    waived_name: Mapped[str] = mapped_column(Words(200))
    waived_at: Mapped[datetime] = mapped_column(index=True)
    ended_by: Mapped[str | None] = mapped_column(Words(64))
    ended_name: Mapped[str | None] = mapped_column(Words(200))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(Words(500))
    pep: Mapped[Pep] = relationship()

    __table_args__ = (
        Index("uq_pep_waiver_standing", "pep_id", "check", "field", "row_key", unique=True,
              sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ends_with_a_reason"),
    )

    def __str__(self) -> str:
        return f"Waiver of {self.check} for {self.pep}"


class PepPart(Tracked, Versioned, OfPep, Base):
    """What the three parts share: their answers and their signature. Only pep_document.py touches the answers.

    `carried`: keys of answers that came over from the PEP before and that nobody has said are still right (HB-1.6). `reopened_at`:
    when the PEP was sent back, until something in the part is changed.
    """

    __abstract__ = True

    @declared_attr
    def pep_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("pep_pep.id"), unique=True)

    @declared_attr
    def pep(cls) -> Mapped[Pep]:
        return relationship()

    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sensitive_answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    carried: Mapped[list[str]] = mapped_column(default=list)
    signed_by: Mapped[str | None] = mapped_column(Words(64))
    signed_name: Mapped[str | None] = mapped_column(Words(200))
    signed_at: Mapped[datetime | None]
    signed_reason: Mapped[str | None] = mapped_column(Words(500))
    reopened_at: Mapped[datetime | None]


class Wording(OfPep, Base):
    """The mark of a text that is to be one child's own, so that the same words in another child's PEP are found without being read.

    Of the words nothing can be told from it. `place`: the key of the field, or `target-` with the target's id.
    """

    __tablename__ = "pep_wording"

    place: Mapped[str] = mapped_column(Words(60))
    mark: Mapped[str] = mapped_column(Words(32), index=True)

    __table_args__ = (UniqueConstraint("pep_id", "place"),)


class FrozenFacts(OfPep, Base):
    """What stood beside a PEP's answers when it was sent or closed (the child, names, SDQ totals): the record keeps that day's."""

    __tablename__ = "pep_frozen_facts"

    pep_id: Mapped[int] = mapped_column(ForeignKey("pep_pep.id"), unique=True)
    facts: Mapped[dict[str, Any]]
    pep: Mapped[Pep] = relationship()


class SocialCareSection(PepPart):
    """Part 1, the social worker's (HB-2.3)."""

    __tablename__ = "pep_social_care_section"


class EducationSection(PepPart):
    """Part 2, the named writer's (HB-2.4)."""

    __tablename__ = "pep_education_section"


class MeetingSection(PepPart):
    """Part 3, the social worker's (HB-2.5)."""

    __tablename__ = "pep_meeting_section"


class Attainment(Tracked, Versioned, OfPep, Base):
    """A judgement in one subject, made for one PEP (HB-4.1, HB-4.9): values in the words of a scale (scales.py) or the school's.

    `on_track` is the one by which reports count; empty where the value is of a scale and the subject is not English or maths.
    """

    __tablename__ = "pep_attainment"

    position: Mapped[int] = mapped_column(default=0)
    subject: Mapped[str] = mapped_column(Words(80))
    current: Mapped[str] = mapped_column(Words(40))
    expected: Mapped[str | None] = mapped_column(Words(40))
    target: Mapped[str | None] = mapped_column(Words(40))
    on_track: Mapped[words.OnTrack | None] = mapped_column(choice(words.OnTrack))
    progress: Mapped[form_words.Progress | None] = mapped_column(choice(form_words.Progress))
    pep: Mapped[Pep] = relationship()


class AttendanceSummary(Tracked, Versioned, OfPep, Base):
    """Sessions (half days) from the start of the year to a date, stated for one PEP (HB-4.1)."""

    __tablename__ = "pep_attendance_summary"

    position: Mapped[int] = mapped_column(default=0)
    possible: Mapped[int]
    present: Mapped[int]
    authorised: Mapped[int | None]
    unauthorised: Mapped[int | None]
    late: Mapped[int | None]
    figures_to: Mapped[date]
    pep: Mapped[Pep] = relationship()

    __table_args__ = (CheckConstraint("present BETWEEN 0 AND possible", name="present_within_possible"),)


class Attendee(Tracked, Versioned, OfPep, Base):
    """Somebody invited to the meeting, and how they took part (HB-3.2)."""

    __tablename__ = "pep_attendee"

    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(Words(200))
    role: Mapped[words.AttendeeRole] = mapped_column(choice(words.AttendeeRole))
    invited_on: Mapped[date | None]
    took_part: Mapped[words.Attendance] = mapped_column(choice(words.Attendance))
    report_asked: Mapped[bool | None]
    report_received: Mapped[bool | None]
    pep: Mapped[Pep] = relationship()


class AgreedAction(Tracked, Versioned, OfPep, Base):
    """What somebody promised at the meeting, by when (HB-3.9), and on which day who said that it is done."""

    __tablename__ = "pep_agreed_action"

    position: Mapped[int] = mapped_column(default=0)
    what: Mapped[str] = mapped_column(Words(500))
    who: Mapped[str] = mapped_column(Words(200))
    by_on: Mapped[date] = mapped_column(index=True)
    done_on: Mapped[date | None]
    done_by: Mapped[str | None] = mapped_column(Words(64))
    done_name: Mapped[str | None] = mapped_column(Words(200))
    pep: Mapped[Pep] = relationship()

    __table_args__ = (CheckConstraint("(done_on IS NULL) = (done_by IS NULL)", name="done_by_somebody"),)

    def __str__(self) -> str:
        return self.what


class MeetingNotice(Tracked, Versioned, OfPep, Base):
    """What the calendars of those who were invited were told of a PEP's meeting, as it was told last.

    `uid` names the meeting in every calendar and stays; `sequence` counts the changes that were told. When it is and how it is held
    are the PEP's own (Pep.meeting_at, its Part 3). One stands for a PEP at a time, until the meeting is called off.
    """

    __tablename__ = "pep_meeting_notice"

    uid: Mapped[str] = mapped_column(Words(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    how: Mapped[words.MeetingHow | None] = mapped_column(choice(words.MeetingHow))
    called_off_at: Mapped[datetime | None]
    pep: Mapped[Pep] = relationship()
    invitations: Mapped[list[MeetingInvitation]] = relationship(back_populates="notice", order_by="MeetingInvitation.id")

    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes_positive"),
        Index("uq_pep_meeting_notice_standing", "pep_id", unique=True, sqlite_where=text("called_off_at IS NULL"),
              postgresql_where=text("called_off_at IS NULL")),
    )

    def __str__(self) -> str:
        return f"Meeting {self.uid}"


class MeetingInvitation(Tracked, Versioned, OfPep, Base):
    """Somebody whose calendar is told of a meeting, until they are not invited any more; `sequence` is the change told last.

    `gone`: it ended because they have nothing to do with the PEP any more, not because somebody chose so.
    """

    __tablename__ = "pep_meeting_invitation"

    notice_id: Mapped[int] = mapped_column(ForeignKey("pep_meeting_notice.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    gone: Mapped[bool] = mapped_column(default=False)
    notice: Mapped[MeetingNotice] = relationship(back_populates="invitations")
    person: Mapped[Person] = relationship()
    pep: Mapped[Pep] = relationship()

    __table_args__ = (UniqueConstraint("notice_id", "person_id"),)

    def __str__(self) -> str:
        return f"Invitation of {self.person}"


class Target(Tracked, Versioned, OfPep, Base):
    """A SMART target, its fields following the steps of HB-5.4.

    `kept_from_id`: the target of an earlier PEP that goes on in this one (HB-5.7); followed up, it leads to the first form.
    """

    __tablename__ = "pep_target"

    number: Mapped[int]
    area: Mapped[words.TargetArea] = mapped_column(choice(words.TargetArea))
    subject: Mapped[words.Subject] = mapped_column(choice(words.Subject))
    is_strength: Mapped[bool] = mapped_column(default=False)
    answers_sdq: Mapped[bool] = mapped_column(default=False)
    need: Mapped[str] = mapped_column(Words(2_000), default="")
    support_what: Mapped[str] = mapped_column(Words(500), default="")
    support_when: Mapped[str] = mapped_column(Words(200), default="")
    support_where: Mapped[str] = mapped_column(Words(200), default="")
    support_who: Mapped[str] = mapped_column(Words(200), default="")
    support_how_often: Mapped[str] = mapped_column(Words(200), default="")
    outcome: Mapped[str] = mapped_column(Words(2_000))
    baseline: Mapped[str] = mapped_column(Words(500), default="")
    success_measure: Mapped[str] = mapped_column(Words(500), default="")
    due_on: Mapped[date | None]
    look_on: Mapped[date | None]
    from_plan: Mapped[str | None] = mapped_column(Words(500))
    child_agrees: Mapped[str | None] = mapped_column(Words(20))
    child_wording: Mapped[str | None] = mapped_column(Words(1_000))
    kept_from_id: Mapped[int | None] = mapped_column(ForeignKey("pep_target.id"), index=True)
    pep: Mapped[Pep] = relationship(back_populates="targets")

    __table_args__ = (UniqueConstraint("pep_id", "number"),)

    def __str__(self) -> str:
        return f"Target {self.number}"


class TargetReview(Tracked, Versioned, OfPep, Base):
    """What became of an earlier target, said in this PEP (HB-5.7)."""

    __tablename__ = "pep_target_review"

    position: Mapped[int] = mapped_column(default=0)
    target_id: Mapped[int] = mapped_column(ForeignKey("pep_target.id"), index=True)
    outcome: Mapped[words.TargetOutcome] = mapped_column(choice(words.TargetOutcome))
    what_happened: Mapped[str] = mapped_column(Words(2_000))
    support_effect: Mapped[str] = mapped_column(Words(20))
    child_view: Mapped[str | None] = mapped_column(Words(2_000))
    next: Mapped[words.TargetNext] = mapped_column(choice(words.TargetNext))
    pep: Mapped[Pep] = relationship()
    target: Mapped[Target] = relationship()

    __table_args__ = (UniqueConstraint("pep_id", "target_id"),)


class ProgressNote(Tracked, OfPep, Base):
    """What somebody saw of a target on a day between PEPs (HB-5.8), with the child or without; the PEP may long be signed off.

    `pep_id` is that of the target. A note is written once; a second thought is a second note. One that should not stand is
    struck: its row stays, its words are no longer shown.
    """

    __tablename__ = "pep_progress_note"

    target_id: Mapped[int] = mapped_column(ForeignKey("pep_target.id"), index=True)
    seen_on: Mapped[date]
    what: Mapped[str] = mapped_column(Words(2_000))
    with_child: Mapped[bool] = mapped_column(default=False)
    noted_by: Mapped[str] = mapped_column(Words(64))
    noted_name: Mapped[str] = mapped_column(Words(200))
    noted_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    struck_name: Mapped[str | None] = mapped_column(Words(200))
    struck_reason: Mapped[str | None] = mapped_column(Words(500))
    pep: Mapped[Pep] = relationship()
    target: Mapped[Target] = relationship()

    def __str__(self) -> str:
        return f"Note of {self.seen_on:%d %b %Y}"


# --- documents ---------------------------------------------------------------------------------------------------------


class Document(Tracked, Versioned, OfChild, Base):
    """A file that somebody keeps with a child: a report, an EHCP, a picture of work (P2.78). Its bytes are DocumentContent's.

    Without a PEP it is the child's alone, as every plan is. `sha256` and `size` (bytes) are of what is kept, `given_sha256` of what
    was handed in: a picture is drawn anew before it is kept. `school_reads`: the school's side may know of it (HB-3.11).
    Taken away, it stays until the child's record ends.

    pep_form.Document is another thing: a PEP as it is read. Elsewhere this one is only ever `models.Document`.
    """

    __tablename__ = "pep_document"
    __untracked__ = frozenset({"_sentinel", "row_version", "sha256", "given_sha256"})

    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    kind: Mapped[document_words.DocumentKind] = mapped_column(choice(document_words.DocumentKind))
    title: Mapped[str] = mapped_column(Words(200))
    dated_on: Mapped[date | None]
    school_reads: Mapped[bool] = mapped_column(default=True)
    file_name: Mapped[str] = mapped_column(Words(200))
    media_type: Mapped[document_words.MediaType] = mapped_column(choice(document_words.MediaType, length=80))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Words(64))
    given_sha256: Mapped[str] = mapped_column(Words(64))
    added_by: Mapped[str] = mapped_column(Words(64))
    added_name: Mapped[str] = mapped_column(Words(200))
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(Words(64))
    removed_name: Mapped[str | None] = mapped_column(Words(200))
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str | None] = mapped_column(Words(500))
    child: Mapped[Child] = relationship()
    pep: Mapped[Pep | None] = relationship()

    __table_args__ = (
        # The same file twice under one kind is one document: of a PEP, and of the child. One that is kept from the school is told
        # to nobody by its second coming.
        Index("uq_pep_document_pep_file", "pep_id", "kind", "given_sha256", "school_reads", unique=True,
              sqlite_where=text("removed_at IS NULL AND pep_id IS NOT NULL"),
              postgresql_where=text("removed_at IS NULL AND pep_id IS NOT NULL")),
        Index("uq_pep_document_child_file", "child_id", "kind", "given_sha256", "school_reads", unique=True,
              sqlite_where=text("removed_at IS NULL AND pep_id IS NULL"),
              postgresql_where=text("removed_at IS NULL AND pep_id IS NULL")),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("(removed_at IS NULL) = (removed_reason IS NULL)", name="removed_with_a_reason"),
        CheckConstraint("pep_id IS NULL OR kind NOT IN ('ehcp', 'support_plan', 'healthcare_plan')", name="plans_are_the_childs"),
    )

    def __str__(self) -> str:
        return self.title


class DocumentContent(OfChild, Base):
    """The bytes of a document, apart from it, so that no list ever reads them. Written once."""

    __tablename__ = "pep_document_content"

    document_id: Mapped[int] = mapped_column(ForeignKey("pep_document.id"), unique=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


# --- money -------------------------------------------------------------------------------------------------------------


class PpgRequest(Tracked, Versioned, OfPep, Base):
    """Money asked for under a target (HB-6). Its status moves only by the verbs of workflow/ppg.py and payments.py."""

    __tablename__ = "pep_ppg_request"

    target_id: Mapped[int | None] = mapped_column(ForeignKey("pep_target.id"), index=True)
    category: Mapped[words.PpgCategory] = mapped_column(choice(words.PpgCategory))
    description: Mapped[str] = mapped_column(Words(500))
    provider: Mapped[str] = mapped_column(Words(200), default="")
    payee_school_id: Mapped[int | None] = mapped_column(ForeignKey("pep_school.id"), index=True)
    payee_name: Mapped[str | None] = mapped_column(Words(200))
    quantity: Mapped[int]
    unit: Mapped[str] = mapped_column(Words(40))
    unit_cost_pence: Mapped[int] = mapped_column(BigInteger)
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    approved_pence: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[words.PpgStatus] = mapped_column(choice(words.PpgStatus), default=words.PpgStatus.DRAFT, index=True)
    decided_by: Mapped[str | None] = mapped_column(Words(64))
    decided_name: Mapped[str | None] = mapped_column(Words(200))
    decided_on: Mapped[date | None]
    decision_reason: Mapped[str | None] = mapped_column(Words(500))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    measure_before: Mapped[str | None] = mapped_column(Words(100))
    measure_after: Mapped[str | None] = mapped_column(Words(100))
    beyond_ordinary: Mapped[str | None] = mapped_column(Words(1_000))
    other_money: Mapped[str | None] = mapped_column(Words(80))
    child_said: Mapped[str | None] = mapped_column(Words(1_000))
    pep: Mapped[Pep] = relationship(back_populates="requests")
    target: Mapped[Target | None] = relationship()
    payee_school: Mapped[School | None] = relationship()

    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_cost_pence > 0", name="unit_cost_positive"),
        CheckConstraint("quantity * unit_cost_pence = amount_pence", name="fully_costed"),
        CheckConstraint("approved_pence IS NULL OR approved_pence BETWEEN 1 AND amount_pence", name="approved_within_asked"),
        CheckConstraint("(status IN ('approved', 'released')) = (approved_pence IS NOT NULL)", name="approved_has_amount"),
    )

    @property
    def payee(self) -> str:
        return self.payee_school.name if self.payee_school else (self.payee_name or "")

    @property
    def other_money_kinds(self) -> tuple[money_words.OtherMoney, ...]:
        """What `other_money` holds, codes with a space between, in the order of the vocabulary."""
        kept = set((self.other_money or "").split())
        return tuple(each for each in money_words.OtherMoney if each.value in kept)

    def __str__(self) -> str:
        return self.description


class FundingEffect(Tracked, Versioned, OfPep, Base):
    """What became of money that was released under an earlier PEP, said in this one (HB-6.5, 6.8); `unspent_pence` is what is left
    of it in the payee's hands, which gives no headroom back until it is returned."""

    __tablename__ = "pep_funding_effect"

    position: Mapped[int] = mapped_column(default=0)
    request_id: Mapped[int] = mapped_column(ForeignKey("pep_ppg_request.id"), index=True)
    given: Mapped[money_words.MoneyGiven] = mapped_column(choice(money_words.MoneyGiven))
    spent_pence: Mapped[int] = mapped_column(BigInteger)
    unspent_pence: Mapped[int] = mapped_column(BigInteger)
    what_changed: Mapped[str] = mapped_column(Words(2_000))
    measure_now: Mapped[str] = mapped_column(Words(100))
    next: Mapped[money_words.MoneyNext] = mapped_column(choice(money_words.MoneyNext))
    change_agreed_by: Mapped[str | None] = mapped_column(Words(200))
    pep: Mapped[Pep] = relationship()
    request: Mapped[PpgRequest] = relationship()

    __table_args__ = (
        UniqueConstraint("pep_id", "request_id"),
        CheckConstraint("spent_pence >= 0 AND unspent_pence >= 0", name="never_negative"),
    )


class EarlyYearsReferral(Tracked, Versioned, OfChild, Base):
    """Money asked for a nursery child, which the Early Years Team gives and this program refuses (HB-6.3): what was wanted, and
    since when that team knows."""

    __tablename__ = "pep_early_years_referral"

    pep_id: Mapped[int] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    wanted: Mapped[str] = mapped_column(Words(500), default="")
    amount_pence: Mapped[int | None] = mapped_column(BigInteger)
    asked_by: Mapped[str] = mapped_column(Words(64))
    asked_name: Mapped[str] = mapped_column(Words(200))
    asked_on: Mapped[date]
    told_on: Mapped[date | None]
    told_by: Mapped[str | None] = mapped_column(Words(64))
    told_name: Mapped[str | None] = mapped_column(Words(200))
    child: Mapped[Child] = relationship()
    pep: Mapped[Pep] = relationship()

    __table_args__ = (
        CheckConstraint("(told_on IS NULL) = (told_by IS NULL)", name="told_by_somebody"),
    )

    def __str__(self) -> str:
        return self.wanted or "Money for the early years"


class Allocation(OfChild, Base):
    """What a child may still get in a period; a counter under CHECK, moved only by conditional UPDATE (security.md 3.2)."""

    __tablename__ = "pep_allocation"

    year_id: Mapped[int] = mapped_column(ForeignKey("pep_academic_year.id"), index=True)
    term_id: Mapped[int | None] = mapped_column(ForeignKey("pep_term.id"), index=True)
    period: Mapped[str] = mapped_column(Words(20))
    cap_pence: Mapped[int] = mapped_column(BigInteger)
    reserved_pence: Mapped[int] = mapped_column(BigInteger, default=0)
    released_pence: Mapped[int] = mapped_column(BigInteger, default=0)
    child: Mapped[Child] = relationship()
    year: Mapped[AcademicYear] = relationship()
    term: Mapped[Term | None] = relationship()

    __table_args__ = (
        UniqueConstraint("child_id", "period"),
        CheckConstraint("reserved_pence >= 0 AND released_pence >= 0", name="never_negative"),
        CheckConstraint("reserved_pence + released_pence <= cap_pence", name="within_cap"),
    )


class FundingRelease(OfPep, Base):
    """A row of the ledger: money let go, voided or returned. Append-only."""

    __tablename__ = "pep_funding_release"

    request_id: Mapped[int] = mapped_column(ForeignKey("pep_ppg_request.id"), index=True)
    kind: Mapped[words.ReleaseKind] = mapped_column(choice(words.ReleaseKind))
    number: Mapped[int] = mapped_column(default=1)
    pence: Mapped[int] = mapped_column(BigInteger)
    approved_by: Mapped[str] = mapped_column(Words(64))
    released_by: Mapped[str] = mapped_column(Words(64))
    released_name: Mapped[str] = mapped_column(Words(200))
    released_at: Mapped[datetime]
    alone_reason: Mapped[str | None] = mapped_column(Words(500))
    request: Mapped[PpgRequest] = relationship()
    pep: Mapped[Pep] = relationship()

    __table_args__ = (
        UniqueConstraint("request_id", "kind", "number"),
        CheckConstraint("pence > 0", name="pence_positive"),
        CheckConstraint("approved_by <> released_by OR alone_reason IS NOT NULL", name="two_people"),
    )


class PaymentBatch(Tracked, Base):
    """Released money handed to finance in one file. Its lines are frozen; `digest` is the SHA-256 over their canonical JSON."""

    __tablename__ = "pep_payment_batch"

    reference: Mapped[str] = mapped_column(Words(20), unique=True)
    made_by: Mapped[str] = mapped_column(Words(64))
    made_name: Mapped[str] = mapped_column(Words(200))
    made_at: Mapped[datetime]
    total_pence: Mapped[int] = mapped_column(BigInteger)
    line_count: Mapped[int]
    digest: Mapped[str] = mapped_column(Words(64))
    lines: Mapped[list[PaymentLine]] = relationship(back_populates="batch", order_by="PaymentLine.number")

    __table_args__ = (CheckConstraint("total_pence > 0", name="total_positive"),)

    def __str__(self) -> str:
        return self.reference


class PaymentLine(Base):
    """One release in a batch, its words frozen as they stood; holds no child's name. Append-only."""

    __tablename__ = "pep_payment_line"

    batch_id: Mapped[int] = mapped_column(ForeignKey("pep_payment_batch.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("pep_funding_release.id"), unique=True)
    number: Mapped[int]
    payee: Mapped[str] = mapped_column(Words(200))
    payee_urn: Mapped[str | None] = mapped_column(Words(6))
    finance_reference: Mapped[str | None] = mapped_column(Words(40))
    payment_method: Mapped[words.PaymentMethod] = mapped_column(choice(words.PaymentMethod))
    pep_reference: Mapped[str] = mapped_column(Words(20))
    pence: Mapped[int] = mapped_column(BigInteger)
    batch: Mapped[PaymentBatch] = relationship(back_populates="lines")
    release: Mapped[FundingRelease] = relationship()

    __table_args__ = (UniqueConstraint("batch_id", "number"), CheckConstraint("pence > 0", name="pence_positive"))


# --- who writes in whose place -------------------------------------------------------------------------------------------


class Grant(Tracked, Versioned, Base):
    """Somebody lets somebody else write in their place until a day: a colleague some `sections` of one PEP, or, where `pep_id` is
    none, whoever stands in for them all that is theirs to write and to sign (cover).

    Both days count. It ends before its day where it is taken back. Whether it still opens anything is queries/grants.py's to say.
    """

    __tablename__ = "pep_grant"

    giver_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    sections: Mapped[list[str] | None] = mapped_column(Keys())
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(Words(500), default="")
    made_by: Mapped[str] = mapped_column(Words(64))
    made_name: Mapped[str] = mapped_column(Words(200))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Words(64))
    ended_name: Mapped[str | None] = mapped_column(Words(200))
    giver: Mapped[Person] = relationship(foreign_keys=[giver_id])
    holder: Mapped[Person] = relationship(foreign_keys=[holder_id])
    pep: Mapped[Pep | None] = relationship()

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("giver_id <> holder_id", name="somebody_else"),
        CheckConstraint("(pep_id IS NULL) = (sections IS NULL)", name="a_pep_has_sections"),
    )

    def __str__(self) -> str:
        return f"{self.holder} for {self.giver}"


# --- the term in motion --------------------------------------------------------------------------------------------------


class CallNote(Tracked, Versioned, Base):
    """What was said on the telephone with somebody for whom a PEP waits, for the Virtual School alone; with `pep_id` where it was
    about one. Until `follow_up_on` they need not be rung again, and on that day they are to be; `settled_on` ends that."""

    __tablename__ = "pep_call_note"

    person_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    spoke_on: Mapped[date]
    words: Mapped[str] = mapped_column(Words(2_000))
    follow_up_on: Mapped[date | None] = mapped_column(index=True)
    settled_on: Mapped[date | None]
    noted_by: Mapped[str] = mapped_column(Words(64))
    noted_name: Mapped[str] = mapped_column(Words(200))
    person: Mapped[Person] = relationship()
    pep: Mapped[Pep | None] = relationship()

    def __str__(self) -> str:
        return f"Call with {self.person}"


class CareTeam(Tracked, Versioned, Base):
    """A team of social workers, by the name that stands as their organisation, and who manages it."""

    __tablename__ = "pep_care_team"

    name: Mapped[str] = mapped_column(Words(200), unique=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    manager: Mapped[Person | None] = relationship()

    def __str__(self) -> str:
        return self.name


class Reminder(OfPep, Base):
    """That somebody got word of one part of one PEP, by which step of chasing.py: each step once, and once anew each time that the
    PEP was sent back (`returns`). Written with the letter (Delivery) that says it; append-only."""

    __tablename__ = "pep_reminder"

    part: Mapped[words.Part] = mapped_column(choice(words.Part))
    step: Mapped[str] = mapped_column(Words(20))
    returns: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("pep_person.id"), index=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("pep_delivery.id"), index=True)
    sent_on: Mapped[date] = mapped_column(index=True)
    person: Mapped[Person] = relationship()
    delivery: Mapped[Delivery] = relationship()
    pep: Mapped[Pep] = relationship()

    __table_args__ = (UniqueConstraint("pep_id", "part", "step", "returns"),)


class HandoverNote(Tracked, Versioned, OfChild, Base):
    """What the school that a child leaves tells whoever sees the child after it: one for each time at that school, the newest of
    which the child had begun by `noted_on`. The school writes it, so it holds nothing that a school may not read."""

    __tablename__ = "pep_handover_note"

    school_id: Mapped[int] = mapped_column(ForeignKey("pep_school.id"), index=True)
    words: Mapped[str] = mapped_column(Words(5_000))
    noted_by: Mapped[str] = mapped_column(Words(64))
    noted_name: Mapped[str] = mapped_column(Words(200))
    noted_on: Mapped[date]
    school: Mapped[School] = relationship()
    child: Mapped[Child] = relationship()

    def __str__(self) -> str:
        return f"Hand-over note of {self.school}"


class SettledChange(Tracked, Versioned, OfChild, Base):
    """That a change in a child's life, which calls for a review out of turn (HB-1.5), was settled: a PEP was opened for it, an open
    one covers it, or none is needed and why.

    `kind` and `row_id` say which change: the row by which it stands on record. It stands until somebody offers the change again.
    """

    __tablename__ = "pep_settled_change"

    kind: Mapped[review_words.ChangeKind] = mapped_column(choice(review_words.ChangeKind))
    row_id: Mapped[int]
    happened_on: Mapped[date]
    what: Mapped[str] = mapped_column(Words(500))
    how: Mapped[review_words.Settling] = mapped_column(choice(review_words.Settling))
    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    reason: Mapped[str] = mapped_column(Words(500), default="")
    settled_by: Mapped[str] = mapped_column(Words(64))
    settled_name: Mapped[str] = mapped_column(Words(200))
    settled_on: Mapped[date] = mapped_column(index=True)
    undone_by: Mapped[str | None] = mapped_column(Words(64))
    undone_name: Mapped[str | None] = mapped_column(Words(200))
    undone_on: Mapped[date | None]
    child: Mapped[Child] = relationship()
    pep: Mapped[Pep | None] = relationship()

    __table_args__ = (
        Index("uq_pep_settled_change_standing", "child_id", "kind", "row_id", unique=True,
              sqlite_where=text("undone_on IS NULL"), postgresql_where=text("undone_on IS NULL")),
        CheckConstraint("(how = 'waved') = (pep_id IS NULL)", name="covered_by_a_pep"),
        CheckConstraint("(undone_on IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
    )

    def __str__(self) -> str:
        return f"{self.kind.label}: {self.what}"


class SavedQuestion(Tracked, Versioned, OwnOrShared, Base):
    """Filters of a list under a name: `asked` holds them, each by its key, and the word searched for, never an address:
    `{"stage": "late", "search": "Alder"}`."""

    __tablename__ = "pep_saved_question"

    owner_name: Mapped[str] = mapped_column(Words(200))
    of_list: Mapped[review_words.SavedList] = mapped_column(choice(review_words.SavedList))
    name: Mapped[str] = mapped_column(Words(80))
    asked: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("owner", "of_list", "name"),)

    def __str__(self) -> str:
        return self.name


# --- what is not yet said ------------------------------------------------------------------------------------------------


class Draft(OfOwner, Base):
    """What somebody typed into a page of one PEP, or of one child, and has not saved: no part of the record, and read by its writer
    alone.

    It is not of the PEP as other rows are: a child who moves away takes the PEP out of the writer's sight, but not their own text.
    `place` says which page (section:voice, target:new:7, target:12, request:new, note:12, alert:new), `heading` what its page was
    headed; `pep_id` is empty where the page is of no one PEP.
    `fields`: what was touched, as it was typed, by the name of the question, `{"outcome": [["outcome", "Read 40 words"]]}`, with
    the bases that the page was filled with. `spent_run` marks the page whose text was saved; with `spent_at` nothing is left of it
    but that mark, so that what that page still sends does not bring the text back.
    """

    __tablename__ = "pep_draft"

    child_id: Mapped[int] = mapped_column(ForeignKey("pep_child.id", ondelete="CASCADE"), index=True)
    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id", ondelete="CASCADE"), index=True)
    place: Mapped[str] = mapped_column(Words(80))
    heading: Mapped[str] = mapped_column(Words(200))
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(index=True)
    spent_run: Mapped[str | None] = mapped_column(Words(32))
    spent_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("owner", "pep_id", "place"),
        Index("uq_pep_draft_of_child", "owner", "child_id", "place", unique=True, sqlite_where=text("pep_id IS NULL"),
              postgresql_where=text("pep_id IS NULL")),
    )

    def __str__(self) -> str:
        return self.heading


class DraftPace(OfOwner, Base):
    """How fast somebody's pages send drafts: a bucket of saves that empties steadily, kept here because worker processes share it.

    `empty_at` is when it will be empty, in milliseconds since 1970: one number that one statement can both judge and move.
    """

    __tablename__ = "pep_draft_pace"

    empty_at: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("owner"),)


# --- quality -----------------------------------------------------------------------------------------------------------


class QaReview(Tracked, OfPep, Base):
    """One grading of one PEP, with what was said (HB-7.2). A question that was asked (HB-7.1) has its one answer beside it."""

    __tablename__ = "pep_qa_review"

    kind: Mapped[words.ReviewKind] = mapped_column(choice(words.ReviewKind))
    grade: Mapped[words.Grade | None] = mapped_column(choice(words.Grade))
    decision: Mapped[words.Decision] = mapped_column(choice(words.Decision))
    feedback: Mapped[str] = mapped_column(Words(5_000))
    improve: Mapped[str] = mapped_column(Words(5_000), default="")
    attempts_accepted: Mapped[bool] = mapped_column(default=False)
    sections: Mapped[list[str] | None] = mapped_column(Keys())
    """What was sent back by itself; None where it was the whole PEP, or nothing."""
    reviewer: Mapped[str] = mapped_column(Words(64))
    reviewer_name: Mapped[str] = mapped_column(Words(200))
    reviewed_on: Mapped[date]
    reviewed_at: Mapped[datetime]
    rubric_version: Mapped[str] = mapped_column(Words(20))
    answer: Mapped[str | None] = mapped_column(Words(5_000))
    answered_by: Mapped[str | None] = mapped_column(Words(64))
    answered_name: Mapped[str | None] = mapped_column(Words(200))
    answered_at: Mapped[datetime | None]
    pep: Mapped[Pep] = relationship()

    __table_args__ = (
        CheckConstraint("decision = 'ask' OR grade IS NOT NULL", name="graded_unless_asked"),
        CheckConstraint("answer IS NULL OR decision = 'ask'", name="answered_if_asked"),
    )


# --- what leaves, what waits, what was done ------------------------------------------------------------------------------


class Delivery(Base):
    """A message to one person, queued in the transaction that made it due; the worker sends it. Names no child.

    `opened_at`: when the person first came to the program by its link, signed in. Without a person it goes to somebody of the
    host's: whom, is asked when it is sent.
    """

    __tablename__ = "pep_delivery"

    key: Mapped[str] = mapped_column(Words(120), unique=True)
    template: Mapped[str] = mapped_column(Words(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("pep_person.id"), index=True)
    pep_id: Mapped[int | None] = mapped_column(ForeignKey("pep_pep.id"), index=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[words.DeliveryState] = mapped_column(choice(words.DeliveryState), default=words.DeliveryState.QUEUED, index=True)
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    sent_to: Mapped[str | None] = mapped_column(Words(254))
    opened_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(Words(200))
    person: Mapped[Person | None] = relationship()
    pep: Mapped[Pep | None] = relationship()

    def __str__(self) -> str:
        return f"Message to {self.person or 'an account'}"


class Job(Base):
    """Work for the background, queued in the transaction that made it due.

    `made_by` is who asked for it, None for the program itself. `done` of `total` steps are done; `file` names what was made, which
    is kept for a day in the folder of made files.
    """

    __tablename__ = "pep_job"

    kind: Mapped[str] = mapped_column(Words(60), index=True)
    once_key: Mapped[str | None] = mapped_column(Words(120), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[words.JobState] = mapped_column(choice(words.JobState), default=words.JobState.QUEUED, index=True)
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    holder: Mapped[str | None] = mapped_column(Words(80))
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(Words(200))
    made_by: Mapped[str | None] = mapped_column(Words(64), index=True)
    made_name: Mapped[str | None] = mapped_column(Words(200))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    cancel_asked_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    file: Mapped[str | None] = mapped_column(Words(80))


class Import(Base):
    """Files that were brought in: looked at first and, once `loaded_at` is set, loaded. `digest` is the plan's, as it was shown.

    `job` is the last one that looked at it or loaded it, where its files are large.
    """

    __tablename__ = "pep_import"

    kind: Mapped[str] = mapped_column(Words(20))
    made_by: Mapped[str] = mapped_column(Words(64), index=True)
    made_name: Mapped[str] = mapped_column(Words(200))
    made_at: Mapped[datetime] = mapped_column(index=True)
    loaded_at: Mapped[datetime | None]
    options: Mapped[dict[str, Any]]
    outcome: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(Words(64))
    awaits_columns: Mapped[bool] = mapped_column(default=False)
    """Whether somebody has yet to say which heading is which column; then there is no outcome."""
    job_id: Mapped[int | None] = mapped_column(ForeignKey("pep_job.id"))
    files: Mapped[list[ImportFile]] = relationship(back_populates="of", order_by="ImportFile.id")
    job: Mapped[Job | None] = relationship()


class ImportFile(Base):
    """One file of an import as it came, deflated; gone after loading, or after a day."""

    __tablename__ = "pep_import_file"

    import_id: Mapped[int] = mapped_column(ForeignKey("pep_import.id"), index=True)
    part: Mapped[str] = mapped_column(Words(20))
    name: Mapped[str] = mapped_column(Words(200))
    sha256: Mapped[str] = mapped_column(Words(64))
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    places: Mapped[dict[str, Any] | None]
    """Under which heading, counted from 0, each column stands, by its key; none: known by their names."""
    of: Mapped[Import] = relationship(back_populates="files")

    __table_args__ = (UniqueConstraint("import_id", "part"),)


class ImportPage(Base):
    """Up to fifty rows of an import's outcome as they are shown, one page; goes with its files."""

    __tablename__ = "pep_import_page"

    import_id: Mapped[int] = mapped_column(ForeignKey("pep_import.id"))
    fate: Mapped[words.RowFate] = mapped_column(choice(words.RowFate))
    number: Mapped[int]
    rows: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("import_id", "fate", "number"),)


class ColumnMatch(Base):
    """A heading of other people's files, and the column that stands under it: remembered for the whole team, for one file of a kind
    of import. `plain` is the heading without case and punctuation; a `column` of "" is one that is not read."""

    __tablename__ = "pep_column_match"

    kind: Mapped[str] = mapped_column(Words(20))
    part: Mapped[str] = mapped_column(Words(20))
    heading: Mapped[str] = mapped_column(Words(200))
    plain: Mapped[str] = mapped_column(Words(200))
    column: Mapped[str] = mapped_column(Words(40))
    made_by: Mapped[str] = mapped_column(Words(64))
    made_name: Mapped[str] = mapped_column(Words(200))
    made_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("kind", "part", "plain"),)


class RecordChange(Base):
    """Old and new value of one row's fields in one flush: `{field: [old, new]}`. Append-only."""

    __tablename__ = "pep_record_change"

    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[str] = mapped_column(Words(64))
    actor_name: Mapped[str] = mapped_column(Words(200))
    request_id: Mapped[str | None] = mapped_column(Words(40))
    table_name: Mapped[str] = mapped_column(Words(60))
    row_id: Mapped[int]
    child_id: Mapped[int | None] = mapped_column(index=True)
    verb: Mapped[str] = mapped_column(Words(10))
    changes: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(Words(500))

    __table_args__ = (Index("ix_pep_record_change_row", "table_name", "row_id"),)


class AuditEvent(Base):
    """Who did, who looked, who was refused. Append-only; holds ids and field names, never a child's words."""

    __tablename__ = "pep_audit_event"

    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[str] = mapped_column(Words(64), index=True)
    actor_name: Mapped[str] = mapped_column(Words(200))
    roles: Mapped[str] = mapped_column(Words(200))
    action: Mapped[str] = mapped_column(Words(60), index=True)
    object_type: Mapped[str] = mapped_column(Words(60))
    object_id: Mapped[int | None]
    child_id: Mapped[int | None] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(Words(20))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str | None] = mapped_column(Words(40))

    def __str__(self) -> str:
        return f"Event {self.id}: {self.action}"


PARTS: dict[words.Part, type[PepPart]] = {
    words.Part.SOCIAL_CARE: SocialCareSection,
    words.Part.EDUCATION: EducationSection,
    words.Part.MEETING: MeetingSection,
}
