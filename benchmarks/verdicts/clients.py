"""The stock clients' side: what their owners would type to see whether a server lets them in without a login."""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

import pymongo
from elasticsearch import ApiError, Elasticsearch, TransportError
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

from benchmarks.verdicts.endpoint import CONSOLE_PORT, Placed
from benchmarks.verdicts.scoring import Said, read_client, read_page
from benchmarks.verdicts.tool import Heard

_SECONDS = 10.0
_FAILURES = (ApiError, TransportError, LookupError, TypeError, ValueError)  # the last three at answers of other shapes
_AT_ONCE = 8  # the machine's other half serves what they ask


class StockClients:
    """`Elasticsearch.info()` and `.cat.indices()`, `MongoClient.list_database_names()`, and GET /api/status.

    Each is tried without TLS first and, where the server did not answer so, through TLS without verifying.
    """

    name = "stock clients"
    version = (
        f"elasticsearch {version_of('elasticsearch')} (`info`, `cat.indices`), pymongo {version_of('pymongo')}"
        " (`list_database_names`, direct), and for Kibana `GET /api/status`"
    )

    async def look(self, placed: Sequence[Placed], folder: Path) -> Mapping[str, Heard]:
        """What they say of each endpoint."""
        loop = asyncio.get_running_loop()
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            answers = await asyncio.gather(*(loop.run_in_executor(pool, _ask, one) for one in placed))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # waiting here would stop the servers that are asked
        return {one.endpoint.name: answer for one, answer in zip(placed, answers, strict=True)}


@dataclass(frozen=True, slots=True)
class _Answer:
    """`talked`: the server answered in its protocol, so that TLS need not be tried."""

    said: Said
    words: str
    talked: bool


def _ask(one: Placed) -> Heard:
    ask = _CLIENTS[one.endpoint.product] if one.endpoint.port != CONSOLE_PORT else _ask_console
    began = time.monotonic()
    answer = ask(one.address, one.endpoint.port, False)
    words = answer.words
    if not answer.talked:
        answer = ask(one.address, one.endpoint.port, True)
        words = f"{words}; with TLS: {answer.words}"
    return Heard(answer.said, words, round(time.monotonic() - began, 2))


def _ask_elasticsearch(address: str, port: int, tls: bool) -> _Answer:
    url = f"{'https' if tls else 'http'}://{address}:{port}"
    names: list[str] | None = None
    errors: list[Exception] = []
    words: list[str] = []
    with _elasticsearch(url, tls) as client:
        try:
            words.append(f"info: {client.info()['version']['number']}")
        except _FAILURES as error:
            errors.append(error)
            words.append(f"info: {_short(error)}")
        try:
            names = [row["index"] for row in client.cat.indices(format="json").body if isinstance(row, dict)]
            words.append(f"cat.indices: {', '.join(names)[:100]}")
        except _FAILURES as error:
            errors.append(error)
            words.append(f"cat.indices: {_short(error)}")
    statuses = [error.meta.status if isinstance(error, ApiError) else 0 for error in errors]
    talked = len(errors) < 2 or any(not isinstance(error, TransportError) for error in errors)
    # nginx says so in HTTP where TLS is wanted: a person would try again with https.
    talked = talked and not any("HTTPS port" in str(error) for error in errors)
    return _Answer(read_client(names, statuses), "; ".join(words), talked)


def _elasticsearch(url: str, tls: bool) -> Elasticsearch:
    if tls:
        return Elasticsearch(url, request_timeout=_SECONDS, max_retries=0, verify_certs=False, ssl_show_warn=False)
    return Elasticsearch(url, request_timeout=_SECONDS, max_retries=0)


def _ask_pymongo(address: str, port: int, tls: bool) -> _Answer:
    patience = int(_SECONDS * 500)
    more: dict[str, Any] = {"serverSelectionTimeoutMS": patience, "connectTimeoutMS": patience}
    if tls:
        more |= {"tls": True, "tlsAllowInvalidCertificates": True}
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(address, port, directConnection=True, **more)
    with client:
        try:
            names = client.list_database_names()
        except OperationFailure as error:
            return _Answer(read_client(None, [error.code or 0]), _short(error), talked=True)
        except PyMongoError as error:
            return _Answer(Said.NOTHING, _short(error), talked=isinstance(error, ConfigurationError))
    return _Answer(read_client(names, ()), ", ".join(names), talked=True)


def _ask_kibana(address: str, port: int, tls: bool) -> _Answer:
    return _get(f"{'https' if tls else 'http'}://{address}:{port}/api/status")


def _ask_console(address: str, port: int, tls: bool) -> _Answer:
    return _get(f"{'https' if tls else 'http'}://{address}:{port}/listDatabases")


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *asked: object, **more: object) -> None:
        """As curl without -L: a redirect is an answer."""


def _get(url: str) -> _Answer:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trusting), _NoRedirect())
    try:
        with opener.open(Request(url), timeout=_SECONDS) as reply:
            status, location, body = reply.status, "", reply.read(65_536).decode("utf-8", "replace")
    except HTTPError as error:
        with error:
            status, location = error.code, error.headers.get("location", "")
            body = error.read(65_536).decode("utf-8", "replace")
    except (OSError, HTTPException) as error:  # URLError is one of the former
        return _Answer(Said.NOTHING, _short(error), talked=False)
    words = f"{status} {location} {' '.join(body.split())[:100]}"
    return _Answer(read_page(status, location, body), " ".join(words.split()), talked="HTTPS port" not in body)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"


_CLIENTS: Mapping[str, Callable[[str, int, bool], _Answer]] = {
    "elasticsearch": _ask_elasticsearch,
    "kibana": _ask_kibana,
    "mongodb": _ask_pymongo,
}
