"""Attendance and attainment from lists: into Part 2 of a term's PEPs, with the checks of its page, never into what is signed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from pep_admin import config
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.imports import KINDS, Plan, keeping
from pep_admin.imports.kinds import no_step
from pep_admin.models import Attainment, AttendanceSummary, AuditEvent, Child, EducationSection, Pep, RecordChange
from pep_admin.permissions import Actor
from pep_admin.vocabulary import OnTrack, Part, PepKind, PepStatus
from pep_admin.workflow import figures, peps, sections
from tests.host.foreign_app import make_council
from tests.imports.making import csv_of
from tests.imports.test_import_screens import send
from tests.visiting import Page, Visitor, values_of
from tests.world import NOW, TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ATTENDANCE = ("LCS number", "UPN", "Sessions possible", "Sessions present", "Authorised", "Unauthorised", "Figures to")
ATTAINMENT = ("LCS number", "Subject", "Current", "Expected", "On track", "Progress")


@pytest.fixture
def fresh(both_databases: str, open_session: Callable[..., Session]) -> World:
    """The world on a database of either sort, its children's PEPs launched and with nothing written in them."""
    world = build_world(open_session(both_databases))
    world.launch()
    world.session.commit()
    return world


def look(world: World, kind: str, *rows: tuple[str, ...], actor: Actor | None = None, store: bool = False, term: str = "",
         headings: tuple[str, ...] = ()) -> Plan:
    """What a list would do, and, with `store`, its loading."""
    actor, wanted = world.act(actor or world.officer), KINDS[kind]
    headings = headings or (ATTENDANCE if kind == "attendance" else ATTAINMENT)
    data = csv_of([dict(zip(headings, row, strict=False)) for row in rows], headings=headings)
    tables = keeping.open_files(wanted, {kind: keeping.Given("x.csv", io.BytesIO(data))})
    made = keeping.make_plan(world.session, wanted, tables, wanted.read_options({"term": term}), actor=actor, today=TODAY)
    if store:
        keeping.load_plan(world.session, wanted, made, tables, good_rows=False, actor=actor, today=TODAY, now=NOW)
        world.session.commit()
    return made


def record(world: World, pep_id: int, base: str = "") -> None:
    """The verb by itself, with no line of attendance."""
    figures.record_lines(world.session, "attendance", "attendance", [figures.Lines(pep_id, (), base)], actor=world.officer,
                         today=TODAY, step=no_step)


def fates(made: Plan) -> list[str]:
    return [each.fate.value for each in sorted(made.outcome.told, key=lambda told: told.number)]


def why(made: Plan) -> list[tuple[str, str]]:
    return [(column, rule) for each in made.outcome.told for column, _, rule in each.why]


def said(made: Plan) -> str:
    return " ".join(message for each in made.outcome.told for _, message, _ in each.why)


def attended(world: World, child_id: int | None = None) -> list[tuple[Any, ...]]:
    pep = world.pep_of(child_id)
    found = world.session.execute(
        sa.select(AttendanceSummary.possible, AttendanceSummary.present, AttendanceSummary.authorised,
                  AttendanceSummary.unauthorised, AttendanceSummary.figures_to)
        .where(AttendanceSummary.pep_id == pep.id).order_by(AttendanceSummary.position))
    return [tuple(row) for row in found]


def judged(world: World) -> list[tuple[Any, ...]]:
    found = world.session.execute(
        sa.select(Attainment.subject, Attainment.current, Attainment.expected, Attainment.on_track)
        .where(Attainment.pep_id == world.pep_of().id).order_by(Attainment.position))
    return [tuple(row) for row in found]


# --- attendance ------------------------------------------------------------------------------------------------------------


def test_attendance_is_written_once_and_later_figures_take_its_place(fresh: World) -> None:
    october = ("T-0", "", "80", "76", "4", "0", "25/10/2024")
    made = look(fresh, "attendance", october, store=True)
    assert fates(made) == ["new"] and made.outcome.told[0].subject == "Robin Musterkind0, T-0"
    assert made.outcome.told[0].changes == (
        ("Possible sessions", "", "80"), ("Attended", "", "76"), ("Authorised absence", "", "4"), ("Unauthorised absence", "", "0"),
        ("Figures up to", "", "25 Oct 2024"))
    assert "Autumn 2024-25" in made.outcome.notes[0]
    assert attended(fresh) == [(80, 76, 4, 0, date(2024, 10, 25))]
    assert fates(look(fresh, "attendance", october, store=True)) == ["unchanged"], "a second load changes nothing"
    corrected = ("T-0", "", "80", "75", "", "1", "25/10/2024")
    made = look(fresh, "attendance", corrected, store=True)
    assert fates(made) == ["changed"] and made.outcome.told[0].changes == (
        ("Attended", "76", "75"), ("Unauthorised absence", "0", "1"))
    assert attended(fresh) == [(80, 75, 4, 1, date(2024, 10, 25))], "a blank cell leaves what stands for that day"
    november = ("T-0", "", "110", "104", "", "", "15/11/2024")
    assert fates(look(fresh, "attendance", november, store=True)) == ["changed"]
    assert attended(fresh) == [(110, 104, None, None, date(2024, 11, 15))], "of another day nothing is left"
    made = look(fresh, "attendance", corrected, store=True)
    assert fates(made) == ["waiting"] and "later figures already, up to 15 Nov 2024" in said(made)
    assert attended(fresh)[0][0] == 110


LATE = ("LCS number", "UPN", "Possible", "Attended", "Late marks", "Figures to")


def late(world: World) -> list[int | None]:
    return list(world.session.scalars(sa.select(AttendanceSummary.late).where(AttendanceSummary.pep_id == world.pep_of().id)))


def test_how_often_a_child_came_late_is_read_from_its_column_and_left_alone_without_one(fresh: World) -> None:
    row = ("T-0", "", "80", "76", "3", "25/10/2024")
    made = look(fresh, "attendance", row, headings=LATE, store=True)
    assert fates(made) == ["new"] and ("Times late", "", "3") in made.outcome.told[0].changes
    assert late(fresh) == [3]
    assert fates(look(fresh, "attendance", row, headings=LATE, store=True)) == ["unchanged"]
    made = look(fresh, "attendance", ("T-0", "", "80", "76", "0", "25/10/2024"), headings=LATE, store=True)
    assert made.outcome.told[0].changes == (("Times late", "3", "0"),)
    assert late(fresh) == [0], "never late is a figure too"
    look(fresh, "attendance", ("T-0", "", "80", "75", "", "25/10/2024"), headings=LATE, store=True)
    assert late(fresh) == [0], "a blank cell leaves what stands for that day"
    look(fresh, "attendance", ("T-0", "", "80", "74", "4", "0", "25/10/2024"), store=True)
    assert late(fresh) == [0], "and so does a list without the column"
    look(fresh, "attendance", ("T-0", "", "110", "104", "", "", "15/11/2024"), store=True)
    assert late(fresh) == [None], "of another day nothing is left"


@pytest.mark.parametrize(("times", "problem"), [
    ("-1", ("Times late", "DATA-shape")), ("2.5", ("Times late", "DATA-shape")), ("often", ("Times late", "DATA-shape")),
    ("501", ("Times late", "DATA-shape")),
])
def test_times_late_that_cannot_be_are_refused_at_their_column(fresh: World, times: str, problem: tuple[str, str]) -> None:
    made = look(fresh, "attendance", ("T-0", "", "80", "76", times, "25/10/2024"), headings=LATE)
    assert fates(made) == ["refused"] and problem in why(made)
    assert late(fresh) == []


def test_what_is_loaded_has_its_history_and_its_event_and_no_figure_in_the_log(fresh: World) -> None:
    look(fresh, "attendance", ("T-0", "", "80", "76", "4", "0", "25/10/2024"), store=True)
    look(fresh, "attendance", ("T-0", "", "111", "76", "4", "0", "25/10/2024"), store=True)
    changes = fresh.session.scalars(sa.select(RecordChange).where(RecordChange.table_name == "pep_attendance_summary")
                                    .order_by(RecordChange.id)).all()
    assert [each.verb for each in changes] == ["insert", "update"] and changes[1].changes == {"possible": [80, 111]}
    assert changes[1].child_id == fresh.child_id
    events = fresh.session.scalars(sa.select(AuditEvent).where(AuditEvent.action.in_(("pep.write", "import.attendance")))
                                   .order_by(AuditEvent.id)).all()
    assert [each.action for each in events] == ["pep.write", "import.attendance"] * 2 and events[0].child_id == fresh.child_id
    assert "111" not in str([each.details for each in events])


def test_a_child_is_told_by_the_upn_too_and_by_nothing_else(fresh: World) -> None:
    fresh.session.execute(sa.update(Child).where(Child.id == fresh.child_id).values(upn="B801200005001"),
                          execution_options={"history_kept": True})
    rows = [("", "B801200005001", "80", "76", "", "", "25/10/2024"), ("T-1", "B801200005001", "80", "76", "", "", "25/10/2024"),
            ("T-77", "", "80", "76", "", "", "25/10/2024"), ("", "", "80", "76", "", "", "25/10/2024")]
    made = look(fresh, "attendance", *rows)
    assert fates(made) == ["new", "refused", "refused", "refused"]
    assert why(made) == [("UPN", "DATA-child"), ("LCS number", "DATA-child"), ("LCS number", "DATA-child")]


@pytest.mark.parametrize(("row", "problem"), [
    (("80", "81", "", "", "25/10/2024"), ("Attended", "HB-4.1")),
    (("501", "81", "", "", "25/10/2024"), ("Possible sessions", "DATA-shape")),
    (("80", "-1", "", "", "25/10/2024"), ("Attended", "DATA-shape")),
    (("80", "76.5", "", "", "25/10/2024"), ("Attended", "DATA-shape")),
    (("80", "", "", "", "25/10/2024"), ("Attended", "HB-4.1")),
    (("80", "[clear]", "", "", "25/10/2024"), ("Attended", "HB-4.1")),
    (("80", "76", "", "", ""), ("Figures up to", "HB-4.1")),
    (("80", "76", "", "", "19/11/2024"), ("Figures up to", "DATA-dates")),
    (("80", "76", "", "", "25/10/1924"), ("Figures up to", "HB-4.1")),
    (("80", "76", "", "", "13/05/2011"), ("Figures up to", "DATA-dates")),
    (("80", "76", "", "", "soon"), ("Figures up to", "DATA-shape")),
    (("80", "=1+1", "", "", "25/10/2024"), ("Attended", "DATA-file")),
])
def test_a_row_that_cannot_be_is_refused_at_its_column(world: World, row: tuple[str, ...], problem: tuple[str, str]) -> None:
    stood = attended(world)
    made = look(world, "attendance", ("T-0", "", *row))
    assert fates(made) == ["refused"] and problem in why(made) and "Line 1" not in said(made)
    with pytest.raises(Refused):
        look(world, "attendance", ("T-0", "", *row), store=True)
    world.session.rollback()
    assert attended(world) == stood


def test_of_two_rows_of_one_child_neither_is_taken(world: World) -> None:
    rows = [("T-0", "", "80", "76", "", "", "25/10/2024"), ("T-0", "", "80", "70", "", "", "26/10/2024")]
    made = look(world, "attendance", *rows)
    assert fates(made) == ["refused"] * 2 and why(made) == [("LCS number", "DATA-unique")] * 2


def test_several_lines_on_a_pep_are_left_to_somebodys_hand(world: World) -> None:
    pep = world.pep_of()
    line = {"id": None, "possible": 40, "present": 40, "authorised": None, "unauthorised": None}
    lines = tuple({**line, "figures_to": day} for day in (date(2024, 10, 1), date(2024, 10, 20)))
    world.save(pep, "attendance", world.officer, attendance=lines)
    assert fates(look(world, "attendance", ("T-0", "", "80", "76", "", "", "25/10/2024"))) == ["waiting"]
    made = look(world, "attendance", ("T-0", "", "41", "40", "", "", "01/10/2024"), store=True)
    assert fates(made) == ["changed"], "the line of that day is meant"
    assert [row[0] for row in attended(world)] == [41, 40]


# --- whose PEP -------------------------------------------------------------------------------------------------------------

ROW = ("T-0", "", "90", "80", "", "", "01/11/2024")


def test_a_child_without_a_pep_in_that_term_is_refused(fresh: World) -> None:
    made = look(fresh, "attendance", ROW, term="2024-25 spring")
    assert fates(made) == ["refused"] and "no PEP of Spring 2024-25 to write into" in said(made)
    peps.withdraw_pep(fresh.session, fresh.pep_of().id, reason="Left", actor=fresh.act(fresh.officer), now=NOW)
    made = look(fresh, "attendance", ROW)
    assert fates(made) == ["refused"] and "no PEP of Autumn 2024-25" in said(made), "a PEP that was closed as not needed is none"


def test_a_funding_pep_is_none_and_of_several_the_termly_one_is_meant(fresh: World) -> None:
    session, child = fresh.session, fresh.session.get_one(Child, fresh.child_id)
    termly, autumn = fresh.pep_of().id, fresh.autumn
    asked = {"reason": "A laptop is needed", "actor": fresh.act(fresh.officer), "today": TODAY, "now": NOW}
    peps.initiate_pep(session, child, autumn, kind=PepKind.FUNDING, **asked)
    look(fresh, "attendance", ROW, store=True)
    assert [row.pep_id for row in session.scalars(sa.select(AttendanceSummary))] == [termly]
    other = session.scalars(sa.select(Pep).where(Pep.kind == PepKind.FUNDING)).one()
    session.execute(sa.update(Pep).where(Pep.id == termly).values(status=PepStatus.WITHDRAWN),
                    execution_options={"history_kept": True})
    assert "no PEP of Autumn 2024-25" in said(look(fresh, "attendance", ROW)), "a funding PEP alone is none either"
    session.execute(sa.update(Pep).where(Pep.id == termly).values(status=PepStatus.INITIATED),
                    execution_options={"history_kept": True})
    for kind, fate in ((PepKind.CHANGE, "changed"), (PepKind.FUNDING, "changed")):
        session.execute(sa.update(Pep).where(Pep.id == other.id).values(kind=kind), execution_options={"history_kept": True})
        assert fates(look(fresh, "attendance", (*ROW[:3], "81", *ROW[4:]))) == [fate]
    session.execute(sa.update(Pep).values(kind=PepKind.CHANGE), execution_options={"history_kept": True})
    made = look(fresh, "attendance", (*ROW[:3], "81", *ROW[4:]))
    assert fates(made) == ["waiting"] and "2 PEPs of Autumn 2024-25" in said(made)


def test_a_signed_part_is_refused_and_keeps_its_signature(world: World) -> None:
    pep = world.pep_of()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    stood = attended(world)
    same = ("T-0", "", str(stood[0][0]), str(stood[0][1]), "", "", stood[0][4].isoformat())
    assert fates(look(world, "attendance", same)) == ["unchanged"], "what is there already is no change of what is signed"
    made = look(world, "attendance", ROW)
    assert fates(made) == ["refused"] and "was signed by Tess Lehrer" in said(made)
    with pytest.raises(Refused, match="was signed by"):
        record(world, pep.id)
    world.session.rollback()
    world.act(world.officer)
    assert attended(world) == stood
    row = world.session.scalars(sa.select(EducationSection).where(EducationSection.pep_id == pep.id)).one()
    assert row.signed_at is not None


def test_a_sent_pep_is_refused(world: World) -> None:
    pep = world.sent_pep(money=False)
    made = look(world, "attendance", ROW)
    assert pep.status is PepStatus.SUBMITTED and fates(made) == ["refused"] and pep.reference in said(made)
    with pytest.raises(Refused):
        record(world, pep.id)


def test_what_somebody_wrote_meanwhile_is_not_written_over(world: World) -> None:
    pep = world.pep_of()
    with pytest.raises(Refused, match="has just written"):
        record(world, pep.id, base="an older digest")


def test_only_the_office_loads_and_for_every_child(world: World) -> None:
    for actor in (world.teacher, world.worker, world.finance, world.auditor, world.administrator):
        with pytest.raises(NotAllowed):
            look(world, "attendance", ROW, actor=actor)
    rows = [ROW, ("T-1", *ROW[1:])]
    assert fates(look(world, "attendance", *rows, actor=world.head, store=True)) == ["changed", "changed"]
    assert attended(world, world.other_child_id)[0][:2] == (90, 80)


@pytest.mark.parametrize("term", ["2024-25", "2024-25 winter", "1999-00 autumn", "x"])
def test_a_strange_term_is_refused(world: World, term: str) -> None:
    with pytest.raises(Refused, match="term of the list") as refused:
        look(world, "attendance", ROW, term=term)
    assert refused.value.findings[0].field == "term"


# --- attainment ------------------------------------------------------------------------------------------------------------

AT = "At age-related expectation"


def test_judgements_are_added_and_changed_by_subject(world: World) -> None:
    rows = [("T-0", "maths", "above", "", ""), ("T-0", "History", "Set 2", "gcse 5", "B"), ("T-0", "Science", "at", "at", "ON")]
    made = look(world, "attainment", *rows, store=True)
    assert fates(made) == ["changed", "new", "unchanged"], "“at” is what stands there, in the words of the scale"
    assert made.outcome.told[0].subject == "Robin Musterkind0, T-0, maths"
    assert made.outcome.told[0].changes == (("Now", "Below", "Above"), ("Against age", "Below", "Above"))
    assert judged(world) == [
        ("English", AT, AT, OnTrack.EXPECTED), ("Maths", "Above", AT, OnTrack.ABOVE), ("Science", AT, AT, OnTrack.EXPECTED),
        ("History", "Set 2", "gcse 5", OnTrack.BELOW)]
    assert fates(look(world, "attainment", *rows, store=True)) == ["unchanged"] * 3
    made = look(world, "attainment", ("T-0", "Maths", "", "[clear]", ""), store=True)
    assert fates(made) == ["changed"] and judged(world)[1] == ("Maths", "Above", None, OnTrack.ABOVE)


@pytest.mark.parametrize(("row", "problem"), [
    (("", "Below", "", "B"), ("Subject", "HB-4.1")),
    (("Art", "", "", "B"), ("Now", "HB-4.1")),
    (("Art", "Set 4", "", ""), ("Against age", "HB-4.1")),
    (("Art", "Below", "", "so so"), ("Against age", "DATA-shape")),
    (("A" * 81, "Below", "", "B"), ("Subject", "DATA-shape")),
    (("Art", "B" * 41, "", "B"), ("Now", "DATA-shape")),
])
def test_a_judgement_that_cannot_be_is_refused_and_holds_the_others(
    world: World, row: tuple[str, ...], problem: tuple[str, str]
) -> None:
    made = look(world, "attainment", ("T-0", *row), ("T-0", "Music", "Good", "", "AB"))
    assert fates(made) == ["refused", "new"] and why(made) == [problem]
    with pytest.raises(Refused):
        look(world, "attainment", ("T-0", *row), ("T-0", "Music", "Good", "", "AB"), store=True)


def test_progress_from_the_childs_own_start_comes_with_the_list_or_not(world: World) -> None:
    def progress() -> list[str | None]:
        found = world.session.scalars(
            sa.select(Attainment.progress).where(Attainment.pep_id == world.pep_of().id).order_by(Attainment.position))
        return [each and each.value for each in found]

    assert progress() == ["MORE", "EXP", "EXP"]
    made = look(world, "attainment", ("T-0", "Maths", "Below", AT, "B", "Less than expected"), store=True)
    assert made.outcome.told[0].changes == (("Progress from their own start", "As expected", "Less than expected"),)
    assert progress() == ["MORE", "LESS", "EXP"]
    look(world, "attainment", ("T-0", "Maths", "Below", AT, "WB"), store=True)
    assert progress() == ["MORE", "LESS", "EXP"], "a blank cell leaves it"
    wrong = look(world, "attainment", ("T-0", "Maths", "Below", AT, "B", "quite"))
    assert why(wrong) == [("Progress from their own start", "DATA-shape")]


def test_the_refused_row_can_be_left_out(world: World) -> None:
    made = look(world, "attainment", ("T-0", "Art", "", "", "B"), ("T-0", "Music", "Good", "", "AB"))
    keeping.load_plan(world.session, KINDS["attainment"], made, {}, good_rows=True, actor=world.officer, today=TODAY, now=NOW)
    assert [row[0] for row in judged(world)] == ["English", "Maths", "Science", "Music"]


def test_one_subject_twice_is_not_taken_and_more_lines_than_fit_are_refused(world: World) -> None:
    twice = [("T-0", "Art", "Good", "", "AB"), ("T-0", " art", "Bad", "", "B")]
    made = look(world, "attainment", *twice)
    assert fates(made) == ["refused"] * 2 and "Row 3 is about the same child and subject" in said(made)
    many = [("T-0", f"Subject {number}", "Good", "", "AB") for number in range(58)]
    made = look(world, "attainment", *many)
    assert fates(made) == ["new"] * 57 + ["refused"] and "60 lines fit" in said(made), "three stand there already"


def test_a_subject_that_stands_twice_on_a_pep_is_left_to_somebodys_hand(world: World) -> None:
    line = {"id": None, "current": "Good", "expected": None, "on_track": "AB"}
    world.save(world.pep_of(), "learning", world.officer, attainment=({**line, "subject": "Art"}, {**line, "subject": "ART"}))
    assert fates(look(world, "attainment", ("T-0", "Art", "Bad", "", "B"))) == ["waiting"]


# --- on screen -------------------------------------------------------------------------------------------------------------


def test_an_officer_chooses_the_term_and_loads(world: World, tmp_path: Path) -> None:
    config.move_today(TODAY)
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {"officer": world.officer})
    olive = Visitor(council.visit("officer").client)
    page = olive.get("/admin/pep/imports/").link("Choose a file for Attendance")
    form = page.form("attendance")
    assert dict(values_of(form))["term"] == "2024-25 autumn", "the present term is chosen already"
    assert "Summer 2024-25" not in page.main, "a term that has not begun has no PEPs"
    data = csv_of([dict(zip(ATTENDANCE, ROW, strict=True))])

    def hand_in(term: str) -> Page:
        fields = {**dict(values_of(form)), "term": term, "attendance": FileStorage(io.BytesIO(data), "x.csv")}
        answer = send(olive.client, urljoin(page.url, form.get("action")), fields)
        return Page(olive, answer.request.path + "?" + answer.request.query_string.decode(), answer)

    wrong = hand_in("2031-32 autumn")
    assert wrong.status == 422 and "Choose a term of the list." in wrong.tree.xpath("string(//p[@id='term-error'])")
    shown = hand_in("2024-25 autumn")
    assert "Changed 1" in shown.main and "→ becomes 80" in shown.main
    done = shown.send("seal", button=("rows", "all"))
    assert "Loaded: 0 attendance figures added, 1 changed." in done.main
    world.session.expire_all()
    assert [row[1] for row in attended(world)] == [80]
