"""Our own probes, held to the contract that plugins are held to, against recordings of real servers."""

from collections.abc import Callable
from pathlib import Path

from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.kibana import KibanaProbe
from auditor.probes.mongodb import MongodbProbe
from auditor.testing.contract import Case, ProbeContract
from auditor.testing.recording import load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay

REPLIES = Path(__file__).parents[1] / "probes" / "replies"
SEEDED = frozenset({"people", "products"})


def http(*names: str) -> Callable[[], HttpReplay]:
    return lambda: HttpReplay(load_http(*(REPLIES / f"{name}.json" for name in names)))


def mongo(name: str) -> Callable[[], MongoReplay]:
    return lambda: MongoReplay(load_mongo(REPLIES / f"{name}.json"))


class TestElasticsearch(ProbeContract):
    probe = ElasticsearchProbe()
    cases = (
        *(
            Case(name, http(name), Verdict.OPEN, datasets=SEEDED, values=("@example.org", "4111111111111111"))
            for name in (
                "es-0.90.13-open",
                "es-1.7.6-open",
                "es-2.4.6-open",
                "es-5.6.16-open",
                "es-6.8.23-open",
                "es-7.10.2-open",
                "es-7.17.29-open",
                "es-8.5.0-open",
                "os-1.3.20-open",
                "os-2.19.4-open",
                "os-3.4.0-open",
            )
        ),
        *(
            Case(name, http(name), Verdict.AUTH_REQUIRED, datasets=frozenset())
            for name in (
                "es-6.8.23-closed",
                "es-7.17.29-closed",
                "es-8.5.0-closed",
                "es-8.19.21-closed",
                "es-9.5.3-closed",
                "os-2.19.4-closed",
                "os-3.4.0-closed",
            )
        ),
        *(
            Case(name, http(name), Verdict.ANONYMOUS_ROLE)
            for name in ("es-6.8.23-anonymous", "es-7.17.29-anonymous-401", "os-2.19.4-anonymous")
        ),
        Case("uninitialised", http("os-2.19.4-uninitialised"), Verdict.NOT_INITIALISED, datasets=frozenset()),
        Case("no master", http("es-6.8.23-no-master"), Verdict.INCONCLUSIVE),
        Case("a console of MongoDB", http("mongod-console-2.6-auth-users-remote"), Verdict.AUTH_REQUIRED),
    )


class TestKibana(ProbeContract):
    probe = KibanaProbe()
    cases = (
        *(
            Case(name, http(name), Verdict.OPEN)
            for name in (
                "kibana-4.1.11.open",
                "kibana-4.6.4.open",
                "kibana-5.2.2.open",
                "kibana-5.4.3.open",
                "kibana-6.2.3-oss.open",
                "kibana-7.4.2-oss.open",
                "kibana-7.10.2-oss.open",
                "kibana-8.12.2.open",
                "kibana-8.12.2-patched-restrictInternalApis.open",
                "osd-2.8.0.open",
            )
        ),
        Case(
            "behind an anonymous login",
            http("kibana-8.12.2.anonymous-only-walk", "kibana-8.12.2.anonymous-only"),
            Verdict.ANONYMOUS_ROLE,
        ),
        Case("8.12 secured", http("kibana-8.12.2.secured-walk", "kibana-8.12.2.secured"), Verdict.AUTH_REQUIRED),
        Case("Dashboards secured", http("osd-2.8.0.secured-walk", "osd-2.8.0.secured"), Verdict.AUTH_REQUIRED),
        Case("before a secured one", http("kibana-7.10.2-oss.es-secured"), Verdict.AUTH_REQUIRED),
        Case("7.10 not ready", http("kibana-7.10.2-oss.notready-es-down-at-start"), Verdict.INCONCLUSIVE),
        Case("8.12 not ready", http("kibana-8.12.2.notready-es-down-at-start"), Verdict.INCONCLUSIVE),
        Case(
            "below a prefix",
            http("kibana-7.10.2-oss.basepath-rewrite", "kibana-7.10.2-oss.basepath-rewrite-prefixed"),
            Verdict.OPEN,
        ),
    )


class TestMongodb(ProbeContract):
    probe = MongodbProbe()
    cases = (
        *(
            Case(name, mongo(name), Verdict.OPEN, datasets=frozenset({"h2db.people"}))
            for name in (
                "mongod-4.0.19-noauth",
                "mongod-4.4.0-noauth",
                "mongod-4.0.19-rs-secondary",
                "mongos-4.0.19-noauth",
            )
        ),
        Case("2.4 open", mongo("mongod-2.4.13-pre-noauth"), Verdict.OPEN),
        Case("mongo-java-server", mongo("mongo-java-server-1.47.0-memory-MONGO_4_0"), Verdict.OPEN),
        *(
            Case(name, mongo(name), Verdict.AUTH_REQUIRED, datasets=frozenset())
            for name in (
                "mongod-2.4.13-pre-auth-nouser-remote",
                "mongod-2.6.7-pre-auth-users-data-remote",
                "mongod-3.4.24-auth-oneuser",
                "mongod-4.0.19-auth-oneuser",
                "mongod-4.4.0-auth-oneuser",
                "mongos-4.0.19-auth",
            )
        ),
        Case(
            "localhost exception",
            mongo("mongod-4.0.19-auth-nouser-localhost-exception"),
            Verdict.LOCALHOST_EXCEPTION,
            datasets=frozenset(),
        ),
        Case("arbiter", mongo("mongod-4.0.19-rs-arbiter"), Verdict.NO_DATA_NODE),
    )
