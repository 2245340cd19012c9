"""What is another in a PEP than last term, and than when it was sent back. A mixin of views/peps.py.

What came before is pep_document's and the history's; how an answer reads in words is section_forms.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.pep_document import answers_before, read_document
from pep_admin.pep_form import Document
from pep_admin.permissions import Permission, audience_for
from pep_admin.views import pep_page
from pep_admin.views.section_forms import in_words

if TYPE_CHECKING:
    from pep_admin.views.base import PepModelView as Base
else:
    Base = object

CHANGED, NEW, GONE, WAITS = "Changed", "New", "Not answered any more", "The same, not yet said to be still right"


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
    """What of a part is another than last term, by section title, and how many answers are the same."""

    title: str
    sections: tuple[tuple[str, str, tuple[Difference, ...]], ...]
    same: int


def differences(document: Document, before: Mapping[str, Any]) -> list[PartChanges]:
    """By part: the answers that differ from last term's, each section by key and title. What was asked neither time is left out."""
    found = []
    for part in document.form.parts:
        told = [(section, _of(document, section.fields, before)) for section in part.sections]
        differing = tuple((section.key, section.title, tuple(each for each in lines if each.state)) for section, lines in told)
        same = sum(not each.state for _, lines in told for each in lines)
        found.append(PartChanges(part.title, tuple(each for each in differing if each[2]), same))
    return found


def _of(document: Document, fields: Sequence[Any], before: Mapping[str, Any]) -> list[Difference]:
    lines = []
    for field in fields:
        was, value = before.get(field.key), document.answer(field.key)
        if not document.asked(field) or (was is None and value is None):
            continue
        old, new = in_words(document, field, was), in_words(document, field, value)
        lines.append(Difference(field.key, field.label, old, new, _state(was, value, old == new, field.key in document.carried)))
    return lines


def _state(was: Any, value: Any, same: bool, carried: bool) -> str:
    """What became of an answer; "" where it is the same and somebody has said so."""
    if same:
        return WAITS if carried else ""
    if was is None:
        return NEW
    return GONE if value is None else CHANGED


class ChangePages(Base):
    """The page of what changed."""

    _pep: Any

    @expose("/changes/")
    def changes(self) -> ResponseReturnValue:
        """What is another than last term, by part; for those who read histories, what was done since it was sent back too."""
        pep = self._pep()
        audience = audience_for(self.actor, pep.child)
        document = read_document(self.db_session, pep, audience=audience)
        before = answers_before(self.db_session, document)
        since = pep_page.changes_since_return(self.db_session, pep, audience) if self.may(Permission.HISTORY_READ) else None
        return self.page("pep/peps/changes.html", pep=pep, document=document, has_before=bool(before), since=since,
                         parts=differences(document, before))
