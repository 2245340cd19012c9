"""Schools and all other settings where children learn: the list, one school's page, its form."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from flask_admin.actions import action
from sqlalchemy.orm import Session, joinedload

from pep_admin import config
from pep_admin.models import Pep, Person, School
from pep_admin.permissions import Actor, Permission
from pep_admin.queries.school_page import IN_SCHOOL
from pep_admin.validators.findings import Finding
from pep_admin.validators.forms import Urn
from pep_admin.validators.inspections import check_by_hand
from pep_admin.validators.schools import check_school
from pep_admin.views import school_page
from pep_admin.views.base import PepModelView, RelatedTable
from pep_admin.views.filters import Case, OneOf
from pep_admin.views.inspections import standing_in_words, tables_of_school
from pep_admin.views.leads import LEAD_FILTERS, asking_page
from pep_admin.vocabulary import SchoolKind, SchoolPhase
from pep_admin.workflow import delegation
from pep_admin.workflow.inspections import judge_school

STAFF = {"criteria": lambda: [Person.left_on.is_(None), Person.kind.in_(IN_SCHOOL)], "order": (Person.last_name, Person.first_name),
         "search": (Person.first_name, Person.last_name, Person.email), "blank": "Nobody yet",
         "label_of": lambda person: f"{person.name}, {person.organisation}" if person.organisation else person.name}


class Schools(PepModelView):
    """Schools, nurseries, colleges, alternative and training providers."""

    model = School
    noun = "schools"
    title = "Schools"
    singular = "School"
    group = "Schools and people"
    opens = {
        "index_view": Permission.SCHOOL_READ,
        "details_view": Permission.SCHOOL_READ,
        "create_view": Permission.SCHOOL_EDIT,
        "edit_view": Permission.SCHOOL_EDIT,
        "export": Permission.LIST_EXPORT,
        "action_view": Permission.SCHOOL_READ,
    }
    actions_open = {"leads": Permission.SCHOOL_EDIT}
    loads = (joinedload(School.designated_teacher), joinedload(School.headteacher), joinedload(School.successor))

    column_list = ("name", "urn", "kind", "phase", "town", "designated_teacher", "in_borough")
    column_details_list = ("urn", "laestab", "ukprn", "kind", "phase", "town", "postcode", "phone", "local_authority_code",
                           "in_borough", "less_than_good", "designated_teacher", "designated_teacher.email", "lead_confirmed_on",
                           "lead_confirmed_name", "headteacher", "head_name", "options_in", "finance_reference", "payment_method",
                           "closed_on", "successor")
    column_export_list = ("name", "urn", "laestab", "ukprn", "kind", "phase", "town", "postcode", "phone", "local_authority_code",
                          "in_borough", "less_than_good", "designated_teacher", "lead_confirmed_on", "headteacher", "head_name",
                          "finance_reference", "payment_method", "closed_on", "successor")
    column_labels = {
        "name": "Name", "urn": "URN", "kind": "Kind", "phase": "Phase", "town": "Town", "phone": "Telephone",
        "designated_teacher": "Designated teacher", "designated_teacher.email": "Designated teacher's e-mail",
        "designated_teacher_id": "Designated teacher", "headteacher": "Headteacher", "headteacher_id": "Headteacher",
        "in_borough": "In the borough", "local_authority_code": "Local authority number", "less_than_good": "Judged less than good",
        "finance_reference": "Finance reference", "payment_method": "Paid by", "closed_on": "Closed on", "postcode": "Postcode",
        "laestab": "LA and establishment number", "ukprn": "UKPRN", "head_name": "Head, by the register",
        "successor": "Followed by", "successor_id": "Followed by", "lead_confirmed_on": "Named lead confirmed on",
        "lead_confirmed_name": "Named lead confirmed by", "less_than_good_by_hand": "Less than good, said by hand",
        "less_than_good_reason": "Why it is said by hand",
        "options_in": "Courses are chosen in",
    }
    column_formatters_detail = {"less_than_good": standing_in_words}
    column_descriptions = {
        "urn": "Six figures, from the national register. Empty for a setting without one.",
        "finance_reference": "The vendor or cost-centre number that the payment file names.",
        "designated_teacher": "PEPs are sent to this person unless another writer is named for a child (HB-2.2). Somebody new "
                              "takes over the open ones.",
        "options_in": "Of a secondary school: the year group that chooses the courses up to Year 11. Its PEPs ask what is "
                      "planned for that from spring on (HB-4.3).",
        "less_than_good_by_hand": "“Not known” leaves it to the latest inspection. Yes or no holds in its place; say why.",
    }
    column_sortable_list = ("name", "urn", "kind", "phase", "town", "in_borough",
                            ("designated_teacher", "designated_teacher.last_name"))
    column_default_sort = "name"
    column_searchable_list = ("name", "urn", "laestab", "town", "postcode")
    column_filters = (
        OneOf(School.kind, "Kind", "kind", SchoolKind),
        OneOf(School.phase, "Phase", "phase", SchoolPhase),
        Case(School.in_borough, "Place", "place", {
            "in": ("In the borough", lambda column: column.is_(True)),
            "out": ("Out of the borough", lambda column: column.is_(False)),
        }),
        Case(School.designated_teacher_id, "Designated teacher", "teacher", {
            "named": ("Named", lambda column: column.is_not(None)),
            "missing": ("Not named", lambda column: column.is_(None)),
        }),
        *LEAD_FILTERS,
        Case(School.closed_on, "Open", "open", {
            "yes": ("Open", lambda column: column.is_(None) | (column > config.today())),
            "no": ("Closed", lambda column: column <= config.today()),
        }),
    )
    form_columns = ("name", "urn", "kind", "phase", "town", "postcode", "phone", "local_authority_code", "in_borough",
                    "less_than_good_by_hand", "less_than_good_reason", "designated_teacher", "headteacher", "options_in",
                    "finance_reference", "payment_method", "closed_on")
    form_args = {"urn": {"validators": [Urn()]}, "designated_teacher": STAFF, "headteacher": STAFF}

    details_template = "pep/schools/details.html"

    def _change(self, session: Session, form: Any, row: School, *, actor: Actor) -> None:
        with session.no_autoflush:
            for name, field in form._fields.items():
                if name != "designated_teacher":
                    field.populate_obj(row, name)
        form.handed = delegation.name_designated_teacher(session, row, form.designated_teacher.chosen_id, actor=actor, now=self.now,
                                                         run=f"school-{row.id}-{self.now:%Y%m%d%H%M%S%f}")
        self._on_model_change(form, row, False)
        session.flush()

    def after_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        if handed := getattr(form, "handed", ()):
            self.say(_told(handed, model.designated_teacher))

    def check(self, proposed: Any) -> list[Finding]:
        return [*check_school(proposed), *check_by_hand(proposed.less_than_good_by_hand, proposed.less_than_good_reason)]

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        judge_school(self.db_session, model, today=self.today)

    @action("leads", "Ask who the named lead is…")
    def leads(self, ids: list[str]) -> ResponseReturnValue:
        """The designated teachers are asked whether they still are: who gets a letter, then the letters (leads.py)."""
        return asking_page(self, self.rows_for(ids))

    def related(self, row: School) -> list[RelatedTable]:
        return [*school_page.tables_of(self, row), *tables_of_school(self, row)]

    def details_context(self, row: School) -> dict[str, Any]:
        return {"school_page": school_page.gather(self, row)}


def _told(handed: list[Pep], teacher: Person | None) -> str:
    """What became of the open PEPs whose designated teacher changed."""
    peps = f"Open PEPs of the school: {len(handed)}."
    if teacher is None:
        return f"{peps} Nobody writes them now. Name a writer on each, or a designated teacher here."
    went = f"{peps} They are written by {teacher.name} now; the school's part is to be signed anew."
    if any(pep.delegated_at for pep in handed) and not teacher.has_working_address:
        return f"{went} No word could be sent: there is no working e-mail address on record."
    return went
