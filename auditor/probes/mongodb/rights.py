"""What a stranger may do, without trying it: inferred from whom `connectionStatus` takes us for. Pure.

With access control on, MongoDB gives a connection that nobody logged in on no right at all, but for the localhost
exception (MongoDB manual, "Role-Based Access Control"). So where such a connection was answered what only a reader is,
access control is off, for writing as for reading. Where somebody is logged in for us (a proxy that lends its user), the
answers prove reading alone, and the privileges that the server tells decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model.enumeration import enumerated
from auditor.model.observation import Access, Sign
from auditor.probes.mongodb.greeting import Greeting
from auditor.probes.mongodb.state import LAST_OPEN_TO_LOOPBACK, Conclusion, Seen

MAY_WRITE = "may_write"  # the sign that rules speak of

_WRITING = ("insert", "update", "remove", "dropCollection", "dropDatabase", "anyAction")
_VANTAGE = "It was asked from its own machine, to which a release up to 2.6 gives everything while it has no user."
_TOLD = ("find", *_WRITING)
_MOST_USERS, _MOST_RIGHTS, _MOST_PRIVILEGES = 5, 20, 1_000
_LONGEST_PLACE = 200  # characters


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom `connectionStatus` names ("user@database"), and what these may do, as (actions, where); () if untold."""

    users: tuple[str, ...] = ()
    grants: tuple[tuple[tuple[str, ...], str], ...] = ()

    @property
    def rights(self) -> tuple[str, ...]:
        """The grants as phrases: "find, insert on every collection of shop"."""
        return tuple(f"{', '.join(actions)} on {place}" for actions, place in self.grants[:_MOST_RIGHTS])

    @property
    def writing(self) -> tuple[str, ...]:
        """Those of them that change or destroy something."""
        kept = ((tuple(action for action in actions if action in _WRITING), place) for actions, place in self.grants)
        return tuple(f"{', '.join(actions)} on {place}" for actions, place in kept if actions)


@dataclass(frozen=True, slots=True)
class Inference:
    """What follows for the observation; `detail` is a phrase that completes its sentence, "" where there is none."""

    signs: tuple[Sign, ...] = ()
    detail: str = ""


def read_identity(document: Mapping[str, Any]) -> Identity | None:
    """The reply to connectionStatus; None where it tells no users, not even that there are none."""
    match document.get("authInfo"):
        case {"authenticatedUsers": [*users], **more}:
            named = [(user.get("user"), user.get("db", "")) for user in users if isinstance(user, Mapping)]
            told = more.get("authenticatedUserPrivileges")
            grants = _grants(told) if isinstance(told, list) else ()
            return Identity(tuple(f"{name}@{database}"[:200] for name, database in named[:_MOST_USERS]), tuple(grants))
        case _:
            return None


def wants_identity(seen: Seen, conclusion: Conclusion) -> bool:
    """Whether it is worth asking what a stranger may do: data was given, and not by a stand-in."""
    return conclusion.access is Access.RECORDS and not seen.is_stand_in


def infer(seen: Seen, conclusion: Conclusion, told: Identity | None) -> Inference:
    """What a stranger may do besides reading. Doubt makes no sign; no verdict rests on it."""
    if told is None or seen.is_stand_in:
        return Inference()
    if told.users:
        return _of_user(seen.greeting, told)
    if conclusion.access is not Access.RECORDS or seen.locked:
        return Inference()
    if not seen.greeting.writable:
        return Inference(detail=_why_not_here(seen.greeting))
    said = "Nobody is logged in, yet it answered what it tells to nobody while access control is on."
    if seen.from_loopback and seen.greeting.wire_version <= LAST_OPEN_TO_LOOPBACK:
        said += f" {_VANTAGE}"
    return Inference((Sign(MAY_WRITE, said, inferred=True),))


def _of_user(greeting: Greeting, told: Identity) -> Inference:
    writing = told.writing
    if not writing:
        return Inference()
    if not greeting.writable:
        return Inference(detail=_why_not_here(greeting))
    user = ", ".join(told.users)
    said = f"It takes a stranger for {user}, who has the rights {enumerated(writing, most=3, between='; ')}."
    return Inference((Sign(MAY_WRITE, said, inferred=True),))


def _why_not_here(greeting: Greeting) -> str:
    if greeting.set_name:
        return "writing is left to the primary of its replica set, which was not asked here"
    return "it takes no writes at present"


def _grants(told: list[Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    for privilege in told[:_MOST_PRIVILEGES]:
        match privilege:
            case {"resource": Mapping() as resource, "actions": [*actions]} if place := _place(resource):
                known = tuple(action for action in _TOLD if action in actions)
                if known:
                    yield known, place
            case _:
                pass


def _place(resource: Mapping[str, Any]) -> str:
    """Where a privilege holds; "" for the cluster, which holds no records, and for what is no resource."""
    if resource.get("anyResource") is True:
        return "everything"
    match resource:
        case {"db": "", "collection": ""}:
            return "every database"
        case {"db": str(database), "collection": ""}:
            return f"every collection of {database[:_LONGEST_PLACE]}"
        case {"db": "", "collection": str(collection)}:
            return f"every collection {collection[:_LONGEST_PLACE]}"
        case {"db": str(database), "collection": str(collection)}:
            return f"{database}.{collection}"[:_LONGEST_PLACE]
        case _:
            return ""
