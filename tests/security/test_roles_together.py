"""Several roles in one account: what each may do adds up, on whose records it may be done does not.

A permission is used on a child's record only where a role that holds it opens that record. The house's teacher and social worker
get the auditor's role beside their own here: they read every child, and act on their own alone.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pep_admin.accounts.models import User
from pep_admin.exceptions import NotAllowed
from pep_admin.models import Pep, SdqScore, Suspension
from pep_admin.permissions import Actor, Permission, audience_for, lent
from pep_admin.vocabulary import Audience, Role, SdqBy, SuspensionKind
from pep_admin.workflow import delegation, sections, targets
from pep_admin.workflow.records import save_record
from tests.security.house import House, address
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

AUDITOR, TEACHER, WORKER, FINANCE = Role.AUDITOR, Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER, Role.FINANCE
ADMIN = "/admin/pep"


@pytest.fixture
def two_hats(house: House) -> House:
    """The house, its teacher and its social worker auditors as well."""
    for who, role in (("teacher", TEACHER), ("worker", WORKER)):
        house.change(sa.update(User).where(User.email == address(who)).values(held=f"{role.value} {AUDITOR.value}"))
    return house


def also(who: Actor, *roles: Role) -> Actor:
    return Actor(who.id, who.name, who.roles | frozenset(roles), who.person_id)


# --- at the pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("teacher", "/peps/pdf/?id={%spep}"),
        ("worker", "/peps/pdf/?id={%spep}"),
        ("worker", "/sdq/add/?child={%schild}"),
        ("worker", "/sdq/edit/?id={%ssdq}"),
        ("worker", "/consents/add/?child={%schild}"),
        ("worker", "/consents/edit/?id={%sconsent}"),
        ("teacher", "/suspensions/add/?child={%schild}"),
        ("teacher", "/suspensions/edit/?id={%ssuspension}"),
        ("teacher", "/targets/write/?id={%starget}"),
        ("teacher", "/ppg_requests/write/?id={%sdraft}"),
        ("teacher", "/peps/sign/?id={%spep}&part=education"),
    ],
)
def test_what_only_the_auditor_opens_is_only_read(two_hats: House, who: str, path: str) -> None:
    assert two_hats.get(who, ADMIN + path % "").status_code == 200
    assert two_hats.get(who, ADMIN + path % "other_").status_code == 403


def test_a_refusal_there_is_recorded_and_changes_nothing(two_hats: House) -> None:
    before, last = two_hats.rows(), two_hats.last_event()
    fields = {"total": "20", "completed_on": "1 Nov 2024", "completed_by": "carer"}
    assert two_hats.post("worker", f"{ADMIN}/sdq/add/?child={{other_child}}", fields).status_code == 403
    assert two_hats.rows() == before
    [event] = two_hats.events(last, outcome="refused")
    assert (event.details["permission"], event.child_id) == ("sdq:edit", two_hats.plan.places["other_child"])


def test_both_roles_still_do_what_each_does(two_hats: House) -> None:
    assert two_hats.get("teacher", f"{ADMIN}/peps/details/?id={{other_pep}}").status_code == 200
    assert two_hats.get("teacher", f"{ADMIN}/audit_log/").status_code == 200
    assert "PDF (draft)" in two_hats.get("teacher", f"{ADMIN}/peps/details/?id={{pep}}").text
    assert "PDF (draft)" not in two_hats.get("teacher", f"{ADMIN}/peps/details/?id={{other_pep}}").text


# --- at the verbs ----------------------------------------------------------------------------------------------------------


def test_a_verb_refuses_what_another_role_opens(world: World) -> None:
    worker, teacher = also(world.worker, AUDITOR), also(world.teacher, AUDITOR)
    sdq = SdqScore(child_id=world.other_child_id, total=12, completed_on=TODAY, completed_by=SdqBy.CARER)
    with pytest.raises(NotAllowed):
        save_record(world.session, sdq, actor=world.act(worker), today=TODAY)
    sent_away = Suspension(child_id=world.other_child_id, school_id=world.other_school_id, kind=SuspensionKind.SUSPENSION,
                           started_on=TODAY)
    with pytest.raises(NotAllowed):
        save_record(world.session, sent_away, actor=world.act(teacher), today=TODAY)


def test_a_name_on_a_pep_opens_nothing_to_a_role_that_does_not_read_it(world: World) -> None:
    """Otto's account is a social worker's and an auditor's: as named writer he would need the teacher's role to see the child."""
    pep = world.pep_of()
    delegation.name_writer(world.session, pep.id, world.other_teacher.person_id or 0, actor=world.act(world.officer))
    named = Actor("x", "Otto", frozenset({WORKER, AUDITOR}), world.other_teacher.person_id)
    world.act(named)
    with pytest.raises(NotAllowed):
        sections.save_section(world.session, pep.id, "strengths", {"strengths": "Not so"}, base={}, actor=named, today=TODAY,
                              now=NOW)
    with pytest.raises(NotAllowed):
        targets.save_target(world.session, pep.id, {"outcome": "Not so"}, actor=named)
    world.save(world.session.get_one(Pep, pep.id), "strengths", world.other_teacher, strengths="As a teacher he may.")


@pytest.mark.parametrize(
    ("roles", "permission", "own", "others"),
    [
        ({TEACHER}, Permission.PEP_PDF, True, True),  # one role: the scope has said it all
        ({TEACHER, AUDITOR}, Permission.PEP_PDF, True, False),
        ({TEACHER, AUDITOR}, Permission.PEP_READ, True, True),
        ({TEACHER, AUDITOR}, Permission.AUDIT_READ, True, True),
        ({TEACHER, FINANCE}, Permission.FUNDING_RELEASE, True, True),  # the scope leaves the others out by itself
        ({TEACHER, Role.VS_OFFICER}, Permission.PEP_PDF, True, True),
        ({TEACHER, WORKER}, Permission.SUSPENSION_EDIT, True, False),
        ({TEACHER, WORKER}, Permission.SDQ_EDIT, False, False),  # she teaches the child, and is no child's social worker
    ],
)
def test_a_permission_reaches_as_far_as_a_role_that_holds_it(
    world: World, roles: set[Role], permission: Permission, own: bool, others: bool
) -> None:
    actor = Actor("x", "Both", frozenset(roles), world.teacher.person_id)
    children = [world.child_id, world.other_child_id]
    expected = {child for child, reaches in zip(children, (own, others), strict=True) if not reaches}
    assert lent(world.session, actor, permission, children) == expected


def test_an_auditor_who_teaches_reads_as_the_school_does(world: World) -> None:
    """HB-3.11: what they write they fill in as the school, so no more is shown than the school sees."""
    child = world.pep_of().child
    assert audience_for(world.auditor, child) is Audience.AUDIT
    assert audience_for(also(world.teacher, AUDITOR), child) is Audience.SCHOOL
    assert audience_for(also(world.worker, AUDITOR), child) is Audience.CARE


@pytest.mark.parametrize("noun", ["children", "peps", "sdq", "suspensions", "consents"])
@pytest.mark.parametrize("other", [TEACHER, WORKER, AUDITOR])
def test_finance_beside_another_role_takes_no_list_away_that_it_may_not_read(house: House, other: Role, noun: str) -> None:
    who = {TEACHER: "teacher", WORKER: "worker", AUDITOR: "auditor"}[other]
    house.change(sa.update(User).where(User.email == address(who)).values(held=f"{other.value} {FINANCE.value}"))
    assert house.get(who, f"{ADMIN}/{noun}/").status_code == 200
    assert "export/csv" not in house.get(who, f"{ADMIN}/{noun}/").text
    assert house.get(who, f"{ADMIN}/{noun}/export/csv/").status_code == 403
    assert house.get(who, f"{ADMIN}/ppg_requests/export/csv/").status_code == 200
