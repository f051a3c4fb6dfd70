"""Outcomes become findings: which, how severe, with what texts and identity."""

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import judge, rulebook
from auditor.model.dataset import DataSet
from auditor.model.finding import Finding, Severity, fingerprint
from auditor.model.observation import Access, Fact, Observation, Reach, Service, TlsSeen
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Expectation, Tls
from tests import factory

BOOK = rulebook.builtin_book()


def findings(outcome: Outcome) -> dict[str, Finding]:
    """By what the verdict and the data sets lead to; what signs lead to is test_signs.py's."""
    rules = [rule for rule in rulebook.builtin(outcome.target.product) if rule.per != "sign"]
    made = judge.judge_outcome(outcome, rules, estate="acme", book=BOOK)
    assert len({finding.fingerprint for finding in made}) == len(made)
    return {f"{finding.rule}/{finding.object or ''}": finding for finding in made}


def test_an_open_server_without_personal_fields_is_high() -> None:
    found = findings(factory.opened())
    assert set(found) == {"open-elasticsearch/"}
    assert found["open-elasticsearch/"].severity is Severity.HIGH


def test_an_open_server_with_personal_fields_is_critical_and_names_them() -> None:
    found = findings(factory.opened(factory.personal("people", "national_id", "person_name")))
    assert set(found) == {"open-elasticsearch/", "personal-data-elasticsearch/people"}
    server, people = found["open-elasticsearch/"], found["personal-data-elasticsearch/people"]
    assert server.severity is people.severity is Severity.CRITICAL
    assert "people" in server.why
    assert people.records == 5
    assert people.categories == ("national_id", "person_name")


@pytest.mark.parametrize(
    ("categories", "records", "severity"),
    [
        (("national_id",), 1, Severity.CRITICAL),
        (("email",), 5, Severity.CRITICAL),
        (("email",), None, Severity.CRITICAL),
        (("username", "ip_address"), 5, Severity.HIGH),
        (("username",), 9_999, Severity.HIGH),
        (("username",), 10_000, Severity.CRITICAL),
        (("username",), None, Severity.CRITICAL),
        (("username", "health_record"), 5, Severity.CRITICAL),
        (("national_id",), 0, Severity.MEDIUM),
        (("username",), 0, Severity.MEDIUM),
    ],
)
def test_severity_follows_sensitivity_and_volume(
    categories: tuple[str, ...], records: int | None, severity: Severity
) -> None:
    found = findings(factory.opened(factory.personal("people", *categories, records=records)))
    assert found["personal-data-elasticsearch/people"].severity is severity


def test_personal_fields_that_could_only_be_named_are_said_so() -> None:
    people = factory.personal("people", "email", readable=False)
    seen = Observation(Reach.ANSWERED, Access.RECORDS, frozenset({Fact.PARTLY_REFUSED}), datasets=(people,))
    outcome = replace(factory.opened(), observation=seen, verdict=Verdict.PARTLY_OPEN)
    found = findings(outcome)
    assert set(found) == {"partly-open-elasticsearch/", "personal-names-elasticsearch/people"}
    assert found["partly-open-elasticsearch/"].severity is Severity.HIGH
    assert found["personal-names-elasticsearch/people"].severity is Severity.MEDIUM


def test_a_set_that_was_not_asked_by_itself_is_as_open_as_its_server() -> None:
    unknown = factory.personal("people", "email", readable=None)
    assert "personal-data-elasticsearch/people" in findings(factory.opened(unknown))
    partly = replace(factory.opened(unknown), verdict=Verdict.PARTLY_OPEN)
    assert "personal-names-elasticsearch/people" in findings(partly)


@pytest.mark.parametrize("verdict", [v for v in Verdict if not v.exposed and v is not Verdict.NOT_INITIALISED])
def test_what_is_not_exposed_has_no_finding(verdict: Verdict) -> None:
    outcome = replace(factory.opened(factory.personal("people", "email")), verdict=verdict)
    assert findings(outcome) == {}


def test_public_by_design_lowers_an_open_server_but_never_personal_data() -> None:
    by_design = {"expect": Expectation.PUBLIC_BY_DESIGN, "reason": "open data portal"}
    plain = findings(factory.opened(**by_design))
    assert plain["open-elasticsearch/"].severity is Severity.LOW
    assert "open data portal" in plain["open-elasticsearch/"].why
    leaking = findings(factory.opened(factory.personal("people", "email"), **by_design))
    assert leaking["open-elasticsearch/"].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("service", "word"),
    [
        (Service("Elasticsearch", "1.7.6"), "Upgrade"),
        (Service("Elasticsearch", "6.8.23"), "elasticsearch-setup-passwords"),
        (Service("Elasticsearch", "7.17.29"), "elasticsearch-setup-passwords"),
        (Service("Elasticsearch", "8.5.0"), "elasticsearch-reset-password"),
        (Service("Elasticsearch", "10.0.0-SNAPSHOT"), "elasticsearch-reset-password"),
        (Service("OpenSearch", "2.19.4"), "securityadmin.sh"),
        (Service("Elasticsearch", None), "elasticsearch-reset-password"),
        (Service("Elasticsearch", "seven"), "elasticsearch-reset-password"),
        (None, "elasticsearch-reset-password"),
    ],
)
def test_the_fix_is_for_the_version_that_was_seen(service: Service | None, word: str) -> None:
    outcome = factory.opened()
    outcome = replace(outcome, observation=replace(outcome.observation, service=service))
    assert word in findings(outcome)["open-elasticsearch/"].fix


def test_controls_follow_the_categories_and_the_missing_tls() -> None:
    def ids(*categories: str, tls: TlsSeen | None = None) -> set[str]:
        outcome = factory.opened(factory.personal("people", *categories))
        outcome = replace(outcome, observation=replace(outcome.observation, tls=tls))
        return {control.id for control in findings(outcome)["personal-data-elasticsearch/people"].controls}

    assert {"A.8.5", "Art. 33", "A.8.24"} <= ids("email")
    assert "A.8.24" not in ids("email", tls=TlsSeen("TLSv1.3"))
    assert "7.2.6" in ids("payment_card")
    assert "7.2.6" not in ids("email")
    assert "Art. 31" in ids("minor_info")
    assert "Art. 10" in ids("criminal_record")
    assert "Art. 87" in ids("national_id")
    assert "164.514(b)(2)" in ids("health_record")
    assert "2.1" not in ids("email")


@pytest.mark.parametrize(
    ("address", "tls", "url"),
    [
        ("127.0.0.1", Tls.AUTO, "http://127.0.0.1:9200/_search?size=0"),
        ("::1", Tls.AUTO, "http://[::1]:9200/_search?size=0"),
        ("es.example.org", Tls.REQUIRED, "https://es.example.org:9200/_search?size=0"),
    ],
)
def test_the_verify_command_asks_the_right_place(address: str, tls: Tls, url: str) -> None:
    outcome = factory.opened()
    outcome = replace(outcome, target=replace(outcome.target, address=address, tls=tls))
    assert url in shlex.split(findings(outcome)["open-elasticsearch/"].verify, comments=True)


@given(name=st.text(min_size=1))
def test_a_hostile_index_name_stays_one_harmless_word_of_the_command(name: str) -> None:
    found = findings(factory.opened(factory.personal(name, "email")))
    command = found[f"personal-data-elasticsearch/{name}"].verify
    words = shlex.split(command, comments=True)
    assert words[:6] == ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}\\n"]
    assert len(words) == 7
    assert words[6].isascii()
    assert not set(words[6]) & set("'\"`$;|&<>()\\ \n")


def test_a_fingerprint_knows_neither_time_nor_address_nor_severity() -> None:
    one = factory.opened(factory.personal("people", "email"))
    other = replace(one, address="127.0.0.9", finished=one.finished + 86_400)
    assert {f.fingerprint for f in findings(one).values()} == {f.fingerprint for f in findings(other).values()}


@given(st.tuples(*[st.text()] * 3, st.integers(1, 65_535), st.none() | st.text()), st.data())
def test_fingerprints_of_different_things_differ(
    parts: tuple[str, str, str, int, str | None], data: st.DataObject
) -> None:
    other = data.draw(st.tuples(*[st.text()] * 3, st.integers(1, 65_535), st.none() | st.text()))
    assert (fingerprint(*parts) == fingerprint(*other)) is (parts == other)


@pytest.mark.fact("KIB-58")
def test_an_open_path_to_a_closed_cluster_names_both() -> None:
    front = factory.opened(factory.personal("people", "email"), host="kibana-1", product="kibana", port=5601)
    cluster = Service("Elasticsearch", "8.5.0", "prod", "uuid-1")
    seen = replace(front.observation, behind=cluster, service=Service("Kibana", "8.5.0"))
    front = replace(front, observation=seen)
    rules = rulebook.builtin("kibana")
    (found,) = judge.link_paths([(front, rules)], [factory.closed()], estate="acme", book=BOOK)
    assert found.rule == "path-kibana"
    assert found.object == "es-2:9200"
    assert (found.host, found.severity) == ("kibana-1", Severity.CRITICAL)
    assert "es-2:9200 gives strangers nothing" in found.title


@pytest.mark.parametrize("uuid", ["uuid-2", "_na_", None])
def test_clusters_that_are_not_known_to_be_one_are_not_joined(uuid: str | None) -> None:
    front = factory.opened(host="kibana-1", product="kibana", port=5601)
    cluster = Service("Elasticsearch", "8.5.0", "prod", uuid)
    front = replace(front, observation=replace(front.observation, behind=cluster))
    shut = factory.closed()
    if uuid != "uuid-2":
        shut = replace(shut, observation=replace(shut.observation, service=cluster))
    assert judge.link_paths([(front, rulebook.builtin("kibana"))], [shut], estate="acme", book=BOOK) == ()


def test_a_backend_address_that_the_front_end_tells_joins_too() -> None:
    front = factory.opened(host="kibana-1", product="kibana", port=5601)
    seen = replace(front.observation, service=Service("Kibana", details=(("backend", "127.0.0.2:9200"),)))
    front = replace(front, observation=seen)
    found = judge.link_paths([(front, rulebook.builtin("kibana"))], [factory.closed()], estate="acme", book=BOOK)
    assert [one.object for one in found] == ["es-2:9200"]


@pytest.mark.parametrize("product", ["elasticsearch", "kibana", "mongodb"])
def test_each_product_has_a_rule_for_each_exposed_verdict(product: str) -> None:
    rules = rulebook.builtin(product)
    for verdict in Verdict:
        if verdict.exposed:
            assert any(verdict in rule.verdicts and rule.per == "target" for rule in rules), verdict
    assert len({rule.id for rule in rules}) == len(rules)


def test_a_set_without_personal_fields_gives_no_finding_of_its_own() -> None:
    logs = DataSet("logs", factory.personal("x").kind, records=9, readable=True)
    assert set(findings(factory.opened(logs))) == {"open-elasticsearch/"}
