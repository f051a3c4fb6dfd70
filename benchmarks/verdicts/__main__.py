"""`python -m benchmarks.verdicts`: serves the estate, puts the tools to it, and writes what they said."""

import argparse
import asyncio
import json
import signal
import sys
from fnmatch import fnmatch
from pathlib import Path
from types import FrameType

from benchmarks.verdicts import nmap
from benchmarks.verdicts.clients import StockClients
from benchmarks.verdicts.comparison import Measured, compare
from benchmarks.verdicts.document import document, shortcomings
from benchmarks.verdicts.endpoint import Placed
from benchmarks.verdicts.estate import estate
from benchmarks.verdicts.ours import Ours
from benchmarks.verdicts.page import write_page
from benchmarks.verdicts.tool import BenchmarkError, Tool

_HELP = """\
Serves an estate of endpoints on loopback (real servers, recordings of real servers, proxies, look-alikes, mute ports),
has it audited by `auditor audit`, by nmap and by the stock clients, and holds what each says against what is true.

A whole run takes about ten minutes and writes measured.json (every tool's words on every endpoint) and results.md (the
section of docs/coverage.md) beside this program. A part of it prints the section, and writes where --out says.

  python -m benchmarks.verdicts                               all; wants Java, Maven, nmap, nginx, stunnel, haproxy
  python -m benchmarks.verdicts --list                        the endpoints, and what is true of each; serves nothing
  python -m benchmarks.verdicts --only 'mongod-4*'            these endpoints
  python -m benchmarks.verdicts --without nmap --without java a minute, with what pip installs

What this machine lacks is left out, and the page says so. No packet leaves the machine. All addresses of 127.20.0.0/16
must be ours, as on Linux. Downloads of real servers come through Maven, as for tests/real.

Exit code: 0; 1 if ours did not find every open endpoint, raised a false alarm, or gave another verdict than demanded;
2 if the comparison could not be made.
"""
_FOLDER = Path(__file__).parent


def main() -> int:
    """Runs the comparison as the command line says, and returns the exit code."""
    chosen = _parser().parse_args()
    placed = [one for one in estate() if _wanted(one, chosen)]
    if chosen.list:
        for one in placed:
            kind = f"{one.endpoint.how:9} {one.endpoint.truth:15} {one.endpoint.verdict:21}"
            print(f"{one.address:12} {one.endpoint.port:6} {kind} {one.endpoint.name}")
        return 0
    whole = len(placed) == len(estate()) and not chosen.without
    signal.signal(signal.SIGTERM, _end)  # so that every server is ended, as after Ctrl-C
    tools, missing = _tools(chosen.without)
    try:
        measured = asyncio.run(compare(placed, tools, tell=lambda line: print(line, file=sys.stderr)))
    except (BenchmarkError, OSError) as error:
        print(f"benchmarks.verdicts: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("benchmarks.verdicts: interrupted; every server was ended", file=sys.stderr)
        return 130
    measured.left_out.update(missing)
    return _write(measured, chosen.out or (_FOLDER if whole else None))


def _write(measured: Measured, folder: Path | None) -> int:
    told = document(measured)
    page = write_page(told)
    if folder is None:
        print(page)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "measured.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (folder / "results.md").write_text(page, "utf-8")
    wrong = shortcomings(told)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def _tools(without: list[str]) -> tuple[list[Tool], dict[str, str]]:
    tools: list[Tool] = [Ours()] if "auditor" not in without else []
    if "clients" not in without:
        tools.append(StockClients())
    scanner = nmap.find()
    if scanner is not None and "nmap" not in without:
        tools.append(scanner)
    missing = {"nmap": "not installed here"} if scanner is None else {}
    return tools, missing


def _wanted(one: Placed, chosen: argparse.Namespace) -> bool:
    if one.endpoint.java and "java" in chosen.without:
        return False
    return not chosen.only or any(fnmatch(one.endpoint.name, pattern) for pattern in chosen.only)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.verdicts", description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="print the endpoints and serve nothing")
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN", help="only endpoints of such a name")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=["auditor", "clients", "nmap", "java"],
        help="leave this out (repeatable); java: the servers that need it",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write measured.json and results.md there")
    return parser


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
