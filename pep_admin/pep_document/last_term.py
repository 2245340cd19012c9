"""The PEP before: what comes over from it into a new one (HB-1.6), what stands beside a box, and what a PEP is compared with.

Which PEP that is, and whatever is read past the scope, is queries/last_term.py's; what a comparison means is the validators'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin import queries
from pep_admin.models import PARTS, Attainment, Pep, Wording
from pep_admin.pep_document.reading import value_of
from pep_admin.pep_document.shelf import Shelf, answers_shelf, form_of
from pep_admin.pep_document.values import normal, stored
from pep_admin.pep_form import Document, Field, Form, Kind
from pep_admin.validators.alike import mark_of
from pep_admin.validators.last_term import LastTerm, names_to_look_up
from pep_admin.vocabulary import Part

KEPT_AS_JSON = ("answers", "sensitive_answers")
ATTAINMENT = "attainment"
COMPARED_ROWS = ("Attainment",)
"""Tables whose last rows stand beside the new ones; their rows never come over."""
MANY = 1_000
"""PEPs that are opened with one statement a table."""


@dataclass(frozen=True, slots=True)
class Before:
    """The PEP that another one starts from, with the shelf of its answers."""

    pep: Pep
    shelf: Shelf

    def value(self, found: Field) -> Any:
        """Its answer to a field of the newer form; None where it was not asked in the same way, or is no choice any more."""
        old = form_of(self.pep.form_version)
        same = next((each for each in old.fields() if each.key == found.key), None)
        if same is None or (same.kind, same.store) != (found.kind, found.store):
            return None
        value = normal(same, value_of(self.pep, same, Part(old.part_of(same.key)), self.shelf))
        codes = {code for code, _ in found.choices}
        chosen = {value} if found.kind is Kind.ONE_OF else set(value or ()) if found.kind is Kind.MANY_OF else set()
        return value if chosen <= codes else None


def _befores(session: Session, earlier_of: Mapping[int, Sequence[int]], tables: Iterable[str] = ()) -> dict[int, Before]:
    """By PEP id the one before it, of those before each, the newest first; those that start from none are left out."""
    followed = {pep_id: ids[0] for pep_id, ids in earlier_of.items() if ids}
    if not followed:
        return {}
    wanted = select(Pep).where(Pep.id.in_(set(followed.values()))).options(joinedload(Pep.form_version))
    found = {pep.id: pep for pep in session.scalars(wanted)}
    shelf = answers_shelf(session, list(found.values()), tables)
    return {pep_id: Before(found[before], shelf) for pep_id, before in followed.items() if before in found}


# --- opening -----------------------------------------------------------------------------------------------------------


def open_parts(session: Session, peps: Sequence[Pep]) -> None:
    """Give new PEPs their three parts, with what comes over from the PEP before each by the declaration (HB-1.6)."""
    for start in range(0, len(peps), MANY):
        some = peps[start : start + MANY]
        before = _befores(session, queries.peps_before(session, {pep.id for pep in some}))
        for pep in some:
            form = form_of(pep.form_version)
            for part, model in PARTS.items():
                session.add(model(pep=pep, **_over(form, part, before.get(pep.id))))
        session.flush()


def _over(form: Form, part: Part, before: Before | None) -> dict[str, Any]:
    """The columns of a new part: what is copied, and the keys of what waits for somebody to say that it is still right."""
    columns: dict[str, Any] = {store: {} for store in KEPT_AS_JSON} | {"carried": []}
    for found in form.fields(part.value) if before else ():
        if found.carry == "blank" or found.store not in KEPT_AS_JSON:
            continue
        value = before.value(found) if before else None
        if value is not None:
            columns[found.store][found.key] = stored(found, value)
            columns["carried"] += [found.key] if found.carry == "confirm" else []
    return columns


# --- beside the boxes, and for the checks ------------------------------------------------------------------------------


def answers_before(session: Session, document: Document) -> dict[str, Any]:
    """Last term's answers to what this document asks of its reader, by key; {} where there is no PEP before."""
    earlier = queries.peps_before(session, {document.pep_id})
    found = _befores(session, earlier, COMPARED_ROWS).get(document.pep_id)
    return _answers(found, document) if found else {}


def with_judgements_before(session: Session, documents: Mapping[int, Document]) -> dict[int, Document]:
    """The documents with last term's judgements beside their own (P2.42), where they ask for attainment; in two statements however
    many."""
    asking = {pep_id for pep_id, each in documents.items() if ATTAINMENT in each.answers}
    last = {pep_id: ids[0] for pep_id, ids in queries.peps_before(session, asking).items() if ids} if asking else {}
    said: dict[int, dict[str, str]] = defaultdict(dict)
    wanted = select(Attainment.pep_id, Attainment.subject, Attainment.current).where(Attainment.pep_id.in_(set(last.values())))
    for pep_id, subject, current in session.execute(wanted.order_by(Attainment.position, Attainment.id)) if last else ():
        said[pep_id][subject] = current
    return {pep_id: replace(each, judged_before=said.get(last.get(pep_id, 0), {})) for pep_id, each in documents.items()}


def judged(rows: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
    """By subject what those lines judge it to be."""
    return {row["subject"]: row["current"] for row in rows or () if row.get("subject") and row.get("current")}


def compare(session: Session, documents: Mapping[int, Document]) -> dict[int, LastTerm]:
    """What each of those documents is compared with, read with the eyes of the rules; a fixed number of statements however many."""
    earlier = queries.peps_before(session, documents)
    before = _befores(session, earlier, COMPARED_ROWS)
    outcomes = queries.outcomes_of(session, {each for ids in earlier.values() for each in ids}) if before else {}
    copied = queries.places_copied(session, documents)
    words = {pep_id: names_to_look_up(document) for pep_id, document in documents.items()}
    names = queries.names_at_school(session, words)
    return {
        pep_id: LastTerm(
            answers=_answers(before[pep_id], document) if pep_id in before else {},
            outcomes=tuple(outcomes.get(each, ()) for each in earlier.get(pep_id, ())),
            copied=copied.get(pep_id, frozenset()),
            names=names[pep_id],
        )
        for pep_id, document in documents.items()
    }


def is_compared(found: Field) -> bool:
    """Whether last term's answer to that question is read at all. Figures, people of a meeting, its day and the child's SDQ totals
    are each term's own: that there are none of last term's beside them says nothing."""
    return found.store in {*KEPT_AS_JSON, *(f"rows:{name}" for name in COMPARED_ROWS)}


def _answers(before: Before, document: Document) -> dict[str, Any]:
    """To the questions of that document alone, which holds no other than its reader may see."""
    asked = (found for found in document.form.fields() if is_compared(found) and found.key in document.answers)
    return {found.key: value for found in asked if (value := before.value(found)) is not None}


# --- marks of wordings -------------------------------------------------------------------------------------------------


def keep_marks(session: Session, pep: Pep, texts: Mapping[str, str | None]) -> None:
    """Keep the mark of each of those texts of the PEP, by its place; of a text that is gone or short none is kept.

    Other words get a row of their own, so that of two equal marks the later row is of who wrote later.
    """
    names = [name for name in (pep.child.first_name, pep.child.last_name, pep.child.known_as) if name]
    own = select(Wording).where(Wording.pep_id == pep.id, Wording.place.in_(list(texts)))
    standing = {each.place: each for each in session.scalars(own)}
    for place, text in texts.items():
        mark, row = mark_of(text, names), standing.get(place)
        if row is not None and row.mark == mark:
            continue
        if row is not None:
            session.delete(row)
            session.flush()
        if mark is not None:
            session.add(Wording(pep_id=pep.id, place=place, mark=mark))
    session.flush()
