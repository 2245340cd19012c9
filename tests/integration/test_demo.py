"""The demonstration shows every circumstance that a Virtual School meets in a term: asked of its database and of its pages.

What is expected was written by hand from the list of circumstances, not read from the code that makes them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pep_admin import config, create_app
from tests.integration.test_commands import Shell
from tests.visiting import Visitor

pytestmark = pytest.mark.slow

PEP = "pep_pep p JOIN pep_child c ON c.id = p.child_id LEFT JOIN pep_school s ON s.id = c.school_id"
CHILD = "pep_child c LEFT JOIN pep_school s ON s.id = c.school_id"
MONEY = "pep_ppg_request r JOIN pep_pep p ON p.id = r.pep_id"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a demonstration that was made, once for these tests, which only look."""
    made = tmp_path_factory.mktemp("demo")
    code, said = Shell(made)("demo", "--no-serve")
    assert code == 0, said
    return made


@pytest.fixture
def ask(folder: Path) -> Callable[[str], list[Any]]:
    """`ask(sql)`: the rows; those of one column as their values."""

    def answer(sql: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{folder / 'demo.db'}?mode=ro", uri=True)) as database:
            rows = database.execute(sql).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    return answer


def test_there_are_sixty_children_of_every_phase_at_the_launch(ask) -> None:
    assert ask("SELECT count(*) FROM pep_child") == [60]
    groups = set(ask("SELECT DISTINCT year_group FROM pep_pep"))
    assert {"N1", "N2", "R", "12", "13"} <= groups
    assert groups & {"1", "2", "3", "4", "5", "6"} and groups & {"7", "8", "9", "10", "11"}


@pytest.mark.parametrize(("what", "sql"), [
    ("a plan for special needs, with its review", f"SELECT c.id FROM {CHILD} WHERE sen_status = 'E' AND s.kind = 'special' "
     "AND ehcp_review_on = '2025-02-06'"),
    ("at college after 16", f"SELECT c.id FROM {PEP} WHERE p.year_group = '12' AND s.kind = 'college'"),
    ("after 16 without a course, and yet with writers", f"SELECT c.id FROM {PEP} WHERE p.year_group = '13' AND c.school_id IS NULL "
     "AND p.status = 'in_progress' AND p.writer_id IS NOT NULL"),
    ("at nursery", f"SELECT c.id FROM {PEP} WHERE p.year_group = 'N2' AND s.kind = 'nursery' AND p.status = 'complete'"),
    ("of school age without a school", f"SELECT c.id FROM {PEP} WHERE c.school_id IS NULL AND p.year_group = '9'"),
    ("at a school out of the borough", f"SELECT c.id FROM {CHILD} WHERE s.in_borough = 0 AND s.kind = 'school'"),
    ("at a school that is less than good", f"SELECT c.id FROM {CHILD} WHERE s.less_than_good = 1"),
    ("at a setting where nobody is named to write", f"SELECT c.id FROM {PEP} WHERE s.kind = 'alternative' "
     "AND s.designated_teacher_id IS NULL AND p.status = 'initiated'"),
    ("moved school in the middle of the term, with a PEP for it", "SELECT e.child_id FROM pep_enrolment e JOIN pep_pep p "
     "ON p.child_id = e.child_id AND p.kind = 'change' WHERE e.ended_on = '2024-11-04' AND e.leaving_reason = 'home_move'"),
    ("moved home", "SELECT child_id FROM pep_care_placement WHERE started_on = '2024-11-08' AND kind = 'kinship'"),
    ("an SDQ total of 21 in the PEP", "SELECT id FROM pep_sdq_score WHERE total = 21 AND pep_id IS NOT NULL"),
    ("left care with a final PEP", f"SELECT c.id FROM {PEP} WHERE c.left_care_on = '2024-11-15' AND p.status = 'complete'"),
    ("left care before the PEP was written", f"SELECT c.id FROM {PEP} WHERE c.left_care_on = '2024-10-11' "
     "AND p.status = 'withdrawn' AND p.closing_reason <> ''"),
    ("a name that is not known yet", "SELECT id FROM pep_child WHERE first_name = '' AND last_name = '' AND lcs_id <> ''"),
    ("a long name", "SELECT id FROM pep_child WHERE length(first_name) > 35 AND length(last_name) > 50"),
    ("known by another name", "SELECT id FROM pep_child WHERE known_as = 'Badger'"),
    ("a PEP with a question", "SELECT pep_id FROM pep_qa_review WHERE decision = 'ask'"),
    ("a PEP sent back as Red", "SELECT id FROM pep_pep WHERE status = 'returned' AND grade = 'red'"),
    ("a waiver of the head's", f"SELECT r.id FROM {MONEY} JOIN pep_waiver w ON w.pep_id = p.id WHERE w.\"check\" = 'RD-308' "
     "AND r.status = 'released'"),
    ("an independent chair that is needed", "SELECT id FROM pep_attending_note WHERE kind = 'chair' AND cleared_at IS NULL"),
    ("a school that asks the Virtual School to come", "SELECT n.id FROM pep_attending_note n JOIN pep_pep p ON p.id = n.pep_id "
     "WHERE n.kind = 'school_asks' AND p.status = 'in_progress'"),
    ("a meeting to which the Virtual School came", "SELECT id FROM pep_attendee WHERE role = 'virtual_school' "
     "AND took_part = 'attended'"),
    ("a meeting ahead to which the Virtual School goes", "SELECT id FROM pep_pep WHERE meeting_at > '2024-11-18' "
     "AND attending_officer_id IS NOT NULL"),
    ("a meeting that was held and waits for the school", "SELECT p.id FROM pep_pep p JOIN pep_meeting_section m ON m.pep_id = p.id "
     "JOIN pep_education_section e ON e.pep_id = p.id WHERE p.status = 'in_progress' AND m.signed_at IS NOT NULL "
     "AND e.signed_at IS NULL"),
    ("declined, with the reason", "SELECT id FROM pep_ppg_request WHERE status = 'declined' AND approved_pence IS NULL"),
    ("approved in part", "SELECT id FROM pep_ppg_request WHERE amount_pence = 55000 AND approved_pence = 33000"),
    ("an approval taken back", "SELECT r.id FROM pep_ppg_request r WHERE status = 'withdrawn'"),
    ("ratings of cases", "SELECT id FROM pep_child WHERE case_rating = 'red' AND case_officer_id IS NOT NULL"),
])
def test_the_circumstance_is_there(ask, what: str, sql: str) -> None:
    assert ask(sql), f"Nobody is there for: {what}"


def test_both_clocks_of_two_new_children_are_running(ask) -> None:
    """Told on 8 Nov 2024 (in care since 6 Nov) and on 15 Nov: ten working days to open, twenty school days to hold the PEP."""
    found = ask(f"SELECT c.entered_care_on, c.notified_on FROM {PEP} WHERE p.kind = 'initial' AND p.status = 'initiated'")
    assert {("2024-11-06", "2024-11-08"), ("2024-11-14", "2024-11-15")} <= set(found)
    assert all(due > "2024-11-18" for due in ask(f"SELECT p.due_on FROM {PEP} WHERE c.entered_care_on > '2024-11-01'"))


def test_twins_are_at_one_school(ask) -> None:
    assert ask("SELECT count(*), count(DISTINCT school_id), count(DISTINCT first_name) FROM pep_child "
               "WHERE last_name = 'Twinbury-Example' AND date_of_birth = '2016-02-29'") == [(2, 1, 2)]


def test_a_child_was_suspended_twice_and_another_has_decisions_of_each_kind(ask) -> None:
    assert ask("SELECT half_days, reason FROM pep_suspension ORDER BY started_on") == [(4, "DB"), (6, "VA")]
    assert ask("SELECT matter, decision FROM pep_consent ORDER BY id") == [
        ("day_trip", "yes"), ("overnight", "each_time"), ("photos_public", "no"), ("abroad", None)]


def test_peps_are_in_every_status_and_of_every_grade(ask) -> None:
    assert set(ask("SELECT DISTINCT status FROM pep_pep")) == {
        "initiated", "in_progress", "submitted", "returned", "complete", "withdrawn"}
    assert set(ask("SELECT DISTINCT grade FROM pep_pep WHERE grade IS NOT NULL")) == {"gold", "green", "amber", "red"}
    assert ask("SELECT count(*) FROM pep_pep")[0] >= 40, "a term in full swing"


def test_money_is_at_every_stage_and_batched_or_waiting_to_be(ask) -> None:
    assert set(ask("SELECT DISTINCT status FROM pep_ppg_request")) == {
        "draft", "requested", "approved", "declined", "released", "withdrawn"}
    assert ask("SELECT count(*), sum(pence) FROM pep_payment_line") == [(5, 5 * 550_00)]
    assert ask("SELECT count(*) FROM pep_funding_release WHERE id NOT IN (SELECT release_id FROM pep_payment_line)") == [2]


def test_every_pound_is_where_it_should_be_and_every_name_is_made_up(folder: Path, ask) -> None:
    settings = {"PEP_ADMIN_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}", "PEP_ADMIN_TODAY": "2024-11-18"}
    assert Shell(folder)("reconcile", **settings) == (0, "Every pound is where it should be.\n")
    assert [name for name in ask("SELECT name FROM pep_school") if "(fictional)" not in name] == []
    addresses = ask("SELECT email FROM pep_person WHERE email IS NOT NULL") + ask("SELECT email FROM account_user")
    assert [each for each in addresses if not each.endswith(".example")] == []


def test_nothing_was_written_but_by_the_verbs(ask) -> None:
    """Whatever moved has its history and its event, by the person who does that in life."""
    actions = set(ask("SELECT DISTINCT action FROM pep_audit_event"))
    assert {"child.take_into_care", "child.change_school", "child.change_placement", "child.leave_care", "pep.write", "pep.sign",
            "pep.withdraw", "pep.waive", "request.approve", "suspension.save", "consent.save", "sdq_score.save"} <= actions
    assert ask("SELECT count(*) FROM pep_audit_event WHERE actor_id = 'anonymous'") == [0]


@pytest.fixture
def officer(folder: Path) -> Iterator[Visitor]:
    """The officer of the demonstration at its pages."""
    app = create_app({"PEP_ADMIN_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}", "PEP_ADMIN_INSTANCE_FOLDER": str(folder),
                      "PEP_ADMIN_ENVIRONMENT": "demo", "PEP_ADMIN_TODAY": "2024-11-18", "PEP_ADMIN_SECOND_FACTOR": "no"})
    visitor = Visitor(app.test_client())
    page = visitor.get("/account/login").send(email="officer@demo.example", password="fictional-demo-only")
    assert page.status == 200 and page.heading
    yield visitor
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    config.move_today(None)


@pytest.mark.parametrize(("search", "says"), [
    ("Featherstonehaugh", "Maximiliana-Theodora Wilhelmina Philippa"), ("Twinbury", "Bracken Twinbury-Example"),
    ("Badger", "Nutbourne-Example"), ("DEMO-00020", "Name not known"),
])
def test_the_officer_finds_them_on_the_list(officer: Visitor, search: str, says: str) -> None:
    page = officer.get(f"/admin/pep/children/?search={search}")
    assert page.status == 200 and says in page.main


def test_the_officer_opens_each_record(officer: Visitor, ask) -> None:
    statuses = {child: officer.get(f"/admin/pep/children/details/?id={child}").status for child in ask("SELECT id FROM pep_child")}
    assert len(statuses) == 60 and set(statuses.values()) == {200}
