"""How columns become form fields: native controls, English dates, pounds, labels of enums, rows to choose within the scope.

Every message is a sentence its reader can act on. What a record must fulfil is the validators' matter, not a field's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any, cast

from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.contrib.sqla.validators import Unique
from flask_admin.form import BaseForm
from flask_admin.model.form import converts
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # not yet in types-WTForms
from wtforms.validators import InputRequired, Length, NumberRange, StopValidation, ValidationError
from wtforms.widgets import TextInput, html_params

from pep_admin.deadlines import format_day
from pep_admin.models import Base
from pep_admin.money import format_pounds, parse_pounds
from pep_admin.views.errors import TAKEN
from pep_admin.views.formats import parse_day
from pep_admin.views.hosting import HIGHEST_ID, host
from pep_admin.vocabulary import Labelled

LONGEST_LINE = 300
MOST_OPTIONS = 250
BLANK = ""
KEPT = "="
"""Before the id of a row that was chosen earlier: it gives way to a text that is typed beside it."""
_ROW_ID = re.compile(f"{KEPT}?[0-9]+")


class PepForm(BaseForm):
    """The form of a plain record: base class of every form that the converter makes."""


class Proposed:
    """A row as it would be saved: a form's values over the row's own; what neither has is None. Checks read it like a row."""

    def __init__(self, row: Any, values: dict[str, Any]) -> None:
        self._row, self._values = row, values

    def __getattr__(self, name: str) -> Any:
        return self._values[name] if name in self._values else getattr(self._row, name, None)


class TypedField(StringField):
    """A field whose text is parsed; what was typed stays in it as it was typed, also when it could not be read."""

    widget = TextInput()

    def read(self, text: str) -> Any:
        """The value of a text that is not blank; ValueError with a sentence when it has none."""
        raise NotImplementedError

    def written(self, value: Any) -> str:
        """A stored value as the field shows it."""
        raise NotImplementedError

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if valuelist:
            text, self.data = str(valuelist[0]).strip(), None
            self.data = self.read(text) if text else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.written(self.data) if self.data is not None else ""


class DayField(TypedField):
    """A date, typed in any of the English ways or ISO, shown as 01 Sep 2024."""

    def read(self, text: str) -> date:
        return parse_day(text)

    def written(self, value: date) -> str:
        return format_day(value)


class PoundsField(TypedField):
    """An amount typed in pounds, held in pence."""

    def read(self, text: str) -> int:
        return parse_pounds(text)

    def written(self, value: int) -> str:
        return format_pounds(value).removeprefix("£")


class NumberField(IntegerField):
    """A whole number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"render_kw": {"inputmode": "numeric"}, **kwargs})

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        text, self.data = str(valuelist[0]).strip(), None
        if text and not re.fullmatch(r"-?[0-9]{1,30}", text):
            raise ValueError("Enter a whole number, like 17.")
        self.data = int(text) if text else None


class LabelField(SelectField):
    """One member of an enum, by value and label, in a native select; blank is None. `offered` leaves out what does not apply; what
    is chosen already stays to be seen."""

    offered: Collection[Labelled] | None = None

    def __init__(self, kind: type[Labelled], *, blank: str = "Choose one", **kwargs: Any) -> None:
        self.kind, self.blank = kind, blank
        super().__init__(choices=[], coerce=self._member, validate_choice=False, **kwargs)

    def _member(self, value: Any) -> Labelled | str | None:
        if isinstance(value, self.kind) or value in (None, BLANK):
            return value or None
        try:
            return self.kind(value)
        except ValueError:
            return str(value)

    def iter_choices(self) -> Iterator[Choice]:
        chosen = self.data.value if isinstance(self.data, Labelled) else self.data or BLANK
        yield Choice(BLANK, self.blank, chosen == BLANK, {})
        for each in self.kind:
            if self.offered is None or each in self.offered or chosen == each.value:
                yield Choice(each.value, each.label, chosen == each.value, {})

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not isinstance(self.data, self.kind):
            raise StopValidation("Choose one from the list.")


class YesNoField(SelectField):
    """Yes, no, or not known, which is None: a box that is not ticked would say no."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "choices": [], "coerce": _yes_or_no, "validate_choice": False})

    def iter_choices(self) -> Iterator[Choice]:
        chosen = {True: "yes", False: "no"}.get(self.data, "")
        for value, label in (("", "Not known"), ("yes", "Yes"), ("no", "No")):
            yield Choice(value, label, value == chosen, {})

    def pre_validate(self, form: Any) -> None:
        if self.data not in (None, True, False):
            raise StopValidation("Choose one from the list.")


def _yes_or_no(value: Any) -> Any:
    return {"yes": True, "no": False, "": None, None: None, True: True, False: False}.get(value, str(value))


class RowControl:
    """The control of a RowField: a native select, or a text to search by with what fitted it as radio buttons."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        attributes.setdefault("id", field.id)
        return self._select(field, attributes) if field.options is not None else self._search(field, attributes)

    def _select(self, field: Any, attributes: dict[str, Any]) -> Markup:
        options = [Markup("<option {}>{}</option>").format(_params(value=value, selected=chosen), label)
                   for value, label, chosen in field.offered()]
        return Markup("<select {}>{}</select>").format(_params(name=field.name, **attributes), Markup("").join(options))

    def _search(self, field: Any, attributes: dict[str, Any]) -> Markup:
        text = "" if field.data is not None else field.text
        box = Markup("<input {}>").format(_params(type="text", name=field.name, value=text, maxlength=100, **attributes))
        rows = [(f"{KEPT}{field.data.id}", field.data, True)] if field.data is not None else []
        rows += [(str(row.id), row, False) for row in field.matches if field.data is None]
        offered = [
            Markup('<label class="choice"><input {}> {}</label>').format(
                _params(type="radio", name=field.name, value=value, checked=chosen), field.label_of(row))
            for value, row, chosen in rows
        ]
        return box + Markup("").join(offered)


def _params(**attributes: Any) -> Markup:
    return Markup(html_params(**attributes))  # noqa: S704 (html_params escapes)


class RowField(Field):
    """One row of another table, within the scope of who acts: a native select, or, beyond MOST_OPTIONS rows, a search by text.

    `criteria` narrows the choice (people who have not left, say); what is chosen already stays choosable. `label_of` writes a row.
    The search works without scripts: the text is looked up when the form is sent, and several matches come back as radio buttons.
    `data` is the row, so that `populate_obj` sets the relationship; `chosen_id` its id.
    """

    widget = RowControl()

    def __init__(
        self, label: str | None = None, validators: Any = None, *, model: type[Base],
        criteria: Callable[[], Sequence[ColumnElement[bool]]] = tuple, order: Sequence[Any] = (), search: Sequence[Any] = (),
        label_of: Callable[[Any], str] = str, blank: str = "Choose one", allow_blank: bool = True, **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.model, self.criteria, self.order, self.search = model, criteria, order, search
        self.label_of, self.blank, self.allow_blank = label_of, blank, allow_blank
        self.text = ""
        self.matches: list[Any] = []
        self._options: list[Any] | None = None

    @property
    def chosen_id(self) -> int | None:
        return self.data.id if self.data is not None else None

    @property
    def options(self) -> list[Any] | None:
        """The rows to choose from, or None when there are more than a select should hold."""
        if self._options is None:
            self._options = list(_session().scalars(self._choosable().order_by(*self.order).limit(MOST_OPTIONS + 1)))
        return self._options if len(self._options) <= MOST_OPTIONS else None

    def offered(self) -> list[tuple[str, str, bool]]:
        """(value, label, chosen) of the native select."""
        rows = list(self.options or [])
        if self.data is not None and self.data not in rows:
            rows.insert(0, self.data)
        return [(BLANK, self.blank, self.data is None), *((str(row.id), self.label_of(row), row is self.data) for row in rows)]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        before, self.data = self.object_data, None
        typed = [str(each).strip() for each in valuelist if str(each).strip()]
        if not typed:
            return
        texts = [each for each in typed if not _ROW_ID.fullmatch(each)]
        found = [each for each in typed if each.isascii() and each.isdigit()] or ([] if texts else typed)
        if self.options is None and str(valuelist[0]).strip().isdigit():  # typed into the box: a URN, say, and no row's id
            texts, found = [str(valuelist[0]).strip()], [str(each) for each in valuelist[1:] if str(each).isdigit()][-1:]
        self.text = (texts or typed)[0]
        if found:
            self.data = self._by_id(found[0].removeprefix(KEPT), before)
            return
        self.matches = self._matching(self.text) if self.search and self.options is None else []
        if len(self.matches) == 1:
            self.data = self.matches[0]
        elif self.matches:
            raise ValueError("More than one fits what you typed. Choose one below, or type more of the name.")
        elif self.options is None:
            raise ValueError("Nobody and nothing here fits what you typed. Try a part of the name.")
        else:
            raise ValueError("Choose one from the list.")

    def _by_id(self, text: str, before: Any) -> Any:
        if before is not None and text == str(before.id):
            return before
        found = None
        if len(text) <= 10 and int(text) <= HIGHEST_ID:
            found = _session().scalar(self._choosable().where(self.model.id == int(text)))
        if found is None:
            raise ValueError("Choose one from the list.")
        return found

    def _matching(self, text: str) -> list[Any]:
        found = self._choosable()
        for word in text.split()[:6]:
            pattern = f"%{word.replace('%', '').replace('_', '')}%"
            found = found.where(or_(*(column.ilike(pattern) for column in self.search)))
        return list(_session().scalars(found.order_by(*self.order).limit(20)))

    def _choosable(self) -> Select[Any]:
        return select(self.model).where(*self.criteria())

    def _value(self) -> str:
        return self.label_of(self.data) if self.data is not None else self.text


def _session() -> Session:
    return cast(Session, host().db.session())


class OneOfAKind(Unique):
    """Flask-Admin's check of a unique column, blind to blanks and with a sentence that says what to look at."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data not in (None, ""):
            super().__call__(form, field)


class PepFormConverter(AdminModelConverter):
    """Flask-Admin's converter with our fields; set as `model_form_converter` on PepModelView."""

    def _model_select_field(self, prop: Any, multiple: Any, remote_model: Any, **kwargs: Any) -> Any:
        kwargs.pop("query_factory", None)
        return RowField(model=remote_model, **_worded(kwargs, "Choose one."))

    @converts("pep_admin.models.Words", "String")
    def conv_String(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Field:
        field_args["filters"] = [_trimmed, *field_args.get("filters", ()), _or_none if column.nullable else _text]
        length = column.type.length
        if length:
            field_args["validators"].append(Length(max=length, message=f"At most {length:,} characters fit here."))
        made = StringField if length and length <= LONGEST_LINE else TextAreaField
        return made(**_worded(field_args, "Fill this in."))

    @converts("sqlalchemy.sql.sqltypes.Enum")
    def convert_enum(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Field:
        return LabelField(column.type.enum_class, **_worded(field_args, "Choose one.", column))

    @converts("Date")
    def convert_date(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Field:
        return DayField(**_worded(field_args, "Enter a date, like 01 Sep 2024.", column))

    @converts("Boolean")
    def conv_Boolean(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Field:
        if column.nullable:
            return YesNoField(**_worded(field_args, "Choose one."))
        return BooleanField(**field_args)

    @converts("BigInteger")
    def conv_pounds(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Field:
        return PoundsField(**_worded(field_args, "Enter an amount in pounds, like 550 or 599.50.", column))

    @converts("Integer")
    def whole_number(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Field:
        validators = field_args["validators"]
        if not any(isinstance(each, NumberRange) for each in validators):
            validators.append(_storable)
        return NumberField(**_worded(field_args, "Enter a whole number, like 17.", column))


def _storable(form: Any, field: Any) -> None:
    """A number that a column of whole numbers can hold; the sentence says which end was passed."""
    if field.data is not None and field.data < 0:
        raise ValidationError("Enter a whole number that is not below 0.")
    if field.data is not None and field.data > HIGHEST_ID:
        raise ValidationError(f"Enter a whole number that is not above {HIGHEST_ID:,}.")


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _or_none(value: Any) -> Any:
    return value or None


def _text(value: Any) -> Any:
    return value or ""


def _worded(field_args: dict[str, Any], needed: str, column: Any = None) -> dict[str, Any]:
    """The same arguments with sentences in place of the stock messages; a column that may not be empty is asked for."""
    given = [*field_args.get("validators", ())]
    if column is not None and not column.nullable and not any(isinstance(each, InputRequired) for each in given):
        given.append(InputRequired())
    worded: list[Any] = []
    for each in given:
        if isinstance(each, InputRequired) and each.message is None:
            each = InputRequired(needed)
        elif isinstance(each, Unique):
            each = OneOfAKind(each.db_session, each.model, each.column, f"{TAKEN} (DATA-unique)")
        worded.append(each)
    return {**field_args, "validators": worded}
