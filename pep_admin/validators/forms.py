"""The one door from the checks to WTForms: validators for form fields, and a way to put a record's findings on a form.

No rule stands here. A blocking finding becomes a field error that ends in its rule, a warning stays beside the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wtforms import Field, Form
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.identifiers import check_email, check_upn, check_urn

Check = Callable[[Any], Sequence[Finding]]
FormValidator = Callable[[BaseForm, Field], None]
ENDINGS = ("_pence", "_id", "_name")  # by which a form's name for a field may differ from the check's


def checked(check: Check) -> FormValidator:
    """A WTForms validator that runs `check` on the field's value.

    Blank values pass (whether an answer is needed is another validator's). Blocking findings raise ValidationError; all others
    stand on `field.warnings`, a list of Findings.
    """

    def validate(form: BaseForm, field: Field) -> None:
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            return
        findings = list(check(field.data))
        _warn(field, [finding for finding in findings if finding.severity != "blocking"])
        stopping = blocking(findings)
        if stopping:
            raise ValidationError(" ".join(finding.sentence for finding in stopping))

    return validate


def Upn() -> FormValidator:
    """A UPN's shape blocks, its check letter warns (DATA-upn)."""
    return checked(check_upn)


def Urn() -> FormValidator:
    """Six figures (DATA-urn)."""
    return checked(check_urn)


def Email() -> FormValidator:
    """One whole address (DATA-email)."""
    return checked(check_email)


def attach(form: Form, findings: Iterable[Finding]) -> list[Finding]:
    """Put each finding on the field it is about: blocking ones among its errors, the others on `field.warnings`.

    A field is found by the finding's `field`, also where the form's name differs only by one of ENDINGS. Returns the
    findings that fit no field, for the head of the page.
    """
    left_over: list[Finding] = []
    for finding in findings:
        field = _field_of(form, finding.field)
        if field is None:
            left_over.append(finding)
        elif finding.severity == "blocking":
            field.errors = [*field.errors, finding.sentence]
        else:
            _warn(field, [finding])
    return left_over


def _field_of(form: Form, name: str) -> Field | None:
    if not name:
        return None
    bare = name.removesuffix("_pence").removesuffix("_id")
    found = (form._fields.get(key) for key in (name, bare, *(f"{bare}{ending}" for ending in ENDINGS)))
    return next((field for field in found if field is not None), None)


def _warn(field: Field, findings: Sequence[Finding]) -> None:
    kept: list[Finding] = getattr(field, "warnings", [])
    setattr(field, "warnings", [*kept, *(finding for finding in findings if finding not in kept)])  # noqa: B010 (not typed)
