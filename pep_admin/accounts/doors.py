"""The pages under /account/ that are open to nobody in particular: one blueprint, and what all its pages share.

What stands on them is second_pages.py's and link_pages.py's; pages of somebody who is signed in are views behind the gate.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import InputRequired

from pep_admin.views.base_forms import PepForm
from pep_admin.views.hosting import host

pages = Blueprint("account", __name__, url_prefix="/account")


class CodeForm(PepForm):
    """Six figures."""

    code = StringField("Code", [InputRequired()], render_kw={
        "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 12, "class": "short", "spellcheck": "false"})


def database() -> Session:
    """The request's session."""
    return host().db.session()  # type: ignore[no-any-return]  # whatever the host gave


def now() -> datetime:
    """The true instant: what signs people in is never moved with the day of a demo."""
    return datetime.now(UTC)


def page(template: str, status: int = 200, **context: object) -> ResponseReturnValue:
    """A rendered page of this kind."""
    return render_template(f"pep/account/{template}.html", **context), status
