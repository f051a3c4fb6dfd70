"""Each way in which an inventory may be wrong: the sentence and the place that its author is shown."""

from datetime import UTC, datetime

import pytest

from tests.inventory.texts import HEAD, HOST, told, with_host, with_network


def swap(old: str, new: str) -> str:
    assert HEAD.count(old) == 1
    return HEAD.replace(old, new) + HOST


MOST = "'max_targets'"
HEADS = [
    ("version: 1", "version: 2", "1:10: 'version' must be 1, not the number 2"),
    ("version: 1", 'version: "1"', "1:10: 'version' must be 1, not '1'"),
    ("version: 1\n", "", "1:1: the inventory lacks 'version'"),
    ("id: acme-prod", "id: acme prod", "2:14: 'acme prod' is no id: letters, digits, '.', '_' and '-', at most 100"),
    ("id: acme-prod, ", "", "2:9: 'estate' lacks 'id'"),
    (
        "Europe/Berlin",
        "Europe/Berln",
        "2:60: 'Europe/Berln' is no IANA time zone such as Europe/Berlin; did you mean 'Europe/Berlin'?",
    ),
    ("Europe/Berlin", "../zone", "2:60: '../zone' is no IANA time zone such as Europe/Berlin"),
    ('owner: "ACME Ltd"', "owner: 5", "3:24: 'owner' must be text; write it in quotes: '5'"),
    ('owner: "ACME Ltd"', "owner: true", "3:24: 'owner' must be text; write it in quotes: 'true'"),
    ('owner: "ACME Ltd"', "owner: []", "3:24: 'owner' must be text, not a list"),
    ('owner: "ACME Ltd"', "owner: ", "3:17: 'owner' is empty; leave it out or fill it in"),
    ('owner: "ACME Ltd"', "owner: ' '", "3:24: 'owner' is empty"),
    ('owner: "ACME Ltd"', '"owner": "a\\nb"', "3:26: 'a�b' holds a line break or a control character"),
    (
        "ticket: SEC-123",
        "tikcet: SEC-123",
        "3:16: 'authorization' lacks 'ticket'|3:75: unknown key 'tikcet' in 'authorization'; did you mean 'ticket'?",
    ),
    ("2026-11-01", "2026-11-31", "4:29: '2026-11-31' is no day of the calendar"),
    ("2026-11-01", "01.11.2026", "4:29: '01.11.2026' is no date; write it as 2026-11-01"),
    ("2026-11-01", "20261101", "4:29: '20261101' is no date; write it as 2026-11-01"),
    ("2027-01-31", "2026-10-01", "4:54: 'valid_until' (2026-10-01) lies before 'valid_from' (2026-11-01)"),
    ("10.0.0.0/8", "10.0.0.1/8", "5:20: '10.0.0.1/8' has bits set beyond its prefix; did you mean '10.0.0.0/8'?"),
    ("10.0.0.0/8", "10.0.0.0/33", "5:20: '10.0.0.0/33' is no range of addresses such as 10.20.0.0/22"),
    ("10.0.0.0/8", "10", "5:20: an entry of 'networks' must be a range such as 10.20.0.0/22"),
    ("fd00::/8", "::ffff:10.0.0.0/104", "5:32: '::ffff:10.0.0.0/104' stands for IPv4 addresses; write them as IPv4"),
    (
        '"fd00::/8"',
        "9.9.9.0/24",
        "5:32: 9.9.9.0/24 is public; say 'allow_public: true' if it is yours and may be probed",
    ),
    ('[10.0.0.0/8, "fd00::/8"]', "10.0.0.0/8", "5:19: 'networks' must be a list, not '10.0.0.0/8'"),
    ('[10.0.0.0/8, "fd00::/8"]', "[]", "5:19: 'networks' must not be an empty list"),
    ("public: false", "public: no", "5:83: 'allow_public' must be true or false, not 'no'; did you mean false?"),
    ("allow_public: false", "allow_public: never", "5:83: 'allow_public' must be true or false, not 'never'"),
    ("262144", "0", "5:103: 'max_targets' must be at least 1"),
    ("262144", "'many'", "5:103: 'max_targets' must be a whole number, not 'many'"),
    (
        "262144",
        "2",
        f"5:103: the inventory spreads into 3 targets, more than {MOST} (2) allows; the largest part is 'es-1' with 3",
    ),
    ("estate: {id: acme-prod, name: \"ACME production\", timezone: Europe/Berlin}", "estate: acme",
     "2:9: 'estate' must be a mapping of keys, not 'acme'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "problem"), HEADS)
def test_a_mistake_in_the_head_is_told_with_its_place(old: str, new: str, problem: str) -> None:
    assert told(swap(old, new)) == [f"inv.yaml:{one}" for one in problem.split("|")]


KNOWN = "name, services, owner, environment, criticality, tags, expect, reason, zone"
HOSTS = [
    ("address: 10.0.0.1", "7:5: a host lacks 'name'"),
    ("name: a, adress: 10.0.0.1",
     "7:5: a host lacks 'address'|7:15: unknown key 'adress' in a host; did you mean 'address'?"),
    ("name: true, address: x.example", "7:12: 'name' must be text; write it in quotes: 'true'"),
    ("name: ' a', address: x.example", "7:12: ' a' is no name: 1 to 200 printable characters, no space at either end"),
    ("name: 10.0.0.2, address: 10.0.0.1", "7:12: the name '10.0.0.2' is an address, but not this one's"),
    ("name: a, address: 10.0.0.300", "7:24: '10.0.0.300' is no IP address"),
    ("name: a, address: 0x7f000001", "7:24: '0x7f000001' is no IP address"),
    ("name: a, address: 010.0.0.1", "7:24: '010.0.0.1' is no IP address"),
    ("name: a, address: 'http://u:geheim@x/'", "7:24: a URL stands here; write the host's name or address alone"),
    ("name: a, address: 'x.example:9200'", "7:24: 'x.example:9200': a port belongs under 'services'"),
    ("name: a, address: '[fd00::1]:9200'",
     "7:24: '[fd00::1]:9200': write an IPv6 address without brackets, and its port under 'services'"),
    ("name: a, address: 10.0.0.0/24", "7:24: '10.0.0.0/24' is no address; a range belongs under 'networks'"),
    ("name: a, address: a b.example", "7:24: 'a b.example' is neither an IP address nor a host name"),
    ("name: a, address: -x.example", "7:24: '-x.example' is neither an IP address nor a host name"),
    ("name: a, address: 'fe80::1%a b'", "7:24: 'fe80::1%a b' is no address: its zone is no interface's name"),
    ("name: a, address: 11.0.0.1", "7:24: 11.0.0.1 is outside the scope"),
    ("name: a, address: 10.9.8.7", "7:24: 10.9.8.7 is excluded by the scope"),
    ("name: a, address: '::ffff:10.9.8.7'", "7:24: ::ffff:10.9.8.7 is excluded by the scope"),
    ("name: a, address: 224.0.0.1", "7:24: 224.0.0.1 is a multicast address"),
    ("name: a, address: 0.0.0.0", "7:24: 0.0.0.0 is an unspecified address"),
    ("name: a, address: 255.255.255.255", "7:24: 255.255.255.255 is the broadcast address"),
    ("name: a, address: x.example, criticality: hihg",
     "7:48: 'criticality' must be low, medium, high or critical, not 'hihg'; did you mean 'high'?"),
    ("name: a, address: x.example, tags: eu", "7:41: 'tags' must be a list, not 'eu'"),
    ("name: a, address: x.example, tags: [1]", "7:42: an entry of 'tags' must be text; write it in quotes: '1'"),
    ("name: a, address: x.example, tags: [~]", "7:42: an entry of 'tags' is empty; leave it out or fill it in"),
    ("name: a, address: x.example, expect: public_by_design", "7:43: 'expect: public_by_design' needs a 'reason'"),
    ("name: a, address: x.example, expect: open", "7:43: 'expect' must be closed or public_by_design, not 'open'"),
    ("name: a, address: x.example, services: []", "7:45: 'services' must not be an empty list"),
    ("name: a, address: x.example, services: elasticsearch", "7:45: 'services' must be a list, not 'elasticsearch'"),
    ("name: a, address: x.example, services: [elasticserch]",
     "7:46: unknown product 'elasticserch'; did you mean 'elasticsearch'?"),
    ("name: a, address: x.example, services: [opensearch]",
     "7:46: unknown product 'opensearch'; did you mean 'elasticsearch'?"),
    ("name: a, address: x.example, services: [redis]",
     "7:46: unknown product 'redis'; known are: elasticsearch, kibana, mongodb"),
    ("name: a, address: x.example, services: [{port: 9200}]", "7:46: a service lacks 'product'"),
    ("name: a, address: x.example, services: [{product: kibana, port: 0}]", "7:70: 0 is no port: 1 to 65535"),
    ("name: a, address: x.example, services: [{product: kibana, ports: [65536]}]",
     "7:72: 65536 is no port: 1 to 65535"),
    ("name: a, address: x.example, services: [{product: kibana, port: 09200}]",
     "7:70: 'port' must be a whole number, not '09200'"),
    ("name: a, address: x.example, services: [{product: kibana, port: 1, ports: [2]}]",
     "7:46: a service has 'port' or 'ports', not both"),
    ("name: a, address: x.example, services: [{product: kibana, tls: maybe}]",
     "7:69: 'tls' must be auto, required or never, not 'maybe'"),
    ("name: a, address: x.example, services: [{product: kibana, path: kibana}]",
     "7:70: 'kibana' is no path: '/' or, for example, '/kibana'"),
    ("name: a, address: x.example, services: [{product: kibana, path: \"/a\\r\\nX: y\"}]",
     "7:70: '/a��X: y' is no path: '/' or, for example, '/kibana'"),
    ("name: a, address: x.example, services: [kibana, {product: kibana, ports: [5601, 5602]}]",
     "7:54: kibana on port 5601 is listed twice"),
    ("name: a, address: x.example, formerly: [{name: b, prot: 1}]",
     "7:56: unknown key 'prot' in 'formerly'; did you mean 'port'?"),
    ("name: a, address: x.example, password: geheim",
     f"7:35: unknown key 'password' in a host; known are: {KNOWN}, address, formerly"),
    ("name: a, address: x.example, name: b", "7:35: the key 'name' stands twice; the first is at inv.yaml:7:6"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "problem"), HOSTS)
def test_a_mistake_in_a_host_is_told_with_its_place(host: str, problem: str) -> None:
    assert told(with_host(host)) == [f"inv.yaml:{one}" for one in problem.split("|")]


NETWORKS = [
    ("name: n, cidr: 10.20.0.1/22",
     "7:21: '10.20.0.1/22' has bits set beyond its prefix; did you mean '10.20.0.0/22'?"),
    ("name: n, cidr: 11.0.0.0/24", "7:21: 11.0.0.0/24 is outside the scope"),
    ("name: n, cidr: 10.9.4.0/24", "7:21: 10.9.4.0/24 is excluded by the scope"),
    ("name: n, cidr: 224.0.0.0/24", "7:21: 224.0.0.0/24 contains a multicast address"),
    ("name: n", "7:5: a network lacks 'cidr'"),
    ("name: n, cidr: 10.20.0.0/22, formerly: []",
     f"7:35: unknown key 'formerly' in a network; known are: {KNOWN}, cidr"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "problem"), NETWORKS)
def test_a_mistake_in_a_network_is_told_with_its_place(network: str, problem: str) -> None:
    assert told(with_network(network)) == [f"inv.yaml:{problem}"]


@pytest.mark.parametrize(("cidr", "size"), [("10.32.0.0/12", "1,048,576"), ("fd00::/64", "18,446,744,073,709,551,616")])
def test_a_range_that_is_too_large_is_counted_without_being_walked(cidr: str, size: str) -> None:
    assert told(with_network(f"name: n, cidr: '{cidr}', services: [kibana]")) == [
        (
            f"inv.yaml:5:103: the inventory spreads into {size} targets, more than 'max_targets' (262,144) allows;"
            f" the largest part is 'n' with {size}"
        )
    ]


def test_a_range_partly_outside_the_scope_is_refused() -> None:
    text = HEAD.replace("10.0.0.0/8", "10.0.0.0/9") + "networks:\n  - {name: n, cidr: 10.0.0.0/8, services: [kibana]}\n"

    assert "inv.yaml:7:21: 10.0.0.0/8 is partly outside the scope" in told(text)


def test_public_addresses_need_leave() -> None:
    wide = HEAD.replace("10.0.0.0/8", "0.0.0.0/0")
    text = wide + "hosts: [{name: a, address: 9.9.9.9}]\nnetworks: [{name: n, cidr: 9.9.9.0/30}]\n"

    assert told(text) == [
        "inv.yaml:6:28: 9.9.9.9 is a public address, which the scope does not allow",
        "inv.yaml:7:28: 9.9.9.0/30 contains public addresses, which the scope does not allow",
    ]
    assert told(text.replace("allow_public: false", "allow_public: true")) == []


@pytest.mark.parametrize(
    ("moment", "problem"),
    [
        # Berlin is an hour ahead in winter: the last day ends there at 23:00 UTC, and the first begins then.
        (datetime(2027, 1, 31, 22, 59, tzinfo=UTC), None),
        (datetime(2027, 1, 31, 23, 0, tzinfo=UTC),
         "4:54: the authorisation expired on 2027-01-31; today is 2027-02-01 in Europe/Berlin"),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), None),
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC),
         "4:29: the authorisation only begins on 2026-11-01; today is 2026-10-31 in Europe/Berlin"),
        (datetime.max.replace(tzinfo=UTC),
         "4:54: the authorisation expired on 2027-01-31; today is 9999-12-31 in Europe/Berlin"),
    ],
)  # fmt: skip
def test_the_authorisation_covers_whole_days_of_the_estates_zone(moment: datetime, problem: str | None) -> None:
    assert told(HEAD + HOST, now=moment) == ([] if problem is None else [f"inv.yaml:{problem}"])


def test_a_name_is_given_once_over_hosts_and_networks() -> None:
    text = (
        HEAD
        + """\
hosts:
  - {name: a, address: 10.0.0.1}
  - {name: a, address: 10.0.0.2}
networks:
  - {name: a, cidr: 10.1.0.0/30}
"""
    )

    assert told(text) == [
        "inv.yaml:8:12: the name 'a' is taken at inv.yaml:7:5",
        "inv.yaml:10:12: the name 'a' is taken at inv.yaml:7:5",
    ]


def test_the_same_address_port_and_product_is_asked_once_however_it_is_spelt() -> None:
    text = (
        HEAD
        + """\
hosts:
  - {name: a, address: 10.0.0.1}
  - {name: b, address: "::ffff:10.0.0.1", services: [kibana]}
  - {name: c, address: 10.0.0.1, services: [{product: kibana, port: 5602}]}
  - {name: d, address: Es.Example}
  - {name: e, address: es.example., services: [elasticsearch, kibana]}
"""
    )

    assert told(text) == [
        "inv.yaml:8:24: ::ffff:10.0.0.1 port 5601 is asked for kibana by 'a' already (inv.yaml:7:5)",
        "inv.yaml:11:24: es.example. port 9200 is asked for elasticsearch by 'd' already (inv.yaml:10:5)",
    ]


def test_networks_may_overlap_only_if_they_ask_for_different_things() -> None:
    text = (
        HEAD
        + """\
networks:
  - {name: inner, cidr: 10.1.0.0/30, services: [kibana]}
  - {name: outer, cidr: 10.1.0.0/24, services: [kibana, mongodb]}
  - {name: other, cidr: 10.1.0.0/24, services: [elasticsearch]}
"""
    )

    assert told(text) == [
        (
            "inv.yaml:8:25: 10.1.0.0/24 overlaps 'inner' (10.1.0.0/30, inv.yaml:7:5),"
            " which asks port 5601 for kibana already"
        )
    ]


def test_services_listed_twice_in_the_defaults_are_told_once() -> None:
    text = (
        HEAD
        + "defaults: {services: [kibana, kibana]}\n"
        + "hosts: [{name: a, address: x.example}, {name: b, address: y.example}]\n"
    )

    assert told(text) == ["inv.yaml:6:31: kibana on port 5601 is listed twice"]


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        ('{start: "22:00", end: "04:00"}', None),
        ("{start: 22:00, end: 24:00, days: [fri]}", None),
        ("{start: 6:00, end: 08:00}", "6:19: '6:00' is no time of day such as 22:30; did you mean '06:00'?"),
        ("{start: 06:00, end: 25:00}", "6:31: '25:00' is no time of day such as 22:30"),
        ("{start: 06:00, end: 06:00}", "6:11: the window from 06:00 to 06:00 holds no time"),
        ("{start: 24:00, end: 06:00}", "6:11: the window from 24:00 to 06:00 holds no time"),
        ("{start: 06:00, end: 08:00, days: [monday]}",
         "6:45: an entry of 'days' must be mon, tue, wed, thu, fri, sat or sun, not 'monday'; did you mean 'mon'?"),
        ("{start: 06:00, ned: 08:00}",
         "6:11: a window lacks 'end'|6:26: unknown key 'ned' in a window; did you mean 'end'?"),
    ],
)  # fmt: skip
def test_windows(window: str, problem: str | None) -> None:
    expected = [] if problem is None else [f"inv.yaml:{one}" for one in problem.split("|")]

    assert told(f"{HEAD}windows: [{window}]\n{HOST}") == expected


@pytest.mark.parametrize(
    "secret", ["geheim-2026", "{user: elastic, password: geheim-2026}", "[geheim-2026]", "env:geheim 2026"]
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(secret: str) -> None:
    (problem,) = told(f"{HEAD}credentials: [{secret}]\n{HOST}")

    assert problem == (
        "inv.yaml:6:15: 'credentials' takes references only: env:NAME, file:/path or credential:NAME; "
        "if a secret stands here, remove it and change it"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD, "1:1: the inventory lacks both 'hosts' and 'networks'; give at least one"),
        (HEAD + "hosts: []\n", "6:1: the inventory names no host and no network"),
        (HEAD + "hosts:\n", "6:1: 'hosts' is empty; leave it out or fill it in"),
        (HEAD + "hosts: {a: b}\n", "6:8: 'hosts' must be a list, not a mapping"),
        (HEAD + "hosts:\n  -\n", "7:4: an entry of 'hosts' is empty; leave it out or fill it in"),
        (HEAD + "hosts: [es-1]\n", "6:9: an entry of 'hosts' must be a mapping of keys, not 'es-1'"),
        (HEAD + HOST + "host: []\n", "7:1: unknown key 'host' in the inventory; did you mean 'hosts'?"),
        ("[1]", "1:1: an inventory is a mapping of keys, not a list"),
        ("hello", "1:1: an inventory is a mapping of keys, not a single value"),
        ("", "1:1: the file is empty"),
        (HEAD + "hosts: [", "7:1: not YAML: did not find expected node content (while parsing a flow node)"),
        (b"\xff", "1:1: the byte 0xff is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_file_that_is_no_inventory(text: str | bytes, problem: str) -> None:
    assert told(text) == [f"inv.yaml:{problem}"]


def test_all_mistakes_are_told_at_once_in_the_files_order() -> None:
    text = """\
version: 1
estate: {id: acme, name: ACME, timzone: UTC}
authorization: {owner: o, approved_by: a, ticket: t, valid_from: 2026-01-01, valid_until: 2026-02-01, contact: c}
scope: {networks: [10.0.0.0/8]}
hosts:
  - {name: a, address: 10.0.0.1, tag: [x]}
  - {name: b, address: 11.0.0.1}
  - {name: b, address: 10.0.0.3, expect: public_by_design}
windows: [{start: 06:00, end: 06:00}]
networks:
  - {name: n, cidr: 10.0.0.1/24}
  - {name: m, cidr: 12.0.0.0/24}
"""

    assert told(text) == [
        "inv.yaml:2:32: unknown key 'timzone' in 'estate'; did you mean 'timezone'?",
        "inv.yaml:3:91: the authorisation expired on 2026-02-01; today is 2026-11-23 in UTC",
        "inv.yaml:6:34: unknown key 'tag' in a host; did you mean 'tags'?",
        "inv.yaml:7:24: 11.0.0.1 is outside the scope",
        "inv.yaml:8:12: the name 'b' is taken at inv.yaml:7:5",
        "inv.yaml:8:42: 'expect: public_by_design' needs a 'reason'",
        "inv.yaml:9:11: the window from 06:00 to 06:00 holds no time",
        "inv.yaml:11:21: '10.0.0.1/24' has bits set beyond its prefix; did you mean '10.0.0.0/24'?",
        "inv.yaml:12:21: 12.0.0.0/24 is outside the scope",
    ]
