"""Writes docs/coverage.md anew: `python -m tests.matrix [LOG …]`, taking in what tests/real noted in the logs."""

import sys
from pathlib import Path

from tests.matrix import runs
from tests.matrix.cells import CELLS
from tests.matrix.page import PAGE, SIDE_BY_SIDE, write


def current() -> str:
    """The page as it must be now."""
    measured = SIDE_BY_SIDE.read_text("utf-8") if SIDE_BY_SIDE.exists() else ""
    return write(CELLS, runs.newest(runs.load(runs.KEPT)), side_by_side=measured)


def main(logs: list[str]) -> None:
    """Folds the logs into the kept runs and writes the page."""
    if logs:
        runs.fold(map(Path, logs))
    PAGE.write_text(current(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
