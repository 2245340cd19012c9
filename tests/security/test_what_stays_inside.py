"""Sessions that have ended, typing that comes back, and children's words that stay where they belong.

A child's words are in its record and its history; never in the audit log, the program's own log, a letter, a job or an address.
"""

from __future__ import annotations

import html
import logging
import re
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.accounts.models import User
from tests.security.access_table import LINES, Line
from tests.security.house import COOKIE, NOBODY, House, changed
from tests.security.test_access_walk import ADDRESSES, faults_of_the_headers, outcome

pytestmark = pytest.mark.slow

ADMIN = "/admin/pep"
TYPED = '</textarea><script>alert("x")</script> {{7*7}} Zoë & “£5”\u202e\nsecond line'
WORD = "Quittenmarmelade"
"""What no program would write of itself, typed wherever something can be typed."""


def guarded() -> list[Line]:
    """The doors at which one has to be somebody."""
    return [line for line in LINES if line.outcome(NOBODY) in ("in", "401") and line.endpoint != "security.logout"]


def opens(house: House, client: Any, line: Line) -> str:
    typed = {name: house.at(text) for name, text in line.form.items()} if line.method == "POST" else None
    return outcome(client.open(house.at(line.address), method=line.method, data=typed, buffered=True))


# --- sessions ------------------------------------------------------------------------------------------------------------


def test_a_copied_cookie_opens_nothing_after_its_owner_signed_out(house: House) -> None:
    thief = house.app.test_client()
    thief.set_cookie(COOKIE, house.plan.cookies["head"])
    assert thief.get("/admin/").status_code == 200
    assert house.post("head", "/account/logout").status_code == 302
    before = house.rows()
    doors = [line for line in guarded() if not line.endpoint.startswith(("security.", "account."))]
    answers = {(line.method, line.endpoint): opens(house, thief, line) for line in doors}
    assert {key: found for key, found in answers.items() if found != ("in" if key[0] == "GET" else "401")} == {}
    assert changed(before, house.rows()) == set()


def test_an_account_that_was_closed_opens_nothing_from_its_next_request_on(house: House) -> None:
    """Each door is asked anew, so that none of them remembers who somebody was."""
    assert house.get("teacher", f"{ADMIN}/children/").status_code == 200
    house.change(sa.update(User).where(User.email == "teacher@house.example").values(active=False))
    for line in guarded():
        if line.method == "GET" and not line.endpoint.startswith("security."):
            assert opens(house, house.client("teacher"), line) == "in", line.endpoint


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(house: House) -> None:
    assert house.get("head", f"{ADMIN}/audit_log/").status_code == 200
    house.change(sa.update(User).where(User.email == "head@house.example").values(held="vs_officer"))
    assert house.get("head", f"{ADMIN}/audit_log/").status_code == 403
    assert house.get("head", f"{ADMIN}/children/").status_code == 200


def test_no_token_signs_anybody_in(house: House) -> None:
    """The library beneath the sign-in can make such tokens; they would know neither sign-out nor the session's limits."""
    with house.app.app_context():
        session = house.app.extensions["sqlalchemy"].session
        token = session.scalars(sa.select(User).where(User.email == "head@house.example")).one().get_auth_token()
        session.remove()
    nobody, path = house.app.test_client(), f"{ADMIN}/children/"
    assert nobody.get(f"{path}?auth_token={token}").status_code == 302
    assert nobody.get(path, headers={"Authentication-Token": token}).status_code == 302
    assert nobody.get(path, json={"auth_token": token}).status_code == 302
    assert nobody.post(f"{ADMIN}/schools/new/?auth_token={token}", data={"name": "x"}).status_code == 401


# --- typing that comes back ------------------------------------------------------------------------------------------------


def test_what_somebody_typed_after_their_session_ended_comes_back_escaped(house: House) -> None:
    before, shown = house.rows(), html.escape(TYPED, quote=False)
    for line in guarded():
        if line.method != "POST" or line.endpoint.startswith("security."):
            continue
        form = {"csrf_token": "hush-mark", "password": "hush-password", "need": TYPED, **line.form}
        answer = house.client(NOBODY).post(house.at(line.address), data=form, buffered=True)
        assert answer.status_code == 401, line.endpoint
        text = html.unescape(answer.text).replace("\r\n", "\n")
        assert TYPED in text, f"{line.endpoint} loses what was typed"
        assert "<script>alert" not in answer.text and "49 Zoë" not in answer.text, line.endpoint
        assert "hush" not in answer.text, f"{line.endpoint} repeats a secret"
        assert shown.partition("\n")[0][:20] in answer.text.replace("&#34;", '"')
    assert changed(before, house.rows()) == set()


@pytest.mark.parametrize(("who", "path", "form", "code"), [
    ("teacher", f"{ADMIN}/targets/write/?pep={{other_pep}}", {}, 404), ("worker", f"{ADMIN}/targets/write/?pep={{pep}}", {}, 403),
    ("teacher", f"{ADMIN}/targets/write/?pep={{pep}}", {}, 422), ("officer", f"{ADMIN}/children/edit/?id={{child}}", {}, 409),
    ("officer", f"{ADMIN}/peps/open/?child={{child}}", {"kind": "nonsense"}, 400),
    ("officer", f"{ADMIN}/children/edit/?id={{child}}", {"written_by": "user:999"}, 409),
])
def test_every_refusal_of_a_form_is_inert(house: House, who: str, path: str, form: dict[str, str], code: int) -> None:
    fields = dict.fromkeys(("need", "outcome", "first_name", "known_as", "reason"), TYPED)
    answer = house.post(who, path, {**fields, **form})
    assert answer.status_code == code
    assert "<script>alert" not in answer.text and "49 Zoë" not in answer.text
    assert ("Zoë" in answer.text) is ("written_by" not in form), "it comes back to its writer, and to nobody else"


# --- headers where nothing is found or something breaks --------------------------------------------------------------------


def test_refusals_and_faults_carry_the_headers_too(house: House) -> None:
    answers = {
        404: house.get(NOBODY, "/nothing-here"), 405: house.post(NOBODY, "/healthz"),
        400: house.get("head", f"{ADMIN}/peps/?next=//evil.example"), 422: house.post("officer", f"{ADMIN}/schools/new/"),
        413: house.post("officer", f"{ADMIN}/schools/new/", {"name": "x" * 3_000_000}),
    }
    house.change(sa.text("ALTER TABLE pep_audit_event RENAME TO pep_gone"))
    answers[500] = house.get("teacher", f"{ADMIN}/children/details/?id={{child}}")
    assert [code for code, answer in answers.items() if answer.status_code != code] == []
    assert {code: faults for code, answer in answers.items() if (faults := faults_of_the_headers(answer))} == {}
    assert "Musterkind" not in answers[500].text, "what cannot be recorded is not shown"
    assert "pep_audit_event" not in answers[500].text and "sqlite" not in answers[500].text.lower()


# --- words that stay inside ------------------------------------------------------------------------------------------------


def say_everywhere(house: House) -> None:
    """Type the word wherever people type: in what is saved, in what is refused, in searches, in what is broken."""
    note = f"{WORD} helps at the allotment."
    steps: tuple[tuple[str, str, str, dict[str, str]], ...] = (
        ("officer", f"{ADMIN}/children/edit/?id={{child}}", "date_of_birth", {"known_as": WORD, "year_group_reason": note}),
        ("officer", f"{ADMIN}/children/edit/?id={{child}}", "upn", {"first_name": WORD, "date_of_birth": note}),
        ("officer", f"{ADMIN}/schools/edit/?id={{school}}", "urn", {"town": WORD, "urn": WORD}),
        ("officer", f"{ADMIN}/people/edit/?id={{person}}", "email", {"email": WORD}),
        ("teacher", f"{ADMIN}/peps/section/?id={{pep}}&section=strengths", "then", {"strengths": note, "achievements": note}),
        ("teacher", f"{ADMIN}/peps/section/?id={{pep}}&section=voice", "then",
         {"child_voice_good": note, "voice_gathered_on": "x"}),
        ("worker", f"{ADMIN}/peps/section/?id={{pep}}&section=background", "then", {"confidential_history": note}),
        ("worker", f"{ADMIN}/peps/section/?id={{pep}}&section=meeting", "then", {"attendees-0-name": WORD, "chair": WORD}),
        ("teacher", f"{ADMIN}/targets/write/?id={{target}}", "outcome", {"need": note, "outcome": f"{WORD} will read a page."}),
        ("teacher", f"{ADMIN}/ppg_requests/write/?id={{draft}}", "amount_pence", {"provider": WORD, "description": note}),
        ("teacher", f"{ADMIN}/ppg_requests/write/?id={{draft}}", "amount_pence", {"provider": WORD, "amount_pence": note}),
        ("officer", f"{ADMIN}/peps/grade/?id={{sent_pep}}", "feedback", {"grade": "gold", "decision": "return", "feedback": note}),
        ("officer", f"{ADMIN}/peps/open/?child={{child}}", "kind", {"kind": "change", "reason": note}),
        ("officer", f"{ADMIN}/peps/edit/?id={{new_pep}}", "due_rule", {"reason": note, "due_rule": note}),
        ("officer", f"{ADMIN}/peps/withdraw/?id={{new_pep}}", "reason", {"reason": note}),
        ("officer", f"{ADMIN}/children/leave-care/?id={{other_child}}", "on", {"on": "18 Nov 2024", "reason": note}),
    )
    for who, page, having, typed in steps:
        form = house.visitor(who).get(house.at(page)).form(having)
        honest = [(name, value) for name, value in form.form_values() if name not in typed and name != "csrf_token"]
        answer = house.post(who, (form.get("action") or house.at(page)).replace("{", "{{"), [*honest, *typed.items()])
        assert answer.status_code in (200, 303, 422), (page, answer.status_code)
        assert WORD not in (answer.location or ""), page
        for address in ADDRESSES.findall(answer.text):
            assert WORD not in address, page
    for noun in ("children", "peps", "targets", "ppg_requests", "people"):
        assert house.get("officer", f"{ADMIN}/{noun}/?search={WORD}").status_code == 200
        assert house.get("officer", f"{ADMIN}/{noun}/details/?id={WORD}").status_code == 404
    assert house.get("officer", f"{ADMIN}/children/export/csv/?search={WORD}").status_code == 200
    assert house.get("officer", f"{ADMIN}/audit_log/?flt0_who={WORD}").status_code == 403
    assert house.post("worker", f"{ADMIN}/targets/write/?pep={{pep}}", {"outcome": note}).status_code == 403
    assert house.ask("teacher", "POST", f"{ADMIN}/targets/write/?pep={{pep}}", data={"outcome": note}).status_code == 400
    assert house.post(NOBODY, f"{ADMIN}/targets/write/?pep={{pep}}", {"outcome": note}).status_code == 401
    assert house.post(NOBODY, "/account/login", {"email": f"{WORD}@example.org", "password": note}).status_code == 200


def test_a_childs_words_are_in_its_record_and_nowhere_else(either_house: House, caplog: pytest.LogCaptureFixture) -> None:
    house = either_house
    caplog.set_level(logging.INFO)
    say_everywhere(house)
    held = {table for (table, _), row in house.rows(without=frozenset()).items() if WORD.lower() in str(row).lower()}
    assert {"pep_child", "pep_education_section", "pep_social_care_section", "pep_target", "pep_ppg_request", "pep_qa_review",
            "pep_pep", "pep_care_episode", "pep_record_change"} <= held, "the word was said, and kept where it belongs"
    assert held & {"pep_audit_event", "pep_delivery", "pep_job", "account_attempt", "account_user", "pep_payment_line"} == set()
    assert WORD.lower() not in caplog.text.lower()
    assert not re.search("Musterkind|Robin|Jule", caplog.text)


def test_names_stand_in_no_audit_event_letter_job_or_payment(house: House) -> None:
    """Everything that was done to build the house, and a walk through its pages, left ids behind and no name."""
    for line in LINES:
        if line.method == "GET" and line.outcome("head") == "200" and not line.endpoint.endswith(".pdf"):
            house.get("head", line.address)
    rows = house.rows(without=frozenset())
    names = {table for (table, _), row in rows.items() if re.search("Musterkind|Robin|Jule", str(row))}
    assert "pep_child" in names and "pep_record_change" in names
    assert {"pep_audit_event", "pep_delivery", "pep_payment_line", "pep_payment_batch"} <= {table for table, _ in rows}
    silent = {"pep_audit_event", "pep_delivery", "pep_job", "pep_payment_line", "pep_payment_batch", "account_attempt"}
    assert names & silent == set()


def test_a_fault_of_the_database_tells_nobody_what_was_typed(either_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A broken constraint makes the database quote the row it refused; it is neither shown nor logged."""
    house = either_house
    form = house.visitor("teacher").get(house.at(f"{ADMIN}/targets/write/?id={{target}}")).form("outcome")
    honest = [(name, value) for name, value in form.form_values() if name not in ("need", "csrf_token")]
    if "postgresql" in house.url:
        house.change(sa.text("ALTER TABLE pep_target ADD CONSTRAINT ck_strict CHECK (need NOT LIKE '%marmelade%')"))
    else:
        house.change(sa.text("CREATE TRIGGER strict BEFORE UPDATE ON pep_target WHEN new.need LIKE '%marmelade%' "
                             "BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: strict'); END"))
    caplog.set_level(logging.INFO)
    before = house.rows()
    answer = house.post("teacher", f"{ADMIN}/targets/write/?id={{target}}", [*honest, ("need", f"{WORD} is needed")])
    assert answer.status_code == 422 and "nothing was saved" in answer.text
    assert f"{WORD} is needed" in answer.text, "it comes back to its writer, in its field"
    said = answer.text.replace("DATA-constraint", "")  # the rule that it breaks is our own word
    assert len(re.findall(WORD, said)) == 1 and "constraint" not in said.lower() and "UPDATE" not in said
    assert changed(before, house.rows()) == set()
    assert WORD not in caplog.text and WORD not in str(house.events())
