"""The contract of every probe, kept by MongoDB's against recorded servers and rubbish."""

from pathlib import Path

from auditor.model.outcome import Verdict
from auditor.probes.mongodb import MongodbProbe
from auditor.testing.contract import Case, ProbeContract
from auditor.testing.recording import load_mongo
from auditor.testing.replay import MongoReplay

REPLIES = Path(__file__).parent / "replies"
# What the servers told of themselves and of their machines; no observation may hold it.
TOLD = ("to execute command", "memSizeMB", "-fno-omit-frame-pointer", "You are running this process")


def _native(name: str, verdict: Verdict, *datasets: str) -> Case:
    recording = load_mongo(REPLIES / f"{name}.json")
    return Case(name, lambda: MongoReplay(recording), verdict, frozenset(datasets), TOLD)


class TestMongodb(ProbeContract):
    probe = MongodbProbe()
    cases = (
        _native("mongod-2.4.13-pre-noauth", Verdict.OPEN, "h2db.people"),
        _native("mongod-3.4.24-auth-oneuser", Verdict.AUTH_REQUIRED),
        _native("mongod-4.0.19-auth-nouser-localhost-exception", Verdict.LOCALHOST_EXCEPTION),
        _native("mongod-4.0.19-rs-secondary", Verdict.OPEN, "h2db.people"),
        _native("mongod-4.0.19-rs-arbiter", Verdict.NO_DATA_NODE),
        _native("mongod-4.4.0-noauth", Verdict.OPEN, "h2db.people"),
        _native("mongos-4.0.19-auth", Verdict.AUTH_REQUIRED),
    )
