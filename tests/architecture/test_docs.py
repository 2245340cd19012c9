"""What the documents say is so: rules and form as in the code, settings, commands, files, tests and links that exist."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pep_admin.config import FIELDS, read_settings, settings_table
from pep_admin.demo import standing
from pep_admin.demo.autumn import DEMO_DAY
from pep_admin.rulebook import RULES
from tests.architecture import form_page, rules_page

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PICTURES = ROOT / "docs" / "pictures"
LARGEST_PICTURE, PICTURE_WIDTH = 200_000, 1280

LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```", re.DOTALL)
OURS = re.compile(r"`((?:pep_admin|tests|docs|migrations|examples|\.ci)/[\w./-]*\w/?)(?:::(\w+))?`")
KEY = re.compile(r"PEP_ADMIN_[A-Z]\w*[A-Z]")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(params=PAGES, ids=name_of)
def page(request: pytest.FixtureRequest) -> Path:
    """Each document in turn."""
    found: Path = request.param
    return found


def anchors(page: Path) -> set[str]:
    """The places in a page that a link may lead to, named as the usual readers of Markdown name them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- rules and form --------------------------------------------------------------------------------------------------


def test_the_page_of_rules_is_what_the_code_says() -> None:
    assert rules_page.PAGE.read_text(encoding="utf-8") == rules_page.build(), (
        "docs/rules.md is behind the code: .venv/bin/python -m tests.architecture.rules_page"
    )


def test_the_page_of_rules_lists_each_rule_once_in_order() -> None:
    listed = re.findall(r"^\| ((?:HB|DATA)-\S+) \| (.+?) \|", rules_page.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [(code, rule.sentence) for code, rule in RULES.items()]


def test_the_page_of_the_form_is_what_the_code_declares() -> None:
    assert form_page.PAGE.read_text(encoding="utf-8") == form_page.build(), (
        "docs/form.md is behind the code: .venv/bin/python -m tests.architecture.form_page"
    )


# --- settings and commands -------------------------------------------------------------------------------------------


def test_every_setting_stands_in_the_page_of_deployment_as_it_is() -> None:
    text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    rows = [f"| `{key}` | {default} | {unit} | {sentence} |" for key, default, unit, sentence in settings_table()]
    assert [row for row in rows if row not in text] == []


def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    named = set(KEY.findall(page.read_text(encoding="utf-8"))) - {"PEP_ADMIN_MAIL"}
    assert named - set(FIELDS) == set()


def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make\s+([a-z][a-z0-9-]*)", text, re.MULTILINE))
    assert named - targets == set()


def test_every_command_that_a_page_names_exists(page: Path) -> None:
    from pep_admin.cli import main

    named = set(re.findall(r"(?:`|/)pep-admin ([a-z][a-z-]+)", page.read_text(encoding="utf-8")))
    assert named - set(main.commands) == set()


def test_the_readme_names_every_command_and_run_and_test() -> None:
    from pep_admin.cli import main

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in main.commands if f"`pep-admin {name}" not in text] == []
    assert "make run" in text and "make test" in text


# --- files, tests, links ---------------------------------------------------------------------------------------------


def test_the_readme_leads_its_commands_to_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says to type beside the demo names the demo's own database and day, in the folder in which `make run` is said."""
    monkeypatch.delenv("PEP_ADMIN_INSTANCE_FOLDER", raising=False)
    [line] = re.findall(r"^export .*PEP_ADMIN_DATABASE_URL.*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = 'printf "%s\\n" "$PEP_ADMIN_DATABASE_URL" "$PEP_ADMIN_TODAY" "$PATH"'
    shell = subprocess.run(["bash", "-c", f"{line}\n{told}"], check=True, capture_output=True, text=True, cwd=ROOT)
    said = shell.stdout.splitlines()
    assert said[0] == f"sqlite:///{read_settings({}).folder / standing.DATABASE}"
    assert said[1] == DEMO_DAY.isoformat() and said[2].startswith(f"{ROOT}/.venv/bin:")


def test_every_file_and_test_that_a_page_names_exists(page: Path) -> None:
    missing = []
    for path, test in OURS.findall(page.read_text(encoding="utf-8")):
        if not (ROOT / path).exists():
            missing.append(path)
        elif test and f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"):
            missing.append(f"{path}::{test}")
    assert missing == []


def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def decisions() -> Iterator[Path]:
    return (path for path in sorted((ROOT / "docs" / "decisions").iterdir()))


def test_decisions_are_numbered_in_a_row_have_their_three_parts_and_are_listed() -> None:
    listed = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for number, path in enumerate(decisions(), start=1):
        assert path.name.startswith(f"{number:04}-")
        text = path.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert title.startswith(f"{number:04} ") and f"[{title}](decisions/{path.name})" in listed
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


# --- pictures --------------------------------------------------------------------------------------------------------


def test_every_picture_is_shown_small_and_of_one_width() -> None:
    shown = {
        (page.parent / link).resolve() for page in PAGES for link in LINK.findall(page.read_text(encoding="utf-8"))
        if link.endswith(".png")
    }
    there = {path.resolve() for path in PICTURES.iterdir()}
    assert there and shown == there
    for path in there:
        data = path.read_bytes()
        width, _ = struct.unpack(">II", data[16:24])
        assert data.startswith(b"\x89PNG") and len(data) < LARGEST_PICTURE and width == PICTURE_WIDTH, path.name
