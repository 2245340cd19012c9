"""What an IT person copies from deploy/: units that systemd takes, commands and settings that exist, headers that are read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pep_admin.config import FIELDS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = sorted(DEPLOY.glob("*.service"))
VENV = "/srv/pep-admin/venv/bin"
HARDENING = ("UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
             "CapabilityBoundingSet=", "StateDirectoryMode=0700")


def name_of(path: Path) -> str:
    return path.name


@pytest.fixture
def elsewhere(tmp_path: Path) -> list[str]:
    """Copies of the units whose programs and settings are there: systemd looks whether they are."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pep-admin", "gunicorn"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    (tmp_path / "env").touch()
    for unit in UNITS:
        text = unit.read_text().replace(VENV, str(programs)).replace("/etc/pep-admin.env", str(tmp_path / "env"))
        (tmp_path / unit.name).write_text(text)
    over = tmp_path / "pep-admin.service.d"
    over.mkdir()
    (over / "gunicorn.conf").write_text((DEPLOY / "gunicorn.conf").read_text().replace(VENV, str(programs)))
    return [str(tmp_path / unit.name) for unit in UNITS]


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("systemd-analyze"):
        pytest.skip("There is no systemd-analyze here.")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_systemd_takes_every_unit(elsewhere: list[str]) -> None:
    done = analyze("verify", *elsewhere)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_finds_little_that_a_service_could_do_to_the_machine(elsewhere: list[str]) -> None:
    for unit in elsewhere:
        if unit.endswith(".service"):
            done = analyze("security", "--offline=true", "--threshold=25", unit)  # of a hundred
            assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.parametrize("unit", SERVICES, ids=name_of)
def test_every_service_is_fenced_in_and_runs_a_command_that_exists(unit: Path) -> None:
    from pep_admin.cli import main

    text = unit.read_text()
    assert [line for line in HARDENING if not re.search(f"^{re.escape(line)}", text, re.MULTILINE)] == []
    commands = re.findall(rf"^ExecStart={VENV}/pep-admin ([a-z-]+)(.*)$", text, re.MULTILINE)
    assert commands
    for name, words in commands:
        options = {option for each in main.commands[name].params for option in each.opts}
        assert set(re.findall(r"--[a-z-]+", words)) <= options
    assert "EnvironmentFile=/etc/pep-admin.env" in text and "User=pep" in text


def test_every_timer_has_its_service() -> None:
    assert {timer.stem for timer in DEPLOY.glob("*.timer")} <= {service.stem for service in SERVICES}


def test_the_file_of_settings_names_settings_that_exist_and_holds_no_secret() -> None:
    found = dict(re.findall(r"^(PEP_ADMIN_[A-Z_]+)=(.*)$", (DEPLOY / "pep-admin.env").read_text(), re.MULTILINE))
    assert set(found) <= set(FIELDS) and found["PEP_ADMIN_SECRET_KEY"] == found["PEP_ADMIN_SECOND_FACTOR_KEY"] == ""


@pytest.mark.parametrize(("file", "set_to"), [("nginx.conf", "proxy_set_header {} $"), ("Caddyfile", "header_up {} {{")])
def test_a_proxy_sets_each_header_that_the_program_believes(file: str, set_to: str) -> None:
    text = (DEPLOY / file).read_text()
    for header in ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"):
        assert set_to.format(header) in text, header
    assert "$proxy_add_x_forwarded_for" not in text, "what a visitor claims is not passed on"
    assert re.search(r"110(m|MB)\b", text) and "127.0.0.1:8000" in text


def test_the_page_of_deployment_leads_to_every_file() -> None:
    text = (ROOT / "docs" / "deployment.md").read_text()
    assert [path.name for path in DEPLOY.iterdir() if path.name not in text] == []
