"""Small model values that tests of every room build on."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from auditor.examine import conclude
from auditor.model.dataset import DataSet, FieldFinding, Kind
from auditor.model.observation import Access, Fact, Observation, Reach, Service
from auditor.model.outcome import Outcome
from auditor.model.target import Asset, Place, Scope, ServiceSpec, Target, Tls

LOOPBACK = Scope(networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")))


def asset(name: str = "es-1", *, line: int = 10, **more: Any) -> Asset:
    made = Asset(name, (ServiceSpec("elasticsearch", (9200,)),), Place("inventory.yaml", line, 5), owner="search-team")
    return replace(made, **more)


def target(host: str = "es-1", *, port: int = 9200, product: str = "elasticsearch", network: str | None = None,
           address: str = "127.0.0.1", **more: Any) -> Target:  # fmt: skip
    return Target(host, address, port, product, Tls.AUTO, "/", asset(host, **more), network)


def personal(name: str, *categories: str, records: int | None = 5, readable: bool | None = True) -> DataSet:
    fields = tuple(FieldFinding(category, (category,), 0.95, "by its name") for category in categories)
    return DataSet(name, Kind.INDEX, records=records, readable=readable, field_count=len(fields) + 2, personal=fields)


def opened(*datasets: DataSet, host: str = "es-1", **more: Any) -> Outcome:
    seen = Observation(
        Reach.ANSWERED, Access.RECORDS, service=Service("Elasticsearch", "7.10.2", "prod", "uuid-1"), datasets=datasets
    )
    return conclude(target(host, **more), seen, address="127.0.0.1")


def closed(host: str = "es-2", **more: Any) -> Outcome:
    seen = Observation(
        Reach.ANSWERED, facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}), asked_by="Elasticsearch security",
        service=Service("Elasticsearch", "8.5.0", "prod", "uuid-1"),
    )  # fmt: skip
    return conclude(target(host, **more), seen, address="127.0.0.2")
