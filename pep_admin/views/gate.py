"""The gate before every page: which routes exist, who may open them, who acts, and how one verb is run and answered.

Lists, forms and exports are base.py's, what a refusal looks like errors.py's. No noun of the domain is named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar, Concatenate, Generic, NoReturn, ParamSpec, TypeVar, cast

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView
from flask_admin.blueprints import _BlueprintWithHostSupport as Blueprint
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from pep_admin import audit, config
from pep_admin.exceptions import NotAllowed, NotFound, Refused, StaleRecord
from pep_admin.models import Base
from pep_admin.permissions import Actor, Permission, can, holds_together, lent
from pep_admin.validators.findings import Finding
from pep_admin.views import errors, looks
from pep_admin.views.hosting import Host, can_be_id, host, present_actor, request_id, way_back, whole_id

P = ParamSpec("P")
T = TypeVar("T")
Row = TypeVar("Row", bound=Base)
Choice = TypeVar("Choice", bound=Enum)

SAME_ORIGIN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
RETURN_NAMES = ("url", "next")
DOING = "pep_admin.permission"
"""Where a request keeps the permission of the route that answers it."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """How a verb ended: its value, or the findings that refused it, or what somebody else saved meanwhile."""

    value: T | None = None
    findings: tuple[Finding, ...] = ()
    saved: Mapping[str, object] | None = None

    @property
    def ok(self) -> bool:
        return not self.findings and self.saved is None


class PepView(BaseView):
    """A page or a family of pages behind the gate; PepModelView is one of these with a table. Its docstring says the rest."""

    noun: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[str | None] = None
    opens: ClassVar[Mapping[str, Permission]] = {}
    in_menu: ClassVar[bool] = True
    lists: ClassVar[frozenset[str]] = frozenset({"index_view", "export"})
    """Routes that name many children and open no record: one event of their own, none for each child."""
    _urls: list[Any]
    _default_view: str

    def __init__(self, place: Host, url: str | None = None) -> None:
        super().__init__(name=self.title, category=place.category or self.group, endpoint=f"pep_{self.noun}",
                         url=url or place.own_url(self.noun))

    # --- which routes there are, and who passes ------------------------------------------------------------------------

    def create_blueprint(self, admin: Admin) -> Blueprint:
        self._urls = [rule for rule in self._urls if rule[1] in self.opens]
        blueprint = super().create_blueprint(admin)
        errors.install(blueprint)
        return blueprint

    def is_visible(self) -> bool:
        return self.in_menu

    def is_accessible(self) -> bool:
        return self.may_open(self._default_view)

    def may_open(self, route: str) -> bool:
        """Whether the one who acts may open that route of this view, by its function's name."""
        actor, permission = present_actor(), self.opens.get(route)
        if permission is None or actor is None or not can(actor, permission):
            return False
        return route != "export" or holds_together(actor, permission, self.opens[self._default_view])

    def may(self, permission: Permission) -> bool:
        """Whether the one who acts holds the permission: for what a page offers."""
        return can(present_actor(), permission)

    def _handle_view(self, name: str, **kwargs: Any) -> ResponseReturnValue | None:
        refuse_strange_request()
        actor = present_actor()
        begin(self.db_session, "readonly")
        looks.begin(self.db_session)
        self.db_session.info.update(actor=actor, request_id=request_id(), sender=current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy has it
        permission = self.opens.get(name)
        if permission is None:
            abort(404)
        if actor is None:
            if request.method in ("GET", "HEAD"):
                return redirect(host().sign_in_url(self._here()))
            abort(401)
        refuse_another_writer(actor)
        if request.method == "POST" and (arriving := host().arriving) is not None:
            arriving(self)
        if not can(actor, permission):
            self.refuse(permission)
        request.environ[DOING] = permission
        return None

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin would call it a second time after a TypeError, and hide that.
        answer = current_app.make_response(fn(self, *args, **kwargs))
        if not 300 <= answer.status_code < 400:
            self._record_looks(fn.__name__)
        return answer

    def _record_looks(self, route: str) -> None:
        """Write what the page that is about to leave shows of children; when that fails, so does the page."""
        if events := looks.of(self.db_session).take(f"{self.noun}.{route}", children_too=route not in self.lists):
            audit.record_all_at_once(host().db.engine, present_actor(), events, request_id=request_id())

    def refuse(self, permission: Permission, *, why: str = "", **details: Any) -> NoReturn:
        """403 with why (left empty, what the account may not do), and the attempt stands in the audit log: on which row and child,
        where the one who acts may see that row."""
        asked = request.args.get("id", "")
        known = looks.facts_of_what_was_asked(self.db_session, getattr(self, "model", None))
        about = {"object_type": self.noun, "object_id": int(asked) if can_be_id(asked) else None, **known}
        self.db_session.rollback()
        self.record_at_once("refused", outcome="refused", permission=permission.value, route=request.endpoint, **about, **details)
        abort(403, description=why or f"Your account may not {permission.sentence}.")

    def require_fresh(self) -> ResponseReturnValue | None:
        """None when the sign-in is fresh enough for money; else a redirect to return from the route (POST: 401 page)."""
        if host().is_fresh():
            return None
        if request.method in ("GET", "HEAD"):
            return redirect(host().sign_in_url(self._here()))
        abort(401, description="For this step, please show once more that it is you. What you chose is kept below.")

    def _here(self) -> str:
        """A GET page to come back to: this one, or this view's first page."""
        return way_back(url_for(f"{self.endpoint}.{self._default_view}"))

    # --- what a route works with ---------------------------------------------------------------------------------------

    @property
    def db_session(self) -> Session:
        """This request's session; rows outside the actor's scope are not in it."""
        return cast(Session, host().db.session())

    @property
    def actor(self) -> Actor:
        """Who acts."""
        actor = present_actor()
        if actor is None:
            abort(401)
        return actor

    @property
    def today(self) -> date:
        return config.today()

    @property
    def now(self) -> datetime:
        return config.now()

    def page(self, template: str, *, status: int = 200, **context: Any) -> ResponseReturnValue:
        """The rendered page."""
        return self.render(template, **context), status

    def say(self, sentence: str, kind: str = "success") -> None:
        """A sentence in the next page's message region; kind: success, warning or error."""
        flash(sentence, kind)

    def back_to(self, route: str, **values: Any) -> ResponseReturnValue:
        """A redirect to one of this view's own pages, after a POST."""
        return redirect(url_for(f"{self.endpoint}.{route}", **values), code=303)

    def one_or_404(self, model: type[Row], row_id: object, *loads: Any) -> Row:
        """One row by an id that came from outside, within the actor's scope; 404 alike for strange, missing and not theirs.

        A child's row that is given out is looked at: the page that is made of it leaves with its event.
        """
        found = self.db_session.scalar(select(model).where(model.id == whole_id(row_id)).options(*loads))
        if found is None:
            abort(404)
        self.give([found])
        return found

    def give(self, rows: Iterable[Base], *, noted: bool = False) -> None:
        """What rows pass before a route has them: looks at children's are noted (`noted`: at all), and it is 403 where another role
        of the one who acts opens a child's row than the one that may do what this route does.
        """
        rows, permission = list(rows), request.environ[DOING]
        for each in rows:
            if noted or looks.is_of_a_child(each):
                self.look_at(each)
        children = [child for each in rows if looks.is_of_a_child(each) and (child := audit.child_of(each)) is not None]
        if lent(self.db_session, self.actor, permission, children):
            self.refuse(permission)

    def asked_once(self, name: str) -> str:
        """What the address says under that name; "" where it says nothing or two things: then nobody knows which was meant."""
        asked = request.args.getlist(name)
        return asked[0] if len(asked) == 1 else ""

    def way_to(self, endpoint: str, **values: Any) -> str | None:
        """The address of a page of ours, or None where it is not mounted or not open to the one who acts."""
        blueprint, _, route = endpoint.rpartition(".")
        view = next((each for each in host().admin._views if each.endpoint == blueprint), None)
        if not isinstance(view, PepView) or f"{blueprint}.{route}" not in current_app.view_functions or not view.may_open(route):
            return None
        return url_for(endpoint, **values)

    # --- looks and verbs -----------------------------------------------------------------------------------------------

    def look_at(self, row: Base, action: str = "", **details: Any) -> None:
        """Note a look at that row, written before the page leaves; `action` where it is another than that of the row's kind.

        One row is one event, however often it is noted. What one_or_404, row_or_404 and rows_for give is noted already.
        """
        looks.of(self.db_session).note(row, action, **details)

    def record_at_once(self, action: str, subject: Any = None, **details: Any) -> None:
        """An audit event in a transaction of its own; call it while this request's session has nothing unsaved."""
        audit.record_at_once(host().db.engine, present_actor(), action, subject, request_id=request_id(), **details)

    def record_view(self, action: str, row: Any = None, **details: Any) -> None:
        """A look at many records at once, as a list, an export or a file: audited here and now, or the page is not shown."""
        self.record_at_once(action, row, **details)

    def commit(
        self, verb: Callable[Concatenate[Session, P], T], *arguments: Any, subject: Base | None = None,
        keep_stale: bool = False, **named: Any,
    ) -> Done[T]:
        """Run one verb in one write transaction and commit it; see PepModelView for what each refusal becomes."""
        if request.method != "POST":
            abort(405)  # a look changes nothing, whatever the route forgot to ask
        facts = _facts_of(subject, arguments)
        session = self.db_session
        begin(session, "write")
        try:
            value = verb(session, *arguments, **{"actor": self.actor, **named})
            session.commit()
            request.environ[errors.SAVED] = True
            done = Done(value)
        except Exception as problem:
            session.rollback()
            done = self._answer(problem, _name_of(verb), facts, keep_stale)
        begin(session, "readonly")  # what the page reads from here on holds up no other writer, its own looks least of all
        return done

    def _keep(self, instead: Callable[[Session], None]) -> None:
        """What a refusal leaves behind, alone in its transaction: of the verb that refused nothing is left by now."""
        begin(self.db_session, "write")
        try:
            instead(self.db_session)
            self.db_session.commit()
        except Exception:
            self.db_session.rollback()
            raise

    def _answer(self, problem: Exception, verb: str, facts: dict[str, Any], keep_stale: bool) -> Done[Any]:
        match problem:
            case Refused():
                if problem.instead is not None:
                    self._keep(problem.instead)
                codes = sorted({finding.code for finding in problem.findings})
                self.record_at_once(verb, outcome="refused", codes=codes, **facts)
                return Done(findings=problem.findings)
            case NotAllowed():
                self.record_at_once(verb, outcome="refused", permission=problem.permission, **facts)
                abort(403, description=str(problem))
            case NotFound():
                abort(404)
            case StaleRecord() if keep_stale:
                return Done(saved=problem.saved)
            case StaleDataError() if keep_stale:
                return Done(saved={})
            case StaleRecord() | StaleDataError():
                abort(409)
            case IntegrityError():
                return Done(findings=(errors.broken_constraint(problem),))
        raise problem


def refuse_other_sites() -> None:
    """400 for a form that another site made a browser send: its words must not come before anybody as their own.

    Browsers say so in Sec-Fetch-Site; those that do not name the sending site in Origin, which must be this one's.
    """
    fetched, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or request.routing_exception or fetched in ("same-origin", "none"):
        return
    ours = {request.host, str(current_app.config.get("PEP_ADMIN_BASE_URL") or "").partition("://")[2].partition("/")[0]} - {""}
    if fetched or (origin is not None and origin.partition("://")[2] not in ours):
        request.environ[errors.KEEP_NOTHING] = True
        abort(400, description="This form was not sent from a page of this site. Nothing was done.")


def refuse_strange_request() -> None:
    """400 for another site's form, a NUL anywhere, a part of a form without a name, and a return address that leaves this site."""
    refuse_other_sites()
    named = [*request.args.items(multi=True), *request.form.items(multi=True), *(request.view_args or {}).items()]
    if any(key is None for key, _ in named):
        request.environ[errors.KEEP_NOTHING] = True
        abort(400)
    if any("\x00" in key or "\x00" in str(value) for key, value in named):
        abort(400, description="The page was asked for with a character that no text can hold. Nothing was saved.")
    for key, value in named:
        if key in RETURN_NAMES and value and not SAME_ORIGIN_PATH.fullmatch(str(value)):
            abort(400, description="The address to return to is not a page of this site. Nothing was saved.")


def refuse_another_writer(actor: Actor) -> None:
    """409 when a form filled in under one name is sent under another: nothing of it is saved or shown."""
    if request.method == "POST" and request.form.get(errors.WRITER, actor.id) != actor.id:
        request.environ[errors.KEEP_NOTHING] = True
        abort(409, description="Somebody else has signed in since this page was filled in, so nothing was saved. "
                               "Whoever wrote it can sign in and send it again.")


def begin(session: Session, how: str) -> None:
    """End what was read so far, keeping the loaded rows, and begin a transaction of that kind ("readonly" or "write").

    A POST reads without the write lock until a verb runs, so that a refusal or a look can be recorded beside it.
    """
    expires, session.expire_on_commit = session.expire_on_commit, False
    try:
        session.commit()
    finally:
        session.expire_on_commit = expires
    session.connection(execution_options={how: True})


def _name_of(verb: Any) -> str:
    return str(getattr(verb, "__name__", "verb")).strip("_")


def _facts_of(subject: Base | None, arguments: tuple[Any, ...]) -> dict[str, Any]:
    row = subject if subject is not None else next((each for each in arguments if isinstance(each, Base)), None)
    return {} if row is None else audit.facts_of(row)


def chosen_of(kind: type[Choice], value: str) -> Choice:
    """A member of an enum by a posted value; 400 for one that no page offers."""
    try:
        return kind(value)
    except ValueError:
        abort(400, description="Choose one of what the page offers. Nothing was saved.")
