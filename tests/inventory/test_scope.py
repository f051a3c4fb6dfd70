"""The guard: which addresses a packet may go to."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.inventory.scope import Guard, Spans, literal, refusal, wholly_public
from auditor.model.target import Address, Scope


def scope(*networks: str, exclude: tuple[str, ...] = (), allow_public: bool = False) -> Scope:
    return Scope(tuple(map(ip_network, networks)), tuple(map(ip_network, exclude)), allow_public)


EVERYTHING = scope("0.0.0.0/0", "::/0", allow_public=True)
ALL_PRIVATE = scope("0.0.0.0/0", "::/0")
OWN = scope("10.0.0.0/8", "fd00::/8", "fe80::/10", exclude=("10.9.0.0/16",))


@pytest.mark.parametrize("address", ["10.0.0.0", "10.255.255.255", "10.8.255.255", "10.10.0.0", "fd00::",
                                     "fe80::1%eth0", "::ffff:10.1.2.3"])  # fmt: skip
def test_what_is_in_the_scope_may_be_asked(address: str) -> None:
    assert refusal(OWN, address) is None
    assert refusal(OWN, ip_address(address)) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("9.255.255.255", "9.255.255.255 is outside the scope"),
        ("11.0.0.0", "11.0.0.0 is outside the scope"),
        ("fc00::1", "fc00::1 is outside the scope"),
        ("10.9.0.0", "10.9.0.0 is excluded by the scope"),
        ("10.9.255.255", "10.9.255.255 is excluded by the scope"),
        ("::ffff:10.9.0.1", "::ffff:10.9.0.1 is excluded by the scope"),
        ("::ffff:a09:1", "::ffff:a09:1 is excluded by the scope"),
        ("::10.0.0.1", "::10.0.0.1 is outside the scope"),
        ("64:ff9b::10.0.0.1", "64:ff9b::10.0.0.1 is outside the scope"),
        ("10.0.0.1.example", "'10.0.0.1.example' is not an IP address"),
        ("", "'' is not an IP address"),
    ],
)
def test_what_is_not_in_the_scope_is_refused_in_a_sentence(address: str, reason: str) -> None:
    assert refusal(OWN, address) == reason


@pytest.mark.parametrize("address", ["0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255",
                                     "::", "ff02::1", "::ffff:224.0.0.1", "::ffff:0.0.0.0",
                                     "ff02::1%eth0"])  # fmt: skip
def test_no_scope_allows_what_is_nobodys_host(address: str) -> None:
    assert refusal(EVERYTHING, address) is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "::ffff:8.8.8.8", "2001:4860::8888", "100.128.0.0", "172.32.0.0",
                                     "64:ff9b::8.8.8.8", "192.0.3.1"])  # fmt: skip
def test_public_addresses_need_leave(address: str) -> None:
    assert refusal(ALL_PRIVATE, address) == f"{address} is a public address, which the scope does not allow"
    assert refusal(EVERYTHING, address) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1",
                                     "169.254.1.1", "192.0.2.1", "2001:db8::1", "fd00::1", "fe80::1"])  # fmt: skip
def test_private_and_documentation_addresses_need_none(address: str) -> None:
    assert refusal(ALL_PRIVATE, address) is None


def test_an_exclusion_wins_over_leave_and_scope() -> None:
    assert refusal(scope("0.0.0.0/0", exclude=("8.0.0.0/8",), allow_public=True), "8.8.8.8") is not None


@pytest.mark.parametrize(
    ("networks", "asked", "reason"),
    [
        (("10.0.0.0/9", "10.128.0.0/9"), "10.0.0.0/8", None),  # neighbours cover together
        (("10.0.0.0/9", "10.129.0.0/16"), "10.0.0.0/8", "10.0.0.0/8 is partly outside the scope"),
        (("10.0.0.0/8",), "11.0.0.0/8", "11.0.0.0/8 is outside the scope"),
        (("0.0.0.0/0",), "0.0.0.0/16", "0.0.0.0/16 contains an unspecified address"),
        (("0.0.0.0/0",), "255.255.255.0/24", "255.255.255.0/24 contains the broadcast address"),
        (("0.0.0.0/0",), "172.0.0.0/11", "172.0.0.0/11 contains public addresses, which the scope does not allow"),
        (("::/0",), "fd00::/64", None),
        (("fd00::/8",), "::ffff:10.0.0.0/112", "::ffff:a00:0/112 is outside the scope"),
    ],
)
def test_a_range_is_judged_whole(networks: tuple[str, ...], asked: str, reason: str | None) -> None:
    assert Guard(scope(*networks)).refusal_of_range(ip_network(asked)) == reason


def test_a_range_is_refused_for_an_exclusion_only_if_nothing_remains() -> None:
    guard = Guard(OWN)

    assert guard.refusal_of_range(ip_network("10.9.1.0/24")) == "10.9.1.0/24 is excluded by the scope"
    assert guard.refusal_of_range(ip_network("10.8.0.0/15")) is None
    assert guard.admitted(ip_network("10.8.0.0/15")).size == 1 << 16


def test_wholly_public() -> None:
    assert wholly_public(ip_network("8.8.8.0/24"))
    assert not wholly_public(ip_network("0.0.0.0/0"))
    assert not wholly_public(ip_network("10.0.0.0/8"))


ADDRESSES = st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address)
RANGES = st.tuples(ADDRESSES, st.integers(0, 32)).map(lambda pair: ip_network((pair[0], pair[1]), strict=False))


# Releases of Python differ on these: registered for special purposes, and no host's on the internet.
PYTHON_IS_UNSURE = ("64:ff9b:1::/48", "192.0.0.0/24", "3fff::/20", "2001:2::/48", "100::/64")


@given(st.lists(RANGES, max_size=5), st.lists(RANGES, max_size=3), ADDRESSES, st.booleans())
def test_nothing_passes_that_the_plain_rules_refuse(
    networks: list[object], exclude: list[object], address: Address, allow_public: bool
) -> None:
    rules = Scope(tuple(networks), tuple(exclude), allow_public)  # type: ignore[arg-type]  # hypothesis' map loses it
    plain = getattr(address, "ipv4_mapped", None) or address

    if refusal(rules, address) is None:
        assert any(plain in network or address in network for network in rules.networks)
        assert not any(plain in network or address in network for network in rules.exclude)
        assert not plain.is_multicast
        assert not plain.is_unspecified
        if not allow_public:
            assert not plain.is_global or any(plain in ip_network(text) for text in PYTHON_IS_UNSURE)
    elif allow_public and any(plain in network for network in rules.networks):
        assert any(plain in network for network in rules.exclude) or (
            plain.is_multicast or plain in ip_network("0.0.0.0/8") or int(plain) in (0, 2**32 - 1)
        )


PIECES = ["0", "1", "10", "010", "255", "256", ".", ".", ":", "f", "%", "x", " ", "\0", "٣"]
ADDRESS_LIKE = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@given(ADDRESS_LIKE | ADDRESSES.map(str) | st.text(max_size=8))
@example("010.0.0.1")
@example("10.1")
@example("10.0.0.1 ")
@example("1.2.3.4\0")
@example("٣.0.0.1")
def test_an_address_is_read_as_strictly_as_ipaddress_reads_it(text: str) -> None:
    try:
        expected = ip_address(text)
    except ValueError:
        assert literal(text) is None
        return
    plain = getattr(expected, "ipv4_mapped", None) or expected
    assert literal(text) == (plain.version, int(plain))


SMALL = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(SMALL, max_size=6), st.lists(SMALL, max_size=6), SMALL)
def test_spans_are_sets_of_numbers(
    ones: list[tuple[int, int]], others: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    a, b = Spans(ones), Spans(others)
    numbers = {n for first, last in ones for n in range(first, last + 1)}
    cut = {n for first, last in others for n in range(first, last + 1)}
    span = set(range(asked[0], asked[1] + 1))

    assert a.size == len(numbers)
    assert all((n in a) == (n in numbers) for n in range(100))
    assert a.covers(asked) == (span <= numbers)
    assert {n for first, last in a.within(asked) for n in range(first, last + 1)} == numbers & span
    assert {n for first, last in a.without(b).spans for n in range(first, last + 1)} == numbers - cut
