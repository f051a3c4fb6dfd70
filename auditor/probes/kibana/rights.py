"""What a stranger may do through Kibana besides reading, and what else it gave away. Pure; nothing of it is tried."""

from collections.abc import Iterator
from typing import Final

from auditor.model.observation import Sign
from auditor.probes.kibana.answers import Speaker
from auditor.probes.kibana.walk import Walk

MAY_WRITE: Final = "may_write"
BACKEND_TOLD: Final = "backend_told"

_MOST_BACKENDS: Final = 8


def all_powerful(walk: Walk) -> bool:
    """Whether the user that the stranger is has rights without bounds."""
    privileges, who = walk.finds.privileges, walk.finds.who
    return (privileges is not None and privileges.unbounded) or (who is not None and who.unbounded)


def rights(walk: Walk) -> tuple[str, ...]:
    """The rights that were told, and what follows from them."""
    who, privileges = walk.finds.who, walk.finds.privileges
    told = tuple(f"role {role}" for role in who.roles) if who else ()
    told += privileges.grants if privileges else ()
    reason = _may_write(walk)
    return (*told, f"changing and deleting, inferred: {reason}") if reason else told


def signs(walk: Walk) -> Iterator[Sign]:
    """What deserves a finding of its own beside the verdict."""
    reason = _may_write(walk)
    if reason:
        yield Sign(MAY_WRITE, f"{reason[:1].upper()}{reason[1:]}.", inferred=True)
    told = backends(walk)
    if told:
        yield Sign(BACKEND_TOLD, f"An error text names {', '.join(told)} as the place of its backend.")


def backends(walk: Walk) -> tuple[str, ...]:
    """The addresses that error texts of Kibana's, or passed on by it, gave away."""
    told = (answer.reading.backend for answer in walk.answers if answer.speaker is not Speaker.FRONT)
    return tuple(dict.fromkeys(filter(None, told)))[:_MOST_BACKENDS]


def _may_write(walk: Walk) -> str:
    """Why a stranger may change things, as the end of a sentence; "" where nothing says so.

    Only where data came through the console: the read proxy of 4.x and the search routes pass on nothing that writes.
    """
    finds = walk.finds
    if not finds.by_console:
        return ""
    door = "the console passes any method on, and"
    if finds.security_off:
        return f"{door} the cluster behind it says that its security is off"
    if finds.privileges is not None and finds.privileges.writing:
        return f"{door} the user that a stranger is was told to have: {'; '.join(finds.privileges.writing[:8])}"
    return f"{door} the user that a stranger is has rights without bounds" if all_powerful(walk) else ""
