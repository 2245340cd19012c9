"""My account: where one is signed in, the password, the second step and its recovery codes.

Everybody has it, of their own account alone. Others' accounts are screens.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.accounts import doors, own, recovery, second_step, sessions
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.views.gate import PepView


class MyAccount(PepView):
    """The one page about oneself."""

    noun = "my_account"
    title = "My account"
    group = "Your account"
    opens: ClassVar[Mapping[str, Permission]] = {
        "index": Permission.DASHBOARD,
        "end_one": Permission.DASHBOARD,
        "end_others": Permission.DASHBOARD,
        "new_codes": Permission.DASHBOARD,
    }

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What there is."""
        session, user = self.db_session, own.account_of(self.db_session, self.actor)
        return self.page("pep/account/mine.html", user=user, rows=sessions.sessions_of(session, user), here=sessions.present_key(),
                         factor=second_step.factor_of(user), is_asked=second_step.is_asked(),
                         codes_left=recovery.codes_left(session, user), codes_made=recovery.HOW_MANY)

    @expose("/end/", methods=("POST",))
    def end_one(self) -> ResponseReturnValue:
        """End the session of one browser."""
        key = request.form.get("session", "")
        self.commit(own.end_one_session, key)
        self.say("That browser is signed out.")
        return redirect(url_for("security.login")) if key == sessions.present_key() else self.back_to("index")

    @expose("/end-others/", methods=("POST",))
    def end_others(self) -> ResponseReturnValue:
        """End all sessions but this one."""
        done = self.commit(own.end_other_sessions, keep=sessions.present_key())
        self.say("Every other browser is signed out." if done.value else "You were signed in nowhere else.")
        return self.back_to("index")

    @expose("/new-codes/", methods=("GET", "POST"))
    def new_codes(self) -> ResponseReturnValue:
        """New recovery codes: what happens, and then the codes, once."""
        if again := self.require_fresh():
            return again
        findings: tuple[Finding, ...] = ()
        if request.method == "POST":
            done = self.commit(own.renew_recovery_codes, now=doors.now())
            if done.value:
                return self.page("pep/account/recovery_codes.html", codes=done.value, leads=url_for(".index"), kept=None)
            findings = done.findings
        return self.page("pep/account/new_codes.html", status=422 if findings else 200, findings=findings)
