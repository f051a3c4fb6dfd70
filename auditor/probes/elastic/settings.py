"""Reads settings of nodes, cluster and indices, and keeps their names alone: a value may be a password.

A value is looked at once, where it stands in the parsed reply, and is in nothing that leaves this file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.probes.json_reply import JsonValue, as_object

_LONGEST_PATH: Final = 400  # of a setting, in characters
_LONGEST_NAME: Final = 200  # that is kept
_MOST_NAMES: Final = 64  # of secrets, scripts or clusters, of one reply
_DEEPEST: Final = 32
_MOST_SETTINGS: Final = 200_000  # looked at in one reply

_TRUE: Final = frozenset({"true", "on", "yes", "1"})
_FALSE: Final = frozenset({"false", "off", "no", "0"})
#: The last part of a name. What lies behind a path (`ssl.key`, `keystore.path`) or how hashes are made is no secret.
_SECRET = re.compile(
    r"(?:.*_)?(?:password|passwd|passphrase|pwd|secret|secret_key|access_key(?:_id)?|private_key|api_?key|token"
    r"|credentials?|account_key)"
)
_AZURE_KEY = re.compile(r"cloud\.azure\.storage\..*\bkey")  # up to 5 an account's key is called so
#: What a server shows instead of a value, or a reference to one.
_MASKED = re.compile(r"\*+|x{3,}|\.{3,}|<[^>]*>|\[[^\]]*\]|\$\{[^}]*\}|:*\w*redacted\w*:*", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_BLOCK = re.compile(r"(?:cluster|index)\.blocks\.(\w+)")
_REMOTE = re.compile(r"(?:cluster|search)\.remote\.([^.]+)\.(?:seeds|proxy|proxy_address|mode)(?:\.\d+)?")
_DYNAMIC: Final = "script.disable_dynamic"
#: Switches for scripts that come with a request or that a stranger may store, but for languages that cannot do harm.
_SCRIPTS = re.compile(
    r"script\.(?:inline|indexed|search|aggs|update|mapping|plugin)"
    r"|script\.engine\.(?!expression\.|mustache\.)[\w-]+\.(?:inline|indexed)(?:\.\w+)?"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What some settings tell, by their names.

    `secrets` are names that speak of secrets and stand beside a value in clear; `blocks` the blocks that are switched
    on ("read_only"); `scripts` the switches that let scripts of any language in; `remotes` the clusters that are
    configured for cross-cluster search. `dynamic_off`: every node says `script.disable_dynamic: true`.
    """

    secrets: tuple[str, ...] = ()
    blocks: frozenset[str] = frozenset()
    scripts: tuple[str, ...] = ()
    remotes: tuple[str, ...] = ()
    dynamic_off: bool = False


@dataclass(frozen=True, slots=True)
class IndexBlocks:
    """How many indices a block protects from being written to, and how many from being deleted."""

    from_writing: int = 0
    from_deletion: int = 0


def read_cluster_settings(document: JsonValue) -> Settings | None:
    """What `GET /_cluster/settings` tells; None where it is no such reply."""
    body = as_object(document)
    parts = [body[key] for key in ("persistent", "transient") if isinstance(body.get(key), dict)]
    return _digest(parts) if parts else None


def read_node_settings(document: JsonValue) -> Settings | None:
    """What `GET /_nodes/settings` tells of all nodes together; None where it is no such reply."""
    nodes = as_object(as_object(document).get("nodes"))
    parts = [settings for node in nodes.values() if isinstance(settings := as_object(node).get("settings"), dict)]
    return _digest(parts) if parts else None


def read_index_blocks(document: JsonValue) -> IndexBlocks | None:
    """What `GET /_all/_settings/index.blocks.*` tells; None where it is no such reply. No index, no block: `{}`."""
    if not isinstance(document, dict) or not all("settings" in as_object(entry) for entry in document.values()):
        return None
    found = [_blocks(_leaves(as_object(entry).get("settings"))) for entry in document.values()]
    return IndexBlocks(
        sum(bool(blocks & {"read_only", "read_only_allow_delete", "write"}) for blocks in found),
        sum(bool(blocks & {"read_only", "metadata"}) for blocks in found),
    )


def secrets_in(settings: JsonValue) -> tuple[str, ...]:
    """The names among these settings that speak of secrets and stand beside a value in clear."""
    return _secrets(_leaves(settings))


def _digest(parts: Sequence[JsonValue]) -> Settings:
    """Each node's settings are its own, so that one node without `script.disable_dynamic` is seen among many."""
    leaves = [tuple(_leaves(part)) for part in parts]
    every = [leaf for some in leaves for leaf in some]
    return Settings(
        secrets=_secrets(every),
        blocks=_blocks(every),
        scripts=_some(name for name, value in every if _lets_scripts_in(name, value)),
        remotes=_some(found[1] for name, value in every if value and (found := _REMOTE.fullmatch(name))),
        dynamic_off=all(any(name == _DYNAMIC and not _is(value, _FALSE) for name, value in some) for some in leaves),
    )


def _leaves(settings: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Every setting by its dotted name, whether it came flat or nested."""
    waiting: list[tuple[str, int, JsonValue]] = [("", 0, settings)]
    seen = 0
    while waiting and seen < _MOST_SETTINGS:
        name, depth, value = waiting.pop()
        if isinstance(value, dict) and depth < _DEEPEST:
            waiting += [(_below(name, key), depth + 1, inner) for key, inner in value.items()]
        elif name:
            seen += 1
            yield name, value


def _below(name: str, key: str) -> str:
    """Cut at each step: many settings below one endless key must not each repeat it."""
    return f"{name}.{key[:_LONGEST_PATH]}"[:_LONGEST_PATH] if name else key[:_LONGEST_PATH]


def _secrets(leaves: Iterable[tuple[str, JsonValue]]) -> tuple[str, ...]:
    return _some(name for name, value in leaves if _speaks_of_a_secret(name) and _is_in_clear(value))


def _speaks_of_a_secret(name: str) -> bool:
    parts = name.split(".")
    while len(parts) > 1 and parts[-1].isdigit():  # lists are numbered up to 5
        parts.pop()
    last = _CAMEL.sub("_", parts[-1]).lower().replace("-", "_")
    return _SECRET.fullmatch(last) is not None or _AZURE_KEY.fullmatch(name) is not None


def _is_in_clear(value: JsonValue) -> bool:
    if isinstance(value, list):
        return any(isinstance(one, str) and _is_in_clear(one) for one in value[:64])
    text = value.strip() if isinstance(value, str) else ""
    return bool(text) and text.lower() not in (*_TRUE, *_FALSE, "null", "none") and not _MASKED.fullmatch(text[:200])


def _blocks(leaves: Iterable[tuple[str, JsonValue]]) -> frozenset[str]:
    return frozenset(found[1] for name, value in leaves if (found := _BLOCK.fullmatch(name)) and _is(value, _TRUE))


def _lets_scripts_in(name: str, value: JsonValue) -> bool:
    if name == _DYNAMIC:
        return _is(value, _FALSE)
    return _SCRIPTS.fullmatch(name) is not None and _is(value, _TRUE)


def _is(value: JsonValue, words: frozenset[str]) -> bool:
    return isinstance(value, bool | str) and str(value).strip().lower() in words


def _some(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name[:_LONGEST_NAME] for name in names})[:_MOST_NAMES])
