"""When to stop asking: an interruption, the deadline, or a window in which the owner wants no probes."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from auditor.model.target import Window

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(slots=True)
class Halt:
    """Says whether another target may be started. `deadline` is on `time.monotonic()`'s clock, None for no end.

    Once interrupted it stays so, and `interrupted` wakes whoever must let go of what is in flight.
    """

    deadline: float | None = None
    windows: tuple[Window, ...] = ()
    timezone: str = "UTC"
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)

    def interrupt(self) -> None:
        """Ends the run in order: what is in flight is let go, what was not started is not started."""
        self.interrupted.set()

    def reason(self) -> str | None:
        """Why no further target may be started, in words; None while one may."""
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


def _on(window: Window, day: str) -> bool:
    return not window.days or day in window.days
