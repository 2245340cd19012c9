"""The pages of the second step: entering a code, a recovery code, and setting the step up, at sign-in or later.

They carry along what somebody had typed when their session ended (kept.py). What a code is worth is second_step.py's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import InputRequired

from pep_admin.accounts import authenticator, kept, letters, recording, recovery, second_step, sessions, throttle
from pep_admin.accounts.doors import CodeForm, database, now, page, pages
from pep_admin.accounts.models import Factor, User
from pep_admin.views.base_forms import PepForm
from pep_admin.views.hosting import host

P = ParamSpec("P")
Show = Callable[[str, int], ResponseReturnValue]
WRONG_APP = "This is not the code of this moment. The app shows a new one every half-minute, and each works once: take the next."
WRONG_MAIL = "This is not the code that was sent last, or it was used or is older than ten minutes. Have another one sent."
WRONG_RECOVERY = "This is not one of your recovery codes, or it was used already."
NOT_YET = "The last code is not a minute old, and may still be on its way. It works: wait a little for it."
SENT = "A code is on its way to your mailbox. It works for ten minutes, in this window."


class RecoveryForm(PepForm):
    """One of the eight."""

    code = StringField("Recovery code", [InputRequired()], render_kw={
        "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 40})


def half_way_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Only for who has taken the first step; all others go where they belong."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if current_user.is_authenticated:
            return redirect(host().admin.url or "/")
        if second_step.half_way(database()) is None:
            return redirect(url_for("security.login"))
        return view(*args, **kwargs)

    return guarded


def changing_too(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """For those as well who are signed in, showed lately that it is they, and want another second step."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return half_way_only(view)(*args, **kwargs)
        if not second_step.is_asked():
            return redirect(url_for("pep_my_account.index"))
        if not host().is_fresh():
            return redirect(host().sign_in_url(url_for("account.set_up")))
        return view(*args, **kwargs)

    return guarded


def whose() -> User:
    """The user that a guarded page is for."""
    user: User | None = current_user if current_user.is_authenticated else second_step.half_way(database())
    assert user is not None  # noqa: S101  # the guard saw to it
    return user


def go_on_half_way() -> ResponseReturnValue | None:
    """The page that comes after the first step, made at once; None for who has not taken it."""
    user = second_step.half_way(database())
    if user is None:
        return None
    return show_code(said=SENT if second_step.remembered("ticket") else "") if second_step.factor_of(user) else set_up()


# --- entering a code ---------------------------------------------------------------------------------------------------


def show_code(problem: str = "", status: int = 200, said: str = "") -> ResponseReturnValue:
    """The page that asks for the code, with a sentence at its head."""
    user = whose()
    factor = second_step.factor_of(user)
    return page("code", status, form=_with_problem(CodeForm(), problem), factor=factor, address=_half_hidden(user.email), said=said,
                codes_left=recovery.codes_left(database(), user))


@pages.route("/code", methods=("GET", "POST"))
@half_way_only
def code() -> ResponseReturnValue:
    """The second step."""
    user = whose()
    if second_step.factor_of(user) is None:
        return set_up()
    if request.method != "POST":
        return show_code(said=SENT if second_step.remembered("ticket") else "")
    if second_step.take_code(database(), user, request.form.get("code", ""), now=now()):
        return _in(user, str(second_step.factor_of(user)))
    recording.code_failed(user)
    return show_code(WRONG_MAIL if second_step.factor_of(user) is Factor.MAIL else WRONG_APP, 422)


@pages.post("/code/mail")
@half_way_only
def mail_code() -> ResponseReturnValue:
    """Another code by mail."""
    user = whose()
    if second_step.factor_of(user) is not Factor.MAIL:
        return redirect(url_for(f"account.{second_step.page_for(user)}"))
    is_new = second_step.mail_code(database(), user, now=now())
    database().commit()
    return show_code(said=SENT if is_new else NOT_YET)


def show_recovery(problem: str = "", status: int = 200) -> ResponseReturnValue:
    """The page that asks for a recovery code, with a sentence at its head."""
    return page("recovery", status, form=_with_problem(RecoveryForm(), problem))


@pages.route("/recovery", methods=("GET", "POST"), endpoint="recovery")
@half_way_only
def recovery_code() -> ResponseReturnValue:
    """The second step with one of the codes that were kept for it."""
    user = whose()
    if "code" not in request.form:
        _not_a_try()
        return show_recovery()
    if second_step.take_recovery_code(database(), user, request.form.get("code", ""), now=now()):
        return _in(user, "recovery")
    recording.code_failed(user)
    return show_recovery(WRONG_RECOVERY, 422)


def _in(user: User, via: str) -> ResponseReturnValue:
    leads = second_step.come_in(database(), user, via)
    return kept.what_was_kept() or redirect(leads)


# --- setting it up -----------------------------------------------------------------------------------------------------


@pages.route("/set-up", methods=("GET", "POST"))
@changing_too
def set_up() -> ResponseReturnValue:
    """Which second step it is to be, where there is a choice."""
    user = whose()
    if not second_step.may_have_mail(user):
        return show_app()
    return page("set_up", address=user.email, factor=second_step.factor_of(user))


def show_app(problem: str = "", status: int = 200) -> ResponseReturnValue:
    """The new secret, as a picture and to type, and the box for the first code."""
    user = whose()
    secret = second_step.secret_being_set_up()
    width, dark = authenticator.picture(authenticator.address_of(secret, user.email))
    return page("set_up_app", status, form=_with_problem(CodeForm(), problem), width=width, dark=dark,
                key=authenticator.spoken(secret), has_choice=second_step.may_have_mail(user), factor=second_step.factor_of(user))


@pages.route("/set-up/app", methods=("GET", "POST"))
@changing_too
def set_up_app() -> ResponseReturnValue:
    """An app on a telephone or a computer."""
    if "code" not in request.form:
        _not_a_try()
        return show_app()
    user = whose()
    if second_step.set_app(database(), user, request.form["code"], now=now()):
        return _set(user, Factor.APP)
    recording.code_failed(user)
    return show_app(WRONG_APP, 422)


def show_mail(problem: str = "", status: int = 200, said: str = "") -> ResponseReturnValue:
    """Where the code goes, and the box for it."""
    user = whose()
    return page("set_up_mail", status, form=_with_problem(CodeForm(), problem), address=user.email, said=said,
                factor=second_step.factor_of(user))


@pages.route("/set-up/mail", methods=("GET", "POST"))
@changing_too
def set_up_mail() -> ResponseReturnValue:
    """Codes by e-mail: one is sent, and has to come back."""
    user = whose()
    if not second_step.may_have_mail(user):
        return redirect(url_for("account.set_up"))
    if request.method != "POST":
        return show_mail(said=SENT if second_step.remembered("ticket") else "")
    if "code" not in request.form:
        is_new = second_step.mail_code(database(), user, now=now())
        database().commit()
        return show_mail(said=SENT if is_new else NOT_YET)
    if second_step.set_mail(database(), user, request.form["code"], now=now()):
        return _set(user, Factor.MAIL)
    recording.code_failed(user)
    return show_mail(WRONG_MAIL, 422)


def _set(user: User, factor: Factor) -> ResponseReturnValue:
    """The new step holds: other sessions end, recovery codes are made and shown this once, and whoever was half-way comes in."""
    is_inside, moment = current_user.is_authenticated, now()
    recording.tell(recording.actor_of(user), "account.set_second_factor", user, factor=factor.value)
    codes = recovery.make_codes(database(), user, now=moment)
    sessions.end_other_sessions(database(), user, sessions.present_key())
    if is_inside:
        letters.queue_notice(database(), user, letters.Change.FACTOR, now=moment)
        throttle.give_back(database())
        session.pop(second_step.CHANGING, None)
        database().commit()
        leads = url_for("pep_my_account.index")
    else:
        leads = second_step.come_in(database(), user, factor.value)
    return page("recovery_codes", codes=codes, leads=leads, kept=kept.carried())


def _not_a_try() -> None:
    """A button was pressed that leads here: nothing was guessed."""
    if request.method == "POST":
        throttle.give_back(database())
        database().commit()


def _is_half_way() -> bool:
    return not current_user.is_authenticated and second_step.half_way(database()) is not None


def _may_set_up() -> bool:
    return second_step.is_asked() and host().is_fresh() if current_user.is_authenticated else _is_half_way()


def _again(show: Show, is_open: Callable[[], bool]) -> kept.Again:
    return lambda problem, status: show(problem, status) if is_open() else None


kept.AGAIN.update({
    "account.code": _again(show_code, _is_half_way), "account.mail_code": _again(show_code, _is_half_way),
    "account.recovery": _again(show_recovery, _is_half_way),
    "account.set_up_app": _again(show_app, _may_set_up), "account.set_up_mail": _again(show_mail, _may_set_up),
})


def _with_problem(form: Any, problem: str) -> Any:
    if problem:
        form.code.errors = [problem]
    return form


def _half_hidden(email: str) -> str:
    """An address for who only gave a password: t…@school.sch.uk."""
    name, _, place = email.partition("@")
    return f"{name[:1]}…@{place}"
