"""What a good inventory becomes, where it may be read from, and that a bad one only ever gives an InventoryError."""

import contextlib
import hashlib
import io
import json
import os
import random
from datetime import UTC, date, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.inventory.load import InventoryError, load, loads
from auditor.inventory.schema import MODELS
from auditor.model.target import Criticality, Expectation, Formerly, Inventory, Place, ServiceSpec, Tls, Window
from tests.inventory.texts import HEAD, HOST, NOW, PRODUCTS, read, told

EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"


def test_the_whole_of_an_inventory_reaches_the_model() -> None:
    inventory = read(
        HEAD.replace("contact: secops@example.org", "contact: c, sampling: {approved_by: DPO}")
        + """\
defaults: {services: [elasticsearch, {product: kibana, port: 5602}]}
vantage: office
windows: [{start: 22:00, end: 04:00, days: [fri]}]
credentials: [env:OLD, file:/run/old, credential:old-1]
hosts:
  - name: es-1
    address: ES-1.corp.example
    owner: search-team
    environment: prod
    criticality: high
    tags: [eu]
    zone: data
    expect: public_by_design
    reason: a catalogue
    formerly: [{name: es-0, port: 9201}, {name: es}]
    services: [{product: elasticsearch, ports: [9200, 9201]}, {product: kibana, tls: required, path: /kibana/}]
  - {name: b, address: "fd00::1"}
networks:
  - {name: dc1, cidr: 10.20.0.0/22, services: [mongodb], owner: infra}
"""
    )

    assert inventory.path == "inv.yaml"
    assert inventory.estate.timezone == "Europe/Berlin"
    assert inventory.authorization.valid_from == date(2026, 11, 1)
    assert inventory.authorization.sampling_approved_by == "DPO"
    assert inventory.scope.networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert inventory.scope.exclude == (ip_network("10.9.0.0/16"),)
    assert inventory.vantage == "office"
    assert inventory.windows == (Window("22:00", "04:00", ("fri",)),)
    assert inventory.credentials == ("env:OLD", "file:/run/old", "credential:old-1")

    first, second = inventory.hosts
    assert first.address == "ES-1.corp.example"
    assert first.formerly == (Formerly("es-0", 9201), Formerly("es"))
    assert first.asset.place == Place("inv.yaml", 11, 5)
    assert (first.asset.owner, first.asset.environment, first.asset.zone) == ("search-team", "prod", "data")
    assert first.asset.criticality is Criticality.HIGH
    assert first.asset.expect is Expectation.PUBLIC_BY_DESIGN
    assert first.asset.reason == "a catalogue"
    assert first.asset.tags == ("eu",)
    assert first.asset.services == (
        ServiceSpec("elasticsearch", (9200, 9201)),
        ServiceSpec("kibana", (5601,), Tls.REQUIRED, "/kibana"),
    )
    assert second.asset.services == (ServiceSpec("elasticsearch", (9200,)), ServiceSpec("kibana", (5602,)))
    (network,) = inventory.networks
    assert network.cidr == ip_network("10.20.0.0/22")
    assert network.asset.services == (ServiceSpec("mongodb", (27017,)),)


def test_without_defaults_every_known_product_is_asked() -> None:
    inventory = loads(HEAD + HOST, file="f", now=NOW, products={**PRODUCTS, "redis": (6379, 6380)})

    specs = inventory.hosts[0].asset.services
    assert {spec.product: spec.ports for spec in specs} == {**PRODUCTS, "redis": (6379, 6380)}


def test_a_word_that_yaml_1_1_takes_for_a_boolean_stays_a_name() -> None:
    inventory = read(HEAD + "hosts: [{name: no, address: on.example, tags: [yes], owner: off}]\n")

    asset = inventory.hosts[0].asset
    assert (asset.name, asset.tags, asset.owner) == ("no", ("yes",), "off")


def test_an_inventory_may_be_written_as_json() -> None:
    assert read(
        '{"version": 1, "estate": {"id": "a", "name": "A"}, "authorization": {"owner": "o", "approved_by": "a",'
        '"ticket": "t", "valid_from": "2026-01-01", "valid_until": "2027-01-01", "contact": "c"},'
        '"scope": {"networks": ["10.0.0.0/8"]}, "hosts": [{"name": "a", "address": "10.0.0.1"}]}'
    ).hosts


def test_it_is_read_from_a_path_a_stream_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = (HEAD + HOST).encode()
    path = tmp_path / "inventory.yaml"
    path.write_bytes(data)

    from_path = load(path, now=NOW, products=PRODUCTS)
    assert from_path.path == str(path)
    assert from_path.sha256 == hashlib.sha256(data).hexdigest()
    assert load(str(path), now=NOW, products=PRODUCTS) == from_path
    assert load(io.BytesIO(data), now=NOW, products=PRODUCTS).hosts[0].address == "10.0.0.1"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert load("-", now=NOW, products=PRODUCTS).path == "<stdin>"


@pytest.mark.parametrize(
    ("name", "reason"), [("missing.yaml", "No such file or directory"), (".", "Is a directory"), ("a\0b", "null byte")]
)
def test_a_file_that_cannot_be_read_is_an_inventory_error(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(InventoryError) as caught:
        load(os.fspath(tmp_path) + "/" + name, now=NOW, products=PRODUCTS)

    assert reason in caught.value.problems[0].message


def test_an_endless_file_is_read_no_further_than_the_bound() -> None:
    with pytest.raises(InventoryError, match="larger than 8 MiB"):
        load("/dev/zero", now=NOW, products=PRODUCTS)


def test_without_a_moment_the_clock_decides() -> None:
    with pytest.raises(InventoryError, match="expired on 2001-01-31"):
        loads(
            HEAD.replace("2026-11-01", "2001-01-01").replace("2027-01-31", "2001-01-31") + HOST,
            file="f",
            products=PRODUCTS,
        )


def test_a_moment_without_a_zone_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        loads(HEAD + HOST, file="f", now=datetime(2026, 11, 23), products=PRODUCTS)  # noqa: DTZ001 - the point of it


def test_the_example_is_valid_and_says_when_it_no_longer_is() -> None:
    data = EXAMPLE.read_bytes()

    inventory = loads(data, file="inventory.example.yaml", now=NOW, products=PRODUCTS)
    assert (len(inventory.hosts), len(inventory.networks)) == (3, 1)
    assert inventory.authorization.valid_until == date(2027, 12, 31)
    assert told_by_example(datetime(2028, 1, 1, 12, tzinfo=UTC)) == [
        "inventory.example.yaml:22:16: the authorisation expired on 2027-12-31; today is 2028-01-01 in Europe/Berlin"
    ]
    assert "only begins on 2026-11-01" in told_by_example(datetime(2026, 10, 1, tzinfo=UTC))[0]


def told_by_example(now: datetime) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        loads(EXAMPLE.read_bytes(), file="inventory.example.yaml", now=now, products=PRODUCTS)
    return [str(problem) for problem in caught.value.problems]


@given(st.text() | st.binary())
@settings(max_examples=200)
def test_any_text_is_an_inventory_or_an_error(text: str | bytes) -> None:
    with contextlib.suppress(InventoryError):
        assert isinstance(loads(text, file="f", now=NOW, products=PRODUCTS), Inventory)


KEYS = st.sampled_from(sorted({"x"}.union(*(model.model_fields for model in MODELS.values()))))
VALUES = st.sampled_from(
    [1, 0, -1, 2**70, 1.5, True, None, "", "a", "10.0.0.1", "10.0.0.0/8", "fd00::1", "::/0", "fe80::1%x", "2026-11-01",
     "9999-12-31", "0001-01-01", "UTC", "Europe/Berlin", "Europe", "/etc/passwd", "a" * 300, "22:00", "kibana",
     "public_by_design", "high", "mon", "env:A", "/", "\ud800", "\x00", "1.2.3", "x.example."]
)  # fmt: skip
SHAPES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=15
)


@given(st.dictionaries(KEYS, SHAPES, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_any_shape_put_into_a_good_inventory_is_an_inventory_or_an_error(
    shape: dict[str, object], choice: random.Random
) -> None:
    host: dict[str, object] = {"name": "a", "address": "10.0.0.1"}
    network: dict[str, object] = {"name": "n", "cidr": "10.1.0.0/24"}
    estate: dict[str, object] = {"id": "a", "name": "A"}
    scope: dict[str, object] = {"networks": ["10.0.0.0/8", "fd00::/8"]}
    whole: dict[str, object] = {
        "version": 1,
        "estate": estate,
        "authorization": {"owner": "o", "approved_by": "a", "ticket": "t", "contact": "c"}
        | {"valid_from": "2026-01-01", "valid_until": "2027-01-01"},
        "scope": scope,
        "hosts": [host],
        "networks": [network],
    }
    choice.choice([whole, estate, scope, host, network]).update(shape)
    text = json.dumps(whole, ensure_ascii=False)

    with contextlib.suppress(InventoryError):
        assert isinstance(loads(text, file="f", now=NOW, products=PRODUCTS), Inventory)


@given(st.data())
@settings(max_examples=300)
def test_a_good_file_damaged_anywhere_is_an_inventory_or_an_error(data: st.DataObject) -> None:
    text = EXAMPLE.read_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    damaged = text[:start] + data.draw(st.text(max_size=5)) + text[end:]

    with contextlib.suppress(InventoryError):
        assert isinstance(loads(damaged, file="f", now=NOW, products=PRODUCTS), Inventory)


def test_every_problem_is_told_on_one_line() -> None:
    for problem in told(HEAD + 'hosts: [{name: "a\\nb", address: "x\\r\\ny", "k\\n": 1}]\n'):
        assert problem.isprintable()
