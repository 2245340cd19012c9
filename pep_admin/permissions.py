"""Who may do what (the role table) and whose rows they may see (the scope), and the net that applies the scope to every query.

A new permission gets its name, its sentence and its roles here and nowhere else. No web and no verb stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Select, event, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria

from pep_admin.exceptions import NoActor, NotAllowed
from pep_admin.models import Child, OfChild, OfOwner, OfPep, OwnOrShared, Pep, School
from pep_admin.validators.reopening import is_open
from pep_admin.vocabulary import Audience, Part, Role


class Permission(StrEnum):
    """What can be done, each with the sentence a refusal is explained by."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Permission:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    DASHBOARD = "dashboard:read", "open the front page"
    CHILD_READ = "child:read", "read children's records"
    CHILD_EDIT = "child:edit", "change children's records"
    CASE_READ = "case:read", "read how the Virtual School rates a case"
    PERIOD_READ = "period:read", "read the lists of schools attended, homes and caseloads"
    HANDOVER_WRITE = "handover:write", "leave a hand-over note"
    SDQ_EDIT = "sdq:edit", "record SDQ totals"
    SUSPENSION_EDIT = "suspension:edit", "record suspensions"
    CONSENT_EDIT = "consent:edit", "record consents"
    SCHOOL_READ = "school:read", "read schools"
    SCHOOL_EDIT = "school:edit", "change schools"
    LEAD_ANSWER = "lead:answer", "say who the designated teacher of a school is"
    PERSON_READ = "person:read", "read the list of people"
    PERSON_EDIT = "person:edit", "change people"
    TERM_READ = "term:read", "read years and terms"
    TERM_EDIT = "term:edit", "change years and terms"
    TERM_LAUNCH = "term:launch", "launch a term"
    PEP_READ = "pep:read", "read PEPs"
    PEP_OPEN = "pep:open", "open a PEP for a child"
    PEP_EDIT = "pep:edit", "change who writes a PEP and when it is due"
    PEP_DELEGATE = "pep:delegate", "send PEPs to their writers"
    PEP_WRITE = "pep:write", "write a part of a PEP"
    PEP_SIGN = "pep:sign", "sign a part of a PEP"
    PEP_SIGN_FOR = "pep:sign_for", "sign a part for somebody else"
    PEP_SUBMIT = "pep:submit", "send a PEP to the Virtual School"
    PEP_GRADE = "pep:grade", "grade PEPs"
    PEP_REOPEN = "pep:reopen", "reopen a signed-off PEP"
    PEP_WITHDRAW = "pep:withdraw", "close a PEP that is not needed"
    PEP_PDF = "pep:pdf", "make the PDF of a PEP"
    GATE_WAIVE = "gate:waive", "let a PEP pass a gate"
    WAIVER_READ = "waiver:read", "read what the head let pass"
    ATTENDING_READ = "attending:read", "read whom the Virtual School should meet"
    ATTENDING_EDIT = "attending:edit", "say whom the Virtual School should meet"
    ATTENDING_ASK = "attending:ask", "ask the Virtual School to come to a meeting"
    ACTION_TICK = "action:tick", "tick off what was agreed at a meeting"
    DOCUMENT_READ = "document:read", "read documents kept with a child"
    DOCUMENT_WRITE = "document:write", "keep documents with a child"
    ALERT_READ = "alert:read", "read who is at risk of exclusion"
    ALERT_TELL = "alert:tell", "tell the Virtual School of a risk of exclusion"
    ALERT_ADVISE = "alert:advise", "record what the Virtual School advised on a risk of exclusion"
    DELIVERY_READ = "delivery:read", "read what mail was sent"
    DELIVERY_SEND = "delivery:send", "send mail again"
    CALL_NOTE = "call:note", "read and note what was said on the telephone"
    BOARD_READ = "board:read", "read the board of the term"
    WEEK_READ = "week:read", "read the questions of the week"
    QUESTION_KEEP = "question:keep", "keep questions under a name"
    TARGET_READ = "target:read", "read targets"
    TARGET_WRITE = "target:write", "write targets"
    REQUEST_READ = "request:read", "read Pupil Premium requests"
    REQUEST_WRITE = "request:write", "ask for Pupil Premium"
    REQUEST_DECIDE = "request:decide", "approve or decline Pupil Premium requests"
    FUNDING_RELEASE = "funding:release", "release funding"
    PAYMENT_READ = "payment:read", "read payment batches"
    PAYMENT_BATCH = "payment:batch", "make payment batches"
    LIST_EXPORT = "list:export", "export lists"
    IMPORT_RUN = "import:run", "load records from files"
    GRANT_GIVE = "grant:give", "let somebody else write in their place"
    DRAFT_OWN = "draft:own", "keep texts that are not finished"
    JOB_OWN = "job:own", "follow work in the background"
    HISTORY_READ = "history:read", "read a record's history"
    AUDIT_READ = "audit:read", "read the audit log"
    ACCOUNT_EDIT = "account:edit", "manage accounts"


P = Permission
_READ_ALL = {P.DASHBOARD, P.CHILD_READ, P.SCHOOL_READ, P.PERSON_READ, P.TERM_READ, P.PEP_READ, P.TARGET_READ, P.REQUEST_READ,
             P.PAYMENT_READ, P.HISTORY_READ, P.CASE_READ, P.PERIOD_READ, P.WAIVER_READ, P.ATTENDING_READ, P.DOCUMENT_READ,
             P.ALERT_READ, P.BOARD_READ, P.DELIVERY_READ}
_OFFICER = _READ_ALL | {P.CHILD_EDIT, P.HANDOVER_WRITE, P.SDQ_EDIT, P.SUSPENSION_EDIT, P.CONSENT_EDIT, P.SCHOOL_EDIT, P.PERSON_EDIT,
                        P.TERM_LAUNCH, P.PEP_OPEN, P.PEP_EDIT, P.PEP_DELEGATE,
                        P.PEP_WRITE, P.PEP_SIGN, P.PEP_SIGN_FOR, P.PEP_SUBMIT, P.PEP_GRADE, P.PEP_REOPEN, P.PEP_WITHDRAW,
                        P.PEP_PDF, P.TARGET_WRITE, P.REQUEST_WRITE, P.REQUEST_DECIDE, P.LIST_EXPORT, P.IMPORT_RUN,
                        P.JOB_OWN, P.DRAFT_OWN, P.ATTENDING_EDIT, P.DOCUMENT_WRITE, P.ALERT_TELL, P.ALERT_ADVISE, P.GRANT_GIVE,
                        P.DELIVERY_SEND, P.CALL_NOTE, P.ACTION_TICK, P.WEEK_READ, P.QUESTION_KEEP}
_WRITER = {P.DASHBOARD, P.PEP_READ, P.PEP_WRITE, P.PEP_SIGN, P.PEP_SUBMIT, P.PEP_PDF, P.TARGET_READ, P.TARGET_WRITE,
           P.REQUEST_READ, P.REQUEST_WRITE, P.CHILD_READ, P.JOB_OWN, P.DRAFT_OWN, P.ATTENDING_ASK, P.DOCUMENT_READ,
           P.DOCUMENT_WRITE, P.ALERT_READ, P.ALERT_TELL, P.GRANT_GIVE, P.ACTION_TICK}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VS_HEAD: frozenset(_OFFICER | {P.TERM_EDIT, P.AUDIT_READ, P.FUNDING_RELEASE, P.PAYMENT_BATCH, P.GATE_WAIVE}),
    Role.VS_OFFICER: frozenset(_OFFICER),
    Role.FINANCE: frozenset({P.DASHBOARD, P.REQUEST_READ, P.FUNDING_RELEASE, P.PAYMENT_READ, P.PAYMENT_BATCH, P.LIST_EXPORT}),
    Role.DESIGNATED_TEACHER: frozenset(_WRITER | {P.SUSPENSION_EDIT, P.LEAD_ANSWER, P.HANDOVER_WRITE}),
    Role.SOCIAL_WORKER: frozenset(_WRITER | {P.SDQ_EDIT, P.CONSENT_EDIT}),
    Role.AUDITOR: frozenset(_READ_ALL | {P.AUDIT_READ}),
    Role.ADMINISTRATOR: frozenset({P.DASHBOARD, P.ACCOUNT_EDIT}),
}
SEES_ALL = frozenset({Role.VS_HEAD, Role.VS_OFFICER, Role.FINANCE, Role.AUDITOR})
OWN_CHILDREN = frozenset({Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER})
HELPING = frozenset({P.DASHBOARD, P.CHILD_READ, P.PEP_READ, P.TARGET_READ, P.REQUEST_READ, P.DOCUMENT_READ, P.ALERT_READ,
                     P.PEP_WRITE, P.TARGET_WRITE, P.REQUEST_WRITE, P.DOCUMENT_WRITE, P.DRAFT_OWN, P.ALERT_TELL})
"""What a colleague who was given a section may do with its child, of what the role holds: read, write, and warn of a risk."""
LEAVING = frozenset({P.DASHBOARD, P.CHILD_READ, P.PEP_READ, P.TARGET_READ, P.REQUEST_READ, P.DOCUMENT_READ, P.ALERT_READ,
                     P.HANDOVER_WRITE})
"""What the designated teacher whose school a child left may do with that child to the end of its last day there, of what the role
holds: read, and leave a hand-over note."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody in whose place the actor writes today, and the last day of it."""

    person_id: int
    name: str
    until: date


@dataclass(frozen=True, slots=True)
class Help:
    """A section of a PEP that its writer lets the actor write, and the last day of it."""

    pep_id: int
    section: str
    until: date


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an opaque id, a name to show, the roles, and the Person they are (None where they are none).

    `covers` and `helps` are what others let them write today, `leaving` the children (ids) whose last day at a school of theirs is
    today and who are at none of theirs now; queries/grants.py fills them in.
    """

    id: str
    name: str
    roles: frozenset[Role]
    person_id: int | None = None
    all_rows: bool = field(default=False)
    covers: tuple[Cover, ...] = ()
    helps: tuple[Help, ...] = ()
    leaving: tuple[int, ...] = ()

    def is_person(self, person_id: int | None) -> bool:
        """Whether the actor is that person, or stands in for them today."""
        return person_id is not None and (person_id == self.person_id or any(each.person_id == person_id for each in self.covers))

    def helps_with(self, pep_id: int) -> list[str]:
        """The sections of that PEP that the actor was given to write."""
        return [each.section for each in self.helps if each.pep_id == pep_id]

    @property
    def sees_all(self) -> bool:
        """Whether the row scope leaves nothing out; what may be read of a row is the permissions' matter.

        Finance sees every row because it may read so little of each. Beside a role that reads its own children it lends them no
        row: roles add up their permissions, and would otherwise open every child.
        """
        whole = self.roles & SEES_ALL
        return self.all_rows or bool(whole - {Role.FINANCE}) or bool(whole and not self.roles & OWN_CHILDREN)

    @property
    def is_vs(self) -> bool:
        return bool(self.roles & {Role.VS_HEAD, Role.VS_OFFICER})


SYSTEM = Actor("system", "pep_admin", frozenset(), None, all_rows=True)
"""Commands and background jobs act as this: every row, recorded under its own name."""


class PepPeople(Protocol):
    """What the part predicates read of a PEP; the designated teacher is that of its school today."""

    @property
    def id(self) -> int: ...
    @property
    def writer_id(self) -> int | None: ...
    @property
    def social_worker_id(self) -> int | None: ...
    @property
    def designated_teacher_id(self) -> int | None: ...


def can(
    actor: Actor | None, permission: Permission, subject: PepPeople | None = None, part: Part | None = None,
    section: str | None = None,
) -> bool:
    """Whether the actor holds the permission, and, for a part or a section of a PEP, is one of those who write it (HB-2.3 to 2.5).

    The rows an actor may see are the scope's matter: `subject` was read through it.
    """
    if actor is None:
        return False
    if actor is SYSTEM:
        return True
    if not any(permission in ROLE_PERMISSIONS[role] for role in actor.roles):
        return False
    return subject is None or part is None or writes_part(actor, subject, part, section)


def holds_together(actor: Actor, *permissions: Permission) -> bool:
    """Whether one of the actor's roles holds all of those permissions: a list is taken away by a role that may read it."""
    return any(set(permissions) <= ROLE_PERMISSIONS[role] for role in actor.roles)


def require(actor: Actor | None, permission: Permission, subject: PepPeople | None = None, part: Part | None = None) -> None:
    """Raise NotAllowed unless `can`."""
    if not can(actor, permission, subject, part):
        raise NotAllowed(permission.value, f"Your account may not {permission.sentence}.")


def writes_part(actor: Actor, pep: PepPeople, part: Part, section: str | None = None) -> bool:
    """Who may type into a part, or into that section of it: its owner, and the VS on behalf; the school takes notes in Part 3 too,
    for the social worker to confirm (HB-2.5). A section of Part 2 also a colleague to whom its writer gave it.
    """
    if actor.is_vs or owns_part(actor, pep, part) or (part is Part.MEETING and owns_part(actor, pep, Part.EDUCATION)):
        return True
    return part is Part.EDUCATION and section is not None and is_open(actor.helps_with(pep.id), section)


def owns_part(actor: Actor, pep: PepPeople, part: Part) -> bool:
    """Whose own signature closes a part: of Part 2 the named writer's or the designated teacher's (HB-2.4), of Parts 1 and 3 the
    social worker's (HB-2.3, HB-2.5). Without a school the social worker is the named writer (HB-2.2). Whoever stands in for one of
    them signs as they do.
    """
    if part is not Part.EDUCATION:
        return Role.SOCIAL_WORKER in actor.roles and actor.is_person(pep.social_worker_id)
    teaches = Role.DESIGNATED_TEACHER in actor.roles and actor.is_person(pep.designated_teacher_id)
    return teaches or actor.is_person(pep.writer_id)


def stands_in(actor: Actor, pep: PepPeople, part: Part) -> Cover | None:
    """In whose place the actor closes that part; None where it is their own, or not theirs to close."""
    if owns_part(replace(actor, covers=()), pep, part):
        return None
    return next((each for each in actor.covers if owns_part(replace(actor, covers=(each,)), pep, part)), None)


def takes_part(actor: Actor, pep: PepPeople) -> bool:
    """Whether somebody answers for the PEP, and so may send it and take it back: an owner of a part, or the VS (HB-2.6)."""
    return actor.is_vs or any(owns_part(actor, pep, part) for part in Part)


class ChildPeople(Protocol):
    """What the audience reads of a child."""

    @property
    def social_worker_id(self) -> int | None: ...


def audience_for(actor: Actor, child: ChildPeople) -> Audience:
    """For whose eyes this child's document is read when the actor opens it: social care's side or the school's (HB-3.11).

    It follows what the actor is to this child, not the role alone: a social worker who teaches a child reads as the school does,
    and so does an auditor who teaches: an account that writes for a school fills in no more than the school sees. Who only checks
    the work reads none of the sensitive history.
    """
    if actor is SYSTEM or actor.is_vs or child.social_worker_id in works_for(actor):
        return Audience.CARE
    return Audience.AUDIT if is_care_throughout(actor) else Audience.SCHOOL


def is_care_throughout(actor: Actor) -> bool:
    """Whether the actor reads of every child's record what social care's side does."""
    audits = Role.AUDITOR in actor.roles and Role.DESIGNATED_TEACHER not in actor.roles
    return actor is SYSTEM or actor.is_vs or audits


def works_for(actor: Actor) -> list[int]:
    """The people who are the social workers of those children whom the actor reads as social care's side does: themselves, and whom
    they stand in for; nobody for somebody who is no social worker."""
    return _people(actor) if Role.SOCIAL_WORKER in actor.roles else []


def _people(actor: Actor) -> list[int]:
    return [] if actor.person_id is None else [actor.person_id, *(each.person_id for each in actor.covers)]


# --- the scope ---------------------------------------------------------------------------------------------------------

_children, _schools, _peps = Child.__table__, School.__table__, Pep.__table__


def children_seen(
    teachers: Sequence[int], workers: Sequence[int], helped: Sequence[int] = (), leaving: Sequence[int] = ()
) -> Select[tuple[int]]:
    """Ids of the children whom these designated teachers or writers (ids of persons) or these social workers (likewise) may see,
    those of the `helped` PEPs, and those who are `leaving` (ids of children).

    A writer keeps sight while the PEP's school is still the child's: a move ends it, for the old school's people at once, save for
    its designated teacher, who has the rest of the last day. So does a colleague who helps with a PEP.
    """
    taught = select(_schools.c.id).where(_schools.c.designated_teacher_id.in_(teachers))
    theirs = or_(_peps.c.writer_id.in_(teachers), _peps.c.id.in_(helped))
    written = (
        select(_peps.c.id)
        .where(_peps.c.child_id == _children.c.id, theirs, _peps.c.school_id == _children.c.school_id)
        .exists()
    )
    return select(_children.c.id).where(
        or_(_children.c.social_worker_id.in_(workers), _children.c.school_id.in_(taught), written,
            _children.c.id.in_(leaving))
    )


def _keys(actor: Actor) -> tuple[list[int], list[int], list[int], list[int]]:
    """What `children_seen` asks of an actor, by the roles: somebody who stands in for two brings the children of both."""
    people = _people(actor)
    teaches = Role.DESIGNATED_TEACHER in actor.roles
    return (
        people if teaches else [],
        people if Role.SOCIAL_WORKER in actor.roles else [],
        [each.pep_id for each in actor.helps] if teaches else [],
        list(actor.leaving) if teaches else [],
    )


def lent(session: Session, actor: Actor, permission: Permission, child_ids: Iterable[int]) -> set[int]:
    """Of those children, the ones on whom the actor may not use a permission that a role of theirs holds: another role opens them.

    An auditor who is a teacher too reads every child, and writes for those of the own school alone; a colleague who helps with
    a PEP does with its child what HELPING says, who leads the school that a child left today what LEAVING says. No statement for
    an account of one role of whom neither is so, else one.
    """
    wanted, holders = set(child_ids), {role for role in actor.roles if permission in ROLE_PERMISSIONS[role]}
    helps = actor.helps if permission in HELPING else ()
    leaving = actor.leaving if permission in LEAVING else ()
    whole = len(actor.roles) < 2 and (helps, leaving) == (actor.helps, actor.leaving)
    if not wanted or actor.all_rows or holders & SEES_ALL or whole:
        return set()
    seen = children_seen(*_keys(replace(actor, roles=frozenset(holders), helps=helps, leaving=leaving)))
    return wanted - set(session.scalars(seen.where(_children.c.id.in_(wanted))))


def require_on(session: Session, actor: Actor, permission: Permission, child_id: int) -> None:
    """Raise NotAllowed unless a role that opens that child's record holds the permission."""
    require(actor, permission)
    if lent(session, actor, permission, [child_id]):
        raise NotAllowed(permission.value, f"Your account may read this child's record, but not {permission.sentence} here.")


def _criteria(actor: Actor) -> Iterable[Any]:
    teachers, workers, helped, leaving = _keys(actor)  # plain locals: the lambdas are cached and bind them as parameters
    yield with_loader_criteria(
        Child, lambda cls: cls.id.in_(children_seen(teachers, workers, helped, leaving)), include_aliases=True)
    yield with_loader_criteria(
        OfChild, lambda cls: cls.child_id.in_(children_seen(teachers, workers, helped, leaving)), include_aliases=True)
    yield with_loader_criteria(
        OfPep,
        lambda cls: cls.pep_id.in_(
            select(_peps.c.id).where(_peps.c.child_id.in_(children_seen(teachers, workers, helped, leaving)))),
        include_aliases=True,
    )


def _own_or_shared(owner: str, *, reads_shared: bool) -> Any:
    if reads_shared:
        return with_loader_criteria(OwnOrShared, lambda cls: or_(cls.owner == owner, cls.shared), include_aliases=True)
    return with_loader_criteria(OwnOrShared, lambda cls: cls.owner == owner, include_aliases=True)


def guard(sessions: sessionmaker[Any] | type[Session]) -> None:
    """Put the net under every ORM statement of those sessions: rows outside the actor's scope are not there.

    A statement that names its reason by `execution_options(unscoped="…")` passes (queries, facts for rules only). A scoped
    table read with no actor in `session.info["actor"]` raises NoActor.
    """
    event.listen(sessions, "do_orm_execute", _apply_scope)


def _apply_scope(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load or state.execution_options.get("unscoped"):
        return
    if not (state.is_select or state.is_update or state.is_delete):
        return
    actor: Actor | None = state.session.info.get("actor")
    if actor is None:
        if any(issubclass(mapper.class_, (Child, OfChild, OfPep, OfOwner, OwnOrShared)) for mapper in state.all_mappers):
            raise NoActor("A scoped table was read with nobody acting.")
        return
    if not actor.all_rows and not state.is_delete:  # to take away what one cannot read tells nothing: a PEP that is closed does
        owner = actor.id
        own = with_loader_criteria(OfOwner, lambda cls: cls.owner == owner, include_aliases=True)
        state.statement = state.statement.options(own, _own_or_shared(owner, reads_shared=actor.is_vs))
    if not actor.sees_all:
        state.statement = state.statement.options(*_criteria(actor))
