"""Signing a part and sending the PEP on screen (HB-2.6); the last signature sends it. A mixin of views/peps.py.

What a part or a PEP needs before is workflow/readiness.py's, who signs for whom workflow/sections.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.models import Pep
from pep_admin.pep_document import read_document
from pep_admin.permissions import Permission, audience_for, owns_part
from pep_admin.validators.findings import Finding
from pep_admin.views.draft_pages import unsaved_in
from pep_admin.vocabulary import Part, PepStatus
from pep_admin.workflow import peps as verbs
from pep_admin.workflow import sections
from pep_admin.workflow.readiness import part_findings

if TYPE_CHECKING:
    from pep_admin.views.base import PepModelView as Base
else:
    Base = object

ONLY = "only"
"""What the button that signs and does not send says under `then`."""


class SigningPages(Base):
    """The routes of signing and of sending."""

    _pep: Any
    _again: Any
    _places: Any
    _waiving: Any
    _told: Callable[..., ResponseReturnValue]
    _twice: Callable[..., ResponseReturnValue | None]
    _check_page: Callable[..., ResponseReturnValue]

    @expose("/sign/", methods=("GET", "POST"))
    def sign(self) -> ResponseReturnValue:
        """Sign one part: the page says what it still needs, and asks who signs for somebody else why. The last one sends."""
        pep, part = self._pep(), self._part()
        if not (self.actor.is_vs or owns_part(self.actor, pep, part)):
            self.refuse(Permission.PEP_SIGN, why=f"{part.label} is signed by somebody else.")
        if request.method != "POST":
            reader = audience_for(self.actor, pep.child)
            return self._sign_page(pep, part, part_findings(self.db_session, pep, part, today=self.today, reader=reader))
        sign = sections.sign_part if request.form.get("then") == ONLY else verbs.sign_and_send
        done = self.commit(sign, pep.id, part, today=self.today, now=self.now, reason=request.form.get("reason", ""), subject=pep)
        if twice := next((each.sentence for each in done.findings if each.check == "sign-twice"), ""):
            return self._told(pep, twice)
        if done.findings:
            return self._twice(pep, PepStatus.SUBMITTED) or self._sign_page(self._again(pep), part, done.findings, status=422)
        return self._signed(self._again(pep), part)

    def _signed(self, pep: Pep, part: Part) -> ResponseReturnValue:
        """What follows on a signature: it was the last and sent the PEP, it was the last and something stops it, or others wait."""
        if pep.status is PepStatus.SUBMITTED:
            self.say(f"{part.label} is signed, and the PEP was sent to the Virtual School. It can be taken back until they begin "
                     "on it.")
            return self.back_to("details_view", id=pep.id)
        last = not read_document(self.db_session, pep, audience=audience_for(self.actor, pep.child)).unsigned
        if last and request.form.get("then") != ONLY:
            self.say(f"{part.label} is signed. It was the last, but something still stops the PEP: it is listed here.", "warning")
            return self.back_to("check_answers", id=pep.id)
        self.say(f"{part.label} is signed." + (" It was the last: send the PEP to the Virtual School now." if last else ""))
        return self.back_to("details_view", id=pep.id)

    def _part(self) -> Part:
        try:
            return Part(request.values.get("part", ""))
        except ValueError:
            abort(404)

    def _sign_page(self, pep: Pep, part: Part, findings: Sequence[Finding], status: int = 200) -> ResponseReturnValue:
        document = read_document(self.db_session, pep, audience=audience_for(self.actor, pep.child))
        return self.page("pep/peps/sign.html", status=status, pep=pep, part=part, findings=findings, document=document,
                         unsaved=unsaved_in(self, pep, part), place_of=self._places(document), own=owns_part(self.actor, pep, part),
                         sends=document.unsigned == (part,) and self.may(Permission.PEP_SUBMIT),
                         reason=request.form.get("reason", ""), **self._waiving(pep))

    @expose("/send/", methods=("POST",))
    def send(self) -> ResponseReturnValue:
        """Send a PEP whose parts are all signed."""
        pep = self._pep()
        done = self.commit(verbs.submit_pep, pep.id, today=self.today, now=self.now, subject=pep)
        if done.findings:
            return self._twice(pep, PepStatus.SUBMITTED) or self._check_page(pep, done.findings)
        self.say("Sent to the Virtual School.")
        return self.back_to("details_view", id=pep.id)
