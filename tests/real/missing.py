"""What this machine lacks: a skip that names it, or a failure where the whole CI list is required."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


class MissingError(Exception):
    """Something a server needs is not on this machine. The message is "needs …: what was found instead"."""


def give_up(reason: str, *, in_ci_list: bool) -> NoReturn:
    """Skips the test; fails it where AUDITOR_TESTS_REQUIRE=ci and every CI run must cover the server."""
    if in_ci_list and os.environ.get("AUDITOR_TESTS_REQUIRE") == "ci":
        pytest.fail(f"AUDITOR_TESTS_REQUIRE=ci, but this {reason}", pytrace=False)
    pytest.skip(reason)


def tool(name: str, package: str) -> str:
    """The path of a program.

    Raises:
        MissingError: there is none; the message names the Debian package that has it.
    """
    # Debian keeps servers in /usr/sbin, which is not on everybody's PATH.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise MissingError(f"needs {package}: no `{name}` on PATH")
    return found


def java(at_least: int, at_most: int) -> Path:
    """The home of a Java of a version from `at_least` to `at_most`, with a compiler or without.

    Raises:
        MissingError: there is none; the message lists those that were found.
    """
    homes: list[Path] = []
    if named := os.environ.get("JAVA_HOME"):
        homes.append(Path(named))
    if on_path := shutil.which("java"):
        homes.append(Path(on_path).resolve().parents[1])
    homes += sorted(Path("/usr/lib/jvm").glob("*")) + sorted(
        Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home")
    )
    found: dict[int, Path] = {}
    for home in homes:
        major = _java_major(home)
        if major is not None:
            found.setdefault(major, home)
    for major in sorted(found):
        if at_least <= major <= at_most:
            return found[major]
    wanted = str(at_least) if at_least == at_most else f"{at_least} or later"
    there = ", ".join(str(major) for major in sorted(found))
    raise MissingError(f"needs Java {wanted}: " + (f"only Java {there} here" if there else "no `java` on PATH"))


def _java_major(home: Path) -> int | None:
    if not (home / "bin" / "java").exists():
        return None
    try:
        lines = (home / "release").read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition("=")
        if name == "JAVA_VERSION":
            parts = value.strip('"').split(".")
            number = parts[1] if parts[0] == "1" and len(parts) > 1 else parts[0]
            return int(number) if number.isdigit() else None
    return None
