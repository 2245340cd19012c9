"""What a kind of import is: its files, its options, how it compares rows with what stands, how it stores them.

A new kind is a module beside this one with one `Kind`, listed in __init__.py; its pages, its keeping and its confirmation follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from pep_admin.imports.files import Table
from pep_admin.imports.headings import Layout
from pep_admin.imports.outcome import Outcome
from pep_admin.permissions import Actor, Permission

Step = Callable[[int], None]


def no_step(count: int) -> None:
    """For those who show no progress."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an import: its key, what it is called on the page, what it holds, whether it may be left out."""

    key: str
    title: str
    layout: Layout
    hint: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that goes with the files: one of `choices` (value, label), or a line of text where there are none.

    Choices that depend on what is on record are `offered` when the page is made, with the one that stands there at first.
    """

    key: str
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    offered: Callable[[Session, date], tuple[tuple[tuple[str, str], ...], str]] | None = None

    def on(self, session: Session, today: date) -> Option:
        """The option with its choices of that day."""
        if self.offered is None:
            return self
        choices, default = self.offered(session, today)
        return replace(self, choices=choices, default=default)


@dataclass(slots=True)
class Plan:
    """What the files would do: the outcome that is shown, and the work that stores exactly that, as the kind understands it."""

    outcome: Outcome
    work: list[Any] = field(default_factory=list)


class Planner(Protocol):
    """Compares the files with what stands; changes nothing. `step` hears how many rows were read since it was last called."""

    def __call__(self, session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date,
                 step: Step = ...) -> Plan: ...


class Storer(Protocol):
    """Stores the work of a plan through the verbs of workflow/, all or nothing."""

    def __call__(
        self, session: Session, work: Sequence[Any], *, actor: Actor, today: date, now: datetime, step: Step = ...
    ) -> None: ...


def no_options(given: Mapping[str, str]) -> dict[str, Any]:
    """For kinds that ask nothing beside their files."""
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of import. `thing` is what a row is ("school", "schools"); `permission` is asked for at every step.

    `read_options` makes of what was typed for `options` what `plan` reads (JSON values, kept with the import); it raises Refused.
    `leads_to` is the endpoint of the list where the loaded rows are seen. `joined_by` is the column by which rows of several
    files are about the same thing; what is not loaded of it is taken away from all of them, to be mended and loaded together.
    """

    key: str
    title: str
    intro: str
    thing: tuple[str, str]
    permission: Permission
    parts: tuple[Part, ...]
    plan: Planner
    store: Storer
    leads_to: str = ""
    joined_by: str = ""
    options: tuple[Option, ...] = ()
    read_options: Callable[[Mapping[str, str]], dict[str, Any]] = no_options

    def part(self, key: str) -> Part:
        """The part of that key; KeyError when there is none."""
        return {each.key: each for each in self.parts}[key]
