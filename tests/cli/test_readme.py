"""What README shows of the commands is what they print."""

import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_classified_mapping_is_a_real_run() -> None:
    text = README.read_text(encoding="utf-8")
    shown = text[text.index("    $ auditor classify - <<END\n") :].split("\n\n")[0]
    lines = [line.removeprefix("    ") for line in shown.splitlines()]
    end = lines.index("END")
    done = subprocess.run(
        (sys.executable, "-m", "auditor", "classify", "-"),
        input="\n".join(lines[1:end]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == lines[end + 1 :]
