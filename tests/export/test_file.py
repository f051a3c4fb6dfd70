"""A file is written whole, for its owner alone, or not at all."""

import contextlib
import os
import stat
from pathlib import Path

import pytest

from auditor.export.file import FileError, atomic, check


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def listed(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def test_a_new_file_holds_what_was_written_and_is_its_owners_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with atomic(tmp_path / "report.html") as sink:
            sink.write(b"whole")
    finally:
        os.umask(mask)
    assert (tmp_path / "report.html").read_bytes() == b"whole"
    assert mode(tmp_path / "report.html") == 0o600
    assert listed(tmp_path) == ["report.html"]


def test_a_strict_umask_takes_nothing_from_the_owner(tmp_path: Path) -> None:
    mask = os.umask(0o777)
    try:
        with atomic(tmp_path / "r") as sink:
            sink.write(b"x")
    finally:
        os.umask(mask)
    assert mode(tmp_path / "r") == 0o600


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_block_that_fails_leaves_everything_as_it_was(tmp_path: Path, overwrite: bool) -> None:
    path = tmp_path / "r"
    if overwrite:
        path.write_bytes(b"old")
    with contextlib.suppress(KeyboardInterrupt), atomic(path, overwrite=overwrite) as sink:
        sink.write(b"half")
        sink.flush()
        raise KeyboardInterrupt
    assert listed(tmp_path) == (["r"] if overwrite else [])
    assert not overwrite or path.read_bytes() == b"old"


def test_nobody_sees_a_half_written_file(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_bytes(b"old")
    with atomic(path, overwrite=True) as sink:
        sink.write(b"new")
        sink.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600


def test_a_file_that_exists_is_kept_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_bytes(b"mine")
    with pytest.raises(FileError, match=r"r: exists already; use --overwrite"), atomic(path):
        pytest.fail("the block must not run")
    assert path.read_bytes() == b"mine"


def test_a_file_that_comes_while_writing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r"
    writing = contextlib.ExitStack()
    writing.enter_context(atomic(path)).write(b"ours")
    path.write_bytes(b"theirs")
    with pytest.raises(FileError, match="exists already"):
        writing.close()
    assert path.read_bytes() == b"theirs"
    assert listed(tmp_path) == ["r"]


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_a_symbolic_link_is_never_followed(tmp_path: Path, overwrite: bool, there: bool) -> None:
    victim = tmp_path / "victim"
    if there:
        victim.write_bytes(b"precious")
    (tmp_path / "r").symlink_to(victim)
    with pytest.raises(FileError, match="symbolic link"), atomic(tmp_path / "r", overwrite=overwrite):
        pytest.fail("the block must not run")
    assert victim.exists() is there
    assert not there or victim.read_bytes() == b"precious"


def test_a_symbolic_link_that_comes_while_writing_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    writing = contextlib.ExitStack()
    writing.enter_context(atomic(tmp_path / "r", overwrite=True)).write(b"x")
    (tmp_path / "r").symlink_to(victim)
    with pytest.raises(FileError, match="symbolic link"):
        writing.close()
    assert victim.read_bytes() == b"precious"


def test_folders_pipes_and_missing_folders_are_refused_in_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "is not an ordinary file"),
        (tmp_path / "no" / "where", "the folder .*no does not exist"),
        (Path("/"), "names a folder"),
    ):
        with pytest.raises(FileError, match=words):
            check(path, overwrite=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_files_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FileError, match="cannot be written: Permission denied"), atomic(tmp_path / "r"):
        pytest.fail("the block must not run")


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"r: cannot be written: No space left"), atomic(tmp_path / "r"):
        raise OSError(28, "No space left on device")
    assert listed(tmp_path) == []


def test_a_name_of_the_longest_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("姓" * 85)  # 255 bytes
    with atomic(path) as sink:
        sink.write(b"x")
    assert path.read_bytes() == b"x"


def test_where_links_are_unknown_the_file_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with atomic(tmp_path / "r") as sink:
        sink.write(b"x")
    assert (tmp_path / "r").read_bytes() == b"x"
    with pytest.raises(FileError, match="exists already"), atomic(tmp_path / "s") as sink:
        (tmp_path / "s").write_bytes(b"theirs")
    assert (tmp_path / "s").read_bytes() == b"theirs"
