"""A small estate from end to end, and the page about it."""

import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.model.outcome import Verdict
from benchmarks.verdicts.clients import StockClients
from benchmarks.verdicts.comparison import Measured, compare
from benchmarks.verdicts.document import document, shortcomings
from benchmarks.verdicts.endpoint import Placed
from benchmarks.verdicts.estate import estate
from benchmarks.verdicts.nmap import read_report
from benchmarks.verdicts.ours import Ours, read_results, write_inventory
from benchmarks.verdicts.page import write_page
from benchmarks.verdicts.scoring import Mark, Said, ScannedPort
from benchmarks.verdicts.tool import BenchmarkError, Heard, run
from tests.real.missing import MissingError

NAMES = (
    "es-1.7.6-open",
    "es-8.5.0-open",
    "es-7.17.29-closed",
    "kibana-7.10.2-oss.es-secured",
    "mongod-4.4.0-noauth",
    "closed-elasticsearch",
)
#: On addresses of this process, so that nobody else's run is in the way.
SMALL = tuple(
    Placed(one.endpoint, f"127.20.{128 + os.getpid() % 127}.{number}")
    for number, one in enumerate((one for one in estate() if one.endpoint.name in NAMES), start=1)
)
pytestmark = pytest.mark.usefixtures("whole_loopback")


async def test_a_small_estate_is_audited_by_ours_and_by_the_stock_clients() -> None:
    said: list[str] = []
    told = document(await compare(SMALL, [Ours(), StockClients()], tell=said.append))
    assert len(said) == 2
    assert shortcomings(told) == []
    marks = {one["name"]: {tool: heard["mark"] for tool, heard in one["said"].items()} for one in told["endpoints"]}
    assert {marks[name]["auditor"] for name in NAMES} == {Mark.FOUND, Mark.RIGHT}
    assert marks["es-1.7.6-open"]["stock clients"] == Mark.MISSED
    assert marks["es-8.5.0-open"]["stock clients"] == Mark.FOUND
    assert marks["kibana-7.10.2-oss.es-secured"]["stock clients"] == Mark.FALSE_OPEN
    assert marks["mongod-4.4.0-noauth"]["stock clients"] == Mark.FOUND
    assert marks["es-7.17.29-closed"]["stock clients"] == Mark.RIGHT
    json.dumps(told)
    page = write_page(told)
    assert page.startswith("## Side by side with other tools\n")
    assert "| auditor | 3 | 0 | 0 | 0 | 0 |" in page
    assert "On 6 of 6 auditor gave the very verdict" in page


class Wrong:
    """A tool that says of everything that it is secure."""

    name = Ours.name
    version = "wrong"

    async def look(self, placed: Sequence[Placed], folder: Path) -> Mapping[str, Heard]:
        return {one.endpoint.name: Heard(Said.SECURE, "auth_required: so it is") for one in placed}


async def test_a_wrong_secure_of_ours_is_said_and_shown() -> None:
    told = document(await compare(SMALL, [Wrong()], tell=lambda line: None))
    assert "es-8.5.0-open: wrong secure; auth_required instead of open" in shortcomings(told)
    page = write_page(told)
    assert "| es-8.5.0-open | recorded | open | **auth_required** |" in page
    assert "es-8.5.0-open: wrong secure" in page


async def test_what_this_machine_cannot_serve_is_left_out_and_said_so() -> None:
    @asynccontextmanager
    async def missing(host: str, port: int) -> AsyncIterator[None]:
        raise MissingError("needs a thing: none here")
        yield

    one = replace(SMALL[0], endpoint=replace(SMALL[0].endpoint, serve=missing))
    measured = await compare([one, SMALL[1]], [Wrong()], tell=lambda line: None)
    assert [placed.endpoint.name for placed in measured.placed] == [SMALL[1].endpoint.name]
    assert f"- {one.endpoint.name}: needs a thing: none here" in write_page(document(measured))


def test_without_ours_the_page_says_so() -> None:
    assert "auditor was left out" in write_page(document(Measured((), {})))


def test_the_inventory_names_each_endpoint_once() -> None:
    text = write_inventory(SMALL)
    assert text.count("product:") == len(SMALL)
    assert '{name: "es-8.5.0-open", address: 127.20.' in text


def test_a_report_without_outcomes_is_no_result() -> None:
    with pytest.raises(BenchmarkError, match="no outcomes"):
        read_results({"outcomes": []})


def test_the_seconds_of_ours_are_those_of_its_exchanges() -> None:
    outcome: dict[str, Any] = {"host": "x", "verdict": "open", "why": "w", "rule": "r"}
    outcome["transcript"] = [{"milliseconds": 1_500.0}, {"milliseconds": 500.0}]
    assert read_results({"outcomes": [outcome]}) == {"x": Heard(Said.OPEN, f"{Verdict.OPEN}: w (r)", 2.0)}


REPORT = """<nmaprun><host><address addr="127.20.1.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="9200">
<state state="open"/><service name="http" product="Elasticsearch REST API" version="1.7.6" extrainfo="name: n"
 method="probed"/><script id="http-title" output=" a title "/></port></ports></host>
<host><address addr="127.20.1.2" addrtype="ipv4"/><ports><port portid="9200"><state state="open"/>
<service name="wap-wsp" method="table"/></port></ports></host>
<host timedout="true"><address addr="127.20.1.3" addrtype="ipv4"/></host></nmaprun>"""


def test_nmaps_report_is_read_and_a_guess_by_the_port_is_no_service() -> None:
    assert read_report(REPORT) == {
        "127.20.1.1": ScannedPort(
            "open", "http", "Elasticsearch REST API", "1.7.6", "name: n", {"http-title": "a title"}
        ),
        "127.20.1.2": ScannedPort("open"),
    }


async def test_a_command_that_fails_or_hangs_ends_the_comparison() -> None:
    with pytest.raises(BenchmarkError, match="code 3: oh no"):
        await run(("sh", "-c", "echo oh no; exit 3"), seconds=10)
    with pytest.raises(BenchmarkError, match="longer than"):
        await run(("sleep", "20"), seconds=0.2)
