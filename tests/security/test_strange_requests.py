"""Requests that no page sends: broken ids, values, versions, keys and bytes. They are refused in words or passed over, never 500.

Where PostgreSQL differs from SQLite (integers that overflow, texts with a NUL, patterns, encodings) both are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.models import Pep
from pep_admin.vocabulary import PepStatus
from tests.security.access_table import LINES, Line
from tests.security.house import MISSING, ROLES, House, changed
from tests.world import TODAY

pytestmark = pytest.mark.slow

ADMIN = "/admin/pep"
IDS = ("0", "-1", "abc", "1,2", "1.0", "1e0", "0x1", " 1", "+1", "1;1", "٣", "²", "2147483648", "9223372036854775808", "9" * 20,
       "9" * 400, "", "None", "true", "1'--", "%", "👧")
TYPED = ("", " ", "NaN", "Infinity", "-1", "0", "1e9", "1e400", "99999999999999999999", "2147483648", "0x10", "²", "٣", "1,2",
         "=1+1", "31/02/2024", "0001-01-01", "9999-12-31", "' OR 1=1 --", "\\", "%", "=\\",
         "👧🏽\u202e\u0301", "\ufffe\ud7ff", "x" * 3_000,
         "a\r\nb\tc", "{{7*7}}", "<script>alert(1)</script>", "null", "[]", "{}", "true")
LISTS = ("peps", "ppg_requests", *(pytest.param(noun, marks=pytest.mark.slow) for noun in (
    "children", "schools", "people", "years", "terms", "targets", "payments", "audit_log")))


def used_by(line: Line) -> str:
    """Somebody to whom the door opens; whoever asks first for their own."""
    return next((role for role in ROLES[1:] if line.outcome(role) in ("200", "303", "409", "422")), "head")


WITHOUT_A_CHILD = "/admin/pep/exclusion_alerts/tell/"
"""Asks first which child, where none is named."""


def pages_of_one_row() -> Iterable[Line]:
    return (line for line in LINES if line.method == "GET" and re.search(r"\{\w+\}", line.address))


def asked_with(line: Line, value: str) -> tuple[str, dict[str, str]]:
    """The line's path, and its query with that in place of the row."""
    path, _, query = line.address.partition("?")
    pairs = [each.partition("=")[::2] for each in query.split("&")]
    return path, {name: value if "{" in text else text for name, text in pairs}


# --- ids -----------------------------------------------------------------------------------------------------------------


def test_a_strange_id_is_the_404_of_a_row_that_is_not_there(either_house: House) -> None:
    house, wrong = either_house, []
    for line in pages_of_one_row():
        who = used_by(line)
        path, query = asked_with(line, str(MISSING))
        missing = house.ask(who, "GET", path, query_string=query)
        assert missing.status_code == 404, line.address
        for strange in IDS:
            path, query = asked_with(line, strange)
            answer = house.ask(who, "GET", path, query_string=query)
            if answer.status_code != 404 or len(answer.data) != len(missing.data):
                wrong.append(f"{path} {strange[:30]}: {answer.status_code}")
    assert wrong == []


def test_an_id_given_twice_or_not_at_all_is_404(house: House) -> None:
    """Two rows in one address are nobody's; which of them would a log name?"""
    wrong = []
    for line in pages_of_one_row():
        path, query = asked_with(line, "{}")
        name = next(name for name, text in query.items() if text == "{}")
        rest = {key: text for key, text in query.items() if key != name}
        row = re.search(r"\{(\w+)\}", line.address)
        assert row
        own = str(house.plan.places[row[1]])
        for asked in ([], [own, own], [own, str(MISSING)]):
            answer = house.ask(used_by(line), "GET", path, query_string={**rest, name: asked})
            if answer.status_code != 404 and (asked or path != WITHOUT_A_CHILD):
                wrong.append(f"{path}?{name}= {len(asked)} times: {answer.status_code}")
    assert wrong == []


# --- lists ---------------------------------------------------------------------------------------------------------------


ASKED = ("page=-1", "page=99999999999999999999", "page=x", "page=1e3", "page=", "page=1&page=2", "page_size=0", "page_size=-5",
         "page_size=100000000", "page_size=x", "sort=999", "sort=-3", "sort=x", "sort=99999999999999999999", "sort=0&desc=x",
         "search=", "search=%25", "search=%5C", "search=%3D%5C", "search=%5E%5C", "search==\\", "search=" + "x" * 5_000,
         "search=%25_%5C'%22", "search=" + "a+" * 200, "search=%ff%fe", "search=%ED%A0%80", "search=%F0%9F%91%A7", "flt0=1",
         "flt_kind=school", "flt9_unknown=1",
         "flt99999999999_x=1", "a%5B%5D=1", "=1", "&&&", "%", "id=1&id=2")
FILTERED = ("nonsense", "99999999999", "-1", "' OR 1=1 --", "\\", "=\\", "31/02/2024", "9999-12-31", "²", "x" * 500, "👧\ufffe")


@pytest.mark.parametrize("noun", LISTS)
def test_a_strange_address_of_a_list_is_answered_with_a_list(either_house: House, noun: str) -> None:
    house, wrong = either_house, []
    filters = re.findall(r'name="(flt[0-9]+_[a-z_]+)"', house.get("head", f"{ADMIN}/{noun}/").text)
    asked = [*ASKED, *(f"{name}={value}" for name in filters for value in FILTERED)]
    exported = [line.address for line in LINES if line.endpoint == f"pep_{noun}.export"]
    for path in (f"{ADMIN}/{noun}/", *exported):
        for query in asked if path.endswith(f"{noun}/") else asked[::7]:
            answer = house.client("head").get(f"{path}?{query}", buffered=True)
            if answer.status_code != 200:
                wrong.append(f"{path}?{query[:60]}: {answer.status_code}")
    assert wrong == []


def test_a_page_beyond_the_last_is_the_last_and_a_size_is_one_of_those_offered(house: House) -> None:
    assert re.search(r"\d+–6 of 6<", house.get("head", f"{ADMIN}/peps/?page=99").text)
    assert "1–6 of 6<" in house.get("head", f"{ADMIN}/peps/?page=-7&page_size=1").text


@pytest.mark.parametrize("kind", ["json", "xlsx", "CSV", "csv.html", "..", "%2e%2e", "csv%2f..", "%ff", "x" * 500])
def test_an_export_of_an_unknown_kind_is_404(house: House, kind: str) -> None:
    for noun in ("children", "schools", "people", "peps", "ppg_requests"):
        assert house.get("head", f"{ADMIN}/{noun}/export/{kind}/".replace("{", "{{")).status_code in (404, 405)


@pytest.mark.parametrize("path", ["../pep.css", "..%2f..%2fapp.py", "%2e%2e/app.py", "pep.css%00", "%ff", "none.css"])
def test_no_file_but_ours_is_served(house: House, path: str) -> None:
    assert house.client("nobody").get(f"{ADMIN}/static/{path}", buffered=True).status_code in (400, 404)


# --- keys in an address --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "nothing", "__class__", "voice'", "VOICE", "0", "²", "x" * 2_000, "../voice", "%ff"])
def test_an_unknown_section_or_part_is_404(house: House, key: str) -> None:
    for who in ("teacher", "head"):
        assert house.client(who).get(house.at(f"{ADMIN}/peps/section/?id={{pep}}&section={key}")).status_code == 404
        assert house.post(who, f"{ADMIN}/peps/section/?id={{pep}}&section={key}").status_code == 404
        assert house.client(who).get(house.at(f"{ADMIN}/peps/sign/?id={{pep}}&part={key}")).status_code == 404
        assert house.post(who, f"{ADMIN}/peps/sign/?id={{pep}}&part={key}").status_code == 404


# --- forms ---------------------------------------------------------------------------------------------------------------


FORMS = (
    ("officer", f"{ADMIN}/children/new/", "date_of_birth"),
    ("officer", f"{ADMIN}/children/edit/?id={{child}}", "date_of_birth"),
    ("officer", f"{ADMIN}/children/change-school/?id={{child}}", "school"),
    ("officer", f"{ADMIN}/children/change-worker/?id={{child}}", "person"),
    ("officer", f"{ADMIN}/children/change-home/?id={{child}}", "carer"),
    ("officer", f"{ADMIN}/children/leave-care/?id={{child}}", "on"),
    ("officer", f"{ADMIN}/schools/new/", "urn"),
    ("officer", f"{ADMIN}/schools/edit/?id={{school}}", "urn"),
    ("officer", f"{ADMIN}/people/new/", "email"),
    ("officer", f"{ADMIN}/people/edit/?id={{person}}", "email"),
    ("head", f"{ADMIN}/years/new/", "name"),
    ("head", f"{ADMIN}/years/edit/?id={{year}}", "name"),
    ("head", f"{ADMIN}/terms/new/", "deadline_on"),
    ("head", f"{ADMIN}/terms/edit/?id={{term}}", "deadline_on"),
    ("officer", f"{ADMIN}/peps/edit/?id={{pep}}", "due_rule"),
    ("officer", f"{ADMIN}/peps/open/?child={{child}}", "kind"),
    ("officer", f"{ADMIN}/peps/writer/?id={{pep}}", "writer_id"),
    ("officer", f"{ADMIN}/peps/withdraw/?id={{pep}}", "reason"),
    ("officer", f"{ADMIN}/peps/sign/?id={{pep}}&part=education", "reason"),
    ("officer", f"{ADMIN}/peps/grade/?id={{sent_pep}}", "feedback"),
    ("teacher", f"{ADMIN}/targets/write/?pep={{pep}}", "outcome"),
    ("teacher", f"{ADMIN}/targets/write/?id={{target}}", "outcome"),
    ("teacher", f"{ADMIN}/ppg_requests/write/?pep={{pep}}", "amount_pence"),
    ("teacher", f"{ADMIN}/ppg_requests/write/?id={{draft}}", "amount_pence"),
    ("officer", f"{ADMIN}/ppg_requests/decide/?id={{requested}}", "verdict"),
    ("finance", f"{ADMIN}/ppg_requests/release-all/", "rowid"),
    *(("teacher", f"{ADMIN}/peps/section/?id={{pep}}&section={key}", "then")
      for key in ("strengths", "voice", "learning", "attendance")),
    *(("worker", f"{ADMIN}/peps/section/?id={{pep}}&section={key}", "then")
      for key in ("about", "responsibility", "health", "background", "meeting", "discussion", "voices", "actions")),
)
ANSWERS = (200, 303, 400, 404, 409, 422)
"""Saved, or refused in words."""


def form_of(house: House, who: str, page: str, having: str) -> tuple[str, list[tuple[str, str]], list[str]]:
    """Where the page's form goes, what it holds, and the names of what can be typed or chosen in it."""
    form = house.visitor(who).get(house.at(page)).form(having)
    fields = [(name, value) for name, value in form.form_values() if name != "csrf_token"]
    ours = ("csrf_token", "written_by", "then")
    named = {name: None for each in form.xpath(".//*[@name]") if (name := each.get("name")) not in ours}
    return form.get("action") or house.at(page), fields, list(named)


def try_forms(house: House, forms: Iterable[tuple[str, str, str]], values: Iterable[str], *, one_by_one: bool) -> list[str]:
    """Every field of those forms filled with each of those values, all at once or one at a time: what was answered amiss."""
    wrong = []
    for who, page, having in forms:
        action, fields, names = form_of(house, who, page, having)
        posts = [(names, value) for value in values] if not one_by_one else [([name], value) for name in names for value in values]
        for strange, value in posts:
            typed = [pair for pair in fields if pair[0] not in strange] + [(name, value) for name in strange]
            answer = house.ask(who, "POST", action.replace("{", "{{"), data=_joined([("csrf_token", house.mark(who)), *typed]))
            if answer.status_code not in ANSWERS:
                wrong.append(f"{page} {strange if one_by_one else 'all'}={value[:30]!r}: {answer.status_code}")
        house.restore()
    return wrong


def _joined(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def test_a_form_full_of_nonsense_is_refused_in_words(house: House) -> None:
    assert try_forms(house, FORMS, ("99999999999999999999", "²", TYPED[TYPED.index("=\\") + 1]), one_by_one=False) == []


@pytest.mark.slow
@pytest.mark.postgres
def test_any_field_with_any_nonsense_is_refused_in_words(served_on_postgres: House) -> None:
    """On PostgreSQL, which is the stricter; one field at a time, for what an earlier refusal would hide."""
    served_on_postgres.restore()
    config.move_today(TODAY)
    assert try_forms(served_on_postgres, FORMS, TYPED[::3], one_by_one=False) == []
    assert try_forms(served_on_postgres, FORMS, ("2147483648", "9999-12-31"), one_by_one=True) == []


VERSIONS = ("", "NaN", "0", "-1", "1e0", "1.0", "²", "٣", "99999999999999999999", "1 ", "None", "x" * 1_000)


EDITED = [each for each in FORMS if re.search(r"edit|change|leave|write/\?id|decide", each[1])]


@pytest.mark.parametrize(("who", "page", "having"), EDITED)
def test_a_save_without_a_true_version_is_409_and_shows_what_was_typed(house: House, who: str, page: str, having: str) -> None:
    action, fields, names = form_of(house, who, page, having)
    assert "row_version" in names
    rest, before = [pair for pair in fields if pair[0] != "row_version"], house.rows()
    if "decide" in page:
        rest = [*(pair for pair in rest if pair[0] != "verdict"), ("verdict", "whole")]
        signed_off = sa.update(Pep.__table__).where(Pep.__table__.c.id == house.plan.places["sent_pep"])
        house.change(signed_off.values(status=PepStatus.COMPLETE))
        before = house.rows()
    for version in (None, *VERSIONS):
        sent = rest if version is None else [*rest, ("row_version", version)]
        answer = house.ask(who, "POST", action.replace("{", "{{"), data=_joined([("csrf_token", house.mark(who)), *sent]))
        assert answer.status_code == 409, (version, answer.status_code)
    assert changed(before, house.rows()) == set()


@pytest.mark.parametrize(("who", "path", "place", "form"), [
    ("officer", f"{ADMIN}/peps/delegate/", "new_pep", {}),
    ("officer", f"{ADMIN}/peps/grade/confirm/", "sent_pep", {"grade": "gold", "decision": "accept", "feedback": "Well done."}),
    ("finance", f"{ADMIN}/ppg_requests/release/", "approved", {}),
])
def test_a_bulk_step_without_true_versions_is_409_with_its_preview(
    house: House, who: str, path: str, place: str, form: dict[str, str]
) -> None:
    row, before = house.plan.places[place], house.rows()
    for version in (None, *VERSIONS):
        versions = {} if version is None else {f"version-{row}": version}
        answer = house.post(who, path, {**form, "rowid": str(row), **versions})
        assert answer.status_code == 409 and 'name="rowid"' in answer.text, version
    assert changed(before, house.rows()) == set()


def test_a_line_of_a_table_with_a_strange_id_is_refused(either_house: House) -> None:
    house, wrong, before = either_house, [], either_house.rows()
    path = f"{ADMIN}/peps/section/?id={{pep}}&section=learning"
    _, fields, _ = form_of(house, "teacher", path, "then")
    assert any(name == "attainment-0-id" for name, _ in fields)
    for strange in filter(None, IDS):  # without an id it is a new line, and taken
        typed = {"attainment-0-id": strange, "attainment-0-current": "Changed"}
        answer = house.post("teacher", path, [(name, typed.get(name, value)) for name, value in fields])
        if answer.status_code not in (400, 404, 409, 422):
            wrong.append(f"{strange[:30]!r}: {answer.status_code}")
    assert wrong == []
    assert changed(before, house.rows()) == set()


def test_a_target_to_look_back_on_with_a_strange_id_is_refused(either_house: House) -> None:
    house, wrong = either_house, []
    opened = house.post("officer", f"{ADMIN}/peps/open/?child={{graded_child}}", {"kind": "change", "reason": "A new carer"})
    path = f"{ADMIN}/peps/section/?id={opened.location.rpartition('=')[2]}&section=last_targets"
    _, fields, _ = form_of(house, "teacher", path, "then")
    before = house.rows()
    for strange in (*IDS, "0", "999999"):
        said = {"outcome": "MET", "what_happened": "x", "support_effect": "helped", "next": "close", "target_id": strange}
        typed = [pair for pair in fields if not re.fullmatch(r"target_reviews-0-\w+", pair[0])]
        answer = house.post("teacher", path, [*typed, *((f"target_reviews-0-{name}", value) for name, value in said.items())])
        if answer.status_code not in (400, 404, 409, 422):
            wrong.append(f"{strange[:30]!r}: {answer.status_code}")
    assert wrong == []
    assert changed(before, house.rows()) == set()


# --- marks, bytes and the rest of a request --------------------------------------------------------------------------------


def test_a_strange_mark_is_400_and_keeps_what_was_typed(house: House) -> None:
    before = house.rows()
    own = house.mark("head")
    marks = ("", "x", "x" * 5_000, ".", "a.b.c", "👧", "\ufffe", "None", own[:-1], own.upper(), house.mark("officer"))
    for mark in marks:
        answer = house.ask("head", "POST", f"{ADMIN}/schools/edit/?id={{school}}",
                           data={"csrf_token": mark, "town": "Typed <b>here"})
        assert answer.status_code == 400 and "Typed &lt;b&gt;here" in answer.text, mark
    assert changed(before, house.rows()) == set()


def test_a_nul_anywhere_is_400(either_house: House) -> None:
    house, before = either_house, either_house.rows()
    for line in LINES:
        path, _, query = house.at(line.address).partition("?")
        who = "nobody" if line.endpoint.startswith("security.") else used_by(line)
        for address in (f"{path}?{query}&x=a%00b", f"{path}?{query}&a%00b=1"):
            answer = house.client(who).open(address, method=line.method, data={"csrf_token": house.mark(who)}, buffered=True)
            assert answer.status_code == 400, address
        if line.method == "POST":
            for form in ({"town": "a\x00b"}, {"a\x00b": "1"}, {"rowid": "1\x00"}):
                answer = house.ask(who, "POST", line.address, data={"csrf_token": house.mark(who), **form})
                assert answer.status_code == 400, line.address
                if line.endpoint.startswith("security."):
                    break  # each is a try at signing in, and counted
    assert changed(before, house.rows()) == set()


BODIES = (
    (b"\xff\xfe=\xff&town=\xed\xa0\x80", "application/x-www-form-urlencoded"),
    (b"town=%ff%fe&%ff=1", "application/x-www-form-urlencoded; charset=utf-7"),
    (b"town=x", "application/x-www-form-urlencoded; charset=no-such-charset"),
    (b'{"town": "x"}', "application/json"),
    (b"[" * 10_000, "application/json"),
    (b"<x/>", "text/xml"),
    (b"town=x", ""),
    (b"town=x", "multipart/form-data"),
    (b"--x\r\nContent-Disposition: form-data; name=\"town\"\r\n\r\nunfinished", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x"),
    (b"&" * 20_000, "application/x-www-form-urlencoded"),
    (b"a=1&" * 2_000, "application/x-www-form-urlencoded"),
)


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_a_body_that_is_no_form_is_refused(house: House, body: bytes, kind: str) -> None:
    before = house.rows()
    for who in ("head", "nobody"):
        answer = house.ask(who, "POST", f"{ADMIN}/schools/edit/?id={{school}}", data=body, content_type=kind)
        assert answer.status_code in (400, 401, 413), (who, answer.status_code)
    headed = house.ask("head", "POST", f"{ADMIN}/schools/edit/?id={{school}}", data=body, content_type=kind,
                       headers={"X-CSRFToken": house.mark("head")})
    assert headed.status_code in (400, 409, 413, 422), headed.status_code
    assert changed(before, house.rows()) == set()


@pytest.mark.parametrize("headers", [
    {"Origin": "http://["}, {"Origin": "null"}, {"Origin": "x" * 5_000}, {"Origin": "http://evil.example"}, {"Origin": "http://\xff"},
    {"Origin": "//"}, {"Origin": ""}, {"Referer": "http://["}, {"Referer": "x" * 5_000}, {"Cookie": "="},
    {"Cookie": "pep_session=\xff\xfe" + "x" * 40}, {"Cookie": "pep_session=" + "x" * 5_000},
    {"Cookie": "pep_session=a; pep_session=b"}, {"User-Agent": "\xff\xfe"}, {"User-Agent": 'x\t{"event": "fake"}'},
    {"Accept-Language": "\xff;q=x"},
    {"X-Forwarded-For": "x, y, [::"}, {"X-Forwarded-Host": "evil.example"}, {"Range": "bytes=9-1"}, {"If-Modified-Since": "never"},
    {"Content-Length": "-1"}, {"Content-Length": "x"}, {"Expect": "nonsense"},
    {"X-HTTP-Method-Override": "DELETE"}, {"Authorization": "Basic \xff"}, {"Authorization": "Bearer ."},
])
def test_a_strange_header_breaks_nothing(house: House, headers: dict[str, str]) -> None:
    before = house.rows()
    for method, path, allowed in (
        ("GET", f"{ADMIN}/peps/", (200, 302, 400)), ("POST", f"{ADMIN}/schools/edit/?id={{school}}", (400, 401, 409)),
        ("GET", f"{ADMIN}/static/pep.css", (200, 400, 416)), ("GET", "/account/login", (200, 302, 400)),
    ):
        marked = {"csrf_token": house.mark("head")} if method == "POST" else None
        answer = house.ask("head", method, path, headers=headers, data=marked)
        assert answer.status_code in allowed, (method, path, answer.status_code)
        assert "evil.example" not in answer.text
    assert changed(before, house.rows()) == set()


STRANGE_PATHS = ("%ff", "%00", "%0d%0aX-Evil:1", "..%2f", "peps/details/%ff", "x" * 5_000, "peps//details/", "peps/details",
                 "%2e%2e/")


@pytest.mark.parametrize("path", STRANGE_PATHS)
def test_a_strange_path_is_not_found(house: House, path: str) -> None:
    for who in ("nobody", "head"):
        answer = house.client(who).get(f"{ADMIN}/{path}", buffered=True)
        assert answer.status_code in (302, 308, 400, 404) and "X-Evil" not in answer.headers
