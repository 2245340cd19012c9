"""Flask-Security, set up for this house, and what the plugin is told of who signed in.

Its own second factor, forgotten passwords and the like stay switched off: those pages are ours (second_pages.py, link_pages.py).
Permissions are the plugin's own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, url_for
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.utils import check_and_update_authn_fresh

from pep_admin.accounts import kept, leaving, link_pages, recording, second_pages, second_step, sessions, throttle
from pep_admin.accounts.doors import pages
from pep_admin.accounts.models import RoleName, User
from pep_admin.accounts.passwords import SHORTEST, OurPasswords
from pep_admin.permissions import Actor
from pep_admin.views.hosting import host

FRESH_FOR, GRACE = timedelta(minutes=15), timedelta(minutes=5)
WRONG = "The e-mail address and the password do not belong together. Check both and try again."

SECURITY: dict[str, Any] = {
    "URL_PREFIX": "/account",
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "JOIN_USER_ROLES": False,
    "CACHE_CONTROL": None,  # app.py sends a well-formed no-store
    "API_ENABLED_METHODS": ["session"],
    "DATETIME_FACTORY": lambda: datetime.now(UTC),
    "RETURN_GENERIC_RESPONSES": True,
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "TRACKABLE": True,
    "CHANGEABLE": True,
    "SEND_PASSWORD_CHANGE_EMAIL": False,
    "LOGOUT_CSRF": True,
    "POST_LOGIN_VIEW": "/admin/",
    "POST_CHANGE_VIEW": "/admin/",
    "POST_VERIFY_VIEW": "/admin/",
    "POST_LOGOUT_VIEW": "/account/login",
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": {"argon2"},
    # OWASP's figures for argon2id: 19 MiB and two passes, so that many signing in at once do not eat the server.
    "PASSWORD_HASH_PASSLIB_OPTIONS": {"argon2__memory_cost": 19_456, "argon2__time_cost": 2, "argon2__parallelism": 1},
    "PASSWORD_LENGTH_MIN": SHORTEST,
    "PASSWORD_NORMALIZE_FORM": "NFC",
    "FRESHNESS": FRESH_FOR,
    "FRESHNESS_GRACE_PERIOD": GRACE,
    "LOGIN_USER_TEMPLATE": "pep/account/login.html",
    "LOGOUT_USER_TEMPLATE": "pep/account/logout.html",
    "VERIFY_TEMPLATE": "pep/account/verify.html",
    "CHANGE_PASSWORD_TEMPLATE": "pep/account/change_password.html",
    "MSG_GENERIC_AUTHN_FAILED": (WRONG, "error"),
    "MSG_INVALID_PASSWORD": ("This is not the password of your account.", "error"),
    "MSG_PASSWORD_NOT_PROVIDED": ("Enter your password.", "error"),
    "MSG_EMAIL_NOT_PROVIDED": ("Enter your e-mail address.", "error"),
    "MSG_INVALID_EMAIL_ADDRESS": ("Enter an e-mail address like name@school.sch.uk.", "error"),
    "MSG_RETYPE_PASSWORD_MISMATCH": ("The two new passwords are not the same.", "error"),
    "MSG_PASSWORD_IS_THE_SAME": ("The new password is the old one: choose another.", "error"),
    "MSG_PASSWORD_CHANGE": ("Your password is changed. Every other session of yours has ended.", "success"),
    "MSG_UNAUTHENTICATED": ("Please sign in.", "warning"),
    "MSG_REAUTHENTICATION_REQUIRED": ("Please show once more that it is you.", "warning"),
    "MSG_REAUTHENTICATION_SUCCESSFUL": ("Thank you. You can go on.", "success"),
}


def install(app: Flask, db: Any, *, idle: timedelta, absolute: timedelta) -> None:
    """Sign-in, its sessions and its throttle. Must come before CSRFProtect: what it asks first is asked before the form's mark."""
    app.config.update({f"SECURITY_{key}": value for key, value in SECURITY.items()}, SESSION_PROTECTION=None)
    sessions.install(app, db, idle, absolute)
    throttle.install(app, db)
    leaving.install(app, db)
    second_step.install(app)
    kept.install(app)
    recording.install(app)
    link_pages.install(app)
    security = Security(app, SQLAlchemyUserDatastore(db, User, RoleName), password_util_cls=OurPasswords,
                        login_form=recording.SignInForm, verify_form=recording.ConfirmForm)
    security.want_json(lambda _: False)
    security.two_factor_plugins = second_step.SecondStep()
    # The session table alone knows who is signed in: a token in a header, an address or a body signs nobody in.
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # Flask-Login sets it
    app.register_blueprint(pages)
    kept.keep_through_sign_in(app, second_pages.go_on_half_way)


def actor() -> Actor | None:
    """Who acts in this request, as the plugin knows people; None when nobody has signed in."""
    if not current_user.is_authenticated:
        return None
    return recording.actor_of(current_user)


def actor_of(actor_id: str) -> Actor | None:
    """Who that actor is now, for work in the background; None when the account is suspended or gone."""
    number = actor_id.removeprefix("user:")
    user = host().db.session.get(User, int(number)) if number.isdigit() else None
    return recording.actor_of(user) if user is not None and user.active else None


def is_fresh() -> bool:
    """Whether the one who acts showed within the last 15 minutes that it is they; a step that was begun may take 5 more."""
    return bool(check_and_update_authn_fresh(FRESH_FOR, GRACE))


def sign_out_url() -> str:
    """Where a POST ends the session."""
    return url_for("security.logout")


def sign_in_url(back: str) -> str:
    """The page to sign in at, or, when signed in, to enter the password once more; it leads back to `back`."""
    return url_for("security.verify" if current_user.is_authenticated else "security.login", next=back)
