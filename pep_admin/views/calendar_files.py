"""Meetings as a file for a calendar, handed out by a page: the PEP's own, or all of somebody's.

What stands in it is documents/invites.py's, which meetings are somebody's queries/own_meetings.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Response, current_app, request, url_for
from sqlalchemy.orm import Session

from pep_admin.documents.invites import Around, build_calendar
from pep_admin.models import Pep
from pep_admin.pep_document import read_documents
from pep_admin.queries.meeting_letters import CalendarEntry
from pep_admin.queries.own_meetings import known_to_calendars
from pep_admin.views.hosting import host
from pep_admin.vocabulary import Audience, MeetingHow


def answer(session: Session, peps: Sequence[Pep], name: str) -> Response:
    """The booked meetings of those PEPs as a file of that name; links lead to each PEP, behind sign-in."""
    base = str(current_app.config.get("PEP_ADMIN_BASE_URL", "")) or request.host_url.rstrip("/")
    organiser, at = host().settings.get("authority") or "", datetime.now(UTC)
    place = urlsplit(base).hostname or "pep-admin.invalid"
    meetings = [(each, Around(f"{base}{url_for('pep_peps.details_view', id=each.pep_id)}", "", organiser, place, at))
                for each in _entries(session, peps)]
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(build_calendar(meetings), mimetype="text/calendar", headers=headers)


def _entries(session: Session, peps: Sequence[Pep]) -> list[CalendarEntry]:
    """What a calendar is told of each; how it is held is read as for the letters, which keep it from nobody."""
    known, documents = known_to_calendars(session, peps), read_documents(session, peps, audience=Audience.RULES)
    held = {pep.id: documents[pep.id].answer("meeting_how") for pep in peps}
    return [CalendarEntry(pep.id, pep.reference, known[pep.id].uid, known[pep.id].sequence, pep.meeting_at, known[pep.id].minutes,
                          MeetingHow(held[pep.id]) if held[pep.id] else None) for pep in peps if pep.meeting_at is not None]
