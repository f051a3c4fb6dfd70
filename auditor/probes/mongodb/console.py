"""The HTTP console of MongoDB up to 3.4 (port + 1000): judged on its own, for it has a lock of its own, or none.

With `--auth` but no user in admin, 2.4 and 2.6 leave it open to every address; with `--rest` it serves whole documents.
It is asked for names and counts alone. `_replSet` and `_commands` are pages of REST as well: what they would show is
decided by `/listDatabases`, so that they are not asked for.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from auditor.model.dataset import DataSet, Kind
from auditor.model.observation import Access, Fact, Observation, Reach, Service
from auditor.probes.interface import HttpReply, HttpWire, Lines, WireError
from auditor.probes.mongo_allow import SYSTEM_DATABASES
from auditor.probes.mongodb.replies import Answer, Listing, judge_reply, read_databases

CONSOLE_PORT = 28017

_TITLE = re.compile(r"<title>\s*(mongod|mongos)\s+[^<]{1,300}</title>", re.IGNORECASE)
_NATIVE_PORT = re.compile(r"trying to access MongoDB (over HTTP )?on the native driver port", re.IGNORECASE)
_VERSION = re.compile(r'"version"\s*:\s*"([^"]{1,60})"')
_LOCK = re.compile(r'digest\s.*realm="mongo"', re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")  # what may stand in a path whatever the old server decodes
_NAMESPACES = 1_000  # of one database
_DATABASES, _COUNTS = 50, 200


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What answered HTTP: an observation, or only the text by which a mongod's native port greets HTTP."""

    observation: Observation | None
    native_port: bool = False


async def ask_console(lines: Lines) -> HttpAnswer:
    """Asks the port in HTTP and judges what answers.

    Raises:
        WireError: nothing answered in HTTP.
    """
    wire = lines.http()
    front = await wire.get("/", template="console")
    if _NATIVE_PORT.search(front.text):
        lines.transcript.explain(front.number, "a mongod greets HTTP on its native port with this text")
        return HttpAnswer(None, native_port=True)
    title = _TITLE.search(front.text) if front.status == 200 else None
    lock = next((value for value in front.all_headers("www-authenticate") if _LOCK.search(value)), None)
    if front.status == 401 and lock is not None:
        lines.transcript.explain(
            front.number, "MongoDB's HTTP console asks for a login", [("www-authenticate", lock[:200])]
        )
        return HttpAnswer(
            Observation(
                Reach.ANSWERED,
                facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}),
                detail="the HTTP console asks for a login",
                asked_by='MongoDB\'s HTTP console (Digest, realm "mongo")',
                service=Service("MongoDB HTTP console"),
                tls=wire.tls,
            )
        )
    if title is None:
        return HttpAnswer(_something_else(lines, front, wire))
    return HttpAnswer(await _open_console(lines, wire, front, title.group(1).lower()))


async def _open_console(lines: Lines, wire: HttpWire, front: HttpReply, process: str) -> Observation:
    lines.transcript.explain(front.number, "the HTTP console shows namespaces, log lines and clients to a stranger")
    status = await _get(wire, "/_status", "console-status")
    version = _VERSION.search(status.text) if status is not None and status.status == 200 else None
    service = Service("MongoDB HTTP console", version.group(1) if version else None, details=(("role", process),))
    detail = "the HTTP console answers without a login"
    if lines.from_loopback:
        detail += "; asked from its own machine, which releases up to 2.6 never ask for one"
    databases = await _get(wire, "/listDatabases?text=1", "console-databases")
    listing = _listing(databases, lines.budget.datasets)
    if databases is None or listing is None:
        closed = databases is not None and _is_refused(databases)
        partial: tuple[str, ...] = ("the page with namespaces, log lines and client addresses was given",)
        if databases is not None and closed:
            lines.transcript.explain(databases.number, "commands and documents are refused here")
            partial += (f"commands and documents were refused: HTTP {databases.status}",)
        return Observation(
            Reach.ANSWERED,
            Access.NAMES,
            frozenset() if closed else frozenset({Fact.UNSURE}),
            detail=detail,
            partial=partial,
            service=service,
            tls=wire.tls,
        )
    lines.transcript.explain(
        databases.number, "REST is on: it runs commands and serves whole documents without a login"
    )
    datasets = await _datasets(wire, listing, limit=lines.budget.datasets)
    return Observation(
        Reach.ANSWERED,
        Access.RECORDS,
        detail=f"{detail}, and REST is on: it serves whole documents",
        service=service,
        tls=wire.tls,
        datasets=tuple(datasets),
        truncated=listing.truncated or len(listing.databases) > _DATABASES,
    )


async def _datasets(wire: HttpWire, listing: Listing, *, limit: int) -> list[DataSet]:
    found: list[DataSet] = []
    for database in listing.databases[:_DATABASES]:
        if not _PLAIN_NAME.fullmatch(database) or len(found) >= limit:
            continue
        path = f"/{quote(database)}/system.namespaces/?limit={_NAMESPACES}"
        prefix = f"{database}."
        names = [row.get("name") for row in _rows(await _get(wire, path, "console-namespaces"))]
        for name in names[: limit - len(found)]:
            if not isinstance(name, str) or not name.startswith(prefix) or "$" in name or len(name) > 1_000:
                continue
            system = database in SYSTEM_DATABASES or name.startswith(f"{prefix}system.")
            records = None
            if not system and len(found) < _COUNTS:
                records = await _count(wire, database, name.removeprefix(prefix))
            readable = True if records is not None else None
            found.append(DataSet(name, Kind.COLLECTION, records=records, readable=readable, system=system))
    return found


async def _count(wire: HttpWire, database: str, collection: str) -> int | None:
    if not _PLAIN_NAME.fullmatch(collection):
        return None
    path = f"/{quote(database)}/$cmd/?filter_count={quote(collection)}&limit=1"
    match _rows(await _get(wire, path, "console-count")):
        case [{"n": int() | float() as number, "ok": 1}] if not isinstance(number, bool) and 0 <= number < 1 << 63:
            return int(number)
        case _:
            return None


async def _get(wire: HttpWire, path: str, template: str) -> HttpReply | None:
    try:
        return await wire.get(path, template=template)
    except WireError:
        return None


def _listing(reply: HttpReply | None, limit: int) -> Listing | None:
    return None if reply is None or reply.status != 200 else read_databases(_object(reply), limit=limit)


def _is_refused(reply: HttpReply) -> bool:
    """Whether REST is off (403), or wants a login: as HTTP has it (401), or as the command that it would run."""
    if reply.status == 200:
        return judge_reply(_object(reply), wire_version=0) is Answer.LOGIN
    return reply.status in (401, 403)


def _rows(reply: HttpReply | None) -> Sequence[Mapping[str, Any]]:
    rows = _object(reply).get("rows") if reply is not None and reply.status == 200 else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _object(reply: HttpReply) -> Mapping[str, Any]:
    try:
        data = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _something_else(lines: Lines, reply: HttpReply, wire: HttpWire) -> Observation:
    server = "".join(sign for sign in (reply.header("server") or "")[:80] if sign.isprintable())
    lines.transcript.explain(reply.number, "the port answers in HTTP, and not as MongoDB", [("server", server)])
    if reply.status == 400 and "SSL certificate was sent" in reply.text:
        return Observation(
            Reach.CLIENT_CERTIFICATE_REQUIRED, detail="a proxy in front wants a client certificate", tls=wire.tls
        )
    named = f" (server: {server})" if server else ""
    return Observation(
        Reach.NOT_THE_PRODUCT,
        detail=f"it answers in HTTP{named}, status {reply.status}, and is no MongoDB",
        tls=wire.tls,
    )
