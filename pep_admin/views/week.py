"""The questions of the week: all fifteen with their numbers, and the list behind each; and those of them that open the front page.

What a question finds is questions/'s; here its lines become the rows of a page, a page of them at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pep_admin.models import Child, Pep, Person, School
from pep_admin.permissions import Permission
from pep_admin.queries.waiting import parts_waiting, with_writers
from pep_admin.questions import BY_KEY, QUESTIONS, Found, Leads, Question, Week, Whom
from pep_admin.views import contacts, saved_tabs
from pep_admin.views.base import MOST_EXPORTED, Link
from pep_admin.views.contacts import Contact
from pep_admin.views.csv_files import csv_file, cut_off
from pep_admin.views.formats import exported
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id, host
from pep_admin.vocabulary import Part, Role

ON_A_PAGE = 50
HEADINGS = ("Who", "PEP", "Why", "Due", "To ring", "Officer")
"""Of the file: as on the page, with the day by which something is to happen; the question's own days stand after the third."""
MINE, EVERY = "mine", "all"
SCOPES = {MINE: "My children", EVERY: "All children"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its number, and how many of it are due by the end of this week."""

    question: Question
    count: int
    due: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown: what it is about and the PEP as links, the officers, who is rung, and the next step."""

    found: Found
    about: Any
    pep: Link | None
    officers: str
    contacts: Sequence[Contact]
    step: Link | None


def week_of(view: PepView) -> Week:
    """The questions as they are asked for this request."""
    place = host()
    accounts, session = place.account_holders, view.db_session
    return Week(session, view.today, (lambda ids: accounts(session, ids)) if accounts is not None else None, place.last_seen)


def whose(view: PepView) -> str:
    """Whose lines the address asks for; where it does not say, a head's are all children and everybody else's their own."""
    asked = view.asked_once("whose")
    if view.actor.person_id is None:
        return EVERY
    return asked if asked in SCOPES else EVERY if Role.VS_HEAD in view.actor.roles else MINE


def of_scope(view: PepView, found: Sequence[Found], scope: str) -> list[Found]:
    """Those lines that are the one who acts' own, or all."""
    person_id = view.actor.person_id
    return list(found) if scope == EVERY or person_id is None else [each for each in found if each.is_of(person_id)]


def answers(view: PepView, scope: str) -> list[Answer]:
    """Every question with its number, in its order."""
    week, told = week_of(view), []
    for question in QUESTIONS:
        found = of_scope(view, question.ask(week), scope)
        due = sum(each.due_on is not None and view.today <= each.due_on <= week.sunday for each in found)
        told.append(Answer(question, len(found), due))
    return told


def my_week(view: PepView) -> tuple[str, list[Answer]]:
    """For the front page: whose it is, and what is not nothing, first what is due this week."""
    scope = whose(view)
    found = [each for each in answers(view, scope) if each.count]
    return scope, sorted(found, key=lambda each: not each.due)


class WeekView(PepView):
    """The Virtual School's own questions."""

    noun = "week"
    title = "Questions of the week"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = {
        "index_view": Permission.WEEK_READ, "lines": Permission.WEEK_READ, "export": Permission.LIST_EXPORT}
    lists: ClassVar[frozenset[str]] = frozenset(opens)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All fifteen with their numbers, and the questions that were saved."""
        scope = whose(self)
        return self.page("pep/week/index.html", answers=answers(self, scope), scope=scope, scopes=self._scopes(),
                         saved=saved_tabs.of_all_lists(self))

    @expose("/lines/")
    def lines(self) -> ResponseReturnValue:
        """The list behind the number of `?question=`."""
        question, scope, every = self._asked()
        pages, asked = max(1, -(-len(every) // ON_A_PAGE)), self.asked_once("page")
        page = min(int(asked) if can_be_id(asked) else 0, pages - 1)
        shown = every[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
        self.record_view("week.lines", object_type="week", rows=len(shown), question=question.key)
        return self.page("pep/week/lines.html", question=question, lines=_Shown(self, question, shown).lines(), count=len(every),
                         scope=scope, scopes=self._scopes(), pages=pages, page_number=page, first=page * ON_A_PAGE + 1)

    @expose("/export/csv/")
    def export(self) -> ResponseReturnValue:
        """The same list as CSV, all of it, as its page shows it."""
        if not self.may_open("export"):
            self.refuse(self.opens["export"])
        question, _, every = self._asked()
        lines = _Shown(self, question, every[:MOST_EXPORTED]).lines()
        self.record_view("week.export", object_type="week", rows=len(lines), of=len(every), question=question.key)
        headings = [*HEADINGS[:3], question.days, *HEADINGS[3:]]
        return csv_file(f"week-{question.key.replace('_', '-')}", self.today,
                        [headings, *map(_cells, lines), *cut_off(MOST_EXPORTED, len(every))])

    def _asked(self) -> tuple[Question, str, list[Found]]:
        """The question of the address, whose lines it asks for, and all of them."""
        question = BY_KEY.get(self.asked_once("question")) or abort(404)
        scope = whose(self)
        return question, scope, of_scope(self, question.ask(week_of(self)), scope)

    def _scopes(self) -> Mapping[str, str]:
        """Between what the page lets choose; nothing for who is no person on record."""
        return SCOPES if self.actor.person_id is not None else {}


def _cells(line: Line) -> list[Any]:
    """A line as its row of the file."""
    found, about = line.found, line.about.text if isinstance(line.about, Link) else line.about
    rung = [" ".join(filter(None, (each.what and f"{each.what}:", each.name, each.phone))) for each in line.contacts]
    cells = (about, line.pep and line.pep.text, found.words, found.days, found.due_on, "; ".join(rung), line.officers)
    return [exported(each) for each in cells]


class _Shown:
    """What is shown beside the lines of one page, each table read once."""

    def __init__(self, view: PepView, question: Question, found: Sequence[Found]) -> None:
        self.view, self.question, self.found = view, question, found
        session = view.db_session
        asked = select(Child).where(Child.id.in_({each.child_id for each in found})).options(
            joinedload(Child.school).joinedload(School.designated_teacher), joinedload(Child.social_worker))
        self.children = {each.id: each for each in session.scalars(asked)}
        peps = with_writers(select(Pep).where(Pep.id.in_({each.pep_id for each in found})))
        self.peps = {each.id: each for each in session.scalars(peps)}
        people = {*(each.person_id for each in found), *(one for each in found for one in each.officers)}
        self.people = {each.id: each for each in session.scalars(select(Person).where(Person.id.in_(people)))}
        schools = select(School).where(School.id.in_({each.school_id for each in found}))
        self.schools = {each.id: each for each in session.scalars(schools.options(joinedload(School.designated_teacher)))}
        self.owed = self._owed() if question.whom is Whom.WRITERS else {}

    def _owed(self) -> dict[int, list[Contact]]:
        """By PEP for whom which parts wait."""
        waits: dict[int, dict[Person | None, list[Part]]] = {}
        for pep, part, person in parts_waiting(self.view.db_session, list(self.peps.values())):
            waits.setdefault(pep.id, {}).setdefault(person, []).append(part)
        return {pep_id: [Contact(", ".join(part.label for part in parts), person.name if person else "nobody named",
                                 person.phone if person else None) for person, parts in by_person.items()]
                for pep_id, by_person in waits.items()}

    def lines(self) -> list[Line]:
        return [self._line(each) for each in self.found]

    def _line(self, each: Found) -> Line:
        pep = self.peps.get(each.pep_id or 0)
        way = self.view.way_to("pep_peps.details_view", id=pep.id) if pep else None
        officers = sorted(self.people[one].name for one in each.officers if one in self.people)
        return Line(each, self._about(each), Link(pep.reference, way) if pep and way else None, ", ".join(officers),
                    self._contacts(each), self._step(each))

    def _about(self, each: Found) -> Any:
        way = self.view.way_to
        if each.child_id in self.children:
            found: tuple[str, str | None] = (
                self.children[each.child_id].name, way("pep_children.details_view", id=each.child_id))
        elif each.person_id in self.people:
            found = self.people[each.person_id].name, way("pep_people.details_view", id=each.person_id)
        elif each.school_id in self.schools:
            found = each.name or self.schools[each.school_id].name, way("pep_schools.details_view", id=each.school_id)
        else:
            found = each.name or "Nobody named", None
        return Link(found[0], found[1]) if found[1] else found[0]

    def _contacts(self, each: Found) -> Sequence[Contact]:
        match self.question.whom:
            case Whom.WRITERS:
                return self.owed.get(each.pep_id or 0, ())
            case Whom.AROUND if each.child_id in self.children:
                return contacts.around(self.children[each.child_id])
            case Whom.THEMSELVES:
                return self._themselves(each)
        return ()

    def _themselves(self, each: Found) -> list[Contact]:
        if person := self.people.get(each.person_id or 0):
            return [Contact(person.kind.label, person.name, person.phone)]
        school = self.schools.get(each.school_id or 0)
        return [contacts.of_school(school)] if school is not None else []

    def _step(self, each: Found) -> Link | None:
        """The page on which something is done about it."""
        text, url = self._next_step(each)
        return Link(text, url) if url else None

    def _next_step(self, each: Found) -> tuple[str, str | None]:
        way, row = self.view.way_to, each.row_id
        match each.leads:
            case Leads.ALERT:
                return "Alert", way("pep_exclusion_alerts.details_view", id=row)
            case Leads.SUSPENSION:
                return "Suspension", way("pep_suspensions.details_view", id=row)
            case Leads.REQUEST:
                return "Request", way("pep_ppg_requests.details_view", id=row)
            case Leads.CHANGE:
                return "Settle…", way("pep_out_of_turn.settle", child=each.child_id, kind=each.kind, row=row)
        if each.pep_id is None and each.child_id is not None and self.question.key in ("no_pep", "late_ours", "first_peps"):
            return "Open one…", way("pep_peps.open_pep", child=each.child_id)
        if self.question.key == "late_ours":
            return "Open the PEP", way("pep_peps.details_view", id=each.pep_id)
        if self.question.key == "with_vs":
            return "Grade…", way("pep_peps.grade_one", id=each.pep_id)
        return "", None
