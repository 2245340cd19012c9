"""What finance reads of a request names no child (DATA-finance): the writer is told, and what was written all the same is masked.

The first child is Robin Musterkind0, called Bobby here; each of the three stands in a text of the request that the tests look for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pep_admin import config
from pep_admin.models import Child, PpgRequest
from pep_admin.permissions import SYSTEM
from pep_admin.validators.ppg import PpgFacts, check_request
from pep_admin.vocabulary import PpgStatus, Role, Scheme
from pep_admin.workflow import ppg, reviews
from pep_admin.workflow.readiness import readiness
from tests.host.foreign_app import make_council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

REQUESTS, PAYMENTS, PEPS = (f"/admin/pep/{noun}/" for noun in ("ppg_requests", "payments", "peps"))
WRITTEN = {"description": "Ten hours for ROBIN, called Bobby", "provider": "Mr Musterkind0’s friend", "unit": "hour of róbin",
           "quantity": "10", "unit_cost_pence": "55", "amount_pence": "550", "category": "TUITION_1"}
CANARIES = ("robin", "róbin", "bobby", "musterkind")
SENTENCE = "The child's name stands here. Finance reads this and need not know whom it is for: write “the child”."


@pytest.fixture
def pep(world: World) -> int:
    """The first child's PEP, written, without a request; the child is called Bobby."""
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).known_as = "Bobby"
    found = world.pep_of().id
    world.session.commit()
    return found


@pytest.fixture
def enter(world: World, pep: int, tmp_path: Path) -> Callable[[str], Visitor]:
    config.move_today(TODAY)
    names = ("head", "officer", "finance", "auditor", "teacher")
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {name: getattr(world, name) for name in names})

    def come(name: str) -> Visitor:
        world.session.commit()
        return Visitor(council.visit(name).client)

    return come


def named_request(world: World, pep: int, **changed: Any) -> PpgRequest:
    """A request that names the child three times, written by the officer."""
    found = world.pep_of()
    values = world.request_values(found, description=WRITTEN["description"], provider=WRITTEN["provider"], unit=WRITTEN["unit"])
    return ppg.save_request(world.session, pep, values | changed, actor=world.act(world.officer))[0]


def approved(world: World, pep: int) -> int:
    request = named_request(world, pep).id
    found = world.pep_of()
    writing.sign_and_send(world.session, found, today=TODAY, now=NOW)
    reviews.grade_pep(world.session, pep, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    return request


def left_in(page: Page) -> list[str]:
    text = (page.text or page.answer.get_data(as_text=True)).casefold()
    return [name for name in CANARIES if name in text]


# --- the writer is told ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"description": "Hours for Robin", "provider": "A tutor"}, ["description"]),
        ({"description": "Hours of maths", "provider": "bobby's tutor"}, ["provider"]),
        ({"description": "MUSTERKIND0", "provider": "Róbin"}, ["description", "provider"]),
        ({"description": "Hours for Robinson", "provider": "A tutor"}, []),
        ({"description": "Hours for Jule", "provider": "A tutor"}, []),  # another child's name is no business of this check
    ],
)
def test_a_name_is_warned_of_and_stops_nothing(world: World, pep: int, changed: dict[str, str], fields: list[str]) -> None:
    found = world.pep_of()
    values = world.request_values(found, **changed)
    saved, warnings = ppg.save_request(world.session, pep, values, actor=world.act(world.teacher))
    assert saved.status is PpgStatus.DRAFT
    told = [(each.check, each.code, each.field, each.severity, each.message) for each in warnings]
    assert told == [("PPG-name", "DATA-finance", field, "warning", SENTENCE) for field in fields]
    ready = readiness(world.session, found, today=TODAY)
    assert [each.field for each in ready if each.check == "PPG-name"] == fields, "on sending too"
    assert {each.row for each in ready if each.check == "PPG-name"} <= {str(saved.id)}


def test_without_names_at_hand_the_check_says_nothing_of_them(world: World, pep: int) -> None:
    facts = PpgFacts(Scheme.SCHOOL_AGE, "Autumn", "2024-25", 600_00, 1_800_00, 0, 0, True)
    assert check_request(named_request(world, pep), facts=facts) == []


def test_the_warning_stands_beside_its_field_and_on_the_list_before_sending(
    world: World, pep: int, enter: Callable[[str], Visitor]
) -> None:
    world.act(SYSTEM)
    target = world.target_of(world.pep_of()).id
    teacher = enter("teacher")
    page = teacher.get(f"{REQUESTS}write/?pep={pep}&target={target}")
    wrong = page.send("amount_pence", **(WRITTEN | {"amount_pence": "1"}))
    assert wrong.status == 422 and beside(wrong) == {"description", "provider", "unit"}
    after = wrong.send("amount_pence", **WRITTEN)
    assert after.status == 200 and after.main.count(f"Please check: {SENTENCE}") == 3
    assert beside(teacher.get(f"{REQUESTS}write/?id=1")) == {"description", "provider", "unit"}
    check = teacher.get(f"{PEPS}check/?id={pep}")
    assert check.tree.xpath(f"//main//a[@href='{REQUESTS}write/?id=1']/text()").count(SENTENCE) == 3


@pytest.mark.parametrize(("payee", "said"), [("Robin Musterkind0", True), ("Róbin MUSTERKIND0", True), ("St Robin’s Trust", False)])
def test_the_childs_own_name_as_payee_is_pointed_out(world: World, payee: str, said: bool) -> None:
    """A payee is paid by its name, so it is not masked."""
    found = world.pep_of()
    values = world.request_values(found, payee_school_id=None, payee_name=payee)
    _, findings = ppg.save_request(world.session, found.id, values, actor=world.act(world.officer))
    assert ("payee" in [each.field for each in findings if each.check == "PPG-name"]) is said


def test_a_name_the_child_had_before_is_masked_too(world: World, pep: int, enter: Callable[[str], Visitor]) -> None:
    found = world.pep_of()
    values = world.request_values(found, description="Books for Robin, soon")
    ppg.save_request(world.session, found.id, values, actor=world.act(world.officer))
    world.session.get_one(Child, world.child_id).first_name = "Rowena"
    world.session.commit()
    finance = enter("finance")
    for path in ("", "details/?id=1", "export/csv/"):
        text = finance.get(REQUESTS + path).text
        assert "Robin" not in text and "[name], soon" in text


def beside(page: Page) -> set[str]:
    """Names of the fields beside which the warning stands."""
    assert page.tree is not None
    found = page.tree.xpath("//p[@class='warning'][contains(., 'The child')]/@id")
    return {str(each).removesuffix("-warning") for each in found}


# --- finance reads it masked -------------------------------------------------------------------------------------------------


def test_nothing_that_finance_opens_names_the_child(world: World, pep: int, enter: Callable[[str], Visitor]) -> None:
    request = approved(world, pep)
    finance = enter("finance")
    seen = [finance.get(REQUESTS), finance.get(f"{REQUESTS}details/?id={request}"), finance.get(f"{REQUESTS}export/csv/"),
            finance.get(f"{REQUESTS}release-all/")]
    assert "Ten hours for [name], called [name]" in seen[0].main and "One-to-one tuition" in seen[0].main
    assert "Mr [name]’s friend" in seen[1].main and "10 × £55.00 (hour of [name])" in seen[1].main
    assert "Ten hours for [name], called [name]" in seen[3].main and "One-to-one tuition" in seen[3].main
    assert "2425-AUT-0001" in seen[3].main
    sheet = list(csv.reader(io.StringIO(seen[2].answer.get_data().decode("utf-8-sig"))))
    row = dict(zip(*sheet, strict=True))
    assert (row["What exactly"], row["Who gives it"], row["Counted in"], row["PEP"]) == (
        "Ten hours for [name], called [name]", "Mr [name]’s friend", "hour of [name]", "2425-AUT-0001")
    released = seen[3].send("rowid")
    seen += [released, finance.get(f"{REQUESTS}release-all/"), finance.get(f"{PAYMENTS}batch/").send(),
             finance.get(f"{PAYMENTS}details/?id=1"), finance.get(f"{PAYMENTS}csv/?id=1"),
             finance.get(f"{REQUESTS}details/?id={request}")]
    assert all(each.status == 200 for each in seen) and released.heading == "£550.00 released"
    assert [(each.url, left_in(each)) for each in seen if left_in(each)] == []


def test_what_is_held_and_why_something_was_decided_is_masked_too(world: World, pep: int, enter: Callable[[str], Visitor]) -> None:
    request = named_request(world, pep).id
    found = world.pep_of()
    writing.sign_and_send(world.session, found, today=TODAY, now=NOW)
    reviews.grade_pep(world.session, pep, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.get_one(PpgRequest, request).decision_reason = "Robin has a laptop already"
    found.child.left_care_on = TODAY
    finance = enter("finance")
    preview = finance.get(f"{REQUESTS}release-all/")
    assert "The child has left care." in preview.main and left_in(preview) == []
    details = finance.get(f"{REQUESTS}details/?id={request}")
    assert "“[name] has a laptop already”" in details.main and left_in(details) == []


def test_a_search_of_finance_does_not_tell_what_is_masked(world: World, pep: int, enter: Callable[[str], Visitor]) -> None:
    approved(world, pep)
    finance = enter("finance")
    sought = ("ROBIN", "Bobby", "Ten", "2425-AUT-0001")
    found = {each: "£550.00" in finance.get(f"{REQUESTS}?search={each}").main for each in sought}
    assert found == {"ROBIN": False, "Bobby": False, "Ten": False, "2425-AUT-0001": True}
    assert "What exactly" not in finance.get(REQUESTS).tree.xpath("string(//*[@id='search-hint'])")
    officer = enter("officer")
    assert "£550.00" in officer.get(f"{REQUESTS}?search=Bobby").main
    assert "What exactly" in officer.get(REQUESTS).tree.xpath("string(//*[@id='search-hint'])")


def test_all_others_read_what_was_written(world: World, pep: int, enter: Callable[[str], Visitor]) -> None:
    request = approved(world, pep)
    for name in ("head", "officer", "auditor", "teacher"):
        page = enter(name).get(f"{REQUESTS}details/?id={request}")
        assert WRITTEN["description"] in page.main and "[name]" not in page.text, name


def test_a_teacher_who_is_finance_too_reads_their_own_childs_words(world: World, pep: int, tmp_path: Path) -> None:
    """Whoever may read the child's record needs no mask; such an account has no other child's rows (decision 0005)."""
    request = named_request(world, pep).id
    world.session.commit()
    both = replace(world.teacher, roles=frozenset({Role.DESIGNATED_TEACHER, Role.FINANCE}))
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {"both": both})
    assert WRITTEN["description"] in Visitor(council.visit("both").client).get(f"{REQUESTS}details/?id={request}").main
