"""Endpoints that answer as real servers did: every recording of the tests that is a server by itself."""

from collections.abc import Iterator

from auditor.model.outcome import Verdict
from benchmarks.verdicts.door import Http
from benchmarks.verdicts.endpoint import CONSOLE_PORT, PORTS, Endpoint, How
from benchmarks.verdicts.scoring import Truth
from benchmarks.verdicts.serving import load, replaying

_OPEN = (Truth.OPEN, Verdict.OPEN)
_ROLE = (Truth.OPEN, Verdict.ANONYMOUS_ROLE)
_LOGIN = (Truth.NOT_OPEN, Verdict.AUTH_REQUIRED)
_DOUBT = (Truth.UNTOLD, Verdict.INCONCLUSIVE)

_SEARCH = {
    "es-0.90.13-open": _OPEN,
    "es-1.7.6-open": _OPEN,
    "es-2.4.6-open": _OPEN,
    "es-5.6.16-open": _OPEN,
    "es-6.8.23-open": _OPEN,
    "es-7.10.2-open": _OPEN,
    "es-7.17.29-open": _OPEN,
    "es-8.5.0-open": _OPEN,
    "os-1.3.20-open": _OPEN,
    "os-2.19.4-open": _OPEN,
    "os-3.4.0-open": _OPEN,
    "es-6.8.23-anonymous": _ROLE,
    "es-7.17.29-anonymous-401": _ROLE,
    "os-2.19.4-anonymous": _ROLE,  # /people/_search is 200; every question that names no index is 403
    "es-6.8.23-closed": _LOGIN,
    "es-7.17.29-closed": _LOGIN,
    "es-8.5.0-closed": _LOGIN,
    "es-8.19.21-closed": _LOGIN,
    "es-9.5.3-closed": _LOGIN,
    "os-2.19.4-closed": _LOGIN,
    "os-3.4.0-closed": _LOGIN,
    "es-6.8.23-no-master": _DOUBT,
    "os-2.19.4-uninitialised": (Truth.NOT_OPEN, Verdict.NOT_INITIALISED),
}

#: Names with a + are two recordings of one server, a walk with its redirects and cookies first.
_KIBANA = {
    "kibana-4.1.11.open": _OPEN,
    "kibana-4.6.4.open": _OPEN,
    "kibana-5.2.2.open": _OPEN,
    "kibana-5.4.3.open": _OPEN,
    "kibana-6.2.3-oss.open": _OPEN,
    "kibana-7.4.2-oss.open": _OPEN,
    "kibana-7.10.2-oss.open": _OPEN,
    "kibana-7.10.2-oss.basepath-rewrite+kibana-7.10.2-oss.basepath-rewrite-prefixed": _OPEN,
    "kibana-8.12.2.open": _OPEN,
    "kibana-8.12.2-patched-restrictInternalApis.open": _OPEN,
    "osd-2.8.0.open": _OPEN,
    "kibana-8.12.2.anonymous-only-walk+kibana-8.12.2.anonymous-only": _ROLE,
    "kibana-7.10.2-oss.es-secured": _LOGIN,
    "kibana-8.12.2.secured-walk+kibana-8.12.2.secured": _LOGIN,
    "kibana-8.12.2.secured-status-allowAnonymous": _LOGIN,
    "osd-2.8.0.secured-walk+osd-2.8.0.secured": _LOGIN,
    "kibana-7.10.2-oss.notready-es-down-at-start": _DOUBT,
    "kibana-8.12.2.notready-es-down-at-start": _DOUBT,
}

_MONGO = {
    "mongod-2.4.13-pre-noauth": _OPEN,
    "mongod-4.0.19-noauth": _OPEN,
    "mongod-4.0.19-rs-secondary": _OPEN,
    "mongod-4.4.0-noauth": _OPEN,
    "mongos-4.0.19-noauth": _OPEN,
    "mongo-java-server-1.47.0-memory-MONGO_4_0": _OPEN,
    "mongod-2.4.13-pre-auth-nouser-remote": _LOGIN,
    "mongod-2.6.7-pre-auth-users-data-remote": _LOGIN,
    "mongod-3.4.24-auth-oneuser": _LOGIN,
    "mongod-4.0.19-auth-oneuser": _LOGIN,
    "mongod-4.4.0-auth-oneuser": _LOGIN,
    "mongos-4.0.19-auth": _LOGIN,
    "mongod-4.0.19-auth-nouser-localhost-exception": (Truth.NOT_OPEN, Verdict.LOCALHOST_EXCEPTION),
    "mongod-4.0.19-rs-arbiter": (Truth.NOT_OPEN, Verdict.NO_DATA_NODE),
    "mongod-console-2.4-auth-nouser-rest-remote": _OPEN,
    "mongod-console-2.4-auth-nouser-norest-remote": (Truth.NAMES, Verdict.METADATA_ONLY),
    "mongod-console-2.6-auth-users-remote": _LOGIN,
}


def endpoints() -> Iterator[Endpoint]:
    """All of them."""
    for product, table in (("elasticsearch", _SEARCH), ("kibana", _KIBANA), ("mongodb", _MONGO)):
        for names, (truth, verdict) in table.items():
            stems = names.split("+")
            console = "console" in names
            serve = replaying(load(*stems), speaks=Http.NETTY if console or product == "elasticsearch" else Http.NODE)
            port = CONSOLE_PORT if console else PORTS[product]
            what = "" if len(stems) == 1 else f"with {stems[1]}"
            yield Endpoint(stems[0], product, what, How.RECORDED, truth, verdict, serve, port)
