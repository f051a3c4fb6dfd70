"""The whole demo estate: servers up, seeded, described by an inventory like anyone's, and down again."""

import importlib.util
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.demo import fronts
from auditor.demo.process import free_port, python, running
from auditor.demo.recorded import replaying
from auditor.demo.seed import seed_documents, seed_search


@dataclass(frozen=True, slots=True)
class DemoEstate:
    """A running estate: its inventory, and a line on each server for the reader."""

    inventory: Path
    servers: tuple[str, ...]


@contextmanager
def start(folder: Path) -> Iterator[DemoEstate]:
    """Starts and seeds the estate on loopback, writes its inventory into `folder`, and ends every server afterwards.

    Raises:
        DemoError: a server did not start or took no documents.
    """
    with ExitStack() as stack:
        search, documents, kibana, proxied, closed = (free_port() for _ in range(5))
        servers = [start_search(stack, search, folder), start_documents(stack, documents, folder)]
        stack.enter_context(fronts.dashboard(kibana, backend=search))
        servers.append(
            f"127.0.0.1:{kibana}  a stand-in for Kibana that really proxies to the search server, without a login"
        )
        secret = secrets.token_urlsafe(16)
        stack.enter_context(fronts.login(proxied, backend=search, user="operations", password=secret))
        servers.append(f"127.0.0.1:{proxied}  the search server again, behind a proxy that wants a password")
        servers.append(f"127.0.0.1:{closed}  nothing: a closed port")
        inventory = folder / "inventory.yaml"
        inventory.write_text(_inventory(search, documents, kibana, proxied, closed), encoding="utf-8")
        yield DemoEstate(inventory, tuple(servers))


def start_search(stack: ExitStack, port: int, folder: Path) -> str:
    """The seeded search server on 127.0.0.1:`port` until the stack closes, and the line that says what it is.

    Raises:
        DemoError: it did not start or took no documents.
    """
    if not _installed("osmem_server"):
        stack.enter_context(replaying("search", port=port))
        return f"127.0.0.1:{port}  a RECORDING of osmem-server (no wheel of it is installed here), without a login"
    import osmem_server  # noqa: PLC0415 - an extra: only the demo has it

    words = (str(osmem_server.resolve_binary()), "-addr", f"127.0.0.1:{port}")
    stack.enter_context(running(words, port=port, log=folder / "search.log"))
    seed_search(port)
    return f"127.0.0.1:{port}  osmem-server, a real server that speaks OpenSearch, without a login"


def start_documents(stack: ExitStack, port: int, folder: Path) -> str:
    """The seeded document server on 127.0.0.1:`port` until the stack closes, and the line that says what it is.

    Raises:
        DemoError: it did not start or took no documents.
    """
    if not _installed("nx_27017"):
        stack.enter_context(replaying("documents", port=port))
        return f"127.0.0.1:{port}  a RECORDING of nx-27017 (no wheel of it is installed here), without a login"
    words = python(
        "-m", "nx_27017.nx_27017", "--data-dir", "memory", "-p", str(port),
        "--log-file", str(folder / "documents.log"), "--pid-file", str(folder / "documents.pid"),
    )  # fmt: skip
    stack.enter_context(running(words, port=port, log=folder / "documents.out"))
    seed_documents(port)
    return f"127.0.0.1:{port}  nx-27017, a real server that speaks MongoDB's protocol, without a login"


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _inventory(search: int, documents: int, kibana: int, proxied: int, closed: int) -> str:
    return f"""\
# The demo's inventory, written anew by each `auditor demo`; yours looks just like it.
version: 1
estate: {{id: demo, name: "Demo estate on this machine", timezone: UTC}}
authorization:
  owner: "You"
  approved_by: "You, by running the demo"
  ticket: DEMO-1
  valid_from: 2026-01-01
  valid_until: 2099-12-31
  contact: nobody@example.org
scope: {{networks: [127.0.0.0/8], allow_public: false}}
vantage: "this machine, over loopback"
hosts:
  - name: residents-search
    address: 127.0.0.1
    owner: search-team
    environment: demo
    criticality: high
    services: [{{product: elasticsearch, port: {search}}}]
  - name: analysts-kibana
    address: 127.0.0.1
    owner: analytics
    environment: demo
    services: [{{product: kibana, port: {kibana}}}]
  - name: hospital-records
    address: 127.0.0.1
    owner: clinic-it
    environment: demo
    criticality: critical
    services: [{{product: mongodb, port: {documents}}}]
  - name: guarded-search
    address: 127.0.0.1
    owner: search-team
    environment: demo
    services: [{{product: elasticsearch, port: {proxied}}}]
  - name: retired-search
    address: 127.0.0.1
    owner: search-team
    environment: demo
    services: [{{product: elasticsearch, port: {closed}}}]
"""
