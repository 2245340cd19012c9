"""Where the link of a letter leads: to sign-in like any page, then on to what the letter is about. That it was opened is noted.

The number of the message in the address opens nothing: it is noted for the one the message went to alone, once they are signed in.
A mail scanner that follows links is not signed in, and so opens none.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.permissions import Permission
from pep_admin.server.mail import ONE_PEP, PLACES
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id, host
from pep_admin.workflow.mail import note_opened


class FromMail(PepView):
    """The way in from a letter."""

    noun = "from_mail"
    title = "From a letter"
    in_menu = False
    opens = {"index_view": Permission.DASHBOARD}

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """To the place of `?to=`, one of the letters' own; to the front page where that is none, or not theirs to open."""
        message, person_id = self.asked_once("message"), self.actor.person_id
        if can_be_id(message) and person_id is not None:
            note_opened(host().db.engine, int(message), person_id, now=datetime.now(UTC))
        to, about = self.asked_once("to"), self.asked_once("about")
        noun = PLACES.get(to)
        found = self.way_to(f"pep_{noun}.index_view") if noun else None
        if to == ONE_PEP and can_be_id(about):
            found = self.way_to("pep_peps.details_view", id=int(about)) or found
        return redirect(found or host().admin.url or "/")
