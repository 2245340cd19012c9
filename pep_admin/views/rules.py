"""The rulebook on screen: every rule that the program goes by, with what it does, where it is checked and this year's numbers.

It is read from rulebook.py, policy.py and the year on record; nothing is written down here a second time.
"""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.documents.rule_lines import RuleLine, rule_lines, year_of_rules
from pep_admin.permissions import Permission
from pep_admin.rulebook import MEANS, RULES
from pep_admin.views.gate import PepView

LONGEST_ASKED = 60


class Rulebook(PepView):
    """Every rule, for everybody who is signed in."""

    noun = "rules"
    title = "Rulebook"
    opens = {"index": Permission.DASHBOARD}

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The rules that fit `?q=`, a number or words; all without it."""
        asked = " ".join(request.args.get("q", "")[:LONGEST_ASKED].split())
        year = year_of_rules(self.db_session, self.today)
        found = [each for each in rule_lines(year) if _fits(asked, each)]
        url = self.way_to("pep_years.details_view", id=year.id) if year else None
        return self.page("pep/rules/index.html", found=found, asked=asked, year=year, year_url=url, means=MEANS, count=len(RULES))


def _fits(asked: str, line: RuleLine) -> bool:
    """A whole number finds its own rule alone: 1.1 is not 1.10. Anything else is looked for in numbers and sentences."""
    wanted, known = asked.casefold(), {code.casefold() for code in RULES}
    if wanted in known:
        return line.rule.code.casefold() == wanted
    said = f"{line.rule.code} {line.rule.sentence} {line.kinds} {' '.join(each.title for each in line.guides)}".casefold()
    return all(word in said for word in wanted.split())
