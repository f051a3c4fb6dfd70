"""How the words of each tool count, and the score."""

import pytest

from auditor.model.outcome import Verdict
from benchmarks.verdicts.scoring import (
    Mark,
    Said,
    ScannedPort,
    Truth,
    mark,
    read_client,
    read_page,
    read_scan,
    read_verdict,
)


@pytest.mark.parametrize(
    ("truth", "said", "expected"),
    [
        (Truth.OPEN, Said.OPEN, Mark.FOUND),
        (Truth.OPEN, Said.SECURE, Mark.WRONG_SECURE),
        (Truth.OPEN, Said.NOTHING, Mark.MISSED),
        (Truth.NOT_OPEN, Said.OPEN, Mark.FALSE_OPEN),
        (Truth.NOT_OPEN, Said.SECURE, Mark.RIGHT),
        (Truth.NOT_OPEN, Said.NOTHING, Mark.UNSAID),
        *((truth, said, Mark.EXCUSED) for truth in (Truth.UNTOLD, Truth.NAMES) for said in Said),
    ],
)
def test_an_answer_is_held_against_the_truth(truth: Truth, said: Said, expected: Mark) -> None:
    assert mark(truth, said) is expected


def test_of_ours_exactly_three_verdicts_say_that_data_is_open() -> None:
    said = {verdict: read_verdict(verdict) for verdict in Verdict}
    opened = {verdict for verdict in Verdict if said[verdict] is Said.OPEN}
    assert opened == {Verdict.OPEN, Verdict.PARTLY_OPEN, Verdict.ANONYMOUS_ROLE}


def test_of_ours_whatever_reassures_would_be_a_wrong_secure() -> None:
    reassuring = {verdict for verdict in Verdict if read_verdict(verdict) is Said.SECURE}
    assert reassuring >= {verdict for verdict in Verdict if verdict.protected}
    assert reassuring >= {Verdict.OTHER_SERVICE, Verdict.REFUSED, Verdict.NO_DATA_NODE}
    assert not reassuring & {verdict for verdict in Verdict if verdict.untested}


DATABASES = "\n  databases\n    0\n      name = {}\n      empty = false\n  ok = 1.0"
SCANS = {
    "Elasticsearch with its version": (
        ScannedPort("open", "http", "Elasticsearch REST API", "6.8.23", "name: node-1; cluster: lab; Lucene 7.7.3"),
        Said.OPEN,
    ),
    "Elasticsearch by its refusal": (
        ScannedPort("open", "http", "Elasticsearch REST API", "", "Shield plugin; realm: security"),
        Said.SECURE,
    ),
    "a 401": (ScannedPort("open", scripts={"http-auth": "HTTP/1.1 401 Unauthorized\n  Basic realm=x"}), Said.SECURE),
    "a Kibana by its headers": (ScannedPort("open", "http", "Elasticsearch Kibana", "6.2.3"), Said.OPEN),
    "a Kibana by its title": (ScannedPort("open", scripts={"http-title": "Kibana 4"}), Said.OPEN),
    "Dashboards by where they lead": (
        ScannedPort("open", scripts={"http-title": "Wazuh\nRequested resource was /app/home"}),
        Said.OPEN,
    ),
    "a Kibana that leads to a login": (
        ScannedPort("open", scripts={"http-title": "Elastic\nRequested resource was /login?next=%2F"}),
        Said.SECURE,
    ),
    "a list with somebody's database": (
        ScannedPort("open", "mongodb", scripts={"mongodb-databases": DATABASES.format("shop")}),
        Said.OPEN,
    ),
    "a list of MongoDB's own databases": (
        ScannedPort("open", "mongodb", scripts={"mongodb-databases": DATABASES.format("local")}),
        Said.OPEN,
    ),
    "such a list where another question was refused": (
        ScannedPort(
            "open",
            "mongodb",
            scripts={
                "mongodb-databases": DATABASES.format("local"),
                "mongodb-info": "errmsg = command serverStatus requires authentication",
            },
        ),
        Said.SECURE,
    ),
    "a list that was refused": (
        ScannedPort("open", "mongodb", scripts={"mongodb-databases": "errmsg = not authorized on admin to execute"}),
        Said.SECURE,
    ),
    "a MongoDB's version": (ScannedPort("open", "mongodb", "MongoDB", "4.4.0"), Said.NOTHING),
    "another product": (ScannedPort("open", "ssh", "OpenSSH", "9.2p1"), Said.NOTHING),
    "raw answers of an unknown server": (
        ScannedPort("open", scripts={"fingerprint-strings": "403 is unauthorized for user [_anonymous]"}),
        Said.NOTHING,
    ),
    "a closed port": (ScannedPort("closed"), Said.SECURE),
}


@pytest.mark.parametrize(("port", "expected"), SCANS.values(), ids=SCANS)
def test_what_nmap_reports_counts_as_its_user_reads_it(port: ScannedPort, expected: Said) -> None:
    assert read_scan(port) is expected


@pytest.mark.parametrize(
    ("names", "refusals", "expected"),
    [
        (["people"], [403], Said.OPEN),
        (["admin", "local", "shop"], [], Said.OPEN),
        (["admin", "local"], [], Said.NOTHING),
        ([], [], Said.NOTHING),
        (None, [401], Said.SECURE),
        (None, [401, 403], Said.SECURE),
        (None, [401, 200], Said.NOTHING),
        (None, [], Said.NOTHING),
        (None, [13], Said.SECURE),
        (None, [0, 503], Said.NOTHING),
    ],
)
def test_names_are_open_and_refusals_secure(names: list[str] | None, refusals: list[int], expected: Said) -> None:
    assert read_client(names, refusals) is expected


@pytest.mark.parametrize(
    ("status", "location", "body", "expected"),
    [
        (200, "", '{"name":"kibana","version":{"number":"8.12.2"}}', Said.OPEN),
        (200, "", '{"status":{"overall":{"level":"available"}}}', Said.NOTHING),
        (200, "", '{"databases":[{"name":"shop"}]}', Said.OPEN),
        (200, "", "<html>welcome</html>", Said.NOTHING),
        (401, "", '{"version":"1"}', Said.SECURE),
        (302, "/login?next=%2F", "", Said.SECURE),
        (302, "/app/home", "", Said.NOTHING),
        (503, "", '{"version":"1"}', Said.NOTHING),
    ],
)
def test_a_page_counts_as_it_is_commonly_taken(status: int, location: str, body: str, expected: Said) -> None:
    assert read_page(status, location, body) is expected
