"""The number of a rule as a link into the rulebook, wherever a sentence ends in one: "… is left (HB-6.1)".

Sentences are text; the numbers in them are looked up among the rules, and everything round them is escaped. Where somebody fills in
a form the rulebook opens in a new tab, so that nothing typed is lost; elsewhere in the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup, escape

from pep_admin.rulebook import RULES
from pep_admin.views.hosting import present_actor

_CODE = r"(?:HB-[0-9]+\.[0-9]+|DATA-[a-z]+(?:-[a-z]+)*)"
_CODES = re.compile(rf"\(({_CODE}(?:, {_CODE})*)\)")
_ONE = re.compile(_CODE)
OF_A_FORM = "DATA-shape"


def rule_url(code: str) -> str | None:
    """Where the rulebook says what that number means; None where there is none, or nobody is signed in to read it."""
    if code not in RULES or present_actor() is None or "pep_rules.index" not in current_app.view_functions:
        return None
    return url_for("pep_rules.index", _anchor=code)


def rule(code: str, away: bool = False, inline: bool = False) -> Markup:
    """The number as a link; `away` opens it in a new tab and says so to those who hear the page, `inline` stands in brackets."""
    url, style = rule_url(code), "rule-inline" if inline else "rule"
    if url is None:
        return Markup('<span class="{}">{}</span>').format(style, code)
    if away:
        link = Markup('<a class="{0}" href="{1}" target="_blank" rel="noopener" aria-label="{2}, opens in a new tab">{2}</a>')
        return link.format(style, url, code)
    return Markup('<a class="{}" href="{}">{}</a>').format(style, url, code)


def ruled(value: Any, away: bool = False) -> Any:
    """A sentence with the numbers that stand in brackets as links. What is HTML already, or no text, stays as it is."""
    if isinstance(value, Markup) or not isinstance(value, str) or "(" not in value:
        return value
    pieces, end = [], 0
    for found in _CODES.finditer(value):
        listed = Markup(", ").join(rule(code, away, inline=True) for code in _ONE.findall(found[1]))
        pieces += [escape(value[end:found.start()]), Markup("("), listed, Markup(")")]
        end = found.end()
    return Markup("").join([*pieces, escape(value[end:])]) if pieces else value


def with_rules(errors: Iterable[object], of_record: bool = True) -> str:
    """What is wrong with one field, each sentence with its rule: what a form itself refuses does not fit its field.

    `of_record`: the form writes in a record; that of signing in, say, is under no rule.
    """
    said = [str(each) for each in errors]
    return " ".join(text if codes_in(text) or not of_record else f"{text} ({OF_A_FORM})" for text in said)


def unruled(text: str) -> str:
    """The sentence without those numbers: for the text of another link."""
    return " ".join(_CODES.sub("", text).split())


def codes_in(text: str) -> list[str]:
    """Those numbers, each once, in their order."""
    return list(dict.fromkeys(code for found in _CODES.finditer(text) for code in _ONE.findall(found[1])))
