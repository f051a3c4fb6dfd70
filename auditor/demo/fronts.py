"""Two small HTTP fronts of the demo: a stand-in for Kibana that really proxies, and a login that really refuses."""

import base64
import hmac
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

#: The largest body either front takes or hands on, in bytes.
MOST = 4 << 20


class _Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo-front"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body are two writes, the second would wait 40 ms
    backend: ClassVar[int]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's own name
        """Nothing: the audit's transcript is the log of the demo."""

    def answer(self, status: int, body: bytes, content_type: str, **headers: str) -> None:
        """Sends a whole reply."""
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def ask_backend(self, path: str) -> tuple[int, str, bytes]:
        """GETs a path of the server behind: status, content type, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.backend, timeout=10)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.getheader("content-type") or "text/plain", reply.read(MOST)
        finally:
            connection.close()


class _Dashboard(_Front):
    """Answers the console's read-only dialect of Kibana 5.4 and later, and nothing else."""

    name: ClassVar[str] = "a stand-in for Kibana (auditor demo)"

    def do_GET(self) -> None:
        """The page a person sees."""
        if urlsplit(self.path).path != "/":
            self._json(HTTPStatus.NOT_FOUND, {"statusCode": 404, "error": "Not Found", "message": "Not Found"})
            return
        page = b"<!doctype html><title>stand-in for Kibana</title><p>Part of the auditor's demo.</p>"
        self.answer(HTTPStatus.OK, page, "text/html; charset=utf-8", kbn_name=self.name)

    def do_POST(self) -> None:
        """The console's proxy: hands a GET on to the cluster behind and passes its answer back."""
        self.rfile.read(min(int(self.headers.get("content-length") or 0), MOST))
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if parts.path != "/api/console/proxy":
            self._json(HTTPStatus.NOT_FOUND, {"statusCode": 404, "error": "Not Found", "message": "Not Found"})
        elif "kbn-xsrf" not in self.headers:
            text = "Request must contain a kbn-xsrf header."
            self._json(HTTPStatus.BAD_REQUEST, {"statusCode": 400, "error": "Bad Request", "message": text})
        elif query.get("method") != ["GET"] or len(query.get("path", ())) != 1:
            text = "this stand-in hands on nothing but GET"
            self._json(HTTPStatus.BAD_REQUEST, {"statusCode": 400, "error": "Bad Request", "message": text})
        else:
            path = query["path"][0]
            status, kind, body = self.ask_backend(path if path.startswith("/") else f"/{path}")
            self.answer(
                HTTPStatus.OK, body, kind, kbn_name=self.name, x_console_proxy_status_code=str(status),
                x_console_proxy_status_text=http.client.responses.get(status, ""),
            )  # fmt: skip

    def _json(self, status: HTTPStatus, body: object) -> None:
        self.answer(status, json.dumps(body).encode(), "application/json; charset=utf-8", kbn_name=self.name)


class _Login(_Front):
    """A reverse proxy that wants a name and a password before anything passes."""

    expected: ClassVar[str]

    def do_GET(self) -> None:
        """Passes on with the right password, refuses without."""
        if not hmac.compare_digest(self.headers.get("authorization", "").encode(), self.expected.encode()):
            body = b"<html><head><title>401 Authorization Required</title></head></html>"
            challenge = 'Basic realm="operations"'
            self.answer(HTTPStatus.UNAUTHORIZED, body, "text/html", www_authenticate=challenge)
            return
        status, kind, body = self.ask_backend(self.path)
        self.answer(status, body, kind)

    do_HEAD = do_GET  # noqa: N815 - the parent's own naming
    do_POST = do_GET  # noqa: N815


@contextmanager
def dashboard(port: int, *, backend: int) -> Iterator[None]:
    """The stand-in for Kibana on 127.0.0.1:`port`, in front of the cluster on port `backend`."""
    with _serving(type("Dashboard", (_Dashboard,), {"backend": backend}), port):
        yield


@contextmanager
def login(port: int, *, backend: int, user: str, password: str) -> Iterator[None]:
    """The basic-auth proxy on 127.0.0.1:`port`, in front of the server on port `backend`."""
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    with _serving(type("Login", (_Login,), {"backend": backend, "expected": expected}), port):
        yield


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], port: int) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-front", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
