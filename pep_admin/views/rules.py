"""The rulebook: every rule that the program goes by, with its number and sentence, and the academic year's own figures beside it.

It is read from policy.py and from the year on record; nothing is written down here a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from pep_admin.models import AcademicYear, Term
from pep_admin.permissions import Permission
from pep_admin.policy import FIGURES, RULES
from pep_admin.views import formats
from pep_admin.views.gate import PepView
from pep_admin.views.terms import Years

LONGEST_ASKED = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A rule on the page; `figures` are (what, value) of the academic year."""

    code: str
    sentence: str
    figures: tuple[tuple[str, Any], ...]


class Rulebook(PepView):
    """Every rule, for everybody who is signed in."""

    noun = "rules"
    title = "Rulebook"
    opens = {"index": Permission.DASHBOARD}

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The rules that fit `?q=`, a number or words; all without it."""
        asked = " ".join(request.args.get("q", "")[:LONGEST_ASKED].split())
        year = self._year()
        fitting = [(code, sentence) for code, sentence in RULES.items() if _fits(asked, code, sentence)]
        found = [Line(code, sentence, self._figures(code, year)) for code, sentence in fitting]
        return self.page("pep/rules/index.html", found=found, asked=asked, year=year, count=len(RULES))

    def _year(self) -> AcademicYear | None:
        """The academic year of today, else the last one that began."""
        started = select(AcademicYear).where(AcademicYear.starts_on <= self.today).order_by(AcademicYear.starts_on.desc())
        return self.db_session.scalar(started.limit(1))

    def _figures(self, code: str, year: AcademicYear | None) -> tuple[tuple[str, Any], ...]:
        if year is None:
            return ()
        if code == "HB-1.4":
            terms = self.db_session.scalars(select(Term).where(Term.year_id == year.id).order_by(Term.starts_on))
            return tuple((f"{each.name.label} term, due by", formats.shown(each.deadline_on)) for each in terms)
        return tuple((Years.column_labels[name], formats.shown(getattr(year, name), name)) for name in FIGURES.get(code, ()))


def _fits(asked: str, code: str, sentence: str) -> bool:
    """A whole number finds its own rule alone: 1.1 is not 1.10. Anything else is looked for in numbers and sentences."""
    wanted = asked.casefold()
    if wanted.upper() in RULES:
        return code == wanted.upper()
    return all(word in f"{code} {sentence}".casefold() for word in wanted.split())
