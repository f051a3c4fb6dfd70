"""Reads what a cluster tells of its nodes: its name, their version, and the addresses at which they speak HTTP."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from auditor.model.endpoint import read_endpoint
from auditor.probes.json_reply import JsonValue, as_object, as_text

MOST: Final = 64  # nodes; larger clusters are joined by their uuid or not at all

#: "10.0.0.1:9200", "[::1]:9200", from 7 on "es-1/10.0.0.1:9200"; up to 1.x "inet[/10.0.0.1:9200]". Of a name and an
#: address the address counts, for names there are those of the cluster's own network.
_PUBLISHED: Final = re.compile(
    r"(?:inet\[)?(?:[A-Za-z0-9._-]{0,253}/)?"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,32})?\]|[0-9A-Fa-f:.]{2,45}|[A-Za-z0-9._-]{1,253})"
    r":(?P<port>[0-9]{1,5})\]?"
)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The cluster's name, the version of a node, and every node's address as "10.0.0.1:9200", at most `MOST`."""

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
    addresses = tuple(islice(dict.fromkeys(_addresses(nodes)), MOST))
    return Nodes(cluster_name, next(filter(None, versions), None), addresses)


def read_address(text: str) -> str:
    """The address and port that a node publishes, in one spelling for every age; "" where it is none, or every one."""
    found = _PUBLISHED.fullmatch(text)
    place = read_endpoint(f"{found['host']}:{found['port']}") if found else None
    if place is None or place.is_wildcard or (":" in place.host and not place.is_address):
        return ""
    return str(place)


def _addresses(nodes: dict[str, JsonValue]) -> Iterator[str]:
    for node in nodes.values():
        http = as_object(as_object(node).get("http"))
        published = as_text(http.get("publish_address")) or as_text(as_object(node).get("http_address"))
        if address := read_address(published):
            yield address
