"""What one target has cost so far, in requests, bytes and seconds: a ledger that all of its lines share."""

from dataclasses import dataclass

from auditor.model.observation import Reach
from auditor.probes.interface import Budget, WireError


@dataclass(slots=True)
class Spending:
    """Counts what one target costs and says when its budget is spent.

    Times are seconds of the event loop's clock. The target's own time begins with its first exchange, so that waiting
    for a turn costs it nothing. `received` counts bytes as they came from the network, TLS included.
    """

    budget: Budget
    requests: int = 0
    received: int = 0
    ends: float | None = None  # when the target's time is over; None before its first exchange

    def begin(self, now: float) -> float:
        """Starts something that waits for the server, and returns the time by which it must have ended.

        Raises:
            WireError: TOO_MUCH, the target's time is over.
        """
        if self.ends is None:
            self.ends = now + self.budget.target_seconds
        if now >= self.ends:
            raise self.out_of_time()
        return min(now + self.budget.exchange_seconds, self.ends)

    def ask(self, now: float) -> float:
        """Begins an exchange: `begin`, and one more request.

        Raises:
            WireError: TOO_MUCH, the target's time, bytes or requests are spent.
        """
        if self.requests >= self.budget.requests:
            raise WireError(Reach.TOO_MUCH, f"the {self.budget.requests} requests that one target may cost are spent")
        if self.received >= self.budget.target_bytes:
            raise self._out_of_bytes()
        until = self.begin(now)
        self.requests += 1
        return until

    def take(self, count: int) -> None:
        """Counts bytes that came from the network.

        Raises:
            WireError: TOO_MUCH, they went past what one target may send.
        """
        self.received += count
        if self.received > self.budget.target_bytes:
            raise self._out_of_bytes()

    def is_over(self, now: float) -> bool:
        """Whether the target's time is over."""
        return self.ends is not None and now >= self.ends

    def out_of_time(self) -> WireError:
        """The sentence for a target whose time is over."""
        return WireError(Reach.TOO_MUCH, f"the {self.budget.target_seconds:g} s that one target may cost are spent")

    def _out_of_bytes(self) -> WireError:
        return WireError(Reach.TOO_MUCH, f"the {self.budget.target_bytes} bytes that one target may send are spent")
