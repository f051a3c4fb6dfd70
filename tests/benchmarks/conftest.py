"""What these tests need of the machine."""

import socket

import pytest


@pytest.fixture(scope="session")
def whole_loopback() -> None:
    """All of 127.0.0.0/8, which not every system gives."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.20.9.1", 0))
        except OSError as error:
            pytest.skip(f"needs all of 127.0.0.0/8 on loopback: {error}")
