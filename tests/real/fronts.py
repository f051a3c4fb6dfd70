"""Starts what stands in front of servers: nginx, stunnel and haproxy, in the states that auditors meet."""

import base64
import hashlib
import shutil
import socket
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.real import certificates
from tests.real.missing import tool
from tests.real.process import Process, free_port, workplace


class Front(StrEnum):
    """What a front does before, or instead of, passing a request on."""

    PASS = "pass"
    BASIC = "basic auth everywhere"
    BASIC_ROOT = "basic auth on / only"
    FORBIDDEN = "403 everywhere"
    TLS = "TLS"
    CLIENT_CERTIFICATE = "TLS with a required client certificate"
    CLIENT_CERTIFICATE_1_2 = "TLS 1.2 with a required client certificate"


@dataclass(frozen=True, slots=True)
class Running:
    """A started front."""

    port: int
    process: Process

    def stop(self) -> None:
        """Ends it."""
        self.process.stop()


def start(program: str, front: Front, backend: int) -> Running:
    """`program` (nginx, stunnel or haproxy) before the loopback port `backend`, where nobody need listen.

    Raises:
        MissingError: the program is not here.
        StartError: it did not come up.
    """
    return _started(lambda folder, port: _PROGRAMS[program](folder, front, port, backend))


def start_nginx(directives: str, backend: int) -> Running:
    """nginx before the loopback port `backend`, its server told some more by `directives`.

    Raises:
        MissingError: nginx is not here.
        StartError: it did not come up.
    """
    return _started(lambda folder, port: _nginx_of(folder, port, backend, root=directives))


def _started(words: Callable[[Path, int], list[str]]) -> Running:
    folder = workplace()
    try:
        port = free_port()
        process = Process(words(folder, port), folder=folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    process.wait_until(lambda: _accepts(port), seconds=30)
    return Running(port, process)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _nginx(folder: Path, front: Front, port: int, backend: int) -> list[str]:
    listen, server, root = "", "", ""
    match front:
        case Front.BASIC:
            server = _basic_auth(folder)
        case Front.BASIC_ROOT:
            root = f"location = / {{ {_basic_auth(folder)} proxy_pass http://127.0.0.1:{backend}; }}"
        case Front.FORBIDDEN:
            server = "return 403;"
        case Front.TLS | Front.CLIENT_CERTIFICATE | Front.CLIENT_CERTIFICATE_1_2:
            made = certificates.make(folder / "tls")
            listen, server = " ssl", f"ssl_certificate {made.certificate}; ssl_certificate_key {made.key};"
            if front is not Front.TLS:
                server += f" ssl_client_certificate {made.authority}; ssl_verify_client on;"
            if front is Front.CLIENT_CERTIFICATE_1_2:
                server += " ssl_protocols TLSv1.2;"
        case Front.PASS:
            pass
    return _nginx_of(folder, port, backend, listen=listen, server=server, root=root)


def _nginx_of(
    folder: Path, port: int, backend: int, *, listen: str = "", server: str = "", root: str = ""
) -> list[str]:
    program = tool("nginx", "nginx-light")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        textwrap.dedent(f"""\
            daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
            events {{ worker_connections 64; }}
            http {{
              access_log off; {temporary}
              server {{
                listen 127.0.0.1:{port}{listen}; {server}
                {root}
                location / {{ proxy_pass http://127.0.0.1:{backend}; }}
              }}
            }}
            """)
    )
    return [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def _basic_auth(folder: Path) -> str:
    # {SHA} is the one form that nginx and the standard library share. The account is made up and guards nothing.
    digest = base64.b64encode(hashlib.sha1(b"nobody-knows", usedforsecurity=False).digest()).decode()
    (folder / "users").write_text(f"ops:{{SHA}}{digest}\n")
    return f'auth_basic "ops"; auth_basic_user_file {folder}/users;'


def _stunnel(folder: Path, front: Front, port: int, backend: int) -> list[str]:
    program = tool("stunnel", "stunnel4")
    made = certificates.make(folder / "tls")
    lines = ["foreground = yes", "pid =", "socket = l:TCP_NODELAY=1", "[front]"]
    lines += [
        f"accept = 127.0.0.1:{port}",
        f"connect = 127.0.0.1:{backend}",
        f"cert = {made.certificate}",
        f"key = {made.key}",
    ]
    if front is not Front.TLS:
        lines += [f"CAfile = {made.authority}", "verifyChain = yes", "requireCert = yes"]
    if front is Front.CLIENT_CERTIFICATE_1_2:
        lines.append("sslVersion = TLSv1.2")
    (folder / "stunnel.conf").write_text("\n".join(lines) + "\n")
    return [program, str(folder / "stunnel.conf")]


def _haproxy(folder: Path, front: Front, port: int, backend: int) -> list[str]:
    program = tool("haproxy", "haproxy")
    bind, rules, mode = f"bind 127.0.0.1:{port}", [], "http"
    match front:
        case Front.BASIC:
            rules = ["http-request auth realm ops unless { http_auth(staff) }"]
        case Front.BASIC_ROOT:
            rules = ["http-request auth realm ops if { path / } !{ http_auth(staff) }"]
        case Front.FORBIDDEN:
            rules = ["http-request deny deny_status 403"]
        case Front.TLS | Front.CLIENT_CERTIFICATE | Front.CLIENT_CERTIFICATE_1_2:
            made = certificates.make(folder / "tls")
            bind += f" ssl crt {made.both}"
            mode = "tcp"
            if front is not Front.TLS:
                bind += f" ca-file {made.authority} verify required"
            if front is Front.CLIENT_CERTIFICATE_1_2:
                bind += " ssl-max-ver TLSv1.2"
        case Front.PASS:
            mode = "tcp"
    lines = [
        "defaults",
        f"  mode {mode}",
        "  retries 0",
        "  timeout connect 5s",
        "  timeout client 30s",
        "  timeout server 30s",
    ]
    lines += ["userlist staff", "  user ops insecure-password nobody-knows"]
    lines += ["listen front", f"  {bind}", *(f"  {rule}" for rule in rules), f"  server one 127.0.0.1:{backend}"]
    (folder / "haproxy.cfg").write_text("\n".join(lines) + "\n")
    return [program, "-db", "-f", str(folder / "haproxy.cfg")]


_PROGRAMS: dict[str, Callable[[Path, Front, int, int], list[str]]] = {
    "nginx": _nginx,
    "stunnel": _stunnel,
    "haproxy": _haproxy,
}
