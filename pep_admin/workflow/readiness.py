"""The readiness list (pep-form section 6): what a PEP still wants, read with the eyes of the rules.

The one list that *Check answers*, signing, sending and grading all use. What is shown of it never quotes a withheld answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.orm import Session

from pep_admin import queries
from pep_admin.models import Pep
from pep_admin.pep_document import compare, read_document, read_documents
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import Calendar
from pep_admin.validators.peps import check_part, check_readiness
from pep_admin.validators.waivers import let_pass
from pep_admin.validators.withheld import check_withheld
from pep_admin.vocabulary import Audience, Part


def readiness(
    session: Session, pep: Pep, *, today: date, signed: bool = True, reader: Audience = Audience.RULES
) -> list[Finding]:
    """`readiness_of` for one PEP; `signed=False` leaves out that parts are unsigned."""
    return readiness_of(session, [pep], today=today, signed=signed, reader=reader)[pep.id]


def readiness_of(
    session: Session, peps: Sequence[Pep], *, today: date, signed: bool = True, reader: Audience = Audience.RULES
) -> dict[int, list[Finding]]:
    """Every finding of each PEP as it stands now, by PEP id; a fixed number of statements however many.

    What the head waived is a warning; it says why where that `reader` may read it.
    """
    documents = read_documents(session, peps, audience=Audience.RULES)
    facts = queries.ppg_facts_for(session, peps)
    calendars, last = _calendars(session, peps), compare(session, documents)
    waivers = queries.standing_waivers(session, [pep.id for pep in peps], reader=reader)
    found = {
        pep.id: check_readiness(
            documents[pep.id],
            today=today,
            ppg_facts={key: each for key, each in facts[pep.id].items() if key is not None},
            signed=signed,
            calendar=calendars[pep.id],
            last=last[pep.id],
        )
        for pep in peps
    }
    return {pep_id: let_pass(findings, waivers.get(pep_id, ())) for pep_id, findings in found.items()}


def part_findings(
    session: Session, pep: Pep, part: Part, *, today: date, reader: Audience = Audience.RULES
) -> list[Finding]:
    """What stands in the way of signing one part, and what to look at."""
    document = read_document(session, pep, audience=Audience.RULES)
    last = compare(session, {pep.id: document})[pep.id]
    found = check_part(document, part, today=today, calendar=_calendars(session, [pep])[pep.id], last=last)
    return let_pass(found, queries.standing_waivers(session, [pep.id], reader=reader).get(pep.id, ()))


def given_away(session: Session, pep: Pep, keys: Collection[str]) -> list[Finding]:
    """What of the answers that were just saved gives away a withheld address or the confidential history (RD-111, RD-112): said at
    once, so that it does not stand there until somebody checks the answers."""
    if not keys:
        return []
    document = read_document(session, pep, audience=Audience.RULES)
    return [finding for part in Part for finding in check_withheld(document, part) if finding.field in keys]


def _calendars(session: Session, peps: Sequence[Pep]) -> dict[int, Calendar]:
    """By PEP: the school days of its school and the deadline of the term that follows (HB-1.4, RD-314)."""
    known, after = queries.Calendars(session), queries.next_deadlines(session)
    return {pep.id: Calendar(known.days_for(pep.school_id).is_school_day, after.get(pep.term_id), known.is_working_day)
            for pep in peps}
