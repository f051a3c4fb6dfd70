import sys
from pathlib import Path

import pytest

from tests.packaging.installed import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return {path.suffix: path for path in folder.iterdir()}


@pytest.fixture(scope="session")
def environment(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel, and what it depends on from the lock."""
    folder = tmp_path_factory.mktemp("fresh")
    assert run(sys.executable, "-m", "venv", folder / "venv", cwd=folder).returncode == 0
    python = folder / "venv" / "bin" / "python"
    lock = ROOT / "requirements" / "run.lock"
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    for words in ((*pip, "--no-deps", "--require-hashes", "-r", lock), (*pip, "--no-deps", built[".whl"])):
        done = run(*words, cwd=folder)
        assert done.returncode == 0, done.stderr[-2000:]
    return folder
