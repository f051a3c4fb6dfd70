import subprocess
from pathlib import Path

import pytest

from tests.real.missing import MissingError, give_up, tool


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a fresh key and a certificate that it signed itself."""
    try:
        openssl = tool("openssl", "openssl")
    except MissingError as error:
        give_up(str(error), in_ci_list=True)
    folder = tmp_path_factory.mktemp("tls")
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=replay"]
    words += ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both
