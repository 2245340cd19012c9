"""A line of the log: what it says of an event, of an error and of another library's words, and what it never says."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import threading
import warnings
from collections.abc import Callable, Iterator

import pytest

from pep_admin.config import LogFormat, log_format
from pep_admin.server import logs

NAME = "Quittenmarmelade"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """`said()`: what came out since, on both streams, with our lines as JSON."""
    undo = logs.install(LogFormat.JSON)
    yield lambda: "".join(capsys.readouterr())
    undo()


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def broken() -> BaseException:
    """A database's refusal that quotes what was typed, inside another error that does."""
    try:
        try:
            with sqlite3.connect(":memory:") as database:
                database.execute(f"SELECT '{NAME}' FROM {NAME}")
        except sqlite3.Error as below:
            raise ValueError(f"{NAME} could not be read") from below
    except ValueError as problem:
        return problem
    raise AssertionError


def test_an_event_is_one_object_a_line_with_its_facts(said) -> None:
    logs.event(logging.getLogger("pep_admin.tests"), "mail", delivery_id=7, state="sent", why=None)
    [line] = lines(said())
    assert list(line) == ["time", "level", "logger", "event", "delivery_id", "state"]
    assert line["level"] == "INFO" and line["logger"] == "pep_admin.tests" and (line["event"], line["delivery_id"]) == ("mail", 7)
    assert str(line["time"]).endswith("+00:00") and len(str(line["time"])) == 29


def test_an_error_is_told_by_type_and_place_and_never_by_its_words(said) -> None:
    logging.getLogger("pep_admin.tests").error("Job %s failed.", 7, exc_info=broken())
    text = said()
    [line] = lines(text)
    assert NAME not in text
    assert line["event"] == "Job 7 failed." and line["error"] == "ValueError" and line["caused_by"] == ["sqlite3.OperationalError"]
    [frame] = line["frames"]  # type: ignore[misc]  # JSON has no type
    assert str(frame).startswith("tests/unit/test_logs.py:") and str(frame).endswith(" broken")


@pytest.mark.parametrize("logger", ["xhtml2pdf.context", "waitress", "reportlab", "sqlalchemy.pool", "py.warnings", "root"])
@pytest.mark.parametrize(("words", "given"), [
    (f"No image for {NAME}", ()), ("Exception while serving %s", (f"/link/{NAME}",)), ("%(what)s is wide", ({"what": NAME},)),
    (ValueError(NAME), ()), ("%r and %-10.3s!", ([NAME], NAME)),
])
def test_another_librarys_words_are_left_out(said, logger: str, words: object, given: tuple[object, ...]) -> None:
    logging.getLogger(logger).warning(words, *given, exc_info=broken())
    text = said()
    assert NAME not in text and lines(text)[0]["logger"] == logger


def test_the_gaps_of_a_librarys_sentence_are_filled_with_numbers_alone(said) -> None:
    logging.getLogger("waitress.queue").warning("Task queue depth is %d", 12)
    logging.getLogger("gunicorn.error").warning("Worker (pid:%s) got %s at 100%%", 81, NAME)
    logging.getLogger("gunicorn.error").info("Listening at: %s (%s)", "http://127.0.0.1:8000", 80)
    assert [line["event"] for line in lines(said())] == [
        "Task queue depth is 12", "Worker (pid:81) got … at 100%%", "Listening at: http://127.0.0.1:8000 (80)"]


def test_what_nobody_caught_and_what_the_code_warns_of_go_the_same_way(said) -> None:
    problem = broken()
    sys.excepthook(type(problem), problem, problem.__traceback__)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(ValueError(NAME)))
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs._warned  # pytest listens for warnings in its place
        warnings.warn(f"{NAME} is odd", UserWarning, stacklevel=1)
    text = said()
    found = lines(text)
    assert NAME not in text and [line["event"] for line in found] == ["unexpected error", "unexpected error", "warning"]
    assert found[0]["level"] == "CRITICAL" and found[2]["kind"] == "UserWarning"


def test_a_line_that_cannot_be_made_is_dropped_without_its_words(said) -> None:
    [ours] = [each for each in logging.root.handlers if type(each).__module__ == logs.__name__]
    ours.handle(logging.LogRecord("pep_admin.tests", logging.WARNING, "", 1, "%d children", (NAME,), None))
    assert said() == ""


def test_one_line_cannot_look_like_two(said) -> None:
    logging.getLogger("pep_admin.tests").warning("held: %s", "x\n{\"event\": \"forged\"}")
    assert len(said().splitlines()) == 1


def test_a_terminal_gets_words_with_the_places_of_an_error_below(capsys: pytest.CaptureFixture[str]) -> None:
    with logs.speaking(LogFormat.TEXT):
        logging.getLogger("pep_admin.tests").error("Job %s failed.", 7, exc_info=broken())
    head, frame = capsys.readouterr().err.splitlines()
    assert head.endswith("error   pep_admin.tests: Job 7 failed. error=ValueError caused_by=['sqlite3.OperationalError']")
    assert frame.startswith("    tests/unit/test_logs.py:") and NAME not in head + frame


def test_afterwards_everything_is_as_it_was() -> None:
    before = (logging.root.handlers[:], logging.root.level, sys.excepthook, threading.excepthook, warnings.showwarning)
    with logs.speaking(LogFormat.JSON):
        assert len(logging.root.handlers) == 1
    assert (logging.root.handlers[:], logging.root.level, sys.excepthook, threading.excepthook, warnings.showwarning) == before


@pytest.mark.parametrize(("told", "how"), [("json", LogFormat.JSON), (" JSON ", LogFormat.JSON), ("", LogFormat.TEXT),
                                           ("xml", LogFormat.TEXT)])
def test_the_format_is_known_before_the_settings_are_read(told: str, how: LogFormat) -> None:
    assert log_format({"PEP_ADMIN_LOG_FORMAT": told}) is how
