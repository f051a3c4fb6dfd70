"""A certificate authority for one test run, and certificates by it, made by openssl."""

import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.real.missing import tool


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files. `key` is PKCS#8; `both` holds key and certificate together, as haproxy wants them."""

    authority: Path
    certificate: Path
    key: Path
    both: Path


def make(folder: Path) -> Certificates:
    """Files in the new folder `folder`: of this test run, and valid for two days.

    Raises:
        MissingError: openssl is not here.
    """
    folder.mkdir(parents=True)
    for name, text in _made(tool("openssl", "openssl")).items():
        (folder / name).write_text(text)
    return Certificates(folder / "ca.pem", folder / "node.pem", folder / "node.key", folder / "both.pem")


@cache
def _made(program: str) -> dict[str, str]:
    """The files' contents. Two RSA keys cost a second: once for a test run is enough."""
    with tempfile.TemporaryDirectory() as folder:
        return _make(program, Path(folder))


def _make(program: str, folder: Path) -> dict[str, str]:

    def openssl(*words: str) -> None:
        subprocess.run([program, *words], check=True, cwd=folder, capture_output=True, timeout=60)

    new = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new, "-days", "2", "-subj", "/CN=audited-ca", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *new, "-subj", "/CN=node-1/O=audited", "-keyout", "node.key", "-out", "node.csr")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext")
    openssl("x509", "-req", "-in", "node.csr", *signing, "-out", "node.pem")
    texts = {name: (folder / name).read_text() for name in ("ca.pem", "node.pem", "node.key")}
    return {**texts, "both.pem": texts["node.pem"] + texts["node.key"]}
