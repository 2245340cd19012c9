"""A meeting as a calendar file (iCalendar, RFC 5545): what is mailed to those who are invited, and what the PEP's page hands out.

It holds the PEP's reference, the time in UTC and a link behind sign-in; no name of a child, no place, no words of anybody. Who
gets it is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress, vText

from pep_admin.queries.meeting_letters import CalendarEntry

PRODUCT = "-//pep_admin//PEP meetings//EN"
PUBLISH = "PUBLISH"
MAY_FOLLOW = "Sign in to read where it is, who comes and what it is about"


@dataclass(frozen=True, slots=True)
class Around:
    """What the sending side adds: where the PEP is read, whose address invites and under which name, the host that makes the
    meeting's id its own, and when the file is made (aware)."""

    link: str
    organiser: str
    authority: str
    host: str
    at: datetime


def method_of(entry: CalendarEntry, recipient: str = "") -> str:
    """What the calendar is to do with it: take the entry in, take it out; of a file without a recipient, only show it."""
    return "CANCEL" if entry.off else "REQUEST" if recipient else PUBLISH


def build_invite(entry: CalendarEntry, around: Around, recipient: str = "") -> bytes:
    """The file for one recipient's calendar (their address), or for whoever it is handed to (no recipient)."""
    return _file([_event(entry, around, recipient)], method_of(entry, recipient))


def build_calendar(meetings: Iterable[tuple[CalendarEntry, Around]]) -> bytes:
    """Several meetings in one file, for whoever it is handed to."""
    return _file([_event(entry, around, "") for entry, around in meetings], PUBLISH)


def _event(entry: CalendarEntry, around: Around, recipient: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@{around.host}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", around.at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", f"PEP meeting {entry.reference}")
    held = f"{entry.how.label}. " if entry.how else ""
    event.add("description", f"{held}{MAY_FOLLOW}: {around.link}")
    event.add("url", around.link)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.off else "CONFIRMED")
    if recipient:
        event.add("organizer", _address(around.organiser, around.authority))
        event.add("attendee", _address(recipient, "", RSVP="FALSE"))
    return event


def _file(events: Iterable[Event], method: str) -> bytes:
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("method", method)
    for each in events:
        file.add_component(each)
    content: bytes = file.to_ical()
    return content


def _address(email: str, name: str, **more: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{email}")
    for key, value in {"CN": name, **more}.items():
        if value:
            found.params[key] = vText(value)
    return found
