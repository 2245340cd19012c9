"""Teams of social workers and who manages each: to whom word goes when a part that a social worker writes is late.

A team is known by the name that stands as organisation of its social workers. When word goes is workflow/chasing.py's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from wtforms.validators import InputRequired

from pep_admin.models import CareTeam, Person
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.views.base import PepModelView, RelatedTable
from pep_admin.vocabulary import PersonKind

MANAGERS = {"criteria": lambda: [Person.left_on.is_(None), Person.kind.in_((PersonKind.SOCIAL_WORKER, PersonKind.PROFESSIONAL))],
            "order": (Person.last_name, Person.first_name), "search": (Person.first_name, Person.last_name, Person.email),
            "blank": "Nobody yet",
            "label_of": lambda person: f"{person.name}, {person.organisation}" if person.organisation else person.name}


class CareTeams(PepModelView):
    """Social-care teams, each with its manager."""

    model = CareTeam
    noun = "care_teams"
    title = "Social-care teams"
    singular = "Social-care team"
    group = "Schools and people"
    opens = {
        "index_view": Permission.PERSON_READ,
        "details_view": Permission.PERSON_READ,
        "create_view": Permission.PERSON_EDIT,
        "edit_view": Permission.PERSON_EDIT,
    }
    loads = (joinedload(CareTeam.manager),)
    column_list = ("name", "manager", "manager.email")
    column_details_list = ("manager", "manager.email", "manager.phone")
    column_labels = {"name": "Team", "manager": "Team manager", "manager_id": "Team manager", "manager.email": "E-mail",
                     "manager.phone": "Telephone"}
    column_descriptions = {
        "name": "As it stands under “School or organisation” of its social workers.",
        "manager": "Gets word when a part that a social worker of the team writes is late. Not there yet? Add them under People, "
                   "as social worker or other professional.",
    }
    column_sortable_list = ("name",)
    column_default_sort = "name"
    column_searchable_list = ("name",)
    form_columns = ("name", "manager")
    form_args = {"name": {"validators": [InputRequired("Enter the name of the team.")]}, "manager": MANAGERS}
    list_template = "pep/reminders/care_teams.html"

    def check(self, proposed: Any) -> list[Finding]:
        """A team is there once, however it is spaced or capitalised."""
        plain = " ".join((proposed.name or "").split()).lower()
        same = select(CareTeam).where(func.lower(CareTeam.name) == plain, CareTeam.id != (proposed.id or 0))
        if plain and self.db_session.scalar(same) is not None:
            return [Finding("team", "DATA-unique", "name", "This team is on the list already.")]
        return []

    def related(self, row: CareTeam) -> list[RelatedTable]:
        plain = " ".join(row.name.split()).lower()
        found = self.db_session.scalars(
            select(Person).where(func.lower(Person.organisation) == plain, Person.kind == PersonKind.SOCIAL_WORKER,
                                 Person.left_on.is_(None)).order_by(Person.last_name, Person.first_name))
        rows = [[each.name, each.email, each.phone] for each in found]
        return [RelatedTable("Social workers of the team", ("Name", "E-mail", "Telephone"), rows,
                             "Nobody on record is of this team: see that the name is written as under People.")]
