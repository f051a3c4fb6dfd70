import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

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


def test_an_output_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run("-", "-o", f"jsonl={out}", stdin=LINE).exit_code == 0
    assert run("-", "-o", f"jsonl={out}", stdin=LINE).exit_code == 2
    assert run("-", "-o", f"jsonl={out}", "--overwrite", stdin=LINE).exit_code == 0


@pytest.mark.parametrize(
    ("stdin", "said"),
    [("nonsense", "standard input:1: this is not JSON"), (b'{"id":\n "\xff"}', "standard input:2: this is not UTF-8")],
)
def test_what_cannot_be_read_is_a_sentence_and_exit_2(stdin: str | bytes, said: str) -> None:
    result = run("-", stdin=stdin)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_unknown_format_or_file_is_exit_2(tmp_path: Path) -> None:
    assert run("-", "-o", "xml", stdin=LINE).exit_code == 2
    assert run(str(tmp_path / "nothing.json")).exit_code == 2


def test_control_and_direction_characters_of_names_are_made_visible() -> None:
    hostile = json.dumps({"id": "a\u202eb", "fields": [{"path": "email\u001b[2J"}]})
    shown = run("-", stdin=hostile).stdout
    assert "\u202e" not in shown
    assert "\u001b" not in shown
    assert "\\u202e" in shown
