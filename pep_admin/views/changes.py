"""What is another in a PEP than last term, and than when it was sent back. A mixin of views/peps.py.

What came before is pep_document's and the history's; how an answer reads in words is section_forms.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.pep_document import answers_before, is_compared, read_document
from pep_admin.pep_form import Document
from pep_admin.permissions import Permission, audience_for
from pep_admin.views import pep_history, pep_page
from pep_admin.views.section_forms import in_words

if TYPE_CHECKING:
    from pep_admin.views.base import PepModelView as Base
else:
    Base = object

CHANGED, NEW, GONE, NOT_YET = "Changed", "New", "Not answered any more", "Not answered yet"


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer beside last term's, in words; `state` says what became of it."""

    key: str
    label: str
    before: str
    now: str
    state: str


@dataclass(frozen=True, slots=True)
class PartChanges:
    """What of a part is another than last term, by section title; how many answers are the same, and how many of those came over
    and wait for somebody to say that they are still right."""

    title: str
    sections: tuple[tuple[str, str, tuple[Difference, ...]], ...]
    same: int
    waiting: int = 0


def differences(document: Document, before: Mapping[str, Any], *, is_open: bool) -> list[PartChanges]:
    """By part: the answers that differ from last term's, each section by key and title. What was asked neither time is left out.

    `is_open`: it is still written, and what is empty is not answered yet.
    """
    found = []
    for part in document.form.parts:
        told = [(section, _of(document, section.fields, before, is_open)) for section in part.sections]
        differing = tuple((section.key, section.title, tuple(each for each in lines if each.state)) for section, lines in told)
        same = sum(not each.state for _, lines in told for each in lines)
        waiting = sum(not each.state and each.key in document.carried for _, lines in told for each in lines)
        found.append(PartChanges(part.title, tuple(each for each in differing if each[2]), same - waiting, waiting))
    return found


def _of(document: Document, fields: Sequence[Any], before: Mapping[str, Any], is_open: bool) -> list[Difference]:
    lines = []
    for field in fields:
        was, value = before.get(field.key), document.answer(field.key)
        if not document.asked(field) or not is_compared(field) or (was is None and value is None):
            continue
        old, new = in_words(document, field, was), in_words(document, field, value)
        lines.append(Difference(field.key, field.label, old, new, _state(was, value, old == new, is_open)))
    return lines


def _state(was: Any, value: Any, same: bool, is_open: bool) -> str:
    """What became of an answer; "" where it is the same."""
    if same:
        return ""
    if was is None:
        return NEW
    if value is None:
        return NOT_YET if is_open else GONE
    return CHANGED


class ChangePages(Base):
    """The page of what changed."""

    _pep: Any

    @expose("/changes/")
    def changes(self) -> ResponseReturnValue:
        """What was done since it was sent back, and what is another than last term, by part. Who reads no histories reads of the
        former what the document shows them."""
        pep = self._pep()
        audience = audience_for(self.actor, pep.child)
        document = read_document(self.db_session, pep, audience=audience)
        before = answers_before(self.db_session, document)
        since = pep_history.changes_since_return(self.db_session, pep, audience) if self.may(Permission.HISTORY_READ) else (
            pep_history.changes_for_writers(self.db_session, pep, document))
        return self.page("pep/peps/changes.html", pep=pep, document=document, has_before=bool(before), since=since,
                         parts=differences(document, before, is_open=pep.status in pep_page.OPEN))
