"""Addresses with ports, as servers and inventories write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.endpoint import Endpoint, endpoint, read_endpoint


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.0.0.1:9200", "10.0.0.1", 9200),
        ("[::1]:9200", "::1", 9200),
        ("::1:9200", "::1", 9200),
        ("0:0:0:0:0:0:0:1:9200", "::1", 9200),
        ("[fe80::1%eth0]:9200", "fe80::1", 9200),
        ("[::ffff:10.0.0.1]:9200", "10.0.0.1", 9200),
        ("ES-1.Corp.Example.:9200", "es-1.corp.example", 9200),
    ],
)
def test_one_place_has_one_spelling(text: str, host: str, port: int) -> None:
    assert read_endpoint(text) == Endpoint(host, port)


@pytest.mark.parametrize(
    "text", ["", "9200", ":9200", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "a:65536", "a:9²", "a:-1"]
)
def test_what_has_no_address_or_no_port_is_no_place(text: str) -> None:
    assert read_endpoint(text) is None


@pytest.mark.parametrize(
    ("host", "loopback", "wildcard"),
    [
        ("127.0.0.1", True, False),
        ("127.9.9.9", True, False),
        ("::1", True, False),
        ("localhost", True, False),
        ("0.0.0.0", False, True),
        ("::", False, True),
        ("10.0.0.1", False, False),
        ("localhost.example", False, False),
    ],
)
def test_loopback_and_wildcard_are_told(host: str, loopback: bool, wildcard: bool) -> None:
    place = endpoint(host, 9200)
    assert place is not None
    assert (place.is_loopback, place.is_wildcard) == (loopback, wildcard)


@given(st.text(max_size=60))
def test_any_text_is_read_and_what_is_read_reads_the_same_again(text: str) -> None:
    place = read_endpoint(text)
    assert place is None or read_endpoint(str(place)) == place
