"""The mail that the program sends to people: what waits, went, failed or came back, and what to do about one message.

No letter names a child. Letters of accounts are not here: each holds a way in, and is sent anew from the account. What is done
about a message is workflow/mail.py's, the words of the letters server/mail.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qsl

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from pep_admin.models import Delivery
from pep_admin.permissions import Permission
from pep_admin.queries.deliveries import WAITS, peps_of, waits_for_somebody
from pep_admin.server import mail as mail_words
from pep_admin.server.mail import LETTERS, TO_PEOPLE
from pep_admin.views import formats
from pep_admin.views.base import PepModelView
from pep_admin.views.base_forms import PepForm
from pep_admin.views.cells import linked, reference, wrapped
from pep_admin.views.filters import Case, Moment, OneOf
from pep_admin.views.hosting import host
from pep_admin.views.people import REPLACED
from pep_admin.vocabulary import DeliveryState
from pep_admin.workflow import mail

LIST_KEYS = frozenset({"search", "page", "page_size", "sort", "desc"})
"""What an address of the list asks for beside filters."""
ABOUT = "pep_admin.deliveries.about"
"""Where the PEPs of the messages on a page stand while it is made."""


def _is(template: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda column: column == template


class AddressForm(PepForm):
    """The right address."""

    email = StringField("Their right e-mail address", [InputRequired("Enter the address."), Length(max=254)])


class Deliveries(PepModelView):
    """Messages to people on record."""

    model = Delivery
    noun = "deliveries"
    title = "Mail"
    singular = "Message"
    group = "Schools and people"
    opens = {
        "index_view": Permission.DELIVERY_READ,
        "details_view": Permission.DELIVERY_READ,
        "send_again": Permission.DELIVERY_SEND,
        "note_return": Permission.DELIVERY_SEND,
        "undo_return": Permission.DELIVERY_SEND,
        "mend": Permission.PERSON_EDIT,
    }
    loads = (joinedload(Delivery.person), joinedload(Delivery.pep))
    column_list = ("person", "template", "about", "state", "queued_at", "sent_at", "opened_at", "tries", "problem")
    column_details_list = ("person", "template", "about", "state", "queued_at", "due_at", "sent_at", "sent_to", "opened_at",
                           "since", "tries", "problem")
    column_labels = {
        "person": "To", "person_id": "To", "template": "Letter", "about": "PEP", "pep": "PEP", "pep_id": "PEP", "state": "State",
        "queued_at": "Queued", "due_at": "To be sent from", "sent_at": "Sent", "sent_to": "Went to", "tries": "Tries",
        "problem": "What went wrong", "since": "Signed in since", "opened_at": "Link opened",
        "key": "Key", "arguments": "Facts", "leased_until": "Held until",
    }
    column_formatters = {
        "template": lambda view, context, row, name: LETTERS[row.template].subject if row.template in LETTERS else row.template,
        "problem": lambda view, context, row, name: view.problem_of(row),
        "about": lambda view, context, row, name: view.about(row),
        "since": lambda view, context, row, name: view.signed_in_since(row),
    }
    column_formatters_detail = {
        **column_formatters,
        "problem": lambda view, context, row, name: wrapped(row.problem or formats.NOTHING),
        "person": lambda view, context, row, name: linked(row.person, view.way_to("pep_people.details_view", id=row.person_id)),
    }
    column_sortable_list = (("person", ("person.last_name", "person.first_name")), "template", "state", "queued_at", "sent_at",
                            "opened_at", "tries")
    column_default_sort = ("queued_at", True)
    column_searchable_list = ("person.last_name", "person.first_name", "sent_to")
    column_filters = (
        OneOf(Delivery.state, "State", "state", DeliveryState),
        Case(Delivery.state, "Waits for somebody", "waits", {
            "yes": ("To be done something about", lambda column: waits_for_somebody()),
        }),
        Case(Delivery.template, "Letter", "letter", {
            name: (letter.subject, _is(name)) for name, letter in TO_PEOPLE.items()
        }),
        Case(Delivery.opened_at, "Link", "opened", {
            "yes": ("Opened", lambda column: column.is_not(None)),
            "no": ("Sent, not opened", lambda column: column.is_(None) & Delivery.sent_at.is_not(None)),
        }),
        Moment(Delivery.queued_at, "Queued on or after", "from", after=True),
        Moment(Delivery.queued_at, "Queued on or before", "to", after=False),
    )
    list_template = "pep/deliveries/list.html"
    details_template = "pep/deliveries/details.html"

    def get_query(self) -> Any:
        return super().get_query().filter(Delivery.person_id.is_not(None))

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(Delivery.person_id.is_not(None))

    def get_one(self, id: Any) -> Any:
        row = super().get_one(id)
        return row if row is not None and row.person_id is not None else None

    def get_list(self, *args: Any, **kwargs: Any) -> Any:
        count, rows = super().get_list(*args, **kwargs)
        request.environ[ABOUT] = peps_of(self.db_session, cast("list[Delivery]", rows))  # for the whole page at once
        return count, rows

    def about(self, row: Delivery) -> Any:
        """The PEP of the message, where it is about one; of many, how many."""
        known = request.environ.setdefault(ABOUT, {})
        if row.id not in known:
            known |= {row.id: (), **peps_of(self.db_session, [row])}
        found, count = known[row.id], row.arguments.get("count")
        if len(found) == 1 and count in (None, 1):
            return reference(found[0], self.way_to("pep_peps.details_view", id=found[0].id))
        count = count or len(found)
        return mail_words.count_of(count).replace("a PEP", "1 PEP") if count else formats.NOTHING

    def problem_of(self, row: Delivery) -> Any:
        """What went wrong, and in the row the way to mend it, which comes back to this list."""
        said = wrapped(row.problem or ("" if row.state in WAITS else formats.NOTHING))
        if row.state not in WAITS or not self._may_mend(row):
            return said
        url = url_for(".details_view", id=row.id, list=request.query_string.decode(errors="replace")[:500] or "all")
        return Markup('{} <a href="{}#email">Mend the address…<span class="hidden"> of {}</span></a>').format(said, url, row.person)

    def _may_mend(self, row: Delivery) -> bool:
        return (self.may_open("mend") and row.person is not None and row.person.left_on is None
                and row.state not in mail.ON_ITS_WAY)

    def search_placeholder(self) -> str:
        return "Name, address"

    def signed_in_since(self, row: Delivery) -> str | None:
        """Whether the person was here after it went, where the host knows."""
        told = host().last_seen
        if told is None or row.sent_at is None or row.person_id is None:
            return None
        seen: datetime | None = told([row.person_id]).get(row.person_id)
        return formats.moment(seen) if seen and seen > row.sent_at else "Not yet"

    def details_context(self, row: Delivery) -> dict[str, Any]:
        person, replaces = row.person, None
        over = mail.why_not_needed(self.db_session, row, self.now)
        sends = self.may_open("send_again") and row.state not in mail.ON_ITS_WAY and not over
        if person is not None and person.left_on is not None and person.kind in REPLACED:
            replaces = self.way_to("pep_people.replace", id=person.id)
        return {
            "over": over, "replaces": replaces, "list": self.asked_once("list"),
            "undoes": self.may_open("undo_return") and row.state is DeliveryState.CAME_BACK and person is not None
            and person.email == row.sent_to,
            "form": AddressForm(email=person.email if person else ""),
            "sends": sends and person is not None and person.has_working_address,
            "returns": self.may_open("note_return") and row.state is DeliveryState.SENT and person is not None
            and person.email == row.sent_to,
            "mends": (mends := self._may_mend(row)),
            "others": len(mail.with_the_address(self.db_session, row, self.now)) if mends else 0,
        }

    @expose("/send-again/", methods=("POST",))
    def send_again(self) -> ResponseReturnValue:
        """Once more."""
        row = self.row_or_404()
        done = self.commit(mail.send_again, row.id, now=self.now, subject=row)
        return self._told(row, done, "It is queued, and goes out shortly.")

    @expose("/came-back/", methods=("POST",))
    def note_return(self) -> ResponseReturnValue:
        """It came back."""
        row = self.row_or_404()
        done = self.commit(mail.note_return, row.id, today=self.today, subject=row)
        return self._told(row, done, f"Noted. Nothing more is sent to {row.sent_to} until the address is mended.")

    @expose("/not-back/", methods=("POST",))
    def undo_return(self) -> ResponseReturnValue:
        """It did not come back after all."""
        row = self.row_or_404()
        done = self.commit(mail.undo_return, row.id, subject=row)
        return self._told(row, done, f"Taken back. Mail goes to {row.sent_to} again.")

    def _told(self, row: Delivery, done: Any, sentence: str) -> ResponseReturnValue:
        if done.value is None:
            self.say(done.findings[0].sentence, "warning")
        else:
            self.say(sentence)
        return self.back_to("details_view", id=done.value.id if done.value is not None else row.id)

    @expose("/mend/", methods=("POST",))
    def mend(self) -> ResponseReturnValue:
        """The right address for the person, and the message once more."""
        row = self.row_or_404()
        if row.person is None:
            abort(404)
        form: Any = AddressForm(request.form)
        if form.validate():
            done = self.commit(mail.mend_address, row.id, form.email.data, now=self.now, subject=row)
            if done.value is not None:
                self.say(_mended(done.value))
                return self._after_mending(done.value.message)
            self.put_on(form, done.findings)
        row = self.row_or_404()
        shown: dict[str, Any] = {**self.details_context(row), "form": form}
        return self.page(self.details_template, status=422, row=row, fields=self.details_of(row), related=(), links=(), timeline=(),
                         **shown)

    def _after_mending(self, sent: Delivery) -> ResponseReturnValue:
        """The list from which it was mended, as it was asked for; else the message."""
        if not (asked := self.asked_once("list")):
            return self.back_to("details_view", id=sent.id)
        known = {key: value for key, value in parse_qsl(asked) if key in LIST_KEYS or key.startswith("flt")}
        return self.back_to("index_view", **known)


def _mended(done: mail.Mended) -> str:
    """What became of the message and of the others that the address had held up."""
    others = f"{done.others} other {'message' if done.others == 1 else 'messages'} to them that did not arrive"
    said = f"The address of {done.message.person} is mended"
    if done.message.state in mail.ON_ITS_WAY:
        return f"{said}, and the message goes out again shortly{f', with {others}' if done.others else ''}."
    return f"{said}. The message is not needed any more.{f' Sent out again shortly: {others}.' if done.others else ''}"
