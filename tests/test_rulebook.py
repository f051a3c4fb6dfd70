"""Finding rules are data; a mistake in them is a sentence with its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor import rulebook
from auditor.model.finding import Control, RuleInfo, Severity
from auditor.model.outcome import Verdict
from auditor.rulebook import RuleError

GOOD = """\
- id: open-thing
  verdicts: [open, partly_open]
  severity: high
  title: "{service} on {host}:{port}"
  why: "because"
  fixes:
    - {below: "2.0", text: "upgrade"}
    - {text: "close it"}
  verify: "curl {url}"
  controls: [reachable, {framework: "House rule", id: "7", why: "ours"}]
"""


def load(folder: Path, text: str) -> tuple[RuleInfo, ...]:
    path = folder / "thing.yaml"
    path.write_text(text, encoding="utf-8")
    return rulebook.load_rules("thing", path)


def test_a_rule_is_read_whole(tmp_path: Path) -> None:
    (rule,) = load(tmp_path, GOOD)
    assert (rule.id, rule.product, rule.severity, rule.per) == ("open-thing", "thing", Severity.HIGH, "target")
    assert rule.verdicts == (Verdict.OPEN, Verdict.PARTLY_OPEN)
    assert [(fix.below, fix.text) for fix in rule.fixes] == [("2.0", "upgrade"), (None, "close it")]
    assert rule.controls[-1] == Control("House rule", "7", "ours")
    assert {control.id for control in rule.controls} > {"A.8.20", "SC-7"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("severity: high", "severity: awful", "awful"),
        ("[open, partly_open]", "[opened]", "opened"),
        ("[open, partly_open]", "[]", "no verdicts"),
        ("[reachable,", "[reachabel,", "no control group 'reachabel'"),
        ("{service} on", "{servcie} on", "unknown placeholder '{servcie}'"),
        ("{service} on", "{service!r} on", "unknown placeholder '{service}'"),
        ("{service} on", "{service on", "brace"),
        ('below: "2.0"', 'below: "two"', "bounds a fix by 'two'"),
        ('  why: "because"\n', "", "why"),
        ('  why: "because"\n', "  why: 7\n", "why|text"),
        ('why: "ours"}', 'because: "ours"}', "framework, id and why"),
        ("  severity: high\n", "", "severity"),
        ("- id: open-thing\n", "- id: open-thing\n  per: galaxy\n", "per 'galaxy'"),
        ("- id: open-thing\n", "- id: open-thing\n  colour: red\n", "colour"),
        ("- id: open-thing\n", "- id: open-thing\n  per: sign\n", "must name a sign"),
        ("- id: open-thing\n", "- id: open-thing\n  per: sign\n  sign: A Sign\n", "must name a sign"),
        ("- id: open-thing\n", "- id: open-thing\n  sign: no_tls\n", "must name a sign"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleError, match=sentence) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert str(caught.value).startswith("thing.yaml:")


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="two rules 'open-thing'"):
        load(tmp_path, GOOD + GOOD)


@pytest.mark.parametrize("text", ["", "just words", "a: b: c", "- [", "- 7\n"])
def test_what_is_no_list_of_rules_is_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(RuleError, match=r"^thing\.yaml:\d+:\d+: "):
        load(tmp_path, text)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot be read"):
        rulebook.load_rules("thing", tmp_path / "none.yaml")


def test_rules_of_another_product_are_not_a_probe_s_own(tmp_path: Path) -> None:
    (rule,) = load(tmp_path, GOOD)
    with pytest.raises(RuleError, match="about 'thing', not 'other'"):
        rulebook.check("other", [rule])
    with pytest.raises(RuleError, match="no fixes"):
        rulebook.check("thing", [replace(rule, fixes=())])


def test_every_control_of_the_table_says_why() -> None:
    groups = rulebook.control_groups()
    assert {"no_authentication", "personal_data", "no_tls", "the_audit"} <= set(groups)
    for controls in groups.values():
        for control in controls:
            assert control.framework
            assert control.id
            assert control.why.endswith(".") or control.why.endswith(").")
            assert "FAIL" not in control.why
