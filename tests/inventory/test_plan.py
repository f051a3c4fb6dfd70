"""What a plan says: targets, requests and time, worked out without a packet."""

import pytest

from auditor.cli.plan_text import plain, render, span
from auditor.inventory.plan import PaceNumbers, Plan, plan
from auditor.inventory.selection import Selection
from auditor.inventory.spread import count
from auditor.model.plan import RequestTemplate
from tests.inventory.texts import HEAD, read

NORMAL = PaceNumbers("normal", rate=500, in_flight=1000, per_address=2, connect_seconds=3.0)
TEMPLATES = {
    "elasticsearch": [RequestTemplate("root", "elasticsearch", "GET /", "always", "who answers")],
    "kibana": [RequestTemplate("page", "kibana", "GET {prefix}/", "always", "who answers")],
    "mongodb": [RequestTemplate("hello", "mongodb", "isMaster", "always", "who answers")],
}
ESTATE = (
    HEAD
    + """\
vantage: office
windows: [{start: 22:00, end: 04:00, days: [fri]}]
hosts:
  - {name: es-1, address: es-1.corp.example, tags: [eu], services: [{product: elasticsearch, ports: [9200, 9201]}]}
  - {name: mongo-1, address: 10.20.0.2, services: [mongodb]}
networks:
  - {name: dc1, cidr: 10.20.0.0/22, services: [mongodb]}
"""
)


def planned(selection: Selection = Selection(), pace: PaceNumbers = NORMAL) -> Plan:  # noqa: B008 - frozen
    return plan(read(ESTATE), selection, TEMPLATES, pace)


def test_the_plans_numbers_are_the_spreads() -> None:
    made = planned()

    assert made.targets == count(read(ESTATE)) == 2 + 1 + 1024 - 1
    assert [(line.product, line.port, line.hosts, line.addresses) for line in made.ports] == [
        ("elasticsearch", 9200, 1, 0),
        ("elasticsearch", 9201, 1, 0),
        ("mongodb", 27017, 1, 1023),
    ]
    assert sum(line.hosts + line.addresses for line in made.ports) == made.targets
    (network,) = made.networks
    assert (network.addresses, network.left_out, network.targets) == (1024, 0, 1023)


def test_only_requests_of_selected_products_are_planned() -> None:
    assert [request.id for request in planned().requests] == ["root", "hello"]
    assert [request.id for request in planned(Selection(services=("mongodb",))).requests] == ["hello"]


@pytest.mark.parametrize(
    ("pace", "least", "silent"),
    [
        (NORMAL, 1026 / 500, 1026 * 3 / 1000),
        (PaceNumbers("careful", 50, 50, 1, 5.0), 1026 / 50, 1026 * 5 / 50),
        (PaceNumbers("fast", None, 15_000, 8, 1.0), 1026 * 22e-6, 2 / 8),
        (PaceNumbers("one at a time", 1e6, 10_000, 1, 3.0), 1026 * 22e-6, 2 * 3.0),
    ],
)
def test_the_time_is_the_largest_of_what_bounds_a_sweep(pace: PaceNumbers, least: float, silent: float) -> None:
    made = planned(pace=pace)

    assert made.least_seconds == pytest.approx(least)
    assert made.silent_seconds == pytest.approx(silent)


def test_the_text_shows_scope_targets_time_and_every_request_with_its_condition() -> None:
    assert (
        render(planned())
        == """\
ACME production (acme-prod)
  allowed by  Head of Infrastructure, SEC-123, 2026-11-01 to 2027-01-31 (Europe/Berlin)
  scope       10.0.0.0/8, fd00::/8
  never       10.9.0.0/16
  not between 22:00 and 04:00 on fri

1,026 targets: 2 hosts and 1,024 addresses of 1 network

  product         port  hosts  addresses
  elasticsearch   9200      1          0
  elasticsearch   9201      1          0
  mongodb        27017      1      1,023

  es-1     es-1.corp.example  elasticsearch:9200/9201
  mongo-1  10.20.0.2          mongodb:27017

  network  range         addresses  left out
  dc1      10.20.0.0/22      1,024         0

Pace normal: at most 500 connects a second, 1,000 targets at once, 2 an address, 3 s to connect
Time: 2 s if every target answers at once, 3 s if all stay silent, and what is open takes longer

What may be sent to a target of elasticsearch, and nothing else:
  GET /
      sent   always
      tells  who answers

What may be sent to a target of mongodb, and nothing else:
  isMaster
      sent   always
      tells  who answers
"""
    )


def test_many_hosts_are_counted_in_the_text_and_listed_in_the_data() -> None:
    hosts = "".join(f"  - {{name: h{number}, address: 10.0.0.{number}}}\n" for number in range(1, 31))
    made = plan(read(f"{HEAD}hosts:\n{hosts}"), Selection(), TEMPLATES, NORMAL)

    assert "… and 10 more hosts; -o json lists all" in render(made)
    assert len(plain(made)["hosts"]) == 30


def test_a_selection_of_nothing_is_said() -> None:
    text = render(planned(Selection(hosts=("es-1",), exclude=("es-1",))))

    assert "No target: nothing would be sent." in text
    assert "What may be sent" not in text


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "under a second"), (90, "90 s"), (600, "10 min"), (3600 * 5.25, "5.2 h")]
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert span(seconds) == said
