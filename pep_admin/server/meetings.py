"""What the sending side adds to a message about a meeting: its words, and whose name and address the calendar shows.

Whether it may still go is queries/meeting_letters.py's, the calendar file itself documents/invites.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask

from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.documents.invites import Around
from pep_admin.queries.meeting_letters import LETTER, MOVED, CalendarEntry


def words_of(entry: CalendarEntry) -> Mapping[str, str]:
    """What is filled into the words of the letter; none of it names anybody."""
    when = _said(entry.starts_at)
    moved = entry.before is not None and entry.before != entry.starts_at
    news = f"has been moved from {_said(entry.before)} to {when}" if moved and entry.before else (
        f"on {when} has been changed: how long it takes, or how it is held")
    return {"when": when, "reference": entry.reference, "news": news}


def letter_of(entry: CalendarEntry, template: str) -> str:
    """Which letter is sent: of a change to what somebody was never told of, the invitation."""
    return LETTER if template == MOVED and not entry.known else template


def _said(at: datetime) -> str:
    there = at.astimezone(LONDON)
    return f"{format_day(there.date())}, {there:%H:%M}"


def around(app: Flask, link: str, authority: str, sender: str) -> Around:
    """The calendar file's surroundings for that application, now."""
    return Around(link, sender or "pep_admin@localhost", authority, host_of(app), datetime.now(UTC))


def host_of(app: Flask) -> str:
    """The name of the host at which people reach the application; what its ids end in."""
    return urlsplit(str(app.config.get("PEP_ADMIN_BASE_URL", ""))).hostname or "pep-admin.invalid"
