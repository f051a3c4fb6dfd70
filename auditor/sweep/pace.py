"""How fast: the profiles, and the permits that the one feeder waits for."""

import math
import time
from dataclasses import dataclass, replace

from asyncio_throttle.throttler import Throttler

#: Permits come in batches this many seconds apart, so that waiting costs a wake-up each batch and not each connect.
TICK_SECONDS = 0.01

#: What a stall of ours (a busy loop, a suspended laptop) may be caught up with at once, in batches.
CATCH_UP = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """The policy of one run.

    `rate` is new connections a second over all targets, None for as fast as the machine can;
    `in_flight` the targets worked on at once; `per_address` the connections to one address at once; times are seconds.
    """

    profile: str
    rate: float | None
    in_flight: int
    per_address: int
    connect_seconds: float
    retries: int = 1

    def with_changes(
        self,
        *,
        rate: float | None = None,
        unlimited: bool = False,
        in_flight: int | None = None,
        per_address: int | None = None,
        connect_seconds: float | None = None,
        retries: int | None = None,
    ) -> "Pace":
        """The same policy with what the user set on the command line; None leaves a value as it is."""
        return replace(
            self,
            rate=None if unlimited else (self.rate if rate is None else rate),
            in_flight=self.in_flight if in_flight is None else in_flight,
            per_address=self.per_address if per_address is None else per_address,
            connect_seconds=self.connect_seconds if connect_seconds is None else connect_seconds,
            retries=self.retries if retries is None else retries,
        )


PROFILES = {
    "careful": Pace("careful", rate=50, in_flight=50, per_address=1, connect_seconds=5.0),
    "normal": Pace("normal", rate=500, in_flight=1_000, per_address=2, connect_seconds=3.0),
    "fast": Pace("fast", rate=20_000, in_flight=15_000, per_address=8, connect_seconds=1.0),
}


class Permits:
    """Hands out permits to connect at a steady rate. Exactly one task may wait on it: the feeder.

    asyncio-throttle alone lets a whole second's permits out at once; here it only opens the gate once a tick, and what
    passes is what the clock says is due. Connections made besides the feeder's own (a probe that must reconnect) are
    charged, and taken off what the feeder gets next.
    """

    def __init__(self, rate: float | None) -> None:
        self._rate = rate
        if rate is not None:
            self._tick = max(TICK_SECONDS, 1.0 / rate)
            # The gate polls; a period a little under the tick keeps its rounding from slowing the rate.
            self._gate = Throttler(rate_limit=1, period=self._tick * 0.75, retry_interval=self._tick / 4)
            self._most = max(1, math.ceil(rate * self._tick * CATCH_UP))
        self._credit = 1.0
        self._last = time.monotonic()
        self._left = 0

    def charge(self) -> None:
        """Counts a connection that was made without waiting."""
        self._credit -= 1.0

    async def acquire(self) -> None:
        """Waits until one more connection may be made."""
        if self._rate is None:
            return
        while self._left < 1:
            await self._gate.acquire()
            now = time.monotonic()
            self._credit = min(self._credit + (now - self._last) * self._rate, float(self._most))
            self._last = now
            self._left = max(0, math.floor(self._credit))
            self._credit -= self._left
        self._left -= 1
