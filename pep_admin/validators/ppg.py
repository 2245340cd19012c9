"""Pupil Premium money: what may be asked for (HB-6.1 to 6.6) and what may be paid out (HB-6.7, HB-4.6).

The facts come in as frozen values; who counts them, reserves and pays is workflow's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pep_admin.circumstances import explained, said
from pep_admin.money import format_pounds
from pep_admin.policy import BARRED, BARRED_WORDS, is_satisfactory
from pep_admin.validators.findings import Finding
from pep_admin.validators.names import holds_name
from pep_admin.validators.ppg_requests import Unspent, check_doubts, check_stage, words_pattern
from pep_admin.validators.waivers import VOICE_CHECKS
from pep_admin.validators.wording import left_open
from pep_admin.vocabulary import Grade, PepStatus, PpgCategory, PpgStatus, Scheme
from pep_admin.year_words import SatisfactoryGrades


@dataclass(frozen=True, slots=True)
class PpgFacts:
    """What the money of one request depends on; money in pence.

    `term_cap_pence` is None where only a year's cap holds (post-16). `term_taken_pence` and `year_taken_pence` are what the
    child's other requests hold across every school and PEP (drafts of the same PEP, reserved and released), without this one.
    `drafts_pence` is what of that other drafts of this PEP only ask for. `has_target` says whether the target of the request stands
    in the same PEP. `child_names` are this child's own. `unspent` is what the PEPs of this term say is left of earlier money.
    `elsewhere_pence` is what of the term (after 16 of the year) the requests of the child's other PEPs hold.
    `year_group` is the one that the PEP was opened with.
    """

    scheme: Scheme
    term_label: str
    year_label: str
    term_cap_pence: int | None
    year_cap_pence: int
    term_taken_pence: int
    year_taken_pence: int
    has_target: bool
    drafts_pence: int = 0
    child_names: tuple[str, ...] = ()
    unspent: tuple[Unspent, ...] = ()
    elsewhere_pence: int = 0
    year_group: str = ""

    @property
    def span(self) -> str:
        """Over what the money is counted out to the child: a term, after 16 a year."""
        return "year" if self.term_cap_pence is None else "term"

    @property
    def span_label(self) -> str:
        return self.year_label if self.term_cap_pence is None else self.term_label

    @property
    def span_cap_pence(self) -> int:
        return self.year_cap_pence if self.term_cap_pence is None else self.term_cap_pence

    @property
    def year_is_tighter(self) -> bool:
        """Whether the year leaves less than the term would."""
        taken = self.year_taken_pence if self.term_cap_pence is None else self.term_taken_pence
        return self.left_pence < self.span_cap_pence - taken

    @property
    def left_pence(self) -> int:
        """What may still be asked for now: the tighter of the two caps, never below nothing; 0 in early years (HB-6.3)."""
        if self.scheme is Scheme.EARLY_YEARS:
            return 0
        year = self.year_cap_pence - self.year_taken_pence
        term = year if self.term_cap_pence is None else self.term_cap_pence - self.term_taken_pence
        return max(0, min(term, year))


class RequestLike(Protocol):
    """What check_request reads; the PpgRequest row, RequestFacts and a form's values fit."""

    @property
    def category(self) -> PpgCategory | str: ...
    @property
    def description(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def unit_cost_pence(self) -> int: ...
    @property
    def amount_pence(self) -> int: ...
    @property
    def target_id(self) -> int | None: ...
    @property
    def payee(self) -> str: ...


def check_request(request: RequestLike, *, facts: PpgFacts) -> list[Finding]:
    """Every finding on one request (RD-401 to RD-410, PPG-…). In early years the refusal of HB-6.3 stands alone.

    Whether all that is asked always stands there is ppg_requests.check_whole's, before the PEP is sent.
    """
    if facts.scheme is Scheme.EARLY_YEARS:
        return [Finding("RD-404", "HB-6.3", "", "Nursery children's money comes from the Early Years Team.")]
    return [
        *_serves_a_target(request, facts),
        *_costed(request),
        *_within_caps(request.amount_pence or 0, facts),
        *_allowed(request, facts),
        *check_stage(request.category, facts.year_group),
        *_described(request),
        *check_doubts(request, scheme=facts.scheme, year=facts.year_label, unspent=facts.unspent),
    ]


def _serves_a_target(request: RequestLike, facts: PpgFacts) -> Iterator[Finding]:
    if request.target_id is None or not facts.has_target:
        message = f"“{_item(request)}” is not tied to a target of this PEP. Choose the target that it serves."
        yield Finding("RD-401", "HB-6.5", "target_id", message)


def whole_amount(quantity: int | None, unit_cost_pence: int | None, amount_pence: int | None) -> int | None:
    """The amount of a request as it is said; where its box is empty, so many times what one costs (HB-6.6), once both are there."""
    total = max(quantity or 0, 0) * max(unit_cost_pence or 0, 0)
    return amount_pence if amount_pence is not None else total or None


def _costed(request: RequestLike) -> Iterator[Finding]:
    """RD-402, each missing piece once (a form may leave one empty); the sum itself only when its pieces are there."""
    quantity, unit_cost, amount = request.quantity or 0, request.unit_cost_pence or 0, request.amount_pence or 0
    if quantity < 1:
        yield Finding("RD-402", "HB-6.6", "quantity", "Enter how many, as a whole number from 1 on.")
    if unit_cost < 1:
        yield Finding("RD-402", "HB-6.6", "unit_cost", "Enter what one costs, at least one penny.")
    if amount < 1:
        yield Finding("RD-402", "HB-6.6", "amount", "The amount has to be more than nothing.")
    elif quantity > 0 and unit_cost > 0 and quantity * unit_cost != amount:
        total = f"{quantity} × {format_pounds(unit_cost)} is {format_pounds(quantity * unit_cost)}"
        message = f"“{_item(request)}”: {total}, not {format_pounds(amount)}."
        yield Finding("RD-402", "HB-6.6", "amount", message)


def _within_caps(pence: int, facts: PpgFacts) -> Iterator[Finding]:
    beside = " beside what else is asked for here" if facts.drafts_pence else ""
    for span, cap, taken in _spans(facts):
        total = taken + pence
        if total > cap:
            message = (
                f"That makes {format_pounds(total)} for this child {span}; {format_pounds(cap)} is the limit and "
                f"{format_pounds(max(0, cap - taken))} is left{beside}."
            )
            yield Finding("RD-403", _cap_rule(facts), "amount", message)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What the money of a request comes to while it is written: the sum of its pieces in pence (None while one is missing), in
    sentences that and what would be left, and what is wrong so far."""

    sum_pence: int | None
    said: tuple[str, ...]
    findings: tuple[Finding, ...]


def work_out(request: RequestLike, *, facts: PpgFacts) -> WorkedOut:
    """What check_request says of cost, limits and category, without the pieces that are still None; an amount that is None is taken
    to be the sum."""
    if facts.scheme is Scheme.EARLY_YEARS:
        return WorkedOut(None, (), tuple(check_request(request, facts=facts)))
    typed: Mapping[str, int | None] = {"quantity": request.quantity, "unit_cost": request.unit_cost_pence,
                                       "amount": request.amount_pence}
    quantity, unit_cost = request.quantity or 0, request.unit_cost_pence or 0
    total = quantity * unit_cost if quantity > 0 and unit_cost > 0 else None
    pence = total if typed["amount"] is None else typed["amount"]
    said = [f"{quantity} × {format_pounds(unit_cost)} is {format_pounds(total)}."] if total is not None else []
    if pence and pence <= facts.left_pence:
        said.append(f"With this row, {format_pounds(facts.left_pence - pence)} of {format_pounds(facts.span_cap_pence)} is left in "
                    f"{facts.span_label}.")
    wrong = (*(each for each in _costed(request) if typed[each.field] is not None), *_within_caps(pence or 0, facts),
             *check_barred(request), *check_stage(request.category, facts.year_group))
    return WorkedOut(total, tuple(said), wrong)


class Counted(Protocol):
    """What asked_pence reads; the PpgRequest row and RequestFacts fit."""

    @property
    def amount_pence(self) -> int: ...
    @property
    def status(self) -> PpgStatus | str: ...


def asked_pence(requests: Iterable[Counted]) -> int:
    """What is asked for in all: drafts too, but nothing that was declined or taken away."""
    return sum(each.amount_pence for each in requests if each.status not in (PpgStatus.DECLINED, PpgStatus.WITHDRAWN))


def check_grant(pence: int, *, facts: PpgFacts) -> list[Finding]:
    """RD-403 once more when money is approved: a limit that was lowered since it was asked for holds from then on.

    `facts` count as taken what is approved and what is released, not what others ask for.
    """
    return [
        Finding("RD-403", _cap_rule(facts), "amount",
                f"With this, {format_pounds(taken + pence)} would be approved for this child {span}; {format_pounds(cap)} is the "
                f"limit now and {format_pounds(max(0, cap - taken))} is left. Approve less, or decline it.")
        for span, cap, taken in _spans(facts) if taken + pence > cap
    ]


def _spans(facts: PpgFacts) -> Iterator[tuple[str, int, int]]:
    """Each limit that holds: over what time, in words, its pence, and what of it is taken."""
    if facts.term_cap_pence is not None:
        yield f"in {facts.term_label}", facts.term_cap_pence, facts.term_taken_pence
    yield f"in the academic year {facts.year_label}", facts.year_cap_pence, facts.year_taken_pence


def _cap_rule(facts: PpgFacts) -> str:
    return "HB-6.2" if facts.scheme is Scheme.POST_16 else "HB-6.1"


def check_barred(request: RequestLike) -> list[Finding]:
    """RD-405 (blocking): a category that the grant never pays for, whoever gives it."""
    barred = {category.value: kind for category, kind in BARRED.items()}.get(str(request.category))
    return [Finding("RD-405", "HB-6.4", "category", f"The grant cannot pay for {barred}.")] if barred else []


def _allowed(request: RequestLike, facts: PpgFacts) -> Iterator[Finding]:
    if barred := check_barred(request):
        yield from barred
        return
    others = {name: str(getattr(request, name, "") or "") for name in ("provider", "unit", "payee", "beyond_ordinary")}
    yield from check_texts(request.description, others, child_names=facts.child_names)


def check_texts(description: str, others: Mapping[str, str], *, child_names: Sequence[str]) -> list[Finding]:
    """What to look at in the words of a request, each a warning: spending that sounds barred, a child's name.

    `others` are its further texts by field. A payee is not masked for finance, who must know whom to pay.
    """
    found = []
    told = set()
    for field, text in {"description": description, **others}.items():
        for word, kind in sounds_barred(text):
            if kind not in told:
                told.add(kind)
                message = f"“{word}” sounds like {kind}, which the grant cannot pay for. Say what it is for, or change it."
                found.append(Finding("RD-406", "HB-6.4", field, message, "warning"))
    for field, text in {"description": description, **others}.items():
        if field == "payee" and sum(holds_name(text, (name,)) for name in child_names) > 1:
            message = "This is the child's own name, and finance reads whom to pay. Name the school or the provider if you can."
            found.append(Finding("PPG-name", "DATA-finance", field, message, "warning"))
        elif field != "payee" and holds_name(text, child_names):
            message = "The child's name stands here. Finance reads this and need not know whom it is for: write “the child”."
            found.append(Finding("PPG-name", "DATA-finance", field, message, "warning"))
    return found


def _described(request: RequestLike) -> Iterator[Finding]:
    if not said(request.description):
        yield Finding("RD-402", "HB-6.6", "description", "Say what exactly is paid for, like “weekly hours of maths tuition”.")
    elif left_in := left_open(request.description):
        message = f"There is still a blank or a choice left in: “{left_in}”. Say what exactly is paid for."
        yield Finding("RD-402", "HB-6.6", "description", message)
    if not said(request.unit):
        yield Finding("RD-402", "HB-6.6", "unit", "Say what is counted: hours, sessions, items, places.")
    if not said(request.payee):
        yield Finding("PPG-payee", "HB-6.7", "payee", "Say who is to be paid: the school, or the provider's name.")


def _item(request: RequestLike) -> str:
    return request.description.strip() or "This request"


def sounds_barred(description: str) -> list[tuple[str, str]]:
    """Words of a description that sound like barred spending, each with its kind; the first word of each kind only."""
    plain = unicodedata.normalize("NFKC", description).replace("-", " ").replace("P.E.", "PE").replace("p.e.", "pe")
    found = ((pattern.search(plain), kind) for kind, pattern in _SOUNDS.items())
    return [(match.group(), kind) for match, kind in found if match]


_SOUNDS = {kind: words_pattern(words) for kind, words in BARRED_WORDS.items()}


# --- release -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What paying out one approved request depends on.

    `approved_by` and `releaser_id` are actor ids. `alone_reason` is the head's reason for releasing what they approved
    themselves. `voices_missing` as peps.voices_missing gives it. `school_left`: the school that is paid, where it was the child's
    and is so no more.
    """

    pep_status: PepStatus
    grade: Grade | None
    satisfactory_grades: SatisfactoryGrades
    request_status: PpgStatus
    approved_by: str | None
    releaser_id: str
    releaser_is_head: bool
    alone_reason: str
    child_in_care: bool
    payee_has_finance_reference: bool
    voices_missing: tuple[str, ...]
    school_left: str = ""


def check_release(facts: ReleaseFacts) -> list[Finding]:
    """Everything that holds one payment back, each blocking, with its rule; a voice under its own check of the readiness list. One
    is a warning: REL-moved, that the school which is paid is no longer the child's.
    """
    return [*_request_is_due(facts), *_pep_allows(facts), *_two_people(facts), *_payee_and_child(facts)]


def _held(check: str, code: str, message: str) -> Finding:
    return Finding(check, code, "", message)


def _request_is_due(facts: ReleaseFacts) -> Iterator[Finding]:
    if facts.request_status is PpgStatus.RELEASED:
        yield _held("REL-status", "HB-6.7", "This money has been released already. Nothing was released again.")
    elif facts.request_status is not PpgStatus.APPROVED:
        yield _held("REL-status", "HB-6.7", f"Only an approved request can be released; this one is {_lower(facts)}.")


def _lower(facts: ReleaseFacts) -> str:
    return facts.request_status.label.lower()


def _pep_allows(facts: ReleaseFacts) -> list[Finding]:
    return check_pep_pays(status=facts.pep_status, grade=facts.grade, satisfactory_grades=facts.satisfactory_grades,
                          voices_missing=facts.voices_missing)


def check_pep_pays(
    *, status: PepStatus, grade: Grade | None, satisfactory_grades: SatisfactoryGrades, voices_missing: Sequence[str]
) -> list[Finding]:
    """What of the PEP itself holds its money back: not signed off, not satisfactory (HB-6.7), or a voice missing (HB-4.6)."""
    found = []
    if status is not PepStatus.COMPLETE:
        found.append(_held("REL-complete", "HB-6.7", "The PEP is not signed off yet. The money waits until it is."))
    elif not is_satisfactory(grade, satisfactory_grades):
        graded = grade.label if grade else "not graded"
        message = f"The PEP is {graded}, which is not satisfactory. The money waits for a better one."
        found.append(_held("REL-satisfactory", "HB-6.7", message))
    waits = "The money waits until the words are there, or the head of the Virtual School lets it go without them."
    return found + [_held(VOICE_CHECKS[voice], "HB-4.6", f"The {voice}'s voice is missing from the PEP. {waits}")
                    for voice in voices_missing]


def _two_people(facts: ReleaseFacts) -> Iterator[Finding]:
    if facts.request_status is not PpgStatus.APPROVED:
        return
    if not facts.approved_by:
        yield _held("REL-two-people", "DATA-two-people", "Nobody is recorded as having approved this request.")
    elif facts.approved_by == facts.releaser_id and not (facts.releaser_is_head and explained(facts.alone_reason)):
        reason = "Say why you release it alone." if facts.releaser_is_head else "Please ask a colleague to release it."
        yield _held("REL-two-people", "DATA-two-people", f"You approved this request yourself. {reason}")


def _payee_and_child(facts: ReleaseFacts) -> Iterator[Finding]:
    if not facts.payee_has_finance_reference:
        yield _held("REL-payee", "DATA-payee", "The payee has no finance reference. Enter it on the school's page first.")
    if not facts.child_in_care:
        yield _held("REL-in-care", "DATA-in-care", "The child has left care. The money waits for the Virtual School to decide.")
    if facts.school_left:
        message = f"The child is no longer at {facts.school_left}, which this pays. Ask there what the money still does for the " \
                  "child; the approval can be withdrawn."
        yield Finding("REL-moved", "HB-6.7", "", message, "warning")
