"""One walk through every route that there is, by every role and method, against a table written by hand (access_table.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.security.access_table import LINES, TABLE, Line
from tests.security.house import NOBODY, ROLES, House, changed

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

NAMES = re.compile("Musterkind|Robin|Jule")
ADDRESSES = re.compile(r'(?:href|src|action)="([^"]*)"')


def rules(house: House) -> list[Rule]:
    return sorted(house.app.url_map.iter_rules(), key=lambda rule: rule.endpoint)


def some_address(rule: Rule) -> str:
    return next((line.address for line in LINES if line.endpoint == rule.endpoint), rule.rule)


def walk(house: House, method: str) -> Iterator[tuple[Rule, Line | None]]:
    """Every route with its line for that method, or None where the table knows none."""
    for rule in rules(house):
        yield rule, TABLE.get((rule.endpoint, method))


def outcome(answer: TestResponse) -> str:
    if answer.status_code == 302 and answer.location.startswith("/account/login"):
        return "in"
    return str(answer.status_code)


def faults_of_the_headers(answer: TestResponse) -> list[str]:
    """What every answer must carry, a page, a file or a refusal."""
    policy, endpoint = answer.headers.get("Content-Security-Policy", ""), answer.request.path
    wanted = {
        "a policy for scripts": "script-src 'self'" in policy and "unsafe" not in policy,
        "no frames": "frame-ancestors 'none'" in policy and answer.headers.get("X-Frame-Options") == "DENY",
        "no other base": "base-uri 'none'" in policy,
        "no sniffing": answer.headers.get("X-Content-Type-Options") == "nosniff",
        "a referrer for us alone": answer.headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "not stored": answer.headers.get("Cache-Control") == "no-store" or "/static/" in endpoint,
    }
    return [name for name, holds in wanted.items() if not holds]


def names_in_addresses(answer: TestResponse) -> list[str]:
    """Addresses on a page, and where it leads, that name a child."""
    found = [answer.location or "", answer.headers.get("Content-Disposition", "")]
    if answer.mimetype == "text/html":
        found += ADDRESSES.findall(answer.text)
    return [each for each in found if NAMES.search(each)]


def test_the_table_and_the_application_know_the_same_routes(house: House) -> None:
    there = {(rule.endpoint, method) for rule in rules(house) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert there - set(TABLE) == set(), "routes that the table does not know: say who may use them"
    assert set(TABLE) - there == set(), "lines of the table without a route"
    assert len(LINES) == len(TABLE), "a door has two lines"


@pytest.mark.parametrize("who", ROLES)
def test_every_page_opens_to_those_whom_the_table_names(house: House, who: str) -> None:
    assert faults(house, who, "GET") == []


@pytest.mark.parametrize("who", [NOBODY, "head", "teacher", "finance"])
def test_asking_for_the_head_of_a_page_is_no_other_way_in(house: House, who: str) -> None:
    before = house.rows()
    assert faults(house, who, "HEAD") == []
    assert changed(before, house.rows()) == set(), "HEAD is looking, and looking changes nothing"


def faults(house: House, who: str, method: str) -> list[str]:
    """What is wrong with the pages, by route; those that have none are 405 (asked once: that is said before anybody is known)."""
    wrong = []
    for rule, line in walk(house, "GET"):
        if (line is None and who != "head") or (method == "HEAD" and rule.endpoint.endswith(".pdf")):
            continue  # the PDF is made for HEAD too, and slow
        address, last = house.at(line.address if line else some_address(rule)), house.last_event()
        answer = house.ask(who, method, address)
        problems = faults_of(answer, line.outcome(who) if line else "405")
        if method == "HEAD" and answer.data:
            problems.append("answers HEAD with a body")
        if answer.status_code == 403:
            problems += faults_of_the_record(house, who, last)
        wrong += [f"{address} ({rule.endpoint}): {problem}" for problem in problems]
    return wrong


@pytest.mark.parametrize("who", ROLES)
def test_every_form_is_taken_from_those_whom_the_table_names(house: House, who: str) -> None:
    wrong, before = [], house.rows()
    for rule, line in walk(house, "POST"):
        if line is None and who != "head":
            continue
        address, last = line.address if line else some_address(rule), house.last_event()
        answer = house.post(who, address, dict(line.form) if line else {})
        problems = faults_of(answer, line.outcome(who) if line else "405")
        moved = changed(before, house.rows()) if line else set()
        if moved and answer.status_code not in (200, 302, 303):
            problems.append(f"answers {answer.status_code} and changes {sorted(moved)}")
        if answer.status_code == 403:
            problems += faults_of_the_record(house, who, last)
        if moved or rule.endpoint.startswith(("security.", "account.", "pep_my_account.")):
            house.restore()
        wrong += [f"{house.at(address)} ({rule.endpoint}): {problem}" for problem in problems]
    assert wrong == []


def faults_of(answer: TestResponse, expected: str) -> list[str]:
    problems = faults_of_the_headers(answer) + names_in_addresses(answer)
    if outcome(answer) != expected:
        problems.append(f"is {outcome(answer)}, not {expected}")
    return problems


def faults_of_the_record(house: House, who: str, last: int) -> list[str]:
    """Whether the refusal just made stands in the audit log, once, under whose it was."""
    new = house.events(after=last, outcome="refused")
    if [each.actor_id for each in new] != [house.actor_id(who)]:
        return [f"leaves {len(new)} refusals in the audit log"]
    return []


def test_a_form_without_its_mark_is_refused_and_changes_nothing(house: House) -> None:
    """By those who may use it: what stops it is the mark alone."""
    wrong, before = [], house.rows()
    for line in LINES:
        if line.method != "POST":
            continue
        who = next((role for role in ROLES if role != NOBODY and line.outcome(role) not in ("403", "404", "302")), "head")
        for form in ({}, {"csrf_token": "x"}, {"csrf_token": house.mark("auditor" if who != "auditor" else "head")}):
            typed = {name: house.at(text) for name, text in line.form.items()} | form
            answer = house.ask(who, "POST", line.address, data=typed)
            if answer.status_code != 400:
                wrong.append(f"{line.endpoint} by {who}: {answer.status_code}")
            if moved := changed(before, house.rows()):
                wrong.append(f"{line.endpoint} by {who} changed {sorted(moved)}")
            if line.endpoint.startswith(("security.", "account.")):
                house.restore()  # a try is counted, and too many of them would be 429
    assert wrong == []


@pytest.mark.parametrize(("who", "path", "form", "row"), [
    ("teacher", "/admin/pep/peps/send/?id={pep}", {}, "pep"),
    ("worker", "/admin/pep/peps/sign/?id={pep}&part=education", {}, "pep"),
    ("teacher", "/admin/pep/peps/recall/?id={pep}", {}, "pep"), ("officer", "/admin/pep/peps/withdraw/?id={pep}", {}, "pep"),
    ("officer", "/admin/pep/peps/writer/?id={sent_pep}", {"writer_id": "{person}"}, "sent_pep"),
    ("officer", "/admin/pep/peps/open/?child={child}", {"kind": "change"}, "child"),
    ("teacher", "/admin/pep/targets/remove/?id={target}", {}, "pep"),
    ("teacher", "/admin/pep/ppg_requests/withdraw/?id={approved}", {}, "graded_pep"),
])
def test_what_a_verb_refuses_is_recorded_with_its_record_and_child(
    house: House, who: str, path: str, form: dict[str, str], row: str
) -> None:
    last = house.last_event()
    assert house.post(who, path, form).status_code in (403, 422)
    (event,) = house.events(after=last, outcome="refused")
    assert event.object_id == house.plan.places[row] and event.actor_id == house.actor_id(who)
    assert event.child_id is not None and (event.details.get("codes") or event.details.get("permission"))


def test_no_other_method_is_answered(house: House) -> None:
    before = house.rows()
    answers = {
        (rule.endpoint, method): house.ask("head", method, some_address(rule)).status_code
        for rule in rules(house) for method in ("PUT", "PATCH", "DELETE")
    }
    assert {key: code for key, code in answers.items() if code != 405} == {}
    assert changed(before, house.rows()) == set()
