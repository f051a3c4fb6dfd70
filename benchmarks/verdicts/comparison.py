"""Puts the tools to the estate one after the other, each to servers that nobody has spoken to."""

import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path

from benchmarks.verdicts.endpoint import Placed, rounds
from benchmarks.verdicts.tool import Heard, Tool
from tests.real.missing import MissingError

#: Two cores and a quarter of a gigabyte of heap each.
JAVA_AT_ONCE = 3


@dataclass(slots=True)
class Measured:
    """What a run gave. `heard` is by tool, then by endpoint; `left_out` says why an endpoint or a tool is missing."""

    placed: tuple[Placed, ...]
    versions: dict[str, str]
    date: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())
    machine: str = field(
        default_factory=lambda: (
            f"{platform.system()} {platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
        )
    )
    heard: dict[str, dict[str, Heard]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


async def compare(placed: Sequence[Placed], tools: Sequence[Tool], *, tell: Callable[[str], None]) -> Measured:
    """Serves the estate and asks each tool about it; `tell` is given a line on each step.

    An endpoint that this machine cannot serve is left out, with the reason.

    Raises:
        BenchmarkError: a tool did not work at all.
        OSError: an address is taken, or this system does not have all of 127.0.0.0/8.
    """
    measured = Measured(tuple(placed), {tool.name: tool.version for tool in tools})
    for group in rounds(placed, java_at_once=JAVA_AT_ONCE):
        async with AsyncExitStack() as lasting:
            java = await _serve(lasting, [one for one in group if one.endpoint.java], measured)
            for tool in tools:
                async with AsyncExitStack() as fresh:
                    light = await _serve(fresh, [one for one in group if not one.endpoint.java], measured)
                    tell(f"{tool.name} looks at {len(light) + len(java)} endpoints")
                    await _look(tool, [*java, *light], measured)
    measured.placed = tuple(one for one in placed if one.endpoint.name not in measured.left_out)
    return measured


async def _serve(stack: AsyncExitStack, group: Sequence[Placed], measured: Measured) -> list[Placed]:
    served: list[Placed] = []
    for one in group:
        try:
            await stack.enter_async_context(one.endpoint.serve(one.address, one.endpoint.port))
        except MissingError as missing:
            measured.left_out[one.endpoint.name] = str(missing)
        else:
            served.append(one)
    return served


async def _look(tool: Tool, served: Sequence[Placed], measured: Measured) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        heard = await tool.look(served, Path(folder))
        spent = time.monotonic() - began
    measured.heard.setdefault(tool.name, {}).update(heard)
    measured.seconds[tool.name] = measured.seconds.get(tool.name, 0.0) + spent
