"""My PEPs: the desk of designated teachers, named writers and social workers, where they come in.

What lies on it is gathered by desk.py, the grid of figures by figure_grid.py; each act is a page of its own elsewhere.
"""

from __future__ import annotations

from typing import ClassVar

from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload

from pep_admin.desk import Pile
from pep_admin.models import Child, Pep, School, Term
from pep_admin.permissions import Permission
from pep_admin.views import desk
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id

SHOWN = (joinedload(Pep.child).joinedload(Child.social_worker), joinedload(Pep.school).joinedload(School.designated_teacher),
         joinedload(Pep.term).joinedload(Term.year), joinedload(Pep.writer), joinedload(Pep.social_worker))


class MyPeps(PepView):
    """The PEPs that somebody writes a part of."""

    noun = "my_peps"
    title = "My PEPs"
    opens: ClassVar[dict[str, Permission]] = {"index_view": Permission.PEP_WRITE}

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """What is to do now, what waits for others, what was sent and what was signed off, a page at a time."""
        asked = self.asked_once("page")
        found = desk.gather(self, int(asked) if can_be_id(asked) else 0, SHOWN)
        self.record_view("my_peps.list", object_type="my_peps", rows=max(0, found.last - found.first + 1))
        return self.page("pep/my_peps/index.html", desk=found, piles=Pile, today=self.today,
                         tell=self.way_to("pep_exclusion_alerts.tell"))
