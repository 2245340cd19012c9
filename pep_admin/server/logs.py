"""What the program says to whoever runs it: one line an event, as JSON or for a terminal, never with anybody's words in it.

Of an exception its type and where it happened are said, not its message: a database's quotes what was typed. Other libraries' words
are left out too. What happened to which record, by whom, is the audit log's.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from pep_admin.config import LogFormat

OURS = "pep_admin"
SPEAK_FOR_THEMSELVES = ("gunicorn",)
"""Libraries whose words are shown as they are, below a warning: that a process began, that one ended."""
TALKATIVE = ("alembic",)
"""Libraries that are heard from a warning on: which steps were taken the commands say themselves."""
MOST_FRAMES = 25
REQUEST_ID = "pep_admin.request_id"  # where views/hosting.py keeps it in the request's environment
_PLACES = re.compile(r"%(?:\(\w+\))?[-#0-9 +.*]*[a-zA-Z]")
_PACKAGES = re.compile(r"^.*/(?:site-packages|lib/python3\.\d+)/")
_HOME = str(Path(__file__).resolve().parents[2]) + "/"

_log = logging.getLogger("pep_admin.logs")


def event(logger: logging.Logger, name: str, *, level: int = logging.INFO, problem: BaseException | None = None,
          **facts: Any) -> None:
    """One event with its facts: ids, counts and names of the program's own, never what a person typed."""
    logger.log(level, name, extra={"facts": facts}, exc_info=problem)


# --- a line ------------------------------------------------------------------------------------------------------------


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says, in its order: time, level, logger, event, the request's id, the event's own facts, the error's type."""
    told = {"time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "event": _words(record)}
    if request_id := _request_id():
        told["request_id"] = request_id
    told |= {key: value for key, value in getattr(record, "facts", {}).items() if value is not None}
    if record.exc_info and record.exc_info[1] is not None:
        told |= _error(record.exc_info[1])
    return told


def _words(record: logging.LogRecord) -> str:
    said = record.name.partition(".")[0]
    if said == OURS or (said in SPEAK_FOR_THEMSELVES and record.levelno < logging.WARNING):
        return " ".join(record.getMessage().split())
    if record.args and isinstance(record.msg, str):  # a sentence of the library's with gaps, filled with what may be a name
        return " ".join(_filled(record.msg, record.args).split())
    return f"(said in {record.module}:{record.lineno}; the words are left out)"


def _filled(sentence: str, given: Any) -> str:
    """The sentence with its numbers, and dots in the place of everything else."""
    values = list(given.values()) if isinstance(given, dict) else list(given) if isinstance(given, tuple) else [given]
    shown = iter([str(each) if isinstance(each, int | float) and not isinstance(given, dict) else "…" for each in values])
    return _PLACES.sub(lambda _: next(shown, "…"), sentence)


def _error(problem: BaseException) -> dict[str, Any]:
    causes: list[str] = []
    each = problem
    while (below := each.__cause__ or (None if each.__suppress_context__ else each.__context__)) and len(causes) < 5:
        causes.append(_kind(below))
        each = below
    told: dict[str, Any] = {"error": _kind(problem), "frames": list(_frames(problem.__traceback__))[-MOST_FRAMES:]}
    return told | ({"caused_by": causes} if causes else {})


def _kind(problem: BaseException) -> str:
    return f"{type(problem).__module__}.{type(problem).__qualname__}".removeprefix("builtins.")


def _frames(place: TracebackType | None) -> Iterator[str]:
    while place is not None:
        code = place.tb_frame.f_code
        file = _PACKAGES.sub("", code.co_filename.removeprefix(_HOME))
        yield f"{file}:{place.tb_lineno} {code.co_name}"
        place = place.tb_next


def _request_id() -> str | None:
    if "flask" not in sys.modules:  # a command that needs none does not load it for its log
        return None
    from flask import has_request_context, request

    return request.environ.get(REQUEST_ID) if has_request_context() else None


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts_of(record), default=str)


class PlainLines(logging.Formatter):
    """For a terminal: the same facts in a sentence, the places of an error below it."""

    def format(self, record: logging.LogRecord) -> str:
        told = facts_of(record)
        frames = told.pop("frames", ())
        head = f"{told.pop('time')[11:19]} {told.pop('level').lower():<7} {told.pop('logger')}: {told.pop('event')}"
        rest = "".join(f" {key}={value}" for key, value in told.items())
        return "\n".join([head + rest, *(f"    {frame}" for frame in frames)])


class _ToStderr(logging.Handler):
    """To whatever stderr is at that moment; a line that cannot be written is dropped without a word of it."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Exception):  # the usual way of saying that this failed prints the record with all its values
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


# --- setting it up -----------------------------------------------------------------------------------------------------


def install(how: LogFormat) -> Callable[[], None]:
    """Let everything that is logged, warned of or left uncaught in this process pass through our lines; gives what undoes it."""
    handler, root, ours = _ToStderr(), logging.getLogger(), logging.getLogger(OURS)
    handler.setFormatter(JsonLines() if how is LogFormat.JSON else PlainLines())
    before = (root.handlers[:], root.level, ours.handlers[:], warnings.showwarning, sys.excepthook, threading.excepthook)
    root.handlers[:], ours.handlers[:] = [handler], []  # the second: Flask's own, which would say every error a second time
    root.setLevel(logging.INFO)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.showwarning, sys.excepthook, threading.excepthook = _warned, _uncaught, _uncaught_in_a_thread

    def undo() -> None:
        root.handlers[:], ours.handlers[:] = before[0], before[2]
        root.setLevel(before[1])
        warnings.showwarning, sys.excepthook, threading.excepthook = before[3:]

    return undo


@contextmanager
def speaking(how: LogFormat) -> Iterator[None]:
    """`install` for as long as a command runs."""
    undo = install(how)
    try:
        yield
    finally:
        undo()


def _warned(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any, **__: Any) -> None:
    event(_log, "warning", level=logging.WARNING, kind=category.__name__, at=f"{_PACKAGES.sub('', filename)}:{lineno}")


def _uncaught(_: type[BaseException], problem: BaseException, __: TracebackType | None) -> None:
    if not isinstance(problem, KeyboardInterrupt):
        event(_log, "unexpected error", level=logging.CRITICAL, problem=problem)


def _uncaught_in_a_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        event(_log, "unexpected error", level=logging.ERROR, problem=told.exc_value)
