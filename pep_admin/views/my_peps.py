"""My PEPs: the desk of designated teachers, named writers and social workers, where they come in.

What lies on it is gathered by desk.py, the grid of figures by figure_grid.py; each act is a page of its own elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload

from pep_admin.desk import Pile
from pep_admin.models import Child, Pep, School, Term
from pep_admin.permissions import Permission
from pep_admin.queries.own_meetings import own_meetings
from pep_admin.views import calendar_files, desk, draft_pages, figure_grid
from pep_admin.views.gate import PepView
from pep_admin.views.handover import leaving_of
from pep_admin.views.hosting import can_be_id
from pep_admin.workflow.drafts import Page
from pep_admin.workflow.figures import Lines, Recorded, each_saved_with

SHOWN = (joinedload(Pep.child).joinedload(Child.social_worker), joinedload(Pep.school).joinedload(School.designated_teacher),
         joinedload(Pep.term).joinedload(Term.year), joinedload(Pep.writer), joinedload(Pep.social_worker))


class MyPeps(PepView):
    """The PEPs that somebody writes a part of."""

    noun = "my_peps"
    title = "My PEPs"
    opens: ClassVar[dict[str, Permission]] = dict.fromkeys(("index_view", "figures", "calendar"), Permission.PEP_WRITE)
    lists: ClassVar[frozenset[str]] = frozenset({"index_view", "figures", "calendar"})

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """What is to do now, what waits for others, what was sent and what was signed off, a page at a time."""
        found = desk.gather(self, self._asked_page(), SHOWN)
        self.record_view("my_peps.list", object_type="my_peps", rows=max(0, found.last - found.first + 1))
        return self.page("pep/my_peps/index.html", desk=found, piles=Pile, today=self.today,
                         meetings=self.way_to("pep_my_peps.calendar") if self._has_meetings() else None,
                         leaving=leaving_of(self), tell=self.way_to("pep_exclusion_alerts.tell"), standing_in=self.actor.covers,
                         away=self.way_to("pep_grants.cover") if self.actor.person_id is not None else None,
                         grid=self.way_to("pep_my_peps.figures") if found.writes_part_two else None)

    def _has_meetings(self) -> bool:
        return bool(own_meetings(self.db_session, self.actor, self.today))

    def _asked_page(self) -> int:
        asked = self.asked_once("page")
        return int(asked) if can_be_id(asked) else 0

    @expose("/calendar/")
    def calendar(self) -> ResponseReturnValue:
        """One's own meetings ahead as one file for a calendar; 404 where none is booked. No child's name is in it."""
        found = own_meetings(self.db_session, self.actor, self.today)
        if not found:
            abort(404, description="No meeting of yours is booked.")
        self.record_view("my_peps.calendar", object_type="my_peps", rows=len(found))
        return calendar_files.answer(self.db_session, found, "my-meetings.ics")

    # --- attendance and attainment of all --------------------------------------------------------------------------------------

    @expose("/figures/", methods=("GET", "POST"))
    def figures(self) -> ResponseReturnValue:
        """The grid of `?of=`; each child whose row is right is saved, what is left over is shown again as it was typed."""
        kind = figure_grid.KINDS.get(self.asked_once("of") or "attendance") or abort(404)
        grid = figure_grid.gather(self, kind, self._asked_page(), SHOWN)
        if request.method != "POST":
            return self._grid_page(grid)
        saved, left, grid = figure_grid.save(self, grid, lambda *told: self._record(kind, *told), request.form, SHOWN)
        if not left:
            self.say(f"Saved for {saved} {'child' if saved == 1 else 'children'}." if saved else "Nothing was changed.")
            return self.back_to("figures", of=kind.of, page=grid.page or None)
        return self._grid_page(grid, saved=saved, status=422 if any(row.saved is None for row in grid.wrong) else 409)

    def _record(self, kind: figure_grid.Kind, wanted: list[Lines], pages: Mapping[int, Page]) -> Mapping[int, Recorded]:
        record = each_saved_with(pages, run=draft_pages.run_of_form(), now=self.now)
        done = self.commit(record, kind.section, kind.of, wanted, today=self.today)
        return {each.pep_id: Recorded(findings=done.findings) for each in wanted} if done.value is None else done.value

    def _grid_page(self, grid: figure_grid.Grid, *, saved: int | None = None, status: int = 200) -> ResponseReturnValue:
        self.record_view("my_peps.figures", object_type="my_peps", rows=len(grid.rows) + len(grid.signed))
        return self.page("pep/my_peps/figures.html", status=status, grid=grid, desk=figure_grid.desk_for(self, grid),
                         rows=[figure_grid.named(each) for each in grid.rows], saved=saved, kinds=figure_grid.KINDS.values())
