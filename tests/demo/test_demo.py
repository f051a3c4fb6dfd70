"""`auditor demo` as a newcomer runs it: everything found, nothing harmless flagged, nothing left behind."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("osmem_server", reason="needs the embedded search server: pip install 'auditor[demo]'")
pytest.importorskip("nx_27017", reason="needs the embedded document server: pip install 'auditor[demo]'")


def processes_in(folder: Path) -> list[str]:
    """Command lines of running processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            if (entry.parent / "cwd").readlink() == folder or str(folder) in words:
                found.append(words)
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        (sys.executable, "-m", "auditor", "demo"), cwd=made, capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "stand-in for Kibana" in done.stdout
    assert "demo-report/report.html" in done.stdout
    return made


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "demo-report" / "results.json").read_text(encoding="utf-8"))
    return loaded


def outcome(results: dict[str, Any], host: str) -> dict[str, Any]:
    (found,) = (one for one in results["outcomes"] if one["host"] == host)
    assert isinstance(found, dict)
    return found


def categories(results: dict[str, Any], host: str, name: str) -> set[str]:
    (data,) = (one for one in outcome(results, host)["datasets"] if one["name"] == name)
    return {category for field in data["personal"] for category in field["categories"]}


def test_every_target_has_its_verdict(results: dict[str, Any]) -> None:
    assert {one["host"]: one["verdict"] for one in results["outcomes"]} == {
        "residents-search": "open",
        "analysts-kibana": "open",
        "hospital-records": "open",
        "guarded-search": "auth_required",
        "retired-search": "refused",
    }
    assert results["coverage"]["targets"] == 5
    assert results["run"]["complete"] is True


def test_the_login_is_told_to_stand_in_front(results: dict[str, Any]) -> None:
    guarded = outcome(results, "guarded-search")
    assert any("proxy in front" in one["why"] for one in guarded["evidence"])


@pytest.mark.parametrize("host", ["residents-search", "analysts-kibana"])
def test_people_are_found_in_pinyin_and_chinese_directly_and_through_kibana(results: dict[str, Any], host: str) -> None:
    assert categories(results, host, "rk_jbxx") >= {
        "person_name", "national_id", "phone", "postal_address", "ethnicity_race", "minor_info", "criminal_record",
        "birth_date", "gender",
    }  # fmt: skip
    assert categories(results, host, "案件信息") >= {"person_name", "national_id", "phone", "criminal_record"}
    assert categories(results, host, "phone_address") >= {"phone", "postal_address"}


def test_people_are_found_in_nested_documents(results: dict[str, Any]) -> None:
    assert categories(results, "hospital-records", "hospital.patients") >= {
        "person_name", "national_id", "phone", "email", "postal_address", "ethnicity_race", "health_record",
        "birth_date",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("host", "name", "kind", "called"),
    [
        ("residents-search", "rk_jbxx", "civil_identity", (True, True)),
        ("analysts-kibana", "rk_jbxx", "civil_identity", (True, True)),
        ("residents-search", "案件信息", "police_case", (False, False)),
        ("residents-search", "phone_address", "contact_list", (False, False)),
        ("hospital-records", "hospital.patients", "patient", (True, False)),
    ],
)
def test_records_are_recognised_whole(
    results: dict[str, Any], host: str, name: str, kind: str, called: tuple[bool, bool]
) -> None:
    (data,) = (one for one in outcome(results, host)["datasets"] if one["name"] == name)
    assert data["record"]["kind"] == kind
    assert (data["record"]["minors"], data["record"]["key_person"]) == called


@pytest.mark.parametrize(
    ("host", "name"),
    [("residents-search", "app-logs-2026.11"), ("analysts-kibana", "app-logs-2026.11"),
     ("hospital-records", "telemetry.readings")],
)  # fmt: skip
def test_harmless_data_is_not_flagged(results: dict[str, Any], host: str, name: str) -> None:
    assert categories(results, host, name) == set()
    assert not any(finding["object"] == name for finding in results["findings"])


def test_counts_are_the_servers_own(results: dict[str, Any]) -> None:
    counts = {data["name"]: data["records"] for data in outcome(results, "residents-search")["datasets"]}
    assert counts == {"rk_jbxx": 400, "案件信息": 120, "phone_address": 300, "app-logs-2026.11": 500}


def test_no_value_of_a_record_is_in_any_output(folder: Path) -> None:
    for path in (folder / "demo-report").rglob("*"):
        if path.is_file() and path.suffix not in (".log", ".out"):
            text = path.read_bytes().decode("utf-8", "replace")
            for value in ("甲一一", "虚构市", "person0@example.org", "generated for a demonstration", "示例路"):
                assert value not in text, (path.name, value)


def test_nothing_is_left_running(folder: Path) -> None:
    assert processes_in(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_stops_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        (sys.executable, "-m", "auditor", "demo"),
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(processes_in(tmp_path)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in errors
    assert processes_in(tmp_path) == []
