"""A certificate authority for one test run, and certificates by it, made by openssl."""

import subprocess
from dataclasses import dataclass
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
    """Fresh files in `folder`, valid for two days.

    Raises:
        MissingError: openssl is not here.
    """
    program = tool("openssl", "openssl")
    folder.mkdir(parents=True, exist_ok=True)

    def openssl(*words: str) -> None:
        subprocess.run([program, *words], check=True, cwd=folder, capture_output=True, timeout=60)

    new = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new, "-days", "2", "-subj", "/CN=audited-ca", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *new, "-subj", "/CN=node-1/O=audited", "-keyout", "node.key", "-out", "node.csr")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext")
    openssl("x509", "-req", "-in", "node.csr", *signing, "-out", "node.pem")
    both = folder / "both.pem"
    both.write_text((folder / "node.pem").read_text() + (folder / "node.key").read_text())
    return Certificates(folder / "ca.pem", folder / "node.pem", folder / "node.key", both)
