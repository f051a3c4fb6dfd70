"""When each real server was last judged right: lines of JSON, written by tests/real and kept beside the matrix."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

#: The variable that names a file to which tests on real servers add what they saw.
LOG: Final = "AUDITOR_MATRIX_LOG"
KEPT: Final = Path(__file__).parent / "real_runs.jsonl"


@dataclass(frozen=True, slots=True)
class Run:
    """A real server in a state, the verdict that a passing test saw, and the day, as 2026-11-24."""

    server: str
    state: str
    verdict: str
    date: str


def note(run: Run) -> None:
    """Adds a run to the file that the variable names; does nothing where it names none."""
    if name := os.environ.get(LOG):
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(_line(run))


def load(path: Path) -> list[Run]:
    """The runs in a file, in its order; none where there is no file."""
    if not path.exists():
        return []
    return [Run(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]


def newest(runs: Iterable[Run]) -> dict[tuple[str, str], Run]:
    """The newest run of each server in each state; of equal days the later line."""
    found: dict[tuple[str, str], Run] = {}
    for run in runs:
        known = found.get((run.server, run.state))
        if known is None or known.date <= run.date:
            found[run.server, run.state] = run
    return found


def fold(logs: Iterable[Path], *, kept: Path = KEPT) -> None:
    """Takes the runs of some logs into the kept file, which holds the newest of each, in order."""
    runs = [*load(kept), *(run for log in logs for run in load(log))]
    found = sorted(newest(runs).values(), key=lambda run: (run.server, run.state))
    kept.write_text("".join(map(_line, found)), "utf-8")


def _line(run: Run) -> str:
    return json.dumps(asdict(run), ensure_ascii=False) + "\n"
