"""What a person types for a host, a port and a product."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cli.endpoint import Endpoint, readings, written


@pytest.mark.parametrize(
    ("text", "likeliest", "last"),
    [
        ("es-1", Endpoint("es-1"), Endpoint("es-1")),
        ("es-1:9200", Endpoint("es-1:9200"), Endpoint("es-1", 9200)),
        ("es-1:9200/kibana", Endpoint("es-1:9200/kibana"), Endpoint("es-1", 9200, "kibana")),
        ("10.0.0.1:9200", Endpoint("10.0.0.1:9200"), Endpoint("10.0.0.1", 9200)),
        ("[fd00::17]:27017", Endpoint("[fd00::17]:27017"), Endpoint("fd00::17", 27017)),
        ("[fd00::17]", Endpoint("fd00::17"), Endpoint("fd00::17")),
        ("[rack 7]", Endpoint("[rack 7]"), Endpoint("[rack 7]")),
        ("es-1:", Endpoint("es-1:"), Endpoint("es-1:")),
        ("es-1:port", Endpoint("es-1:port"), Endpoint("es-1:port")),
        ("", Endpoint(""), Endpoint("")),
    ],
)
def test_a_text_is_first_a_whole_name_and_then_a_name_with_a_port(
    text: str, likeliest: Endpoint, last: Endpoint
) -> None:
    assert readings(text)[0] == likeliest
    assert readings(text)[-1] == last


@pytest.mark.parametrize("host", ["es-1", "10.0.0.1", "fd00::17", "a name: with 2 colons", "x" * 200])
def test_what_is_written_is_read_again(host: str) -> None:
    assert Endpoint(host, 9200, "kibana") in readings(written(host, 9200, "kibana"))
    assert Endpoint(host, 9200) in readings(written(host, 9200))


def test_names_are_known_in_any_case_and_addresses_in_any_spelling() -> None:
    assert Endpoint("ES-1").means_host(("es-1", "es-1.corp.example"))
    assert Endpoint("fd00:0::0017").means_host(("es-1", "fd00::17"))
    assert Endpoint("::ffff:10.0.0.1").means_host(("10.0.0.1",))
    assert not Endpoint("es").means_host(("es-1",))
    assert not Endpoint("").means_host(("", "es-1"))


def test_a_port_and_a_product_narrow_it_down() -> None:
    assert Endpoint("es-1", 9200).means(("es-1",), 9200, "elasticsearch")
    assert not Endpoint("es-1", 9200).means(("es-1",), 9201, "elasticsearch")
    assert not Endpoint("es-1", 9200, "kibana").means(("es-1",), 9200, "elasticsearch")


@given(st.text(max_size=40))
def test_any_text_has_a_reading(text: str) -> None:
    assert readings(text)
