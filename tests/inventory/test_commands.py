"""`auditor inventory` and `auditor schema`, called in this process and as a program."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from auditor import plugins
from auditor.cli.app import auditor
from auditor.probes.interface import Probe
from tests.inventory.texts import HEAD, HOST

EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"


def call(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(auditor, words, input=stdin, prog_name="auditor")


@pytest.fixture
def valid(tmp_path: Path) -> str:
    """An inventory that is valid today, whatever day that is."""
    path = tmp_path / "inventory.yaml"
    path.write_text(HEAD.replace("2027-01-31", "2999-12-31") + HOST)
    return str(path)


def test_validate_says_what_it_found(valid: str) -> None:
    result = call("inventory", "validate", valid)

    assert result.exit_code == 0
    assert result.stdout == f"{valid} is valid: 1 host, 3 targets; authorised until 2999-12-31\n"
    assert result.stderr == ""


def test_validate_reads_standard_input(valid: str) -> None:
    result = call("inventory", "validate", "-", stdin=Path(valid).read_text())

    assert result.exit_code == 0
    assert result.stdout.startswith("<stdin> is valid")


def test_every_problem_goes_to_stderr_one_a_line_with_a_count_and_exit_code_2() -> None:
    result = call("inventory", "validate", "-", stdin="version: 3\nhots: []\n")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "<stdin>:1:1: the inventory lacks 'estate'\n"
        "<stdin>:1:1: the inventory lacks 'authorization'\n"
        "<stdin>:1:1: the inventory lacks 'scope'\n"
        "<stdin>:1:1: the inventory lacks both 'hosts' and 'networks'; give at least one\n"
        "<stdin>:1:10: 'version' must be 1, not the number 3\n"
        "<stdin>:2:1: unknown key 'hots' in the inventory; did you mean 'hosts'?\n"
        "6 problems; nothing was probed\n"
    )


@pytest.mark.parametrize("command", ["validate", "plan"])
def test_a_file_that_is_not_there_is_a_problem_like_others(command: str) -> None:
    result = call("inventory", command, "no-such-file.yaml")

    assert result.exit_code == 2
    assert (
        result.stderr
        == "no-such-file.yaml:1:1: cannot be read: No such file or directory\n1 problem; nothing was probed\n"
    )


def test_an_expired_authorisation_is_told(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(HEAD.replace("2026-11-01", "2001-01-01").replace("2027-01-31", "2001-01-31") + HOST)
    result = call("inventory", "plan", str(path))

    assert result.exit_code == 2
    assert f"{path}:4:54: the authorisation expired on 2001-01-31; today is" in result.stderr


def test_plan_prints_every_request_of_the_probes_with_its_condition(valid: str) -> None:
    result = call("inventory", "plan", valid)

    assert result.exit_code == 0
    for _, probe in plugins.load_all("probes"):
        known: type[Probe] = probe
        for request in known.requests:
            assert f"  {request.request}\n      sent   {request.when}\n" in result.stdout


def test_plan_follows_selection_and_pace(valid: str) -> None:
    result = call("inventory", "plan", valid, "--service", "kibana", "--profile", "careful", "--rate", "max")

    assert "1 target: 1 host\n" in result.stdout
    assert (
        "Pace careful: as fast as this machine can, 50 targets at once, 1 an address, 5 s to connect" in result.stdout
    )
    assert "isMaster" not in result.stdout


def test_a_selection_that_fits_nothing_is_a_usage_error(valid: str) -> None:
    result = call("inventory", "plan", valid, "--host", "es-2", "--tag", "x")

    assert result.exit_code == 2
    assert "no host or network has the tag 'x'" in result.stderr
    assert "no host or network is named 'es-2', and no address of them fits; did you mean 'es-1'?" in result.stderr


def test_plan_writes_json_to_standard_output_or_to_a_file_of_the_owners(valid: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    printed = call("inventory", "plan", valid, "-o", "json")
    written = call("inventory", "plan", valid, "-o", f"json={path}")

    assert (printed.exit_code, written.exit_code, written.stdout) == (0, 0, "")
    assert json.loads(printed.stdout) == json.loads(path.read_text())
    assert json.loads(printed.stdout)["targets"] == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = call("inventory", "plan", valid, "-o", f"json={path}")
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert call("inventory", "plan", valid, "-o", f"json={path}", "--overwrite").exit_code == 0


def test_another_format_of_a_plan_is_a_usage_error(valid: str) -> None:
    result = call("inventory", "plan", valid, "-o", "html")

    assert result.exit_code == 2
    assert "'html' is no format of a plan; there is: json" in result.stderr


@pytest.mark.parametrize("what", ["inventory", "results"])
def test_schema_prints_a_json_schema(what: str) -> None:
    result = call("schema", what)

    assert result.exit_code == 0
    Draft202012Validator.check_schema(json.loads(result.stdout))


def test_helps_teach_by_an_example() -> None:
    assert "auditor inventory validate inventory.yaml" in call("inventory", "--help").stdout
    assert "--profile careful" in call("inventory", "plan", "--help").stdout
    assert "auditor schema inventory > inventory.schema.json" in call("schema", "--help").stdout


def test_the_example_in_the_help_is_valid() -> None:
    text = call("inventory", "--help").stdout
    example = text[text.index("  version: 1") : text.index("Options:")]

    assert call("inventory", "validate", "-", stdin="\n".join(line[2:] for line in example.splitlines())).exit_code == 0


def run(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-W", "error", "-m", "auditor", *words]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)


def test_as_a_program_it_reads_bytes_and_ends_with_the_code() -> None:
    good = run("inventory", "validate", "-", stdin=(HEAD.replace("2027-01-31", "2999-12-31") + HOST).encode())
    assert (good.returncode, good.stderr) == (0, b"")
    assert good.stdout.startswith(b"<stdin> is valid: 1 host, 3 targets")

    bad = run("inventory", "validate", "-", stdin=b"a: \xff\n")
    assert bad.returncode == 2
    assert bad.stdout == b""
    assert (
        bad.stderr
        == b"<stdin>:1:4: the byte 0xff is not UTF-8; save the file as UTF-8\n1 problem; nothing was probed\n"
    )


def test_pydantic_is_only_imported_when_an_inventory_is_read() -> None:
    program = "import sys, auditor.cli.inventory, auditor.inventory.spread; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == "False\n"
