"""The pages around a link: asking for one when the password is forgotten, and choosing a password with one that was mailed.

Looking at a link changes nothing, so that a mail scanner that opens it spends nothing; only the form behind it does. A link that is
old, spent or none gets one and the same page.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import logout_user, password_changed
from sqlalchemy import select
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from pep_admin.accounts import kept, letters, recording, sessions, throttle, tickets
from pep_admin.accounts.creating import hash_of
from pep_admin.accounts.doors import database, now, page, pages
from pep_admin.accounts.models import Ticket, TicketKind, User
from pep_admin.accounts.passwords import LONGEST, SHORTEST
from pep_admin.accounts.rules import LONGEST_ADDRESS, has_left
from pep_admin.validators.identifiers import check_email
from pep_admin.views.base_forms import PepForm
from pep_admin.views.gate import begin

DIFFER = "The two passwords are not the same."
DONE = "Your password is set. Sign in with it now."
_NEW: dict[str, Any] = {"autocomplete": "new-password", "maxlength": LONGEST, "spellcheck": "false"}


class ForgottenForm(PepForm):
    """Where the link is to go."""

    email = StringField("E-mail address", [InputRequired()], render_kw={
        "type": "email", "autocomplete": "username", "maxlength": LONGEST_ADDRESS, "autocapitalize": "none", "spellcheck": "false"})


class PasswordForm(PepForm):
    """A new password, twice."""

    password = PasswordField(
        "New password", [InputRequired()], render_kw=_NEW,
        description=f"At least {SHORTEST} characters. Three or four words that have nothing to do with each other are good.")
    again = PasswordField("New password once more", [InputRequired()], render_kw=_NEW)


def install(app: Flask) -> None:
    """Tell people when their password was changed."""
    password_changed.connect(_tell_owner, app)


def _tell_owner(_: Flask, user: Any, **__: Any) -> None:
    letters.queue_notice(database(), user, letters.Change.PASSWORD, now=now())


# --- asking for one ----------------------------------------------------------------------------------------------------


def show_forgotten(problem: str = "", status: int = 200) -> ResponseReturnValue:
    """The page to ask for a link on, with a sentence at its head."""
    form: Any = ForgottenForm(request.form if request.method == "POST" else None)
    if problem:
        form.email.errors = [problem]
    return page("forgotten", status, form=form, can_send=letters.can_be_sent())


@pages.route("/forgotten", methods=("GET", "POST"))
def forgotten() -> ResponseReturnValue:
    """A link to choose another password with; to an address without an account the answer and the work are the same."""
    email = request.form.get("email", "").strip().lower()
    if request.method != "POST" or not letters.can_be_sent():
        return show_forgotten()
    if len(email) > LONGEST_ADDRESS or check_email(email):
        return show_forgotten("Enter your whole e-mail address, like name@school.sch.uk.", 422)
    user = database().scalar(select(User).where(User.email == email, User.active, ~has_left()))
    ticket = tickets.issue(database(), TicketKind.RESET, user, now=now())
    letters.queue_ticket(database(), ticket, now=now())  # nobody's is dropped when it would be sent: until then all is alike
    recording.tell(None, "account.forgotten", user)
    database().commit()
    return page("forgotten_sent", minutes=current_app.config["PEP_ADMIN_RESET_MINUTES"])


# --- using one ---------------------------------------------------------------------------------------------------------


def show_link(ticket: Ticket, form: Any, status: int = 200) -> ResponseReturnValue:
    """The form behind a link that works; neither it nor anything on it tells another page its address."""
    user = database().get_one(User, ticket.user_id)
    return _unreferred(page("link", status, form=form, user=user, kind=ticket.kind))


def dead_link() -> ResponseReturnValue:
    """The one page for every link that does not work, whatever the reason."""
    return _unreferred(page("link_dead", 410, can_send=letters.can_be_sent()))


@pages.route("/link/<token>", methods=("GET", "POST"))
def link(token: str) -> ResponseReturnValue:
    """Choose a password; the link is spent with the press of the button and not before."""
    begin(database(), "readonly")  # hashing a password takes a while: nobody else waits for it
    ticket = tickets.find_link(database(), token, now=now())
    if ticket is None:
        return _refused() if request.method == "POST" else dead_link()
    if request.method != "POST":
        return show_link(ticket, PasswordForm())
    form, user = PasswordForm(request.form), database().get_one(User, ticket.user_id)
    hashed = _read(form, user)
    if hashed is None:
        begin(database(), "write")
        throttle.give_back(database())
        database().commit()
        return show_link(ticket, form, 422)
    return _choose(user, ticket, hashed)


def _read(form: Any, user: User) -> str | None:
    """The hash of what was typed; None with a sentence on the form when it is refused."""
    if form.password.data != form.again.data:
        form.again.errors = [DIFFER]
        return None
    try:
        return hash_of(form.password.data or "", about=[user.email, user.name])
    except ValueError as problem:
        form.password.errors = [str(problem)]
        return None


def _choose(user: User, ticket: Ticket, hashed: str) -> ResponseReturnValue:
    kind, moment = ticket.kind, now()
    begin(database(), "write")
    if not tickets.spend(database(), ticket.id, now=moment):
        database().rollback()
        return _refused()
    database().refresh(user, with_for_update=True)
    if not user.active:
        database().rollback()
        return _refused()
    user.password = hashed
    sessions.end_all_sessions(database(), user)
    tickets.spend_all(database(), user, now=moment)
    if kind is TicketKind.RESET:
        letters.queue_notice(database(), user, letters.Change.PASSWORD, now=moment)
    recording.tell(recording.actor_of(user), "account.set_password", user, by=kind.value)
    throttle.give_back(database())
    database().commit()
    if current_user.is_authenticated:
        logout_user()  # somebody else's session, or the user's own, which has just ended
    flash(DONE, "success")
    return _unreferred(redirect(url_for("security.login"), code=303))


def _refused() -> ResponseReturnValue:
    begin(database(), "write")
    recording.tell(None, "account.link_refused", None, "refused")
    database().commit()
    return dead_link()


def _unreferred(answer: ResponseReturnValue) -> ResponseReturnValue:
    made = make_response(answer)
    made.headers["Referrer-Policy"] = "no-referrer"
    return made


def _show_link_again(problem: str, status: int) -> ResponseReturnValue | None:
    ticket = tickets.find_link(database(), (request.view_args or {}).get("token", ""), now=now())
    if ticket is None:
        return None
    form: Any = PasswordForm()
    form.password.errors = [problem]
    return show_link(ticket, form, status)


kept.AGAIN.update({"account.forgotten": show_forgotten, "account.link": _show_link_again})
