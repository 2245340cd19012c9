"""docs/rules.md, written from policy.RULES and the source: `python -m tests.architecture.rules_page` writes the file anew.

test_docs.py compares the file with what is built here: a rule that nobody cites is seen to be one that nothing enforces yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pep_admin.policy import RULES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rules.md"
HEAD = """# The rules, and where they stand

This page is written from `RULES` in `pep_admin/policy.py` and from the source; don't edit it by hand. After a change:
`.venv/bin/python -m tests.architecture.rules_page`.

`HB-…` is a rule of the Bury Virtual School handbook 2024-25, in our own words. `DATA-…` is a rule about data that no
handbook names. A refusal that stands on the handbook shows its `HB-…` number on screen, and the audit log keeps the numbers of
what was refused there. The amounts and days in the sentences are the handbook's; each academic year carries its own, and the
head may change them there.

A module is named where it cites the number: a check, a verb, a field of the form, a form's hint. It is where to begin to
read, not a promise that everything in the sentence is built. A rule beside which only `pep_form` stands is a question that is
asked, needed or not as [form.md](form.md) says, with no further judgement on the answer. A rule beside which nothing stands is
known and **not built yet**.

"""
NOT_CITING = {"pep_admin/policy.py"}


def build() -> str:
    """The whole page."""
    sources = dict(_sources())
    rows = "".join(f"| {code} | {sentence} | {_cited(code, sources)} |\n" for code, sentence in RULES.items())
    return f"{HEAD}| Rule | What it says | Cited in |\n|---|---|---|\n{rows}"


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
