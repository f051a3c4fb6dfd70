"""Records what the demo's embedded servers answer to an audit, for platforms that have no wheel of them.

    python tools/record_demo.py        # writes auditor/demo/recordings/{search,documents}.json

Run it again when the demo's seeds, the probes' questions or the embedded servers change; a test compares.
"""

import asyncio
import http.client
import json
import socket
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bson import json_util

from auditor.demo import estate
from auditor.demo.process import free_port
from auditor.model.target import Asset, Place, ServiceSpec, Target, Tls
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner, MongoReply
from auditor.probes.lines import SocketLines
from auditor.probes.mongo_wire import SocketMongoWire
from auditor.probes.mongodb import MongodbProbe

FOLDER = Path(__file__).resolve().parents[1] / "auditor" / "demo" / "recordings"

#: What the stand-in for Kibana hands on besides the probe's own questions.
CONSOLE_PATHS = (
    "/_cat/indices?format=json&bytes=b&master_timeout=1s",
    "/_mapping",
    "/_plugins/_security/authinfo",
    "/nothing-lives-here",
)


def lines_to(product: str, port: int) -> SocketLines:
    """Lines of an audit to 127.0.0.1:`port`."""

    async def dial() -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setblocking(False)
        return connection

    asset = Asset("demo", (ServiceSpec(product, (port,)),), Place("demo", 1, 1))
    target = Target("demo", "127.0.0.1", port, product, Tls.NEVER, "/", asset)
    return SocketLines(target, address="127.0.0.1", dial=dial, budget=Budget(), manner=Manner())


async def record_search(port: int) -> list[dict[str, Any]]:
    """Each GET that an audit sends, with its answer."""
    lines = lines_to("elasticsearch", port)
    await ElasticsearchProbe().observe(lines)
    await lines.close()
    paths = [exchange.request.removeprefix("GET ") for exchange in lines.transcript.exchanges]
    entries = []
    for path in dict.fromkeys((*paths, *CONSOLE_PATHS)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        reply = connection.getresponse()
        headers = [pair for pair in reply.getheaders() if pair[0].lower() not in ("date", "content-length")]
        entries.append(
            {
                "request": {"method": "GET", "path": path},
                "response": {
                    "version": "HTTP/1.1",
                    "status": reply.status,
                    "reason": reply.reason,
                    "headers": headers,
                    "body": reply.read().decode(),
                },
            }
        )
        connection.close()
    return entries


async def record_documents(port: int) -> list[dict[str, Any]]:
    """Each command that an audit sends, with its answer."""
    entries: list[dict[str, Any]] = []

    class Recorder(SocketMongoWire):
        async def command(
            self, database: str, command: Mapping[str, Any], *, template: str, cap: int | None = None
        ) -> MongoReply:
            reply = await super().command(database, command, template=template, cap=cap)
            keep(reply, {**command, "$db": database})
            return reply

        async def handshake(self) -> MongoReply:
            reply = await super().handshake()
            keep(reply, {"isMaster": 1, "$db": "admin"})
            return reply

    def keep(reply: MongoReply, command: dict[str, Any]) -> None:
        entries.append({"command": command, "opcode": reply.opcode, "reply": dict(reply.document)})

    lines = lines_to("mongodb", port)
    lines.mongo = lambda: wire  # type: ignore[method-assign]  # one wire, that keeps what it hears
    wire = Recorder(lines)
    await MongodbProbe().observe(lines)
    await lines.close()
    return entries


def main() -> None:
    """Starts both servers, seeded as the demo seeds them, and writes what they answer."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        search, documents = free_port(), free_port()
        estate.start_search(stack, search, Path(folder))
        estate.start_documents(stack, documents, Path(folder))
        recorded = {
            "search": json.dumps(asyncio.run(record_search(search)), ensure_ascii=False, indent=1),
            "documents": json_util.dumps(asyncio.run(record_documents(documents)), ensure_ascii=False, indent=1),
        }
    FOLDER.mkdir(exist_ok=True)
    for name, text in recorded.items():
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
