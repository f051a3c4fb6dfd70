"""Nmap's side: service detection and the scripts that speak of these products, on the ports where they belong."""

import asyncio
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.verdicts.endpoint import PORTS, Placed
from benchmarks.verdicts.scoring import Said, ScannedPort, read_scan
from benchmarks.verdicts.tool import Heard, run

#: Of 604 scripts those that can tell a lock from data here. "+" runs one wherever the port is open, which is kinder
#: than its own rule. Left out: http-vuln-cve2015-1427 and mongodb-brute (an exploit and a guesser of passwords), and
#: http-enum (its list of paths holds none of these products').
_WEB_SCRIPTS = "+http-title,+http-auth"
_MONGO_SCRIPTS = "+mongodb-info,+mongodb-databases"

#: A mute port costs nmap a wait for each of its questions. Beyond this many seconds it gives an address up.
_PATIENCE = 180


class Nmap:
    """`nmap -sV` with scripts, one run a port: each script is run on the products that it is about."""

    name = "nmap"

    def __init__(self, program: str) -> None:
        self._program = program
        first = subprocess.run((program, "--version"), capture_output=True, text=True, check=True).stdout.split()
        self.version = f"nmap {first[2]}, `-sV --script {_WEB_SCRIPTS}`, on MongoDB's port `{_MONGO_SCRIPTS}`"

    async def look(self, placed: Sequence[Placed], folder: Path) -> Mapping[str, Heard]:
        """What it reports of each endpoint."""
        ports = sorted({one.endpoint.port for one in placed})
        parts = await asyncio.gather(*(self._scan(port, placed, folder) for port in ports))
        return {name: heard for part in parts for name, heard in part.items()}

    async def _scan(self, port: int, placed: Sequence[Placed], folder: Path) -> dict[str, Heard]:
        names = {one.address: one.endpoint.name for one in placed if one.endpoint.port == port}
        addresses, report = folder / f"{port}.txt", folder / f"{port}.xml"
        addresses.write_text("\n".join(names), "utf-8")
        scripts = _MONGO_SCRIPTS if port == PORTS["mongodb"] else _WEB_SCRIPTS
        # -sT -Pn -n: what a user without root gets; nobody needs a ping or a name here.
        words = [self._program, "-sT", "-Pn", "-n", "-sV", "--script", scripts, "-p", str(port)]
        words += ["--host-timeout", f"{_PATIENCE}s", "-oX", str(report), "-iL", str(addresses)]
        await run(words, seconds=600)
        scanned = read_report(report.read_text("utf-8"))
        return {name: _hear(scanned.get(address)) for address, name in names.items()}


def find() -> Nmap | None:
    """Nmap, where it is installed."""
    program = shutil.which("nmap")
    return None if program is None else Nmap(program)


def read_report(text: str) -> dict[str, ScannedPort]:
    """The scanned port of each address, from nmap's XML about one port."""
    found: dict[str, ScannedPort] = {}
    for host in ET.fromstring(text).iter("host"):
        address, port = host.find("address"), host.find("ports/port")
        if address is None or port is None:
            continue  # given up
        state, service = port.find("state"), port.find("service")
        said = {} if service is None else service.attrib
        scripts = {each.get("id", ""): each.get("output", "").strip() for each in port.findall("script")}
        found[address.get("addr", "")] = ScannedPort(
            "" if state is None else state.get("state", ""),
            said.get("name", "") if said.get("method") == "probed" else "",
            said.get("product", ""),
            said.get("version", ""),
            said.get("extrainfo", ""),
            scripts,
        )
    return found


def _hear(port: ScannedPort | None) -> Heard:
    if port is None:
        return Heard(Said.NOTHING, f"gave it up after {_PATIENCE} s")
    parts = [port.state, port.service, port.product, port.version, port.extra]
    parts += [f"{name}: {' '.join(output.split())[:300]}" for name, output in port.scripts.items()]
    return Heard(read_scan(port), "; ".join(part for part in parts if part))
