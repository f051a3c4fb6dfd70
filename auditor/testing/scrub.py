"""Makes a recording fit to be shown: what decides stays, what tells whose server it was, and every record, goes. Pure.

Names of indices, collections, fields, users and roles stay, for the questions are about them. Whatever no shape names
(`scrubbing/http_shapes.py`, `scrubbing/mongo_shapes.py`) goes: an answer that nobody expected is kept as its error or
its greeting alone. What was scrubbed once stays as it is.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from bson import json_util

from auditor.testing.recording import (
    HttpExchange,
    HttpRecording,
    MongoExchange,
    MongoRecording,
    RecordedReply,
    RecordedRequest,
)
from auditor.testing.scrubbing import cut_json, headers, http_shapes, mongo_shapes, page
from auditor.testing.scrubbing.disguise import MOST, Disguise
from auditor.testing.scrubbing.headers import Origin

__all__ = ["Origin", "scrub"]

Recording = TypeVar("Recording", bound=HttpRecording | MongoRecording)
Kept = TypeVar("Kept")

#: Keys whose texts name a host or a cluster; what stands there is looked for in every text.
_PLACES = frozenset(
    {"host", "hostname", "hosts", "me", "primary", "arbiters", "passives", "publish_address", "transport_address"}
    | {"bound_address", "setName", "set"}
)
_NOWHERE = Origin()
_MOST_LEARNT = 200  # items of a list
_MOST_LOOKED_AT = 20_000
_LONGEST_ANSWER = 256 << 10  # characters


def scrub(recording: Recording, *, origin: Origin = _NOWHERE) -> Recording:
    """The recording without records, sessions, secrets and places; `origin` is where it was made."""
    hide = Disguise(origin.hosts)
    if isinstance(recording, HttpRecording):
        for word, instead in _places_of(recording.exchanges):
            hide.learn(word, instead)
        hide.asked = frozenset(step for each in recording.exchanges for step in _steps(each.request.target))
        return replace(recording, exchanges=tuple(_http(each, hide, origin) for each in recording.exchanges))
    for each in recording.exchanges:
        for word, instead in _named(each.reply):
            hide.learn(word, instead)
    hide.asked = frozenset(
        value for each in recording.exchanges for value in each.command.values() if isinstance(value, str)
    )
    return replace(recording, exchanges=tuple(_mongo(each, hide) for each in recording.exchanges))


def _http(exchange: HttpExchange, hide: Disguise, origin: Origin) -> HttpExchange:
    asked = exchange.request
    request = RecordedRequest(
        asked.method,
        headers.target(asked.target, hide),
        headers.sent(asked.headers, hide),
        hide.text(asked.body.decode("utf-8", "replace")).encode(),
    )
    reply = exchange.reply
    return HttpExchange(request, None if reply is None else _reply(reply, asked.target, hide, origin))


def _reply(reply: RecordedReply, target: str, hide: Disguise, origin: Origin) -> RecordedReply:
    return replace(
        reply,
        headers=headers.received(reply.headers, hide, origin),
        body=_body(reply, target, hide).encode("utf-8"),
        reason=hide.text(reply.reason, at_most=80),
    )


def _body(reply: RecordedReply, target: str, hide: Disguise) -> str:
    if (reply.header("content-encoding") or "identity").lower() != "identity":
        return ""  # nobody looked into it, and nobody can tell what it holds
    document, cut = cut_json.read(reply.body)
    if document is None:
        return page.keep(reply.body.decode("utf-8", "replace"), status=reply.status, hide=hide)
    behind = reply.header("x-console-proxy-status-code") or ""
    status = int(behind) if len(behind) == 3 and behind.isascii() and behind.isdecimal() else reply.status
    text = _bounded(
        lambda: json.dumps(
            http_shapes.keep(document, target=target, status=status, hide=hide),
            ensure_ascii=False,
            separators=(",", ":"),
        ),
        hide,
        len,
    )
    return cut_json.unclosed(text) if cut else text


def _mongo(exchange: MongoExchange, hide: Disguise) -> MongoExchange:
    return replace(
        exchange,
        database=None if exchange.database is None else hide.name(exchange.database),
        command=mongo_shapes.asked(exchange.command, hide, is_find=exchange.database is None),
        reply=_bounded(lambda: mongo_shapes.keep(exchange, hide), hide, lambda reply: len(json_util.dumps(reply))),
    )


def _bounded(keep: Callable[[], Kept], hide: Disguise, measure: Callable[[Kept], int]) -> Kept:
    """What `keep` leaves, of lists so much that it is no longer than one answer may be."""
    for most in MOST:
        hide.begin(most)
        kept = keep()
        if measure(kept) <= _LONGEST_ANSWER:
            break
    return kept


def _steps(target: str) -> Iterator[str]:
    for step in http_shapes.path_of(target):
        yield from step.split(",")


def _places_of(exchanges: Iterable[HttpExchange]) -> Iterator[tuple[str, str]]:
    for exchange in exchanges:
        if exchange.reply is not None:
            yield from _named(cut_json.read(exchange.reply.body)[0])


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """The hosts, nodes and clusters that an answer names in places made for them, each with what stands for it."""
    waiting: list[Any] = [value]
    looked_at = 0
    while waiting and looked_at < _MOST_LOOKED_AT:
        current = waiting.pop()
        looked_at += 1
        if isinstance(current, list):
            waiting += current[:_MOST_LEARNT]
        elif isinstance(current, dict):
            if isinstance(current.get("cluster_name"), str):
                yield current["cluster_name"], "CLUSTER"
                if isinstance(current.get("name"), str):
                    yield current["name"], "NODE"
            for key, inner in current.items():
                if key in _PLACES:
                    for each in inner if isinstance(inner, list) else [inner]:
                        if isinstance(each, str):
                            yield _name_in(each), "SET" if key in ("setName", "set") else "HOST"
                if isinstance(inner, (dict, list)):
                    waiting.append(inner)


def _name_in(place: str) -> str:
    """The host's name in an address that a node publishes: "es-1" of "es-1/10.0.0.1:9200"."""
    return place.partition("/")[0]
