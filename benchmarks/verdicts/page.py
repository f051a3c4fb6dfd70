"""Writes the results as the section of docs/coverage.md that compares us with other tools."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmarks.verdicts.document import shortcomings
from benchmarks.verdicts.ours import Ours
from benchmarks.verdicts.scoring import Mark, Truth

_COLUMNS = (Mark.FOUND, Mark.WRONG_SECURE, Mark.MISSED, Mark.FALSE_OPEN, Mark.UNSAID)

_COUNTED = """\
How an answer counts (`benchmarks/verdicts/scoring.py`): *open found*, the tool's user learns that a stranger gets at
data; *wrong "secure"*, he is told of a login or of nothing there, and data can be read; *open, nothing said*, an error
of the tool's own, a bare product name or silence, and data can be read; *false open*, he is told of data and there is
none to be had. Names alone, and servers of which nobody can tell (not ready, no master, backend gone), are not counted.

- In doubt for the others: nmap's product name with a version, a Kibana's page that leads to no login, and a status page
  of 200 are "open"; a client is said to call a server secure only where every question was refused.
- In doubt against us: "another service" and "no data node" where data lies open would be a wrong "secure".
- What nmap dumps of a service that it does not recognise is not counted as said.
"""

_FAIRNESS = """\
Each endpoint has a loopback address of its own, so that all listen on their usual ports, and each tool meets servers
that nobody has spoken to. A recording answers in its server's HTTP version, but does not look at `Accept`: a stock
client fares better there than with the real server (Elasticsearch 8.5 refuses its `info`).
"""


def write_page(told: Mapping[str, Any]) -> str:
    """The section, from `document`'s figures."""
    endpoints = told["endpoints"]
    truths = Counter(one["truth"] for one in endpoints)
    hows = Counter(one["how"] for one in endpoints)
    kinds = ", ".join(f"{count} {how}" for how, count in hows.items())
    lines = [
        "## Side by side with other tools",
        "",
        f"{len(endpoints)} endpoints on loopback ({kinds}), measured on {told['date']} on {told['machine']}.",
        f"A stranger can read data of {truths[Truth.OPEN]} and none of {truths[Truth.NOT_OPEN]}; he sees the names",
        f"alone of {truths[Truth.NAMES]}, and of {truths[Truth.UNTOLD]} nobody can tell at the moment.",
        "`python -m benchmarks.verdicts` measures anew.",
        "",
        *(f"- **{name}**: {tool['version']}" for name, tool in told["tools"].items()),
        "",
        *_table(told, truths[Truth.OPEN]),
        "",
        _exact(told),
        "",
        *_COUNTED.splitlines(),
        "",
        *_FAIRNESS.splitlines(),
        *_left_out(told["left_out"]),
        "",
        "### The endpoints",
        "",
        "Bold: the opposite of the truth. Italic: data lies open, and nothing is said.",
        "",
        *_rows(told),
    ]
    return "\n".join(lines) + "\n"


def _table(told: Mapping[str, Any], opened: int) -> list[str]:
    heads = ["tool", f"open found (of {opened})", 'wrong "secure"', "open, nothing said", "false opens"]
    lines = [_line([*heads, "not open, nothing said", "seconds"]), _line(["---", *["---:"] * 6])]
    for name, tool in told["tools"].items():
        marks = Counter(one["said"][name]["mark"] for one in told["endpoints"])
        lines.append(_line([name, *(str(marks[mark]) for mark in _COLUMNS), f"{tool['seconds']:.0f}"]))
    return lines


def _exact(told: Mapping[str, Any]) -> str:
    if Ours.name not in told["tools"]:
        return f"{Ours.name} was left out of this run."
    wrong, count = shortcomings(dict(told)), len(told["endpoints"])
    exact = (
        f"On {count - len(wrong)} of {count} {Ours.name} gave the very verdict that the endpoint's definition demands"
    )
    return exact + ("." if not wrong else ": " + "; ".join(wrong) + ".")


def _left_out(reasons: Mapping[str, str]) -> list[str]:
    return ["", "Left out of this run:", "", *(f"- {name}: {why}" for name, why in reasons.items())] if reasons else []


def _rows(told: Mapping[str, Any]) -> list[str]:
    tools = list(told["tools"])
    lines = [_line(["endpoint", "how", "a stranger", *tools]), _line(["---"] * (3 + len(tools)))]
    for one in told["endpoints"]:
        cells = [_cell(name, one["said"][name]) for name in tools]
        what = f": {one['what']}" if one["what"] else ""
        lines.append(_line([f"{one['name']}{what}", one["how"], one["truth"], *cells]))
    return lines


def _cell(tool: str, said: Mapping[str, Any]) -> str:
    word = said["words"].partition(":")[0] if tool == Ours.name else said["said"]
    match said["mark"]:
        case Mark.WRONG_SECURE | Mark.FALSE_OPEN:
            return f"**{word}**"
        case Mark.MISSED:
            return f"*{word}*"
        case _:
            return str(word)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
