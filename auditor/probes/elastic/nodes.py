"""Reads what a cluster tells of its nodes: its name, their version, and the addresses at which they speak HTTP."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from auditor.probes.json_reply import JsonValue, as_object, as_text

_MOST_NODES: Final = 64
#: "10.0.0.1:9200", "[::1]:9200", "es-1/10.0.0.1:9200"; up to 1.x "inet[/10.0.0.1:9200]".
_PUBLISHED = re.compile(
    r"(?:inet\[)?(?:[A-Za-z0-9._-]{0,253}/)?"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,32})?\]|[A-Za-z0-9._:-]{1,253})"
    r":(?P<port>[0-9]{1,5})\]?"
)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The cluster's name, the version of a node, and every node's address as "10.0.0.1:9200", at most 64.

    An IPv6 address stands without brackets, as in the texts of Kibana that name a backend: "fd00::1:9200".
    """

    cluster_name: str | None = None
    version: str | None = None
    addresses: tuple[str, ...] = ()


def read_nodes(document: JsonValue) -> Nodes | None:
    """What `GET /_nodes/http` tells; None where it is no such reply."""
    body = as_object(document)
    nodes = as_object(body.get("nodes"))
    if not nodes:
        return None
    versions = (as_text(as_object(node).get("version"), at_most=64) for node in nodes.values())
    cluster_name = as_text(body.get("cluster_name"), at_most=200) or None
    return Nodes(
        cluster_name, next(filter(None, versions), None), tuple(dict.fromkeys(_addresses(nodes)))[:_MOST_NODES]
    )


def read_address(text: str) -> str:
    """The address and port that a node publishes, in one form for every age; "" where it is none."""
    found = _PUBLISHED.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65536:
        return ""
    host = found["host"].strip("[]").partition("%")[0]
    try:
        host = ip_address(host).compressed
    except ValueError:
        if ":" in host:
            return ""
    return f"{host.lower()}:{int(found['port'])}"


def _addresses(nodes: dict[str, JsonValue]) -> Iterator[str]:
    for node in nodes.values():
        http = as_object(as_object(node).get("http"))
        published = as_text(http.get("publish_address")) or as_text(as_object(node).get("http_address"))
        if address := read_address(published):
            yield address
