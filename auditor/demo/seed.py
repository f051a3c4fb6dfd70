"""Fills the demo's servers through the official transports, on loopback: the named exception to never writing."""

import random
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from elastic_transport import NodeConfig, Transport
from pymongo import MongoClient

from auditor.demo import people
from auditor.demo.process import DemoError

#: Enough for volumes that mean something in the report, few enough to be quick.
RESIDENTS, CASES, PHONES, PATIENTS, LINES = 400, 120, 300, 200, 500


def seed_search(port: int) -> None:
    """Indices shaped like the leak beside harmless logs, on the search server at 127.0.0.1:`port`.

    Raises:
        DemoError: the server refused a document.
    """
    chance = random.Random(2022)  # noqa: S311 - synthetic people, the same ones each night
    indices: Mapping[str, Iterable[dict[str, Any]]] = {
        "rk_jbxx": people.residents(RESIDENTS, chance),
        "案件信息": people.cases(CASES, chance),
        "phone_address": people.phones(PHONES, chance),
        "app-logs-2026.11": people.log_lines(LINES, chance),
    }
    with closing(Transport([NodeConfig("http", "127.0.0.1", port)])) as transport:
        for name, documents in indices.items():
            # The client's own methods demand compatible-with=9, which others refuse; its transport demands nothing.
            lines: list[dict[str, Any]] = []
            for document in documents:
                lines += ({"index": {}}, document)
            reply = transport.perform_request(
                "POST",
                f"/{name}/_bulk?refresh=true",
                headers={"content-type": "application/x-ndjson", "accept": "application/json"},
                body=lines,
            )
            if reply.meta.status != 200 or reply.body.get("errors"):
                raise DemoError(f"the embedded search server took no documents for {name} (status {reply.meta.status})")


def seed_documents(port: int) -> None:
    """Collections of patients and of sensors, on the document server at 127.0.0.1:`port`.

    Raises:
        DemoError: the server refused a document.
    """
    chance = random.Random(2022)  # noqa: S311 - as above
    client: MongoClient[dict[str, Any]] = MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=10_000
    )
    try:
        client["hospital"]["patients"].insert_many(list(people.patients(PATIENTS, chance)))
        client["telemetry"]["readings"].insert_many(list(people.readings(LINES, chance)))
    except Exception as error:
        raise DemoError(f"the embedded document server took no documents: {error}") from error
    finally:
        client.close()
