"""Runs a command as somebody does who has no checkout."""

import os
import subprocess
from pathlib import Path


def run(*words: str | Path, cwd: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "VIRTUAL_ENV"))}
    return subprocess.run(words, cwd=cwd, env=env | environ, capture_output=True, text=True, timeout=600, check=False)
