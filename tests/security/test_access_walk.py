"""One walk through every route that there is, by every role and method, against a table written by hand (access_table.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.security.access_table import LINES, TABLE, Line
from tests.security.house import NOBODY, ROLES, House, changed

SUCCESS = ("200", "302", "303", "in")
NAMES = re.compile("Musterkind|Robin|Jule")
ADDRESSES = re.compile(r'(?:href|src|action)="([^"]*)"')
DOMAIN = re.compile(r"/admin/pep/(?!static/)")


def rules(house: House) -> list[Rule]:
    return sorted(house.app.url_map.iter_rules(), key=lambda rule: rule.endpoint)


def some_address(endpoint: str) -> str:
    return next(line.address for line in LINES if line.endpoint == endpoint)


def walk(house: House, methods: tuple[str, ...]) -> Iterator[tuple[Rule, str, Line | None]]:
    """Every route with every method: its line, or None where the table knows none."""
    for rule in rules(house):
        for method in methods:
            yield rule, method, TABLE.get((rule.endpoint, "GET" if method == "HEAD" else method))


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
        "a referrer for us alone": answer.headers.get("Referrer-Policy") == "same-origin",
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
    wrong = []
    for rule, method, line in walk(house, ("GET", "HEAD")):
        address = house.at(line.address if line else some_address(rule.endpoint))
        expected = line.outcome(who) if line else "405"
        if method == "HEAD" and expected == "200" and rule.endpoint.endswith(".pdf"):
            continue  # made anew for each of them, and slow
        refused = len(house.events(outcome="refused"))
        answer = house.ask(who, method, address)
        found = outcome(answer)
        problems = faults_of_the_headers(answer) + names_in_addresses(answer)
        if found != expected:
            problems.append(f"is {found}, not {expected}")
        if method == "HEAD" and answer.data:
            problems.append("answers HEAD with a body")
        if found == "403":
            problems += faults_of_the_record(house, who, refused)
        wrong += [f"{method} {address} ({rule.endpoint}): {problem}" for problem in problems]
    assert wrong == []


@pytest.mark.parametrize("who", ROLES)
def test_every_form_is_taken_from_those_whom_the_table_names(house: House, who: str) -> None:
    wrong, before = [], house.rows()
    for rule, method, line in walk(house, ("POST",)):
        address = line.address if line else some_address(rule.endpoint)
        expected = line.outcome(who) if line else "405"
        refused = len(house.events(outcome="refused"))
        answer = house.post(who, address, dict(line.form) if line else {})
        found = outcome(answer)
        problems = faults_of_the_headers(answer) + names_in_addresses(answer)
        moved = changed(before, house.rows()) if found != "405" else set()
        if found != expected:
            problems.append(f"is {found}, not {expected}")
        if moved and found not in SUCCESS:
            problems.append(f"answers {found} and changes {sorted(moved)}")
        if found == "403":
            problems += faults_of_the_record(house, who, refused)
        if moved or rule.endpoint.startswith("security."):
            house.restore()
        wrong += [f"{method} {house.at(address)} ({rule.endpoint}): {problem}" for problem in problems]
    assert wrong == []


def faults_of_the_record(house: House, who: str, before: int) -> list[str]:
    """Whether the refusal just made stands in the audit log, once, under whose it was."""
    new = house.events(outcome="refused")[before:]
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
            if line.endpoint.startswith("security."):
                house.restore()  # a try is counted, and too many of them would be 429
    assert wrong == []


def test_no_other_method_is_answered_and_nothing_is_changed_by_looking(house: House) -> None:
    before = house.rows()
    answers = {
        (rule.endpoint, method): house.ask("head", method, some_address(rule.endpoint)).status_code
        for rule in rules(house) for method in ("PUT", "PATCH", "DELETE", "TRACE")
    }
    assert {key: code for key, code in answers.items() if code != 405} == {}
    for line in LINES:
        if line.method == "GET" and not line.endpoint.endswith(".pdf"):
            house.get("head", line.address)
            house.ask("head", "HEAD", line.address)
    assert changed(before, house.rows()) == set()
