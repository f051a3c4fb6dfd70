"""How a recording is written down: the JSON that `auditor.testing.recording` reads, one exchange after the other."""

import json
from typing import Any

from bson import json_util

from auditor.testing.recording import HttpExchange, HttpRecording, MongoExchange, MongoRecording, RecordedReply


def write_down(recording: HttpRecording | MongoRecording) -> str:
    """The text of a recording's file. Bodies that are no UTF-8 lose what is none."""
    if isinstance(recording, HttpRecording):
        entries = [_http(exchange) for exchange in recording.exchanges]
        return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
    documents = [_mongo(exchange) for exchange in recording.exchanges]
    return json_util.dumps(documents, json_options=json_util.RELAXED_JSON_OPTIONS, ensure_ascii=False, indent=1) + "\n"


def _http(exchange: HttpExchange) -> dict[str, Any]:
    asked = exchange.request
    request: dict[str, Any] = {"method": asked.method, "path": asked.target}
    if asked.headers:
        request["headers"] = dict(asked.headers)
    if asked.body:
        request["body"] = _text(asked.body)
    return {"request": request, "response": None if exchange.reply is None else _reply(exchange.reply)}


def _reply(reply: RecordedReply) -> dict[str, Any]:
    return {
        "version": reply.version,
        "status": reply.status,
        "reason": reply.reason,
        "headers": [list(header) for header in reply.headers],
        "body": _text(reply.body),
    }


def _mongo(exchange: MongoExchange) -> dict[str, Any]:
    place = {} if exchange.database is None else {"$db": exchange.database}
    reply = None if exchange.reply is None else dict(exchange.reply)
    return {"command": {**exchange.command, **place}, "opcode": exchange.opcode, "reply": reply}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
