"""Asks a server on loopback as an audit does: real sockets, real probes, the classifier, and the judge's verdict."""

from collections.abc import Mapping

from auditor.examine import Toolkit, examine
from auditor.model.observation import Observation
from auditor.model.outcome import Outcome
from auditor.model.target import Tls
from auditor.pii import Classifier, builtin_rules
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner, Probe
from auditor.probes.kibana import KibanaProbe
from auditor.probes.mongodb import MongodbProbe
from auditor.testing.loopback import dial
from auditor.testing.scripted import target
from tests.real.seeds import VALUES

PROBES: Mapping[str, Probe] = {
    "elasticsearch": ElasticsearchProbe(),
    "kibana": KibanaProbe(),
    "mongodb": MongodbProbe(),
}

#: Generous: a verdict is tested here, and the machine may be busy.
PATIENT = Budget(exchange_seconds=30.0, target_seconds=180.0)


async def ask(
    port: int, product: str = "elasticsearch", *, tls: Tls = Tls.AUTO, budget: Budget = PATIENT, sample: int = 0
) -> Outcome:
    """The outcome of one target on loopback; `sample` documents of a data set may be requested."""
    asked = target(product, port=port, tls=tls)
    toolkit = Toolkit(PROBES, Classifier((builtin_rules(),)))
    return await examine(
        asked,
        address=asked.address,
        dial=lambda: dial(asked),
        toolkit=toolkit,
        budget=budget,
        manner=Manner(sample=sample),
    )


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
