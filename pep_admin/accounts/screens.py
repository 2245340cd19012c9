"""Accounts on screen, for administrators: the list, an account's page, and a page for each thing that may be done with one.

What is done and refused is upkeep.py's. An administrator sees no child here; of people, only the one whose address an account has.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from wtforms.validators import InputRequired

from pep_admin.accounts import doors, leaving, letters, recovery, second_step, sessions, tickets, upkeep
from pep_admin.accounts.forms import AccountForm
from pep_admin.accounts.models import AccountState, TicketKind, User
from pep_admin.deadlines import format_day
from pep_admin.models import AuditEvent, Person
from pep_admin.permissions import Permission
from pep_admin.queries.deliveries import WAITS
from pep_admin.validators.findings import blocking
from pep_admin.views import formats
from pep_admin.views.base import Done, Link, PepModelView, RelatedTable
from pep_admin.views.base_forms import LabelField, PepForm
from pep_admin.views.cells import posted_version
from pep_admin.views.filters import Case
from pep_admin.vocabulary import Role

STEPS = ("account.invite", "account.resend", "account.send_reset", "account.set_password", "account.change", "account.suspend",
         "account.reactivate", "account.set_second_factor", "account.reset_second_factor", "account.end_sessions", "account.create",
         "account.rescue", leaving.CLOSED)
SAID = {
    "account.invite": "Invited", "account.resend": "Invited again", "account.send_reset": "Given a link for another password",
    "account.set_password": "Chose a password",
    "account.change": "Changed", "account.suspend": "Suspended", "account.reactivate": "Opened again",
    "account.set_second_factor": "Set up the second step", "account.reset_second_factor": "Second step taken away",
    "account.end_sessions": "Sessions ended", "account.create": "Made by command", "account.rescue": "Rescued by command",
    leaving.CLOSED: "Suspended: the person has left, by the list of people",
}
REASONS = {"account.suspend": upkeep.SuspensionReason, "account.reactivate": upkeep.ReturnReason,
           "account.reset_second_factor": upkeep.RescueReason}
MOST_STEPS = 50


class SuspendForm(PepForm):
    """Why an account is closed."""

    reason = LabelField(upkeep.SuspensionReason, label="Why", validators=[InputRequired("Choose why.")])


class ReactivateForm(PepForm):
    """Why it is opened again."""

    reason = LabelField(upkeep.ReturnReason, label="Why", validators=[InputRequired("Choose why.")])


class RescueForm(PepForm):
    """Why a second step is taken away, and how it is known who asks."""

    reason = LabelField(upkeep.RescueReason, label="Why", validators=[InputRequired("Choose why.")])
    proof = LabelField(upkeep.Proof, label="How you know that it is they", validators=[InputRequired("Choose how you made sure.")])


class NothingToFillIn(PepForm):
    """A button alone."""


def _holds(role: Role) -> tuple[str, Callable[[Any], Any]]:
    # No role's value is a part of another's, so that a part of the text is enough.
    return role.label, lambda column: column.contains(role.value)


def _seen(user: User) -> str:
    return formats.moment(user.current_login_at) if user.current_login_at else "Never"


def _since(days: int) -> Any:
    return doors.now() - timedelta(days=days)


class Accounts(PepModelView):
    """Who can sign in, as what."""

    model = User
    noun = "accounts"
    title = "Accounts"
    singular = "Account"
    group = "Administration"
    opens = dict.fromkeys(("index_view", "details_view", "invite", "change", "suspend", "reactivate", "resend", "send_reset",
                           "reset_factor", "end_sessions"), Permission.ACCOUNT_EDIT)

    list_template = "pep/accounts/list.html"
    details_template = "pep/accounts/details.html"
    column_list = ("name", "email", "held", "state", "second_factor", "current_login_at")
    column_details_list = ("email", "held", "state", "person_id", "second_factor", "second_since", "current_login_at", "created_at")
    column_labels = {  # noqa: RUF012  # as Flask-Admin has it
        "name": "Name", "email": "E-mail", "held": "Roles", "state": "State", "second_factor": "Second step",
        "current_login_at": "Last signed in", "person_id": "Person on record", "second_since": "Second step since",
        "created_at": "Made on",
    }
    column_formatters = {  # noqa: RUF012  # likewise
        "held": lambda view, context, user, name: ", ".join(role.label for role in sorted(user.role_set, key=list(Role).index)),
        "current_login_at": lambda view, context, user, name: _seen(user),
        "second_factor": lambda view, context, user, name: view.second_step_of(user),
    }
    column_formatters_detail = {  # noqa: RUF012  # likewise
        **column_formatters, "person_id": lambda view, context, user, name: view.person_of(user),
    }
    column_sortable_list = ("name", "email", "current_login_at")
    column_default_sort = "name"
    column_searchable_list = ("name", "email")
    column_filters = (
        Case(User.held, "Role", "role", {role.value: _holds(role) for role in Role}),
        Case(User.active, "State", "state", {
            AccountState.INVITED.value: (AccountState.INVITED.label, lambda column: column & User.password.is_(None)),
            AccountState.ACTIVE.value: (AccountState.ACTIVE.label, lambda column: column & User.password.is_not(None)),
            AccountState.SUSPENDED.value: (AccountState.SUSPENDED.label, lambda column: ~column),
        }),
        Case(User.current_login_at, "Last signed in", "seen", {
            "month": ("In the last 30 days", lambda column: column >= _since(30)),
            "long": ("Not in the last 90 days", lambda column: column < _since(90)),
            "never": ("Never", lambda column: column.is_(None)),
        }),
    )
    form_columns = ("name",)

    def search_placeholder(self) -> str:
        return "Name, e-mail"

    def second_step_of(self, user: User) -> str:
        """What stands beside the password of an account, in a word."""
        if not second_step.is_asked():
            return "Not asked for here"
        factor = second_step.factor_of(user)
        return factor.label if factor else "To be set up"

    def person_of(self, user: User) -> str:
        """The person on record whom an account belongs to, by name and kind."""
        person = self.db_session.get(Person, user.person_id) if user.person_id else None
        return _person_line(person) if person else "Nobody"

    # --- one account -----------------------------------------------------------------------------------------------------

    def links(self, row: User) -> list[Link]:
        offered = [("Change", "change", True), ("Send the invitation again", "resend", row.state is AccountState.INVITED),
                   ("Send a link for another password", "send_reset", row.state is AccountState.ACTIVE),
                   ("Take the second step away", "reset_factor", row.second_factor is not None),
                   ("End all sessions", "end_sessions", row.state is AccountState.ACTIVE),
                   ("Suspend", "suspend", row.active), ("Open again", "reactivate", not row.active)]
        found = [(text, self.way_to(f"{self.endpoint}.{route}", id=row.id)) for text, route, fits in offered if fits]
        return [Link(text, url) for text, url in found if url]

    def related(self, row: User) -> list[RelatedTable]:
        return [self._browsers(row), self._steps(row)]

    def _browsers(self, user: User) -> RelatedTable:
        rows = [[each.browser or "A browser", each.born_at, each.seen_at] for each in sessions.sessions_of(self.db_session, user)]
        return RelatedTable("Where they are signed in", ("Browser", "Since", "Last seen"), rows, "Nowhere.")

    def _steps(self, user: User) -> RelatedTable:
        mine = (AuditEvent.object_type == "account", AuditEvent.object_id == user.id, AuditEvent.action.in_(STEPS))
        found = self.db_session.scalars(select(AuditEvent).where(*mine).order_by(AuditEvent.id.desc()).limit(MOST_STEPS))
        rows = [[each.at, SAID[each.action], each.actor_name, _in_words(each)] for each in found]
        return RelatedTable("What has become of it", ("When", "What", "By", "More"), rows, "Nothing is on record.")

    def details_context(self, row: User) -> dict[str, Any]:
        ticket = tickets.newest(self.db_session, row, TicketKind.INVITATION) if row.state is AccountState.INVITED else None
        letter = letters.letter_of(self.db_session, ticket) if ticket else None
        return {"ticket": ticket, "letter": letter,
                "is_lost": letter is not None and letter.state in WAITS,
                "codes_left": recovery.codes_left(self.db_session, row),
                "is_over": bool(ticket and ticket.expires_at <= doors.now())}

    def timeline(self, row: Any) -> list[Any]:
        return []  # what became of an account is told from the log, without old values

    # --- a new one ---------------------------------------------------------------------------------------------------------

    @expose("/invite/", methods=("GET", "POST"))
    def invite(self) -> ResponseReturnValue:
        """A new account: its form, then who it would be and with which rights, then the letter."""
        if again := self.require_fresh():
            return again
        form: Any = AccountForm(request.form if request.method == "POST" else None)
        if request.method != "POST":
            return self.page("pep/accounts/invite.html", form=form)
        typed = form.typed()
        person, found = upkeep.check_account(self.db_session, **typed)
        if blocking(found) or request.form.get("sure") != "yes":
            return self._preview(form, person, found, "invite")
        done = self.commit(upkeep.invite_account, **typed, now=doors.now())
        if not done.ok:
            self.put_on(form, done.findings)
            return self.page("pep/accounts/invite.html", status=422, form=form)
        return self._invited(done.value)

    def _preview(self, form: Any, person: Person | None, found: list[Any], name: str, **more: Any) -> ResponseReturnValue:
        """The form again with what stops it, or what would be done, to be confirmed."""
        self.put_on(form, found)
        if blocking(found):
            return self.page(f"pep/accounts/{name}.html", status=422, form=form, **more)
        return self.page(f"pep/accounts/{name}_check.html", form=form, typed=form.typed(), person=person and _person_line(person),
                         warnings=found, can_send=letters.can_be_sent(), **more)

    def _invited(self, done: Any) -> ResponseReturnValue:
        """To the account; where no mail goes out, the link is shown this once, to be handed over."""
        user = done.user
        if letters.can_be_sent():
            until = formats.moment(done.ticket.expires_at)
            self.say(f"The letter to {user.name} is on its way. The link in it works once, until {until}.")
            return self.back_to("details_view", id=user.id)
        return self.page("pep/accounts/link.html", row=user, link=tickets.link_of(done.ticket), until=done.ticket.expires_at)

    # --- what may be done with one -----------------------------------------------------------------------------------------

    @expose("/change/", methods=("GET", "POST"))
    def change(self) -> ResponseReturnValue:
        """Name, address, roles."""
        if again := self.require_fresh():
            return again
        row = self.row_or_404()
        form: Any = AccountForm(request.form if request.method == "POST" else None, data={
            "name": row.name, "email": row.email, "roles": [role.value for role in row.role_set]})
        if request.method != "POST":
            return self.page("pep/accounts/change.html", form=form, row=row)
        typed = form.typed()
        person, found = upkeep.check_account(self.db_session, **typed, of=row)
        if blocking(found) or request.form.get("sure") != "yes":
            return self._preview(form, person, found, "change", row=row)
        done = self.commit(upkeep.change_account, row.id, subject=row, version=posted_version(), **typed, now=doors.now())
        if not done.ok:
            self.put_on(form, done.findings)
            return self.page("pep/accounts/change.html", status=422, form=form, row=row)
        self.say(f"{row.name} was saved.")
        return self.back_to("details_view", id=row.id)

    @expose("/suspend/", methods=("GET", "POST"))
    def suspend(self) -> ResponseReturnValue:
        """Close an account."""
        return self._step("suspend", SuspendForm, "{name} is suspended and signed out everywhere.", lambda row, form, **more:
                          self.commit(upkeep.suspend_account, row.id, subject=row, reason=form.reason.data, **more))

    @expose("/reactivate/", methods=("GET", "POST"))
    def reactivate(self) -> ResponseReturnValue:
        """Open an account again."""
        return self._step("reactivate", ReactivateForm, "{name} may sign in again.", lambda row, form, **more: self.commit(
            upkeep.reactivate_account, row.id, subject=row, reason=form.reason.data, **more))

    @expose("/resend/", methods=("GET", "POST"))
    def resend(self) -> ResponseReturnValue:
        """Another letter with another link."""
        return self._step("resend", NothingToFillIn, "", lambda row, form, **more: self.commit(
            upkeep.resend_invitation, row.id, subject=row, **more))

    @expose("/send-reset/", methods=("GET", "POST"))
    def send_reset(self) -> ResponseReturnValue:
        """A link for another password."""
        return self._step("send_reset", NothingToFillIn, "", lambda row, form, **more: self.commit(
            upkeep.send_reset, row.id, subject=row, **more))

    @expose("/reset-factor/", methods=("GET", "POST"))
    def reset_factor(self) -> ResponseReturnValue:
        """Rescue somebody who cannot take their second step."""
        return self._step(
            "reset_factor", RescueForm, "{name} sets up a new second step at the next sign-in.", lambda row, form, **more:
            self.commit(upkeep.reset_second_factor, row.id, subject=row, reason=form.reason.data, proof=form.proof.data, **more))

    @expose("/end-sessions/", methods=("GET", "POST"))
    def end_sessions(self) -> ResponseReturnValue:
        """Sign somebody out everywhere."""
        return self._step("end_sessions", NothingToFillIn, "{name} is signed out everywhere.", lambda row, form, now, **more:
                          self.commit(upkeep.end_sessions, row.id, subject=row, **more))

    def _step(self, name: str, kind: type[PepForm], said: str, verb: Callable[..., Done[Any]]) -> ResponseReturnValue:
        """One step with one account: what it means, its form, and then the account again."""
        if again := self.require_fresh():
            return again
        row, form = self.row_or_404(), kind(request.form if request.method == "POST" else None)
        status = 200
        if request.method == "POST":
            if form.validate():
                done = verb(row, form, version=posted_version(), now=doors.now())
                if done.ok and name in ("resend", "send_reset"):
                    return self._invited(done.value)
                if done.ok:
                    self.say(said.format(name=row.name))
                    return self.back_to("details_view", id=row.id)
                self.put_on(form, done.findings)
            status = 422
        return self.page("pep/accounts/step.html", status=status, row=row, form=form, step=name)


def _person_line(person: Person) -> str:
    where = f", {person.organisation}" if person.organisation else ""
    left = f"; left on {format_day(person.left_on)}" if person.left_on else ""
    return f"{person.name}, {person.kind.label.lower()}{where}{left}"


def _in_words(event: AuditEvent) -> str:
    """Reasons and roles of an event about an account, as people say them."""
    found, details = [], event.details
    if "changed" in details:
        found.append(f"Changed: {', '.join(details['changed']) or 'nothing'}.")
    if event.action in REASONS and "reason" in details:
        found.append(f"{REASONS[event.action](details['reason']).label}.")
    if "proof" in details:
        found.append(f"{upkeep.Proof(details['proof']).label}.")
    if "roles" in details:
        found.append(", ".join(Role(value).label for value in details["roles"]))
    return " ".join(found)
