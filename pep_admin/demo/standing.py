"""Where the demo stands: its database and its settings, made once, kept, and never mixed with anybody's records.

What is in it is the package's own; serving it is the command line's.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import User
from pep_admin.app import create_app
from pep_admin.config import MailBackend, read_settings
from pep_admin.demo import PASSWORD, build, is_built
from pep_admin.demo.autumn import DEMO_DAY
from pep_admin.exceptions import ConfigError
from pep_admin.permissions import SYSTEM
from pep_admin.server.migrations import upgrade

DATABASE, SIGN_INS, LOCK = "demo.db", "demo-sign-ins.json", "demo.lock"
SignIn = dict[str, str]


def ready(size: str, say: Callable[[str], Any]) -> tuple[Flask, list[SignIn], bool]:
    """The application on the demo's database, its sign-ins (name, email, password, roles), and whether it was made just now.

    Sets the environment, so that a worker started from here stands in the demo too. Raises ConfigError in production, on a database
    with records of somebody's, and while another process is making the demo.
    """
    if os.environ.get("PEP_ADMIN_ENVIRONMENT") == "production":
        raise ConfigError("PEP_ADMIN_ENVIRONMENT is production: there is no demo here.")
    with _alone(read_settings().folder):
        if os.environ.get("PEP_ADMIN_TODAY", DEMO_DAY.isoformat()) != DEMO_DAY.isoformat():
            say(f"The demo has a day of its own, {DEMO_DAY:%d %b %Y}: PEP_ADMIN_TODAY is set aside.")
        _stand()
        app = create_app()
        sign_ins = _made(app)
        return (app, sign_ins, False) if sign_ins else (app, _make(app, size, say), True)


def _stand() -> None:
    os.environ.update(PEP_ADMIN_ENVIRONMENT="demo", PEP_ADMIN_TODAY=DEMO_DAY.isoformat())
    mail = MailBackend.SMTP if os.environ.get("PEP_ADMIN_MAIL_SERVER") else MailBackend.FILE
    os.environ.setdefault("PEP_ADMIN_MAIL_BACKEND", mail)
    if os.environ.get("PEP_ADMIN_DATABASE_URL"):
        return
    folder = read_settings().folder
    os.environ["PEP_ADMIN_DATABASE_URL"] = f"sqlite:///{folder / DATABASE}"
    if _key() not in _kept():
        for file in folder.glob(f"{DATABASE}*"):  # a demo that was stopped while it was being made
            file.unlink()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError("The demo is just being made by another process; wait for it.") from None
        yield


def _made(app: Flask) -> list[SignIn] | None:
    """The sign-ins of a demo that was finished in this database; None when the database is empty."""
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        upgrade(db.engine)
        is_used = is_built(db.session()) or db.session.scalar(select(User.id).limit(1)) is not None
        db.session.remove()
    if not is_used:
        return None
    if _key() not in _kept():
        raise ConfigError("This database holds records that are not the demo's, or a demo that was stopped half-way. "
                          "Name an empty one in PEP_ADMIN_DATABASE_URL, or none.")
    return _kept()[_key()]


def _make(app: Flask, size: str, say: Callable[[str], Any]) -> list[SignIn]:
    say("Making a Virtual School of made-up children …")
    with app.app_context():
        session = app.extensions["sqlalchemy"].session()
        session.info["sender"] = app
        accounts = build(session, size, lambda sentence: say(f"  {sentence}"))
        session.info["actor"] = SYSTEM
        for each in accounts:
            create_account(session, each.email, each.name, each.roles, PASSWORD, each.person_id)
        session.commit()
    made = [{"name": each.name, "email": each.email, "password": PASSWORD,
             "roles": ", ".join(sorted(role.label for role in each.roles))} for each in accounts]
    _file().write_text(json.dumps({**_kept(), _key(): made}, indent=1))
    return made


def _kept() -> dict[str, list[SignIn]]:
    """The sign-ins of each demo that was finished, by its database."""
    found: dict[str, list[SignIn]] = json.loads(_file().read_text()) if _file().exists() else {}
    return found


def _file() -> Path:
    return read_settings().folder / SIGN_INS


def _key() -> str:
    return hashlib.sha256(read_settings().database.encode()).hexdigest()[:16]
