"""Every check of the judgement is broken in turn, and a test must turn red: `python -m tests.architecture.flip_checks [WORD]`.

Broken are each `check_...` of pep_admin/validators (it finds nothing), each finding by its id (it is left out, and its severity is
turned round). What the unit tests of the judgement do not notice is printed; test_checks_are_tested.py wants nothing printed.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pep_admin import validators
from pep_admin.validators.findings import Finding

ROOT = Path(__file__).parents[2]
NOT_CHECKS = ("pep_admin.validators.forms", "pep_admin.validators.findings")  # the door to WTForms, and what a finding is
OTHERWISE = {"blocking": "warning", "signoff": "blocking", "warning": "blocking"}

Check = Callable[..., list[Finding]]


class Flip(NamedTuple):
    """One way to break the judgement: `what` is a check ("meetings.check_meeting_day") or the id of a finding ("RD-303")."""

    what: str
    how: str

    def __str__(self) -> str:
        return f"{self.what} {self.how}"


NOTHING, LEFT_OUT, SEVERITY = "finds nothing", "is left out", "has another severity"


def checks() -> dict[str, Check]:
    """The public checks by module and name."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(validators.__path__, "pep_admin.validators."):
        if module.name in NOT_CHECKS:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.startswith("check_") and inspect.isfunction(value) and value.__module__ == module.name:
                found[f"{module.name.rpartition('.')[2]}.{name}"] = value
    return found


class Flipping:
    """Runs the tests once as they are, to see which of them reach what; then those again in forks, one for each flip."""

    def __init__(self, word: str = "") -> None:
        self.word, self.alive, self.failed = word, list[str](), False
        self.checks = checks()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        seen = self._watch(session.items)
        if self.failed:
            raise pytest.UsageError("The unit tests are red as they stand.")
        flips = [Flip(name, NOTHING) for name in self.checks]
        flips += [Flip(name, how) for name in seen if name not in self.checks for how in (LEFT_OUT, SEVERITY)]
        flips = [each for each in flips if self.word in str(each)]
        self.alive = [str(flip) for flip, lives in zip(flips, self._forked(flips, seen), strict=True) if lives]
        return True

    def _watch(self, items: Sequence[pytest.Item]) -> dict[str, list[pytest.Item]]:
        """By check and by id of a finding, the tests in which it was called or found."""
        seen: dict[str, dict[pytest.Item, None]] = defaultdict(dict)
        now: list[pytest.Item] = []

        def watched(name: str, check: Check) -> Check:
            @functools.wraps(check)
            def watching(*args: Any, **kwargs: Any) -> list[Finding]:
                found = list(check(*args, **kwargs))
                for key in (name, *(each.check for each in found)):
                    seen[key][now[0]] = None
                return found

            return watching

        instead = {name: watched(name, check) for name, check in self.checks.items()}
        put_in_place(self.checks, instead)
        for item, following in zip(items, [*items[1:], None], strict=True):
            now[:] = [item]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        put_in_place(instead, self.checks)
        return {key: list(tests) for key, tests in seen.items()}

    def _forked(self, flips: Sequence[Flip], seen: Mapping[str, list[pytest.Item]]) -> list[bool]:
        """Whether each flip is survived; as many at once as there are cores."""
        lives: dict[int, bool] = {}
        working: dict[int, int] = {}
        for number, flip in enumerate(flips):
            if len(working) >= (os.cpu_count() or 1):
                _reap(working, lives)
            child = os.fork()
            if child == 0:
                os._exit(self._survives(flip, seen.get(flip.what, ())))
            working[child] = number
        while working:
            _reap(working, lives)
        return [lives[number] for number in range(len(flips))]

    def _survives(self, flip: Flip, items: Sequence[pytest.Item]) -> bool:
        put_in_place(self.checks, {name: broken(name, check, flip) for name, check in self.checks.items()})
        for item in items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                return False
        return True


def _reap(working: dict[int, int], lives: dict[int, bool]) -> None:
    child, status = os.wait()
    lives[working.pop(child)] = os.waitstatus_to_exitcode(status) != 0


# --- breaking --------------------------------------------------------------------------------------------------------------


class Turned(Finding):
    """A finding whose severity was turned round; a check that hands it on leaves it as it is."""


def broken(name: str, check: Check, flip: Flip) -> Check:
    """The check as that flip makes it."""

    def turned(finding: Finding) -> Finding:
        if finding.check != flip.what or isinstance(finding, Turned):
            return finding
        facts = {key: getattr(finding, key) for key in Finding.__slots__}
        return Turned(**{**facts, "severity": OTHERWISE[finding.severity]})

    @functools.wraps(check)
    def instead(*args: Any, **kwargs: Any) -> list[Finding]:
        found = list(check(*args, **kwargs))
        if flip.how == NOTHING:
            return [] if name == flip.what else found
        if flip.how == LEFT_OUT:
            return [each for each in found if each.check != flip.what]
        return [turned(each) for each in found]

    return instead


def put_in_place(old: Mapping[str, Check], new: Mapping[str, Check]) -> None:
    """In the place of each check, wherever a module of the program or of the tests has it under a name or in a table."""
    instead = {id(check): new[name] for name, check in old.items()}
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith(("pep_admin", "tests")):
            for name, value in list(vars(module).items()):
                if id(value) in instead:
                    setattr(module, name, instead[id(value)])
                elif type(value) is dict:
                    value.update({key: instead[id(each)] for key, each in value.items() if id(each) in instead})


def survivors(word: str = "") -> list[str]:
    """What could be broken without a red test, in words; of what holds `word`."""
    flipping = Flipping(word)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        ended = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(ROOT / "tests" / "unit")], plugins=[flipping])
    return flipping.alive if ended in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else [f"pytest ended with {ended!r}"]


if __name__ == "__main__":
    os.chdir(ROOT)
    alive = survivors(" ".join(sys.argv[1:]))
    sys.stdout.write("\n".join(alive or ["Every broken check turned a test red."]) + "\n")
    sys.exit(bool(alive))
