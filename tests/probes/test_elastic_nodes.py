"""Where the nodes of a cluster say that they listen, in the words of each generation."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.elastic.nodes import MOST, read_nodes
from auditor.probes.json_reply import JsonValue, parse

REPLIES = Path(__file__).parent / "replies"


def addresses(reply: JsonValue) -> tuple[str, ...]:
    found = read_nodes(reply)
    return found.addresses if found else ()


def nodes(*told: JsonValue) -> JsonValue:
    return {"nodes": {f"n{place}": {"http": {"publish_address": one}} for place, one in enumerate(told)}}


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("10.0.0.1:9200", "10.0.0.1:9200"),
        ("inet[/10.0.0.1:9200]", "10.0.0.1:9200"),
        ("inet[es-1.corp.example/10.0.0.1:9200]", "10.0.0.1:9200"),
        ("inet[/0:0:0:0:0:0:0:1:9200]", "[::1]:9200"),
        ("es-1.corp.example/10.0.0.1:9200", "10.0.0.1:9200"),
        ("localhost/127.0.0.1:9200", "127.0.0.1:9200"),
        ("[2001:db8::1]:9201", "[2001:db8::1]:9201"),
    ],
)
def test_each_generation_s_spelling_is_one_address(told: str, read: str) -> None:
    assert addresses(nodes(told)) == (read,)


@pytest.mark.parametrize("told", ["", "0.0.0.0:9200", "[::]:9200", "10.0.0.1", None, 9200, ["a:1"]])
def test_what_is_no_address_or_every_address_is_left_out(told: JsonValue) -> None:
    assert addresses(nodes(told, "10.0.0.2:9200")) == ("10.0.0.2:9200",)


@pytest.mark.parametrize("reply", [None, [], {}, {"nodes": []}, {"nodes": {"a": []}}, {"nodes": {"a": {"http": 1}}}])
def test_other_replies_name_nobody(reply: JsonValue) -> None:
    assert addresses(reply) == ()


def test_an_address_is_told_once_and_so_many_nodes_are_enough() -> None:
    assert addresses(nodes("10.0.0.1:9200", "10.0.0.1:9200")) == ("10.0.0.1:9200",)
    assert len(addresses(nodes(*(f"10.0.{place}.1:9200" for place in range(200))))) == MOST


OPEN = "es-0.90.13 es-1.7.6 es-2.4.6 es-5.6.16 es-6.8.23 es-7.10.2 es-7.17.29 es-8.5.0 os-1.3.20 os-2.19.4 os-3.4.0"


@pytest.mark.parametrize("name", OPEN.split())
def test_real_servers_of_all_generations_are_understood(name: str) -> None:
    recorded = json.loads((REPLIES / f"{name}-open.json").read_text("utf-8"))
    (body,) = (one["response"]["body"] for one in recorded if one["request"]["path"] == "/_nodes/http")
    assert addresses(parse(body.encode())) == ("127.0.0.1:9200",)


@given(st.text(max_size=40))
def test_whatever_a_node_says_of_itself_is_an_address_and_a_port_or_nothing(told: str) -> None:
    for read in addresses(nodes(told)):
        assert read.rpartition(":")[2].isdigit()
        assert len(read) <= 310
