"""Two nights never overlap: one lock a state directory, let go by the kernel however the holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

LOCKED_CODE = 6


class LockedError(click.ClickException):
    """Another run holds the lock."""

    exit_code = LOCKED_CODE


@contextmanager
def exclusive(state_dir: Path) -> Iterator[None]:
    """Holds the state directory's lock; the file stays and names its last holder.

    Raises:
        LockedError: another run holds it.
        UsageError: the directory cannot be written: nothing was probed.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(state_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise click.UsageError(f"the state directory {state_dir} cannot be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise LockedError(f"another run (process {holder}) holds the lock of {state_dir}") from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(descriptor)


def default_state_dir() -> Path:
    """$STATE_DIRECTORY (systemd's), else the XDG state home, else ~/.local/state.

    Raises:
        UsageError: there is none.
    """
    systemd = os.environ.get("STATE_DIRECTORY")
    if systemd:
        return Path(systemd.split(":")[0])
    xdg = Path(os.environ.get("XDG_STATE_HOME", ""))
    if xdg.is_absolute():  # a relative one is to be ignored (XDG base directory specification 0.8)
        return xdg / "auditor"
    try:
        return Path.home() / ".local" / "state" / "auditor"
    except RuntimeError as error:  # no HOME, and no entry for this user: a container, often
        raise click.UsageError("this user has no home directory; say --state-dir DIR") from error
