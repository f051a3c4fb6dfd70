"""The estate: every endpoint of the comparison, in the order of the page."""

from benchmarks.verdicts import fronted, real, recorded, scripted
from benchmarks.verdicts.endpoint import Placed, place


def estate() -> tuple[Placed, ...]:
    """All endpoints, each with its address."""
    return place([*real.endpoints(), *recorded.endpoints(), *fronted.endpoints(), *scripted.endpoints()])
