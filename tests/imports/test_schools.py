"""The school register end to end below the pages: dry run, loading, loading again, on both databases, with history and audit."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin.exceptions import NotAllowed, Refused, StaleRecord
from pep_admin.imports import KINDS, Plan, keeping
from pep_admin.imports.files import Table
from pep_admin.models import AuditEvent, Person, RecordChange, School
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.vocabulary import PaymentMethod, PersonKind, Role, RowFate, SchoolKind, SchoolPhase
from pep_admin.workflow.register import SchoolEntry, SchoolFacts, record_schools
from tests.imports.making import CLOSED_SCHOOL, OPEN_SCHOOL, csv_of, school

TODAY = date(2024, 11, 18)
NOW = datetime(2024, 11, 18, 10, tzinfo=UTC)
SCHOOLS = KINDS["schools"]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "gias-2024-example.csv"
Fates = dict[str, int]


@pytest.fixture
def session(both_databases: str, open_session: Callable[..., Session]) -> Session:
    return open_session(both_databases)


def opened(*rows: dict[str, str], links: list[tuple[str, str, str]] | None = None) -> dict[str, Table]:
    given = {"register": keeping.Given("register.csv", io.BytesIO(csv_of(rows, encoding="cp1252")))}
    if links is not None:
        names = ("URN", "LinkURN", "LinkType")
        lines = [dict(zip(names, each, strict=True)) for each in links]
        given["links"] = keeping.Given("links.csv", io.BytesIO(csv_of(lines, headings=names)))
    return keeping.open_files(SCHOOLS, given)


def plan(session: Session, tables: dict[str, Table], **options: str) -> Plan:
    asked = SCHOOLS.read_options({"own_authority": "355", **options})
    return keeping.make_plan(session, SCHOOLS, tables, asked, actor=SYSTEM, today=TODAY)


def fates(made: Plan) -> Fates:
    found = {fate.value: count for fate, count in made.outcome.counts().items() if count}
    return found | ({"left out": made.outcome.left_out} if made.outcome.left_out else {})


def load(session: Session, *rows: dict[str, str], links: list[tuple[str, str, str]] | None = None, **options: str) -> Fates:
    tables = opened(*rows, links=links)
    made = plan(session, tables, **options)
    keeping.load_plan(session, SCHOOLS, made, tables, good_rows=False, actor=SYSTEM, today=TODAY, now=NOW)
    session.commit()
    return fates(made)


def found(session: Session, urn: str) -> School:
    return session.scalars(sa.select(School).where(School.urn == urn).execution_options(populate_existing=True)).one()


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    sa.event.listen(session.get_bind(), "before_cursor_execute", hear)
    yield said
    sa.event.remove(session.get_bind(), "before_cursor_execute", hear)


# --- what is stored --------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_be_and_stores_nothing(session: Session) -> None:
    made = plan(session, opened(dict(OPEN_SCHOOL), dict(CLOSED_SCHOOL)))
    assert fates(made) == {"new": 2}
    assert made.outcome.told[0].changes == (
        ("Kind", "", "Special school"), ("Phase", "", "All-through"), ("Town", "", "Eccles"), ("In the borough", "", "Yes"))
    assert ("Closed on", "", "31 Dec 2022") in made.outcome.told[1].changes
    assert session.scalar(sa.select(sa.func.count(School.id))) == 0


def test_loading_stores_each_school_with_its_history_and_one_event(session: Session) -> None:
    assert load(session, dict(OPEN_SCHOOL), dict(CLOSED_SCHOOL)) == {"new": 2}
    ash, birch = found(session, "138130"), found(session, "140134")
    assert (ash.name, ash.kind, ash.phase, ash.laestab, ash.in_borough) == (
        "Ash Academy", SchoolKind.SPECIAL, SchoolPhase.ALL_THROUGH, "3557025", True)
    assert (ash.ukprn, ash.town, ash.postcode, ash.phone, ash.head_name, ash.closed_on) == (
        "10037232", "Eccles", "M30 9DY", "01234567890", "Mrs Jo Muster", None)
    assert (birch.in_borough, birch.closed_on, birch.phone, birch.row_version) == (False, date(2022, 12, 31), None, 1)
    changes = {each.row_id: each for each in session.scalars(sa.select(RecordChange))}
    assert changes.keys() == {ash.id, birch.id} and {each.verb for each in changes.values()} == {"insert"}
    assert changes[ash.id].changes["kind"] == [None, "special"] and changes[ash.id].actor_id == "system"
    event = session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.details["new"], event.details["refused"]) == ("import.schools", 2, 0)
    (file,) = event.details["files"]
    assert file.startswith("register ") and len(file) == len("register ") + 64


def test_a_second_time_all_is_unchanged(session: Session) -> None:
    rows = dict(OPEN_SCHOOL), dict(CLOSED_SCHOOL), school(100001, "Elm", closed="", status="2", changed="")
    links = [("140134", "138130", "Successor")]
    assert load(session, *rows, links=links) == {"new": 3}
    assert load(session, *rows, links=links) == {"unchanged": 3}
    assert session.scalar(sa.select(sa.func.count(RecordChange.id))) == 4  # three added, one linked


@pytest.mark.skipif(not SHARED.is_file(), reason="the real register's columns lie beside the checkout only")
def test_the_registers_own_columns_are_understood(session: Session) -> None:
    for expected in ({"new": 2}, {"unchanged": 2}):
        tables = keeping.open_files(SCHOOLS, {"register": keeping.Given("gias.csv", io.BytesIO(SHARED.read_bytes()))})
        made = plan(session, tables)
        assert fates(made) == expected and tables["register"].missing == ()
        keeping.load_plan(session, SCHOOLS, made, tables, good_rows=False, actor=SYSTEM, today=TODAY, now=NOW)
        session.commit()
    assert (found(session, "138130").in_borough, found(session, "140134").closed_on) == (True, date(2022, 12, 31))


def test_what_has_changed_is_changed_and_what_the_virtual_school_keeps_is_not_touched(session: Session) -> None:
    teacher = Person(first_name="Dee", last_name="Tee", kind=PersonKind.DESIGNATED_TEACHER)
    session.add(School(urn="138130", name="Ash School", kind=SchoolKind.SCHOOL, phase=SchoolPhase.SECONDARY, town="Bury",
                       phone="0161", in_borough=False, less_than_good=True, finance_reference="F-1",
                       payment_method=PaymentMethod.JOURNAL, designated_teacher=teacher, headteacher=teacher))
    session.commit()
    made = plan(session, opened(dict(OPEN_SCHOOL) | {"Town": "", "TelephoneNum": "[clear]"}))
    assert made.outcome.told[0].fate is RowFate.CHANGED
    changes = {label: (old, new) for label, old, new in made.outcome.told[0].changes}
    assert changes["Name"] == ("Ash School", "Ash Academy") and changes["Kind"] == ("School", "Special school")
    assert changes["Telephone"] == ("0161", "") and changes["In the borough"] == ("No", "Yes") and "Town" not in changes
    assert load(session, dict(OPEN_SCHOOL) | {"Town": "", "TelephoneNum": "[clear]"}) == {"changed": 1}
    ash = found(session, "138130")
    assert (ash.name, ash.town, ash.phone, ash.postcode, ash.row_version) == ("Ash Academy", "Bury", None, "M30 9DY", 2)
    assert (ash.less_than_good, ash.finance_reference, ash.payment_method) == (True, "F-1", PaymentMethod.JOURNAL)
    assert ash.designated_teacher_id == ash.headteacher_id == teacher.id
    last = session.scalars(sa.select(RecordChange).order_by(RecordChange.id.desc())).first()
    assert last is not None and last.verb == "update" and last.changes["phone"] == ["0161", None] and "town" not in last.changes


@pytest.mark.parametrize(("before", "changed", "expected"), [
    (date(2020, 7, 31), "", date(2020, 7, 31)),  # what stands is left
    (None, "18-07-2024", date(2024, 7, 18)),  # the register's last word on it
    (None, "", TODAY),  # the day on which we were told
    (date(2030, 1, 1), "", TODAY),  # a day still to come is no closing day of a closed school
])
def test_a_closed_school_without_a_day_is_marked_all_the_same(
    session: Session, before: date | None, changed: str, expected: date
) -> None:
    session.add(School(urn="100001", name="Elm", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY, closed_on=before))
    session.commit()
    load(session, school(100001, "Elm", closed="", status="2", changed=changed))
    assert found(session, "100001").closed_on == expected


def test_a_school_that_opens_again_is_no_longer_closed(session: Session) -> None:
    load(session, dict(CLOSED_SCHOOL))
    assert load(session, dict(CLOSED_SCHOOL) | {"EstablishmentStatus (code)": "1", "CloseDate": ""}) == {"changed": 1}
    assert found(session, "140134").closed_on is None


def test_a_school_is_linked_to_the_one_that_took_over(session: Session) -> None:
    links = [("138130", "140134", "Predecessor"), ("140134", "999999", "Successor")]
    load(session, dict(CLOSED_SCHOOL))
    assert load(session, dict(OPEN_SCHOOL), dict(CLOSED_SCHOOL), links=links[:1]) == {"new": 1, "changed": 1}
    birch = found(session, "140134")
    assert birch.successor is not None and birch.successor.urn == "138130" and birch.row_version == 2
    assert [each.urn for each in found(session, "138130").predecessors] == ["140134"]
    assert load(session, dict(OPEN_SCHOOL), dict(CLOSED_SCHOOL), links=links[1:]) == {"unchanged": 2}, "nobody knows 999999"


# --- which schools ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "expected"), [
    ({}, {"new": 3, "changed": 1}),
    ({"which": "open"}, {"new": 2, "changed": 1, "left out": 1}),
    ({"which": "known"}, {"changed": 1, "left out": 3}),
    ({"authorities": "355, 350"}, {"new": 2, "changed": 1, "left out": 1}),
    ({"which": "open", "authorities": "207"}, {"changed": 1, "left out": 3}),
])
def test_only_the_wanted_schools_are_added_and_those_on_record_are_always_brought_up_to_date(
    session: Session, options: dict[str, str], expected: Fates
) -> None:
    session.add(School(urn="100009", name="Old name", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY))
    session.commit()
    rows = school(100001), school(100002), dict(CLOSED_SCHOOL), school(100009, "New name", status="2", closed="01-09-2020",
                                                                      authority="999")
    assert fates(plan(session, opened(*rows), **options)) == expected


@pytest.mark.parametrize("options", [{"which": "some"}, {"authorities": "35"}, {"authorities": "Bury"}])
def test_an_option_that_means_nothing_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(Refused):
        SCHOOLS.read_options(options)


def test_without_our_own_number_the_borough_is_left_alone_and_said(session: Session) -> None:
    session.add(School(urn="138130", name="Ash", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY, in_borough=False))
    session.commit()
    made = plan(session, opened(dict(OPEN_SCHOOL), school(100001)), own_authority="")
    assert "In the borough" not in [label for label, _, _ in made.outcome.told[0].changes]
    assert any("PEP_ADMIN_AUTHORITY_CODE" in note for note in made.outcome.notes)


# --- what is not stored ----------------------------------------------------------------------------------------------------


def test_refused_rows_say_where_and_why_and_nothing_is_stored(session: Session) -> None:
    tables = opened(school(100001), school(100002, "Twice"), school(100002, "Twice too"), school("12345", "Short"),
                    school(100003, "=1+1"), school(100004, "Later", status="2", closed="01-01-2099"))
    made = plan(session, tables)
    assert fates(made) == {"new": 1, "refused": 5}
    why = {each.number: each.why for each in made.outcome.told if each.why}
    assert why[3] == (("URN", "The same URN stands in row 4. Keep one of them.", "DATA-unique"),)
    assert [(column, rule) for number in (5, 6, 7) for column, _, rule in why[number]] == [
        ("URN", "DATA-urn"), ("EstablishmentName", "DATA-file"), ("CloseDate", "DATA-dates")]
    with pytest.raises(Refused, match="5 rows are refused, so nothing was loaded"):
        keeping.load_plan(session, SCHOOLS, made, tables, good_rows=False, actor=SYSTEM, today=TODAY, now=NOW)
    assert session.scalar(sa.select(sa.func.count(School.id))) == 0
    keeping.load_plan(session, SCHOOLS, made, tables, good_rows=True, actor=SYSTEM, today=TODAY, now=NOW)
    session.commit()
    assert [each.urn for each in session.scalars(sa.select(School))] == ["100001"]


def test_one_number_in_very_many_rows_is_told_in_short_sentences(session: Session) -> None:
    made = plan(session, opened(*[school(100001) for _ in range(20_000)]))
    assert fates(made) == {"refused": 20_000}
    assert made.outcome.told[0].why[0][1] == "The same URN stands in row 3, 4, 5, 6, 7 and 19,994 more. Keep one of them."


def test_a_school_entered_by_hand_under_the_same_name_waits_for_somebody_to_settle_it(session: Session) -> None:
    session.add(School(name="ash  academy", kind=SchoolKind.SPECIAL, phase=SchoolPhase.ALL_THROUGH))
    session.commit()
    assert load(session, dict(OPEN_SCHOOL)) == {"waiting": 1}
    assert session.scalar(sa.select(sa.func.count(School.id))) == 1
    session.execute(sa.update(School).values(urn="138130"), execution_options={"history_kept": True})
    assert load(session, dict(OPEN_SCHOOL)) == {"changed": 1}


def test_a_long_register_takes_a_statement_a_thousand_rows(session: Session) -> None:
    rows = [school(100_000 + number) for number in range(2_500)]
    with counted(session) as said:
        assert load(session, *rows) == {"new": 2_500}
    assert sum(each.startswith("INSERT INTO pep_school") for each in said) == 3
    assert sum(each.startswith("INSERT INTO pep_record_change") for each in said) == 3
    with counted(session) as said:
        assert load(session, *[each | {"Town": "Bury"} for each in rows]) == {"changed": 2_500}
    assert sum(each.startswith("UPDATE pep_school") for each in said) == 3 and len(said) < 20
    assert session.scalar(sa.select(sa.func.min(School.row_version))) == 2


# --- the verb --------------------------------------------------------------------------------------------------------------


def test_nobody_without_the_permission_records_a_school(session: Session) -> None:
    for role in set(Role) - {Role.VS_HEAD, Role.VS_OFFICER}:
        actor = Actor("x", "X", frozenset({role}))
        with pytest.raises(NotAllowed):
            record_schools(session, [SchoolEntry(SchoolFacts("138130", "Ash"))], actor=actor)
        with pytest.raises(NotAllowed):
            keeping.make_plan(session, SCHOOLS, opened(dict(OPEN_SCHOOL)), {}, actor=actor, today=TODAY)


def test_a_school_that_cannot_be_is_refused_by_the_verb_itself(session: Session) -> None:
    for facts in (SchoolFacts("138130", ""), SchoolFacts("1", "Ash"), SchoolFacts("138130", "Ash", ukprn="1")):
        with pytest.raises(Refused):
            record_schools(session, [SchoolEntry(facts)], actor=SYSTEM)


def test_a_school_that_somebody_changed_meanwhile_stops_all(session: Session) -> None:
    load(session, dict(OPEN_SCHOOL))
    ash = found(session, "138130")
    before = SchoolFacts(*(getattr(ash, name) for name in SchoolFacts._fields))
    entries = [SchoolEntry(SchoolFacts("100001", "New")), SchoolEntry(before._replace(town="Bury"), ash.id, 99, before)]
    with pytest.raises(StaleRecord):
        record_schools(session, entries, actor=SYSTEM)
    session.commit()
    assert session.scalar(sa.select(sa.func.count(School.id))) == 1 and found(session, "138130").town == "Eccles"
