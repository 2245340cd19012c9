"""The brake on guessing: failed tries counted in the database, for one account and for one address, with a growing wait.

A try is counted before the password is looked at, so that many at once cannot slip past; a success gives the count back. Nobody is
ever locked for good, and a stranger elsewhere cannot hold up somebody who signs in from where they signed in last.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, request, session
from flask_login import user_logged_in
from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from pep_admin.accounts.models import Attempt, User


@dataclass(frozen=True, slots=True)
class Brake:
    """How many tries are free, and the longest wait, in seconds, that further ones grow to."""

    free: int
    longest: int

    def wait(self, failures: int) -> int:
        """Seconds to wait after that many failures: 0 while they are free, then 2, 4, 8 … up to the longest."""
        beyond = failures - self.free + 1
        return 0 if beyond <= 0 else min(2 ** min(beyond, 20), self.longest)


ACCOUNT = Brake(free=5, longest=15 * 60)
ADDRESS = Brake(free=30, longest=15 * 60)
LETTERS = Brake(free=3, longest=15 * 60)
FORGOTTEN_AFTER = timedelta(hours=24)
PENDING = "second_step"
"""Where the session keeps who has given the right password and not yet a second code (second_step.py)."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A kind of page whose posts are counted, apart from those of other kinds: for whom, and with which brake.

    `at_home` lets somebody through who signs in from where they signed in last, however often others tried elsewhere.
    """

    kind: str
    account: Brake
    at_home: bool = False


SIGN_IN = Gate("", ACCOUNT, at_home=True)
CODE, MAILED, RESET, LINK = Gate("code", ACCOUNT), Gate("mailed", LETTERS), Gate("reset", LETTERS), Gate("link", ACCOUNT)
GUARDED = "security."
UNGUARDED = frozenset({"security.logout"})
GATES: dict[str, Gate] = {
    "account.code": CODE, "account.recovery": CODE, "account.set_up_app": CODE, "account.set_up_mail": CODE,
    "account.mail_code": MAILED, "account.forgotten": RESET, "account.link": LINK,
}


def install(app: Flask, db: Any) -> None:
    """Count every post to a page about accounts before anything else is read; answer 429 with a sentence while one has to wait."""

    @app.before_request
    def count_try() -> None:
        gate = _gate()
        if request.method != "POST" or gate is None:
            return
        if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            abort(400)
        seconds = _count(db.engine, gate, _who(), request.remote_addr or "")
        if seconds:
            raise TooManyRequests(f"There were too many tries. Please wait {spoken(seconds)} and try again.", retry_after=seconds)

    @app.after_request
    def give_back_after_verifying(response: Response) -> Response:
        # Only this page says by its redirect alone that the password was right; the others sign in, which has its signal.
        if request.endpoint == "security.verify" and request.method == "POST" and response.status_code == 302:
            give_back(db.session)
            db.session.commit()
        return response

    def give_back_after_signing_in(_: Flask, user: User, **__: Any) -> None:
        # In the sign-in's own transaction, which its page commits.
        give_back(db.session)
        db.session.execute(delete(Attempt).where(Attempt.key == _account_key(SIGN_IN, user.email)))

    user_logged_in.connect(give_back_after_signing_in, app, weak=False)


def wait_now(of: Session) -> int:
    """Seconds that the try which was just counted makes the next one wait, 0 while tries are free; in the caller's transaction."""
    if (gate := _gate()) is None:
        return 0
    connection = of.connection()
    brakes = _brakes(connection, gate, _who(), request.remote_addr or "")
    rows = connection.execute(select(Attempt.key, Attempt.failures).where(Attempt.key.in_(brakes)))
    return max((brakes[key].wait(failures) for key, failures in rows), default=0)


def give_back(of: Session) -> None:
    """The try that this request was is none against anybody: what it asked for was right. In the caller's transaction."""
    if (gate := _gate()) is None:
        return
    of.execute(delete(Attempt).where(Attempt.key == _account_key(gate, _who())))
    one_less = update(Attempt).where(Attempt.key == _address_key(gate, request.remote_addr or ""), Attempt.failures > 0)
    of.execute(one_less.values(failures=Attempt.failures - 1), execution_options={"synchronize_session": False})


def _gate() -> Gate | None:
    endpoint = request.endpoint or ""
    if endpoint.startswith(GUARDED) and endpoint not in UNGUARDED:
        return SIGN_IN
    return GATES.get(endpoint)


def _who() -> str:
    """Whose account this try is for: who is signed in already or half-way, or the address typed; no query yet."""
    half_way = (session.get(PENDING) or {}).get("user") if request.endpoint in GATES else None
    return str(session.get("_user_id") or half_way or request.form.get("email", ""))


def _count(engine: Any, gate: Gate, who: str, address: str) -> int:
    """Count one try; the seconds to wait if it comes too early, which then does not count."""
    now = datetime.now(UTC)
    with engine.execution_options(write=True).begin() as connection:
        brakes = _brakes(connection, gate, who, address)
        counted = _take_rows(connection, brakes, now)
        seconds = max(_still_to_wait(brakes[row.key], row, now) for row in counted)
        if not seconds:
            for row in counted:
                failures = 1 if now - row.last_at > FORGOTTEN_AFTER else row.failures + 1
                connection.execute(update(Attempt).where(Attempt.key == row.key).values(failures=failures, last_at=now))
    return seconds


def _brakes(connection: Connection, gate: Gate, who: str, address: str) -> dict[str, Brake]:
    """Which counters hold for a try, by key: the address's, and the account's unless it comes from where its owner signs in."""
    brakes = {_address_key(gate, address): ADDRESS}
    if who and not (gate.at_home and _is_at_home(connection, who, address)):
        brakes[_account_key(gate, who)] = gate.account
    return brakes


def _take_rows(connection: Connection, brakes: Mapping[str, Brake], now: datetime) -> list[Any]:
    """The rows of those keys, made where they are missing, locked in one order."""
    connection.execute(delete(Attempt).where(Attempt.last_at < now - FORGOTTEN_AFTER))
    wanted = sorted(brakes)
    held = select(Attempt).where(Attempt.key.in_(wanted)).order_by(Attempt.key).with_for_update()
    rows = connection.execute(held).all()
    for key in wanted:
        if key not in {row.key for row in rows}:
            _make_row(connection, key, now)
    return list(rows if len(rows) == len(wanted) else connection.execute(held).all())


def _make_row(connection: Connection, key: str, now: datetime) -> None:
    try:
        with connection.begin_nested():
            connection.execute(insert(Attempt).values(key=key, failures=0, last_at=now))
    except IntegrityError:
        pass  # another try made it at the same moment


def _still_to_wait(brake: Brake, row: Any, now: datetime) -> int:
    passed: float = max(0.0, (now - row.last_at).total_seconds())  # who waited for the lock may come from before the last try
    return max(0, math.ceil(brake.wait(row.failures) - passed))


def _is_at_home(connection: Connection, who: str, address: str) -> bool:
    here = or_(User.current_login_ip == address, User.last_login_ip == address)
    return connection.execute(select(User.id).where(User.email == who.strip().lower(), here)).first() is not None


def _account_key(gate: Gate, who: str) -> str:
    return _digest(f"{gate.kind} account {who.strip().lower()}".strip())


def _address_key(gate: Gate, address: str) -> str:
    return _digest(f"{gate.kind} address {address}".strip())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def spoken(seconds: int) -> str:
    """A wait in words: "8 seconds", "3 minutes"."""
    if seconds < 90:
        return f"{seconds} seconds" if seconds != 1 else "1 second"
    return f"{(seconds + 59) // 60} minutes"
