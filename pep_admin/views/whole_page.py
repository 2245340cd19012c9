"""A PEP as one long page: every section that applies, each with its answers or, for who may write it, as its own form in place.

A form here is the section's own and is sent to the section's own address, so that saving, refusals, conflicts and drafts are the
same as there (views/peps.py). What one section shows is gathered here for both; how a field is drawn is section_forms.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.models import Draft, Pep
from pep_admin.pep_document import answers_before
from pep_admin.pep_form import Document, Section
from pep_admin.permissions import Permission
from pep_admin.queries.desk import previous_peps
from pep_admin.queries.drafts import drafts_of
from pep_admin.roll_lines import lines_of
from pep_admin.views import draft_pages, draft_places, pep_page, section_forms
from pep_admin.views.gate import PepView
from pep_admin.views.pep_words import LABELS, closed_because
from pep_admin.vocabulary import PepKind
from pep_admin.workflow.sections import writable

if TYPE_CHECKING:
    from pep_admin.views.base import PepModelView as Base
else:
    Base = object

WHOLE = "whole"
"""The word in a section's address that leads back here after saving."""


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part on the page: its card with states and signature, and by key what each of its sections shows."""

    card: pep_page.PartCard
    sections: Mapping[str, Mapping[str, Any]]

    @property
    def writes(self) -> bool:
        return any(each["writes"] for each in self.sections.values())


def questions(document: Document, section: Section, before: Mapping[str, Any]) -> list[section_forms.Question]:
    """What is asked on the page of a section; `before` are last term's answers."""
    return section_forms.questions(document, section, writable(document, section.fields), before)


def shown(
    view: PepView, pep: Pep, document: Document, section: Section, before: Mapping[str, Any], *, writes: bool,
    drafts: Mapping[str, Draft] | None = None,
) -> dict[str, Any]:
    """What the template of one section's body shows; `drafts` by place, where they were read for the whole page."""
    asked = questions(document, section, before) if writes else []
    page = draft_places.of_section(pep, section)
    pressed = draft_pages.ON_PAGE if drafts is None else WHOLE
    desk = draft_pages.desk(view, page, [each.field.key for each in asked], drafts, pressed)
    asked, desk = draft_pages.filled_in(asked, desk)
    return {"section": section, "writes": writes, "desk": desk, "questions": asked,
            "answers": section_forms.answered(document, section), "notes": pep_page.notes_for(view.db_session, document, section),
            "on_record": lines_of(document, section.key), "ways": _ways(view, pep, section),
            "came_from": _came_from(view, pep, document), "shut": (shut := pep_page.is_shut(pep, section)),
            "closed": closed_because(pep, shut=shut)}


def _came_from(view: PepView, pep: Pep, document: Document) -> str:
    """Where the answers came over from: last term, or the PEP before where that is one of the same term."""
    if pep.kind is PepKind.TERMLY or not document.carried:
        return "last term"
    before = previous_peps(view.db_session, [pep.id]).get(pep.id)
    return before.reference if before is not None and before.term_id == pep.term_id else "last term"


def _ways(view: PepView, pep: Pep, section: Section) -> list[tuple[str, str]]:
    """Where who reads this section may add to the record that it is read from, as (words, address)."""
    places = {"attendance": ("Record a suspension…", "pep_suspensions.add", Permission.SUSPENSION_EDIT),
              "responsibility": ("Record a consent…", "pep_consents.add", Permission.CONSENT_EDIT)}
    if section.key not in places:
        return []
    words, endpoint, permission = places[section.key]
    address = view.way_to(endpoint, child=pep.child_id) if view.may(permission) else None
    return [(words, address)] if address else []


def leads_to_whole() -> bool:
    """Whether the section that was asked for is to lead back to the long page."""
    return request.args.get("back") == WHOLE


def anchor(key: str) -> str:
    """Where the section of that key stands on the long page."""
    return f"s-{key}"


class WholePage(Base):
    """The long page."""

    _pep: Any
    _places: Any
    _waiving: Any

    @expose("/whole/")
    def whole(self) -> ResponseReturnValue:
        """The whole PEP on one page, part by part."""
        pep = self._pep()
        page = pep_page.gather(self.db_session, pep, self.actor, self.today)
        before = answers_before(self.db_session, page.document)
        drafts = {each.place: each for each in drafts_of(self.db_session, self.actor, pep.id)}
        parts = [self._part_shown(page, card, before, drafts) for card in page.cards]
        saved = request.args.get("saved", "")
        return self.page("pep/peps/whole.html", page=page, pep=pep, document=page.document, parts=parts, labels=LABELS,
                         saved=saved if any(saved in each.sections for each in parts) else "",
                         desk=next((each["desk"] for part in parts for each in part.sections.values() if each["writes"]), None),
                         place_of=self._places(page.document), **self._waiving(pep))

    def _part_shown(
        self, page: pep_page.PepPage, card: pep_page.PartCard, before: Mapping[str, Any], drafts: Mapping[str, Draft]
    ) -> PartShown:
        sections = [page.document.form.section(line.key)[1] for line in card.sections]
        writes = {each.key: pep_page.may_write(self.actor, page.pep, card.part, each) for each in sections}
        return PartShown(card, {each.key: shown(self, page.pep, page.document, each, before, writes=writes[each.key], drafts=drafts)
                                for each in sections})

    def back_to_whole(self, pep: Pep, section: Section) -> ResponseReturnValue:
        """To that section on the long page, where what was said of its saving is shown."""
        return self.back_to("whole", id=pep.id, saved=section.key, _anchor=anchor(section.key))
