"""The example of examples/host/, visited as its people would: whoever copies it copies what is shown to work here."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from examples.host.app import create_council, db
from examples.host.first_rows import PASSWORD, fill
from pep_admin.models import Child
from pep_admin.permissions import SYSTEM
from pep_admin.workflow import payments
from tests.world import NOW, TODAY, build_world

pytestmark = pytest.mark.slow

PEPS, CHILDREN, LAPTOPS = "/office/pep/peps/", "/office/pep/children/", "/office/laptop/"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's database after its first start, to copy from."""
    folder = tmp_path_factory.mktemp("council")
    app = create_council(folder)
    fill(app)
    with app.app_context():
        db.engine.dispose()  # the last connection writes the journal back into the file
    return folder / "council.db"


@pytest.fixture
def council(tmp_path: Path, filled: Path) -> Iterator[Flask]:
    shutil.copy(filled, tmp_path)
    app = create_council(tmp_path)
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def enter(council: Flask, csrf_token: Callable[[str], str]) -> Callable[..., FlaskClient]:
    """`enter("olive")`: a browser in which somebody has signed in through the council's own page."""

    def come_in(login: str, back: str = "") -> FlaskClient:
        browser = council.test_client()
        address = f"/sign-in/?back={back}"
        mark = csrf_token(browser.get(address).text)
        answer = browser.post(address, data={"csrf_token": mark, "login": login, "password": PASSWORD})
        assert answer.status_code == 302
        browser.led_to = answer.location  # type: ignore[attr-defined]  # the test keeps where it was led
        return browser

    return come_in


def child_ids(council: Flask) -> dict[str, int]:
    with council.app_context():
        session = db.session()
        session.info["actor"] = SYSTEM
        found = {name: row_id for row_id, name in session.execute(sa.select(Child.id, Child.first_name))}
        db.session.remove()
    return found


def test_nobody_is_sent_to_the_councils_own_sign_in_and_comes_back(council: Flask, enter: Callable[..., Any]) -> None:
    answer = council.test_client().get(PEPS)
    assert (answer.status_code, answer.location) == (302, f"/sign-in/?back={PEPS}")
    assert enter("olive", back=PEPS).led_to == PEPS
    assert enter("olive", back="//elsewhere.example/").led_to == "/office/"


def test_the_officer_sees_every_child_and_a_teacher_those_of_the_own_school(council: Flask, enter: Callable[..., Any]) -> None:
    ids, officer, teacher = child_ids(council), enter("olive"), enter("tom")
    both = officer.get(CHILDREN).text
    assert "Juniper Fictional" in both and "Saffron Fictional" in both
    own = teacher.get(CHILDREN).text
    assert "Juniper Fictional" in own and "Saffron" not in own
    assert teacher.get(f"{CHILDREN}details/?id={ids['Juniper']}").status_code == 200
    assert teacher.get(f"{CHILDREN}details/?id={ids['Saffron']}").status_code == 404


def test_a_job_that_the_plugin_does_not_know_has_no_way_in(enter: Callable[..., Any]) -> None:
    facilities = enter("fay")
    assert facilities.get(PEPS).status_code == 403
    assert facilities.get(LAPTOPS).status_code == 200
    assert "/office/pep/" not in facilities.get("/office/").text


def test_the_councils_own_pages_stay_as_they_were_and_name_the_plugins(council: Flask, enter: Callable[..., Any]) -> None:
    olive = enter("olive")
    page = olive.get(LAPTOPS)
    assert "NM-0001" in page.text and "bootstrap" in page.text and PEPS in page.text
    assert "Northmoor Virtual School" in olive.get(PEPS).text
    assert council.test_client().get(LAPTOPS).status_code == 302


def test_signing_out_is_the_councils(enter: Callable[..., Any]) -> None:
    olive = enter("olive")
    page = olive.get(PEPS).text
    assert 'action="/sign-out/"' in page
    mark = re.search(r'action="/sign-out/">\s*<input type="hidden" name="csrf_token" value="([^"]+)"', page)
    assert mark
    olive.post("/sign-out/", data={"csrf_token": mark[1]})
    assert olive.get(PEPS).status_code == 302


def test_the_database_holds_both_houses_tables_and_no_accounts_of_ours(council: Flask) -> None:
    with council.app_context():
        tables = set(sa.inspect(db.engine).get_table_names())
        assert {"employee", "laptop", "pep_child", "pep_schema_version"} <= tables
        assert not [name for name in tables if name.startswith("account_")]
        with pytest.raises(sa.exc.IntegrityError, match="append-only"), db.engine.connect() as connection:
            connection.exec_driver_sql("DELETE FROM pep_audit_event")


def test_a_term_is_launched_and_a_pdf_made_in_the_councils_application(
    enter: Callable[..., Any], csrf_token: Callable[[str], str]
) -> None:
    olive = enter("olive")
    launch = re.search(r'href="([^"]*/terms/details/\?id=\d+)"[^>]*>\s*Autumn 2024-25', olive.get("/office/pep/terms/").text)
    assert launch
    address = launch[1].replace("/details/", "/launch/")
    preview = olive.get(address).text
    done = olive.post(address, data={"csrf_token": csrf_token(preview)})
    assert done.status_code == 200
    listed = olive.get(PEPS).text
    assert "2425-AUT-0001" in listed and "2425-AUT-0002" in listed
    pdf = olive.get(f"{PEPS}pdf/?id=1")
    assert pdf.status_code == 200 and pdf.data.startswith(b"%PDF-")


def test_the_council_hears_of_money_after_the_commit(council: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with council.app_context():
        session = db.session()
        world = build_world(session)
        pep = world.graded_pep()
        session.info.update(actor=world.finance, sender=council)
        wanted = [each.id for each in world.requests_of(pep)]
        session.info["actor"] = world.finance
        with caplog.at_level(logging.INFO, "council"):
            payments.release_requests(session, wanted, actor=world.finance, today=TODAY, now=NOW)
            assert caplog.messages == []
            session.commit()
        assert caplog.messages == ["1 requests released, 55000 pence"]
        db.session.remove()


def test_the_small_example_of_the_readme_runs_as_it_is_printed(tmp_path: Path) -> None:
    """All of it but the name of its database."""
    printed = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    code = re.search(r"This is a complete one:\n\n```python\n(.*?)```", printed, re.DOTALL)
    assert code and code[1].count("sqlite:///council.db") == 1
    room: dict[str, Any] = {"__name__": "readme"}
    exec(compile(code[1].replace("council.db", str(tmp_path / "council.db")), "README.md", "exec"), room)  # noqa: S102  # the README's own code is run
    app = room["app"]
    browser = app.test_client()
    assert browser.get(PEPS).location == f"/door/?back={PEPS}"
    page = browser.get(PEPS, follow_redirects=True)
    assert page.status_code == 200 and "Northmoor Virtual School" in page.text
    with app.app_context():
        room["db"].engine.dispose()
