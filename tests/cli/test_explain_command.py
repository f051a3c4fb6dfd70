"""`auditor explain`: why this verdict, offline, from a file or from history, in text that acts on no terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.export.json_v1 import JsonExporter
from auditor.export.json_v1_elements import finding_document, outcome_document
from auditor.export.talk_words import ACCESSES, FACTS, REACHES, fact
from auditor.history.store import Store
from auditor.model.dataset import DataSet, Kind
from auditor.model.observation import Access, Exchange, Fact, Reach, Sign
from auditor.model.outcome import Verdict
from auditor.model.report import AuditReport, NetworkTally
from tests.cli.kept import keep
from tests.cli.servers import replayed
from tests.cli.test_audit_command import inventory
from tests.export import making, reports


def auditor(*words: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "auditor", *words),
        cwd=cwd,
        env={**os.environ, "AUDITOR_STATE_DIR": str(cwd / "state")},
        capture_output=True,
        text=True,
        check=False,
    )


def results(folder: Path, report: AuditReport) -> Path:
    path = folder / "results.json"
    with path.open("wb") as sink:
        JsonExporter().write(report, sink)
    return path


def network() -> AuditReport:
    """A network with one listed address, and a host that is named by an IPv6 address and has two ports."""
    listed = making.outcome(
        "10.20.0.9", 9200, "elasticsearch", Verdict.AUTH_REQUIRED, address="10.20.0.9", network="dc1-data"
    )
    named = [
        making.outcome("fd00::17", port, product, Verdict.REFUSED, address="fd00::17", reach=Reach.REFUSED)
        for port, product in ((9200, "elasticsearch"), (27017, "mongodb"))
    ]
    tallies = (
        NetworkTally("dc1-data", "10.20.0.0/22", "elasticsearch", 9200, 1024, 1000, 23, 1),
        NetworkTally("dc1-data", "10.20.0.0/22", "mongodb", 27017, 1024, 1024, 0, 0),
    )
    return making.report([listed, *named], [], networks=tallies)


def test_an_audit_is_explained_from_history(tmp_path: Path) -> None:
    with replayed("es-8.5.0-open") as (port,):
        assert auditor("audit", inventory(tmp_path, [("es-1", "elasticsearch", port)]), cwd=tmp_path).returncode == 3
    done = auditor("explain", "latest", f"es-1:{port}", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert any(line.startswith("Verdict") and " open: " in line for line in lines)
    assert any("V11-open" in line for line in lines)
    assert any("Questions that only a reader may ask were answered" in line for line in lines)
    assert "  people  index, 2 records, can be read" in lines
    assert any("email (Email address)" in line for line in lines)
    at = lines.index("The exchanges that decided:")
    assert lines[at + 1 : at + 3] == ["  GET /  [200]", "      x-elastic-product: Elasticsearch"]
    asked = lines[lines.index("Everything that was asked, in order:") + 1 :]
    assert asked[0].startswith("    1. GET /  [200]  ")
    assert "bytes sent" in asked[0]
    assert any(line.startswith("  critical ") for line in lines)


def test_it_is_told_what_an_object_s_fields_are_together(tmp_path: Path) -> None:
    done = auditor("explain", results(tmp_path, reports.shanghai()), "es-ga-1", cwd=tmp_path)
    told = [line.strip() for line in done.stdout.splitlines() if line.strip().startswith("together: ")]
    assert told[0].startswith(
        "together: Civil identity record (special categories: Ethnicity, Police or criminal record; minors; key "
        "persons)  0.98  person name, "
    )
    assert told[1].startswith("together: Police case record, also Civil identity record  0.91  ")


def test_json_is_a_list_of_the_canonical_outcomes_with_their_findings(tmp_path: Path) -> None:
    whole = reports.shanghai()
    path = results(tmp_path, whole)
    first = next(iter(whole.findings))
    done = auditor("explain", path, first.host, "-o", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    documents = json.loads(done.stdout)
    wanted = [
        outcome_document(outcome)
        | {
            "findings": [
                finding_document(each)
                for each in whole.findings
                if (each.host, each.port, each.product)
                == (outcome.target.host, outcome.target.port, outcome.target.product)
            ]
        }
        for outcome in whole.outcomes
        if outcome.target.host == first.host
    ]
    assert documents == json.loads(json.dumps(wanted))
    assert sum(len(document["findings"]) for document in documents) > 0


def test_every_product_and_port_of_a_host_is_told_and_a_port_narrows_it(tmp_path: Path) -> None:
    path = results(tmp_path, network())
    both = auditor("explain", path, "fd00:0::17", cwd=tmp_path)
    assert both.returncode == 0
    assert "[fd00::17]:9200" in both.stdout
    assert "[fd00::17]:27017" in both.stdout
    one = auditor("explain", path, "[fd00::17]:27017", cwd=tmp_path)
    assert "[fd00::17]:9200" not in one.stdout
    assert auditor("explain", path, "[fd00::17]:27017/mongodb", cwd=tmp_path).stdout == one.stdout


def test_addresses_of_networks_that_were_only_counted_are_said_to_be_counted(tmp_path: Path) -> None:
    path = results(tmp_path, network())
    silent = auditor("explain", path, "10.20.0.7", cwd=tmp_path)
    assert (silent.returncode, silent.stdout) == (2, "")
    assert "the 1,000 that refused and the 23 that stayed silent are counted, not listed" in silent.stderr
    assert "mongodb on port 27017" in silent.stderr
    listed = auditor("explain", path, "10.20.0.9", cwd=tmp_path)
    assert listed.returncode == 0
    assert "auth_required" in listed.stdout
    assert "mongodb on port 27017 was asked at 1,024 addresses" in listed.stdout
    assert "elasticsearch on port 9200 was asked" not in listed.stdout
    assert auditor("explain", path, "10.20.0.9:9200", cwd=tmp_path).stdout.count("are counted, not listed") == 0
    assert "is not in run" in auditor("explain", path, "10.99.0.7", cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("es-bilinq", "did you mean 'es-billing'?"),
        ("es-billing:9299", "has 'es-billing', but not 'es-billing:9299'; there it asked: 9200 (elasticsearch)"),
        ("quite another", "'quite another' is not in run"),
        ("", "'' is not in run"),
    ],
)
def test_a_host_that_is_not_in_the_run_is_exit_2_and_a_sentence(tmp_path: Path, host: str, sentence: str) -> None:
    shut = making.outcome("es-billing", 9200, "elasticsearch", Verdict.AUTH_REQUIRED)
    path = results(tmp_path, making.report([shut], []))
    done = auditor("explain", path, host, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_run_that_is_not_there_is_exit_2(tmp_path: Path) -> None:
    assert "there is no history" in auditor("explain", "latest", "es-1", cwd=tmp_path).stderr
    assert auditor("explain", "missing.json", "es-1", cwd=tmp_path).returncode == 2


def test_a_row_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    whole = making.report([making.outcome("es-1", 9200, "elasticsearch", Verdict.OPEN)], [])
    keep(whole, tmp_path / "state")
    with Store.open(tmp_path / "state") as store:
        store._connection.execute("UPDATE outcomes SET body = '{}'")
        store._connection.commit()
    done = auditor("explain", "latest", "es-1", cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", [name for name in reports.HOSTILE if name and "\x00" not in name])
def test_nothing_that_a_server_or_a_file_says_acts_on_the_terminal(tmp_path: Path, name: str) -> None:
    path = results(tmp_path, reports.hostile((name.replace("\ud800", "\ufffd"),)))
    for form in ("text", "json"):
        done = auditor("explain", path, name.replace("\ud800", "\ufffd"), "-o", form, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert all(line.isprintable() for line in done.stdout.split("\n")), done.stdout


def test_long_lists_are_cut_and_say_how_much_is_left_out(tmp_path: Path) -> None:
    datasets = tuple(DataSet(f"index-{number}", Kind.INDEX, number) for number in range(1, 1_024))
    seen = making.outcome(
        "es-1",
        9200,
        "elasticsearch",
        Verdict.OPEN,
        access=Access.RECORDS,
        datasets=datasets,
        transcript=tuple(Exchange(f"GET /{number}", "es-root", 200) for number in range(300)),
    )
    done = auditor("explain", results(tmp_path, making.report([seen], [])), "es-1", cwd=tmp_path)
    assert "  index-1023  index, 1,023 records, reading not tried" in done.stdout
    assert "  and 1,003 more" in done.stdout
    assert "index-500 " not in done.stdout
    assert "300. GET /299  [200]" in done.stdout  # the transcript is whole


def test_every_reach_access_and_fact_has_words_for_readers() -> None:
    assert REACHES.keys() == set(Reach)
    assert ACCESSES.keys() == set(Access)
    assert FACTS.keys() == set(Fact)
    assert all(fact(each).endswith(".") for each in Fact)


def test_what_was_seen_beside_the_verdict_is_told_and_what_is_inferred_is_said_to_be(tmp_path: Path) -> None:
    signs = (
        Sign("may_write", "Its security is switched off.", inferred=True),
        Sign("seen_by_a_plugin", "\x1b[31mred", "obj\u202eect"),
    )
    about = making.outcome("es-1", 9200, "elasticsearch", Verdict.OPEN, signs=signs)
    done = auditor("explain", results(tmp_path, making.report([about], [])), "es-1", cwd=tmp_path)
    lines = done.stdout.splitlines()
    at = lines.index("Seen beside the verdict:")
    assert lines[at + 1 : at + 3] == [
        "  may_write: Its security is switched off. Inferred, not tried.",
        "  seen_by_a_plugin (obj⟨U+202E⟩ect): ⟨U+001B⟩[31mred",
    ]
