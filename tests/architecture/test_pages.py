"""What a page may hold: our own templates under pep/, no inline script or style, nothing kept in the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

OWN_FRAME = ("pep/pdf/", "pep/mail/")  # documents and letters, not pages
INLINE = {
    "a script without a file": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "a file from elsewhere": re.compile(r"<(?:script|link|img)[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
}
KEPT_IN_BROWSER = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie", re.IGNORECASE)
EXTENDS = re.compile(r"{%-?\s*extends\s+([^%]+?)\s*-?%}")


@pytest.fixture(scope="session")
def folder(root: Path) -> Path:
    return root / "pep_admin" / "templates"


@pytest.fixture(scope="session")
def pages(folder: Path) -> dict[str, str]:
    """Every HTML page by its name ("pep/base.html"), without documents, letters and their like."""
    found = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html"))}
    return {name: text for name, text in found.items() if not name.startswith(OWN_FRAME)}


def test_every_template_is_under_our_own_name(folder: Path) -> None:
    assert [path.name for path in folder.iterdir() if path.name != "pep"] == []


def test_every_page_extends_a_page_of_ours(pages: dict[str, str]) -> None:
    """Parts that are included or imported begin with an underscore; pep/base.html is the page that all come from."""
    strangers = {}
    for name, text in pages.items():
        is_part = name.rsplit("/", 1)[-1].startswith("_")
        parent = (EXTENDS.search(text) or ["", ""])[1].strip("\"'")
        if not is_part and name != "pep/base.html" and not (parent.startswith("pep/") and parent in pages):
            strangers[name] = parent
    assert strangers == {}
    assert "pep/base.html" in pages


@pytest.mark.parametrize("what", INLINE)
def test_no_page_holds_what_the_content_policy_forbids(pages: dict[str, str], what: str) -> None:
    found = [name for name, text in pages.items() if INLINE[what].search(re.sub(r"{#.*?#}", "", text, flags=re.DOTALL))]
    assert found == []


def test_scripts_keep_nothing_in_the_browser(root: Path) -> None:
    """A school's computer is shared: what was typed about a child is kept on the server or nowhere."""
    scripts = sorted((root / "pep_admin" / "static").rglob("*.js"))
    assert [path.name for path in scripts if KEPT_IN_BROWSER.search(path.read_text(encoding="utf-8"))] == []


def test_static_files_are_small_and_our_own(root: Path) -> None:
    folder = root / "pep_admin" / "static"
    assert [path.name for path in folder.iterdir() if path.name != "pep"] == []
    assert [path.name for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 100_000] == []


def test_what_a_page_puts_into_a_form_is_not_told_back_as_typed(pages: dict[str, str]) -> None:
    """A new hidden field is a mark of the page, which views/typed.py must know by its name, or carries what was typed on the page
    before."""
    from pep_admin.views.typed import OF_THE_PAGE

    hidden = {name for text in pages.values() for name in re.findall(r'type="hidden" name="((?:{{.*?}}|[^"])*)"', text)}
    names = {re.sub(r"{{.*?}}", "1", name) for name in hidden} - {"1"}
    assert {"base-1", "version-1", "1-1-id", "run", "csrf_token"} <= names
    # An invitation that is shown once more before it goes; the school whose inspection is entered, after its day was asked for.
    typed_before = {"email", "name", "roles", "school"}
    strange = {name for name in names if not OF_THE_PAGE.fullmatch(name) and not name.startswith("kept")}
    assert strange <= typed_before


SAYS_NO = re.compile(r"\{\{[^}]*\b(?:each|finding|found|row|undoing|day\[0\])\.message\b|\.errors \| join|"
                     r"control\.error (?:\}\}|\|)")
LEADS_ON = re.compile(r"class=\"waive\"|type=\"hidden\"|rule\(|pep_ruled|summary_line\(")
SIGNED_OUT = ("pep/account/",)  # pages of people who are not in yet: nobody could open the rulebook


def test_whatever_a_page_refuses_or_warns_of_leads_to_its_rule(pages: dict[str, str]) -> None:
    """A sentence of a finding, or a field's errors, never stands on a page without the way to its rule in the same line."""
    lines = [(name, line) for name, text in pages.items() if not name.startswith(SIGNED_OUT) for line in text.splitlines()]
    saying = [(name, line) for name, line in lines if SAYS_NO.search(line)]
    assert len(saying) > 12
    assert [(name, line.strip()) for name, line in saying if not LEADS_ON.search(line)] == []
