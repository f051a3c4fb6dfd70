"""What is put into real servers: made-up people, customers and products, so that personal fields are there to be found.

Elasticsearch and OpenSearch are seeded through `elastic_transport`: the official client above it refuses every server
up to 7.13 and all of OpenSearch, because they do not send `X-Elastic-Product`.
"""

import json
import socket
import ssl
import struct
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import bson
from bson.int64 import Int64
from elastic_transport import HttpHeaders, NodeConfig, Urllib3HttpNode

USER, PASSWORD = "admin", "correct-horse"
#: bcrypt of PASSWORD at the lowest cost, so that logging in costs the test run nothing.
PASSWORD_HASH = "$2a$04$rgYQdaB4FXYIem.bHtEwS.yqVH./kX5i4HBgsAon2tORhYwKOHBB."

PEOPLE = [
    {
        "email": f"p{number}@example.org",
        "full_name": f"Person {number}",
        "birth_date": "1990-01-01",
        "card_number": "4111111111111111",
    }
    for number in (1, 2)
]
CUSTOMERS = [
    {
        "customer_id": f"C-{number}",
        "first_name": "Erika",
        "last_name": "Mustermann",
        "phone": "+49 30 123456",
        "iban": "DE02120300000000202051",
        "address": {"street": "Heidestrasse 17", "city": "Berlin", "postal_code": "10557"},
        "last_login_ip": "192.0.2.17",
        "身份证号": "11010519491231002X",
    }
    for number in range(3)
]
PRODUCTS = [{"sku": "a-1", "price": 3.5}]

DATA: dict[str, list[dict[str, Any]]] = {"people": PEOPLE, "customers": CUSTOMERS, "products": PRODUCTS}

#: Every text of a value that must never be seen outside the server.
VALUES = (
    "@example.org",
    "Mustermann",
    "DE02120300000000202051",
    "Heidestrasse",
    "11010519491231002X",
    "4111111111111111",
)


def node(scheme: str, port: int, *, login: bool = False) -> Urllib3HttpNode:
    """An official HTTP node for a server on loopback; the certificate is not verified, proxies are not asked."""
    headers = HttpHeaders({"content-type": "application/json", "accept": "application/json"})
    if login:
        headers["authorization"] = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    # Named only where they mean something: urllib3's node refuses them for plain HTTP.
    tls: dict[str, Any] = {"verify_certs": False, "ssl_show_warn": False} if scheme == "https" else {}
    return Urllib3HttpNode(NodeConfig(scheme, "127.0.0.1", port, headers=headers, request_timeout=30.0, **tls))


def seed_elastic(to: Urllib3HttpNode, *, typed: bool) -> None:
    """Puts DATA into a server. `typed`: it is older than 7 and wants a type of the user's own.

    Raises:
        RuntimeError: a document was refused.
    """
    for index, documents in DATA.items():
        put(to, index, documents, typed=typed)


def put(to: Urllib3HttpNode, index: str, documents: list[dict[str, Any]], *, typed: bool) -> None:
    """Puts documents into an index, under the numbers from 0 on.

    Raises:
        RuntimeError: one was refused.
    """
    kind = "doc" if typed else "_doc"
    for number, document in enumerate(documents):
        body = json.dumps(document).encode()
        answer = to.perform_request("PUT", f"/{index}/{kind}/{number}?refresh=true", body)
        if answer.meta.status not in (200, 201):
            raise RuntimeError(f"{index} was refused: {answer.meta.status} {answer.body[:300]!r}")


def seed_mongo(port: int, database: str = "shop", *, tls: bool = False) -> None:
    """Puts DATA into a server of MongoDB's wire protocol, with a few types that JSON lacks.

    By hand: pymongo refuses servers below 4.4.

    Raises:
        RuntimeError: a command was refused.
    """
    for collection, documents in DATA.items():
        rich = [
            {**document, "seen": datetime(2026, 1, 2, tzinfo=UTC), "n": Int64(number)}
            for number, document in enumerate(documents)
        ]
        answer = ask_mongo(port, database, {"insert": collection, "documents": rich}, tls=tls)
        if answer.get("ok") != 1 or answer.get("n") != len(rich):
            raise RuntimeError(f"{collection} was refused: {answer}")


def ask_mongo(port: int, database: str, command: dict[str, Any], *, tls: bool = False) -> dict[str, Any]:
    """One command in OP_MSG, on a connection of its own.

    Raises:
        OSError: no connection, or it ended early.
    """
    body = struct.pack("<I", 0) + b"\0" + bson.encode({**command, "$db": database})
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    with _trusting().wrap_socket(connection) if tls else connection as line:
        line.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body)
        with line.makefile("rb") as file:
            head = file.read(16)
            if len(head) < 16:
                raise OSError("the connection ended")
            reply: dict[str, Any] = bson.decode(file.read(struct.unpack_from("<i", head)[0] - 16)[5:])
            return reply


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
