"""Unfinished texts: kept while they are typed, listed for the one who typed them, thrown away. Nobody else's are ever shown.

Which pages have drafts, and how a page shows its own, is draft_pages.py's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from pep_admin.config import LONDON
from pep_admin.exceptions import TooOften
from pep_admin.models import Draft
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.views import draft_pages
from pep_admin.views.draft_places import CHILD_OUT_OF_SIGHT, OUT_OF_SIGHT
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import whole_id
from pep_admin.views.whole_page import WHOLE, anchor
from pep_admin.workflow.drafts import count_save, keep_drafts, paced, throw_away

BUSY = "The database is busy or full just now."
STATUS = {"draft-long": 413}
"""What a refusal to keep is answered by, by its check; 409 otherwise."""


class Drafts(PepView):
    """What the one who is signed in has typed and not saved."""

    noun = "drafts"
    title = "My unfinished texts"
    group = "Children and PEPs"
    opens = dict.fromkeys(("index_view", "keep", "mark", "drop"), Permission.DRAFT_OWN)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """One's own texts, each with the way back to its page, or to copy where that is closed."""
        found = draft_pages.unfinished(self)
        if found:
            self.record_view("drafts.list", object_type="drafts", rows=len(found))
        return self.page("pep/drafts/list.html", unfinished=found)

    @expose("/keep/", methods=("POST",))
    def keep(self) -> ResponseReturnValue:
        """Keep what was touched on a page of ours; the answer is JSON, `{"said": …}`, for the script of that page."""
        known = draft_pages.read_seal(request.form.get("seal", ""), self.actor)
        if known is None:
            abort(400, description="This text was not sent from a page of this site that was given to you. Nothing was kept.")
        typed, at = draft_pages.typed_of(known, request.form, request.form.getlist("touched")), datetime.now(UTC)
        try:
            done = self.commit(paced(keep_drafts, at=at), typed, run=draft_pages.run_of_form(), now=self.now)
            if done.value is None:
                self.commit(count_save, at=at)  # what was refused took its count back with it
        except TooOften as problem:
            return _slow_down(problem.seconds)
        except OperationalError:
            self.db_session.rollback()
            return _told(BUSY, 503)
        if done.value is None:
            return _refused(done.findings)
        kept, why_not = done.value
        return _refused(tuple(why_not)) if why_not else _told(self._kept(kept))

    def _kept(self, drafts: Sequence[Draft]) -> str:
        at = f"{self.now.astimezone(LONDON):%H:%M}"
        if closed := draft_pages.why_closed_now(self, drafts):
            return f"Kept for you at {at}, under “{self.title}”. {' '.join(closed)}"
        return f"Draft saved {at}. Only you see it; it is not in the record until you press Save."

    @expose("/mark/")
    def mark(self) -> ResponseReturnValue:
        """The mark against forged posts of the session that is open now, and whose it is: for a page that was open longer."""
        return _json({"mark": generate_csrf(), "writer": self.actor.id}, 200)

    @expose("/drop/", methods=("GET", "POST"))
    def drop(self) -> ResponseReturnValue:
        """Throw a text away: the page that shows it and asks, then the deed, and back to where that was pressed."""
        draft = self._own()
        (shown,) = [each for each in draft_pages.unfinished(self, draft.pep_id) if each.draft is draft]
        if request.method != "POST":
            self.record_view("drafts.read", object_type="draft", object_id=draft.id, child_id=draft.child_id)
            return self.page("pep/drafts/drop.html", shown=shown, back=self._back(shown))
        back = self._back(shown)
        self.commit(throw_away, draft.id)
        self.say(f"Your unfinished text was thrown away: {shown.draft.heading}. The record stands as it was.")
        return redirect(back, code=303)

    def _back(self, shown: draft_pages.Unfinished) -> str:
        """Where throwing away was pressed, by the word in the address, which is never an address itself: the draft's own page, that
        section on the long page, or else the list of drafts."""
        draft, pressed, way = shown.draft, self.asked_once("back"), None
        if shown.why_not in (OUT_OF_SIGHT, CHILD_OUT_OF_SIGHT):
            pressed = ""
        kind, _, key = draft.place.partition(":")
        if pressed == WHOLE and kind == "section":
            way = self.way_to("pep_peps.whole", id=draft.pep_id, _anchor=anchor(key))
        elif pressed == draft_pages.ON_PAGE:
            way = draft_pages.page_of(self, draft)
        return way or url_for(f"{self.endpoint}.index_view")

    def _own(self) -> Draft:
        asked = select(Draft).where(Draft.id == whole_id(self.asked_once("id")), Draft.owner == self.actor.id,
                                    Draft.spent_at.is_(None))
        found = self.db_session.scalar(asked)
        if found is None:
            abort(404)
        return found


def _refused(findings: tuple[Finding, ...]) -> Response:
    return _told(" ".join(each.message for each in findings), STATUS.get(findings[0].check, 409) if findings else 409)


def _slow_down(seconds: int) -> Response:
    wait = f"{seconds} seconds" if seconds != 1 else "a second"
    answer = _told(f"Your pages sent more at once than is kept. It is tried again in {wait}.", 429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _told(sentence: str, status: int = 200) -> Response:
    return _json({"said": sentence}, status)


def _json(told: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(told), status, mimetype="application/json")
