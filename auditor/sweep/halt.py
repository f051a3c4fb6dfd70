"""When to stop asking: an interruption, the deadline, or a window in which the owner wants no probes."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from auditor.model.target import Window

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: How often `spoken` looks at the clock, in seconds.
LOOK_SECONDS = 0.25


@dataclass(slots=True)
class Halt:
    """Says whether another target may be started. `deadline` is on `time.monotonic()`'s clock, None for no end.

    Once it has spoken it stays so: what one part of a run was told, all are told.
    """

    deadline: float | None = None
    windows: tuple[Window, ...] = ()
    timezone: str = "UTC"
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    _said: str | None = None

    def interrupt(self) -> None:
        """Ends the run in order: what is in flight is let go, what was not started is not started."""
        self.interrupted.set()

    def reason(self) -> str | None:
        """Why no further target may be started, in words; None while one may."""
        if self._said is None:
            self._said = self._reason()
        return self._said

    async def spoken(self, *, grace: float = 0.0) -> None:
        """Returns once there is a reason: at once where that is an interruption, else `grace` seconds later."""
        looks = self.deadline is not None or bool(self.windows)
        while self.reason() is None:
            await self._interrupted_within(LOOK_SECONDS if looks else None)
        await self._interrupted_within(grace)

    def seconds_left(self) -> float | None:
        """Until the deadline or the next window, whichever comes first; None where there is neither. 0 once spoken."""
        if self.reason() is not None:
            return 0.0
        ends = [] if self.deadline is None else [self.deadline - time.monotonic()]
        now = datetime.now(ZoneInfo(self.timezone)) if self.windows else datetime.now(UTC)
        ends += [_until(window, now) for window in self.windows]
        return max(0.0, min(ends)) if ends else None

    async def _interrupted_within(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.interrupted.wait()

    def _reason(self) -> str | None:
        if self.interrupted.is_set():
            return "the run was interrupted"
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return "the deadline of this run had passed"
        if self.windows:
            window = _inside(self.windows, datetime.now(ZoneInfo(self.timezone)))
            if window is not None:
                return f"the inventory forbids probes between {window.start} and {window.end} ({self.timezone})"
        return None


def _inside(windows: Sequence[Window], now: datetime) -> Window | None:
    """The window that `now` (local to the estate) lies in; one that crosses midnight belongs to the day it began on."""
    clock = f"{now:%H:%M}"
    today, yesterday = _DAYS[now.weekday()], _DAYS[now.weekday() - 1]
    for window in windows:
        if window.start <= window.end:
            if window.start <= clock < window.end and _on(window, today):
                return window
        elif (clock >= window.start and _on(window, today)) or (clock < window.end and _on(window, yesterday)):
            return window
    return None


def _until(window: Window, now: datetime) -> float:
    """Seconds until the window begins next, after `now`."""
    hour, minute = map(int, window.start.split(":"))
    for days in range(8):
        begins = (now + timedelta(days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        if begins > now and _on(window, _DAYS[begins.weekday()]):
            return begins.timestamp() - now.timestamp()
    return float("inf")  # a window on no day that there is


def _on(window: Window, day: str) -> bool:
    return not window.days or day in window.days
