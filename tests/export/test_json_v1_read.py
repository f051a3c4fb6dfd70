"""A results file may come from anyone: what is promised is enough, and every mistake is a sentence with its place."""

import copy
import json
import re
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.export import json_v1_read
from auditor.export.html import HtmlExporter
from auditor.export.json_v1 import JsonExporter, ResultsError, read
from auditor.model.outcome import Verdict
from tests.export import reports

# As the interface shows it: these keys and no others.
PROMISED: dict[str, Any] = {
    "schema": "auditor.report/1",
    "run": {
        "id": "r1", "started": "2026-11-21T02:15:00Z", "finished": "2026-11-21T02:20:00Z", "complete": True,
        "version": "0.1.0",
    },
    "estate": {"id": "acme-prod", "name": "ACME"},
    "authorization": {"…": "…"},
    "inventory": {"sha256": "…"},
    "coverage": {"targets": 3, "verdicts": {"open": 1, "auth_required": 1, "timed_out": 1}},
    "outcomes": [
        {
            "host": "es-1", "address": "10.0.0.1", "port": 9200, "product": "elasticsearch", "verdict": "open",
            "reach": "answered", "access": "records", "service": {"name": "OpenSearch", "version": "2.11.0"},
            "evidence": [{"request": "GET /", "status": 200, "why": "…"}],
            "datasets": [
                {"name": "users", "kind": "index", "records": 5, "bytes": 1024,
                 "personal": [{"field": "email", "categories": ["email"], "confidence": 0.97, "why": "…"}]}
            ],
        }
    ],
    "findings": [
        {
            "fingerprint": "f00", "rule": "open-elasticsearch", "severity": "critical", "host": "es-1", "port": 9200,
            "object": None, "title": "…", "why": "…", "fix": "…", "verify": "curl …",
            "controls": [{"framework": "GDPR", "id": "32", "why": "…"}],
        }
    ],
}  # fmt: skip


def parse(document: Any) -> Any:
    return read(json.dumps(document).encode(), name="results.json")


def at(document: Any, *path: str | int) -> Any:
    for key in path:
        document = document[key]
    return document


def test_the_promised_keys_are_enough() -> None:
    report = parse(PROMISED)
    outcome, finding = next(iter(report.outcomes)), next(iter(report.findings))
    assert outcome.verdict is Verdict.OPEN
    assert [exchange.why for exchange in outcome.observation.evidence] == ["…"]
    assert report.estate.timezone == "UTC"
    assert (finding.product, finding.address) == ("elasticsearch", "10.0.0.1")
    for exporter in (JsonExporter(), HtmlExporter()):
        exporter.write(report, BytesIO())


def test_a_record_of_the_promised_keys_alone_is_enough() -> None:
    document = copy.deepcopy(PROMISED)
    document["outcomes"][0]["datasets"][0]["record"] = {
        "kind": "patient", "confidence": 0.9, "why": "…", "special": ["health_record"], "minors": True,
        "key_person": False,
    }  # fmt: skip
    (dataset,) = next(iter(parse(document).outcomes)).observation.datasets
    assert (dataset.record.kind.id, dataset.record.kind.title, dataset.record.gravity) == ("patient", "patient", None)
    assert (dataset.record.special, dataset.record.minors, dataset.record.key_person) == (
        ("health_record",),
        True,
        False,
    )


def test_null_service_and_object_unknown_keys_and_a_byte_order_mark_are_fine() -> None:
    document = copy.deepcopy(PROMISED)
    document["outcomes"][0]["service"] = None
    document["later"] = {"anything": [1, {"deep": None}]}
    document["outcomes"][0]["later"] = 1
    document["run"]["later"] = "x"
    report = read(b"\xef\xbb\xbf" + json.dumps(document).encode(), name="r")
    assert next(iter(report.outcomes)).observation.service is None


def test_a_time_without_a_zone_is_utc_and_others_become_it() -> None:
    document = copy.deepcopy(PROMISED)
    document["run"]["started"] = "2026-11-21T02:15:00"
    document["run"]["finished"] = "2026-11-21T10:15:00+08:00"
    run = parse(document).run
    assert run.started == run.finished
    assert run.started.tzname() == "UTC"


def paths(document: Any, so_far: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = []
    if isinstance(document, dict):
        for key, value in document.items():
            if key != "…":
                found += [(*so_far, key), *paths(value, (*so_far, key))]
    elif isinstance(document, list):
        for index, value in enumerate(document):
            found += paths(value, (*so_far, index))
    return found


# A verdict that nothing ended in, and what may be null.
MAY_BE_MISSING: tuple[tuple[str | int, ...], ...] = (
    ("coverage", "verdicts", "open"),
    ("coverage", "verdicts", "auth_required"),
    ("coverage", "verdicts", "timed_out"),
    ("outcomes", 0, "service"),
    ("outcomes", 0, "service", "version"),
    ("outcomes", 0, "evidence", 0, "status"),
    ("outcomes", 0, "datasets", 0, "records"),
    ("outcomes", 0, "datasets", 0, "bytes"),
    ("findings", 0, "object"),
)


@pytest.mark.parametrize("path", paths(PROMISED), ids=lambda path: ".".join(map(str, path)))
def test_a_promised_key_that_is_missing_or_of_another_kind_is_named_with_its_place(path: tuple[str | int, ...]) -> None:
    spelt = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
    document = copy.deepcopy(PROMISED)
    at(document, *path[:-1])[path[-1]] = {"not": "it"} if not isinstance(at(PROMISED, *path), dict) else "not it"
    with pytest.raises(ResultsError, match=f"^results.json: {re.escape(spelt)}: expected .*, found "):
        parse(document)
    document = copy.deepcopy(PROMISED)
    del at(document, *path[:-1])[path[-1]]
    if path in MAY_BE_MISSING:
        parse(document)
    else:
        with pytest.raises(ResultsError, match=f"^results.json: {re.escape(spelt)}: "):
            parse(document)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("schema",), "auditor.report/2", 'expected "auditor.report/1", the only version'),
        (("outcomes", 0, "port"), 0, "a whole number from 1 to 65535, found 0"),
        (("outcomes", 0, "port"), True, "found true"),
        (("outcomes", 0, "port"), 9200.0, "found 9200.0"),
        (("outcomes", 0, "verdict"), "secure", r'expected one of open, .*, found "secure"'),
        (("outcomes", 0, "datasets", 0, "records"), -1, "found -1"),
        (("outcomes", 0, "datasets", 0, "records"), 2**63, "found 9223372036854775808"),
        (("outcomes", 0, "datasets", 0, "personal", 0, "confidence"), 1.5, "a number from 0 to 1, found 1.5"),
        (("outcomes", 0, "datasets", 0, "record"), "patient", "expected an object, found"),
        (("outcomes", 0, "datasets", 0, "record"), {"confidence": 1, "why": "…"}, "record.kind: is missing"),
        (("outcomes", 0, "datasets", 0, "record"), {"kind": "x", "confidence": 2, "why": "…"}, "from 0 to 1, found 2"),
        (
            ("outcomes", 0, "datasets", 0, "record"),
            {"kind": "x", "confidence": 1, "why": "…", "gravity": "heavy"},
            "one of grave, serious, slight",
        ),
        (
            ("outcomes", 0, "datasets", 0, "record"),
            {"kind": "x", "confidence": 1, "why": "…", "minors": 1},
            "true or false, found 1",
        ),
        (("outcomes", 0, "host"), "x", None),
        (("coverage", "verdicts"), {"secure": 1}, "only verdicts as keys"),
        (("run", "started"), "yesterday", 'a time such as 2026-11-21T02:15:00Z, found "yesterday"'),
        (("run", "started"), "1800-01-01T00:00:00Z", "a time from 1970 on"),
        (("run", "finished"), "9999-12-31T23:59:59-23:59", "a time from 1970 on"),
        (("run", "complete"), 1, "true or false, found 1"),
        (("authorization",), {"valid_from": "2026-02-30"}, "a date such as"),
        (("scope",), {"networks": ["10.0.0.0/33"]}, "a list of networks"),
        (("outcomes", 0, "facts"), ["invented"], "a list of product_asked_login"),
        (("outcomes", 0, "rights"), [1], "a list of texts"),
        (("outcomes", 0, "service", "details"), [["a"]], "a list of pairs"),
    ],
)
def test_a_wrong_value_is_named(path: tuple[str | int, ...], value: Any, words: str | None) -> None:
    document = copy.deepcopy(PROMISED)
    at(document, *path[:-1])[path[-1]] = value
    if words is None:
        parse(document)
        return
    with pytest.raises(ResultsError, match=words):
        parse(document)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", r"^r:1:1: is not JSON"),
        (b'{"schema":\n oops}', r"^r:2:2: is not JSON"),
        (b"\xff\xfe", r"is not UTF-8 text \(byte 0\)"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b'{"schema": NaN}', "number that JSON has no room for"),
        (b"[" + b"1" * 5000 + b"]", "number that JSON has no room for"),
        (b"[1e999]", "expected an object, found a list"),
        (b"null", "expected an object, found null"),
        (b'"' + b"x" * 500 + b'"', 'found "' + "x" * 60 + '"…'),
    ],
)
def test_a_file_that_is_no_results_file_is_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ResultsError, match=words):
        read(data, name="r")


def test_a_file_beyond_the_bound_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_v1_read, "MOST_BYTES", 1 << 20)
    with pytest.raises(ResultsError, match="is larger than 1 MiB"):
        read(BytesIO(b" " * (2 << 20)), name="r")


def written() -> bytes:
    sink = BytesIO()
    JsonExporter().write(reports.shanghai(), sink)
    return sink.getvalue()


RICH = json.loads(written())
HTML = HtmlExporter()
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20)
trees = st.recursive(
    leaves,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([PROMISED, RICH]).flatmap(lambda d: st.tuples(st.just(d), st.sampled_from(paths(d)))), trees)
def test_anything_anywhere_is_a_report_that_can_be_written_or_a_sentence(
    place: tuple[Any, tuple[str | int, ...]], value: Any
) -> None:
    document = copy.deepcopy(place[0])
    at(document, *place[1][:-1])[place[1][-1]] = value
    try:
        report = parse(document)
    except ResultsError as error:
        sentence = str(error)
    else:
        sink = BytesIO()
        JsonExporter().write(report, sink)
        assert read(sink.getvalue(), name="again").run == report.run
        HTML.write(report, BytesIO())
        return
    assert sentence.startswith("results.json: ")
    assert len(sentence) < 1000
    assert sentence.isprintable()
