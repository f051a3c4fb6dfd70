"""The estate: every endpoint of the comparison, in the order of the page."""

from benchmarks.verdicts import fronted, gaps, real, recorded, scripted
from benchmarks.verdicts.endpoint import Placed, place


def estate() -> tuple[Placed, ...]:
    """All endpoints, each with its address."""
    rooms = (real, recorded, fronted, scripted, gaps)
    return place([endpoint for room in rooms for endpoint in room.endpoints()])
