"""From an inventory to its targets: each exactly once, none outside the scope, none kept."""

import tracemalloc
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.inventory.scope import Guard, literal
from auditor.inventory.selection import unmatched
from auditor.inventory.spread import Selection, count, spread
from auditor.model.target import Inventory, Target
from tests.inventory.texts import HEAD, read

ESTATE = HEAD + """\
hosts:
  - name: es-1
    address: es-1.corp.example
    tags: [eu, search]
    services: [{product: elasticsearch, ports: [9200, 9201]}]
  - {name: mongo-1, address: 10.20.0.2, tags: [eu], services: [mongodb]}
  - {name: old, address: 10.99.0.1, services: [kibana]}
networks:
  - {name: dc1, cidr: 10.20.0.0/30, tags: [us], services: [kibana, mongodb]}
  - {name: v6, cidr: "fd00::/126", services: [mongodb]}
"""  # fmt: skip


def shown(targets: list[Target]) -> list[str]:
    return [f"{target.host}|{target.address}|{target.product}:{target.port}" for target in targets]


def hosts_of(inventory: Inventory, selection: Selection) -> list[str]:
    return list(dict.fromkeys(target.host for target in spread(inventory, selection)))


def test_hosts_come_first_then_every_address_of_a_network_with_its_first_and_last() -> None:
    assert shown(list(spread(read(ESTATE)))) == [
        "es-1|es-1.corp.example|elasticsearch:9200",
        "es-1|es-1.corp.example|elasticsearch:9201",
        "mongo-1|10.20.0.2|mongodb:27017",
        "old|10.99.0.1|kibana:5601",
        "10.20.0.0|10.20.0.0|kibana:5601",
        "10.20.0.0|10.20.0.0|mongodb:27017",
        "10.20.0.1|10.20.0.1|kibana:5601",
        "10.20.0.1|10.20.0.1|mongodb:27017",
        "10.20.0.2|10.20.0.2|kibana:5601",  # mongodb is asked under the name mongo-1
        "10.20.0.3|10.20.0.3|kibana:5601",
        "10.20.0.3|10.20.0.3|mongodb:27017",
        "fd00::|fd00::|mongodb:27017",
        "fd00::1|fd00::1|mongodb:27017",
        "fd00::2|fd00::2|mongodb:27017",
        "fd00::3|fd00::3|mongodb:27017",
    ]


def test_targets_of_a_network_know_it_and_share_its_asset() -> None:
    inventory = read(ESTATE)
    targets = [target for target in spread(inventory) if target.network == "dc1"]

    assert len(targets) == 7
    assert all(target.asset is inventory.networks[0].asset and not target.named for target in targets)


def test_addresses_cross_the_bounds_of_a_24() -> None:
    inventory = read(HEAD + "networks: [{name: n, cidr: 10.20.0.0/22, services: [kibana]}]\n")
    addresses = [target.address for target in spread(inventory)]

    assert len(set(addresses)) == 1024
    assert addresses[255:257] == ["10.20.0.255", "10.20.1.0"]
    assert addresses[-1] == "10.20.3.255"


def test_excluded_addresses_are_left_out_of_a_range() -> None:
    inventory = read(
        HEAD.replace("10.9.0.0/16", "10.20.0.2/31") + "networks: [{name: n, cidr: 10.20.0.0/29, services: [kibana]}]\n"
    )

    assert [target.address for target in spread(inventory)] == [f"10.20.0.{last}" for last in (0, 1, 4, 5, 6, 7)]
    assert count(inventory) == 6


def test_a_name_in_an_address_spelt_as_mapped_ipv4_takes_the_address_too() -> None:
    inventory = read(
        HEAD + "hosts: [{name: a, address: '::ffff:10.20.0.1', services: [kibana]}]\n"
        "networks: [{name: n, cidr: 10.20.0.0/31, services: [kibana]}]\n"
    )

    assert [target.host for target in spread(inventory)] == ["a", "10.20.0.0"]


@pytest.mark.parametrize(
    ("selection", "hosts"),
    [
        (Selection(tags=("search",)), ["es-1"]),
        (Selection(tags=("search", "us"), services=("kibana",)), ["10.20.0.0", "10.20.0.1", "10.20.0.2", "10.20.0.3"]),
        (Selection(hosts=("es-1",)), ["es-1"]),
        (Selection(hosts=("*-1",)), ["es-1", "mongo-1"]),
        (Selection(hosts=("es-1.corp.example",)), ["es-1"]),
        (Selection(hosts=("dc1",), exclude=("10.20.0.0/31",)), ["10.20.0.2", "10.20.0.3"]),
        (Selection(hosts=("10.20.0.3", "fd00::2")), ["10.20.0.3", "fd00::2"]),
        (Selection(hosts=("10.20.0.2",)), ["mongo-1", "10.20.0.2"]),
        (Selection(exclude=("dc1", "v6", "old")), ["es-1", "mongo-1"]),
        (Selection(exclude=("10.0.0.0/8", "fd00::/8")), ["es-1"]),
        (Selection(services=("elasticsearch",)), ["es-1"]),
        (Selection(hosts=("es-1",), exclude=("es-*",)), []),
    ],
)
def test_a_selection_picks_by_tag_name_address_range_and_product(selection: Selection, hosts: list[str]) -> None:
    inventory = read(ESTATE)

    assert hosts_of(inventory, selection) == hosts
    assert count(inventory, selection) == len(list(spread(inventory, selection)))
    assert list(unmatched(inventory, selection)) == []


def test_an_address_that_a_name_took_is_not_the_networks_even_if_the_name_is_not_selected() -> None:
    inventory = read(ESTATE)

    assert "10.20.0.2|10.20.0.2|mongodb:27017" not in shown(list(spread(inventory, Selection(hosts=("dc1",)))))


def test_words_that_fit_nothing_are_told_lest_a_typo_look_clean() -> None:
    selection = Selection(tags=("serch",), hosts=("es-l", "10.21.0.1"), exclude=("x*",), services=("opensearch",))

    assert list(unmatched(read(ESTATE), selection)) == [
        "no host or network has the tag 'serch'; did you mean 'search'?",
        "no host or network has the service 'opensearch'; did you mean 'elasticsearch'?",
        "no host or network is named 'es-l', and no address of them fits; did you mean 'es-1'?",
        "no host or network is named '10.21.0.1', and no address of them fits",
        "no host or network is named 'x*', and no address of them fits",
    ]


def test_a_12_is_counted_at_once_and_spread_without_being_kept() -> None:
    inventory = read(HEAD.replace("262144", "4000000") + "networks: [{name: n, cidr: 10.16.0.0/12}]\n")
    assert count(inventory) == 3 * (1 << 20)

    tracemalloc.start()
    try:
        walked = sum(1 for _ in islice(spread(inventory), 100_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert walked == 100_000
    assert peak < 200_000


SERVICES = st.lists(st.sampled_from(["elasticsearch", "kibana", "mongodb"]), min_size=1, max_size=3, unique=True)
NUMBERS = st.integers(0, 40)


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    lines = [HEAD.replace("10.9.0.0/16", f"10.0.0.{draw(st.integers(0, 31)) * 2}/31"), "hosts:"]
    excluded = int(lines[0].split("exclude: [10.0.0.")[1].split("/")[0])
    lines.append("  - {name: by-name, address: x.example}")
    numbers = draw(st.lists(NUMBERS.filter(lambda n: n not in (excluded, excluded + 1)), max_size=6, unique=True))
    lines += [
        f"  - {{name: h{number}, address: 10.0.0.{number}, services: [{', '.join(draw(SERVICES))}]}}"
        for number in numbers
    ]
    lines.append("networks:")
    lines.append("  - {name: v6, cidr: 'fd00::/125'}")
    for position in draw(st.lists(st.integers(0, 3), max_size=4, unique=True)):
        services = ", ".join(draw(SERVICES))
        lines.append(
            f"  - {{name: n{position}, cidr: 10.0.0.{position * 16}/28, services: [{services}], tags: [t{position}]}}"
        )
    return read("\n".join(lines))


SELECTIONS = st.builds(
    Selection,
    tags=st.lists(st.sampled_from(["t0", "t1"]), max_size=1).map(tuple),
    hosts=st.lists(st.sampled_from(["h*", "n1", "10.0.0.0/27", "10.0.0.5", "fd00::3"]), max_size=2).map(tuple),
    exclude=st.lists(st.sampled_from(["h1?", "n2", "10.0.0.8/29", "fd00::/127"]), max_size=2).map(tuple),
    services=st.lists(st.sampled_from(["kibana", "mongodb"]), max_size=1).map(tuple),
)


@given(inventories(), SELECTIONS)
@settings(max_examples=100, deadline=None)
def test_count_is_what_spread_gives_and_every_literal_passes_the_guard_once(
    inventory: Inventory, selection: Selection
) -> None:
    targets = list(spread(inventory, selection))
    guard = Guard(inventory.scope)

    assert count(inventory, selection) == len(targets)
    assert len({(literal(t.address) or t.address, t.port, t.product) for t in targets}) == len(targets)
    assert all(guard.refusal(t.address) is None for t in targets if literal(t.address) is not None)
    everything = {(t.host, t.address, t.port, t.product) for t in spread(inventory)}
    assert {(t.host, t.address, t.port, t.product) for t in targets} <= everything
