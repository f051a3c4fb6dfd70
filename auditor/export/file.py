"""Writing one file as a whole or not at all, for its owner's eyes only."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


class FileError(Exception):
    """A file cannot be written. The message is a sentence that names it."""


def check(path: Path, *, overwrite: bool = False) -> None:
    """Whether `path` may be written, asked before hours of work and again when writing.

    Raises:
        FileError: its folder is missing, or it exists and may not be replaced, or it is no ordinary file.
    """
    try:
        _check(path, overwrite)
    except OSError as error:
        raise FileError(_sentence(path, error)) from error


@contextlib.contextmanager
def atomic(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """A sink that becomes `path` when the block ends well, and leaves no trace otherwise.

    The bytes go to a new file (mode 0600) in the same folder, reach the disk, and are then given the name in one step:
    a reader sees the old file or the new one, never a half.

    Raises:
        FileError: as `check`, or the disk refused.
    """
    check(path, overwrite=overwrite)
    waiting = path.with_name(f".auditor-{secrets.token_hex(8)}.tmp")
    try:
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FileError(_sentence(path, error)) from error
    try:
        with os.fdopen(descriptor, "wb", buffering=1 << 18) as sink:
            os.fchmod(sink.fileno(), 0o600)  # whatever the umask says
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        _name(waiting, path, overwrite)
    except OSError as error:
        raise FileError(_sentence(path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            waiting.unlink()


def _check(path: Path, overwrite: bool) -> None:
    if not path.name:
        raise FileError(f"{path}: this names a folder, not a file")
    if not path.parent.is_dir():
        raise FileError(f"{path}: the folder {path.parent} does not exist")
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise FileError(f"{path}: is a symbolic link; name the file itself")
    if stat.S_ISDIR(mode):
        raise FileError(f"{path}: is a folder")
    if not stat.S_ISREG(mode):
        raise FileError(f"{path}: is not an ordinary file")
    if not overwrite:
        raise FileError(f"{path}: exists already; use --overwrite to replace it")


def _name(waiting: Path, path: Path, overwrite: bool) -> None:
    """Gives the finished file its name; without `overwrite` by a hard link, which never replaces what came between."""
    if overwrite:
        _check(path, overwrite)
        waiting.replace(path)
    else:
        try:
            path.hardlink_to(waiting)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
                raise
            _check(path, overwrite)  # a file system without hard links
            waiting.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sentence(path: Path, error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return f"{path}: exists already; use --overwrite to replace it"
    return f"{path}: cannot be written: {error.strerror or error}"
