"""What every tool of the comparison is: it looks at endpoints and says something of each."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.verdicts.endpoint import Placed
from benchmarks.verdicts.scoring import Said


class BenchmarkError(Exception):
    """The comparison cannot be made; the message is a sentence for the person who started it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a tool said of one endpoint: how that counts, its own words, and its seconds where they can be told."""

    said: Said
    words: str
    seconds: float | None = None


class Tool(Protocol):
    """One side of the comparison."""

    name: str
    """The column's heading."""

    version: str
    """Its release, and of what it consists."""

    async def look(self, placed: Sequence[Placed], folder: Path) -> Mapping[str, Heard]:
        """What it says of each endpoint, by name; `folder` is for its files.

        Raises:
            BenchmarkError: it did not work at all.
        """


async def run(words: Sequence[str], *, seconds: float) -> None:
    """Runs a command to its end.

    Raises:
        BenchmarkError: it failed, or took longer (and was ended).
    """
    process = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise BenchmarkError(f"{Path(words[0]).name} took longer than {seconds:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        tail = output.decode("utf-8", "replace")[-800:]
        raise BenchmarkError(f"{Path(words[0]).name} ended with code {process.returncode}: {tail}")
