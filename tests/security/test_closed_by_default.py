"""What a view does not open is not there; what a host adds to a view stands under the same scope. Tried with views of our own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask_admin import expose
from flask_admin.actions import action

from pep_admin import config
from pep_admin.extension import PepAdmin
from pep_admin.models import Pep, PpgRequest
from pep_admin.permissions import Actor, Permission
from pep_admin.views.base import PepModelView
from pep_admin.views.children import Children
from pep_admin.views.gate import PepView
from pep_admin.views.peps import Peps
from pep_admin.views.ppg_requests import PpgRequests
from pep_admin.workflow import ppg
from tests.host.foreign_app import Council, make_council
from tests.security.house import MISSING, PEOPLE, House, Plan, changed, told
from tests.world import TODAY

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PERSONS = {"teacher": "person", "other_teacher": "other_person", "worker": "worker_person", "other_worker": "other_worker_person"}


class Lockers(PepModelView):
    """A view that opens its list and nothing else, though it has more."""

    model = Pep
    noun = "lockers"
    title = "Lockers"
    singular = "Locker"
    opens: ClassVar = {"index_view": Permission.PEP_READ}
    column_list = ("reference",)
    can_delete = can_export = True
    column_editable_list = ("reason",)

    @expose("/hidden/", methods=("GET", "POST"))
    def hidden(self) -> str:
        return "must not be reached"

    @action("burn", "Burn…")
    def burn(self, ids: list[str]) -> str:
        raise AssertionError("must not be reached")


class Cellar(PepView):
    """A page that opens nothing."""

    noun = "cellar"
    title = "Cellar"

    @expose("/")
    def index(self) -> str:
        return "must not be reached"


class Folders(PepModelView):
    """A view with an action and routes of a host's, open to writers: the rows they get are the scope's matter."""

    model = Pep
    noun = "folders"
    title = "Folders"
    singular = "Folder"
    opens: ClassVar = dict.fromkeys(
        ("index_view", "details_view", "action_view", "one", "got", "verb", "swept"), Permission.PEP_READ)
    actions_open: ClassVar = {"mark": Permission.PEP_READ, "burn": Permission.TERM_EDIT}
    column_list = ("reference",)

    @action("mark", "Mark…")
    def mark(self, ids: list[str]) -> Any:
        return " ".join(pep.reference for pep in self.rows_for(ids))

    @action("burn", "Burn…")
    def burn(self, ids: list[str]) -> Any:
        raise AssertionError("must not be reached")

    @expose("/one/<row_id>/")
    def one(self, row_id: str) -> str:
        return self.one_or_404(Pep, row_id).reference

    @expose("/got/<int:row_id>/")
    def got(self, row_id: int) -> str:
        return str(self.db_session.get(Pep, row_id))

    @expose("/verb/<int:row_id>/", methods=("POST",))
    def verb(self, row_id: int) -> str:
        return str(self.commit(ppg.withdraw_request, row_id).findings)

    @expose("/swept/<int:row_id>/", methods=("POST",))
    def swept(self, row_id: int) -> str:
        """A set-based change of a row by its id, as a careless host might write one."""
        made = self.db_session.execute(
            sa.update(PpgRequest).where(PpgRequest.id == row_id).values(unit="swept"),
            execution_options={"history_kept": True, "synchronize_session": False},
        )
        self.db_session.commit()
        return str(made.rowcount)  # type: ignore[attr-defined]  # the library's stub lacks it


class OpenChildren(Children):
    """The plugin's own list, subclassed by a host that lets writers export it."""

    opens: ClassVar = {**Children.opens, "export": Permission.CHILD_READ}


class OpenPeps(Peps):
    opens: ClassVar = {**Peps.opens, "export": Permission.PEP_READ}


class OpenRequests(PpgRequests):
    opens: ClassVar = {**PpgRequests.opens, "export": Permission.REQUEST_READ}


class Mounted(PepAdmin):
    views = (OpenPeps, OpenChildren, OpenRequests, Lockers, Cellar, Folders)


@pytest.fixture
def council(house: House, built: tuple[Path, Plan]) -> Iterator[Council]:
    """A foreign application with those views, on the house's database."""
    config.move_today(TODAY)
    people = {name: Actor(f"council:{name}", name, frozenset({role}), house.plan.places.get(PERSONS.get(name, "")))
              for name, role in PEOPLE.items()}
    council = make_council(house.url, people, plugin=Mounted())
    yield council
    with council.app.app_context():
        council.db.engine.dispose()


# --- what is not opened --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["new/", "edit/?id=1", "details/?id=1", "delete/", "action/", "ajax/lookup/?name=pep&query=",
                                  "ajax/update/", "export/csv/", "hidden/"])
def test_a_route_that_a_view_does_not_open_is_not_there(council: Council, house: House, path: str) -> None:
    before, head = house.rows(), council.visit("head")
    assert head.get("/admin/pep/lockers/").status_code == 200
    missing = head.get("/admin/pep/lockers/nothing-at-all/")
    assert head.get(f"/admin/pep/lockers/{path}").status_code == 404
    typed = {"id": "1", "rowid": "1", "action": "burn", "list_form_pk": "1", "reason": "x"}
    assert head.send(f"/admin/pep/lockers/{path}", **typed).status_code == 404
    assert head.get(f"/admin/pep/lockers/{path}").text == missing.text
    assert changed(before, house.rows()) == set()


def test_such_a_route_is_not_even_registered_and_nothing_leads_to_it(council: Council) -> None:
    rules = [rule.endpoint for rule in council.app.url_map.iter_rules()]
    assert [rule for rule in rules if rule.startswith(("pep_lockers", "pep_cellar"))] == ["pep_lockers.index_view"]
    page = council.visit("head").get("/admin/pep/lockers/").text
    ways = r'name="rowid"|name="action"|Burn|lockers/(?:new|edit|details|delete|export)'
    assert "Cellar" not in page and not re.search(ways, page)
    assert council.visit("head").get("/admin/pep/cellar/").status_code == 404
    assert council.visit().get("/admin/pep/cellar/").status_code == 404


# --- what a host adds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teacher", "worker"])
def test_an_action_of_ones_own_gets_rows_in_scope_or_none(council: Council, house: House, who: str) -> None:
    visitor, path, places = council.visit(who), "/admin/pep/folders/action/", house.plan.places
    own = [("rowid", str(places["pep"])), ("rowid", str(places["sent_pep"]))]
    assert visitor.send(path, own, action="mark").text == "2425-AUT-0001 2425-AUT-0005"
    answers = [told(visitor.send(path, [*own, ("rowid", str(asked))], action="mark"), places["other_pep"], MISSING)
               for asked in (places["other_pep"], MISSING)]
    assert answers[0] == answers[1] and answers[0][0] == 404 and "AUT-0001" not in answers[0][1]
    assert visitor.send(path, own, action="burn").status_code == 403
    assert visitor.send(path, own, action="delete").status_code == 404


def test_whatever_way_a_route_reads_a_row_it_is_in_scope(council: Council, house: House) -> None:
    teacher, places, before = council.visit("teacher"), house.plan.places, house.rows()
    assert teacher.get(f"/admin/pep/folders/one/{places['pep']}/").text == "2425-AUT-0001"
    assert teacher.get(f"/admin/pep/folders/one/{places['other_pep']}/").status_code == 404
    assert teacher.get(f"/admin/pep/folders/got/{places['other_pep']}/").text == "None"
    assert teacher.send(f"/admin/pep/folders/verb/{places['other_draft']}/").status_code == 404
    assert teacher.send(f"/admin/pep/folders/swept/{places['other_draft']}/").text == "0"
    assert changed(before, house.rows()) == set()
    assert teacher.send(f"/admin/pep/folders/swept/{places['draft']}/").text == "1"


@pytest.mark.parametrize(("noun", "column", "own"), [
    ("children", "Last name", {"Musterkind0", "Musterkind2", "Musterkind4"}),
    ("peps", "PEP", {"2425-AUT-0001", "2425-AUT-0003", "2425-AUT-0005"}),
    ("ppg_requests", "PEP", {"2425-AUT-0001", "2425-AUT-0003", "2425-AUT-0005"}),
])
def test_an_export_holds_only_rows_in_scope(council: Council, house: House, noun: str, column: str, own: set[str]) -> None:
    """Also when its address is crafted for another school's."""
    for who in ("teacher", "worker"):
        visitor = council.visit(who)
        names = re.findall(r'name="(flt[0-9]+_(?:school|worker|writer|payee))"', visitor.get(f"/admin/pep/{noun}/").text)
        crafted = [f"{name}={house.plan.places['other_school']}" for name in names]
        held: set[str] = set()
        for asked in ("", "search=Musterkind1", "search=AUT-0002", "page_size=100000", "sort=0", "sort=99", *crafted):
            answer = visitor.client.get(f"/admin/pep/{noun}/export/csv/?{asked}")
            assert answer.status_code == 200
            held |= {row[column] for row in csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))}
        assert held == own
