"""Somebody leaves by the list of people: their account is closed at once, and nobody comes in by it even if that was never said."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from pep_admin.accounts import tickets
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import TicketKind, User
from pep_admin.models import AuditEvent, Delivery, Person, School
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import DeliveryState, PersonKind, Role
from tests.conftest import PASSWORD
from tests.integration.post_office import PostOffice
from tests.integration.test_account_links import inside
from tests.integration.test_second_step import give_password, make_app, visit
from tests.visiting import Visitor
from tests.world import TODAY, World, person

pytestmark = pytest.mark.slow  # signs in through the page

ADMIN, OFFICER, TEACHER = "ivo.keys@example.org", "ole.amt@example.org", "tess.lehrer@example.org"
PEOPLE, ACCOUNTS = "/admin/pep/people", "/admin/pep/accounts"
SUSPENDED = "This account is suspended"


@pytest.fixture
def app(world: World, tmp_path: Path, post_office: PostOffice) -> Flask:
    """The standalone application on the world's database, on its day, with accounts for three and a successor on record."""
    world.act(world.officer)
    person(world.session, "Nova", "Neu", PersonKind.DESIGNATED_TEACHER)
    world.session.commit()
    app = make_app(f"sqlite:///{tmp_path / 'world.db'}", tmp_path, post_office, PEP_ADMIN_SECOND_FACTOR=False,
                   PEP_ADMIN_BASE_URL="http://pep.example.org", PEP_ADMIN_TRUSTED_HOSTS=("localhost",),
                   PEP_ADMIN_TODAY=TODAY.isoformat())
    for email, role, who in ((ADMIN, Role.ADMINISTRATOR, None), (OFFICER, Role.VS_OFFICER, world.officer.person_id),
                             (TEACHER, Role.DESIGNATED_TEACHER, world.teacher.person_id)):
        with app.app_context():
            session = app.extensions["sqlalchemy"].session
            create_account(session, email, email.partition("@")[0], [role], PASSWORD, who)
            session.commit()
            session.remove()
    return app


def ask(app: Flask, statement: Any) -> Any:
    with app.app_context(), app.extensions["sqlalchemy"].engine.begin() as connection:
        result = connection.execute(statement)
        return result.freeze()() if result.returns_rows else None


def is_active(app: Flask, email: str) -> bool:
    return bool(ask(app, sa.select(User.active).where(User.email == email)).scalar_one())


def leaves_unsaid(app: Flask, email: str, on: date = TODAY) -> None:
    """As a process leaves it that dies between its commit and saying so."""
    ask(app, sa.update(Person.__table__).where(Person.email == email).values(left_on=on))


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/admin/").heading in ("What needs doing", "My PEPs")


def replace(app: Flask, officer: Visitor) -> Any:
    ids = dict(map(tuple, ask(app, sa.select(Person.email, Person.id)).all()))
    page = officer.get(f"{PEOPLE}/replace/?id={ids[TEACHER]}")
    return page.send("successor", successor=str(ids["nova.neu@example.org"]), on="18 Nov 2024", leaves="y")


def account_page(app: Flask, email: str, what: str = "details") -> str:
    number = ask(app, sa.select(User.id).where(User.email == email)).scalar_one()
    return f"{ACCOUNTS}/{what}/?id={number}"


def test_who_is_replaced_and_leaves_is_out_at_once_and_the_account_says_why(app: Flask) -> None:
    teacher, officer, admin = (inside(app, email) for email in (TEACHER, OFFICER, ADMIN))
    assert is_in(teacher)
    assert "Nova Neu has taken the place of Tess Lehrer." in replace(app, officer).main
    assert not is_active(app, TEACHER)
    assert not is_in(teacher)
    assert SUSPENDED in give_password(visit(app), TEACHER).main
    page = admin.get(account_page(app, TEACHER)).main
    assert "Suspended: the person has left, by the list of people" in page and "left on 18 Nov 2024" in page
    event = ask(app, sa.select(AuditEvent.__table__).where(AuditEvent.action == "account.person_left")).one()
    assert (event.actor_id, event.details["by"], event.details["sessions"]) == ("system", "announced", 1)
    assert is_in(officer) and is_in(admin), "nobody else is touched"


def test_who_left_by_the_plain_form_is_out_at_once(app: Flask) -> None:
    number = ask(app, sa.select(Person.id).where(Person.email == TEACHER)).scalar_one()
    inside(app, OFFICER).get(f"{PEOPLE}/edit/?id={number}").send("email", left_on="18 Nov 2024")
    assert not is_active(app, TEACHER)


@pytest.mark.parametrize("post", [False, True])
def test_when_nobody_said_so_the_next_page_ends_it(app: Flask, world: World, post: bool) -> None:
    teacher = inside(app, TEACHER)
    form = teacher.get(f"/admin/pep/my_lead/answer/?school={world.school_id}")
    leaves_unsaid(app, TEACHER)
    if post:
        assert form.send("email").heading == "Sign in"
    else:
        assert not is_in(teacher)
    assert not is_active(app, TEACHER)
    by = sa.select(AuditEvent.details).where(AuditEvent.action == "account.person_left")
    assert [each["by"] for each in ask(app, by).scalars()] == ["page"]


def test_when_nobody_said_so_the_sign_in_does_not_let_them_in_and_closes_it(app: Flask) -> None:
    leaves_unsaid(app, TEACHER)
    wrong = give_password(visit(app), TEACHER, "not the password at all")
    assert SUSPENDED not in wrong.main and is_active(app, TEACHER), "who does not know the password learns nothing"
    visitor = visit(app)
    assert SUSPENDED in give_password(visitor, TEACHER).main
    assert not is_in(visitor) and not is_active(app, TEACHER)


def test_half_way_through_the_second_step_they_come_no_further(
    world: World, app: Flask, tmp_path: Path, post_office: PostOffice
) -> None:
    asking = make_app(f"sqlite:///{tmp_path / 'world.db'}", tmp_path, post_office, PEP_ADMIN_SECOND_FACTOR=True,
                      PEP_ADMIN_TODAY=TODAY.isoformat(), PEP_ADMIN_TRUSTED_HOSTS=("localhost",))
    visitor = visit(asking)
    assert give_password(visitor, TEACHER).heading != "Sign in"
    leaves_unsaid(app, TEACHER)
    assert visitor.get("/account/set-up").heading == "Sign in"


@pytest.mark.parametrize("said", [True, False])
def test_no_link_of_theirs_works_any_more(app: Flask, said: bool) -> None:
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        user = session.scalars(sa.select(User).where(User.email == TEACHER)).one()
        from pep_admin.accounts.doors import now

        ticket = tickets.issue(session, TicketKind.RESET, user, now=now())
        session.commit()
        link = tickets.link_of(ticket).removeprefix("http://pep.example.org")
        session.remove()
    assert visit(app).get(link).status == 200
    replace(app, inside(app, OFFICER)) if said else leaves_unsaid(app, TEACHER)
    assert visit(app).get(link).status == 410


def test_only_an_administrator_opens_it_again_and_only_once_the_person_is_back(app: Flask) -> None:
    officer, admin = inside(app, OFFICER), inside(app, ADMIN)
    replace(app, officer)
    refused = admin.get(account_page(app, TEACHER, "reactivate")).send("reason", reason="back")
    assert refused.status == 422 and "has left, by the list of people" in refused.main
    number = ask(app, sa.select(Person.id).where(Person.email == TEACHER)).scalar_one()
    officer.get(f"{PEOPLE}/edit/?id={number}").send("email", left_on="")
    assert not is_active(app, TEACHER), "back on the list of people is not back in"
    assert SUSPENDED in give_password(visit(app), TEACHER).main
    admin.get(account_page(app, TEACHER, "reactivate")).send("reason", reason="back")
    assert is_in(inside(app, TEACHER))


def test_who_leaves_tomorrow_is_in_until_then(app: Flask) -> None:
    leaves_unsaid(app, TEACHER, TODAY + timedelta(days=1))
    assert is_in(inside(app, TEACHER))


def test_the_last_administrator_stays_in(app: Flask, world: World) -> None:
    ask(app, sa.update(User).where(User.email == ADMIN).values(person_id=world.head.person_id))
    ask(app, sa.update(Person.__table__).where(Person.id == world.head.person_id).values(left_on=TODAY))
    assert is_in(inside(app, ADMIN)) and is_active(app, ADMIN)


def test_nobody_who_has_left_is_invited(app: Flask) -> None:
    ask(app, sa.update(Person.__table__).where(Person.email == "nova.neu@example.org").values(left_on=TODAY))
    page = inside(app, ADMIN).get(f"{ACCOUNTS}/invite/").send(
        "email", name="Nova Neu", email="nova.neu@example.org", roles="designated_teacher")
    assert page.status == 422 and "Nova Neu has left, by the list of people" in page.main


def test_the_replacement_stands_when_the_account_cannot_be_closed_and_the_rule_holds(app: Flask) -> None:
    officer = inside(app, OFFICER)
    ask(app, sa.text("CREATE TRIGGER stuck BEFORE UPDATE OF active ON account_user BEGIN SELECT RAISE(ABORT, 'stuck'); END"))
    assert "has taken the place" in replace(app, officer).main
    assert is_active(app, TEACHER)
    ask(app, sa.text("DROP TRIGGER stuck"))
    assert SUSPENDED in give_password(visit(app), TEACHER).main


# --- letters ---------------------------------------------------------------------------------------------------------------


def test_what_was_queued_for_who_left_is_not_sent_and_the_new_one_gets_word(
    app: Flask, world: World, post_office: PostOffice
) -> None:
    world.delegated_pep()
    world.session.commit()
    world.session.close()
    queued = ask(app, sa.select(Delivery.id).where(Delivery.person_id == world.teacher.person_id)).scalars().all()
    assert queued, "the teacher's letter waits"
    replace(app, inside(app, OFFICER))
    run_once(app)
    assert TEACHER not in {to for recipients, _ in post_office.received for to in recipients}
    assert "nova.neu@example.org" in {to for recipients, _ in post_office.received for to in recipients}
    told = ask(app, sa.select(Delivery.state, Delivery.problem).where(Delivery.id.in_(queued))).all()
    assert {tuple(each) for each in told} == {
        (DeliveryState.NOT_NEEDED, "None of the PEPs that it was about is theirs to write any more.")}


# --- named leads: who can answer -----------------------------------------------------------------------------------------


def test_a_lead_without_an_account_is_not_asked_and_the_page_says_so(app: Flask, world: World) -> None:
    page = inside(app, OFFICER).get("/admin/pep/leads/ask/")
    assert "Otto Anders has no account to answer with. Ask an administrator to invite them." in page.main
    assert "1 letter would go out, about 1 school" in page.main
    assert "not known here" not in page.main


def test_the_letter_leads_to_the_page_of_the_answer_and_names_nobody(app: Flask, world: World, post_office: PostOffice) -> None:
    from tests.integration.post_office import text_of

    inside(app, OFFICER).get("/admin/pep/leads/ask/").send("run")
    run_once(app)
    [(to, letter)] = [each for each in post_office.received if each[1]["Subject"] == "Are you still the designated teacher?"]
    words = text_of(letter)
    assert to == [TEACHER] and "http://pep.example.org/admin/pep/from_mail/?message=" in words and "&to=leads" in words
    assert "Musterkind" not in words and "Alder" not in words
    mine = inside(app, TEACHER).get("/admin/pep/my_lead/")
    answered = mine.link("Answer for Alder School").send("answer", button=("answer", "yes"))
    assert "Your answer for Alder School is recorded." in answered.main
    assert ask(app, sa.select(School.lead_confirmed_on).where(School.id == world.school_id)).scalar_one() == TODAY


