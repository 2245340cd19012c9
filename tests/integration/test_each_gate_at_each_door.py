"""One rule written once: each gate says no with its rule at the verb, at the page, in the bulk action, in an import, by command.

A gate is tried at those doors that lead to it. What is wrong is made by hand, the rule is the handbook's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from pep_admin.cli import main
from pep_admin.exceptions import Refused
from pep_admin.imports import KINDS, keeping
from pep_admin.models import AcademicYear, Child, Delivery, Person, PpgRequest, Target
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Part, PpgStatus, Subject
from pep_admin.workflow import delegation, payments, ppg, reviews, sections, targets
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.corrections import correct_child
from tests.host.foreign_app import Council
from tests.imports.making import csv_of
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Enter = Callable[[str], Visitor]
PEPS, REQUESTS, CHILDREN = "/admin/pep/peps/", "/admin/pep/ppg_requests/", "/admin/pep/children/"


def at_the_verb(verb: Callable[..., Any], *args: Any, **named: Any) -> set[str]:
    """The rules of everything that a verb refuses with."""
    with pytest.raises(Refused) as refusal:
        verb(*args, **named)
    return {finding.code for finding in refusal.value.findings}


def on_the_page(page: Page, *, status: int = 422) -> set[str]:
    """The rules named on a page."""
    assert page.status == status, page.main
    return set(re.findall(r"(?:HB|DATA)-[\w.-]*\w", page.main))


def token_of(visitor: Visitor, pep: int) -> str:
    """The safety mark of a page, for a post that no page offers."""
    found = visitor.get(f"{PEPS}details/?id={pep}").tree
    assert found is not None
    return str(found.xpath("//input[@name='csrf_token']/@value")[0])


def mails(world: World) -> int:
    return world.session.scalar(sa.select(sa.func.count(Delivery.id))) or 0


def by_file(world: World, kind: str, part: str, rows: list[dict[str, str]]) -> set[str]:
    """The rules by which rows of a file are refused."""
    found, session = KINDS[kind], world.session
    session.info["actor"] = SYSTEM
    tables = keeping.open_files(found, {part: keeping.Given("x.csv", io.BytesIO(csv_of(rows, headings=tuple(rows[0]))))})
    options = found.read_options({option.key: option.on(session, TODAY).default for option in found.options})
    made = keeping.make_plan(session, found, tables, options, actor=SYSTEM, today=TODAY)
    return {rule for told in made.outcome.told for _, _, rule in told.why}


@pytest.fixture
def enter(world: World, council: Council) -> Enter:
    """`enter("head")`: that person of the world at the pages, with all that was done so far."""

    def come(name: str) -> Visitor:
        world.session.commit()
        return Visitor(council.visit(name).client)

    return come


@pytest.fixture
def asked(world: World) -> Any:
    """The verbs' usual arguments, for somebody."""
    return lambda who: {"actor": world.act(who), "today": TODAY, "now": NOW}


# --- HB-2.2: a named writer with an address ----------------------------------------------------------------------------------


@pytest.fixture
def without_address(world: World) -> int:
    world.session.get_one(Person, world.teacher.person_id).email = None
    world.session.flush()
    world.launch()
    return world.pep_of().id


def test_no_pep_goes_to_a_writer_without_an_address(world: World, without_address: int, enter: Enter) -> None:
    before = mails(world)
    done = delegation.delegate_peps(world.session, [without_address], actor=world.act(world.officer), now=NOW, run="a")
    assert {finding.code for _, finding in done.held} == {"HB-2.2"} and not done.going
    pep = str(without_address)
    bulk = enter("officer").get(PEPS).send("rowid", button=("action", "delegate"), choose=[pep])
    assert "HB-2.2" in on_the_page(bulk, status=200) and "Held, and why" in bulk.main
    alone = enter("officer").get(f"{PEPS}details/?id={pep}").send("rowid")
    assert "HB-2.2" in on_the_page(alone, status=200)
    assert mails(world) == before, "nobody was written to"


# --- HB-5.1: English and Maths -----------------------------------------------------------------------------------------------


def test_without_a_maths_target_part_2_is_signed_at_no_door(world: World, asked: Any, enter: Enter) -> None:
    pep = world.written_pep(money=False).id
    maths = world.session.scalars(sa.select(Target).where(Target.pep_id == pep, Target.subject == Subject.MATHS)).one()
    targets.remove_target(world.session, maths.id, actor=world.act(world.teacher))
    assert at_the_verb(sections.sign_part, world.session, pep, Part.EDUCATION, **asked(world.teacher)) == {"HB-5.1"}
    address = f"{PEPS}sign/?id={pep}&part=education"
    for who in ("teacher", "officer"):
        visitor = enter(who)
        page = visitor.get(address)
        assert "HB-5.1" in on_the_page(page, status=200) and not page.tree.xpath("//main//form[@method='post']")
        assert "HB-5.1" in on_the_page(visitor.post(address, [("csrf_token", token_of(visitor, pep)), ("reason", "She is ill")]))
    assert "HB-5.1" in on_the_page(enter("worker").get(f"{PEPS}check/?id={pep}"), status=200)


# --- HB-4.6: every voice -----------------------------------------------------------------------------------------------------


def test_a_missing_voice_holds_sign_off_and_money_at_every_door(world: World, asked: Any, enter: Enter) -> None:
    pep = world.written_pep()
    world.save(pep, "voices", world.worker, carer_voice=None, carer_voice_attempts="Asked on 4 and 11 October; in hospital.")
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    assert at_the_verb(reviews.grade_pep, world.session, pep.id, accepting(), **asked(world.officer)) == {"HB-4.6"}
    many = reviews.grade_peps(world.session, [pep.id], accepting(), **asked(world.officer))
    assert {each.code for _, found in many.held for each in found} == {"HB-4.6"}
    row = str(pep.id)
    typed = {"grade": "gold", "decision": "accept", "feedback": "A full PEP."}
    page = enter("officer").get(PEPS).send("rowid", button=("action", "grade"), choose=[row])
    grade = page.form("feedback").xpath(".//input[@name='grade']/@value")[0]
    assert "HB-4.6" in on_the_page(page.send("feedback", **{**typed, "grade": grade}))
    reviews.grade_pep(world.session, pep.id, accepting(attempts_accepted=True), **asked(world.officer))
    [request] = world.requests_of(pep)
    let_go = payments.release_requests(world.session, [request.id], **asked(world.finance))
    assert "HB-4.6" in {each.code for _, found in let_go.held for each in found} and let_go.released == ()
    row = str(request.id)
    bulk = enter("finance").get(REQUESTS).send("rowid", button=("action", "release"), choose=[row])
    assert "HB-4.6" in on_the_page(bulk, status=200)
    world.session.expire_all()
    assert world.requests_of(pep)[0].status is not PpgStatus.RELEASED


# --- HB-6.1, 6.4, 6.6: the caps, what is barred, the costing -----------------------------------------------------------------


@pytest.mark.parametrize(("changed", "typed", "rule"), [
    ({"unit_cost_pence": 60_01, "amount_pence": 600_10}, {"unit_cost_pence": "60.01", "amount_pence": "600.10"}, "HB-6.1"),
    ({"category": "X_TRANSPORT"}, {"category": "X_TRANSPORT"}, "HB-6.4"),
    ({"amount_pence": 500_00}, {"amount_pence": "500"}, "HB-6.6"),
])
def test_money_that_may_not_be_asked_for_is_refused_at_the_verb_and_on_the_page(
    world: World, asked: Any, enter: Enter, changed: dict[str, Any], typed: dict[str, str], rule: str
) -> None:
    written = world.written_pep(money=False)
    values, pep = world.request_values(written, **changed), written.id
    named = {"actor": world.act(world.teacher), "today": TODAY}
    assert rule in at_the_verb(ppg.save_request, world.session, pep, values, **named)
    page = enter("teacher").get(f"{REQUESTS}write/?pep={pep}")
    plain = {"target_id": str(values["target_id"]), "category": "TUITION_1", "description": "Weekly hours of maths tuition",
             "quantity": "10", "unit": "hour", "unit_cost_pence": "55", "amount_pence": "550"}
    assert rule in on_the_page(page.send("amount_pence", **{**plain, **typed}))
    assert world.session.scalar(sa.select(sa.func.count(PpgRequest.id)).where(PpgRequest.pep_id == pep)) == 0


def test_a_cap_that_was_lowered_meanwhile_holds_at_sending_too(world: World, asked: Any, enter: Enter) -> None:
    pep = world.written_pep().id
    for part, who in ((Part.SOCIAL_CARE, world.worker), (Part.EDUCATION, world.teacher), (Part.MEETING, world.worker)):
        sections.sign_part(world.session, pep, part, **asked(who))
    world.act(world.head)
    year = world.session.scalars(sa.select(AcademicYear).where(AcademicYear.name == "2024-25")).one()
    year.ppg_term_cap_pence = 500_00
    world.session.flush()
    assert "HB-6.1" in at_the_verb(pep_verbs.submit_pep, world.session, pep, **asked(world.worker))
    worker = enter("worker")
    assert "HB-6.1" in on_the_page(worker.post(f"{PEPS}send/?id={pep}", [("csrf_token", token_of(worker, pep))]))


# --- HB-4.1 and the data rules: by form, by verb, by file, by command --------------------------------------------------------


def test_more_sessions_than_there_were_are_refused_by_form_verb_and_file(world: World, enter: Enter) -> None:
    pep = world.written_pep(money=False)
    row, number = pep.id, str(world.session.get_one(Child, world.child_id).lcs_id)
    wrong = [{"id": None, "possible": 80, "present": 81, "authorised": None, "unauthorised": None, "figures_to": TODAY}]
    assert "HB-4.1" in at_the_verb(world.save, pep, "attendance", world.teacher, attendance=wrong)
    page = enter("teacher").get(f"{PEPS}section/?id={row}&section=attendance")
    assert "HB-4.1" in on_the_page(page.send("then", button=("then", "stay"), **{"attendance-0-present": "500"}))
    line = {"LCS number": number, "Possible sessions": "80", "Attended": "81", "Figures up to": "15/11/2024"}
    assert "HB-4.1" in by_file(world, "attendance", "attendance", [line])


def test_a_upn_that_is_none_is_refused_by_form_verb_file_and_command(
    world: World, enter: Enter, tmp_path: Path, sqlite_url: str
) -> None:
    child = world.session.get_one(Child, world.child_id)
    named = {"reason": "A slip", "actor": world.act(world.officer), "today": TODAY}
    assert "DATA-upn" in at_the_verb(correct_child, world.session, child, {"upn": "B80"}, **named)
    world.session.rollback()
    page = enter("officer").get(f"{CHILDREN}edit/?id={world.child_id}").send("upn", upn="B80")
    assert "DATA-upn" in on_the_page(page)
    row = {"LCS number": "T-0", "Date of birth": "14/05/2011", "UPN": "B80", "Entered care": "01/02/2023", "Legal status": "C2"}
    assert by_file(world, "roll", "roll", [row]) & {"DATA-upn", "DATA-shape"}
    file = tmp_path / "roll.csv"
    file.write_bytes(csv_of([row], headings=tuple(row)))
    environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": sqlite_url}
    assert CliRunner().invoke(main, ["migrate", "--no-backup"], env=environ).exit_code == 0
    done = CliRunner().invoke(main, ["import-roll", str(file), "--part-of-roll"], env=environ)
    assert done.exit_code == 1 and "UPN" in done.output and re.search(r"\(DATA-(upn|shape)", done.output)
