"""Which cell of the matrix a passing test on a real server has seen: told by the test's name and its parameters."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import pytest

from auditor.model.outcome import Verdict
from tests.matrix.runs import Run
from tests.real.fronts import Front
from tests.real.mongo import VERSIONS

#: A server, its state, and the verdict that the test has asserted; None where the parameters are no cell.
Sighting: TypeAlias = tuple[str, str, Verdict] | None

NX, OSMEM = "nx-27017", "osmem-server"
OPEN, EMPTY, OVER_TLS = "open", "open, nothing in it", "open, TLS"


def java_server(version: str) -> str:
    """mongo-java-server, by the release that it is told to be."""
    return f"mongo-java-server as {version.removeprefix('MONGO_').replace('_', '.')}"


def standing(front: str, product: str, *, dead: bool = False) -> str:
    """The state of a front: what it does, and before what."""
    return f"{front}, before {product}" + (" that is down" if dead else "")


def _elastic(told: Mapping[str, Any]) -> Sighting:
    running = told["elastic_server"]
    return running.server.name, running.state.value, told["outcome"].verdict


def _front(told: Mapping[str, Any]) -> Sighting:
    return told["program"], standing(told["front"], told.get("product", "mongodb")), told["verdict"]


def _root_guard(told: Mapping[str, Any]) -> Sighting:
    return told["program"], standing(Front.BASIC_ROOT, "elasticsearch"), Verdict.PARTLY_OPEN


def _dead(told: Mapping[str, Any]) -> Sighting:
    if told["product"] == "mongodb":  # nginx answers it in HTTP, so that there is no one verdict for all of them
        return None
    return told["program"], standing(told["front"], told["product"], dead=True), Verdict.INCONCLUSIVE


def _java(state: str, version: str = "") -> Callable[[Mapping[str, Any]], Sighting]:
    return lambda told: (java_server(version or told["release"]), state, Verdict.OPEN)


#: Each test that sees a cell, by its name, and how its fixtures tell which.
TESTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Sighting]]] = {
    "test_the_verdict_is_that_of_the_state": _elastic,
    "test_it_is_open_and_its_personal_fields_are_found": lambda _: (OSMEM, OPEN, Verdict.OPEN),
    "test_an_empty_server_is_open_though_it_lists_nothing": _java(EMPTY),
    "test_mongo_java_server_is_read_whatever_release_it_claims": _java(OPEN),
    "test_a_server_behind_tls_is_found_and_its_certificate_recorded": _java(OVER_TLS, VERSIONS[-1]),
    "test_a_stand_in_is_open_and_called_a_stand_in": lambda _: (NX, OPEN, Verdict.OPEN),
    "test_a_front_is_seen_through_or_named": _front,
    "test_a_guard_on_the_root_alone_leaves_it_partly_open": _root_guard,
    "test_tls_before_a_mongod": _front,
    "test_a_dead_backend_is_never_green": _dead,
}


def sighting(item: pytest.Item) -> Run | None:
    """The run of a cell that this test is, once it has passed; None where it is none."""
    if not isinstance(item, pytest.Function) or item.originalname not in TESTS:
        return None
    parameters = getattr(item, "callspec", None)
    release = parameters.params.get("java_mongo") if parameters is not None else None
    seen = TESTS[item.originalname]({**item.funcargs, "release": release})
    if seen is None:
        return None
    server, state, verdict = seen
    return Run(server, str(state), str(verdict), datetime.now(UTC).date().isoformat())
