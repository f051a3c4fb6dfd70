"""A cluster that gives strangers nothing at one door and hands them its data at another: which pairs are joined."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import pytest

from auditor import judge, rulebook
from auditor.judge.closed import ClosedTargets
from auditor.judge.paths import MOST_OF_ONE
from auditor.model.finding import Finding, Severity
from auditor.model.observation import Access, Fact, Observation, Reach, Service
from auditor.model.outcome import Outcome, Verdict
from tests import factory

BOOK = rulebook.builtin_book()
RULES = {product: rulebook.builtin(product) for product in ("elasticsearch", "kibana", "mongodb")}


def front(
    *nodes: str, host: str = "kibana-1", address: str = "192.0.2.7", uuid: str | None = "uuid-1", backend: str = ""
) -> Outcome:
    """A Kibana through which the data of a cluster was reached."""
    told = (("backend", backend),) if backend else ()
    behind = Service("Elasticsearch", "8.5.0", "prod", uuid, tuple(("node", node) for node in nodes))
    seen = Observation(Reach.ANSWERED, Access.RECORDS, service=Service("Kibana", "8.5.0", details=told), behind=behind)
    made = factory.opened(host=host, product="kibana", port=5601, address=address)
    return replace(made, observation=seen, address=address)


def node(
    verdict: Verdict = Verdict.AUTH_REQUIRED,
    *,
    host: str = "es-2",
    address: str = "192.0.2.8",
    uuid: str | None = None,
    network: str | None = None,
    name: str = "",
) -> Outcome:
    """An Elasticsearch on 9200 that gave nothing. `address` is what was asked, `name` what the inventory calls it."""
    service = Service("Elasticsearch", "8.5.0", None, uuid) if uuid else None
    shut = factory.closed(host, network=network)
    target = replace(shut.target, address=name or address)
    seen = replace(shut.observation, service=service)
    return replace(shut, target=target, verdict=verdict, address=address, observation=seen, why="It gave nothing.")


def link(fronts: list[Outcome], closed: list[Outcome]) -> tuple[Finding, ...]:
    pairs = [(one, RULES[one.target.product]) for one in fronts]
    return judge.link_paths(pairs, closed, estate="acme", book=BOOK)


def test_an_equal_uuid_joins_and_the_reason_names_both_hosts_and_the_cluster() -> None:
    (found,) = link([front()], [node(uuid="uuid-1")])
    assert (found.rule, found.host, found.object) == ("path-kibana", "kibana-1", "es-2:9200")
    assert 'kibana-1:5601 and es-2:9200 both belong to the cluster "prod" (uuid uuid-1).' in found.why
    assert "es-2:9200 was judged auth_required: It gave nothing." in found.why


def test_a_node_s_published_address_joins_and_is_what_the_reason_rests_on() -> None:
    (found,) = link([front("192.0.2.8:9200")], [node()])
    assert "one of whose nodes says that it listens on 192.0.2.8:9200; that is es-2:9200." in found.why
    assert 'the cluster "prod" (uuid uuid-1)' in found.why


def test_the_backend_that_the_front_s_own_error_names_joins() -> None:
    (found,) = link([front(uuid=None, backend="192.0.2.8:9200")], [node()])
    assert "an error text of its own names 192.0.2.8:9200 as its backend" in found.why
    assert "it told no uuid" in found.why


def test_the_inventory_s_address_joins_as_well_as_the_resolved_one() -> None:
    closed = node(name="es-2.corp.example")
    assert link([front(backend="ES-2.corp.example:9200")], [closed])
    assert link([front("192.0.2.8:9200")], [closed])


@pytest.mark.parametrize(
    "told", ["192.0.2.8:9201", "192.0.2.9:9200", "0.0.0.0:9200", "[::]:9200", "es-2:9200", "rubbish"]
)
def test_another_place_or_every_place_joins_nothing(told: str) -> None:
    assert (
        link([front(told, backend=told)], [node(), node(host="es-3", address="0.0.0.0"), node(host="e", address="::")])
        == ()
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_what_counts_as_closed(verdict: Verdict) -> None:
    counts = {Verdict.AUTH_REQUIRED, Verdict.CLIENT_CERT_REQUIRED, Verdict.REFUSED, Verdict.TIMED_OUT}
    found = link([front("192.0.2.8:9200")], [node(verdict)])
    assert bool(found) is (verdict in counts)
    if verdict in (Verdict.REFUSED, Verdict.TIMED_OUT):
        assert "not reachable from here directly" in found[0].why


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.TIMED_OUT])
def test_a_silent_address_of_a_network_is_nobody_s_closed_door(verdict: Verdict) -> None:
    assert link([front("192.0.2.8:9200")], [node(verdict, network="dc1")]) == ()
    assert link([front("192.0.2.8:9200")], [node(network="dc1")])


@pytest.mark.parametrize("loopback", ["127.0.0.1:9200", "[::1]:9200", "localhost:9200"])
def test_a_loopback_address_is_the_front_end_s_own_machine(loopback: str) -> None:
    beside, elsewhere = node(address="192.0.2.7"), node(host="es-3", address="192.0.2.8")
    found = link([front(loopback, uuid=None)], [beside, elsewhere])
    assert [one.object for one in found] == ["es-2:9200"]
    assert "that it listens on 192.0.2.7:9200" in found[0].why


def test_from_the_machine_itself_each_loopback_address_is_a_place_of_its_own() -> None:
    closed = [node(address="127.0.0.1"), node(host="es-3", address="127.0.0.9")]
    found = link([front("127.0.0.9:9200", address="127.0.0.5", uuid=None)], closed)
    assert [one.object for one in found] == ["es-3:9200"]


def test_a_loopback_address_of_another_machine_is_not_the_one_of_ours() -> None:
    assert link([front("127.0.0.1:9200", backend="127.0.0.1:9200", uuid=None)], [node(address="127.0.0.1")]) == ()


def test_nobody_is_a_path_to_himself() -> None:
    closed = node(host="kibana-1", uuid=None)
    closed = replace(closed, target=replace(closed.target, port=5601))
    assert link([front("192.0.2.8:5601")], [closed]) == ()


def test_an_address_that_is_known_to_belong_to_another_cluster_joins_nothing() -> None:
    assert link([front("192.0.2.8:9200")], [node(uuid="uuid-2")]) == ()


@pytest.mark.parametrize("uuid", ["_na_", None])
def test_nodes_without_a_cluster_are_not_one_cluster(uuid: str | None) -> None:
    assert link([front(uuid=uuid)], [node(uuid=uuid)]) == ()


def test_a_further_address_of_a_name_joins_too() -> None:
    closed = replace(node(), others=(("192.0.2.9", Verdict.TIMED_OUT), ("192.0.2.10", Verdict.OPEN)))
    assert link([front("192.0.2.9:9200")], [closed])
    assert link([front("192.0.2.10:9200")], [closed]) == ()


def test_an_open_node_is_a_path_to_its_closed_neighbours() -> None:
    service = Service("Elasticsearch", "8.5.0", "prod", "uuid-1", (("node", "es-a"), ("node", "192.0.2.8:9200")))
    opened = factory.opened(factory.personal("people", "email"), host="es-1", address="192.0.2.7")
    opened = replace(opened, observation=replace(opened.observation, service=service))
    found = link([opened], [node(), node(host="es-3", address="192.0.2.9", uuid="uuid-1"), opened])
    assert [(one.rule, one.host, one.object) for one in found] == [
        ("path-elasticsearch", "es-1", "es-3:9200"),
        ("path-elasticsearch", "es-1", "es-2:9200"),
    ]
    assert {one.severity for one in found} == {Severity.CRITICAL}
    assert "of the same cluster" in found[0].title


def test_two_open_nodes_are_no_path() -> None:
    assert link([factory.opened(host="es-1"), factory.opened(host="es-2")], [factory.opened(host="es-2")]) == ()


@pytest.mark.parametrize("fact", [Fact.STAND_IN, Fact.LOOK_ALIKE])
def test_what_only_plays_elasticsearch_belongs_to_no_cluster(fact: Fact) -> None:
    opened = factory.opened(host="es-1")
    opened = replace(opened, observation=replace(opened.observation, facts=frozenset({fact})))
    assert link([opened], [node(uuid="uuid-1")]) == ()


@pytest.mark.parametrize("verdict", [Verdict.METADATA_ONLY, Verdict.AUTH_REQUIRED, Verdict.INCONCLUSIVE])
def test_a_front_that_handed_nothing_over_leads_nowhere(verdict: Verdict) -> None:
    assert link([replace(front(), verdict=verdict)], [node(uuid="uuid-1")]) == ()


def test_a_product_without_such_a_rule_leads_nowhere() -> None:
    opened = factory.opened(host="mongo-1", product="mongodb")
    assert link([opened], [node(uuid="uuid-1")]) == ()


def test_each_of_several_fronts_is_a_finding_of_its_own() -> None:
    found = link([front(host="kibana-1"), front(host="kibana-2")], [node(uuid="uuid-1")])
    assert [one.host for one in found] == ["kibana-1", "kibana-2"]
    assert len({one.fingerprint for one in found}) == 2


def test_two_products_on_one_port_are_one_door() -> None:
    twice = [node(Verdict.TIMED_OUT), replace(node(Verdict.TIMED_OUT), target=replace(node().target, product="kibana"))]
    assert len(link([front("192.0.2.8:9200")], twice)) == 1


def test_beyond_a_number_the_closed_nodes_of_one_cluster_are_counted_not_listed() -> None:
    closed = [node(host=f"es-{number:03}", address=f"198.51.100.{number}", uuid="uuid-1") for number in range(30)]
    placed = node(host="es-placed", address="192.0.2.8")
    found = link([front("192.0.2.8:9200", "198.51.100.1:9200")], [*closed, placed])
    assert len(found) == MOST_OF_ONE
    assert len({one.fingerprint for one in found}) == MOST_OF_ONE
    assert all(f"{31 - MOST_OF_ONE} more targets" in one.why for one in found)
    assert "more targets" not in link([front()], closed[:MOST_OF_ONE])[0].why


class Counted(str):
    """A text that counts how often it is compared with another."""

    __slots__ = ()
    compared: ClassVar[int] = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)


def test_the_work_grows_with_the_targets_and_not_with_the_pairs_of_them() -> None:
    """500 front ends of 500 closed nodes are 250,000 pairs; what is compared stays in the order of the findings."""
    addresses = [f"10.{number // 250}.{number % 250}.1" for number in range(500)]
    Counted.compared = 0
    closed = [node(host=f"es-{n}", address=Counted(one), uuid=Counted("uuid-1")) for n, one in enumerate(addresses)]
    told = [f"{one}:9200" for one in addresses[:64]]
    fronts = [front(*told, host=f"kibana-{n}", uuid=Counted("uuid-1")) for n in range(500)]
    found = link(fronts, closed)
    assert len(found) == 500 * MOST_OF_ONE
    assert Counted.compared < 5_000


def test_fronts_are_not_even_looked_at_where_nothing_is_closed() -> None:
    def none() -> Iterator[tuple[Outcome, tuple[()]]]:
        raise AssertionError("no front should be asked for")
        yield

    assert judge.link_paths(none(), [factory.opened()], estate="acme", book=BOOK) == ()
    assert not ClosedTargets.among([factory.opened()])
