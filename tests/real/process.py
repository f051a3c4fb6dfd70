"""Processes of real servers: started as an unprivileged user, and ended by their group's id, whatever happens."""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.real.missing import tool

_GRACE = 3.0  # seconds between asking a server to end and ending it


class StartError(Exception):
    """A server did not come up. The message ends with the last lines of its log."""


def workplace() -> Path:
    """A fresh folder that every user may enter; pytest's own are closed to the user that servers run as."""
    folder = Path(tempfile.mkdtemp(prefix="auditor-real-"))
    folder.chmod(0o755)
    return folder


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One started server and all its children. `folder` is its own: handed over to its user, and removed at the end."""

    def __init__(
        self,
        words: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        as_nobody: bool = True,
    ) -> None:
        self.folder = folder
        self._log = folder / "output.log"
        words = [*_as_nobody(folder), *words] if as_nobody else list(words)
        env = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), **(environment or {})}
        atexit.register(self.stop)
        with self._log.open("wb") as log:
            # A group of its own, so that its children end with it and nothing else does.
            self._popen = subprocess.Popen(
                words, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """The id of the process, and of its group."""
        return self._popen.pid

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Returns once `ready` says so.

        Raises:
            StartError: the process ended, or took longer; it has been stopped.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._popen.poll() is None:
            if ready():
                return
            time.sleep(0.1)
        how = "ended" if self._popen.poll() is not None else f"was not ready after {seconds:g} s"
        text = self._log.read_text("utf-8", "replace")
        self.stop()
        raise StartError(f"the server {how}; its log ends with:\n{text[-3000:]}")

    def stop(self) -> None:
        """Ends the process and its group, and removes its folder. May be called twice."""
        atexit.unregister(self.stop)
        popen = getattr(self, "_popen", None)
        if popen is not None:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if not _group_lives(popen):
                    break
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(popen.pid, number)
                end = time.monotonic() + _GRACE
                while _group_lives(popen) and time.monotonic() < end:
                    time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)


def _group_lives(popen: "subprocess.Popen[bytes]") -> bool:
    popen.poll()  # reaps the leader, so that a dead group is seen as gone
    try:
        os.killpg(popen.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _as_nobody(folder: Path) -> list[str]:
    """Where we are root: the words that start a command as somebody else. Elasticsearch refuses to run as root."""
    if os.getuid() != 0:
        return []
    setpriv = tool("setpriv", "util-linux")
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody", "nogroup")
    return [setpriv, "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
