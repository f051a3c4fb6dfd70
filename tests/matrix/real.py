"""The cells that tests/real tries, listed from its own catalogue, and none written down twice."""

from collections.abc import Iterator
from typing import Final

from auditor.model.outcome import Verdict
from tests.matrix import states
from tests.matrix.cell import DIALECTS, ELASTICSEARCH, FRONTS, LOOK_ALIKES, OPENSEARCH, Cell, real
from tests.real import mongo
from tests.real.catalogue import State, cases
from tests.real.fronts import Front
from tests.real.sightings import EMPTY, NX, OPEN, OSMEM, OVER_TLS, java_server, standing
from tests.real.test_elasticsearch import VERDICTS
from tests.real.test_fronts import DEAD_BACKENDS, HTTP_VERDICTS, ROOT_GUARDS, TCP_VERDICTS

_WORDS: Final = {
    State.OPEN: states.OPEN,
    State.CLOSED: states.SECURED,
    State.ANONYMOUS: states.ANONYMOUS,
    State.ANONYMOUS_401: states.ANONYMOUS_401,
    State.ANONYMOUS_ALL: states.ANONYMOUS_ALL,
    State.UNINITIALISED: states.UNINITIALISED,
    State.NO_MASTER: states.NO_MASTER,
    State.TLS: states.TLS,
    State.CLIENT_CERTIFICATE: states.CLIENT_CERTIFICATE,
}
_DOES: Final = {**{front: front.value for front in Front}, Front.PASS: "passes everything on"}
#: What stands behind the fronts, replayed.
_BEHIND: Final = {
    "elasticsearch": "Elasticsearch 7.10.2",
    "kibana": "Kibana 7.10.2",
    "mongodb": "MongoDB 4.0",
}


def cells() -> Iterator[Cell]:
    """Real servers, then real fronts before replayed ones."""
    for ci in (True, False):
        for server, state in cases(ci=ci):
            product = OPENSEARCH if server.opensearch else ELASTICSEARCH
            readable = state is State.OPEN or state.anonymous
            run = (server.name, state.value)
            yield real(product, server.version, _WORDS[state], VERDICTS[state], run, ci=ci, readable=readable)
    yield real(LOOK_ALIKES, OSMEM, OPEN, Verdict.OPEN, (OSMEM, OPEN))
    for release in mongo.VERSIONS:
        for filled in (OPEN, EMPTY):
            yield real(DIALECTS, java_server(release), filled, Verdict.OPEN, (java_server(release), filled))
    newest = java_server(mongo.VERSIONS[-1])
    yield real(DIALECTS, newest, OVER_TLS, Verdict.OPEN, (newest, OVER_TLS))
    yield real(DIALECTS, NX, OPEN, Verdict.OPEN, (NX, OPEN))
    yield from _fronts()


def _fronts() -> Iterator[Cell]:
    web = ("elasticsearch", "kibana")
    for program, front, verdict in HTTP_VERDICTS:
        for product in web:
            yield _front(program, front, product, verdict)
    for program in ROOT_GUARDS:
        yield _front(program, Front.BASIC_ROOT, "elasticsearch", Verdict.PARTLY_OPEN)
    for program, front, verdict in TCP_VERDICTS:
        yield _front(program, front, "mongodb", verdict)
    for program, front in DEAD_BACKENDS:
        for product in web:
            yield _front(program, front, product, Verdict.INCONCLUSIVE, dead=True)


def _front(program: str, front: Front, product: str, verdict: Verdict, *, dead: bool = False) -> Cell:
    state = f"{program}: {_DOES[front]}" + (", and nobody behind it" if dead else "")
    run = (program, standing(front, product, dead=dead))
    return real(FRONTS, _BEHIND[product], state, verdict, run)
