"""The page of one school, gathered: its people and when each was last seen, the children there, how far their PEPs are.

Rows come from queries/school_page.py. A further table of a school is a line in `Schools.related`; its fields and form stay
there too. When somebody signed in last is the host's to say (hosting.Host).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pep_admin import queries
from pep_admin.deadlines import format_day
from pep_admin.models import Child, Enrolment, Pep, School, Term
from pep_admin.permissions import Permission
from pep_admin.queries import school_page as found
from pep_admin.views import formats, lateness
from pep_admin.views.base import PepModelView, RelatedTable
from pep_admin.views.child_page import group_of
from pep_admin.views.child_tables import link
from pep_admin.views.filters import asked_for
from pep_admin.views.hosting import host

NOT_KNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """What stands above the tables: what to know at once, and the term's PEPs by stage: status, count, the way to their list."""

    flags: Sequence[str]
    term: Term | None
    stages: Sequence[tuple[Any, str, str | None]]


def gather(view: PepModelView, school: School) -> SchoolPage:
    """The head of the page."""
    term = queries.term_of(view.db_session, view.today) if view.may(Permission.PEP_READ) else None
    stages = found.stages_of_school(view.db_session, school, term, view.today)
    shown = [(each.status, _count(each), _list_of(view, school, term, each)) for each in stages]
    return SchoolPage(_flags(view, school), term, shown)


def tables_of(view: PepModelView, school: School) -> list[RelatedTable]:
    """People, the children in care here, and, for the Virtual School, those who were."""
    tables = [_people(view, school)] if view.may(Permission.PERSON_READ) else []
    if view.may(Permission.CHILD_READ):
        tables.append(_children(view, school))
        if view.actor.is_vs:
            tables.append(_former(view, school))
    return tables


def _flags(view: PepModelView, school: School) -> list[str]:
    flags = []
    if school.closed_on is not None:
        followed = f", followed by {school.successor.name}" if school.successor else ""
        flags.append(f"{'Closed' if school.closed_on <= view.today else 'Closes'} on {format_day(school.closed_on)}{followed}")
    if school.less_than_good:
        flags.append("Judged less than good")
    if not school.in_borough:
        flags.append("Out of the borough")
    if school.designated_teacher is None:
        flags.append("No designated teacher is named: nobody gets its PEPs (HB-2.2)")
    elif not school.designated_teacher.has_working_address:
        flags.append("Mail does not reach the designated teacher (HB-2.2)")
    return flags


def _count(each: found.Stage) -> str:
    return f"{each.count}, {each.late} of them late" if each.late else str(each.count)


def _list_of(view: PepModelView, school: School, term: Term | None, each: found.Stage) -> str | None:
    if term is None:
        return None
    return view.way_to("pep_peps.index_view", **asked_for(status=each.status.value, term=str(term.id), school=str(school.id)))


def _people(view: PepModelView, school: School) -> RelatedTable:
    people = found.people_of_school(view.db_session, school, view.today)
    seen = _seen([each.person.id for each in people])
    rows = [[link(view, each.person.name, "pep_people.details_view", id=each.person.id), _as(each), each.person.email,
             seen[each.person.id]] for each in people]
    return RelatedTable("People", ("Name", "As", "E-mail", "Last signed in"), rows,
                        "Nobody of this school is on record. Name its designated teacher first.")


def _as(each: found.SchoolPerson) -> str:
    said = [*(["Designated teacher"] if each.is_teacher else []), *(["Headteacher"] if each.is_head else [])]
    if each.writes:
        said.append(f"writes {each.writes} open PEP{'' if each.writes == 1 else 's'}")
    if each.person.left_on is not None:
        said.append(f"left on {format_day(each.person.left_on)}")
    words = "; ".join(said or [each.person.kind.label])
    return words[0].upper() + words[1:]


def _seen(person_ids: Sequence[int]) -> dict[int, str]:
    """When each of them signed in last, in words, by person."""
    ask = host().last_seen
    if ask is None:
        return dict.fromkeys(person_ids, NOT_KNOWN)
    told = ask(person_ids)
    return {each: (formats.moment(at) if (at := told[each]) else "Never") if each in told else "No account" for each in person_ids}


def _children(view: PepModelView, school: School) -> RelatedTable:
    session = view.db_session
    children, term = found.children_at(session, school, view.today), queries.term_of(session, view.today)
    peps = found.peps_of_term(session, [child.id for child in children], term) if view.may(Permission.PEP_READ) else {}
    lateness.look_at(session, peps.values(), view.today)
    rows = [[link(view, child.name, "pep_children.details_view", id=child.id), group_of(child, view), child.sen_status,
             child.social_worker, *_pep_of(view, child, peps.get(child.id))] for child in children]
    of_term = f"PEP of {term.label}" if term else "PEP of this term"
    return RelatedTable("Children in care here", ("Child", "Year", "SEN", "Social worker", of_term, "Stage", "Due", "Grade"), rows,
                        "No child in care is here now.")


def _pep_of(view: PepModelView, child: Child, pep: Pep | None) -> list[Any]:
    if pep is None:
        return ["None yet", None, None, None]
    return [link(view, pep.reference, "pep_peps.details_view", id=pep.id), pep.status, lateness.due_cell(pep), pep.grade]


def _former(view: PepModelView, school: School) -> RelatedTable:
    rows = [[_child_of(view, each), each.started_on, each.ended_on, each.leaving_reason]
            for each in found.former_children(view.db_session, school, view.today)]
    return RelatedTable("Children who were here", ("Child", "From", "To", "Why it ended"), rows, "Nobody on record has left it.")


def _child_of(view: PepModelView, each: Enrolment) -> Any:
    return link(view, each.child.name, "pep_children.details_view", id=each.child_id)
