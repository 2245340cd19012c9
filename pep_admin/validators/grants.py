"""Whether somebody may be let write in another's place: who it may be, for how long, which sections (HB-2.2 to 2.7). Pure.

Who gives it is workflow/grants.py's; what it then opens permissions.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pep_admin.deadlines import format_day
from pep_admin.pep_form import Form
from pep_admin.validators.findings import Finding
from pep_admin.validators.names import as_compared
from pep_admin.validators.reopening import is_open, may_be_named
from pep_admin.vocabulary import Part, PersonKind

LONGEST = timedelta(days=183)
"""Half a year: whoever is away for longer is replaced, so that the list of people says who answers for a child."""
SCHOOL_SIDE = frozenset({PersonKind.DESIGNATED_TEACHER, PersonKind.HEADTEACHER, PersonKind.SCHOOL_STAFF})
PUBLIC_MAIL = frozenset({
    "aol.com", "btinternet.com", "gmail.com", "googlemail.com", "hotmail.co.uk", "hotmail.com", "icloud.com", "live.co.uk",
    "live.com", "mail.com",
    "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "sky.com", "talktalk.net", "virginmedia.com",
    "yahoo.co.uk", "yahoo.com",
})
"""Mail that anybody can have: to share it makes nobody a colleague."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two people: their address, what they are on record, the day they left, where they have; and where they work by
    the record, by name: the schools that name them, and their organisation."""

    name: str
    email: str | None
    kind: PersonKind
    left_on: date | None = None
    works_at: Collection[str] = ()


def check_between(giver: Side, holder: Side, *, by_office: bool) -> list[Finding]:
    """That the one may write for the other: of the same side, still here, and colleagues by their addresses; the Virtual School
    knows who works where, and is not asked for that."""
    # First of all, so that it tells nobody who else is on record.
    if not by_office and (stranger := _stranger(giver.email or "", holder.email or "")):
        return [_wrong(stranger, "email")]
    if not by_office and giver.kind in SCHOOL_SIDE and _elsewhere(giver, holder):
        return [_wrong("By the record this is somebody of another school, whom the same ending of an address does not make a "
                       "colleague. Ask the Virtual School.", "email")]
    if holder.left_on is not None:
        return [_wrong(f"{holder.name} has left, by the list of people. Choose somebody who is still here.", "email")]
    if not _same_side(giver.kind, holder.kind):
        return [_wrong(f"On record, this address is that of {holder.name}, {holder.kind.label.lower()}, who cannot write for a "
                       f"{giver.kind.label.lower()}. Ask the Virtual School if that is wrong.", "email")]
    return []


def _elsewhere(giver: Side, holder: Side) -> bool:
    """Whether they work at different schools, as far as is known: trusts and councils share the endings of addresses."""
    ours, theirs = ({as_compared(each) for each in side.works_at} for side in (giver, holder))
    return bool(theirs) and not theirs & ours


def _stranger(giver: str, holder: str) -> str:
    """Why the address is no colleague's; "" where it is."""
    ours = domain_of(giver)
    if ours in PUBLIC_MAIL | {""}:
        return ("Your own address on record is a private one, so the program cannot tell who works with you. Ask the Virtual "
                "School to do this for you.")
    if domain_of(holder) != ours:
        return (f"Enter a work address that ends in @{ours}, like your own. For somebody who works elsewhere, ask the Virtual "
                "School.")
    return ""


def _same_side(giver: PersonKind, holder: PersonKind) -> bool:
    return holder is giver or (giver in SCHOOL_SIDE and holder in SCHOOL_SIDE)


def domain_of(email: str) -> str:
    """What stands behind the @, in small letters."""
    return email.rpartition("@")[2].strip().lower()


def check_days(starts_on: date, ends_on: date, *, today: date) -> list[Finding]:
    """That it begins today or later, ends after it begins, and within half a year."""
    if ends_on < starts_on:
        return [_wrong(f"It would end before it begins, on {format_day(starts_on)}.", "ends_on", "DATA-dates")]
    if ends_on < today:
        return [_wrong("That day is over. Enter today or a day to come.", "ends_on", "DATA-dates")]
    if starts_on < today:
        return [_wrong("It cannot begin before today. Enter today or a day to come.", "starts_on", "DATA-dates")]
    if ends_on - starts_on > LONGEST:
        return [_wrong(f"At most half a year, until {format_day(starts_on + LONGEST)}. Whoever is away for longer is "
                       "replaced: ask the Virtual School.", "ends_on", "DATA-dates")]
    return []


def may_be_given(form: Form) -> Mapping[str, str]:
    """The sections of Part 2 that a colleague may be given, by key, in the order of the form."""
    return {key: title for key, (part, title) in may_be_named(form).items() if part is Part.EDUCATION}


def check_sections(
    form: Form, sections: Collection[str], *, reopened: Collection[str] | None, given: Collection[str]
) -> list[Finding]:
    """That there is something to write in what is given; `given` is what the same colleague has already."""
    offered = may_be_given(form)
    if not sections:
        return [_wrong("Tick what they are to write.", "sections", "HB-2.4")]
    if set(sections) - set(offered):
        return [_wrong("Choose from the list.", "sections", "HB-2.4")]
    shut = [offered[each] for each in sections if not is_open(reopened, each)]
    if shut:
        return [_wrong(f"This stays as it was signed, so nothing can be written in it: {'; '.join(shut)}.", "sections", "HB-7.1")]
    if set(sections) <= set(given):
        return [_wrong("They have this to write already. Take it back first, to give it for another time.", "sections",
                       "DATA-unique")]
    return []


def _wrong(message: str, field: str, code: str = "HB-2.7") -> Finding:
    return Finding("grant", code, field, message)
