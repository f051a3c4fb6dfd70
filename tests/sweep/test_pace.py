"""Permits come at the rate, in small batches, and charged connections are taken off. The clock is the test's own."""

import asyncio
from collections import Counter

import pytest

from auditor.sweep.pace import PROFILES, Permits


class Clock:
    """A clock that only sleeping moves, so that hours take milliseconds and no machine is too slow."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("auditor.sweep.pace.time.monotonic", made.monotonic)
    monkeypatch.setattr("asyncio_throttle.throttler.time.monotonic", made.monotonic)
    monkeypatch.setattr("asyncio_throttle.throttler.asyncio.sleep", made.sleep)
    return made


@pytest.mark.parametrize("rate", [1.0, 7.0, 50.0, 500.0, 20_000.0])
async def test_the_rate_holds_over_any_second(rate: float, clock: Clock) -> None:
    permits = Permits(rate)
    seconds: Counter[int] = Counter()
    begin = clock.now
    while clock.now - begin < 10.5:
        await permits.acquire()
        seconds[int(clock.now - begin)] += 1
    for second in range(1, 10):
        assert abs(seconds[second] - rate) <= max(1.0, rate * 0.01) + 1


@pytest.mark.parametrize("rate", [500.0, 20_000.0])
async def test_no_ten_milliseconds_get_more_than_twice_their_share(rate: float, clock: Clock) -> None:
    permits = Permits(rate)
    slots: Counter[int] = Counter()
    begin = clock.now
    while clock.now - begin < 3.0:
        await permits.acquire()
        slots[int((clock.now - begin) / 0.01)] += 1
    assert max(slots.values()) <= 2 * rate * 0.01 + 1


async def test_after_a_stall_only_a_little_is_caught_up(clock: Clock) -> None:
    permits = Permits(500.0)
    await permits.acquire()
    clock.now += 3_600  # a suspended laptop
    woke = clock.now
    got = 0
    while clock.now - woke < 0.02:
        await permits.acquire()
        got += 1
    assert got <= 25


async def test_charged_connections_are_taken_off(clock: Clock) -> None:
    permits = Permits(100.0)
    begin = clock.now
    for _ in range(200):
        await permits.acquire()
        permits.charge()  # each target made one more connection
    assert clock.now - begin == pytest.approx(4.0, rel=0.03)


async def test_without_a_rate_nobody_waits() -> None:
    permits = Permits(None)
    async with asyncio.timeout(5):
        for _ in range(100_000):
            await permits.acquire()


def test_what_the_user_sets_replaces_the_profile() -> None:
    normal = PROFILES["normal"]
    assert normal.with_changes() == normal
    changed = normal.with_changes(rate=10.0, in_flight=3, per_address=1, connect_seconds=0.5, retries=0)
    assert (changed.rate, changed.in_flight, changed.per_address, changed.connect_seconds, changed.retries) == (
        10,
        3,
        1,
        0.5,
        0,
    )
    assert normal.with_changes(unlimited=True).rate is None
