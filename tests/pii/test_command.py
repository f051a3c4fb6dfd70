import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from auditor.cli.classify import classify

FIELDS = [{"path": "email", "type": "String"}, {"path": "role", "type": "String"}]
LINE = json.dumps({"id": "users", "engine": "mongodb", "fields": FIELDS}) + "\n"


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(classify, arguments, input=stdin)


def test_lines_come_out_for_lines() -> None:
    result = run("-", "-o", "jsonl", stdin=LINE)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"id": "users", "fields": {"email": ["email"]}}


def test_a_table_tells_the_reason() -> None:
    result = run("-", stdin=LINE)
    assert "users: 1 of 2 fields look personal" in result.stdout
    assert "the name says 'email'" in result.stdout


def test_json_tells_confidence_and_reason() -> None:
    (mapping,) = json.loads(run("-", "-o", "json", stdin=LINE).stdout)
    assert mapping["personal"][0].keys() == {"field", "categories", "confidence", "why"}


PERSONS = json.dumps({"id": "ryxx", "fields": [{"path": path} for path in ("xm", "sfzh", "csrq", "zdrybq")]})


def test_a_table_tells_what_the_record_is_and_what_must_not_be_missed() -> None:
    shown = run("-", stdin=PERSONS).stdout.splitlines()
    assert shown[0] == "ryxx: 4 of 4 fields look personal"
    assert shown[1].startswith(
        "  Civil identity record (special categories: Police or criminal record; key persons)  0."
    )
    assert "person name, national id, birth date and criminal record together; the index's name says 'ryxx'" in shown[1]


def test_json_tells_what_the_record_is() -> None:
    (mapping,) = json.loads(run("-", "-o", "json", stdin=PERSONS).stdout)
    told = mapping["record"]
    assert (told["kind"], told["title"], told["gravity"]) == ("civil_identity", "Civil identity record", "grave")
    assert (told["special"], told["minors"], told["key_person"]) == (["criminal_record"], False, True)
    assert "GDPR Art. 10" in told["regulations"]


def test_what_is_no_record_is_called_none() -> None:
    products = json.dumps({"id": "products", "fields": [{"path": "name"}, {"path": "price"}]})
    assert len(run("-", stdin=products).stdout.splitlines()) == 1
    assert "record" not in json.loads(run("-", "-o", "json", stdin=products).stdout)[0]


def test_an_index_is_named_after_its_file(tmp_path: Path) -> None:
    file = tmp_path / "patients.json"
    file.write_text('{"mappings": {"properties": {"name": {"type": "text"}}}}', encoding="utf-8")
    assert json.loads(run(str(file), "-o", "jsonl").stdout) == {"id": "patients", "fields": {"name": ["person_name"]}}


@pytest.mark.skipif(sys.platform != "linux", reason="file systems elsewhere refuse such a name")
@pytest.mark.parametrize("format_", ["table", "jsonl", "json", "csv"])
def test_a_file_whose_name_is_no_utf_8_is_judged_in_every_format(format_: str, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"\xffusers.json")
    file.write_text('{"mappings": {"properties": {"email": {"type": "keyword"}}}}', encoding="utf-8")
    result = run(str(file), "-o", format_)
    assert (result.exit_code, "\ufffdusers" in result.stdout) == (0, True)


def test_an_output_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run("-", "-o", f"jsonl={out}", stdin=LINE).exit_code == 0
    assert run("-", "-o", f"jsonl={out}", stdin=LINE).exit_code == 2
    assert run("-", "-o", f"jsonl={out}", "--overwrite", stdin=LINE).exit_code == 0


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("nonsense", "standard input:1: this is not JSON"),
        (b'{"id":\n "\xff"}', "standard input:2: this is not UTF-8"),
        ('{"_id": 1, "name": "canary"}', "standard input:1: this is a document with its values"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_exit_2_and_leaves_no_file(
    stdin: str | bytes, said: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    result = run("-", "-o", "jsonl", "-o", f"csv={out}", stdin=stdin)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "canary" not in result.stderr
    assert not out.exists()


def test_one_file_that_cannot_be_read_keeps_no_other_from_being_judged(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "good.jsonl", tmp_path / "bad.jsonl", tmp_path / "out.jsonl"
    good.write_text(LINE)
    bad.write_text(f"{LINE}nonsense\n")
    result = run(str(bad), str(tmp_path / "nothing"), str(good), "-o", f"jsonl={out}")
    assert result.exit_code == 2
    assert f"{bad}:2: this line is not JSON" in result.stderr
    assert f"{tmp_path / 'nothing'}: cannot be read" in result.stderr
    assert out.read_text().count("\n") == 2


@pytest.mark.parametrize("words", [("-o", "xml"), ("-o", "csv="), ("-o", "csv", "-o", "json"), ("--from", "avro")])
def test_a_wrong_option_is_exit_2(words: tuple[str, ...]) -> None:
    assert run("-", *words, stdin=LINE).exit_code == 2


def test_several_outputs_say_the_same(tmp_path: Path) -> None:
    names = {form: tmp_path / f"out.{form}" for form in ("table", "jsonl", "json", "csv")}
    result = run("-", *(word for form, path in names.items() for word in ("-o", f"{form}={path}")), stdin=LINE + LINE)
    assert (result.exit_code, result.output) == (0, "")
    assert names["jsonl"].read_text() == '{"id": "users", "fields": {"email": ["email"]}}\n' * 2
    assert [entry["id"] for entry in json.loads(names["json"].read_text())] == ["users", "users"]
    assert "2 of 2 mappings have fields that look personal" in names["table"].read_text()
    assert len(list(csv.DictReader(io.StringIO(names["csv"].read_text("utf-8-sig"))))) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in names.values()} == {0o600}


def test_an_output_that_fails_is_exit_5() -> None:
    assert run("-", "-o", "csv=/dev/full", "--overwrite", stdin=LINE).exit_code == 2  # no ordinary file
    with Path("/dev/full").open("wb") as full:
        words = (sys.executable, "-m", "auditor", "classify", "-")
        done = subprocess.run(words, input=LINE.encode(), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 5
    assert b"an output failed: No space left on device" in done.stderr


def test_whoever_reads_standard_output_may_leave_early_and_files_are_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    count = 3_000
    child = subprocess.Popen(
        (sys.executable, "-m", "auditor", "classify", "-", "-o", "table", "-o", f"jsonl={out}"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.close()
    _, said = child.communicate(LINE.encode() * count)
    assert (child.returncode, said) == (0, b"")
    assert out.read_text().count("\n") == count


def test_a_spreadsheet_takes_no_name_for_a_formula() -> None:
    paths = ["=email", "+email", "-email", "@email", "\temail", "＝email", 'email, "quoted"', "email"]
    lines = json.dumps({"id": "=cmd|' /C calc'!A0", "fields": [{"path": path} for path in paths]})
    out = run("-", "-o", "csv", stdin=lines).stdout_bytes
    assert out.startswith(b"\xef\xbb\xbfmapping,field,type,categories,confidence,why,record\r\n")
    rows = list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"))))
    assert len(rows) == len(paths)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "＝"))]
    assert {row["mapping"] for row in rows} == {"'=cmd|' /C calc'!A0"}
    assert {row["categories"] for row in rows} == {"email"}


def test_the_form_may_be_named() -> None:
    text = "create table users (email text)"
    assert json.loads(run("-", "-o", "jsonl", stdin=text).stdout) == {"id": "users", "fields": {"email": ["email"]}}
    assert run("-", "--from", "mongodb", stdin=text).exit_code == 2


@pytest.mark.parametrize("path", ["users[].email", "users.0.email", "users.$.email", "users.*.email"])
def test_an_element_of_an_array_is_judged_like_the_array_and_named_as_it_is_written(path: str) -> None:
    line = json.dumps({"id": "x", "fields": [{"path": path}, {"path": "price"}]})
    assert json.loads(run("-", "-o", "jsonl", stdin=line).stdout)["fields"] == {path: ["email"]}


def test_a_mapping_that_is_cut_says_so_and_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.pii.mappings.elasticsearch.MAX_FIELDS", 3)
    properties = {name: {"type": "keyword"} for name in ("email", "a", "b", "c")}
    text = json.dumps({"people": {"mappings": {"properties": properties}}})
    result = run("-", stdin=text)
    assert result.exit_code == 0
    assert "people: 1 of the first 3 fields look personal; there are more, not judged" in result.stdout
    assert result.stderr == ("standard input: 'people' has more fields than are read of one; the first 3 are judged\n")
    (told,) = json.loads(run("-", "-o", "json", stdin=text).stdout)
    assert (told["fields"], told["truncated"], len(told["personal"])) == (3, True, 1)


def test_a_mapping_of_a_million_fields_is_bounded_and_memory_with_it(tmp_path: Path) -> None:
    peaks = []
    for count in (400_000, 1_000_000):
        file = tmp_path / f"people-{count}.json"
        with file.open("w") as out:
            out.write('{"people":{"mappings":{"properties":{"email":{"type":"keyword"}')
            out.writelines(f',"x{number}":{{"type":"long"}}' for number in range(count - 1))
            out.write("}}}}")
        program = (
            "import resource, sys; from auditor.cli.classify import classify; "
            "classify(sys.argv[1:], standalone_mode=False); "
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            (sys.executable, "-c", program, file, "-o", "jsonl"), capture_output=True, text=True, check=True
        )
        line, peak = done.stdout.splitlines()
        assert json.loads(line) == {"id": "people", "fields": {"email": ["email"]}}
        assert "'people' has more fields than are read of one; the first 100,000 are judged" in done.stderr
        peaks.append(int(peak))
    assert peaks[1] < 1.1 * peaks[0]


def test_control_and_direction_characters_of_names_are_made_visible() -> None:
    hostile = json.dumps({"id": "a\u202eb", "fields": [{"path": "email\u001b[2J"}]})
    for form in ("table", "csv"):
        shown = run("-", "-o", form, stdin=hostile).stdout
        assert "\u202e" not in shown
        assert "\u001b" not in shown
        assert "⟨U+202E⟩" in shown


def test_columns_are_aligned_in_a_pipe_whatever_the_script() -> None:
    fields = [{"path": path} for path in ("手机号", "email", "home_address")]
    lines = run("-", stdin=json.dumps({"id": "users", "fields": fields})).stdout.splitlines()[2:]
    assert len(lines) == 3
    assert len({cell_len(line[: line.index("  the name")]) for line in lines}) == 1


def test_a_terminal_gets_colours_and_no_color_takes_them_away(tmp_path: Path) -> None:
    file = tmp_path / "users.jsonl"
    file.write_text(LINE)
    for words, environ, coloured in (((), {}, True), (("--no-color",), {}, False), ((), {"NO_COLOR": "1"}, False)):
        leader, follower = os.openpty()
        env = {**{key: value for key, value in os.environ.items() if key != "NO_COLOR"}, "TERM": "xterm", **environ}
        subprocess.run(
            (sys.executable, "-m", "auditor", "classify", file, *words), stdout=follower, env=env, check=True
        )
        os.close(follower)
        shown = os.read(leader, 65_536).decode()
        os.close(leader)
        assert "1 of 2 fields look personal" in shown
        assert ("\x1b[36m" in shown) is coloured
