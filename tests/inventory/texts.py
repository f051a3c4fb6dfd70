"""Inventories as text, to be broken in one place at a time."""

from datetime import UTC, datetime

from auditor.documents import Problem
from auditor.inventory.load import InventoryError, loads
from auditor.model.target import Inventory

PRODUCTS = {"elasticsearch": (9200,), "kibana": (5601,), "mongodb": (27017,)}
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

HEAD = """\
version: 1
estate: {id: acme-prod, name: "ACME production", timezone: Europe/Berlin}
authorization: {owner: "ACME Ltd", approved_by: "Head of Infrastructure", ticket: SEC-123,
                valid_from: 2026-11-01, valid_until: 2027-01-31, contact: secops@example.org}
scope: {networks: [10.0.0.0/8, "fd00::/8"], exclude: [10.9.0.0/16], allow_public: false, max_targets: 262144}
"""
HOST = "hosts: [{name: es-1, address: 10.0.0.1}]\n"


def read(text: str, *, now: datetime = NOW) -> Inventory:
    return loads(text, file="inv.yaml", now=now, products=PRODUCTS)


def problems(text: str | bytes, *, now: datetime = NOW) -> tuple[Problem, ...]:
    try:
        loads(text, file="inv.yaml", now=now, products=PRODUCTS)
    except InventoryError as error:
        return error.problems
    return ()


def told(text: str | bytes, *, now: datetime = NOW) -> list[str]:
    return [str(problem) for problem in problems(text, now=now)]


def with_host(host: str) -> str:
    """A host in flow style; the text between its braces begins at line 7, column 6."""
    return f"{HEAD}hosts:\n  - {{{host}}}\n"


def with_network(network: str) -> str:
    """Likewise a network."""
    return f"{HEAD}networks:\n  - {{{network}}}\n"
