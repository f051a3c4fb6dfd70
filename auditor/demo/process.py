"""One embedded server as a child process: started on a free port, waited for, and ended by its own id alone."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

#: How long an embedded server may take to answer; on a busy machine the first start reads its files from disk.
READY_SECONDS = 60.0

#: How long one may take to end before it is killed.
END_SECONDS = 5.0


class DemoError(Exception):
    """The demo's estate cannot be started; the message is a sentence for the user."""


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(words: Sequence[str], *, port: int, log: Path) -> Iterator[None]:
    """A server process that listens on 127.0.0.1:`port`; its output goes to `log`.

    Raises:
        DemoError: it ended by itself, or did not listen within `READY_SECONDS`.
    """
    with log.open("wb") as output:
        try:
            # A session of its own: Ctrl-C reaches us alone, and we end it in order.
            process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                words, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
            )
        except OSError as error:
            raise DemoError(f"{words[0]} cannot be started: {error.strerror}") from error
    try:
        _wait(process, words[0], port, log)
        yield
    finally:
        _end(process)


def _wait(process: "subprocess.Popen[bytes]", name: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            tail = log.read_text("utf-8", "replace")[-400:].strip()
            raise DemoError(f"{Path(name).name} ended with code {process.returncode}: {tail}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise DemoError(f"{Path(name).name} did not listen on port {port} within {READY_SECONDS:g} s")


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(END_SECONDS)
            break
        except subprocess.TimeoutExpired:
            continue
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def python(*words: str) -> tuple[str, ...]:
    """A command that runs a module with this interpreter."""
    return (sys.executable, *words)
