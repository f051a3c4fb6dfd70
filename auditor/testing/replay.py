"""Servers on loopback that answer over real sockets as a recorded server did, and close on what it closed on."""

import asyncio
import secrets
import ssl
from collections.abc import Mapping
from typing import Any

from auditor.testing import mongo_frames
from auditor.testing.http_matching import HttpAnswers
from auditor.testing.listener import Listener
from auditor.testing.mongo_matching import MongoAnswers, MongoAsked
from auditor.testing.recording import HttpRecording, MongoRecording, RecordedReply, RecordedRequest

_MAX_BODY = 1 << 20
_HOP_BY_HOP = frozenset({"content-length", "transfer-encoding", "content-encoding"})
_BROKEN = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError, ValueError)


class _Replay(Listener):
    """What both replays share: a client may break off in any way."""

    _broken = _BROKEN


class HttpReplay(_Replay):
    """Replays an HTTP recording: `async with HttpReplay(load_http(path)) as server: … server.port`.

    `requests` holds what was asked, in order. Set-Cookie's `<cookie>` placeholder becomes `session`, a fresh value;
    only a client that sends it back is given what was recorded with a cookie.
    """

    def __init__(
        self, recording: HttpRecording, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(host, port, tls=tls)
        self.session = f"replayed-{secrets.token_hex(8)}"
        self.requests: list[RecordedRequest] = []
        self._answers = HttpAnswers(recording, self.session)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await _read_request(reader)) is not None:
            self.requests.append(request)
            reply = self._answers.choose(request)
            if reply is None:
                return
            writer.write(_written(reply, request, self.session))
            await writer.drain()
            closing = (reply.header("connection") or "").lower() == "close" or reply.version == "HTTP/1.0"
            if closing or (request.header("connection") or "").lower() == "close":
                return


async def _read_request(reader: asyncio.StreamReader) -> RecordedRequest | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = int(next((value for name, value in headers if name == "content-length"), "0"))
    if not 0 <= length <= _MAX_BODY:
        return None
    return RecordedRequest(method, target, headers, await reader.readexactly(length))


def _written(reply: RecordedReply, request: RecordedRequest, session: str) -> bytes:
    body = reply.body
    chunked = (reply.header("transfer-encoding") or "").lower() == "chunked"
    headers = [(n, v.replace("<cookie>", session)) for n, v in reply.headers if n.lower() not in _HOP_BY_HOP]
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        half = len(body) // 2 or 1  # at least two chunks, as a server that streams would send
        pieces = [piece for piece in (body[:half], body[half:]) if piece]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    elif reply.status not in (204, 304):
        headers.append(("Content-Length", str(len(body))))
    lines = [f"{reply.version} {reply.status} {reply.reason}", *(f"{name}: {value}" for name, value in headers)]
    head = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
    return head if request.method == "HEAD" else head + body


class MongoReplay(_Replay):
    """Replays a MongoDB recording: `async with MongoReplay(load_mongo(path)) as server: … server.port`.

    `requests` holds the commands that were asked, in order; a legacy query's command is `{"ns": …, "query": …}`.
    """

    def __init__(
        self, recording: MongoRecording, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(host, port, tls=tls)
        self.requests: list[MongoAsked] = []
        self._answers = MongoAnswers(recording)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            header = await reader.readexactly(mongo_frames.HEADER.size)
            if header.startswith(b"GET ") and self._answers.is_mongod:
                writer.write(_greeting_to_http(self._answers.version))
                await writer.drain()
                return
            length = mongo_frames.HEADER.unpack(header)[0]
            if not mongo_frames.HEADER.size <= length <= mongo_frames.MAX_LENGTH:
                return  # a TLS hello ends here too
            body = await reader.readexactly(length - mongo_frames.HEADER.size)
            try:
                request = mongo_frames.read(header, body)
            except mongo_frames.FrameError:
                return
            documents = self._answer(request)
            if documents is None:
                return
            writer.write(mongo_frames.reply(request, documents))
            await writer.drain()

    def _answer(self, request: mongo_frames.Request) -> tuple[Mapping[str, Any], ...] | None:
        if request.opcode == "OP_QUERY" and not request.namespace.endswith(".$cmd"):
            self.requests.append(
                MongoAsked("OP_QUERY find", None, {"ns": request.namespace, "query": request.document})
            )
            return self._answers.find(request.namespace)
        asked = _asked(request)
        self.requests.append(asked)
        reply = self._answers.choose(asked)
        return None if reply is None else (reply,)


def _asked(request: mongo_frames.Request) -> MongoAsked:
    document = dict(request.document)
    willing = request.slave_ok or "$readPreference" in document
    for wrapper in ("$query", "query"):  # how drivers carry $readPreference in OP_QUERY to a mongos
        if next(iter(document), "") == wrapper and isinstance(document[wrapper], Mapping):
            document = dict(document[wrapper])
    database = document.pop("$db", None) if request.opcode == "OP_MSG" else request.namespace.removesuffix(".$cmd")
    return MongoAsked(request.opcode, database, document, willing)


def _greeting_to_http(version: tuple[int, ...]) -> bytes:
    text = (
        "You are trying to access MongoDB on the native driver port.\n"
        if version and version < (2, 5)
        else "It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"
    )
    head = f"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
    return (head + text).encode()
