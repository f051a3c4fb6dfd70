"""Records what the demo's embedded servers answer to an audit, for platforms that have no wheel of them.

    python tools/record_demo.py        # writes auditor/demo/recordings/{search,documents}.json

Run it again when the demo's seeds, the probes' questions or the embedded servers change; a test compares.
"""

import asyncio
import socket
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from auditor.demo import estate
from auditor.demo.process import free_port
from auditor.model.target import Asset, Place, ServiceSpec, Target, Tls
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner
from auditor.probes.lines import SocketLines
from auditor.probes.mongodb import MongodbProbe
from auditor.testing.notation import write_down
from auditor.testing.recorder import RecordingLines
from auditor.testing.recording import HttpExchange, HttpRecording, MongoRecording
from auditor.testing.tape import Tape

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


async def record_search(port: int) -> HttpRecording:
    """Each GET that an audit sends, and what the console hands on besides, with its answer."""
    lines, tape = lines_to("elasticsearch", port), Tape()
    recording = RecordingLines(lines, tape)
    await ElasticsearchProbe().observe(recording)
    for path in CONSOLE_PATHS:
        await recording.http().get(path, template="demo")
    await lines.close()
    return HttpRecording("search", tuple({exchange.request: undated(exchange) for exchange in tape.http}.values()))


def undated(exchange: HttpExchange) -> HttpExchange:
    """An exchange that is the same on every day."""
    reply = exchange.reply
    assert reply is not None, f"{exchange.request.target} was not answered"
    kept = tuple(header for header in reply.headers if header[0] not in ("date", "content-length"))
    return replace(exchange, reply=replace(reply, headers=kept))


async def record_documents(port: int) -> MongoRecording:
    """Each command that an audit sends, with its answer."""
    lines, tape = lines_to("mongodb", port), Tape()
    await MongodbProbe().observe(RecordingLines(lines, tape))
    await lines.close()
    recording = tape.recording("documents")
    assert isinstance(recording, MongoRecording), "the server did not answer in MongoDB's protocol"
    return recording


def main() -> None:
    """Starts both servers, seeded as the demo seeds them, and writes what they answer."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        search, documents = free_port(), free_port()
        estate.start_search(stack, search, Path(folder))
        estate.start_documents(stack, documents, Path(folder))
        recorded = {
            "search": write_down(asyncio.run(record_search(search))),
            "documents": write_down(asyncio.run(record_documents(documents))),
        }
    FOLDER.mkdir(exist_ok=True)
    for name, text in recorded.items():
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
