"""Which sections of a PEP are open again where the Virtual School sent it back for some of them alone (HB-7.1). Pure.

The verbs ask here before they write; who names the sections is workflow/reviews.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from pep_admin.pep_form import Form
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Part

BESIDE: Mapping[str, str] = {"targets": "Targets", "money": "Pupil Premium requests"}
"""What Part 2 holds beside its sections, by the key under which it is sent back."""
_WITH = {"target_exceptions": "targets"}
"""Sections that go with something else: the reason for a target that is not there, with the targets."""


def is_open(reopened: Collection[str] | None, section: str) -> bool:
    """Whether a section, or what stands beside them, may be written; `reopened` is None where everything may."""
    return reopened is None or goes_with(section) in reopened


def goes_with(section: str) -> str:
    """Under which key a section is sent back: its own, or that of what it goes with."""
    return _WITH.get(section, section)


def may_be_named(form: Form) -> dict[str, tuple[Part, str]]:
    """What can be sent back by itself, in the order of the form: its part and its title, by key."""
    named = {section.key: (Part(part.part), section.title) for part in form.parts for section in part.sections
             if section.key not in _WITH}
    return named | {key: (Part.EDUCATION, title) for key, title in BESIDE.items()}


def parts_reopened(form: Form, reopened: Collection[str] | None) -> frozenset[Part]:
    """The parts that are signed anew: those of the named sections, or all."""
    if reopened is None:
        return frozenset(Part)
    named = may_be_named(form)
    return frozenset(named[key][0] for key in reopened if key in named)


def titles_of(form: Form, reopened: Iterable[str]) -> list[str]:
    """What the named sections are called, in the order of the form."""
    wanted = set(reopened)
    return [title for key, (_, title) in may_be_named(form).items() if key in wanted]


def check_open(form: Form, reopened: Collection[str] | None, section: str) -> list[Finding]:
    """RETURN-section (blocking): what was not sent back stays as it was signed."""
    if reopened is None or is_open(reopened, section):
        return []
    titles = "”, “".join(titles_of(form, reopened))
    message = f"The Virtual School sent back “{titles}” alone. Ask it to open the rest, if this has to change too."
    return [Finding("RETURN-section", "HB-7.1", "", message)]
