"""The screens of Pupil Premium and payments, used as people use them: asking, deciding, releasing, handing over to finance.

Expected figures by hand: ten hours at £55.00 are £550.00; of £600.00 a term that leaves £50.00.
"""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server

from pep_admin.models import (
    Allocation,
    AuditEvent,
    Child,
    FundingRelease,
    PaymentBatch,
    PaymentLine,
    Pep,
    PpgRequest,
    School,
    Target,
)
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Grade, LeavingReason, PpgCategory, PpgStatus, SchoolKind, SchoolPhase, Subject
from pep_admin.workflow import payments, ppg, reviews, roll
from pep_admin.year_words import SatisfactoryGrades
from tests.host.foreign_app import Council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

REQUESTS, PAYMENTS, PEPS = (f"/admin/pep/{noun}/" for noun in ("ppg_requests", "payments", "peps"))
NAMES = ("Robin", "Jule", "Musterkind")
"""Every name of the world's two children."""
ASKED = {"category": "TUITION_1", "description": "Ten weekly hours of maths", "provider": "A tutor", "quantity": "10",
         "unit": "hour", "unit_cost_pence": "55", "amount_pence": "550"}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def pep(ask: Any, world: World) -> int:
    """The first child's PEP: written, without a request."""
    return ask(lambda session: world.pep_of().id)  # type: ignore[no-any-return]  # a fixture's answer has no type


def maths_of(ask: Any, pep: int) -> int:
    found = sa.select(Target.id).where(Target.pep_id == pep, Target.subject == Subject.MATHS)
    return ask(lambda session: session.scalar(found))  # type: ignore[no-any-return]  # a fixture's answer has no type


def stored(ask: Any) -> list[tuple[Any, ...]]:
    """Every request as (status, pence asked for, pence approved)."""
    columns = (PpgRequest.status, PpgRequest.amount_pence, PpgRequest.approved_pence)
    return ask(lambda session: [tuple(row) for row in session.execute(sa.select(*columns).order_by(PpgRequest.id))])  # type: ignore[no-any-return]  # a fixture's answer has no type


def asking(who: Visitor, ask: Any, pep: int) -> Page:
    """The page on which money is asked for under the PEP's maths target."""
    return who.get(f"{REQUESTS}write/?pep={pep}&target={maths_of(ask, pep)}")


def box(page: Page, name: str) -> str:
    """What stands in a field as a browser reads it: the line break after <textarea> is none of its text."""
    return str(dict(page.form(name).form_values()).get(name, "")).replace("\r\n", "\n").removeprefix("\n")


def rows(page: Page, caption: str = "") -> list[list[str]]:
    """The body of the page's table, or of that with the caption, as texts."""
    assert page.tree is not None
    tables = [each for each in page.tree.xpath("//main//table") if not caption or each.xpath("string(caption)") == caption]
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in tables[0].xpath("./tbody/tr")]


def approved(world: World, grade: Grade = Grade.GOLD, *, by: str = "officer") -> int:
    """One request of the first child, approved with its PEP by that person; committed."""
    pep = world.sent_pep()
    reviews.grade_pep(world.session, pep.id, accepting(grade), actor=world.act(getattr(world, by)), today=TODAY, now=NOW)
    request = world.requests_of(pep)[0].id
    world.session.commit()
    return request


def released(world: World) -> int:
    """The same, released by finance."""
    request = approved(world)
    payments.release_requests(world.session, [request], actor=world.act(world.finance), today=TODAY, now=NOW)
    world.session.commit()
    return request


def preview(who: Visitor, *ids: int) -> Page:
    return who.get(REQUESTS).send("rowid", button=("action", "release"), choose=[str(each) for each in ids])


# --- asking --------------------------------------------------------------------------------------------------------------


def test_money_is_asked_for_and_the_page_says_what_is_left(enter: Any, ask: Any, pep: int) -> None:
    teacher = enter("teacher")
    page = asking(teacher, ask, pep)
    assert "Left this term: £600.00 of £600.00 Autumn 2024-25" in page.main
    assert box(page, "target_id") == str(maths_of(ask, pep)) and box(page, "payee") == "school"
    after = page.send("amount_pence", **ASKED)
    assert after.url == f"{PEPS}details/?id={pep}" and "The request for £550.00 was saved." in after.main
    assert stored(ask) == [(PpgStatus.DRAFT, 550_00, None)]
    assert "Left this term: £50.00 of £600.00" in asking(teacher, ask, pep).main
    change = teacher.get(f"{REQUESTS}write/?id=1")
    assert "Left this term: £600.00 of £600.00" in change.main, "its own amount is free to be used again"
    assert box(change, "amount_pence") == "550.00" and box(change, "quantity") == "10" and box(change, "payee") == "school"


def test_a_penny_over_the_term_is_refused_with_its_rule_and_nothing_is_stored(enter: Any, ask: Any, pep: int) -> None:
    page = asking(enter("teacher"), ask, pep)
    over = {"description": "“Zoë's” <b>maths</b> & £s", "quantity": "1", "unit_cost_pence": "600.01", "amount_pence": "£600.01"}
    wrong = page.send("amount_pence", **(ASKED | over))
    assert wrong.status == 422
    assert "The whole amount: That makes £600.01 for this child in Autumn 2024-25; £600.00 is the limit" in wrong.main
    assert "(HB-6.1)" in wrong.main
    for name, typed in (ASKED | over).items():
        assert box(wrong, name) == typed
    assert stored(ask) == [] and ask(lambda session: session.scalars(sa.select(Allocation)).all()) == []
    at_the_cap = wrong.send("amount_pence", unit_cost_pence="600", amount_pence="600.00")
    assert at_the_cap.status == 200 and stored(ask) == [(PpgStatus.DRAFT, 600_00, None)]


def test_two_requests_share_the_term(enter: Any, ask: Any, pep: int) -> None:
    teacher = enter("teacher")
    asking(teacher, ask, pep).send("amount_pence", **ASKED)
    more = ASKED | {"quantity": "1", "unit_cost_pence": "50.01", "amount_pence": "50.01"}
    wrong = asking(teacher, ask, pep).send("amount_pence", **more)
    assert wrong.status == 422 and "That makes £600.01" in wrong.main and "£50.00 is left" in wrong.main
    assert len(stored(ask)) == 1


def test_the_same_request_sent_twice_is_one(enter: Any, ask: Any, pep: int) -> None:
    page, half = asking(enter("teacher"), ask, pep), ASKED | {"quantity": "5", "amount_pence": "275"}
    assert page.send("amount_pence", **half).status == 200
    twice = page.send("amount_pence", **half)
    assert twice.status == 422 and "This is asked for already, in the same words and for the same sum." in twice.main
    assert {key: box(twice, key) for key in half} == half and stored(ask) == [(PpgStatus.DRAFT, 275_00, None)]
    assert page.send("amount_pence", **(half | {"description": "Five more hours of maths"})).status == 200
    assert len(stored(ask)) == 2


def test_an_amount_that_is_none_is_refused_and_stays_as_it_was_typed(enter: Any, ask: Any, pep: int) -> None:
    page, left = asking(enter("teacher"), ask, pep), []
    for typed in ("1e3", "600.005", "-1", "NaN", "Infinity", "99999999999999999999", "0x10", "=1+1", "5.", ".5", "1.5", "ten"):
        wrong = page.send("amount_pence", **(ASKED | {"amount_pence": typed}))
        if not (wrong.status == 422 and box(wrong, "amount_pence") == typed and "The whole amount: " in wrong.main):
            left.append((typed, wrong.status, wrong.main))
    assert left == [] and stored(ask) == []


def test_an_amount_may_be_typed_as_people_type_it(enter: Any, ask: Any, pep: int) -> None:
    page = asking(enter("teacher"), ask, pep)
    for typed in ("£100", " 100 ", "100.00", "£100.00"):
        asked = ASKED | {"unit_cost_pence": "10", "amount_pence": typed, "description": f"Hours, typed as {typed}"}
        assert page.send("amount_pence", **asked).status == 200, typed
    assert stored(ask) == [(PpgStatus.DRAFT, 100_00, None)] * 4


def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(enter: Any, ask: Any, pep: int) -> None:
    page = asking(enter("teacher"), ask, pep)
    for name, typed, sentence in (
        ("category", "X_CLOTHING", "Category: The grant cannot pay for clothing. (HB-6.4)"),
        ("category", "X_TRANSPORT", "Category: The grant cannot pay for transport. (HB-6.4)"),
        ("category", "X_ADMIN", "Category: The grant cannot pay for administration. (HB-6.4)"),
        ("category", "", "Category: Choose one."),
        ("target_id", "", "Serves this target: “Ten weekly hours of maths” is not tied to a target of this PEP."),
        ("quantity", "9", "9 × £55.00 is £495.00, not £550.00. (HB-6.6)"),
        ("quantity", "", "How many: Enter how many, as a whole number from 1 on. (HB-6.6)"),
        ("quantity", "1.5", "How many: Enter a whole number"),
        ("unit_cost_pence", "", "Each costs: Enter what one costs, at least one penny. (HB-6.6)"),
        ("amount_pence", "0", "The whole amount: The amount has to be more than nothing. (HB-6.6)"),
        ("description", "", "What exactly: Say what exactly is paid for"),
        ("description", "x" * 501, "What exactly: At most 500 characters fit here."),
        ("unit", "", "Counted in: Say what is counted"),
        ("unit", "x" * 41, "Counted in: At most 40 characters fit here."),
        ("payee", "named", "Paid to: Say who is to be paid"),
        ("payee", "other_school", "Paid to: Say who is to be paid"),
    ):
        wrong = page.send("amount_pence", **(ASKED | {name: typed}))
        assert wrong.status == 422 and sentence in wrong.main, (name, typed, wrong.main)
        assert {key: box(wrong, key) for key in (*ASKED, name)} == ASKED | {name: typed}
    assert stored(ask) == []


def test_a_doubtful_word_is_asked_about_and_does_not_stop_the_save(enter: Any, ask: Any, pep: int) -> None:
    after = asking(enter("teacher"), ask, pep).send("amount_pence", **(ASKED | {"description": "Taxi to the tutor"}))
    assert "Please check: “Taxi” sounds like transport" in after.main and "(HB-6.4)" in after.main
    assert stored(ask) == [(PpgStatus.DRAFT, 550_00, None)]


@pytest.mark.parametrize("target", ["other", "99999", "99999999999", "two"])
def test_a_target_of_another_pep_is_not_found(enter: Any, ask: Any, world: World, pep: int, target: str) -> None:
    theirs = maths_of(ask, ask(lambda session: world.pep_of(world.other_child_id).id))
    page = asking(enter("officer"), ask, pep)
    data = [(key, value) for key, value in page.form("amount_pence").form_values() if key not in (*ASKED, "target_id")]
    answer = page.visitor.post(page.url, [*data, *ASKED.items(), ("target_id", str(theirs) if target == "other" else target)])
    assert answer.status == 404 and "Ten weekly hours of maths" in answer.main
    assert stored(ask) == []


def test_only_the_fields_of_the_form_are_written(enter: Any, ask: Any, pep: int) -> None:
    page = asking(enter("teacher"), ask, pep)
    data = [(key, value) for key, value in page.form("amount_pence").form_values() if key not in ASKED]
    forged = [("status", "released"), ("approved_pence", "55000"), ("decided_by", "me"), ("pep_id", "2"), ("payee_school_id", "2")]
    assert page.visitor.post(page.url, [*data, *ASKED.items(), *forged]).status == 200
    assert stored(ask) == [(PpgStatus.DRAFT, 550_00, None)]
    columns = (PpgRequest.pep_id, PpgRequest.decided_by, PpgRequest.payee_school_id)
    assert ask(lambda session: tuple(session.execute(sa.select(*columns)).one())) == (pep, None, 1)


def test_another_school_or_a_person_may_be_paid(enter: Any, ask: Any, world: World, pep: int) -> None:
    teacher = enter("teacher")
    half = ASKED | {"quantity": "5", "amount_pence": "275"}
    half["payee_school"] = str(world.other_school_id)
    asking(teacher, ask, pep).send("amount_pence", payee="other_school", payee_name="Left over", **half)
    half["description"] = "Five more hours of maths"
    asking(teacher, ask, pep).send("amount_pence", payee="named", payee_name="Dr Tutor", **half)
    paid = sa.select(PpgRequest.payee_school_id, PpgRequest.payee_name).order_by(PpgRequest.id)
    assert ask(lambda session: [tuple(row) for row in session.execute(paid)]) == [(world.other_school_id, None), (None, "Dr Tutor")]
    assert box(teacher.get(f"{REQUESTS}write/?id=1"), "payee") == "other_school"
    assert box(teacher.get(f"{REQUESTS}write/?id=2"), "payee") == "named"


def test_two_people_on_one_draft_see_both_texts_and_neither_is_lost(enter: Any, ask: Any, pep: int) -> None:
    asking(enter("teacher"), ask, pep).send("amount_pence", **ASKED)
    mine, theirs = enter("teacher").get(f"{REQUESTS}write/?id=1"), enter("officer").get(f"{REQUESTS}write/?id=1")
    assert theirs.send("amount_pence", description="The officer's words").status == 200
    both = mine.send("amount_pence", description="The teacher's words", quantity="1", unit_cost_pence="10", amount_pence="10")
    assert both.status == 409 and "This was saved elsewhere while you had it open" in both.main
    differing = {row[0]: row[1:] for row in rows(both, "What differs")}
    assert differing["What exactly"] == ["The officer's words", "The teacher's words"]
    assert differing["The whole amount"] == ["550.00", "10"]
    assert "Paid to" not in differing and "Serves this target" not in differing
    assert stored(ask) == [(PpgStatus.DRAFT, 550_00, None)]
    assert both.send("amount_pence").status == 200 and stored(ask) == [(PpgStatus.DRAFT, 10_00, None)]


def test_nursery_children_are_sent_to_the_early_years_team_before_one_types(
    enter: Any, ask: Any, world: World, pep: int
) -> None:
    world.session.get_one(Pep, pep).year_group = "N2"
    world.session.commit()
    page = asking(enter("teacher"), ask, pep)
    assert "Early Years Team" in page.main and "HB-6.3" in page.main and "Left this" not in page.main
    assert page.send("amount_pence", **ASKED).status == 422 and stored(ask) == []


def test_after_sixteen_the_social_worker_may_ask_too_under_the_years_limit(enter: Any, ask: Any, world: World, pep: int) -> None:
    worker = enter("worker")
    assert asking(worker, ask, pep).status == 403
    world.session.get_one(Pep, pep).year_group = "12"
    world.session.commit()
    page = asking(worker, ask, pep)
    assert "Left this year: £300.00 of £300.00 2024-25" in page.main
    wrong = page.send("amount_pence", **(ASKED | {"quantity": "1", "unit_cost_pence": "300.01", "amount_pence": "300.01"}))
    assert wrong.status == 422 and "(HB-6.2)" in wrong.main
    assert wrong.send("amount_pence", unit_cost_pence="300", amount_pence="300").status == 200
    assert stored(ask) == [(PpgStatus.DRAFT, 300_00, None)]


def test_a_draft_is_taken_away_after_one_was_asked_and_its_money_is_free(enter: Any, ask: Any, pep: int) -> None:
    teacher = enter("teacher")
    asking(teacher, ask, pep).send("amount_pence", **ASKED)
    page = teacher.get(f"{REQUESTS}details/?id=1").link("Take away…")
    assert stored(ask) == [(PpgStatus.DRAFT, 550_00, None)]
    after = page.send()
    assert after.url == f"{PEPS}details/?id={pep}" and "The request was taken away." in after.main
    assert stored(ask) == [(PpgStatus.WITHDRAWN, 550_00, None)]
    assert "Left this term: £600.00" in asking(teacher, ask, pep).main


def test_a_sent_request_is_no_longer_written(enter: Any, ask: Any, world: World) -> None:
    pep = world.sent_pep().id
    world.session.commit()
    for path in ("write/?id=1", f"write/?pep={pep}", "withdraw/?id=1"):
        page = enter("teacher").get(f"{REQUESTS}{path}")
        assert page.url == f"{PEPS}details/?id={pep}" and "cannot be changed now" in page.main


# --- who may ---------------------------------------------------------------------------------------------------------------


def test_another_schools_teacher_finds_no_such_request(enter: Any, ask: Any, world: World, pep: int) -> None:
    asking(enter("teacher"), ask, pep).send("amount_pence", **ASKED)
    stranger = enter("other_teacher")
    for path in ("details/?id=1", "write/?id=1", f"write/?pep={pep}", "withdraw/?id=1"):
        assert stranger.get(REQUESTS + path).status == 404, path
    mark = stranger.get(REQUESTS).tree.xpath("//input[@name='csrf_token']/@value")[0]
    for path, typed in (("write/?id=1", ASKED), (f"write/?pep={pep}", ASKED), ("withdraw/?id=1", {})):
        assert stranger.post(REQUESTS + path, [("csrf_token", mark), *typed.items()]).status == 404, path
    for path in ("decide/?id=1", "release-all/", "export/csv/"):  # not a teacher's to do, for anybody's request
        assert stranger.get(REQUESTS + path).status == 403, path
    assert stranger.post(f"{REQUESTS}release/", [("csrf_token", mark), ("rowid", "1")]).status == 403
    assert stranger.post(f"{REQUESTS}action/", [("csrf_token", mark), ("rowid", "1"), ("action", "release")]).status == 403
    assert rows(enter("teacher").get(REQUESTS)) and not stranger.get(REQUESTS).tree.xpath("//main//table")
    assert stored(ask) == [(PpgStatus.DRAFT, 550_00, None)]


def test_each_role_opens_its_own_pages(enter: Any, world: World) -> None:
    world.sent_pep()
    world.session.commit()
    opened = {
        "auditor": {"": 200, "details/?id=1": 200, "write/?id=1": 403, "decide/?id=1": 403, "release-all/": 403,
                    "export/csv/": 403},
        "officer": {"release-all/": 403, "export/csv/": 200, "details/?id=0": 404, "details/?id=1,2": 404,
                    "decide/?id=99999999999": 404},
        "finance": {"write/?id=1": 403, "decide/?id=1": 403, "withdraw/?id=1": 403, "release-all/": 200},
        "teacher": {"decide/?id=1": 403},
    }
    found = {name: {path: enter(name).get(REQUESTS + path).status for path in paths} for name, paths in opened.items()}
    assert found == opened


def test_each_role_opens_its_own_payments(enter: Any, world: World) -> None:
    released(world)
    payments.batch_releases(world.session, actor=world.act(world.finance), now=NOW)
    world.session.commit()
    opened = {
        "auditor": {"": 200, "details/?id=1": 200, "csv/?id=1": 200, "batch/": 403},
        "officer": {"": 200, "csv/?id=1": 200, "batch/": 403},
        "finance": {"": 200, "batch/": 200, "details/?id=2": 404, "csv/?id=x": 404, "details/?id=99999999999": 404},
        "teacher": {"": 403, "details/?id=1": 403, "csv/?id=1": 403},
        "worker": {"": 403, "csv/?id=1": 403},
    }
    found = {name: {path: enter(name).get(PAYMENTS + path).status for path in paths} for name, paths in opened.items()}
    assert found == opened


# --- deciding --------------------------------------------------------------------------------------------------------------


def test_less_is_approved_with_its_reason_and_the_rest_is_given_back(enter: Any, ask: Any, world: World) -> None:
    world.sent_pep()
    world.session.commit()
    page = enter("officer").get(f"{REQUESTS}details/?id=1").link("Decide…")
    wrong = page.send("verdict", verdict="less", amount="400")
    assert wrong.status == 422 and "Reason: Say why less is approved than was asked. (HB-6.8)" in wrong.main
    assert box(wrong, "amount") == "400" and box(wrong, "verdict") == "less"
    assert stored(ask) == [(PpgStatus.REQUESTED, 550_00, None)]
    more = wrong.send("verdict", amount="550.01", reason="All of it and a penny")
    assert more.status == 422 and "Approve between £0.01 and the £550.00 that was asked. (HB-6.1)" in more.main
    assert box(more, "reason") == "All of it and a penny"
    after = more.send("verdict", amount="£400.00", reason="Eight hours are enough to begin with")
    assert after.status == 200 and "“Eight hours are enough to begin with”" in after.main
    assert stored(ask) == [(PpgStatus.APPROVED, 550_00, 400_00)]
    counters = sa.select(Allocation.period, Allocation.reserved_pence)
    assert sorted(ask(lambda session: [tuple(row) for row in session.execute(counters)])) == [
        ("2024-25", 400_00), ("2024-25 autumn", 400_00)]


def test_a_request_is_declined_only_with_a_reason(enter: Any, ask: Any, world: World) -> None:
    world.sent_pep()
    world.session.commit()
    page = enter("officer").get(f"{REQUESTS}decide/?id=1")
    assert page.send("verdict").status == 422
    wrong = page.send("verdict", verdict="decline")
    assert wrong.status == 422 and "Say why the request is declined" in wrong.main
    too_long = wrong.send("verdict", reason="x" * 501)
    assert too_long.status == 422 and "At most 500 characters fit here." in too_long.main
    assert stored(ask) == [(PpgStatus.REQUESTED, 550_00, None)]
    after = wrong.send("verdict", reason="The school pays for this for every pupil")
    assert after.status == 200 and stored(ask) == [(PpgStatus.DECLINED, 550_00, None)]
    assert "“The school pays for this for every pupil”" in enter("teacher").get(f"{REQUESTS}details/?id=1").main


def test_a_decision_on_a_request_that_was_decided_meanwhile_changes_nothing(enter: Any, ask: Any, world: World) -> None:
    world.sent_pep()
    world.session.commit()
    late = enter("officer").get(f"{REQUESTS}decide/?id=1")
    assert enter("head").get(f"{REQUESTS}decide/?id=1").send("verdict", verdict="whole").status == 200
    refused = late.send("verdict", verdict="decline", reason="What I had typed")
    assert refused.status == 409 and "Somebody decided on this request a moment ago" in refused.main
    assert box(refused, "reason") == "What I had typed" and stored(ask) == [(PpgStatus.APPROVED, 550_00, 550_00)]


# --- releasing -------------------------------------------------------------------------------------------------------------


def test_finance_releases_once_and_the_second_time_nothing_goes(enter: Any, ask: Any, world: World) -> None:
    request = approved(world)
    finance = enter("finance")
    page = preview(finance, request)
    assert "1 of 1 request would be released: £550.00 in all." in page.main
    assert rows(page, "What would go to each payee") == [["Alder School", "1", "£550.00"], ["Total", "1", "£550.00"]]
    assert stored(ask) == [(PpgStatus.APPROVED, 550_00, 550_00)], "a preview moves nothing"
    done = page.send("rowid")
    assert done.heading == "£550.00 released" and rows(done, "What went to each payee")[0] == ["Alder School", "1", "£550.00"]
    again = page.send("rowid")
    assert again.status == 200 and again.heading == "Nothing was released"
    assert "This money has been released already." in again.main and "HB-6.7" in again.main
    assert "cannot go as things stand" in preview(finance, request).main
    assert stored(ask) == [(PpgStatus.RELEASED, 550_00, 550_00)]
    ledger = sa.select(FundingRelease.pence, FundingRelease.approved_by, FundingRelease.released_by)
    assert ask(lambda session: [tuple(row) for row in session.execute(ledger)]) == [(550_00, world.officer.id, world.finance.id)]


def test_who_approved_it_does_not_release_it_unless_the_head_says_why(enter: Any, ask: Any, world: World) -> None:
    request = approved(world, by="head")
    page = preview(enter("head"), request)
    assert "You approved these yourself" in page.main and "This request cannot go as things stand." in page.main
    refused = page.send("rowid")
    assert refused.heading == "Nothing was released" and "You approved this request yourself." in refused.main
    assert "DATA-two-people" in refused.main and stored(ask) == [(PpgStatus.APPROVED, 550_00, 550_00)]
    too_long = page.send("rowid", alone_reason="x" * 501)
    assert too_long.status == 422 and box(too_long, "alone_reason") == "x" * 501 and stored(ask)[0][0] is PpgStatus.APPROVED
    done = page.send("rowid", alone_reason="Finance is closed until January")
    assert done.heading == "£550.00 released"
    assert ask(lambda session: session.scalars(sa.select(FundingRelease.alone_reason)).all()) == ["Finance is closed until January"]


def test_an_approver_without_the_heads_power_cannot_release_at_all(enter: Any, ask: Any, world: World) -> None:
    request = approved(world)
    officer = enter("officer")
    mark = officer.get(REQUESTS).tree.xpath("//input[@name='csrf_token']/@value")[0]
    for path, more in (("action/", [("action", "release")]), ("release/", [])):
        assert officer.post(REQUESTS + path, [("csrf_token", mark), ("rowid", str(request)), *more]).status == 403
    assert stored(ask) == [(PpgStatus.APPROVED, 550_00, 550_00)]
    refused = sa.select(AuditEvent.actor_id).where(AuditEvent.action == "refused", AuditEvent.outcome == "refused")
    assert ask(lambda session: session.scalars(refused).all()) == [world.officer.id] * 2


def test_an_amber_pep_holds_its_money_and_the_preview_says_why(enter: Any, ask: Any, world: World) -> None:
    request = approved(world, Grade.AMBER)
    page = preview(enter("finance"), request)
    assert "The PEP is Amber, which is not satisfactory." in page.main and "HB-6.7" in page.main
    assert not page.tree.xpath("//main//form"), "there is nothing to confirm"


def test_all_that_may_go_is_one_link_and_says_what_is_held(enter: Any, ask: Any, world: World) -> None:
    finance = enter("finance")
    assert "No approved request is waiting for its money." in finance.get(f"{REQUESTS}release-all/").main
    approved(world)
    other = world.sent_pep(child_id=world.other_child_id, money=True)
    reviews.grade_pep(world.session, other.id, accepting(Grade.AMBER), actor=world.act(world.officer), today=TODAY, now=NOW)
    ppg.approve_request(world.session, world.requests_of(other)[0].id, pence=550_00, reason="", actor=world.officer, today=TODAY)
    world.session.commit()
    page = finance.get(REQUESTS).link("All that may go…")
    assert "1 of 2 requests would be released: £550.00 in all." in page.main and "Held, and why" in page.main
    done = page.send("rowid")
    assert done.heading == "£550.00 released" and "Held" not in done.main, "what was held was not asked for"
    assert [row[0] for row in stored(ask)] == [PpgStatus.RELEASED, PpgStatus.APPROVED]


def test_money_for_a_school_that_the_child_has_left_is_pointed_out_before_it_goes(enter: Any, ask: Any, world: World) -> None:
    request = approved(world)
    robin = world.session.get_one(Child, world.child_id)
    roll.change_school(world.session, robin, school_id=world.other_school_id, on=TODAY, reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    page = preview(enter("finance"), request)
    assert "Please look at these before they go" in page.main and "What the head let pass" not in page.main
    assert "The child is no longer at Alder School, which this pays." in page.main and "Robin" not in page.main
    assert page.send("rowid").heading == "£550.00 released"


def test_what_the_preview_held_does_not_go_with_the_rest_once_it_could(enter: Any, ask: Any, world: World) -> None:
    request = approved(world)
    other = world.graded_pep(Grade.AMBER, child_id=world.other_child_id)
    [waiting] = world.requests_of(other)
    ppg.approve_request(world.session, waiting.id, pence=550_00, reason="", actor=world.act(world.officer), today=TODAY)
    number, other_id = waiting.id, other.id
    world.session.commit()
    page = preview(enter("finance"), request, number)
    assert "1 of 2 requests would be released: £550.00 in all." in page.main
    world.act(SYSTEM)
    world.session.get_one(Pep, other_id).term.year.satisfactory_grades = SatisfactoryGrades.AMBER
    world.session.commit()
    assert page.send("rowid").heading == "£550.00 released"
    assert stored(ask) == [(PpgStatus.RELEASED, 550_00, 550_00), (PpgStatus.APPROVED, 550_00, 550_00)]


def test_a_request_that_changed_since_the_preview_is_previewed_again(enter: Any, ask: Any, world: World) -> None:
    request = approved(world)
    page = preview(enter("finance"), request)
    world.session.get_one(PpgRequest, request).provider = "Another tutor"
    world.session.commit()
    again = page.send("rowid")
    assert again.status == 409 and "Somebody changed one of these requests while you looked" in again.main
    assert stored(ask) == [(PpgStatus.APPROVED, 550_00, 550_00)]
    assert again.send("rowid").heading == "£550.00 released"


@pytest.mark.parametrize("strange", ["2", "99999999999", "x", "1,1"])
def test_one_id_that_is_not_there_releases_none(enter: Any, ask: Any, world: World, strange: str) -> None:
    request = approved(world)
    page = preview(enter("finance"), request)
    data = [*page.form("rowid").form_values(), ("rowid", strange), (f"version-{strange}", "1")]
    assert page.visitor.post(f"{REQUESTS}release/", data).status == 404
    assert stored(ask) == [(PpgStatus.APPROVED, 550_00, 550_00)]


def test_money_goes_only_after_one_showed_lately_who_one_is(enter: Any, ask: Any, world: World) -> None:
    request = approved(world)
    finance = enter("finance")
    listing, page = finance.get(REQUESTS), preview(finance, request)
    with finance.client.session_transaction() as session:
        session["stale"] = True
    assert listing.send("rowid", button=("action", "release"), choose=[str(request)]).status == 401
    assert page.send("rowid").status == 401
    answer = finance.client.get(f"{REQUESTS}release-all/")
    assert answer.status_code == 302 and answer.location.startswith("/door/")
    assert stored(ask) == [(PpgStatus.APPROVED, 550_00, 550_00)]


# --- what finance sees -----------------------------------------------------------------------------------------------------


def test_no_page_of_finance_holds_a_childs_name(enter: Any, ask: Any, world: World) -> None:
    request = approved(world)
    finance = enter("finance")
    page = preview(finance, request)
    seen = [finance.get(REQUESTS), finance.get(f"{REQUESTS}details/?id={request}"), page, page.send("rowid"), page.send("rowid"),
            finance.get(PAYMENTS), finance.get(f"{PAYMENTS}batch/"), finance.get(f"{PAYMENTS}batch/").send()]
    seen += [finance.get(f"{PAYMENTS}details/?id=1"), finance.get(f"{PAYMENTS}csv/?id=1"), finance.get(f"{REQUESTS}export/csv/")]
    assert all(each.status == 200 for each in seen)
    assert [(each.url, name) for each in seen for name in NAMES if name in each.text] == []
    assert "Robin" in enter("officer").get(REQUESTS).main, "whereas the Virtual School sees whom it is for"
    assert "Child" not in finance.get(REQUESTS).main and finance.get(f"{REQUESTS}?search=Musterkind0").main.count("£550.00") == 0
    links = {link for each in seen[:2] for link in each.tree.xpath("//main//a/@href")}
    assert not [link for link in links if "/peps/" in link or "/children/" in link or "/targets/" in link]


def test_the_export_is_what_the_list_shows_and_no_spreadsheet_obeys_it(enter: Any, ask: Any, world: World, pep: int) -> None:
    hostile = ASKED | {"description": '=HYPERLINK("http://evil","x")', "provider": "+1"}
    asking(enter("teacher"), ask, pep).send("amount_pence", **hostile)
    answer = enter("officer").client.get(f"{REQUESTS}export/csv/?flt0_status=draft")
    sheet = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    reference = ask(lambda session: session.get_one(Pep, pep).reference)
    assert sheet == [
        ["PEP", "Paid to", "Category", "What exactly", "Who gives it", "How many", "Counted in", "Each costs", "Asked for",
         "Approved", "Status", "Decided on", "Starts on", "Ends on"],
        [reference, "Alder School", "One-to-one tuition", '\'=HYPERLINK("http://evil","x")', "'+1", "10", "hour", "55.00",
         "550.00", "", "Draft", "", "", ""],
    ]
    exported = sa.select(AuditEvent.details).where(AuditEvent.action == "ppg_requests.export")
    assert ask(lambda session: session.scalar(exported))["rows"] == 1


def test_the_list_is_filtered_and_searched(enter: Any, world: World) -> None:
    approved(world)
    world.sent_pep(child_id=world.other_child_id, money=True)
    world.session.commit()
    officer = enter("officer")
    assert "On this page: £1,100.00 asked for, £550.00 approved." in officer.get(REQUESTS).main
    expected = {
        "": 2, "flt0_status=approved": 1, "flt0_status=released": 0, "flt0_category=TUITION_1": 2, "flt0_term=1": 2,
        "flt0_term=3": 0, "flt0_payee=2": 1, "flt0_payee=1&flt1_status=approved": 1, "flt0_status=stolen": 2,
        "search=maths": 2, "search=2425-AUT-0002": 1, "search=nothing": 0, "sort=1": 2, "sort=5&desc=1": 2, "page=99": 2,
    }
    found = {asked: len(officer.get(f"{REQUESTS}?{asked}").tree.xpath("//main//tbody/tr")) for asked in expected}
    assert found == expected


def test_the_life_of_a_request_is_told_in_order(enter: Any, world: World) -> None:
    request = released(world)
    payments.batch_releases(world.session, actor=world.act(world.finance), now=NOW)
    world.session.commit()

    def life(name: str) -> list[str]:
        page = enter(name).get(f"{REQUESTS}details/?id={request}")
        told = page.tree.xpath("//h2[text()='What became of it']/following-sibling::ol/li")
        return [re.sub(r"^\d\d \w{3} \d{4}(, \d\d:\d\d)? ", "", " ".join(each.text_content().split())) for each in told]

    end = ["Approved, £550.00, by Ole Amt", "Released, £550.00, by Fine Amt In payment batch PB-20241118-1, line 1"]
    assert life("officer") == ["Written, £550.00, by Ole Amt", "Asked for, with the PEP, by Sara Sozial", *end]
    assert life("teacher") == life("finance") == end, "without the history, what the request and the ledger say themselves"


# --- payments --------------------------------------------------------------------------------------------------------------


def test_a_batch_is_made_of_what_waits_and_its_file_is_finances(enter: Any, ask: Any, world: World) -> None:
    released(world)
    finance = enter("finance")
    listing = finance.get(PAYMENTS)
    assert "Released and waiting for a batch 1 request, £550.00" in listing.main
    page = listing.link("Make a batch…")
    assert rows(page, "What the batch would pay") == [["Alder School", "1", "£550.00"], ["Total", "1", "£550.00"]]
    batch = page.send()
    assert batch.heading == "Payment batch PB-20241118-1" and "The lines are frozen and fit their batch." in batch.main
    reference = ask(lambda session: session.scalar(sa.select(PaymentLine.pep_reference)))
    assert rows(batch) == [["Alder School", "1", "900101", "FIN-A", "BACS", reference, "£550.00"], ["Total", "£550.00"]]
    answer = finance.client.get(f"{PAYMENTS}csv/?id=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="payments-PB-20241118-1.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.mimetype == "text/csv"
    assert list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))) == [
        ["batch", "line", "payee", "urn", "finance reference", "method", "pep reference", "amount"],
        ["PB-20241118-1", "1", "Alder School", "900101", "FIN-A", "BACS", reference, "550.00"],
    ]
    looked = sa.select(AuditEvent.actor_id, AuditEvent.outcome).where(AuditEvent.action == "payments.csv")
    assert ask(lambda session: [tuple(row) for row in session.execute(looked)]) == [(world.finance.id, "done")]
    assert "Nothing at present." in finance.get(PAYMENTS).main


def test_pressing_twice_makes_one_batch(enter: Any, ask: Any, world: World) -> None:
    released(world)
    page = enter("finance").get(f"{PAYMENTS}batch/")
    assert page.send().status == 200
    again = page.send()
    assert again.status == 409 and "There is no released money waiting for a batch." in again.main
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(PaymentBatch.id)))) == 1


def test_money_released_since_the_page_was_opened_is_shown_before_it_is_paid(enter: Any, ask: Any, world: World) -> None:
    released(world)
    page = enter("finance").get(f"{PAYMENTS}batch/")
    other = world.graded_pep(child_id=world.other_child_id)
    request = world.requests_of(other)[0].id
    payments.release_requests(world.session, [request], actor=world.act(world.finance), today=TODAY, now=NOW)
    world.session.commit()
    moved = page.send()
    assert moved.status == 409 and "What is waiting has changed while you looked" in moved.main and "£1,100.00" in moved.main
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(PaymentBatch.id)))) == 0
    assert moved.send().heading == "Payment batch PB-20241118-1"


@pytest.mark.parametrize("change", [
    "UPDATE pep_payment_line SET pence = 99999", "UPDATE pep_payment_line SET finance_reference = 'MINE'",
    "UPDATE pep_payment_batch SET total_pence = 1",
])
def test_a_batch_whose_lines_were_changed_behind_the_program_is_not_paid(
    enter: Any, ask: Any, world: World, tmp_path: Path, change: str
) -> None:
    released(world)
    payments.batch_releases(world.session, actor=world.act(world.finance), now=NOW)
    world.session.commit()
    with sa.create_engine(f"sqlite:///{tmp_path / 'world.db'}").begin() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(change)
    finance = enter("finance")
    page = finance.get(f"{PAYMENTS}details/?id=1")
    assert "Pay nothing from this batch" in page.main and "Download for finance" not in page.main
    refused = finance.get(f"{PAYMENTS}csv/?id=1")
    assert refused.status == 409 and "Pay nothing from this batch" in refused.main
    looked = sa.select(AuditEvent.outcome).where(AuditEvent.action == "payments.csv")
    assert ask(lambda session: session.scalars(looked).all()) == ["refused"]


# --- as fast with many as with few -----------------------------------------------------------------------------------------


@contextmanager
def counted(council: Council) -> Iterator[list[str]]:
    """The statements that the application sends meanwhile."""
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    with council.app.app_context():
        engine = council.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(engine, "before_cursor_execute", note)


def test_many_requests_cost_no_more_statements_than_one(enter: Any, council: Council, world: World) -> None:
    def with_requests(child_id: int, count: int) -> list[int]:
        pep = world.written_pep(money=False, child_id=child_id)
        for number in range(count):
            school = School(name=f"School {child_id}-{number}", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY,
                            finance_reference="F")
            world.session.add(school)
            world.session.flush()
            values = world.request_values(pep, quantity=1, unit_cost_pence=10_00, amount_pence=10_00, payee_school_id=school.id,
                                          category=PpgCategory.BOOKS, description=f"Set texts, part {number + 1}")
            ppg.save_request(world.session, pep.id, values, actor=world.act(world.officer))
        pep = world.graded_pep(money=False, child_id=child_id)
        world.session.commit()
        return [each.id for each in world.requests_of(pep)]

    one, many = with_requests(world.child_id, 1), with_requests(world.other_child_id, 12)
    world.session.rollback()
    finance, costs = enter("finance"), []
    for ids in (one, many):
        with counted(council) as previewing:
            page = preview(finance, *ids)
        with counted(council) as releasing:
            assert page.send("rowid").heading == f"£{10 * len(ids)}.00 released"
        costs.append((len(previewing), len(releasing)))
    assert costs[1][0] <= costs[0][0] + 2, "the preview"
    assert costs[1][1] <= costs[0][1] + len(many), f"the release: {costs}"


# --- in a browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(council: Council) -> Iterator[str]:
    """The council's application on a free port of this machine."""
    server = make_server("127.0.0.1", 0, council.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 375])
def test_the_screens_break_no_rule_of_accessibility(served: str, page: Any, world: World, ask: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    approved(world, by="head")
    released_too = world.graded_pep(child_id=world.other_child_id)
    request = world.requests_of(released_too)[0].id
    payments.release_requests(world.session, [request], actor=world.act(world.finance), today=TODAY, now=NOW)
    payments.batch_releases(world.session, actor=world.act(world.finance), now=NOW)
    world.launch(on=date(2025, 1, 6), term="spring")
    open_pep = world.pep_of().id
    world.session.commit()
    page.set_viewport_size({"width": width, "height": 900})
    for who, paths in {
        "head": (REQUESTS, f"{REQUESTS}details/?id=1", f"{REQUESTS}decide/?id=1", f"{REQUESTS}release-all/",
                 f"{REQUESTS}?search=nobody", f"{REQUESTS}write/?pep={open_pep}", "/admin/pep/targets/",
                 "/admin/pep/targets/details/?id=1", f"/admin/pep/targets/write/?pep={open_pep}",
                 PAYMENTS, f"{PAYMENTS}details/?id=1", f"{PAYMENTS}batch/"),
        "finance": (REQUESTS, f"{REQUESTS}release-all/"),
    }.items():
        page.goto(f"{served}/door/?as={who}&back=/admin/")
        for path in paths:
            assert page.goto(f"{served}{path}").status == 200, path
            result = Axe().run(page, options={"runOnly": AXE_TAGS})
            assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"


@pytest.mark.browser
@pytest.mark.slow
def test_money_is_released_by_the_keyboard_alone(served: str, page: Any, world: World, ask: Any) -> None:
    approved(world)
    page.goto(f"{served}/door/?as=finance&back={REQUESTS}")
    page.locator("input[name=rowid]").focus()
    page.keyboard.press("Space")
    page.locator("button[name=action]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/action/")
    page.get_by_role("button", name="Release £550.00").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/release/")
    assert page.locator("h1").inner_text() == "£550.00 released"
    assert stored(ask) == [(PpgStatus.RELEASED, 550_00, 550_00)]


def test_only_categories_of_the_childs_year_are_offered_and_taken(enter: Any, ask: Any, pep: int) -> None:
    """The child is in Year 9, in which all are; in Year 6 neither careers nor exams are."""
    page = asking(enter("teacher"), ask, pep)
    offered = page.text
    assert '<option value="CAREERS"' in offered and '<option value="EXTENDED"' in offered
    ask(lambda session: (setattr(session.get_one(Pep, pep), "year_group", "6"), session.commit()))
    page = asking(enter("teacher"), ask, pep)
    assert '<option value="CAREERS"' not in page.text and '<option value="EXAM"' not in page.text
    assert '<option value="EXTENDED"' in page.text
    wrong = page.send("amount_pence", **(ASKED | {"category": "CAREERS"}))
    assert wrong.status == 422 and "“Careers and work” is for Years 7 to 13; this child is in Year 6." in wrong.main


def test_an_amount_that_was_left_empty_is_worked_out(enter: Any, ask: Any, pep: int) -> None:
    """Ten at £55.00 are £550.00; without the cost of one there is nothing to work out."""
    page = asking(enter("teacher"), ask, pep)
    wrong = page.send("amount_pence", **(ASKED | {"amount_pence": "", "unit_cost_pence": ""}))
    assert wrong.status == 422 and "Each costs: Enter what one costs, at least one penny." in wrong.main
    assert page.send("amount_pence", **(ASKED | {"amount_pence": ""})).status == 200
    assert stored(ask) == [(PpgStatus.DRAFT, 550_00, None)]
