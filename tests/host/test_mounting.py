"""The plugin in a house that is not its own: on the council's admin, under other names, beside its tables; and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from pep_admin.exceptions import ConfigError
from pep_admin.extension import PepAdmin
from pep_admin.models import Child, RecordChange
from pep_admin.views.children import Children
from pep_admin.views.hosting import Host
from tests.host.foreign_app import CouncilBase, make_council
from tests.world import World, build_world


@pytest.fixture
def world(sqlite_url: str, open_session: Callable[..., Session]) -> World:
    """The small world in a database of the council's; no transaction is left open."""
    built = build_world(open_session(sqlite_url))
    built.session.rollback()
    return built


def people_of(world: World) -> dict[str, Any]:
    return {"officer": world.officer, "teacher": world.teacher, "administrator": world.administrator}


def test_on_the_councils_own_admin(world: World, sqlite_url: str) -> None:
    council = make_council(sqlite_url, people_of(world), own_admin=True, prefix="virtual-school", category="Virtual School")
    officer = council.visit("officer")
    assert officer.get("/office/virtual-school/children/").status_code == 200
    assert officer.get("/office/virtual-school/dashboard/").status_code == 200
    assert officer.get("/admin/pep/children/").status_code == 404
    assert officer.get("/office/parking/").text == "Parking permits"
    with council.app.test_request_context():
        from flask import url_for

        assert url_for("pep_children.details_view", id=3) == "/office/virtual-school/children/details/?id=3"
    page = officer.get("/office/virtual-school/children/").text
    assert "/office/virtual-school/static/pep.css" in page and "bootstrap" not in page
    with officer.client.get(page.split('rel="stylesheet" href="')[1].split('"')[0]) as sheet:
        assert sheet.status_code == 200 and sheet.mimetype == "text/css"
    menu = page.split('class="menu-small"')[0]
    assert "/office/parking/" in menu and ">Virtual School</p>" in menu


def test_the_councils_own_pages_are_left_as_they_are(world: World, sqlite_url: str) -> None:
    council = make_council(sqlite_url, people_of(world), own_admin=True)
    stranger = council.visit()
    front = stranger.get("/office/")
    assert front.status_code == 200 and "Content-Security-Policy" not in front.headers
    assert "/office/pep/children/" not in front.text  # nobody is offered what nobody may open
    assert "/office/pep/children/" in council.visit("officer").get("/office/").text
    assert "pep/base.html" not in front.text and "bootstrap" in front.text


def test_an_admin_of_its_own_has_no_stock_files(world: World, sqlite_url: str) -> None:
    council = make_council(sqlite_url, people_of(world))
    assert not [rule.rule for rule in council.app.url_map.iter_rules() if "admin/static" in rule.rule]
    page = council.visit("officer").get("/admin/")
    assert page.status_code == 200 and "bootstrap" not in page.text and 'lang="en-GB"' in page.text


def test_scope_and_history_hold_on_the_councils_session(world: World, sqlite_url: str) -> None:
    council = make_council(sqlite_url, people_of(world))
    with council.app.app_context():
        session = council.db.session()
        session.info["actor"] = world.teacher
        assert session.scalars(sa.select(Child.id)).all() == [world.child_id]
        session.get_one(Child, world.child_id).known_as = "Rob"
        session.commit()
        newest = session.scalars(sa.select(RecordChange).order_by(RecordChange.id.desc())).first()
        assert newest is not None and newest.changes == {"known_as": [None, "Rob"]} and newest.actor_id == world.teacher.id


def test_two_applications_that_share_a_database_object_write_history_once(world: World, sqlite_url: str) -> None:
    db = SQLAlchemy(model_class=CouncilBase)
    for _ in range(2):
        app = Flask("second")
        app.config.update(SECRET_KEY="x" * 40, SQLALCHEMY_DATABASE_URI=sqlite_url)
        CSRFProtect(app)
        db.init_app(app)
        PepAdmin().init_app(app, db=db, actor=lambda: None, is_fresh=lambda: True, sign_in_url=lambda back: "/")
    with app.app_context():
        session = db.session()
        session.info["actor"] = world.officer
        before = session.scalar(sa.select(sa.func.count()).select_from(RecordChange))
        session.get_one(Child, world.child_id).known_as = "Rob"
        session.commit()
        assert session.scalar(sa.select(sa.func.count()).select_from(RecordChange)) == (before or 0) + 1


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 303), ({"Origin": "http://localhost"}, 303), ({"Origin": "https://evil.example"}, 400), ({"Origin": "null"}, 400),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "https://council.example"}, 303), ({"Sec-Fetch-Site": "none"}, 303),
    ({"Sec-Fetch-Site": "cross-site"}, 400), ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 400),
])
def test_a_form_that_another_site_sent_is_refused_in_a_host_too(
    world: World, sqlite_url: str, headers: dict[str, str], status: int
) -> None:
    """Even with the safety mark; behind a proxy that hides the host's name, browsers still say that the form is the site's own."""
    council = make_council(sqlite_url, people_of(world))
    officer = council.visit("officer")
    path = f"/admin/pep/schools/edit/?id={world.school_id}"
    form = lxml.html.fromstring(officer.get(path).text).xpath("//main//form[@method='post']")[0]
    fields = dict(form.form_values()) | {"town": "Northmoor"}
    answer = officer.client.post(path, data=fields, headers=headers)
    assert answer.status_code == status
    if status == 400:
        assert "This form was not sent from a page of this site." in answer.text and "Northmoor" not in answer.text
    assert ("Northmoor" in officer.get(path).text) is (status == 303)


def test_it_refuses_a_host_without_csrf_protection(sqlite_url: str) -> None:
    with pytest.raises(ConfigError, match=r"CSRFProtect"):
        make_council(sqlite_url, {}, csrf=False)


def test_it_refuses_to_be_mounted_twice(world: World, sqlite_url: str) -> None:
    council = make_council(sqlite_url, people_of(world))
    with pytest.raises(ConfigError, match="already"):
        PepAdmin().init_app(council.app, db=council.db, actor=lambda: None, is_fresh=lambda: True, sign_in_url=lambda back: "/")


def test_a_host_puts_its_own_list_in_place_of_ours(world: World, sqlite_url: str) -> None:
    """Flask-Admin's class attributes mean what they mean there."""

    class FewColumns(Children):
        column_list = ("name", "upn")
        column_labels: ClassVar = {"name": "Who", "upn": "Number"}
        form_columns = ("first_name", "last_name")

    class CouncilsPepAdmin(PepAdmin):
        views = tuple(FewColumns if view is Children else view for view in PepAdmin.views)

    council = make_council(sqlite_url, people_of(world), plugin=CouncilsPepAdmin())
    page = council.visit("officer").get("/admin/pep/children/").text
    assert ">Who</a>" in page and ">Number</th>" in page and "Came into care" not in page
    form = council.visit("officer").get(f"/admin/pep/children/edit/?id={world.child_id}").text
    assert 'name="first_name"' in form and 'name="date_of_birth"' not in form


def test_what_the_host_gave_is_where_views_find_it(world: World, sqlite_url: str) -> None:
    council = make_council(sqlite_url, people_of(world))
    place = council.app.extensions["pep_admin"]
    assert isinstance(place, Host) and place.db is council.db
    assert set(place.settings) == {"authority", "authority_code", "banner", "child_documents_bytes", "document_bytes",
                                   "font_folder", "made_folder", "pdf_name"}
    place.settings["banner"] = "Practice data <today>"
    place.settings["authority"] = "Bury & co"
    page = council.visit("officer").get("/admin/").text
    assert "Practice data &lt;today&gt;" in page and "Bury &amp; co" in page


def test_nobody_who_is_signed_in_without_a_role_gets_in(world: World, sqlite_url: str) -> None:
    council = make_council(sqlite_url, people_of(world))
    assert council.visit("a stranger to the plugin").get("/admin/pep/children/").status_code == 302
    assert council.visit("administrator").get("/admin/pep/children/").status_code == 403
