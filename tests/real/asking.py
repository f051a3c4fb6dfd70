"""Asks a server on loopback as an audit does: real sockets, real probes, the classifier, and the judge's verdict."""

import asyncio
import socket
from collections.abc import Mapping

from auditor.examine import Toolkit, examine
from auditor.model.observation import Observation
from auditor.model.outcome import Outcome
from auditor.model.target import Asset, Place, ServiceSpec, Target, Tls
from auditor.pii import Classifier, builtin_rules
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner, Probe
from auditor.probes.kibana import KibanaProbe
from auditor.probes.mongodb import MongodbProbe
from tests.real.seeds import VALUES

PROBES: Mapping[str, Probe] = {probe.product: probe for probe in (ElasticsearchProbe(), KibanaProbe(), MongodbProbe())}


async def ask(port: int, product: str = "elasticsearch", *, tls: Tls = Tls.AUTO, address: str = "127.0.0.1") -> Outcome:
    """The outcome of one target."""
    asset = Asset("host-1", (ServiceSpec(product, (port,), tls),), Place("inventory.yaml", 1, 1))
    target = Target("host-1", address, port, product, tls, "/", asset)

    async def dial() -> socket.socket:
        connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, (address, port))
        except BaseException:
            connection.close()
            raise
        return connection

    toolkit = Toolkit(PROBES, Classifier((builtin_rules(),)))
    # Generous: a verdict is tested here, and the machine may be busy.
    budget = Budget(exchange_seconds=30.0, target_seconds=180.0)
    return await examine(target, address=address, dial=dial, toolkit=toolkit, budget=budget, manner=Manner())


def own(seen: Observation) -> set[str]:
    """The names of the data sets that are not the product's own bookkeeping."""
    return {dataset.name for dataset in seen.datasets if not dataset.system}


def personal(seen: Observation) -> dict[str, set[str]]:
    """The fields of each data set that look personal."""
    return {
        dataset.name: {finding.field for finding in dataset.personal} for dataset in seen.datasets if dataset.personal
    }


def values_in(outcome: Outcome) -> list[str]:
    """The seeded values that an outcome holds anywhere; there must be none."""
    text = repr(outcome)
    return [value for value in VALUES if value in text]
