"""docs/adding-a-rule.md from top to bottom: its files are written, its commands run, what they print is compared."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-rule.md"


def files_and_commands() -> Iterator[tuple[str, str]]:
    """("file NAME", what is in it), and ("$ COMMAND", what it prints), in the order of the page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.startswith("```"):
            end = lines.index("```", number)
            yield f"file {lines[number].removeprefix('# ')}", "\n".join(lines[number:end]) + "\n"
            number = end + 1
        elif line.startswith("    $ "):
            shown = []
            while lines[number].startswith("    ") and not lines[number].startswith("    $ "):
                shown.append(lines[number].removeprefix("    "))
                number += 1
            yield line.removeprefix("    "), "\n".join([*shown, ""]) if shown else ""


#: From here on the page changes the environment it is run in: tests/packaging goes on, in one of its own.
INSTALL = "$ pip install ./acme-rules"


def walk(folder: Path, binaries: Path, *, until: str = "") -> Iterator[tuple[str, str, str]]:
    """Each command before `until` with what the page says that it prints, and what it prints."""
    environ = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    for what, text in files_and_commands():
        if what.startswith("file "):
            path = folder / what.removeprefix("file ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif what == until:
            return
        else:
            words = ("bash", "-c", what.removeprefix("$ "))
            done = subprocess.run(
                words, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            yield what, text, done.stdout


def test_every_command_of_the_page_prints_what_it_says(tmp_path: Path) -> None:
    ran = []
    for command, said, printed in walk(tmp_path, Path(sys.executable).parent, until=INSTALL):
        assert printed == said, command
        ran.append(command)
    assert len(ran) >= 8
    assert sum("rules check" in command for command in ran) >= 5
