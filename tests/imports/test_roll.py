"""The roll from a list with names and from a looked-after return: who is new, what is corrected, who is left to somebody's hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from pep_admin.cli import main
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.imports import KINDS, Plan, keeping
from pep_admin.models import AuditEvent, CareEpisode, CarePlacement, Child, FrozenFacts, RecordChange, SdqScore
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import LegalStatus, PlacementKind, SdqBy, SenStatus
from pep_admin.workflow import roll
from pep_admin.workflow.corrections import correct_child
from tests.imports.making import csv_of
from tests.imports.test_import_screens import Office, send
from tests.visiting import Page, values_of
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

LIST = ("Child ID", "Forename", "Surname", "DOB", "UPN", "Date started", "Legal status", "SEN status", "Left care")
NEW = ("L-9", "Nova", "Newman", "01/05/2012", "B801200005001", "02/10/2024", "C2 Full care order", "K", "")
HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODES = ("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
            "PL_POST", "URN")
OC2 = ("CHILD", "DOB", "SDQ_SCORE", "SDQ_REASON", "CONVICTED")


def sheet(headings: tuple[str, ...], *rows: tuple[str, ...]) -> bytes:
    return csv_of([dict(zip(headings, row, strict=False)) for row in rows], headings=headings)


def plan(session: Session, files: Mapping[str, bytes], *, actor: Any = SYSTEM, store: bool = False, **options: str) -> Plan:
    kind = KINDS["roll" if "roll" in files else "return"]
    session.info["actor"] = actor
    tables = keeping.open_files(kind, {part: keeping.Given("x.csv", io.BytesIO(data)) for part, data in files.items()})
    made = keeping.make_plan(session, kind, tables, kind.read_options(options), actor=actor, today=TODAY)
    if store:
        keeping.load_plan(session, kind, made, tables, good_rows=False, actor=actor, today=TODAY, now=NOW)
        session.commit()
    return made


def listed(session: Session, *rows: tuple[str, ...], store: bool = False, whole: str = "no", actor: Any = SYSTEM) -> Plan:
    return plan(session, {"roll": sheet(LIST, *rows)}, store=store, whole=whole, actor=actor)


def returned(
    session: Session, header: list[tuple[str, ...]], episodes: list[tuple[str, ...]], oc2: list[tuple[str, ...]] | None = None, *,
    store: bool = False, **options: str,
) -> Plan:
    files = {"header": sheet(HEADER, *header), "episodes": sheet(EPISODES, *episodes)}
    files |= {"oc2": sheet(OC2, *oc2)} if oc2 else {}
    return plan(session, files, store=store, **options)


def fates(made: Plan) -> list[str]:
    return [each.fate.value for each in sorted(made.outcome.told, key=lambda told: told.number)]


def why(made: Plan) -> list[tuple[str, str]]:
    return [(column, rule) for each in made.outcome.told for column, _, rule in each.why]


def child_of(session: Session, lcs_id: str) -> Child:
    session.expire_all()
    return session.scalars(sa.select(Child).where(Child.lcs_id == lcs_id)).one()


def count(session: Session, model: Any) -> int:
    return session.scalar(sa.select(sa.func.count(model.id))) or 0


@pytest.fixture
def empty(both_databases: str, open_session: Callable[..., Session]) -> Session:
    """A session on an empty database of either sort."""
    return open_session(both_databases)


# --- a list with names -----------------------------------------------------------------------------------------------------


def test_a_day_that_the_form_would_ask_about_is_asked_about_here(session: Session) -> None:
    """Told of on 1 Aug, in care from 2 Oct 2024: the form says so, and so does the file; it is loaded all the same."""
    told = (*LIST, "Virtual School told on")
    made = plan(session, {"roll": sheet(told, (*NEW, "01/08/2024"))}, whole="no")
    asked = "Row 2: You were told on 01 Aug 2024, before the child came into care. Is that so? (DATA-dates)"
    assert asked in made.outcome.notes and len(made.work) == 1
    right = plan(session, {"roll": sheet(told, (*NEW, "03/10/2024"))}, whole="no")
    assert not [each for each in right.outcome.notes if each.startswith("Row")]


def test_a_new_child_of_the_list_comes_into_care_once(empty: Session) -> None:
    made = listed(empty, NEW, store=True)
    assert fates(made) == ["new"] and made.outcome.told[0].subject == "Nova Newman, L-9"
    child = child_of(empty, "L-9")
    assert (child.name, child.date_of_birth, child.upn) == ("Nova Newman", date(2012, 5, 1), "B801200005001")
    assert (child.legal_status, child.sen_status, child.entered_care_on) == (LegalStatus.C2, SenStatus.SUPPORT, date(2024, 10, 2))
    period = empty.scalars(sa.select(CareEpisode)).one()
    assert (period.started_on, period.ended_on) == (date(2024, 10, 2), None)
    actions = [each.action for each in empty.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))]
    assert actions == ["child.take_into_care", "import.roll"]
    again = listed(empty, NEW, store=True)
    assert fates(again) == ["unchanged"] and again.work == [] and count(empty, Child) == 1


def test_looking_stores_nothing(empty: Session) -> None:
    listed(empty, NEW)
    empty.commit()
    assert count(empty, Child) == count(empty, AuditEvent) == 0


def test_what_differs_is_corrected_old_to_new_with_history(empty: Session) -> None:
    listed(empty, NEW, store=True)
    row = ("L-9", "Nova", "Newman-Hill", "2012-05-01", "", "01-10-2024", "E1", "E", "")
    made = listed(empty, row, store=True)
    assert fates(made) == ["changed"]
    assert made.outcome.told[0].changes == (
        ("Last name", "Newman", "Newman-Hill"), ("Entered care", "02 Oct 2024", "01 Oct 2024"),
        ("Legal status", "Full care order (C2)", "Placement order (E1)"),
        ("SEN status", "SEN support", "Education, health and care plan"),
    )
    child = child_of(empty, "L-9")
    assert (child.last_name, child.upn, child.entered_care_on) == ("Newman-Hill", "B801200005001", date(2024, 10, 1))
    assert empty.scalars(sa.select(CareEpisode.started_on)).one() == date(2024, 10, 1), "the period begins with the child's day"
    changes = empty.scalars(sa.select(RecordChange).where(RecordChange.reason.is_not(None))).all()
    assert changes and {each.reason for each in changes} == {"As the loaded file has it"}
    assert fates(listed(empty, row)) == ["unchanged"]


def test_a_cleared_cell_empties_and_a_blank_one_leaves(empty: Session) -> None:
    listed(empty, NEW, store=True)
    row = ("L-9", "", "", "01/05/2012", "[clear]", "", "", "[clear]", "")
    assert fates(listed(empty, row, store=True)) == ["changed"]
    child = child_of(empty, "L-9")
    assert (child.name, child.upn, child.sen_status) == ("Nova Newman", None, SenStatus.NONE)
    assert why(listed(empty, ("L-9", "", "", "01/05/2012", "", "[clear]", "", "", ""))) == [("Entered care", "DATA-roll")]


@pytest.mark.parametrize(("change", "problem"), [
    ({"DOB": "19/11/2024"}, ("Date of birth", "DATA-dates")),
    ({"DOB": "yesterday"}, ("Date of birth", "DATA-shape")),
    ({"DOB": ""}, ("Date of birth", "DATA-roll")),
    ({"UPN": "123"}, ("UPN", "DATA-upn")),
    ({"Child ID": "", "UPN": ""}, ("LCS number", "DATA-child")),
    ({"Child ID": "x" * 41}, ("LCS number", "DATA-shape")),
    ({"Date started": ""}, ("Entered care", "DATA-roll")),
    ({"Date started": "19/11/2024"}, ("Entered care", "DATA-dates")),
    ({"Date started": "01/05/2011"}, ("Entered care", "DATA-dates")),
    ({"Legal status": ""}, ("Legal status", "DATA-roll")),
    ({"Legal status": "Q7"}, ("Legal status", "DATA-shape")),
    ({"SEN status": "maybe"}, ("SEN status", "DATA-shape")),
    ({"Surname": "=1+1"}, ("Last name", "DATA-file")),
])
def test_a_row_that_cannot_be_is_refused_with_its_column(
    session: Session, change: dict[str, str], problem: tuple[str, str]
) -> None:
    row = tuple((dict(zip(LIST, NEW, strict=True)) | change).values())
    made = listed(session, row)
    assert fates(made) == ["refused"] and problem in why(made)
    with pytest.raises(Refused):
        listed(session, row, store=True)
    session.rollback()
    assert count(session, Child) == 0


@pytest.mark.parametrize("same", [0, 4])
def test_rows_that_share_a_number_are_all_refused(session: Session, same: int) -> None:
    other = ["L-10", "Otto", "Other", "01/06/2012", "E801200005002", "02/10/2024", "C2", "N", ""]
    other[same] = NEW[same]
    made = listed(session, NEW, tuple(other))
    assert fates(made) == ["refused", "refused"] and {rule for _, rule in why(made)} == {"DATA-unique"}


def test_a_upn_of_another_child_on_record_is_refused(session: Session) -> None:
    listed(session, NEW, store=True)
    assert why(listed(session, ("L-10", *NEW[1:]))) == [("UPN", "DATA-unique")]


def test_two_rows_of_one_child_on_record_are_not_both_taken(session: Session) -> None:
    listed(session, NEW, store=True)
    by_lcs_id, by_upn = ("L-9", "Nova", "Neu", "01/05/2012"), ("", "Nova", "Nou", "01/05/2012", "B801200005001")
    assert fates(listed(session, by_lcs_id, by_upn)) == ["changed", "refused"]


def test_a_number_and_a_upn_of_two_children_on_record_are_refused(session: Session) -> None:
    listed(session, ("", *NEW[1:]), ("L-10", "Otto", "Other", "01/06/2012", "", "02/10/2024", "C2", "N", ""), store=True)
    assert why(listed(session, ("L-10", *NEW[1:]))) == [("UPN", "DATA-unique")]
    assert fates(listed(session, NEW, store=True)) == ["changed"], "a number is added to a child who had none"
    assert child_of(session, "L-9").name == "Nova Newman"


def test_short_breaks_put_nobody_on_the_roll(session: Session) -> None:
    row = (*NEW[:6], "V4 - short breaks", *NEW[7:])
    made = listed(session, row, store=True)
    assert fates(made) == ["waiting"] and why(made) == [("Legal status", "DATA-roll")] and count(session, Child) == 0
    listed(session, NEW, store=True)
    made = listed(session, row)
    assert fates(made) == ["waiting"] and "on the roll here" in made.outcome.told[0].why[0][1]


def test_who_has_left_care_in_the_file_waits_and_stays_on_the_roll(session: Session) -> None:
    gone = (*NEW[:8], "01/11/2024")
    assert fates(listed(session, gone, store=True)) == ["waiting"] and count(session, Child) == 0
    listed(session, NEW, store=True)
    made = listed(session, gone, store=True)
    assert fates(made) == ["waiting"] and child_of(session, "L-9").left_care_on is None
    roll.leave_care(session, child_of(session, "L-9"), on=date(2024, 11, 1), reason="Home", actor=SYSTEM, today=TODAY, now=NOW)
    assert fates(listed(session, gone)) == ["unchanged"]
    assert fates(listed(session, (*NEW[:8], "02/11/2024"))) == ["waiting"]
    assert fates(listed(session, (*NEW[:5], "05/11/2024", *NEW[6:]))) == ["waiting"], "a return is entered by hand"


def test_who_is_missing_is_named_and_kept(world: World) -> None:
    made = listed(world.session, NEW, whole="yes", actor=world.officer)
    missing = [each for each in made.outcome.told if each.number == 0]
    assert len(missing) == count(world.session, Child) and {each.fate.value for each in missing} == {"waiting"}
    assert any("are not in the file" in note for note in made.outcome.notes)
    assert [each.number for each in listed(world.session, NEW, actor=world.officer).outcome.told] == [2]


def test_who_has_left_care_on_record_is_not_missing(session: Session) -> None:
    listed(session, NEW, store=True)
    roll.leave_care(session, child_of(session, "L-9"), on=date(2024, 11, 1), reason="Home", actor=SYSTEM, today=TODAY, now=NOW)
    other = ("L-10", "Otto", "Other", "01/06/2012", "", "02/10/2024", "C2", "N", "")
    assert fates(listed(session, other, whole="yes")) == ["new"]


def test_a_day_before_an_earlier_time_in_care_ended_waits_and_is_refused_by_the_verb(session: Session) -> None:
    returned(session, [head("77")], WALK, store=True)
    row = ("77", "", "", "01/05/2012", "", "01/06/2021", "", "", "")
    assert fates(listed(session, row)) == ["waiting"]
    child = child_of(session, "77")
    with pytest.raises(Refused):
        correct_child(session, child, {"entered_care_on": date(2021, 6, 1)}, reason="x", actor=SYSTEM, today=TODAY)


def test_who_may_not_change_children_loads_none(world: World) -> None:
    for actor in (world.teacher, world.worker, world.finance, world.auditor):
        with pytest.raises(NotAllowed):
            listed(world.session, NEW, actor=actor)


def test_a_correction_leaves_a_frozen_pep_alone_and_refuses_what_cannot_be(world: World) -> None:
    child = world.session.get_one(Child, world.child_id)
    frozen = [each.facts for each in world.session.scalars(sa.select(FrozenFacts))]
    world.act(world.officer)
    with pytest.raises(Refused):
        correct_child(world.session, child, {"date_of_birth": date(2025, 1, 1)}, reason="x", actor=world.officer, today=TODAY)
    world.session.rollback()
    with pytest.raises(Refused):
        correct_child(world.session, child, {"last_name": "X"}, reason=" ", actor=world.officer, today=TODAY)
    with pytest.raises(NotAllowed):
        correct_child(world.session, child, {"last_name": "X"}, reason="x", actor=world.teacher, today=TODAY)
    correct_child(world.session, child, {"last_name": "X"}, reason="x", actor=world.officer, today=TODAY)
    assert [each.facts for each in world.session.scalars(sa.select(FrozenFacts))] == frozen
    event = world.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "child.correct")).one()
    assert (event.child_id, event.details["fields"]) == (child.id, ["last_name"])


# --- a looked-after return -------------------------------------------------------------------------------------------------


def head(number: str, born: str = "01/05/2012", upn: str = "") -> tuple[str, ...]:
    return (number, "2", born, "WBRI", upn)


def episode(number: str, first: str, new: str, status: str, place: str, last: str = "", ended: str = "") -> tuple[str, ...]:
    return (number, first, new, status, "N1", place, "PR1", last, ended, "", "X1 1XX", "X2 2XX", "123456")


WALK = [
    episode("77", "01/05/2021", "S", "V2", "U4", "01/07/2021", "E8"),
    episode("77", "01/02/2023", "S", "C1", "U6", "01/04/2023", "X1"),
    episode("77", "01/04/2023", "L", "C2", "U6", "01/09/2023", "X1"),
    episode("77", "01/09/2023", "P", "C2", "K2", "10/10/2023", "X1"),
    episode("77", "10/10/2023", "P", "C2", "Z1"),
]


def test_a_return_gives_times_in_care_homes_and_totals_under_a_number(empty: Session) -> None:
    arguments = ([head("77", upn="UN1")], WALK[::-1], [("77", "01/05/2012", "18", "", "0")])
    made = returned(empty, *arguments, store=True)
    assert fates(made) == ["new"] and made.outcome.told[0].subject == "Name not known, 77"
    child = child_of(empty, "77")
    assert (child.name, child.upn, child.school_id) == ("Name not known, ref 77", None, None)
    assert (child.entered_care_on, child.left_care_on, child.legal_status) == (date(2023, 2, 1), None, LegalStatus.C2)
    periods = empty.execute(sa.select(CareEpisode.started_on, CareEpisode.ended_on).order_by(CareEpisode.started_on)).all()
    assert [tuple(each) for each in periods] == [(date(2021, 5, 1), date(2021, 7, 1)), (date(2023, 2, 1), None)]
    homes = empty.execute(sa.select(CarePlacement.kind, CarePlacement.started_on, CarePlacement.ended_on)
                          .order_by(CarePlacement.started_on)).all()
    assert [tuple(each) for each in homes] == [
        (PlacementKind.FOSTER, date(2021, 5, 1), date(2021, 7, 1)),
        (PlacementKind.FOSTER, date(2023, 2, 1), date(2023, 9, 1)),
        (PlacementKind.RESIDENTIAL, date(2023, 9, 1), date(2023, 10, 10)),
        (PlacementKind.OTHER, date(2023, 10, 10), None),
    ]
    score = empty.scalars(sa.select(SdqScore)).one()
    assert (score.total, score.completed_on, score.completed_by) == (18, date(2024, 3, 31), SdqBy.CARER)
    assert any("31 Mar 2024" in note for note in made.outcome.notes)
    assert fates(returned(empty, *arguments, store=True)) == ["unchanged"]
    assert count(empty, CareEpisode) == 2 and count(empty, CarePlacement) == 4 and count(empty, SdqScore) == 1


def test_a_gap_begins_a_time_in_care_without_its_code_and_short_breaks_are_none(session: Session) -> None:
    rows = [episode("77", "01/02/2022", "S", "C1", "U1", "01/03/2022", "X1"),
            episode("77", "01/03/2022", "L", "V3", "U1", "01/04/2022", "X1"),
            episode("77", "01/04/2022", "L", "J1", "P1")]
    returned(session, [head("77")], rows, store=True)
    child = child_of(session, "77")
    assert (child.entered_care_on, child.legal_status) == (date(2022, 4, 1), LegalStatus.J1)
    assert count(session, CareEpisode) == 2
    made = returned(session, [head("78")], [episode("78", "01/02/2022", "S", "V4", "U1")])
    assert fates(made) == ["waiting", "waiting"] and count(session, Child) == 1


def test_a_return_corrects_moves_and_rescores_a_child_on_record(session: Session) -> None:
    rows = [episode("77", "01/02/2023", "S", "C1", "U6")]
    returned(session, [head("77")], rows, [("77", "", "9")], store=True)
    later = [episode("77", "01/02/2023", "S", "C1", "U6", "01/09/2023", "X1"), episode("77", "01/09/2023", "B", "C2", "H5")]
    made = returned(session, [head("77", "02/05/2012")], later, [("77", "", "11")], store=True, year="2023")
    assert fates(made) == ["changed"]
    assert made.outcome.told[0].changes == (
        ("Date of birth", "01 May 2012", "02 May 2012"), ("Legal status", "Interim care order (C1)", "Full care order (C2)"),
        ("Home", "Foster home", "Supported accommodation, from 01 Sep 2023"), ("SDQ total of 31 Mar 2023", "9", "11"),
    )
    assert session.scalars(sa.select(SdqScore.total)).one() == 11
    open_home = session.scalars(sa.select(CarePlacement).where(CarePlacement.ended_on.is_(None))).one()
    assert (open_home.kind, open_home.started_on) == (PlacementKind.SUPPORTED, date(2023, 9, 1))


def test_whose_last_episode_ended_waits_and_so_does_a_new_time_in_care(session: Session) -> None:
    rows = [episode("77", "01/02/2023", "S", "C1", "U6")]
    ended = [episode("77", "01/02/2023", "S", "C1", "U6", "01/03/2024", "E4A")]
    assert fates(returned(session, [head("77")], ended, store=True)) == ["waiting"] and count(session, Child) == 0
    returned(session, [head("77")], rows, store=True)
    assert why(returned(session, [head("77")], ended, store=True)) == [("DEC", "DATA-roll")]
    assert child_of(session, "77").left_care_on is None
    back = [*ended, episode("77", "01/06/2024", "S", "C2", "U6")]
    assert why(returned(session, [head("77")], back)) == [("DECOM", "DATA-roll")]


def test_one_home_older_than_the_record_or_of_who_has_left_changes_nothing(session: Session) -> None:
    returned(session, [head("77")], WALK, store=True)
    child = child_of(session, "77")
    roll.change_placement(session, child, kind=PlacementKind.KINSHIP, carer_id=None, on=date(2024, 9, 1), actor=SYSTEM, today=TODAY)
    assert fates(returned(session, [head("77")], WALK)) == ["unchanged"]
    roll.leave_care(session, child, on=date(2024, 11, 1), reason="Home", actor=SYSTEM, today=TODAY, now=NOW)
    assert fates(returned(session, [head("77")], WALK)) == ["unchanged"]
    assert count(session, CarePlacement) == 5


def test_an_older_return_changes_nothing_of_who_came_back(session: Session) -> None:
    first = episode("77", "01/02/2023", "S", "C1", "U6", "01/03/2024", "E8")
    returned(session, [head("77")], [first, episode("77", "01/06/2024", "S", "C2", "K2")], store=True)
    assert fates(returned(session, [head("77")], [first])) == ["unchanged"]


def test_back_on_the_day_of_leaving_are_two_times_in_care(session: Session) -> None:
    rows = [episode("77", "01/02/2023", "S", "C1", "U6", "01/03/2023", "E8"), episode("77", "01/03/2023", "S", "C1", "U6")]
    returned(session, [head("77")], rows, store=True)
    assert child_of(session, "77").entered_care_on == date(2023, 3, 1) and count(session, CareEpisode) == 2


def test_who_stands_in_one_of_the_files_is_not_missing_and_not_made_up(session: Session) -> None:
    rows = [episode("77", "01/02/2023", "S", "C1", "U6")]
    returned(session, [head("77")], rows, store=True)
    made = returned(session, [head("78")], rows)
    assert fates(made) == ["waiting"] and "no episode" in made.outcome.told[0].why[0][1]
    assert any("not in the header were passed over: 1" in note for note in made.outcome.notes)


@pytest.mark.parametrize(("rows", "problem"), [
    ([episode("77", "01/02/2011", "S", "C1", "U6", "01/03/2011", "E8"), episode("77", "01/02/2023", "S", "C1", "U6")],
     ("DECOM", "DATA-dates")),
    ([episode("77", "01/02/2023", "S", "C1", "U6", "19/11/2024", "E8")], ("DECOM", "DATA-dates")),
    ([episode("77", "01/02/2023", "S", "Q9", "U6")], ("LS", "DATA-shape")),
    ([episode("77", "", "S", "C1", "U6")], ("DECOM", "DATA-roll")),
    ([episode("77", "01/02/2023", "S", "C1", "U6", "31/01/2023")], ("DEC", "DATA-dates")),
    ([episode("77", "01/02/2023", "S", "C1", "U6"), episode("77", "01/03/2023", "P", "C1", "U6")], ("DECOM", "DATA-dates")),
    ([episode("77", "01/02/2025", "S", "C1", "U6")], ("DECOM", "DATA-dates")),
    ([episode("77", "01/02/2010", "S", "C1", "U6")], ("DECOM", "DATA-dates")),
    ([(*episode("77", "01/02/2023", "S", "C1", "U6"), "more")], ("", "DATA-file")),
    ([episode("", "01/02/2023", "S", "C1", "U6"), episode("77", "01/02/2023", "S", "C1", "U6")], ("CHILD", "DATA-child")),
])
def test_episodes_that_cannot_be_refuse_the_child(
    session: Session, rows: list[tuple[str, ...]], problem: tuple[str, str]
) -> None:
    lines = [",".join(EPISODES), *(",".join(row) for row in rows)]
    files = {"header": sheet(HEADER, head("77")), "episodes": "\n".join(lines).encode()}
    assert problem in why(plan(session, files))
    with pytest.raises(Refused):
        plan(session, files, store=True)


def test_a_total_that_is_none_or_stands_twice_is_refused(session: Session) -> None:
    rows = [episode("77", "01/02/2023", "S", "C1", "U6")]
    assert why(returned(session, [head("77")], rows, [("77", "", "41")])) == [("SDQ_SCORE", "DATA-shape")]
    assert why(returned(session, [head("77")], rows, [("77", "", "4"), ("77", "", "5")])) == [("SDQ_SCORE", "DATA-unique")]
    with pytest.raises(Refused, match="2024"):
        returned(session, [head("77")], rows, year="soon")


# --- on screen -------------------------------------------------------------------------------------------------------------


def test_an_officer_looks_at_a_list_and_loads_it(sqlite_url: str, tmp_path: Path) -> None:
    office = Office(sqlite_url, tmp_path)
    rows = sheet(LIST, NEW, ("L-8", "<script>x</script>", "Muster", "01/05/2012", "", "02/10/2024", "V4", "N", ""))
    page = office.olive.get("/admin/pep/imports/").link("Choose a file for The roll, from a list with names")
    form = page.form("roll")
    fields = {**dict(values_of(form)), "roll": FileStorage(io.BytesIO(rows), "roll.csv")}
    answer = send(office.olive.client, urljoin(page.url, form.get("action")), fields)
    page = Page(office.olive, answer.request.path + "?" + answer.request.query_string.decode(), answer)
    assert "New 1" in page.main and "To be settled by hand 1" in page.main and "<script>x" not in page.text
    assert "Short breaks (V4)" in page.main and office.ask(sa.select(Child.id)) == []
    done = page.send("seal", button=("rows", "all"))
    assert "Loaded: 1 child added" in done.main and "Go to the children" in done.main
    assert [row.last_name for row in office.ask(sa.select(Child.last_name))] == ["Newman"]
    events = {row.action for row in office.ask(sa.select(AuditEvent.action))}
    assert {"import.look", "import.read", "import.roll", "child.take_into_care"} <= events


def test_what_is_not_loaded_of_a_return_is_taken_away_mended_and_loaded_by_itself(sqlite_url: str, tmp_path: Path) -> None:
    office = Office(sqlite_url, tmp_path)

    def look(files: Mapping[str, bytes]) -> Page:
        page = office.olive.get("/admin/pep/imports/").link("Choose a file for The roll, from a looked-after return (SSDA903)")
        form = page.form("header")
        given = {part: FileStorage(io.BytesIO(data), "x.csv") for part, data in files.items()}
        fields = {**dict(values_of(form)), "whole": "no", **given}
        answer = send(office.olive.client, urljoin(page.url, form.get("action")), fields)
        return Page(office.olive, answer.request.path + "?" + answer.request.query_string.decode(), answer)

    page = look({"header": sheet(HEADER, head("77", born="01/05/2912"), head("78")),
                 "episodes": sheet(EPISODES, *WALK, episode("78", "01/02/2022", "S", "C1", "U1")),
                 "oc2": sheet(OC2, ("77", "", "18", "", "0"), ("78", "", "9", "", "0"))})
    done = page.send("seal", button=("rows", "good"))
    assert "Loaded: 1 child added" in done.main and "Load the files together, as a part of the roll" in done.main
    taken = {part: office.olive.client.get(next(each for each in done.tree.xpath("//main//a/@href") if f"part={part}" in each)).data
             for part in ("header", "episodes", "oc2")}
    assert [data.count(b"\r\n") for data in taken.values()] == [2, 1 + len(WALK), 2]
    assert b"because of row 2 in the other file" in taken["episodes"]
    again = look({**taken, "header": taken["header"].replace(b"2912", b"2012")})
    assert "New 1" in again.main and "Loaded: 1 child added" in again.send("seal", button=("rows", "all")).main
    assert {row.lcs_id for row in office.ask(sa.select(Child.lcs_id))} == {"77", "78"}
    assert {row.total for row in office.ask(sa.select(SdqScore.total))} == {18, 9}
    assert len(office.ask(sa.select(CareEpisode.id))) == 3


# --- by command ------------------------------------------------------------------------------------------------------------


def test_the_command_tells_the_files_apart_and_prints_no_name(
    tmp_path: Path, both_databases: str, open_session: Callable[..., Session]
) -> None:
    environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": both_databases,
               "PEP_ADMIN_TODAY": "2024-11-18"}

    def shell(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["import-roll", *map(str, words)], env=environ)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def stored() -> int:
        with open_session(both_databases) as session:
            return count(session, Child)

    names, one, two, three = (tmp_path / f"{each}.csv" for each in "abcd")
    names.write_bytes(sheet(LIST, NEW))
    one.write_bytes(sheet(HEADER, head("77")))
    two.write_bytes(sheet(EPISODES, *WALK))
    three.write_bytes(sheet(OC2, ("77", "", "18")))
    code, said = shell(names, "--dry-run")
    assert code == 0 and "1 child in the file: 1 new" in said and "dry run" in said and "Nova" not in said and stored() == 0
    assert shell(names)[0] == 0 and stored() == 1
    code, said = shell(three, two, one)
    assert code == 0 and "1 new" in said and "1 child in care on record is not in the file" in said and stored() == 2
    assert "Newman" not in said and "1 child in the file" in said
    assert "1 unchanged" in shell(one, two, three)[1] and "not in the file" not in shell(one, two, "--part-of-roll")[1]
    assert shell(one, one)[0] != 0 and shell(names, one)[0] != 0 and stored() == 2
