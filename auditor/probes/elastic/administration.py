"""Reads what a cluster tells those who run it: where its snapshots go, and which other clusters it is connected to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auditor.probes.elastic.settings import secrets_in
from auditor.probes.json_reply import JsonValue, as_count, as_list, as_object, as_text

_LONGEST_NAME: Final = 200
_MOST: Final = 1_000  # repositories or clusters


@dataclass(frozen=True, slots=True)
class Repository:
    """A snapshot repository: its name and type ("fs", "s3"), and the settings of it that show a secret, by name."""

    name: str
    type: str
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteCluster:
    """A cluster that searches may be passed on to: its alias here, whether it is connected, to how many nodes.

    `seeds` is how many addresses of it are configured; a proxy's address counts as one.
    """

    alias: str
    connected: bool = False
    nodes: int = 0
    seeds: int = 0


def read_repositories(document: JsonValue) -> tuple[Repository, ...] | None:
    """The repositories in a reply to `GET /_snapshot`; None where it is no such reply. Locations are not kept."""
    if not _holds(document, "type"):
        return None
    entries = list(as_object(document).items())[:_MOST]
    return tuple(
        Repository(
            name[:_LONGEST_NAME],
            as_text(as_object(entry).get("type"), at_most=32),
            secrets_in(as_object(entry).get("settings")),
        )
        for name, entry in entries
    )


def read_remote_clusters(document: JsonValue) -> tuple[RemoteCluster, ...] | None:
    """The clusters in a reply to `GET /_remote/info`; None where it is no such reply. Addresses are not kept."""
    if not _holds(document, "connected"):
        return None
    entries = list(as_object(document).items())[:_MOST]
    return tuple(_remote_cluster(name[:_LONGEST_NAME], as_object(entry)) for name, entry in entries)


def _holds(document: JsonValue, key: str) -> bool:
    return isinstance(document, dict) and all(key in as_object(entry) for entry in document.values())


def _remote_cluster(alias: str, entry: Mapping[str, JsonValue]) -> RemoteCluster:
    through_proxy = bool(as_text(entry.get("proxy_address")))
    sockets = as_count(entry.get("num_proxy_sockets_connected")) or 0
    return RemoteCluster(
        alias,
        entry.get("connected") is True,
        sockets if through_proxy else as_count(entry.get("num_nodes_connected")) or 0,
        1 if through_proxy else len(as_list(entry.get("seeds"))),
    )
