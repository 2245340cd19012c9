"""What somebody typed, told back when it could not be saved: under the labels of its form, without what the page itself put there.

What is kept and who may see it is the matter of errors.py and of the host's sign-in; nothing is stored here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from pep_admin.models import Base
from pep_admin.pep_form import FORM, Field, Kind
from pep_admin.views.attainment_lines import SUBJECT
from pep_admin.views.hosting import host
from pep_admin.views.posted_lines import GIVEN

OF_THE_PAGE = re.compile(
    r"csrf_token|written_by|row_version|version-.*|.*base-.*|alert|rowid|.+-id|.+-given|run|touched|mark|seal|part|action|then|url|next|sure|"
    r"session|seen_.+|"
    r"sentence"
)
"""Names of hidden fields and buttons: they travel with what was typed and say nothing to who typed it."""
_ROW = re.compile(r"=?[0-9]+")
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+")
_LINE = re.compile(r"([a-z_]+)-([0-9]+)-([a-z_]+)")
_PEP = re.compile(r"([0-9]{4}-[A-Z]{3}-[0-9]+)--(.+)")
_DECLARED = {found.key: found for found in FORM.fields()}


def told(fields: Iterable[tuple[str, str]], address: str | None = None) -> list[tuple[str, str]]:
    """(label, text) of what was typed into the form that was sent to that address (by default, with this request)."""
    view, fields = _view_at(address), list(fields)
    named_by_us = {name.removesuffix(f"-{GIVEN}") + f"-{SUBJECT}" for name, _ in fields if name.endswith(f"-{GIVEN}")}
    named = [(*_of_a_pep(name), text) for name, text in fields if name not in named_by_us]
    return [(f"{pep}{_label(name, view)}", _text(name, text, view)) for pep, name, text in named
            if text.strip() and not OF_THE_PAGE.fullmatch(name) and not _is_a_row(name, text)]


def _of_a_pep(name: str) -> tuple[str, str]:
    """A field of a page about several PEPs: whose it is, in words, and its name in that PEP; "" where it is of no one PEP."""
    found = _PEP.fullmatch(name)
    return (f"{found[1]}, ", found[2]) if found else ("", name)


def _view_at(address: str | None) -> Any:
    endpoint = request.endpoint or ""
    if address is not None:
        path = urlsplit(address).path.removeprefix(request.script_root)
        try:
            endpoint = current_app.url_map.bind("").match(path, method="POST")[0]
        except HTTPException:
            return None
    return next((each for each in host().admin._views if each.endpoint == endpoint.rpartition(".")[0]), None)


def _is_a_row(name: str, text: str) -> bool:
    """Whether it is the number of a row that was chosen by its name."""
    if not _ROW.fullmatch(text):
        return False
    return name.endswith("_id") or name == "person" or any(name in mapper.relationships for mapper in Base.registry.mappers)


def _declared(name: str) -> Field | None:
    """The field of the document that a name stands for, a column of a table by its line."""
    if line := _LINE.fullmatch(name):
        table = _DECLARED.get(line[1])
        return next((column for column in table.columns if column.key == line[3]), None) if table else None
    return _DECLARED.get(name)


def _label(name: str, view: Any) -> str:
    found, line = _declared(name), _LINE.fullmatch(name)
    if found and line:
        return f"{_DECLARED[line[1]].label}, line {int(line[2]) + 1}: {found.label}"
    if found:
        return found.label
    asked = (getattr(view, "form_args", None) or {}).get(name, {})
    known = (getattr(view, "column_labels", None) or {}).get(name)
    return str(asked.get("label") or known or name.removesuffix("_id").removesuffix("_pence").replace("_", " ").capitalize())


def _text(name: str, text: str, view: Any) -> str:
    found = _declared(name)
    if found and found.kind is Kind.YES_NO:
        return text.capitalize()
    if found:
        return dict(found.choices).get(text, text)
    column = view.model.__table__.columns.get(name) if hasattr(view, "model") else None
    kind = getattr(getattr(column, "type", None), "enum_class", None)
    plain = text.replace("_", " ").capitalize() if _CODE.fullmatch(text) else text
    return next((each.label for each in kind or () if each.value == text), plain)
