"""What a PEP has in common with the one before it, and with another child's: what came over and waits, words that come again.

All but the confirmation of Part 1 and a PEP that was sent back are warnings, for a child may say the same again. No message quotes
what somebody else wrote, nor says whose it is; names and words that it does quote were typed in this PEP.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pep_admin.circumstances import CHILD_VOICE, said
from pep_admin.deadlines import format_day, format_long
from pep_admin.pep_form import Document, Field, Kind, TargetFacts, TargetReviewFacts
from pep_admin.school_calendar import add_working_days
from pep_admin.validators.alike import (
    Outcome,
    judgements_stand_still,
    names_in_subject,
    sounds_adult,
    voice_comes_again,
    words_of,
)
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import Calendar, day_of
from pep_admin.validators.reopening import BESIDE, may_be_named
from pep_admin.vocabulary import Part, Phase, TargetNext

MEETING_NEAR = 5  # HB-1.6: working days before the meeting from which Part 1 should be up to date
ADULT_VOICES = {"carer_voice": "The carer's", "social_worker_voice": "The social worker's"}
VOICES = (*CHILD_VOICE, *ADULT_VOICES)
"""Fields whose words are to be this child's plan's alone."""
GOES_ON = (TargetNext.KEEP, TargetNext.CHANGE)
"""What the review of a last target says where there is to be a target of it in this PEP, as it stood or changed (HB-5.7)."""
_NUMBER = {Part.SOCIAL_CARE: "Part 1", Part.EDUCATION: "Part 2", Part.MEETING: "Part 3"}


def place_of_target(target_id: int) -> str:
    """What the mark of a target's outcome stands under."""
    return f"target-{target_id}"


def still_to_write(document: Document) -> list[TargetReviewFacts]:
    """The last targets that were kept, or are to be changed, and do not stand among the targets of this PEP yet (HB-5.7)."""
    written = {each.kept_from for each in document.targets}
    return [each for each in document.reviews if each.next in GOES_ON and each.target_id not in written]


@dataclass(frozen=True, slots=True)
class LastTerm:
    """What one PEP is compared with.

    `answers`: of the PEP before, by key, {} where there is none. `outcomes`: of the targets of every PEP before, PEP by PEP, the
    newest first. `copied`: places of this PEP (keys of fields, `place_of_target`) whose words stand in another child's. `names`:
    words of `names_to_look_up` that are another child's first name.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    outcomes: tuple[tuple[str, ...], ...] = ()
    copied: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def check_last_term(
    document: Document, part: Part, last: LastTerm, *, today: date, calendar: Calendar, unfilled: bool
) -> Iterator[Finding]:
    """Everything that a comparison has to say of one part. `unfilled`: a required answer of it is missing."""
    yield from _carried(document, part)
    if part is Part.SOCIAL_CARE:
        yield from _before_the_meeting(document, today, calendar, unfilled=unfilled)
    elif part is Part.EDUCATION:
        yield from _child_voice(document, last)
        if judgements_stand_still(document.rows("attainment"), last.answers.get("attainment") or ()):
            yield _warning("RD-218", "HB-4.9", "attainment", "Every judgement is the same as last term. Is that so?")
        yield from _targets(document, last)
        yield from _names(document, last)
    else:
        yield from _adult_voices(document, last)


def check_sent_back(document: Document) -> list[Finding]:
    """RD-003 (blocking): the Virtual School asked for changes, and there are none (HB-7.1): in the whole, or in what it named."""
    if (on := day_of(document.sent_back_at)) is None:
        return []
    if not document.unchanged:
        message = f"The Virtual School sent this PEP back for changes on {format_day(on)}, and nothing in it has changed since."
        return [Finding("RD-003", "HB-7.1", "", message)]
    named = may_be_named(document.form)
    return [Finding("RD-003", "HB-7.1", field, part=named[key][0].value, message=(
        f"The Virtual School asked for changes in “{named[key][1]}” on {format_day(on)}, and nothing there has changed yet."))
        for key in document.unchanged if (field := _leads_to(document, key))]


def _leads_to(document: Document, key: str) -> str:
    """The question at which what was named begins; "" where nothing there is asked any more, and so nothing can be changed."""
    if key in BESIDE:
        return "requests" if key == "money" else key
    return next((found.key for found in document.fields() if document.form.section_of(found.key).key == key), "")


def _warning(check: str, code: str, key: str, message: str, row: str = "") -> Finding:
    return Finding(check, code, key, message, "warning", row=row)


# --- what came over ----------------------------------------------------------------------------------------------------


def _carried(document: Document, part: Part) -> Iterator[Finding]:
    """RD-004 (warning) names the pages where answers wait; for Part 1 they are its confirmation (RD-101, blocking)."""
    waiting = [found for found in document.fields(part.value) if found.key in document.carried]
    if not waiting:
        return
    if part is Part.SOCIAL_CARE:
        message = "Part 1 is not confirmed for this term. Read what came over; press “All still right” on each page, or change it."
        yield Finding("RD-101", "HB-1.6", waiting[0].key, message)
    pages = dict.fromkeys(document.form.section_of(found.key).title for found in waiting)
    count, they = ("1 answer", "it is") if len(waiting) == 1 else (f"{len(waiting)} answers", "they are")
    where = f"{count} of {_NUMBER[part]} came over from last term and nobody has said that {they} still right"
    message = f"{where}: {', '.join(pages)}."
    yield _warning("RD-004", "HB-1.6", waiting[0].key, message)


def _before_the_meeting(document: Document, today: date, calendar: Calendar, *, unfilled: bool) -> Iterator[Finding]:
    """The meeting is five working days off or nearer, and Part 1 is not up to date (HB-1.6)."""
    meeting_on = day_of(document.meeting_at)
    waiting = next((found.key for found in document.fields(Part.SOCIAL_CARE.value) if found.key in document.carried), "")
    if meeting_on is None or meeting_on < today or not (waiting or unfilled):
        return
    if meeting_on <= add_working_days(today, MEETING_NEAR, calendar.is_working_day):
        when = "today" if meeting_on == today else f"on {format_long(meeting_on)}"
        message = f"The meeting is {when}, and Part 1 is not up to date. Please bring it up to date before then."
        yield _warning("MEET-part1", "HB-1.6", waiting, message)


# --- voices ------------------------------------------------------------------------------------------------------------


def _child_voice(document: Document, last: LastTerm) -> Iterator[Finding]:
    name, now = document.child.called, _spoken(document, CHILD_VOICE)
    if again := voice_comes_again(now, _spoken_before(last, CHILD_VOICE).values()):
        message = f"{name}'s answers are almost the same as last term's. See both; is this what they said now?"
        yield _warning("RD-203", "HB-4.6", again, message)
    seen = document.phase == Phase.EARLY_YEARS or "play" in (document.answer("voice_how") or ())  # somebody watched, and says so
    if adult := next((key for key, text in now.items() if not seen and sounds_adult(text, document.child.names)), ""):
        message = f"This reads like an adult describing {name}. If they said it, write it as they did; if you saw it, say so."
        yield _warning("RD-206", "HB-4.6", adult, message)
    for key in now:
        yield from check_copied(f"“{document.form.field(key).label}”", key, "HB-4.6", name=name, elsewhere=key in last.copied)


def _adult_voices(document: Document, last: LastTerm) -> Iterator[Finding]:
    for key, whose in ADULT_VOICES.items():
        now = _spoken(document, (key,))
        if now and voice_comes_again(now, _spoken_before(last, (key,)).values()):
            message = f"{whose} words are almost the same as last term's. See both; is this what they say now?"
            yield _warning("RD-310", "HB-4.6", key, message)
        if now:
            yield from check_copied(f"{whose} view", key, "HB-4.6", name=document.child.called, elsewhere=key in last.copied)


def _spoken(document: Document, keys: Sequence[str]) -> dict[str, str]:
    return {key: str(text) for key in keys if said(text := document.answer(key))}


def _spoken_before(last: LastTerm, keys: Sequence[str]) -> dict[str, str]:
    return {key: str(text) for key in keys if said(text := last.answers.get(key))}


# --- targets -----------------------------------------------------------------------------------------------------------


def check_copied(
    what: str, key: str, code: str, *, name: str, elsewhere: bool, last_term: bool = False, row: str = ""
) -> list[Finding]:
    """Warnings where words are another child's, or those of a target of last term; it never says whose or quotes them."""
    found = []
    if elsewhere:
        message = f"{what} stands word for word in another child's PEP. Was it copied? Make it {name}'s own."
        found.append(_warning("COPY-other", code, key, message, row))
    if last_term:
        message = f"{what} is last term's again. If it goes on, say so in the review of the last targets; else take the next step."
        found.append(_warning("COPY-last", code, key, message, row))
    return found


def _targets(document: Document, last: LastTerm) -> Iterator[Finding]:
    kept = [Outcome.of(review.wording) for review in document.reviews if review.next == TargetNext.KEEP]
    earlier = [[Outcome.of(each) for each in outcomes] for outcomes in last.outcomes]
    for target in document.targets:
        now = Outcome.of(target.outcome)
        before = [any(now.is_again(each) for each in outcomes) for outcomes in earlier]
        goes_on = any(now.is_again(each) for each in kept)
        # Beside a PEP of this term that was not sent yet there is no review in which it could be said.
        is_last = before[:1] == [True] and sum(before) == 1 and not goes_on and bool(document.reviews)
        if sum(before) > 1:
            again = {2: "third", 3: "fourth"}.get(sum(before), f"{sum(before) + 1}th")
            message = f"Target {target.number} comes back for the {again} time. Smaller steps may help."
            yield _warning("RD-233", "HB-5.2", "outcome", message, str(target.id))
        yield from check_copied(
            f"Target {target.number}", "outcome", "HB-5.2", name=document.child.called, row=str(target.id),
            elsewhere=place_of_target(target.id) in last.copied, last_term=is_last,
        )


# --- names -------------------------------------------------------------------------------------------------------------


def _names(document: Document, last: LastTerm) -> Iterator[Finding]:
    """RD-234: a first name that is another child's stands where this child's would. Each name once."""
    people, told = _people(document), set[str]()
    for key, row, where, texts in _places(document):
        for name in names_in_subject(texts):
            if name in last.names and name.casefold() not in people and name not in told:
                told.add(name)
                message = f"“{name}” in {where} is not {document.child.called}'s name. Was it copied from another plan?"
                yield _warning("RD-234", "HB-5.2", key, message, row)


def names_to_look_up(document: Document) -> frozenset[str]:
    """Words of Part 2 that would be a first name of somebody, and are nobody's who has to do with this PEP."""
    people = _people(document)
    found = (name for _, _, _, texts in _places(document) for name in names_in_subject(texts))
    return frozenset(name for name in found if name.casefold() not in people)


_OF_OTHERS_TOO = frozenset({*CHILD_VOICE, "child_voice_attempts", "hopes", "long_term_hopes", "friends_and_bullying", "say_for_me"})


def _places(document: Document) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """(key, row, where in words, texts) that tell of this child alone: not what people say, who speak of friends too."""
    for target in document.targets:
        yield "outcome", str(target.id), f"target {target.number}", _texts(target)
    for found in document.fields(Part.EDUCATION.value):
        text = document.answer(found.key)
        if found.kind is Kind.PARA and _tells_of_the_child(found) and said(text):
            yield found.key, "", f"“{found.label}”", (text,)


def _tells_of_the_child(found: Field) -> bool:
    """Nothing withheld, and nothing in which the child or others speak, who have friends with names."""
    return found.store == "answers" and "S" not in found.hide and found.key not in _OF_OTHERS_TOO


def _texts(target: TargetFacts) -> tuple[str, ...]:
    return (target.outcome, target.need, target.baseline, target.success_measure, target.child_wording)


def _people(document: Document) -> frozenset[str]:
    """Every word of the names of those who have to do with the PEP."""
    child = document.child
    names = [*child.names, child.social_worker, child.carer, document.school, document.writer]
    names += [target.support_who for target in document.targets]
    for found in document.form.fields():
        value = document.answer(found.key)
        if found.kind is Kind.LINE:
            names.append(value or "")
        elif found.kind is Kind.ROWS:
            names += [str(row.get(column.key) or "") for row in value or () for column in found.columns if column.kind is Kind.LINE]
    return frozenset(word for name in names for word in words_of(name))
