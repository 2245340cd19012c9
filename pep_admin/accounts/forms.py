"""The form of an account: name, address and roles, with boxes for the roles that work without a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # not yet in types-WTForms
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from pep_admin.accounts.rules import LONGEST_ADDRESS, LONGEST_NAME
from pep_admin.views.base_forms import PepForm
from pep_admin.vocabulary import Role

KNOWN = {role.value for role in Role}


class RoleBoxes(SelectMultipleField):
    """One box for each role; values that are no role are dropped."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **more)

    def iter_choices(self) -> Iterator[Choice]:
        for role in Role:
            yield Choice(role.value, role.label, role.value in (self.data or ()), {})


class AccountForm(PepForm):
    """What an administrator says of an account; what else it has is its owner's or follows."""

    name = StringField("Name", [InputRequired()], description="As others see it.",
                       render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"})
    email = StringField("E-mail address", [InputRequired()],
                        description="They sign in with it, and letters go there, so it must be theirs alone.",
                        render_kw={"type": "email", "maxlength": LONGEST_ADDRESS, "autocomplete": "off", "spellcheck": "false"})
    roles = RoleBoxes("Roles")

    def typed(self) -> dict[str, Any]:
        """What the form says, as the verbs take it."""
        return {"name": (self.name.data or "").strip(), "email": (self.email.data or "").strip(),
                "roles": frozenset(Role(value) for value in self.roles.data or () if value in KNOWN)}
