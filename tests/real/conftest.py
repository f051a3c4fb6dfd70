"""Real servers for tests: one at a time, each started once for all tests of its state."""

from collections.abc import Callable, Generator, Iterator
from typing import Protocol, TypeVar

import pytest

from tests.matrix import runs
from tests.real import elastic, fronts, mongo, sightings
from tests.real.catalogue import Server, State, cases
from tests.real.missing import MissingError, give_up


class Stoppable(Protocol):
    """Something that was started."""

    def stop(self) -> None:
        """Ends it."""


Started = TypeVar("Started", bound=Stoppable)


def running(start: Callable[[], Started], *, in_ci_list: bool) -> Iterator[Started]:
    """A fixture's body: starts a server, ends it afterwards; a missing piece skips, or fails where CI requires it."""
    try:
        started = start()
    except MissingError as error:
        give_up(str(error), in_ci_list=in_ci_list)
    try:
        yield started
    finally:
        started.stop()


def _every_server() -> list[object]:
    """Each server and state as a parameter; those beyond the CI list are marked."""
    return [
        pytest.param(
            (server, state, ci),
            id=f"{server.name} {state}",
            marks=[pytest.mark.java] if ci else [pytest.mark.java, pytest.mark.servers_all],
        )
        for ci in (True, False)
        for server, state in cases(ci=ci)
    ]


@pytest.fixture(scope="module", params=_every_server())
def elastic_server(request: pytest.FixtureRequest) -> Iterator[elastic.Running]:
    """A real Elasticsearch or OpenSearch, seeded where its state allows it."""
    server: Server
    state: State
    server, state, ci = request.param
    yield from running(lambda: elastic.start(server, state), in_ci_list=ci)


@pytest.fixture(scope="module", params=mongo.VERSIONS)
def java_mongo(request: pytest.FixtureRequest) -> Iterator[mongo.Running]:
    """mongo-java-server, empty."""
    yield from running(lambda: mongo.start_java(request.param), in_ci_list=True)


@pytest.fixture(scope="module")
def java_mongo_over_tls() -> Iterator[mongo.Running]:
    """mongo-java-server behind its own TLS, empty."""
    yield from running(lambda: mongo.start_java(mongo.VERSIONS[-1], tls=True), in_ci_list=True)


@pytest.fixture(scope="module")
def nx() -> Iterator[mongo.Running]:
    """nx-27017, empty."""
    yield from running(mongo.start_nx, in_ci_list=True)


@pytest.fixture
def start_front() -> Iterator[Callable[[str, fronts.Front, int], fronts.Running]]:
    """Starts fronts, `start_front(program, front, backend port)`, and ends them after the test."""
    started: list[fronts.Running] = []

    def start(program: str, front: fronts.Front, backend: int) -> fronts.Running:
        try:
            started.append(fronts.start(program, front, backend))
        except MissingError as error:
            give_up(str(error), in_ci_list=True)
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Writes down for the matrix what a passing test saw, where AUDITOR_MATRIX_LOG names a file."""
    report = yield
    if call.when == "call" and report.passed and (seen := sightings.sighting(item)) is not None:
        runs.note(seen)
    return report
