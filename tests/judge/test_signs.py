"""Signs become findings of their own: intruders' marks, releases at their end, affected versions, no TLS."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from auditor import judge, rulebook
from auditor.examine import conclude
from auditor.judge.signs import signs_of
from auditor.model.dataset import DataSet, Kind
from auditor.model.finding import Finding, Severity
from auditor.model.observation import Access, Fact, Observation, Reach, Service, Sign, TlsSeen
from auditor.model.outcome import Outcome, Verdict
from auditor.rulebook import RuleError, Span, read_lifecycle, read_marks
from auditor.rulebook.marks import folded, known
from tests import factory

BOOK = rulebook.builtin_book()
TONIGHT = datetime(2026, 11, 24, tzinfo=UTC).timestamp()


def outcome(product: str, service: Service, *names: str, access: Access = Access.RECORDS, **seen: object) -> Outcome:
    kind = Kind.COLLECTION if product == "mongodb" else Kind.INDEX
    observation = Observation(
        Reach.ANSWERED,
        access,
        service=service,
        datasets=tuple(DataSet(name, kind) for name in names),
        **seen,  # type: ignore[arg-type]  # passed through
    )
    target = factory.target(product=product, port={"mongodb": 27017, "kibana": 5601}.get(product, 9200))
    return replace(conclude(target, observation, address="127.0.0.1"), finished=TONIGHT)


def findings(one: Outcome) -> dict[str, Finding]:
    rules = [rule for rule in rulebook.builtin(one.target.product) if rule.per == "sign"]
    made = judge.judge_outcome(one, rules, estate="acme", book=BOOK)
    assert len({finding.fingerprint for finding in made}) == len(made)
    return {f"{finding.rule}/{finding.object or ''}": finding for finding in made}


MODERN = Service("Elasticsearch", "9.5.3")


@pytest.mark.fact("ES-74", "ES-75", "PEER-11")
@pytest.mark.parametrize(
    "name",
    ["read_me", "readme", "README", "READ__ME_TO_RECOVER_YOUR_DATA", "READ_ME_TO_RECOVER_YOUR_DATA", "read-me",
     "please_read", "PLEASE_READ_ME", "pleaseread", "read me to recover database", "hacked_by_unistellar"],
)  # fmt: skip
@pytest.mark.parametrize("product", ["elasticsearch", "kibana", "mongodb"])
def test_a_name_known_from_ransom_notes_is_a_critical_finding(product: str, name: str) -> None:
    listed = f"{name}.notes" if product == "mongodb" else name
    found = findings(outcome(product, MODERN, "people", listed))
    note = found[f"ransom-{product}/"]
    assert note.severity is Severity.CRITICAL
    assert name in note.why
    assert "known from" in note.why


def test_the_collection_may_be_the_note_as_well_as_the_database() -> None:
    found = findings(outcome("mongodb", Service("MongoDB", "8.0.9"), "Warning.Readme"))
    assert '"Readme"' in found["ransom-mongodb/"].why


@pytest.mark.fact("ES-76")
@pytest.mark.parametrize(
    "name", ["hello", "warning", "read_metrics", "readme2", "meows", "homeowner", "restore", "people"]
)
def test_a_name_that_people_give_to_data_of_their_own_is_no_mark(name: str) -> None:
    assert (
        not {"ransom-elasticsearch/", "tampered-elasticsearch/"}
        & findings(outcome("elasticsearch", MODERN, name)).keys()
    )


@pytest.mark.fact("ES-74")
def test_hundreds_of_overwritten_indices_are_one_finding_with_the_first_names() -> None:
    names = [f"a{number:09}-meow" for number in range(300)]
    found = findings(outcome("elasticsearch", MODERN, *names))
    assert found["tampered-elasticsearch/"].severity is Severity.CRITICAL
    assert "and 290 more" in found["tampered-elasticsearch/"].why
    assert len(found["tampered-elasticsearch/"].why) < 1_000


@pytest.mark.parametrize(
    ("product", "name", "version", "ended"),
    [
        ("elasticsearch", "Elasticsearch", "1.7.6", "2017-01-16"),
        ("elasticsearch", "Elasticsearch", "5.6.16", "2019-03-11"),
        ("elasticsearch", "Elasticsearch", "6.8.23", "2022-02-10"),
        ("elasticsearch", "Elasticsearch", "7.17.29", "2026-01-15"),
        ("elasticsearch", "OpenSearch", "1.3.20", "2025-05-06"),
        ("kibana", "Kibana", "4.6.4", "2018-02-28"),
        ("kibana", "Kibana", "7.10.2", "2026-01-15"),
        ("mongodb", "MongoDB", "2.4.13-pre-", "2016-03-31"),
        ("mongodb", "MongoDB", "4.4.30", "2024-02-29"),
        ("mongodb", "MongoDB", "6.0.27", "2025-07-31"),
        ("mongodb", "MongoDB", "7.3.4", "2024-10-31"),
    ],
)
def test_a_release_at_its_end_is_a_finding_with_the_day(product: str, name: str, version: str, ended: str) -> None:
    found = findings(outcome(product, Service(name, version)))[f"end-of-life-{product}/"]
    assert ended in found.why
    assert version in found.why


@pytest.mark.parametrize(
    ("product", "name", "version"),
    [
        ("elasticsearch", "Elasticsearch", "8.19.21"),
        ("elasticsearch", "Elasticsearch", "9.5.3"),
        ("elasticsearch", "OpenSearch", "2.19.4"),
        ("elasticsearch", "OpenSearch", "3.4.0"),
        ("elasticsearch", "OpenSearch", "7.10.2"),  # override_main_response_version: the number is a lie
        ("kibana", "Kibana", "8.12.2"),
        ("mongodb", "MongoDB", "7.0.30"),
        ("mongodb", "MongoDB", "8.0.19"),
        ("mongodb", "a re-implementation of MongoDB", "4.0.0"),
        ("mongodb", "FerretDB", "5.0.42"),
    ],
)
def test_a_maintained_release_and_somebody_else_s_number_are_none(product: str, name: str, version: str) -> None:
    found = findings(outcome(product, Service(name, version)))
    assert not [rule for rule in found if rule.startswith(("end-of-life", "affected"))]


def test_a_stand_in_is_not_held_to_the_versions_that_it_claims() -> None:
    claimed = outcome("elasticsearch", Service("OpenSearch", "1.3.0"), facts=frozenset({Fact.STAND_IN}))
    assert "end-of-life-elasticsearch/" not in findings(claimed)


def test_the_day_of_the_outcome_counts_not_today() -> None:
    before = datetime(2021, 6, 1, tzinfo=UTC).timestamp()
    then = replace(outcome("elasticsearch", Service("Elasticsearch", "6.8.23")), finished=before)
    assert "end-of-life-elasticsearch/" not in findings(then)


@pytest.mark.parametrize(
    ("version", "affected"),
    [("3.4.24", False), ("3.6.23", True), ("4.2.25", True), ("4.4.29", True), ("4.4.30", False), ("5.0.31", True),
     ("5.0.32", False), ("6.0.26", True), ("6.0.27", False), ("7.0.27", True), ("7.0.28", False), ("7.3.4", True),
     ("8.0.16", True), ("8.0.17", False), ("8.2.2", True), ("8.2.3", False), ("8.3.0", False)],
)  # fmt: skip
def test_cve_2025_14847_is_told_by_the_version(version: str, affected: bool) -> None:
    found = findings(outcome("mongodb", Service("MongoDB", version)))
    assert ("affected-mongodb/CVE-2025-14847" in found) is affected
    if affected:
        told = found["affected-mongodb/CVE-2025-14847"]
        assert "version affected" in told.title
        assert "inferred" in told.why
        assert told.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("wire", "affected"),
    [("5", False), ("6", True), ("9", True), ("14", True), ("21", True), ("25", True), ("26", True), ("27", True),
     ("28", False), ("29", False), ("30", False)],
)  # fmt: skip
def test_cve_2025_14847_is_told_by_the_protocol_alone_where_no_version_is(wire: str, affected: bool) -> None:
    service = Service("MongoDB", None, details=(("wire_version", wire),))
    closed = outcome("mongodb", service, access=Access.BANNER, facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}))
    found = findings(closed)
    assert ("affected-mongodb/CVE-2025-14847" in found) is affected
    if affected:
        assert "versions of this line" in found["affected-mongodb/CVE-2025-14847"].why


@pytest.mark.parametrize("wire", ["", "-1", "9999999", "x", "²"])
def test_a_wire_version_that_is_none_says_nothing(wire: str) -> None:
    service = Service("MongoDB", None, details=(("wire_version", wire),))
    assert not [one for one in signs_of(outcome("mongodb", service), BOOK) if one.id != "no_tls"]


def test_several_holes_are_several_findings() -> None:
    found = findings(outcome("elasticsearch", Service("Elasticsearch", "1.4.2")))
    assert {"affected-elasticsearch/CVE-2015-1427", "affected-elasticsearch/CVE-2015-5531"} <= found.keys()


@pytest.mark.parametrize(
    ("access", "facts", "rule"),
    [
        (Access.RECORDS, (), "no-tls-exposed-elasticsearch/"),
        (Access.NOTHING, (Fact.PRODUCT_ASKED_LOGIN,), "no-tls-elasticsearch/"),
        (Access.NOTHING, (Fact.FRONT_ASKED_LOGIN,), "no-tls-elasticsearch/"),
        (Access.NOTHING, (Fact.UNSURE,), None),
    ],
)
def test_no_tls_is_a_finding_where_data_or_passwords_cross(
    access: Access, facts: tuple[Fact, ...], rule: str | None
) -> None:
    plain = outcome("elasticsearch", MODERN, access=access, facts=frozenset(facts))
    assert [one for one in findings(plain) if one.startswith("no-tls")] == ([rule] if rule else [])
    secure = outcome("elasticsearch", MODERN, access=access, facts=frozenset(facts), tls=TlsSeen("TLSv1.3"))
    assert not [one for one in findings(secure) if one.startswith("no-tls")]


def test_no_finding_on_a_protected_server_is_high() -> None:
    """A lock that holds must not fail the night for what its version or its wire says."""
    for product, name, version in (("elasticsearch", "Elasticsearch", "6.8.23"), ("mongodb", "MongoDB", "4.0.19")):
        closed = outcome(
            product, Service(name, version), access=Access.BANNER, facts=frozenset({Fact.PRODUCT_ASKED_LOGIN})
        )
        assert closed.verdict is Verdict.AUTH_REQUIRED
        found = findings(closed)
        assert found
        assert all(one.severity.rank < Severity.HIGH.rank for one in found.values())


@pytest.mark.parametrize(
    "order", ["CN=node-0.example.com,OU=node,O=node,L=test,DC=de", "DC=de,L=test,O=node,OU=node,CN=node-0.example.com"]
)
def test_a_demo_certificate_is_a_finding(order: str) -> None:
    shown = outcome("elasticsearch", MODERN, tls=TlsSeen("TLSv1.3", subject=order))
    assert "certificate-elasticsearch/" in findings(shown)
    own = outcome("elasticsearch", MODERN, tls=TlsSeen("TLSv1.3", subject="CN=node-0.corp.example"))
    assert "certificate-elasticsearch/" not in findings(own)


def test_what_the_probe_stated_is_told_in_its_words_and_what_is_inferred_is_said_to_be() -> None:
    sign = Sign("may_write", "Its access control is off, and no block forbids writing.", inferred=True)
    found = findings(outcome("elasticsearch", MODERN, signs=(sign,)))["writable-elasticsearch/"]
    assert found.severity is Severity.HIGH
    assert sign.detail in found.why
    assert "inferred" in found.why
    stated = findings(outcome("elasticsearch", MODERN, signs=(Sign("snapshots", "One repository, backup."),)))
    assert "inferred" not in stated["snapshots-elasticsearch/"].why


def test_a_sign_that_no_rule_speaks_of_is_no_finding() -> None:
    odd = outcome("elasticsearch", MODERN, signs=(Sign("seen_by_a_plugin", "x"),), tls=TlsSeen("TLSv1.3"))
    assert findings(odd) == {}


def test_braces_in_a_sign_do_no_harm() -> None:
    found = findings(outcome("elasticsearch", MODERN, signs=(Sign("snapshots", "{0}{x}}{", "{y}"),)))
    assert "{0}{x}}{" in found["snapshots-elasticsearch/{y}"].why


# The data files.


def test_every_mark_and_every_fact_has_a_source_and_the_spans_of_a_service_do_not_overlap() -> None:
    for mark in (*BOOK.marks.ransom, *BOOK.marks.tampering, *BOOK.marks.shipped):
        assert mark.what
        assert mark.source
        assert mark.pattern == mark.pattern.lower()
    assert all(ended.source for ended in BOOK.lifecycle.ended)
    assert all(hole.source for hole in BOOK.lifecycle.affected)
    for service in {name for one in BOOK.lifecycle.ended for name in one.services}:
        spans = sorted((one.span.start, one.span.below) for one in BOOK.lifecycle.ended if service in one.services)
        assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_a_span_of_versions() -> None:
    span = Span((4, 2), (4, 4, 30))
    assert [span.holds(one) for one in ((4, 1, 9), (4, 2), (4, 4, 29), (4, 4, 30), (5,))] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert [span.touches(one) for one in ((4, 0), (4, 2), (4, 4), (5, 0))] == [False, True, True, False]


def test_names_are_folded() -> None:
    assert folded("READ__ME-to. x") == "read_me_to_x"
    assert known("x" * 100_000, BOOK.marks.ransom) is None


GOOD_MARKS = 'ransom: [{pattern: "abcd", what: "w", source: "s"}]\ntampering: []\nshipped: []\nas_of: "2026-11-24"\n'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("abcd", "*", "folded and not too short"),
        ("abcd", "*ab*", "folded and not too short"),
        ("abcd", "ABCD", "folded and not too short"),
        ('what: "w", ', "", "what missing"),
        ('"w"', "7", "three texts"),
        ("tampering: []\n", "", "tampering missing"),
        ("tampering: []", "tampering: 7", "a list of marks"),
        ("tampering", "tempering", "missing|unknown"),
        ('source: "s"', 'source: "s", colour: "red"', "colour unknown"),
    ],
)
def test_a_mistake_in_the_marks_is_a_sentence_with_its_place(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    file = tmp_path / "marks.yaml"
    file.write_text(GOOD_MARKS)
    assert read_marks(file).ransom[0].pattern == "abcd"
    file.write_text(GOOD_MARKS.replace(old, new))
    with pytest.raises(RuleError, match=rf"marks\.yaml:\d+:\d+: .*({sentence})"):
        read_marks(file)


GOOD_LIFECYCLE = """\
as_of: "2026-11-24"
ended: [{services: [A], from: "1", below: "2", ended: "2020-01-01", source: "s"}]
affected: [{id: CVE-1, services: [A], spans: [{below: "2"}], what: "w", source: "s"}]
wire_versions: {6: "3.6"}
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('from: "1", below: "2"', 'from: "2", below: "1"', "a span ends"),
        ('from: "1", below: "2"', 'below: "two"', "a span ends"),
        ('"2020-01-01"', '"soon"', "soon"),
        ("services: [A], from", "services: A, from", "a list is wanted"),
        ('spans: [{below: "2"}]', "spans: [7]", "an object with below"),
        ('spans: [{below: "2"}]', "spans: 7", "a list is wanted"),
        ('{6: "3.6"}', '{six: "3.6"}', "invalid literal"),
        (
            'ended: [{services: [A], from: "1", below: "2", ended: "2020-01-01", source: "s"}]',
            "ended: 7",
            "a list is wanted",
        ),
        ("id: CVE-1, ", "", "id missing"),
        ("wire_versions", "wires", "missing|unknown"),
    ],
)
def test_a_mistake_in_the_lifecycle_is_a_sentence_with_its_place(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    file = tmp_path / "lifecycle.yaml"
    file.write_text(GOOD_LIFECYCLE)
    assert read_lifecycle(file).affected[0].id == "CVE-1"
    file.write_text(GOOD_LIFECYCLE.replace(old, new))
    with pytest.raises(RuleError, match=rf"lifecycle\.yaml:\d+:\d+: .*({sentence})"):
        read_lifecycle(file)
