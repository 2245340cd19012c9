"""The package as it is installed, far from the checkout: it has its migrations, pages, styles and what gunicorn asks for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked as pip does, before everything else on the path."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    [wheel] = folder.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(installed), "PEP_ADMIN_INSTANCE_FOLDER": str(folder)}
    return subprocess.run([sys.executable, *words], env=environ, cwd=folder, capture_output=True, text=True, check=False)


def test_the_wheel_holds_what_the_checkout_holds_and_nothing_else(installed: Path) -> None:
    there = (path for folder in ("pep_admin", "migrations") for path in (ROOT / folder).rglob("*") if path.is_file())
    wanted = {re.sub("^migrations/", "pep_admin/migrations/", path.relative_to(ROOT).as_posix()) for path in there
              if "__pycache__" not in path.parts}
    packed = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    assert wanted <= packed, sorted(wanted - packed)
    assert {path.partition("/")[0] for path in packed if not path.startswith("pep_admin/")} == {"pep_admin-0.1.0.dist-info"}
    assert {Path(path).suffix for path in packed} >= {".html", ".css", ".js", ".svg", ".ini"}


def test_it_makes_a_database_and_answers_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "-m", "pep_admin.cli", "init", "--email", "ann@example.org", "--name", "Ann Admin")
    assert done.returncode == 0 and "Took the step 0001" in done.stdout, done.stderr
    asked = ("import pep_admin, pep_admin.wsgi; client = pep_admin.wsgi.application.test_client(); "
             "page = client.get('/account/login'); style = client.get('/admin/pep/static/pep.css'); "
             "print(pep_admin.__file__, page.status_code, style.status_code, client.get('/healthz').text)")
    done = run(installed, tmp_path, "-c", asked)
    assert done.stdout.split() == [str(installed / "pep_admin" / "__init__.py"), "200", "200", "ok"], done.stderr
