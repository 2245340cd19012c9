"""What every view of the admin inherits, tried through a foreign host: the gate, the scope, strange requests, typing that is kept,
stale saves, exports, actions, and how a verb's end becomes a page."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
import sqlalchemy as sa
from flask import request
from flask_admin import expose
from flask_admin.actions import action
from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused, StaleRecord
from pep_admin.extension import PepAdmin
from pep_admin.models import AuditEvent, Child, Person, School
from pep_admin.permissions import Permission
from pep_admin.spreadsheet_cells import guarded
from pep_admin.validators.findings import Finding
from pep_admin.views import base, base_forms, filters, formats
from pep_admin.views.base import PepModelView
from pep_admin.views.children import Children
from pep_admin.vocabulary import PersonKind, SenStatus
from tests.host.foreign_app import Council, make_council
from tests.world import TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

T = TypeVar("T")
SCHOOLS, CHILDREN = "/admin/pep/schools/", "/admin/pep/children/"
HOSTILE = '</textarea><script>alert("x")</script>{{7*7}} Zoë\nsecond line'


class Desk(PepModelView):
    """A view of the test's own, to see what the base does with verbs, actions and faults."""

    model = School
    noun = "desk"
    title = "Desk"
    singular = "Desk"
    opens: ClassVar = dict.fromkeys(
        ("index_view", "details_view", "edit_view", "action_view", "mark_confirm", "verb", "broken", "fresh"),
        Permission.SCHOOL_READ,
    )
    actions_open: ClassVar = {"mark": Permission.SCHOOL_READ, "close": Permission.TERM_EDIT}
    column_list = ("name",)
    form_columns = ("name", "town")
    calls = 0

    @action("mark", "Mark…")
    def mark(self, ids: list[str]) -> Any:
        return self._preview(self.rows_for(ids), 200)

    @action("close", "Close…")
    def close(self, ids: list[str]) -> Any:
        raise AssertionError("must not be reached")

    def _preview(self, rows: list[School], status: int) -> Any:
        return " ".join(f"{row.name}:{row.row_version}" for row in rows), status

    @expose("/mark/", methods=("POST",))
    def mark_confirm(self) -> Any:
        rows = self.rows_for(request.form.getlist("rowid"))
        return self._preview(rows, 409) if self.moved(rows) else ("marked", 200)

    @expose("/verb/", methods=("POST",))
    def verb(self) -> Any:
        done = self.commit(VERBS[request.form["verb"]], self.one_or_404(School, request.form["id"]), today=self.today,
                           keep_stale="keep" in request.form)
        return {"value": done.value, "findings": [each.message for each in done.findings],
                "saved": None if done.saved is None else dict(done.saved)}

    @expose("/broken/")
    def broken(self) -> Any:
        type(self).calls += 1
        return len(3)  # type: ignore[arg-type]  # the fault is the point

    @expose("/fresh/", methods=("GET", "POST"))
    def fresh(self) -> Any:
        return self.require_fresh() or "fresh enough"

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        if form.town.data == "Raced":  # somebody's save slips in between our reading and our writing
            self.db_session.connection().execute(sa.update(School.__table__).values(row_version=School.row_version + 1))
        if form.town.data == "Late refusal":
            raise ValidationError("not here")


def _rename(session: Session, school: School, *, actor: Any, today: date) -> str:
    school.town = "Renamed"
    session.flush()
    return school.town


def _refuse(session: Session, school: School, *, actor: Any, today: date) -> None:
    _rename(session, school, actor=actor, today=today)
    raise Refused([Finding("T-1", "HB-6.1", "amount", "No more than £600 a term.")])


def _forbid(session: Session, school: School, *, actor: Any, today: date) -> None:
    _rename(session, school, actor=actor, today=today)
    raise NotAllowed("funding:release", "Another person has to do this.")


def _miss(session: Session, school: School, *, actor: Any, today: date) -> None:
    raise NotFound


def _stale(session: Session, school: School, *, actor: Any, today: date) -> None:
    raise StaleRecord({"town": "Theirs"})


def _break_a_rule_of_the_database(session: Session, school: School, *, actor: Any, today: date) -> None:
    session.add(School(name="Secret School", urn=school.urn, kind=school.kind, phase=school.phase))
    session.flush()


VERBS: dict[str, Callable[..., Any]] = {"rename": _rename, "refuse": _refuse, "forbid": _forbid, "miss": _miss, "stale": _stale,
                                        "constraint": _break_a_rule_of_the_database}


class WithDesk(PepAdmin):
    views = (*PepAdmin.views, Desk)


@pytest.fixture
def council(world: World, tmp_path: Path) -> Council:
    config.move_today(TODAY)
    people = {name: getattr(world, name) for name in (
        "head", "officer", "finance", "auditor", "administrator", "teacher", "other_teacher", "worker", "other_worker")}
    return make_council(f"sqlite:///{tmp_path / 'world.db'}", people, plugin=WithDesk())


@pytest.fixture
def ask(world: World) -> Callable[[Callable[[Session], T]], T]:
    """`ask(question)`: what stands in the database now; holds no transaction open afterwards."""

    def answer(question: Callable[[Session], T]) -> T:
        try:
            return question(world.session)
        finally:
            world.session.rollback()

    return answer


def events(session: Session, action: str) -> list[dict[str, Any]]:
    found = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))
    return [{"outcome": each.outcome, "actor": each.actor_id, "child": each.child_id, "object": each.object_id, **each.details}
            for each in found]


def town_of(school_id: int) -> Callable[[Session], str | None]:
    return lambda session: session.scalars(sa.select(School.town).where(School.id == school_id)).one()


def teacher_of(school_id: int) -> Callable[[Session], str]:
    named = sa.select(Person.last_name).join(School, School.designated_teacher_id == Person.id).where(School.id == school_id)
    return lambda session: session.scalars(named).one()


# --- the gate ------------------------------------------------------------------------------------------------------------


def test_only_routes_that_a_view_opens_exist(council: Council) -> None:
    rules = {rule.endpoint: rule.rule for rule in council.app.url_map.iter_rules() if rule.endpoint.startswith("pep_")}
    views = {view.endpoint: view for view in council.app.extensions["pep_admin"].admin._views}
    for endpoint in rules:
        blueprint, _, route = endpoint.rpartition(".")
        assert blueprint == "pep_assets" or route in views[blueprint].opens
    assert not [rule for rule in rules.values() if "delete" in rule or "ajax" in rule]
    assert "pep_terms.action_view" not in rules  # a list without actions has no address for them
    assert rules["pep_children.details_view"] == "/admin/pep/children/details/"


def test_nobody_is_sent_to_sign_in_and_back(council: Council) -> None:
    answer = council.visit().get(f"{SCHOOLS}?search=Ald")
    assert answer.status_code == 302
    assert answer.location == "/door/?back=/admin/pep/schools/?search%3DAld"
    assert council.visit().client.head(SCHOOLS).status_code == 302


def test_a_post_of_nobody_is_401_and_keeps_what_was_typed(council: Council, world: World, ask: Any) -> None:
    path = f"{SCHOOLS}edit/?id={world.school_id}"
    answer = council.visit().client.post(path, data={"town": HOSTILE, "row_version": "1", "password": "hush"})
    assert answer.status_code == 401
    assert html.escape(HOSTILE, quote=True).replace("&quot;", "&#34;") in answer.text
    assert "<script>alert" not in answer.text and "49 Zoë" not in answer.text and "hush" not in answer.text
    back = path.replace("=", "%3D")
    assert f'action="{path}"' in answer.text and f'href="/door/?back={back}"' in answer.text
    assert ask(town_of(world.school_id)) is None


def test_a_wrong_role_is_403_and_recorded(council: Council, world: World, ask: Any) -> None:
    answer = council.visit("teacher").get(f"{SCHOOLS}details/", id=str(world.school_id))
    assert answer.status_code == 403
    assert "Your account may not read schools." in answer.text
    assert ask(lambda session: events(session, "refused")) == [
        {"outcome": "refused", "actor": world.teacher.id, "child": None, "object": world.school_id, "permission": "school:read",
         "route": "pep_schools.details_view"}]


def test_another_persons_form_is_neither_saved_nor_shown(council: Council, world: World, ask: Any) -> None:
    answer = council.visit("officer").send(f"{SCHOOLS}edit/?id={world.school_id}", name="Alder School", town="Whispered",
                                           row_version="1", written_by=world.head.id)
    assert answer.status_code == 409
    assert "Somebody else has signed in" in answer.text and "Whispered" not in answer.text
    assert ask(town_of(world.school_id)) is None


def test_a_return_address_outside_this_site_is_400(council: Council) -> None:
    officer = council.visit("officer")
    for target in ("https://evil.example/", "//evil.example", "http:evil.example", "https:/evil.example", "/\\evil.example",
                   "/\t/evil.example", "javascript:alert(1)", "evil", "\\\\evil.example"):
        assert officer.get(SCHOOLS, url=target).status_code == 400, target
        assert officer.get(SCHOOLS, next=target).status_code == 400, target
    assert officer.get(SCHOOLS, next="/admin/pep/people/?page=2").status_code == 200


def test_a_nul_anywhere_is_400(council: Council, world: World) -> None:
    officer = council.visit("officer")
    assert officer.client.get(f"{SCHOOLS}?search=a%00b").status_code == 400
    assert officer.client.get(f"{SCHOOLS}?a%00b=1").status_code == 400
    assert officer.client.get(f"{CHILDREN}export/csv%00/").status_code == 400
    answer = officer.send(f"{SCHOOLS}edit/?id={world.school_id}", name="Al\x00der", row_version="1")
    assert answer.status_code == 400 and "Alder" in answer.text


def test_a_fault_in_a_route_is_met_once(council: Council) -> None:
    Desk.calls = 0
    with pytest.raises(TypeError, match="has no len"):
        council.visit("officer").get("/admin/pep/desk/broken/")
    assert Desk.calls == 1


def test_an_unforeseen_fault_shows_a_reference_and_nothing_else(council: Council) -> None:
    council.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = council.visit("officer").get("/admin/pep/desk/broken/")
    assert answer.status_code == 500
    assert re.search(r"Reference: <code>[0-9a-f]{32}</code>", answer.text)
    assert "TypeError" not in answer.text and "no len" not in answer.text


def test_a_stale_sign_in_is_asked_for_again(council: Council) -> None:
    officer = council.visit("officer")
    assert officer.get("/admin/pep/desk/fresh/").text == "fresh enough"
    with officer.client.session_transaction() as cookie:
        cookie["stale"] = True
    assert officer.get("/admin/pep/desk/fresh/").location == "/door/?back=/admin/pep/desk/fresh/"
    answer = officer.send("/admin/pep/desk/fresh/", reason="Because")
    assert answer.status_code == 401 and "Because" in answer.text


def test_every_page_and_refusal_carries_the_headers(council: Council) -> None:
    officer = council.visit("officer")
    for answer in (officer.get(SCHOOLS), officer.get(f"{SCHOOLS}details/", id="999"), officer.client.post(f"{SCHOOLS}new/"),
                   council.visit().get(SCHOOLS), officer.get(f"{SCHOOLS}export/csv/"), council.visit("teacher").get(SCHOOLS)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "same-origin"


# --- the scope -----------------------------------------------------------------------------------------------------------


SAFETY_MARK = re.compile(r'name="csrf_token" value="[^"]+"')


def test_what_is_not_theirs_is_the_very_404_of_what_is_not_there(council: Council, world: World) -> None:
    mine, theirs = world.child_id, world.other_child_id
    for who, own, other in (("teacher", mine, theirs), ("other_worker", theirs, mine)):
        visitor = council.visit(who)
        assert visitor.get(f"{CHILDREN}details/", id=str(own)).status_code == 200
        foreign, missing = (visitor.get(f"{CHILDREN}details/", id=str(row_id)) for row_id in (other, 999_999))
        assert foreign.status_code == missing.status_code == 404
        # The safety mark holds the second in which it was made; all else is the same to the letter.
        assert SAFETY_MARK.sub("", foreign.text) == SAFETY_MARK.sub("", missing.text)


def test_list_and_count_hold_only_what_is_theirs(council: Council) -> None:
    answer = council.visit("teacher").get(CHILDREN)
    assert "Musterkind0" in answer.text and "Musterkind1" not in answer.text
    assert "1–1 of 1<" in answer.text
    searched = council.visit("teacher").get(CHILDREN, search="Musterkind1")
    assert "Nothing fits this search." in searched.text


def test_the_filter_bar_of_a_teacher_is_no_directory(council: Council) -> None:
    text = council.visit("teacher").get(CHILDREN).text
    assert "Alder School" in text and "Birch School" not in text
    assert "Sara Sozial" in text and "Olga Zweite" not in text


def test_a_strange_id_is_404(council: Council) -> None:
    officer = council.visit("officer")
    for asked in ("1,2", "0x1", "-1", "", "2147483648", "9" * 30, "١", "1.0", " 1", "1e0", "None"):
        assert officer.get(f"{SCHOOLS}details/", id=asked).status_code == 404, asked
        assert officer.get(f"{SCHOOLS}edit/", id=asked).status_code == 404, asked
    assert officer.client.get(f"{SCHOOLS}details/?id=1&id=2").status_code == 404
    assert officer.client.get(f"{SCHOOLS}details/").status_code == 404


def test_a_strange_list_address_is_answered_with_a_list(council: Council) -> None:
    officer = council.visit("officer")
    for asked in ("page=-1", "page=99999999999999999999", "page=x", "sort=999", "sort=-3", "sort=99999999999999999999",
                  "page_size=100000000", "page_size=-5", "desc=7", "flt0_kind=nonsense", "flt0_kind=", "flt9_unknown=1", "flt0=1",
                  "flt_kind=school", "search=" + "x" * 5000, "search=%25_%5C'\"", "flt3_sen=SUPPORT", "flt2_school=99999999999",
                  "flt2_school=-1", "flt2_school=' OR 1=1", "flt2_worker=x" + "y" * 500):
        for path in (SCHOOLS, CHILDREN, f"{CHILDREN}export/csv/"):
            assert officer.client.get(f"{path}?{asked}").status_code == 200, (path, asked)


def test_filters_in_an_address_narrow_the_list(council: Council, world: World) -> None:
    officer = council.visit("officer")
    text = officer.client.get(f"{CHILDREN}?flt2_school={world.other_school_id}&flt0_care=in").text
    assert "Musterkind1" in text and "Musterkind0" not in text and "1–1 of 1<" in text
    assert re.search(rf'<option value="{world.other_school_id}" selected>', text)
    assert "Nothing fits" in officer.client.get(f"{CHILDREN}?flt3_sen=E").text


STRANGE_ADDRESSES = ("page=-1", "page=99999999999999999999", "sort=999", "page_size=100000000", "flt0_kind=nonsense",
                     "flt2_school=99999999999", "flt2_school=-1", "search=%25_%5C'%22", "search=%F0%9F%98%80%ED%A0%80",
                     "flt4_legal=C9", "flt3_to=31/02/2024")


@pytest.mark.slow
def test_strange_requests_are_no_fault_on_either_database(both_databases: str, open_session: Callable[..., Session]) -> None:
    world = build_world(open_session(both_databases))
    world.session.rollback()
    council = make_council(both_databases, {"head": world.head, "teacher": world.teacher})
    for who in ("head", "teacher"):
        visitor = council.visit(who)
        for noun in ("children", "schools", "people", "years", "terms", "audit_log", "peps", "targets", "ppg_requests", "payments"):
            path = f"/admin/pep/{noun}/"
            expected = visitor.get(path).status_code
            assert expected in (200, 403)
            for asked in STRANGE_ADDRESSES:
                assert visitor.client.get(f"{path}?{asked}").status_code == expected, (who, noun, asked)
            for row_id in ("0", "-1", "1,2", "2147483647", "2147483648", "9" * 40):
                assert visitor.get(f"{path}details/", id=row_id).status_code in (403, 404), (who, noun, row_id)
    foreign = council.visit("teacher").get(f"{CHILDREN}details/", id=str(world.other_child_id))
    assert foreign.status_code == 404
    with council.app.app_context():
        council.db.engine.dispose()


# --- reading pages in numbers --------------------------------------------------------------------------------------------


def statements(council: Council, run: Callable[[], Any]) -> int:
    """How many statements the application sent, transaction words apart."""
    seen: list[str] = []
    with council.app.app_context():
        engine = council.db.engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_lists_take_as_many_statements_for_100_rows_as_for_20(council: Council, world: World) -> None:
    people = [Person(first_name="Ann", last_name=f"Many{number}", kind=PersonKind.DESIGNATED_TEACHER) for number in range(120)]
    world.session.add_all(people)
    world.session.flush()
    world.session.add_all(
        School(name=f"School {number}", urn=str(200_000 + number), kind="school", phase="primary", designated_teacher=each)
        for number, each in enumerate(people))
    for number in range(120):
        world.session.add(Child(
            first_name="Kim", last_name=f"Many{number}", date_of_birth=date(2012, 1, 1), entered_care_on=date(2024, 1, 1),
            legal_status="C2", school_id=world.school_id, social_worker_id=people[number].id))
    world.session.commit()
    officer = council.visit("officer")
    for path in (SCHOOLS, CHILDREN, "/admin/pep/people/"):
        officer.get(path)
        few, many = (statements(council, partial(officer.get, path, page_size=size)) for size in ("20", "100"))
        assert few == many <= 7, path
        assert "1–100 of 12" in officer.get(path, page_size="100").text


def test_a_page_beyond_the_last_shows_the_last(council: Council, world: World) -> None:
    world.session.add_all(School(name=f"School {number:02d}", kind="school", phase="primary") for number in range(43))
    world.session.commit()
    text = council.visit("officer").get(SCHOOLS, page="700").text
    assert "41–45 of 45" in text and 'rel="prev"' in text and 'rel="next"' not in text


def test_sorting_is_said_and_turns(council: Council) -> None:
    officer = council.visit("officer")
    assert re.search(r'aria-sort="ascending"><a href="[^"]*desc=1[^"]*">Name', officer.get(SCHOOLS, sort="0").text)
    turned = officer.get(SCHOOLS, sort="0", desc="1").text
    assert 'aria-sort="descending"' in turned
    assert turned.index("Birch School</a>") < turned.index("Alder School</a>")


# --- saving --------------------------------------------------------------------------------------------------------------


def test_a_post_without_the_safety_mark_is_400_and_keeps_the_text(council: Council, world: World, ask: Any) -> None:
    path = f"{SCHOOLS}edit/?id={world.school_id}"
    answer = council.visit("officer").client.post(path, data={"name": "Alder School", "town": HOSTILE, "row_version": "1"})
    assert answer.status_code == 400
    assert "Zoë\nsecond line</textarea>" in answer.text and "<script>alert" not in answer.text
    assert "Send it again" in answer.text
    assert ask(town_of(world.school_id)) is None


def test_only_the_fields_of_the_form_are_written(council: Council, world: World, ask: Any) -> None:
    def columns(session: Session) -> dict[str, Any]:
        row = session.get_one(Child, world.child_id)
        return {column.key: getattr(row, column.key) for column in sa.inspect(Child).column_attrs}

    before = ask(columns)
    forged = {key: "2" for key in before if key not in Children.form_columns} | {"left_care_on": "01 Jan 2024", "is_admin": "1"}
    answer = council.visit("officer").send(
        f"{CHILDREN}edit/?id={world.child_id}", first_name="Robin", last_name="Musterkind0", date_of_birth="14 May 2011",
        lcs_id="T-0", entered_care_on="01 Feb 2023", notified_on="02 Feb 2023", legal_status="C2", sen_status="N",
        **(forged | {"row_version": str(before["row_version"])}))
    assert answer.status_code == 303
    after = ask(columns)
    assert {key: value for key, value in after.items() if value != before[key]} == {}


def rows_of(page: str) -> list[list[str]]:
    """The cells of every table row that has a heading of its own."""
    rows = re.findall(r"<tr[^>]*>(<th scope=\"row\".*?)</tr>", page, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_a_save_over_a_newer_save_shows_both_and_stores_nothing(council: Council, world: World, ask: Any) -> None:
    officer, path = council.visit("officer"), f"{SCHOOLS}edit/?id={world.school_id}"
    fields = {"name": "Alder School", "urn": "900101", "kind": "school", "phase": "secondary", "payment_method": "bacs",
              "designated_teacher": "1", "finance_reference": "FIN-A", "in_borough": "y", "options_in": "9"}
    assert officer.send(path, **fields, town="Theirs", row_version="1").status_code == 303
    answer = officer.send(path, **fields, town="Mine & ours", row_version="1")
    assert answer.status_code == 409
    assert rows_of(answer.text) == [["Town", "Theirs", "Mine &amp; ours"]]  # nothing else differs
    assert ask(town_of(world.school_id)) == "Theirs"
    assert 'name="row_version" value="2"' in answer.text
    assert officer.send(path, **fields, town="Mine & ours", row_version="2").status_code == 303
    assert ask(town_of(world.school_id)) == "Mine & ours"


def test_a_save_without_the_rows_version_is_a_stale_one(council: Council, world: World, ask: Any) -> None:
    officer, path = council.visit("officer"), f"/admin/pep/desk/edit/?id={world.school_id}"
    for version in ({}, {"row_version": ""}, {"row_version": "0"}, {"row_version": "x"}, {"row_version": "99"}):
        assert officer.send(path, name="Alder School", town="Mine", **version).status_code == 409, version
    assert ask(town_of(world.school_id)) is None


def test_a_save_that_is_overtaken_while_it_is_written_is_a_stale_one(council: Council, world: World, ask: Any) -> None:
    answer = council.visit("officer").send(f"/admin/pep/desk/edit/?id={world.school_id}", name="Alder School", town="Raced",
                                           row_version="1")
    assert answer.status_code == 409
    assert 'value="Raced"' in answer.text
    assert ask(town_of(world.school_id)) is None


def test_a_refused_save_keeps_every_letter_and_says_why_beside_the_field(council: Council, world: World) -> None:
    answer = council.visit("officer").send(
        f"{SCHOOLS}edit/?id={world.school_id}", name="", urn="12", town=HOSTILE, kind="castle", phase="secondary",
        payment_method="bacs", closed_on="31/02/2024", designated_teacher="999999", row_version="1")
    assert answer.status_code == 422
    text = answer.text
    assert "<title>Error: " in text and "There is a problem" in text
    for field in ("name", "urn", "kind", "closed_on", "designated_teacher"):
        assert f'href="#{field}"' in text
        assert re.search(rf'aria-describedby="[^"]*{field}-error"', text) and f'id="{field}-error"' in text
    assert "31/02/2024 is not in the calendar. Enter a date like 01 Sep 2024." in text and 'value="31/02/2024"' in text
    assert "<script>alert" not in text and html.escape(HOSTILE.splitlines()[0]).replace("&quot;", "&#34;") in text


def test_the_unique_is_said_beside_its_field(council: Council, world: World) -> None:
    answer = council.visit("officer").send(f"{SCHOOLS}new/", name="Third", urn="900101", kind="school", phase="primary",
                                           payment_method="bacs", options_in="9")
    assert answer.status_code == 422
    assert "Another record already has this" in answer.text


def test_a_save_keeps_its_history_and_says_so(council: Council, world: World) -> None:
    officer = council.visit("officer")
    answer = officer.send(f"/admin/pep/desk/edit/?id={world.school_id}", name="Alder School", town="Bury", row_version="1")
    assert answer.status_code == 303 and answer.location == f"/admin/pep/desk/details/?id={world.school_id}"
    page = officer.get("/admin/pep/desk/details/", id=str(world.school_id)).text
    assert re.search(r'<div class="messages" role="status">\s*<p class="message message-success">Alder School was saved.', page)
    assert re.search(r"</strong> Ole Amt changed this record", page)
    assert ["Town", "—", "Bury"] in rows_of(page)


def test_too_large_a_post_is_413(council: Council, world: World) -> None:
    council.app.config["MAX_CONTENT_LENGTH"] = 2000
    officer = council.visit("officer")
    answer = officer.send(f"{SCHOOLS}edit/?id={world.school_id}", name="x" * 3000, row_version="1")
    assert answer.status_code == 413 and "larger than a page may be" in answer.text


# --- verbs ---------------------------------------------------------------------------------------------------------------


def run_verb(council: Council, world: World, verb: str, **more: str) -> Any:
    return council.visit("officer").send("/admin/pep/desk/verb/", verb=verb, id=str(world.school_id), **more)


def test_a_verb_is_committed_once(council: Council, world: World, ask: Any) -> None:
    assert run_verb(council, world, "rename").json == {"value": "Renamed", "findings": [], "saved": None}
    assert ask(town_of(world.school_id)) == "Renamed"


def test_a_refused_verb_leaves_nothing_but_its_audit_event(council: Council, world: World, ask: Any) -> None:
    assert run_verb(council, world, "refuse").json["findings"] == ["No more than £600 a term."]
    assert ask(town_of(world.school_id)) is None
    assert ask(lambda session: events(session, "refuse")) == [
        {"outcome": "refused", "actor": world.officer.id, "child": None, "object": world.school_id, "codes": ["HB-6.1"]}]


def test_a_forbidden_verb_is_an_audited_403(council: Council, world: World, ask: Any) -> None:
    answer = run_verb(council, world, "forbid")
    assert answer.status_code == 403 and "Another person has to do this." in answer.text
    assert ask(town_of(world.school_id)) is None
    assert ask(lambda session: events(session, "forbid"))[0]["permission"] == "funding:release"


def test_missing_and_stale_rows_of_a_verb(council: Council, world: World) -> None:
    assert run_verb(council, world, "miss").status_code == 404
    stale = run_verb(council, world, "stale", note="My words")
    assert stale.status_code == 409 and "My words" in stale.text
    assert run_verb(council, world, "stale", keep="1").json["saved"] == {"town": "Theirs"}


def test_a_constraint_is_told_in_words_without_sql_or_values(council: Council, world: World, ask: Any) -> None:
    answer = run_verb(council, world, "constraint")
    assert answer.json["findings"] == ["Another record already has this. Check whether it is there already."]
    assert ask(lambda session: session.scalar(sa.select(sa.func.count()).select_from(School))) == 2


# --- bulk actions --------------------------------------------------------------------------------------------------------


def test_an_actions_preview_gets_rows_that_are_all_there(council: Council, world: World) -> None:
    officer, path = council.visit("officer"), "/admin/pep/desk/action/"
    both = [("rowid", str(world.school_id)), ("rowid", str(world.other_school_id))]
    assert officer.send(path, both, action="mark").text == "Alder School:1 Birch School:1"
    assert officer.send(path, [*both, ("rowid", "999")], action="mark").status_code == 404
    assert officer.send(path, [*both, ("rowid", "x")], action="mark").status_code == 404
    assert officer.send(path, both, action="delete").status_code == 404
    assert officer.send(path, [("rowid", str(number)) for number in range(1, 502)], action="mark").status_code == 400
    none = officer.send(path, action="mark")
    assert none.status_code == 303 and "Choose at least one row first." in officer.get("/admin/pep/desk/").text


def test_an_action_that_is_not_open_is_403_and_not_offered(council: Council, world: World, ask: Any) -> None:
    officer = council.visit("officer")
    page = officer.get("/admin/pep/desk/").text
    assert 'name="action" value="mark"' in page and 'value="close"' not in page and 'value="delete"' not in page
    assert 'type="checkbox" name="rowid"' in page
    answer = officer.send("/admin/pep/desk/action/", rowid=str(world.school_id), action="close")
    assert answer.status_code == 403
    assert ask(lambda session: events(session, "refused"))[0]["bulk"] == "close"


def test_a_confirm_of_rows_that_moved_is_409_with_the_preview_again(council: Council, world: World) -> None:
    officer, row = council.visit("officer"), world.school_id
    confirm = {"rowid": str(row), f"version-{row}": "1"}
    assert officer.send("/admin/pep/desk/mark/", **confirm).text == "marked"
    run_verb(council, world, "rename")
    answer = officer.send("/admin/pep/desk/mark/", **confirm)
    assert answer.status_code == 409 and answer.text == "Alder School:2"
    assert officer.send("/admin/pep/desk/mark/", rowid=str(row)).status_code == 409


# --- looks and exports ---------------------------------------------------------------------------------------------------


def test_looks_at_children_are_recorded_before_the_page_leaves(council: Council, world: World, ask: Any) -> None:
    council.visit("teacher").get(f"{CHILDREN}details/", id=str(world.child_id))
    council.visit("worker").get(CHILDREN, search="Muster")
    assert ask(lambda session: events(session, "children.read")) == [
        {"outcome": "done", "actor": world.teacher.id, "child": world.child_id, "object": world.child_id,
         "page": "children.details_view"}]
    assert ask(lambda session: events(session, "children.list")) == [
        {"outcome": "done", "actor": world.worker.id, "child": None, "object": None, "rows": 1, "searched": True, "filters": []}]
    council.visit("teacher").get(f"{CHILDREN}details/", id=str(world.other_child_id))
    assert len(ask(lambda session: events(session, "children.read"))) == 1


def test_a_look_that_cannot_be_recorded_is_not_given(council: Council, world: World) -> None:
    council.app.config["PROPAGATE_EXCEPTIONS"] = False
    world.session.execute(sa.text(
        "CREATE TRIGGER no_audit BEFORE INSERT ON pep_audit_event BEGIN SELECT RAISE(ABORT, 'full'); END"))
    world.session.commit()
    for path in (f"{CHILDREN}details/?id={world.child_id}", CHILDREN, f"{CHILDREN}export/csv/"):
        answer = council.visit("officer").get(path)
        assert answer.status_code == 500 and "Musterkind" not in answer.text


def test_an_export_is_safe_capped_and_recorded(council: Council, world: World, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.session.get_one(School, world.school_id).name = '=HYPERLINK("http://evil")'
    world.session.get_one(School, world.other_school_id).town = " @SUM(A1)"
    world.session.commit()
    officer = council.visit("officer")
    answer = officer.get(f"{SCHOOLS}export/csv/")
    assert answer.mimetype == "text/csv" and answer.headers["Content-Disposition"] == "attachment; filename=schools-2024-11-18.csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0]["Name"] == "'=HYPERLINK(\"http://evil\")" and rows[1]["Town"] == "' @SUM(A1)"
    assert rows[1]["Name"] == "Birch School" and rows[0]["In the borough"] == "Yes" and rows[0]["Closed on"] == ""
    monkeypatch.setattr(base, "MOST_EXPORTED", 1)
    cut = officer.get(f"{SCHOOLS}export/csv/").data.decode("utf-8-sig").splitlines()
    assert len(cut) == 3 and "Only the first 1 of 2 rows are here." in cut[2]
    assert [each["rows"] for each in ask(lambda session: events(session, "schools.export"))] == [2, 1]
    assert officer.get(f"{SCHOOLS}export/json/").status_code == 404


def test_an_export_holds_what_the_list_shows_and_needs_its_own_permission(council: Council, world: World, ask: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(
        council.visit("officer").client.get(f"{CHILDREN}export/csv/?flt2_school={world.school_id}").data.decode("utf-8-sig"))))
    assert [row["Last name"] for row in rows] == ["Musterkind0"]
    assert rows[0]["Date of birth"] == "14 May 2011" and rows[0]["School"] == "Alder School" and rows[0]["SEN"] == "No SEN"
    assert ask(lambda session: events(session, "children.export"))[0]["filters"] == ["School"]
    assert council.visit("teacher").get(f"{CHILDREN}export/csv/").status_code == 403
    assert council.visit("auditor").get(f"{CHILDREN}export/csv/").status_code == 403


# --- fields --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["01 Sep 2024", "1 September 2024", "1st sept 2024", "01/09/2024", "1.9.2024", "2024-09-01",
                                   " 01  Sep  2024 ", "1-Sep-2024"])
def test_a_date_is_read_in_every_english_way(typed: str) -> None:
    assert formats.parse_day(typed) == date(2024, 9, 1)


@pytest.mark.parametrize("typed", ["01/02/03", "2026-13-01", "31/02/2026", "29/02/2025", "1 Foo 2024", "Sep 2024", "32/01/2024",
                                   "01/09/0024", "٠١/٠٩/٢٠٢٤", "now", "01/09/2024 10:00"])
def test_a_date_that_is_none_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"like 01 Sep 2024\.|between 1900 and 2100"):
        formats.parse_day(typed)


def test_values_are_written_for_people() -> None:
    assert formats.shown(None) == "—" and formats.shown(True) == "Yes" and formats.shown(SenStatus.SUPPORT) == "SEN support"
    assert formats.shown(125_000, "amount_pence") == "£1,250.00" and formats.shown(7, "number") == 7
    assert formats.shown(datetime.fromisoformat("2024-07-01T10:30:00+00:00")) == "01 Jul 2024, 11:30"
    assert formats.exported(55_000, "amount_pence") == "550.00" and formats.exported(-3) == -3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx", " =1", "＝1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_obey_is_made_text(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded(f"a{text}") == f"a{text}"


def test_opening_and_saving_changes_nothing(council: Council, world: World, ask: Any) -> None:
    """The stock select of Flask-Admin would store the first option of an enum that it does not preselect."""
    child = world.session.get_one(Child, world.child_id)
    child.sen_status, child.ehcp_review_on = SenStatus.EHCP, date(2025, 3, 1)
    world.session.commit()
    officer, path = council.visit("officer"), f"{CHILDREN}edit/?id={world.child_id}"
    page = officer.client.get(path).text
    assert '<option selected value="E">' in page
    fields = dict(re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', page.split("<main")[1]))
    chosen = re.findall(r'<select[^>]*name="([a-z_]+)".*?<option selected value="([^"]*)"', page, re.DOTALL)
    fields.pop("csrf_token")
    assert officer.send(path, [*fields.items(), *chosen]).status_code == 303
    changes = "SELECT count(*) FROM pep_record_change WHERE table_name = 'pep_child' AND verb = 'update' AND actor_id = :id"
    assert ask(lambda session: session.execute(sa.text(changes), {"id": world.officer.id}).scalar_one()) == 0


def test_a_long_choice_becomes_a_search_that_works_without_scripts(
    council: Council, world: World, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_forms, "MOST_OPTIONS", 1)
    world.session.add(Person(first_name="Tessa", last_name="Lehrerin", kind=PersonKind.DESIGNATED_TEACHER,
                             email="tessa@birch.example"))
    world.session.commit()
    officer, path = council.visit("officer"), f"{SCHOOLS}edit/?id={world.other_school_id}"
    fields = {"name": "Birch School", "urn": "900102", "kind": "school", "phase": "secondary", "payment_method": "bacs",
              "row_version": "1", "options_in": "9"}
    several = officer.send(path, **fields, designated_teacher="lehrer")
    assert several.status_code == 422 and "More than one fits" in several.text
    offered = re.findall(r'<input name="designated_teacher" type="radio" value="(\d+)"> ([^<]+)<', several.text)
    assert [label for _, label in offered] == ["Tess Lehrer", "Tessa Lehrerin"]
    assert officer.send(path, **fields, designated_teacher="nobody").status_code == 422
    saved = officer.send(path, [("designated_teacher", "lehrer"), ("designated_teacher", offered[1][0])], **fields)
    assert saved.status_code == 303
    assert ask(teacher_of(world.other_school_id)) == "Lehrerin"
    page = officer.client.get(path).text
    assert re.search(rf'<input checked name="designated_teacher" type="radio" value="={offered[1][0]}"> Tessa Lehrerin', page)
    typed_over = [("designated_teacher", "Anders"), ("designated_teacher", f"={offered[1][0]}")]
    other = officer.send(path, typed_over, **(fields | {"row_version": "2"}))
    assert other.status_code == 303
    assert ask(teacher_of(world.other_school_id)) == "Anders"


def test_a_filter_of_many_rows_is_a_text_box(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MOST_OPTIONS", 1)
    officer = council.visit("officer")
    assert re.search(r'<input id="flt2_school" name="flt2_school" type="text"', officer.get(CHILDREN).text)
    text = officer.client.get(f"{CHILDREN}?flt2_school=birch").text
    assert "Musterkind1" in text and "Musterkind0" not in text
