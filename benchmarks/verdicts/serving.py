"""Ways to serve an endpoint: a recording, an exchange made up, bare bytes, nothing, or a server on another port."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from http.client import responses
from pathlib import Path
from typing import Any

from auditor.testing.loopback import ByteServer, Talk
from auditor.testing.recording import (
    HttpExchange,
    HttpRecording,
    MongoRecording,
    RecordedReply,
    RecordedRequest,
    load_http,
    load_mongo,
)
from auditor.testing.replay import HttpReplay, MongoReplay
from benchmarks.verdicts.door import Door, Http
from benchmarks.verdicts.endpoint import Serve

REPLIES = Path(__file__).resolve().parents[2] / "tests" / "probes" / "replies"

#: A path that no server has: what a recording answers there, it answers to everything that was not recorded.
EVERYTHING_ELSE = "/nonexistent"


def load(*names: str) -> HttpRecording | MongoRecording:
    """A recording of the tests by its file's name, or by several of the same server; a walk comes first."""
    paths = [REPLIES / f"{name}.json" for name in names]
    if names[0].startswith("mongo") and "console" not in names[0]:
        return load_mongo(*paths)
    recording = load_http(*paths)
    return replace(recording, exchanges=tuple(_worded(each) for each in recording.exchanges))


def _worded(each: HttpExchange) -> HttpExchange:
    """With the usual word after the status, where none was recorded: scanners compare the whole line."""
    if each.reply is None or each.reply.reason:
        return each
    return replace(each, reply=replace(each.reply, reason=responses.get(each.reply.status, "")))


def replaying(recording: HttpRecording | MongoRecording, *, speaks: Http = Http.NODE) -> Serve:
    """Serves a recording, an HTTP one with the manners of the server that was recorded."""

    @asynccontextmanager
    async def serve(host: str, port: int) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if isinstance(recording, MongoRecording):
                await stack.enter_async_context(MongoReplay(recording, host=host, port=port))
            else:
                replay = await stack.enter_async_context(HttpReplay(recording))
                door = Door(host, port, to=replay.port, speaks=speaks)
                await stack.enter_async_context(door)
            yield

    return serve


def talking(talk: Talk) -> Serve:
    """Serves bare bytes."""

    @asynccontextmanager
    async def serve(host: str, port: int) -> AsyncIterator[None]:
        async with ByteServer(talk) as server, Door(host, port, to=server.port):
            yield

    return serve


@asynccontextmanager
async def nobody(host: str, port: int) -> AsyncIterator[None]:
    """A closed port."""
    yield


def exchange(path: str, status: int, body: str | Mapping[str, Any], *headers: tuple[str, str]) -> HttpExchange:
    """A made-up answer to GET `path`; a body that is no text is sent as JSON."""
    kind = "text/html" if isinstance(body, str) else "application/json; charset=UTF-8"
    text = body if isinstance(body, str) else json.dumps(body)
    names = {name.lower() for name, _ in headers}
    told = headers if "content-type" in names else (("content-type", kind), *headers)
    return HttpExchange(RecordedRequest("GET", path), RecordedReply(status, told, text.encode(), responses[status]))
