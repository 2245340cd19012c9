"""Who looked: every page that shows something of one child leaves its event before it leaves itself, whatever its status.

Which door shows which record is written down here by hand; a new door fails until somebody has said what it shows. A list is no
look at one child's record: it leaves one event with the number of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask_admin import expose

from pep_admin.extension import PepAdmin
from pep_admin.models import Child, Pep
from pep_admin.permissions import Permission
from pep_admin.views.gate import PepView
from tests.host.foreign_app import make_council
from tests.security.access_table import LINES, TABLE, Line
from tests.security.house import NOBODY, ROLES, House, changed
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN = "/admin/pep"
Door = tuple[str, str]


def doors(method: str, shows: str) -> dict[Door, tuple[str, str]]:
    """`noun.route action place` in each line, as (endpoint, method): (action, place)."""
    words = (line.split() for line in shows.strip().splitlines())
    return {(f"pep_{door}", method): (action, place) for door, action, place in words}


SHOWN: Mapping[Door, tuple[str, str]] = doors("GET", """
    children.details_view children.read child
    children.edit_view children.read child
    children.change_school children.read child
    children.change_worker children.read child
    children.change_home children.read child
    children.leave_care children.read child
    children.return_to_care children.read child
    children.undo children.read child
    sdq.add children.read child
    sdq.edit_view sdq_score.read sdq
    sdq.details_view sdq_score.read sdq
    suspensions.add children.read child
    suspensions.edit_view suspension.read suspension
    suspensions.details_view suspension.read suspension
    enrolments.edit_view enrolment.read enrolment
    enrolments.details_view enrolment.read enrolment
    placements.edit_view care_placement.read home
    placements.details_view care_placement.read home
    caseloads.edit_view caseload.read caseload
    caseloads.details_view caseload.read caseload
    care_periods.edit_view care_episode.read care_period
    care_periods.details_view care_episode.read care_period
    consents.add children.read child
    consents.edit_view consent.read consent
    consents.details_view consent.read consent
    peps.details_view pep.read pep
    peps.check_answers pep.read pep
    peps.whole pep.read pep
    peps.whole_history pep.read pep
    peps.pdf pep.pdf pep
    peps.section pep.read pep
    peps.sign pep.read pep
    peps.withdraw pep.read pep
    peps.open_pep children.read child
    peps.name_writer pep.read pep
    peps.edit_view pep.read pep
    peps.grade_one pep.read sent_pep
    peps.answer pep.read sent_pep
    peps.changes pep.read pep
    targets.details_view targets.read target
    targets.write targets.read target
    targets.remove targets.read target
    targets.note targets.read target
    targets.strike targets.read target
    documents.details_view document.read document
    documents.file document.file document
    documents.add pep.read pep
    documents.remove document.read document
    ppg_requests.details_view ppg_requests.read draft
    ppg_requests.write ppg_requests.read draft
    ppg_requests.withdraw ppg_requests.read draft
    ppg_requests.decide ppg_requests.read requested
    ppg_requests.withdraw_approved ppg_requests.read approved
    waivers.details_view waiver.read waiver
    waivers.waive pep.read pep
    waivers.withdraw waiver.read waiver
    attending.say_needed children.read child
    attending.clear attending_note.read note
    attending.ask pep.read pep
    grants.sections pep.read pep
    meetings.book pep.read pep
    meetings.call_off pep.read pep
    meetings.calendar pep.read other_pep
    exclusion_alerts.details_view exclusion_alert.read alert
    exclusion_alerts.tell children.read child
    handover_notes.leave children.read child
    out_of_turn.settle children.read child
    alerts.advise children.read child
    exclusion_alerts.advise exclusion_alert.read alert
    exclusion_alerts.close exclusion_alert.read alert
    ppg_requests.release_all ppg_requests.read approved
    referrals.details_view early_years_referral.read referral
    referrals.told early_years_referral.read referral
    referrals.remove early_years_referral.read referral
    audit_log.details_view audit_log.read event
""") | doors("POST", """
    children.edit_view children.read child
    children.change_school children.read child
    children.change_worker children.read child
    children.change_home children.read child
    children.leave_care children.read child
    children.return_to_care children.read child
    children.undo children.read child
    sdq.add children.read child
    sdq.edit_view sdq_score.read sdq
    suspensions.add children.read child
    suspensions.edit_view suspension.read suspension
    enrolments.edit_view enrolment.read enrolment
    placements.edit_view care_placement.read home
    caseloads.edit_view caseload.read caseload
    care_periods.edit_view care_episode.read care_period
    consents.add children.read child
    consents.edit_view consent.read consent
    children.action_view children.read child
    children.caseload_confirm children.read child
    peps.sign pep.read pep
    peps.send pep.read pep
    peps.recall pep.read pep
    peps.withdraw pep.read pep
    peps.open_pep children.read child
    peps.name_writer pep.read sent_pep
    peps.edit_view pep.read pep
    peps.action_view pep.read sent_pep
    peps.delegate_confirm pep.read new_pep
    peps.pdf_batch pep.read pep
    peps.grade_confirm pep.read sent_pep
    peps.open_sections pep.read pep
    peps.answer pep.read sent_pep
    targets.write pep.read pep
    targets.remove targets.read target
    targets.note targets.read target
    targets.strike targets.read target
    documents.add pep.read pep
    documents.remove document.read document
    ppg_requests.write pep.read pep
    ppg_requests.work_out pep.read pep
    ppg_requests.withdraw ppg_requests.read approved
    ppg_requests.decide ppg_requests.read requested
    ppg_requests.withdraw_approved ppg_requests.read approved
    waivers.waive pep.read pep
    waivers.withdraw waiver.read waiver
    attending.say_needed children.read child
    attending.clear attending_note.read note
    attending.ask pep.read pep
    grants.sections pep.read pep
    meetings.book pep.read pep
    meetings.call_off pep.read pep
    exclusion_alerts.tell children.read child
    handover_notes.leave children.read child
    out_of_turn.settle children.read child
    alerts.advise children.read child
    exclusion_alerts.advise exclusion_alert.read alert
    exclusion_alerts.close exclusion_alert.read alert
    ppg_requests.action_view ppg_requests.read approved
    ppg_requests.release_confirm ppg_requests.read approved
    referrals.told early_years_referral.read referral
    referrals.remove early_years_referral.read referral
""")
"""Doors behind which stands one child's record: what a look is called, and whose."""

BY_THEMSELVES = {("pep_schools.details_view", "GET"), ("pep_terms.launch", "GET"), ("pep_terms.launch", "POST"),
                 ("pep_peps.section", "POST"), ("pep_people.replace", "GET"), ("pep_people.replace", "POST"),
                 ("pep_roll_over.index_view", "POST"), ("pep_roll_over.confirm", "GET"), ("pep_roll_over.confirm", "POST"),
                 ("pep_my_peps.calendar", "GET"),  # test_own_meetings
                 ("pep_my_peps.figures", "POST"), ("pep_calls.index_view", "GET"), ("pep_calls.note", "GET"),  # test_calls
                 ("pep_calls.note", "POST"), ("pep_calls.settle", "POST"),
                 # That officer's other meetings of the week are shown too: test_meetings.
                 ("pep_meetings.send_officer", "GET"), ("pep_meetings.send_officer", "POST")}
"""Doors that show many children, or show one only when something goes wrong: a test of their own each, below."""

WITH_CHILDREN = ("children", "peps", "targets", "ppg_requests", "sdq", "suspensions", "consents", "enrolments", "placements",
                 "caseloads", "care_periods", "waivers", "attending", "referrals", "exclusion_alerts", "documents")
LISTS = {(f"pep_{noun}.{route}", "GET") for noun in WITH_CHILDREN
         for route in ("index_view", "export")} - {("pep_targets.export", "GET")} | {
             ("pep_roll_over.index_view", "GET"), ("pep_my_peps.index_view", "GET"), ("pep_my_peps.figures", "GET"),
             ("pep_board.children", "GET"), ("pep_actions.index_view", "GET"), ("pep_meetings.index_view", "GET"),
             ("pep_week.lines", "GET"), ("pep_week.export", "GET"), ("pep_out_of_turn.index_view", "GET"),
             ("pep_alerts.index_view", "GET"), ("pep_reminders.no_meeting", "GET")}
"""One event for the whole list."""

NO_CHILD = {
    *((f"security.{page}", method) for method in ("POST", "GET") for page in ("login", "verify", "change_password")),
    ("security.logout", "POST"), ("front", "GET"), ("favicon", "GET"), ("healthz", "GET"), ("pep_assets.static", "GET"),
    ("pep_dashboard.index", "GET"),  # numbers
    ("pep_children.create_view", "GET"), ("pep_children.create_view", "POST"),  # a child who is not there yet
    *((f"pep_{noun}.{route}", method) for noun in ("schools", "people", "years", "terms") for method in ("GET", "POST")
      for route in ("index_view", "details_view", "export", "create_view", "edit_view")),
    ("pep_schools.action_view", "POST"), *((f"pep_leads.{route}", method) for method in ("GET", "POST")
                                           for route in ("index_view", "details_view", "ask", "accept", "decline")),
    ("pep_my_lead.index_view", "GET"), ("pep_my_lead.answer", "GET"), ("pep_my_lead.answer", "POST"),
    *((f"pep_{noun}.{route}", method) for noun in ("calendars", "closures", "days_off", "inspections") for method in ("GET", "POST")
      for route in ("index_view", "details_view", "export", "create_view", "add", "edit_view", "remove")),
    ("pep_documents.put_back", "POST"),  # leads back to the document, which records itself
    ("pep_attending.cancel", "POST"),  # leads back to the PEP, which records itself
    ("pep_actions.done", "POST"), ("pep_actions.not_done", "POST"),  # lead back to the list or the PEP, which record themselves
    ("pep_board.index_view", "GET"), ("pep_week.index_view", "GET"),  # numbers
    ("pep_out_of_turn.again", "POST"), ("pep_out_of_turn.first", "POST"),  # lead back to the list, which records itself
    # Filters of lists, which name no child.
    *((f"pep_saved.{route}", method) for route in ("index_view", "new", "change", "remove") for method in ("GET", "POST")),
    ("pep_out_of_reach.index_view", "GET"),  # people, and references of PEPs
    ("pep_reminders.index_view", "GET"), ("pep_reminders.escalate", "GET"), ("pep_reminders.escalate", "POST"),  # likewise
    ("pep_from_mail.index_view", "GET"),  # leads on
    *((f"pep_care_teams.{route}", method) for route in ("index_view", "details_view", "create_view", "edit_view")
      for method in ("GET", "POST")),
    ("pep_deliveries.index_view", "GET"), ("pep_deliveries.details_view", "GET"),  # people, letters and references of PEPs
    *((f"pep_deliveries.{route}", "POST") for route in ("send_again", "note_return", "undo_return", "mend")),
    ("pep_rules.index", "GET"),  # the rules themselves
    *((f"pep_grants.{route}", "GET") for route in ("index_view", "details_view", "cover", "end")),  # people, and references of PEPs
    ("pep_grants.cover", "POST"), ("pep_grants.end", "POST"),
    ("pep_years.next_year", "GET"), ("pep_years.next_year", "POST"),  # dates
    ("pep_payments.index_view", "GET"), ("pep_payments.details_view", "GET"), ("pep_payments.csv", "GET"),  # payees and references
    ("pep_payments.batch", "GET"), ("pep_payments.batch", "POST"),
    # The files of an import by their own words, and what of the roll differs from them, fifty rows at a time: a list, like that of
    # the children, for those who see every child. It has one event of its own (import.read), with kind, fate and count of rows.
    *((f"pep_imports.{route}", method) for route in ("index_view", "new", "outcome", "mend", "confirm", "discard")
      for method in ("GET", "POST")),
    # Headings, and up to three values of each of one's own file, looked at under the same event.
    *((f"pep_import_columns.{route}", method) for route in ("index_view", "change", "match") for method in ("GET", "POST")),
    ("pep_audit_log.index_view", "GET"),  # numbers of rows
    ("pep_peps.pdf_batch", "GET"),  # numbers and references; one event with the number (peps.pdfs_preview)
    # One's own jobs, by numbers. A file has an event for each PEP when it is made and one when it is taken away: test_jobs.
    *((f"pep_jobs.{route}", method) for route in ("index_view", "details_view", "cancel", "file") for method in ("GET", "POST")),
    # One's own words, that nobody else reads; with any to read, an event of its own: test_draft_pages.
    *((f"pep_drafts.{route}", method) for route in ("index_view", "keep", "mark", "drop") for method in ("GET", "POST")),
    *((line.endpoint, line.method) for line in LINES if line.endpoint.startswith(("account.", "pep_accounts.", "pep_my_account."))),
} & set(TABLE) - BY_THEMSELVES
"""Doors behind which no child stands; that they name none is tried too."""

LOOKED = re.compile(r".*\.(read|pdf|file)")
SHOWING = ("200", "409", "422")


def looks(house: House, after: int) -> list[Any]:
    return [each for each in house.events(after=after) if LOOKED.fullmatch(each.action)]


RECORDS = {"sdq": "pep_sdq_score", "suspension": "pep_suspension", "consent": "pep_consent", "enrolment": "pep_enrolment",
           "home": "pep_care_placement", "caseload": "pep_caseload", "care_period": "pep_care_episode",
           "referral": "pep_early_years_referral",
           "note": "pep_attending_note", "document": "pep_document", "alert": "pep_exclusion_alert"}
OF_A_PEP = {"target": "pep_target", "waiver": "pep_waiver"}


def child_of(house: House, place: str) -> int | None:
    """Whose record that place is."""
    row_id, rows = house.plan.places[place], house.rows(without=frozenset())
    if place == "child":
        return row_id
    if place == "event":
        found: int | None = rows["pep_audit_event", row_id]["child_id"]
        return found
    if place in RECORDS:
        return int(rows[RECORDS[place], row_id]["child_id"])
    pep_id = row_id
    if not place.endswith("pep"):
        pep_id = rows[OF_A_PEP.get(place, "pep_ppg_request"), row_id]["pep_id"]
    return int(rows["pep_pep", pep_id]["child_id"])


def open_door(house: House, who: str, line: Line) -> Any:
    return house.get(who, line.address) if line.method == "GET" else house.post(who, line.address, dict(line.form))


def names(house: House) -> dict[str, int]:
    return {row["last_name"]: row["id"] for key, row in house.rows().items() if key[0] == "pep_child"}


def test_of_every_door_somebody_has_said_what_it_shows() -> None:
    said = (set(SHOWN), BY_THEMSELVES, LISTS, NO_CHILD)
    assert set(TABLE) - set().union(*said) == set(), "doors that are not placed: what of a child do they show?"
    assert set().union(*said) - set(TABLE) == set(), "doors that are not there"
    assert sum(map(len, said)) == len(TABLE), "a door stands in two places"


@pytest.mark.parametrize("who", [role for role in ROLES if role != NOBODY])
def test_a_page_of_one_childs_record_leaves_its_one_event(house: House, who: str) -> None:
    wrong = []
    for line in LINES:
        door = (line.endpoint, line.method)
        if door not in SHOWN or line.outcome(who) not in SHOWING or (line.endpoint == "pep_peps.pdf" and who != "teacher"):
            continue
        (action, place), last = SHOWN[door], house.last_event()
        answer = open_door(house, who, line)
        assert str(answer.status_code) == line.outcome(who), door
        told = [(each.actor_id, each.outcome, each.action, each.object_id, each.child_id, each.details["page"])
                for each in looks(house, last)]
        expected = (house.actor_id(who), "done", action, house.plan.places[place], child_of(house, place),
                    line.endpoint.removeprefix("pep_"))
        wrong += [(door, told)] if told != [expected] else []
    assert wrong == []


@pytest.mark.parametrize("who", ["head", "finance", "teacher", "auditor"])
def test_no_page_names_a_child_that_its_events_do_not(house: House, who: str) -> None:
    """However the page came by the name. Lists are counted; what else names nobody has no look either."""
    known, wrong = names(house), []
    for line in LINES:
        door = (line.endpoint, line.method)
        if line.outcome(who) not in SHOWING or door in LISTS or door[0].endswith((".pdf", ".file")):
            continue
        before, last = house.rows(), house.last_event()
        text = open_door(house, who, line).text
        named, told = {known[name] for name in known if name in text}, {each.child_id for each in looks(house, last)} - {None}
        wrong += [(door, named, told)] if named - told or (door in NO_CHILD and named | told) else []
        if changed(before, house.rows()):
            house.restore()
    assert wrong == []


def test_a_list_leaves_one_event_and_none_for_each_child(house: House) -> None:
    for line in LINES:
        if (line.endpoint, line.method) in LISTS:
            last = house.last_event()
            noun, route = line.endpoint.removeprefix("pep_").split(".")
            assert house.get("teacher" if noun == "my_peps" else "officer", line.address).status_code == 200
            (event,) = house.events(after=last)
            assert (event.action, event.child_id) == (f"{noun}.{'list' if route == 'index_view' else route}", None)
            if (noun, route) == ("reminders", "no_meeting"):
                assert event.details["rows"] == 0, "the house's PEPs were sent to their writers after half-term"
                continue
            few = (noun, route) in {("my_peps", "figures"), ("week", "lines"), ("week", "export"), ("meetings", "index_view")}
            assert event.details["rows"] > (not few), "a teacher has one open PEP there, and one meeting is to come"


def test_a_grid_that_is_shown_again_is_one_list_too(house: House) -> None:
    reference = house.row("pep_pep", house.plan.places["pep"])["reference"]
    last = house.last_event()
    answer = house.post("teacher", f"{ADMIN}/my_peps/figures/", {f"{reference}--base-attendance": "x",
                                                                  f"{reference}--attendance-0-possible": "many"})
    assert answer.status_code == 422 and "Musterkind0" in answer.text
    (event,) = house.events(after=last)
    assert (event.action, event.child_id) == ("my_peps.figures", None)


# --- many children, and what is shown again ------------------------------------------------------------------------------


def spring(house: House) -> int:
    """The term after the one that runs; nobody has a PEP in it."""
    (found,) = [row["id"] for key, row in house.rows().items() if key[0] == "pep_term" and row["name"] == "spring"
                and row["year_id"] == house.plan.places["year"]]
    return int(found)


@contextmanager
def inserts(house: House) -> Iterator[list[str]]:
    """The statements that write audit events, as they are sent."""
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO pep_audit_event"):
            said.append(statement)

    sa.event.listen(house._engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(house._engine, "before_cursor_execute", hear)


def test_the_children_of_a_school_are_each_looked_at_and_written_at_once(house: House) -> None:
    last, rows = house.last_event(), house.rows()
    there = {key[1] for key, row in rows.items() if key[0] == "pep_child" and row["school_id"] == house.plan.places["school"]}
    with inserts(house) as said:
        assert house.get("auditor", f"{ADMIN}/schools/details/?id={{school}}").status_code == 200
    told = [(each.action, each.object_type, each.object_id, each.details) for each in looks(house, last)]
    assert told == [("children.read", "child", each, {"page": "schools.details_view"}) for each in sorted(there)]
    assert len(there) == 3 and len(said) == 1


def test_the_children_whom_a_launch_would_name_are_each_looked_at(house: House) -> None:
    last = house.last_event()
    page = house.get("officer", f"{ADMIN}/terms/launch/?id={spring(house)}")
    assert {each.child_id for each in looks(house, last)} == {each for name, each in names(house).items() if name in page.text}
    assert len(looks(house, last)) == 6


def test_the_children_whom_a_launch_left_out_are_looked_at_on_its_result(house: House) -> None:
    house.change(sa.update(Child).where(Child.id == house.plan.places["child"]).values(date_of_birth=sa.text("'2023-05-14'")))
    last = house.last_event()
    page = house.post("officer", f"{ADMIN}/terms/launch/?id={spring(house)}")
    assert page.status_code == 200 and "Musterkind0" in page.text and "Musterkind1" not in page.text
    assert [each.child_id for each in looks(house, last)] == [house.plan.places["child"]]


def test_whose_children_go_to_somebody_else_are_each_looked_at(house: House) -> None:
    last = house.last_event()
    page = house.get("officer", f"{ADMIN}/people/replace/?id={{worker_person}}")
    shown = {child_id for name, child_id in names(house).items() if name in page.text}
    assert len(shown) > 1
    assert {each.child_id for each in looks(house, last)} == shown


def test_the_pages_of_the_roll_over_are_lists_with_an_event_each_and_name_none_that_they_do_not_count(house: House) -> None:
    """The children of a whole roll are named there, for those who see every child."""
    house.change(sa.update(Child).where(Child.id == house.plan.places["child"]).values(date_of_birth=sa.text("'2008-05-14'")))
    step = f"step_{house.plan.places['child']}"
    for method, path, form, action in (
        ("GET", "roll_over/", {}, "roll_over.list"), ("POST", "roll_over/", {step: "no such step"}, "roll_over.list"),
        ("GET", "roll_over/confirm/", {}, "roll_over.confirm"),
        ("POST", "roll_over/confirm/", {"seal": "old"}, "roll_over.confirm"),
    ):
        last = house.last_event()
        page = house.get("officer", f"{ADMIN}/{path}") if method == "GET" else house.post("officer", f"{ADMIN}/{path}", form)
        assert "Musterkind0" in page.text and page.status_code in (200, 409, 422)
        [event] = [each for each in house.events(after=last) if each.action.startswith("roll_over.")]
        assert (event.action, event.child_id, event.details) == (action, None, {"rows": 6})


def test_a_preview_of_many_peps_has_an_event_for_each(house: House) -> None:
    peps, last = [key[1] for key in house.rows() if key[0] == "pep_pep"], house.last_event()
    with inserts(house) as said:
        page = house.post("officer", f"{ADMIN}/peps/action/", [("action", "delegate"), *(("rowid", str(each)) for each in peps)])
    assert page.status_code == 200 and len(peps) == 6
    assert sorted(each.object_id for each in looks(house, last)) == sorted(peps)
    assert len(said) == 1


@pytest.mark.parametrize(("who", "path", "form", "status", "action", "place"), [
    ("teacher", "peps/section/?id={pep}&section=voice", {"base-child_voice_good": "old", "child_voice_good": "New"}, 409,
     "pep.read", "pep"),
    ("officer", "peps/section/?id={graded_pep}&section=voice", {"base-child_voice_good": "old", "child_voice_good": "New"}, 409,
     "pep.read", "graded_pep"),
    ("teacher", "targets/write/?id={target}", {"outcome": "Half a target"}, 422, "targets.read", "target"),
    ("teacher", "ppg_requests/write/?id={draft}", {"description": "Half a request"}, 422, "ppg_requests.read", "draft"),
    ("officer", "peps/action/", {"action": "delegate", "rowid": "{new_pep}"}, 200, "pep.read", "new_pep"),
])
def test_a_form_that_is_shown_again_is_a_look(
    house: House, who: str, path: str, form: dict[str, str], status: int, action: str, place: str
) -> None:
    last = house.last_event()
    assert house.post(who, f"{ADMIN}/{path}", form).status_code == status
    assert [(each.action, each.object_id, each.child_id) for each in looks(house, last)] == [
        (action, house.plan.places[place], child_of(house, place))]


def test_a_section_that_cannot_be_read_back_is_a_look_with_its_section(house: House) -> None:
    last = house.last_event()
    path = f"{ADMIN}/peps/section/?id={{pep}}&section=meeting"
    answer = house.post("worker", path, {"base-meeting_at": "x", "meeting_at": "some day"})
    assert answer.status_code == 422
    assert [each.details for each in looks(house, last)] == [{"page": "peps.section", "section": "meeting"}]


def test_a_deed_that_leads_elsewhere_is_no_look_of_its_own(house: House) -> None:
    last = house.last_event()
    assert house.post("teacher", f"{ADMIN}/targets/remove/?id={{free_target}}").status_code == 303
    assert [each.action for each in house.events(after=last)] == ["target.remove"]


def test_the_deed_and_the_page_that_tells_of_it_are_two_events(house: House) -> None:
    graded = house.visitor("officer").get(house.at(f"{ADMIN}/peps/grade/?id={{sent_pep}}"))
    last = house.last_event()
    page = graded.send("feedback", grade="gold", decision="accept", feedback="Led by the child.")
    assert page.status == 200 and "Musterkind4" in page.text
    assert {"pep.grade", "pep.read"} <= {each.action for each in house.events(after=last, object_id=house.plan.places["sent_pep"])}


# --- when it cannot be written -------------------------------------------------------------------------------------------


def test_what_cannot_be_recorded_is_not_shown(house: House) -> None:
    """The log refuses every row: none of these pages is given, nor a list or a file, and nothing of a child stands on any."""
    house.change(sa.text("CREATE TRIGGER full BEFORE INSERT ON pep_audit_event BEGIN SELECT RAISE(ABORT, 'full'); END"))
    known, before = names(house), house.rows()
    for line in LINES:
        door = (line.endpoint, line.method)
        who = next((role for role in ("officer", "finance", "auditor") if line.outcome(role) in SHOWING), "")
        if who and (door in SHOWN or door in LISTS or door == ("pep_schools.details_view", "GET")):
            answer = open_door(house, who, line)
            assert answer.status_code == 500 and answer.mimetype == "text/html", door
            assert not [name for name in known if name in answer.text], door
    assert changed(before, house.rows()) == set()


def test_a_deed_that_is_done_is_not_called_undone_when_its_page_cannot_be_recorded(house: House) -> None:
    graded = house.visitor("officer").get(house.at(f"{ADMIN}/peps/grade/?id={{sent_pep}}"))
    house.change(sa.text("CREATE TRIGGER full_of_looks BEFORE INSERT ON pep_audit_event WHEN NEW.action = 'pep.read' "
                         "BEGIN SELECT RAISE(ABORT, 'full'); END"))
    page = graded.send("feedback", grade="gold", decision="accept", feedback="Led by the child.")
    assert page.status == 500
    assert house.row("pep_pep", house.plan.places["sent_pep"])["status"] == "complete"
    assert "was saved" in page.main and "nothing was saved" not in page.main
    assert "Musterkind4" not in page.text and "Led by the child" not in page.text


# --- pages that nobody has thought of ------------------------------------------------------------------------------------


class Corridor(PepView):
    """A host's own page that reads children as it likes and says nothing of it."""

    noun = "corridor"
    title = "Corridor"
    opens: ClassVar = dict.fromkeys(("index", "one", "away", "round"), Permission.PEP_READ)

    def everybody(self) -> str:
        return " ".join(child.last_name for child in self.db_session.scalars(sa.select(Child).order_by(Child.id)))

    @expose("/")
    def index(self) -> str:
        return self.everybody()

    @expose("/one/")
    def one(self) -> str:
        pep = self.db_session.scalars(sa.select(Pep).order_by(Pep.id).limit(1)).one()
        return pep.child.last_name

    @expose("/away/")
    def away(self) -> Any:
        return self.back_to("one") if self.everybody() else ""

    @expose("/round/")
    def round(self) -> Any:
        self.look_at(self.one_or_404(Pep, "1"), "pep.walk")
        return self.index()


class WithCorridor(PepAdmin):
    views = (*PepAdmin.views, Corridor)


def test_a_page_that_reads_children_by_itself_is_recorded_all_the_same(world: World, tmp_path: Path) -> None:
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {"officer": world.officer, "teacher": world.teacher},
                           plugin=WithCorridor())
    world.session.commit()

    def events(who: str, path: str) -> list[tuple[Any, ...]]:
        said = "SELECT coalesce(max(id), 0) FROM pep_audit_event"
        with council.app.app_context(), council.db.engine.connect() as connection:
            last = connection.exec_driver_sql(said).scalar_one()
        council.visit(who).get(f"{ADMIN}/corridor/{path}")
        with council.app.app_context(), council.db.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"SELECT actor_id, action, child_id FROM pep_audit_event WHERE id > {last}").all()
        return [tuple(row) for row in rows]

    everybody = [(world.officer.id, "children.read", each) for each in (world.child_id, world.other_child_id)]
    assert events("officer", "") == everybody
    assert events("teacher", "") == [(world.teacher.id, "children.read", world.child_id)]
    assert events("officer", "one/") == everybody[:1]
    assert events("officer", "away/") == []
    assert events("officer", "round/") == [(world.officer.id, "pep.walk", world.child_id), everybody[1]], "by way of another route"


# --- who was refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "method", "path", "form", "kind", "place"), [
    ("finance", "GET", "children/details/?id={child}", {}, "child", "child"),
    ("teacher", "GET", "children/edit/?id={child}", {}, "child", "child"),
    ("teacher", "POST", "children/leave-care/?id={child}", {}, "child", "child"),
    ("auditor", "GET", "peps/open/?child={child}", {}, "child", "child"),
    ("finance", "GET", "peps/history/?id={pep}", {}, "pep", "pep"),
    ("worker", "GET", "targets/write/?id={target}", {}, "target", "target"),
    ("worker", "GET", "targets/write/?pep={pep}", {}, "pep", "pep"),
    ("worker", "POST", "ppg_requests/withdraw/?id={draft}", {}, "ppg_request", "draft"),
    ("auditor", "POST", "ppg_requests/write/?pep={pep}", {}, "pep", "pep"),
    ("worker", "POST", "peps/section/?id={pep}&section=voice", {}, "pep", "pep"),
    ("teacher", "POST", "peps/action/", {"action": "grade", "rowid": "{pep}"}, "pep", "pep"),
])
def test_a_refusal_tells_whose_record_it_was(
    house: House, who: str, method: str, path: str, form: dict[str, str], kind: str, place: str
) -> None:
    last = house.last_event()
    answer = house.get(who, f"{ADMIN}/{path}") if method == "GET" else house.post(who, f"{ADMIN}/{path}", form)
    assert answer.status_code == 403
    (event,) = house.events(after=last)
    assert (event.action, event.outcome, event.actor_id) == ("refused", "refused", house.actor_id(who))
    assert (event.object_type, event.object_id, event.child_id) == (kind, house.plan.places[place], child_of(house, place))


@pytest.mark.parametrize(("who", "path"), [
    ("teacher", "children/edit/?id={other_child}"), ("administrator", "children/details/?id={child}"),
    ("other_worker", "peps/history/?id={pep}"), ("teacher", "peps/open/?child={other_child}"),
    ("teacher", "children/edit/?id=1,2"), ("teacher", "children/edit/?id={child}&id={child}"),
    ("teacher", "children/edit/?id=99999999999"), ("teacher", "schools/details/?id={school}"), ("teacher", "children/edit/"),
])
def test_a_refusal_names_no_child_out_of_sight(house: House, who: str, path: str) -> None:
    last = house.last_event()
    assert house.get(who, f"{ADMIN}/{path}").status_code == 403
    (event,) = house.events(after=last)
    assert (event.outcome, event.child_id, event.object_type) == ("refused", None, path.partition("/")[0])
