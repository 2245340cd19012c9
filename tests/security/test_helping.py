"""The way of a colleague who was given one section, through every route: what opens is listed here by hand, the rest is closed."""

from __future__ import annotations

import pytest

from tests.security.access_table import LINES, Line
from tests.security.house import HELPER, House, changed

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

READS = frozenset({
    "actions.index_view", "children.details_view", "children.index_view", "consents.details_view", "documents.details_view",
    "documents.file", "meetings.calendar",
    "drafts.index_view", "exclusion_alerts.details_view", "exclusion_alerts.index_view", "jobs.index_view",
    "my_lead.index_view",
    "my_peps.figures", "my_peps.index_view", "peps.changes", "peps.check_answers", "peps.details_view", "peps.index_view",
    "peps.section", "peps.whole",
    "ppg_requests.details_view", "ppg_requests.index_view", "referrals.details_view", "rules.index_view", "sdq.details_view",
    "suspensions.details_view", "targets.details_view", "targets.index_view",
})
"""What may be looked at: the child's record, as the school reads it."""
DOES = frozenset({
    "documents.add", "exclusion_alerts.tell", "grants.end", "targets.note",
})
"""What may be done beside the section: a picture of work for it, a warning, giving it back, a note on how a target goes."""


def told(house: House, line: Line) -> str:
    answer = house.ask(HELPER, line.method, line.address) if line.method == "GET" else house.post(HELPER, line.address, line.form)
    return str(answer.status_code)


def noun(line: Line) -> str:
    return line.endpoint.removeprefix("pep_")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_was_not_given_stays_closed(house: House, method: str) -> None:
    """Where the teacher is refused the colleague is too; where the teacher passes, what is not listed above is refused."""
    opens, wrong = DOES | (READS if method == "GET" else frozenset()), []
    for line in LINES:
        if line.method != method or not line.endpoint.startswith("pep_") or "{" not in line.address:
            continue
        may, got = line.outcome("teacher"), told(house, line)
        closed = may in ("403", "404") or noun(line) not in opens
        if closed != (got in ("403", "404")):
            wrong.append((line.method, line.endpoint, line.address, may, got))
    assert not wrong, "\n".join(map(str, wrong))


def test_the_section_is_theirs_and_no_other(house: House) -> None:
    before = house.rows()
    for key in ("strengths", "voice", "learning", "setting"):
        page = house.visitor(HELPER).get(house.at(f"/admin/pep/peps/section/?id={{pep}}&section={key}"))
        assert page.status == 200 and not page.tree.xpath("//main//*[@name='then']")  # type: ignore[union-attr]  # it is a page
        answer = house.post(HELPER, f"/admin/pep/peps/section/?id={{pep}}&section={key}", {"then": "stay", "strengths": "Mine"})
        assert answer.status_code == 403
    assert changed(before, house.rows()) == set()
    own = house.visitor(HELPER).get(house.at("/admin/pep/peps/section/?id={pep}&section=next_steps"))
    assert own.tree is not None and own.tree.xpath("//main//*[@name='then']")
    assert house.get(HELPER, "/admin/pep/peps/section/?id={other_pep}&section=next_steps").status_code == 404
