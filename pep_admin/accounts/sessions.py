"""The session table: what a browser holds is a random number; everything else, and the end of it, is on the server.

An idle and an absolute limit, a new number at each sign-in, the row gone at sign-out. Who may sign in is Flask-Security's matter.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, has_request_context, request, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from flask_login import user_logged_in, user_logged_out
from flask_security import password_changed
from sqlalchemy import Connection, Engine, delete, insert, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pep_admin.accounts.browsers import browser_of
from pep_admin.accounts.models import SignInSession as Row
from pep_admin.accounts.models import User, new_key

log = logging.getLogger("pep_admin.sessions")

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(seconds=60)
"""A page asked for within this of the last does not write the row again: else every GET would take the write lock."""
_plain = TaggedJSONSerializer()


class TableSession(SecureCookieSession):
    """What Flask calls the session, and where its row stands."""

    def __init__(self, values: Any = None, token: str | None = None, user_key: str | None = None, born_at: datetime | None = None,
                 seen_at: datetime | None = None) -> None:
        super().__init__(values)
        self.token, self.user_key = token, user_key
        self.born_at, self.seen_at = born_at, seen_at
        self.new = token is None
        self.replaced = False

    def replace(self) -> None:
        """Leave the row behind: what is kept goes into a new one, under a new number."""
        self.replaced = self.modified = True


class SessionTable(SessionInterface):
    """Flask's sessions in the table `account_session`, on connections of its own; `idle` and `absolute` end them."""

    def __init__(self, db: Any, idle: timedelta, absolute: timedelta) -> None:
        self.db, self.idle, self.absolute = db, idle, absolute

    def open_session(self, app: Flask, request: Request) -> TableSession:
        token = request.cookies.get(self.get_cookie_name(app), "")
        if not 20 <= len(token) <= 100 or not token.isascii():
            return TableSession()
        with self.db.engine.connect().execution_options(readonly=True) as connection:
            row = connection.execute(select(Row).where(Row.key == _key(token))).one_or_none()
        if row is None or self._is_over(row):
            return TableSession()
        return TableSession(_plain.loads(row.body), token, row.user_key, row.born_at, row.seen_at)

    def _is_over(self, row: Any) -> bool:
        now = datetime.now(UTC)
        return bool(now - row.seen_at > self.idle or now - row.born_at > self.absolute)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, TableSession):
            return
        if session.accessed:
            response.vary.add("Cookie")
        old = session.token if session.replaced or not session else None
        if old is not None:
            with self._writing() as connection:
                connection.execute(delete(Row).where(Row.key == _key(old)))
            session.token = None
        if not session:
            if old is not None:
                self._forget(app, response)
        elif session.token is None:
            try:
                self._begin(app, session, response)
            except OperationalError:
                _say_busy(response)
        elif session.modified or session.seen_at is None or datetime.now(UTC) - session.seen_at > SEEN_EVERY:
            self._go_on(session, session.token)

    def _begin(self, app: Flask, session: TableSession, response: Response) -> None:
        now, token = datetime.now(UTC), secrets.token_urlsafe(TOKEN_BYTES)
        with self._writing() as connection:
            over = or_(Row.seen_at < now - self.idle, Row.born_at < now - self.absolute)
            connection.execute(delete(Row).where(over))
            connection.execute(insert(Row).values(key=_key(token), user_key=session.get("_user_id"), born_at=now, seen_at=now,
                                                  body=_plain.dumps(dict(session)), browser=_browser()))
        session.token = token
        response.set_cookie(
            self.get_cookie_name(app), token, path=self.get_cookie_path(app), domain=self.get_cookie_domain(app),
            secure=self.get_cookie_secure(app), httponly=True, samesite=self.get_cookie_samesite(app),
        )

    def _go_on(self, session: TableSession, token: str) -> None:
        values: dict[str, Any] = {"seen_at": datetime.now(UTC)}
        if session.modified:
            values["body"] = _plain.dumps(dict(session))
        try:
            with self._writing() as connection:  # never an insert: the row may have been ended meanwhile
                connection.execute(update(Row).where(Row.key == _key(token)).values(values))
        except OperationalError:
            log.warning("A session was not brought up to date: the database was busy.")  # the answer goes out all the same

    def _forget(self, app: Flask, response: Response) -> None:
        response.delete_cookie(
            self.get_cookie_name(app), path=self.get_cookie_path(app), domain=self.get_cookie_domain(app),
            secure=self.get_cookie_secure(app), httponly=True, samesite=self.get_cookie_samesite(app),
        )

    def _writing(self) -> AbstractContextManager[Connection]:
        return cast("AbstractContextManager[Connection]", self.db.engine.execution_options(write=True).begin())


def _say_busy(response: Response) -> None:
    """In the place of a page whose session could not be kept, so that none of its forms could be sent."""
    log.warning("A session could not be begun: the database was busy.")
    response.status_code, response.headers["Retry-After"] = 503, "60"
    response.mimetype = "text/plain"
    response.set_data("The system is storing a large file just now. Nothing of yours was lost. Please try again in a minute.")


def end_all_sessions(of: Session, user: User) -> int:
    """End every session of that user, in the caller's transaction: their next request is nobody's. How many there were."""
    ended = of.execute(delete(Row).where(Row.user_key == user.fs_uniquifier).returning(Row.key)).all()
    user.fs_uniquifier = new_key()
    return len(ended)


def end_other_sessions(of: Session, user: User, keep: str | None) -> int:
    """End the sessions of that user but for the one of that key; how many they were."""
    others = delete(Row).where(Row.user_key == user.fs_uniquifier, Row.key != (keep or "")).returning(Row.key)
    return len(of.execute(others).all())


def end_session(of: Session, user: User, key: str) -> bool:
    """End one session of that user by its key; False when it is none of theirs."""
    mine = delete(Row).where(Row.user_key == user.fs_uniquifier, Row.key == key).returning(Row.key)
    return of.execute(mine).first() is not None


def sessions_of(of: Session, user: User) -> list[Row]:
    """The sessions of that user that go on, the one that was seen last first."""
    table: Any = current_app.session_interface
    now = datetime.now(UTC)
    goes_on = (Row.seen_at > now - table.idle, Row.born_at > now - table.absolute)
    found = select(Row).where(Row.user_key == user.fs_uniquifier, *goes_on)
    return list(of.scalars(found.order_by(Row.seen_at.desc(), Row.key)))


def present_key() -> str | None:
    """The key of the session that this request belongs to; None where it has none yet."""
    held = _held()
    return _key(held.token) if held is not None and held.token else None


def _held() -> TableSession | None:
    """The session itself, behind Flask's proxy of it; None where somebody put another interface in the place of ours."""
    held = session._get_current_object()  # type: ignore[attr-defined]  # typed as the session that it stands for
    return held if isinstance(held, TableSession) else None


def end_all(engine: Engine) -> None:
    """End everybody's session: a restored database holds sessions that were ended since it was kept."""
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(delete(Row))


def install(app: Flask, db: Any, idle: timedelta, absolute: timedelta) -> None:
    """Put the table in the place of the signed cookie."""
    app.session_interface = SessionTable(db, idle, absolute)
    user_logged_in.connect(_renumber, app)
    user_logged_out.connect(_renumber, app)

    def end_the_others(_: Flask, **__: Any) -> None:
        if (held := _held()) is not None and held.user_key:
            db.session.execute(delete(Row).where(Row.user_key == held.user_key))

    password_changed.connect(end_the_others, app, weak=False)


def _renumber(_: Flask, **__: Any) -> None:
    renumber()


def renumber() -> None:
    """Go on under a new number: whoever knew the one before knows nothing any more."""
    # The mark against forged posts belongs to the session that ends; Flask-WTF keeps a second copy in g.
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    if (held := _held()) is not None:
        held.replace()


def _browser() -> str:
    return browser_of(request.user_agent.string) if has_request_context() else ""


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
