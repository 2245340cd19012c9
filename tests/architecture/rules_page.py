"""docs/rules.md, written from rulebook.py, policy.NUMBERS and the source; `python -m tests.architecture.rules_page` does it.

test_docs.py compares the file with what is built here: a rule that nobody cites is seen to be one that nothing enforces yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pep_admin.documents.rule_lines import DEADLINES, in_words, number_in_words
from pep_admin.policy import USUAL, numbers_by_rule
from pep_admin.rulebook import GUIDES, RULES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rules.md"
HEAD = """# The rules, and where they stand

This page is written from `RULES` in `pep_admin/rulebook.py`, `NUMBERS` in `pep_admin/policy.py` and the source; don't edit it by
hand. After a change: `.venv/bin/python -m tests.architecture.rules_page`.

`HB-…` is a rule of the Bury Virtual School handbook 2024-25, in our own words. `DATA-…` is a rule about data that no
handbook names. Every refusal and every warning ends in its rule, on screen as a link into the rulebook, in a command in brackets,
and the audit log keeps the numbers of what was refused. The amounts and days in the sentences are the handbook's; the numbers
beside them are those of an academic year, as they are where the head has not changed them.

A module is named where it cites the number: a check, a verb, a field of the form, a form's hint. It is where to begin to
read, not a promise that everything in the sentence is built. A rule beside which only `pep_form` stands is a question that is
asked, needed or not as [form.md](form.md) says, with no further judgement on the answer. A rule beside which nothing stands is
known and **not built yet**. *Checked* says the same in words that people know.

"""
NOT_CITING = {"pep_admin/policy.py", "pep_admin/rulebook.py"}


def build() -> str:
    """The whole page."""
    sources = dict(_sources())
    rows = "".join(
        f"| {code} | {rule.sentence} | {in_words(rule)} | {_numbers(code)} | {rule.where} | {_cited(code, sources)} |\n"
        for code, rule in RULES.items()
    )
    columns = "| Rule | What it says | Kind | Numbers of the year | Checked | Cited in |\n|---|---|---|---|---|---|\n"
    return f"{HEAD}{columns}{rows}{_guides()}"


def _numbers(code: str) -> str:
    if code == DEADLINES:
        return "the deadline of each term"
    return "<br>".join(f"{each.label}: {number_in_words(each.name, getattr(USUAL, each.name))}" for each in numbers_by_rule(code))


def _guides() -> str:
    told = "".join(
        f"\n### {each.title}\n\n{', '.join(each.codes)}\n\n" + "".join(f"- {point}\n" for point in each.points) for each in GUIDES
    )
    return f"\n## What stands beside the form\n{told}"


def _sources() -> Iterator[tuple[str, str]]:
    """Each module and template of the package, by its name without the folder and ending, with its text."""
    package = ROOT / "pep_admin"
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.html")]):
        name = path.relative_to(package).as_posix()
        if f"pep_admin/{name}" not in NOT_CITING:
            yield name.removesuffix(".py").removesuffix("/__init__"), path.read_text(encoding="utf-8")


def _cited(code: str, sources: dict[str, str]) -> str:
    exactly = re.compile(rf"{re.escape(code)}(?![\w-])")
    return ", ".join(f"`{name}`" for name, text in sources.items() if exactly.search(text))


if __name__ == "__main__":
    PAGE.write_text(build(), encoding="utf-8")
