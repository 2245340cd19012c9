"""Questions about what the head let PEPs pass: the waivers that stand, as the judgement reads them, and all of them for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.config import LONDON
from pep_admin.models import Waiver
from pep_admin.validators.waivers import Gate, WaiverFacts
from pep_admin.vocabulary import Audience


def waivers_of(session: Session, pep_ids: Iterable[int]) -> dict[int, list[Waiver]]:
    """What the head let each PEP pass, by PEP id in the order of time, those that ended too; a PEP without one is left out."""
    found: dict[int, list[Waiver]] = {}
    for waiver in session.scalars(select(Waiver).where(Waiver.pep_id.in_(list(pep_ids))).order_by(Waiver.id)):
        found.setdefault(waiver.pep_id, []).append(waiver)
    return found


def standing_waivers(
    session: Session, pep_ids: Iterable[int], *, reader: Audience = Audience.RULES
) -> dict[int, list[WaiverFacts]]:
    """The waivers that stand, by PEP id, with their reason where that reader may read it; a PEP without one is left out."""
    return {
        pep_id: facts
        for pep_id, waivers in waivers_of(session, pep_ids).items()
        if (facts := [_facts(each, reader) for each in waivers if each.ended_at is None])
    }


def _facts(waiver: Waiver, reader: Audience) -> WaiverFacts:
    gate = Gate(waiver.check, waiver.field, waiver.row_key)
    reason = waiver.reason if reads_reason(waiver, reader) else ""
    return WaiverFacts(gate, waiver.sentence, waiver.waived_name, waiver.waived_at.astimezone(LONDON).date(), reason)


def reads_reason(waiver: Waiver, reader: Audience) -> bool:
    """Whether that reader may read why: care's side always, the school where the head said so (HB-3.11)."""
    return reader.is_of_the_office or (reader is Audience.SCHOOL and waiver.school_reads)


def count_waivers(waivers: Iterable[tuple[str, bool]]) -> list[tuple[str, int, int]]:
    """(check, how many stand, how many there were in all), the most first, of (check, whether it stands)."""
    every, standing = Counter[str](), Counter[str]()
    for check, stands in waivers:
        every[check] += 1
        standing[check] += stands
    return [(check, standing[check], count) for check, count in sorted(every.items(), key=lambda each: (-each[1], each[0]))]
