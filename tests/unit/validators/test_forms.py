"""The one door to WTForms, tried on real forms."""

from __future__ import annotations

from wtforms import Form, StringField
from wtforms.validators import DataRequired

from pep_admin.validators.findings import Finding
from pep_admin.validators.forms import Email, Upn, Urn, attach, checked


class Record(Form):
    upn = StringField(validators=[Upn()])
    urn = StringField(validators=[Urn()])
    email = StringField(validators=[Email()])
    amount_pence = StringField()
    target = StringField()
    payee_name = StringField()


def a_form(**values: str) -> Record:
    return Record(data=values)


def test_blank_fields_pass_whatever_the_check() -> None:
    assert a_form().validate() is True
    assert a_form(upn="  ", urn="", email=" ").validate() is True


def test_good_values_pass() -> None:
    assert a_form(upn="B801200005001", urn="105283", email="a@elm.example").validate() is True


def test_each_bad_value_is_said_beside_its_field() -> None:
    form = a_form(upn="B80", urn="1", email="a@b")
    assert form.validate() is False
    assert set(form.errors) == {"upn", "urn", "email"}
    assert form.errors["urn"] == [
        "A URN has six figures, like 105283. Leave it empty for a setting without one. (DATA-urn)"]


def test_a_check_letter_that_does_not_fit_is_a_warning_and_no_error() -> None:
    form = a_form(upn="A801200005001")
    assert form.validate() is True
    assert [finding.code for finding in form.upn.warnings] == ["DATA-upn"]


def test_the_rule_is_named_behind_the_sentence() -> None:
    class Money(Form):
        amount = StringField(validators=[DataRequired(), checked(lambda _: [Finding("RD-403", "HB-6.1", "amount", "Too much.")])])

    form = Money(data={"amount": "600.01"})
    assert form.validate() is False
    assert form.errors == {"amount": ["Too much. (HB-6.1)"]}


def test_several_findings_stand_in_one_error() -> None:
    warning = Finding("C", "DATA-x", "f", "Mind.", "warning")
    both = [Finding("A", "DATA-x", "f", "One."), Finding("B", "HB-1.1", "f", "Two."), warning]

    class Twice(Form):
        f = StringField(validators=[checked(lambda _: both)])

    form = Twice(data={"f": "x"})
    form.validate()
    assert form.errors == {"f": ["One. (DATA-x) Two. (HB-1.1)"]}
    assert [finding.message for finding in form.f.warnings] == ["Mind."]


def test_findings_of_a_record_land_on_their_fields() -> None:
    form = a_form()
    form.validate()
    findings = [
        Finding("RD-403", "HB-6.1", "amount", "Too much."),
        Finding("RD-401", "HB-6.5", "target_id", "No target."),
        Finding("PPG-payee", "HB-6.7", "payee", "No payee."),
        Finding("UPN-letter", "DATA-upn", "upn", "Look again.", "warning"),
        Finding("RD-202", "HB-4.6", "urn", "A voice is missing.", "signoff"),
        Finding("RD-404", "HB-6.3", "", "Not from here."),
        Finding("X", "DATA-x", "elsewhere", "No such field."),
    ]
    left_over = attach(form, findings)
    assert [finding.check for finding in left_over] == ["RD-404", "X"]
    assert form.errors == {
        "amount_pence": ["Too much. (HB-6.1)"],
        "target": ["No target. (HB-6.5)"],
        "payee_name": ["No payee. (HB-6.7)"],
    }
    assert [finding.message for finding in form.upn.warnings] == ["Look again."]
    assert [finding.message for finding in form.urn.warnings] == ["A voice is missing."]


def test_attaching_adds_to_what_stands_there() -> None:
    form = a_form(urn="1")
    form.validate()
    attach(form, [Finding("U", "DATA-unique", "urn", "Another school has it.")])
    assert form.errors["urn"][1:] == ["Another school has it. (DATA-unique)"]
    warning = Finding("W", "DATA-x", "upn", "Mind.", "warning")
    attach(form, [warning])
    attach(form, [warning])
    assert form.upn.warnings == [warning]
