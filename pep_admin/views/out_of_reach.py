"""People out of reach: for whom a part of a PEP waits, and whom no mail or no sign-in of theirs can bring to it (HB-2.2).

Who it is and why is queries/out_of_reach.py's; each is mended where the person, the school or the account is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.models import Person
from pep_admin.permissions import Permission
from pep_admin.queries.out_of_reach import OutOfReach, Reach, out_of_reach
from pep_admin.views.base import Link
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import host
from pep_admin.vocabulary import Part

MOST_NAMED = 12
"""PEPs that a line names; further ones are counted."""


def found_now(view: PepView) -> list[OutOfReach]:
    """Everybody who is out of reach as of this request."""
    place = host()
    accounts = place.account_holders
    return out_of_reach(view.db_session, today=view.today, seen=place.last_seen,
                        accounts=(lambda ids: accounts(view.db_session, ids)) if accounts is not None else None)


def without_account(view: PepView, people: Iterable[Person | None]) -> list[Person]:
    """Those whom mail reaches and who cannot sign in, by name; nobody where the host does not say who has an account."""
    holders = host().account_holders
    known = {each.id: each for each in people if each is not None and each.has_working_address}
    if holders is None or not known:
        return []
    has = holders(view.db_session, list(known))
    return sorted((each for each in known.values() if each.id not in has), key=lambda each: (each.last_name, each.first_name))


class PeopleOutOfReach(PepView):
    """The worklist of people whom nothing reaches."""

    noun = "out_of_reach"
    title = "People out of reach"
    group = "Schools and people"
    opens: ClassVar[dict[str, Permission]] = {"index_view": Permission.DELIVERY_READ}

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """By reason, with the PEPs that wait and the way to mend it."""
        found = found_now(self)
        counts = Counter(each.why for each in found)
        self.record_view("out_of_reach.list", object_type="out_of_reach", rows=sum(len(each.peps) for each in found))
        return self.page("pep/out_of_reach.html", groups=[(why, [self._line(each) for each in found if each.why is why])
                                                          for why in Reach if counts[why]], people=len(found))

    def _line(self, each: OutOfReach) -> tuple[Any, ...]:
        """Who, how they can be rung, which PEPs, and where it is mended."""
        person, school = each.person, each.school
        if person is not None:
            who, url = person.name, self.way_to("pep_people.details_view", id=person.id)
        else:
            who = f"{school.name}: no designated teacher" if school else "No social worker"
            url = self.way_to("pep_schools.details_view", id=school.id) if school else None
        named = [Link(pep.reference, self.way_to("pep_peps.details_view", id=pep.id) or "") for pep, _ in each.peps[:MOST_NAMED]]
        parts = {part for _, found in each.peps for part in found}
        phone = person.phone if person else school.phone if school else None
        return (Link(who, url) if url else who, person.kind.label if person else "—", phone,
                ", ".join(part.label for part in Part if part in parts), named, len(each.peps) - len(named))
