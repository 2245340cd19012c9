"""Why a message went no further, told apart: refused, came back, nobody to send it to, not needed any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ALL = ("queued", "sending", "sent", "failed", "refused", "came_back", "no_route", "given_up", "not_needed")
BEFORE = ("queued", "sending", "sent", "failed", "given_up")
NEW = ("refused", "came_back", "no_route", "not_needed")
NAME = "ck_pep_delivery_delivery_state"
MESSAGES = sa.table("pep_delivery", sa.column("state", sa.String()), sa.column("problem", sa.String()), sa.column("tries", sa.Integer()))
TRIES = 8


def _allow(states: tuple[str, ...]) -> None:
    with op.batch_alter_table("pep_delivery", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(batch_op.f(NAME), "state IN ({})".format(", ".join(f"'{each}'" for each in states)))


def upgrade() -> None:
    _allow(ALL)
    given_up, problem = MESSAGES.c.state == "given_up", MESSAGES.c.problem
    of_server = sa.or_(problem.like("The mail server%"), problem.like("%e-mail address.%"), problem.like("A line break%"))
    for state, which in (
        ("came_back", problem == "It came back."),
        ("no_route", problem == "This person has left, or has no address that works."),
        ("refused", sa.and_(of_server, MESSAGES.c.tries < TRIES)),
        ("not_needed", sa.and_(sa.not_(of_server), problem.not_like("The program %"))),
    ):
        values = {"state": state, "problem": None} if state == "came_back" else {"state": state}
        op.execute(MESSAGES.update().where(given_up, which).values(**values))


def downgrade() -> None:
    op.execute(MESSAGES.update().where(MESSAGES.c.state == "came_back").values(problem="It came back."))
    op.execute(MESSAGES.update().where(MESSAGES.c.state.in_(NEW)).values(state="given_up"))
    _allow(BEFORE)
