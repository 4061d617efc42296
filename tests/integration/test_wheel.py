"""The wheel: what users install, in an environment of its own, outside the checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built by the backend itself, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as b; print(b.build_wheel(sys.argv[1]))"
    ran = subprocess.run(
        [sys.executable, "-c", build, folder], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return folder / ran.stdout.split()[-1]


def test_data_and_types_are_in_the_wheel(wheel):
    """Files that are no Python are easily forgotten: the survey, its source, the type marker."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in ("developer_survey.csv", "developer_survey.md"):
        assert f"rmatch/datasets/{name}" in names
    for name in ("report.css", "report.js"):
        assert f"rmatch/report/{name}" in names
    assert "rmatch/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_the_installed_demo_runs(wheel, tmp_path):
    """In a fresh environment that has rmatch only from the wheel.

    Its dependencies are those of the running environment, lent by a path file, so that no network
    is needed. Path files in there are not followed, so an editable rmatch is not seen.
    """
    venv.create(tmp_path / "env", with_pip=False)
    binaries = "Scripts" if sys.platform == "win32" else "bin"
    python = tmp_path / "env" / binaries / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.check_output([python, "-c", where], text=True).strip())
    lent = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (site / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    zipfile.ZipFile(wheel).extractall(site)
    run = (
        "import sys; from importlib.metadata import distribution; import rmatch;"
        "print(rmatch.__file__);"
        "(command,) = distribution('rmatch').entry_points.select(group='console_scripts');"
        "command.load()(['demo'])"
    )
    ran = subprocess.run(
        [python, "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False, env={}
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(site))
    assert "no other set of pairs can be better" in ran.stdout
    assert (tmp_path / "pairs.csv").exists()
