"""What a text loses when it is scrubbed, and what it keeps because a verdict may rest on it."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.testing.scrubbing.disguise import Disguise

#: Pieces of texts that the patterns look for, so that random texts meet them.
PIECES = st.sampled_from(
    re.findall(
        r"\S+",
        """10.1.2.3 fd00::17 es-1.corp.example zeus :9200 alice@corp.example /var/lib/mongodb/x.key :// token=abc Bearer
        eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln 2026-11-22T04:51:25Z [ ] / HOST SCRUBBED someone@example.org
        C:\\Users\\alice @ . - a 7 nonce: 1f0c9a2e-3b4d-4c5e-8f60-718293a4b5c6 http:// " ſeus""",
    )
)
TEXTS = st.lists(PIECES | st.text(" a", max_size=2) | st.text(max_size=4), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("connect ECONNREFUSED 10.1.2.3:9200", "connect ECONNREFUSED 192.0.2.1:9200"),
        ("[node][inet[/10.1.2.3:9300]] and [fd00::17]:9300", "[node][inet[/192.0.2.1:9300]] and [2001:db8::1]:9300"),
        ("::ffff:10.1.2.3 at 12:34:56", "2001:db8::1 at 12:34:56"),
        ("127.0.0.1:9200, ::1, 0.0.0.0, 192.0.2.77", "127.0.0.1:9200, ::1, 0.0.0.0, 192.0.2.77"),
        ("ask es-1.corp.example or web01:8080", "ask HOST or HOST:8080"),
        ("https://bob:pw@kb.corp.example:5601/app?x=1", "https://HOST:5601/app?x=1"),
        ("see http://dochub.mongodb.org/core/readahead", "see http://dochub.mongodb.org/core/readahead"),
        ("ip-10-1-2-3 says", "HOST says"),
        ("mail alice@corp.example now", "mail someone@example.org now"),
        ("open /var/lib/mongodb/keyfile: denied", "open /SCRUBBED/path: denied"),
        ("at /opt/kibana/src/server.js:12:3", "at /SCRUBBED/path"),
        ("in C:\\Users\\alice\\x.yml", "in /SCRUBBED/path"),
        ("Bearer abc123def456ghi, Basic dXNlcjpwYXNzd29yZA", "Bearer TOKEN, Basic TOKEN"),
        ('{"password":"hunter2","token" : "x"} sid=xyz', '{"password":"SCRUBBED","token" : "SCRUBBED"} sid=SCRUBBED'),
        ("id 1f0c9a2e-3b4d-4c5e-8f60-718293a4b5c6", "id 00000000-0000-0000-0000-000000000000"),
        ("since 2026-11-22T04:51:25.021Z", "since 1970-01-01T00:00:00Z"),
        ("Sun, 22 Nov 2026 05:32:29 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("zeus[27017], Zeus and olympus", "HOST[27017], HOST and olympus"),
    ],
)
def test_what_tells_whose_server_it_was_goes(text: str, scrubbed: str) -> None:
    assert Disguise(["zeus"]).text(text) == scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "missing authentication credentials for REST request [/_cat/indices?format=json]",
        "no handler found for uri [/_plugins/_security/authinfo?pretty=true] and method [GET]",
        "action [indices:monitor/stats] is unauthorized for user [_anonymous] with effective roles [guest]",
        "no permissions for [indices:monitor/stats] and User [name=opendistro_security_anonymous, backend_roles=[x_1]]",
        "action [cluster:monitor/main] requires authentication",
        "not authorized on admin to execute command { listDatabases: 1.0 }",
        "access denied; use admin db",
        "OpenSearch Security not initialized.",
        "User: anonymous is not authorized to perform: es:ESHttpGet",
        "It looks like you are trying to access MongoDB over HTTP on the native driver port.",
        'Basic realm="security", charset="UTF-8"',
        "Request must contain a kbn-xsrf header.",
        "index [people] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];",
        "org.elasticsearch.transport.RemoteTransportException: java.net.ConnectException",
        "nginx/1.18.0 (Ubuntu)",
        "1.2.3-rc1 and 7.17.29",
    ],
)
def test_error_texts_that_decide_stay(text: str) -> None:
    hosts = ["security", "kibana", "elasticsearch", "node-1", "es", "mongodb", "admin"]  # what people call hosts
    assert Disguise(hosts).text(text) == text


def test_the_same_address_is_the_same_throughout_and_others_are_others() -> None:
    hide = Disguise()
    first = hide.text("10.0.0.1 10.0.0.2 10.0.0.1 fd00::1 fd00:0::1")
    assert first == "192.0.2.1 192.0.2.2 192.0.2.1 2001:db8::1 2001:db8::1"
    assert hide.name("logs-10.0.0.2") == "logs-192.0.2.2"
    many = {hide.text(str(ipaddress.ip_address(0x0A010000 + number))) for number in range(700)}
    assert len(many) == 700


def test_names_stay_but_for_addresses_in_them() -> None:
    hide = Disguise(["people"])
    assert hide.name("people") == "people"
    assert hide.name("mailbox:alice@corp.example") == "mailbox:someone@example.org"
    assert hide.namespace("crm.alice@corp.example") == "crm.someone@example.org"


def test_a_cloud_is_known_by_the_end_of_a_host_and_a_login_by_a_word_of_it() -> None:
    hide = Disguise()
    assert hide.host("c1.node.eu-west-1.docdb.amazonaws.com:27017") == "HOST.docdb.amazonaws.com:27017"
    assert hide.host("10.1.2.3:27017") == "192.0.2.1:27017"
    assert hide.host("[fd00::5]:27017") == "[2001:db8::1]:27017"
    assert hide.text("https://sso.corp.example/x") == "https://sso.HOST/x"


SECRETS = ("10.77.88.99", "fd00::77:88", "alice@corp.example", "zeus", "db.corp.example", "/var/lib/secret.d/x")


@given(TEXTS, st.sampled_from(SECRETS), TEXTS)
def test_no_address_host_mail_or_path_survives_in_any_surroundings(before: str, secret: str, after: str) -> None:
    shown = Disguise(["zeus"]).text(f"{before} {secret} {after}")
    bare = Disguise(["zeus"]).text(f"{before} . {after}")  # what random text may hold of it by itself
    assert shown.count(secret) == bare.count(secret)


@given(TEXTS)
def test_what_was_scrubbed_stays_as_it_is(text: str) -> None:
    once = Disguise(["zeus"]).text(text)
    assert Disguise().text(once) == once
    named = Disguise().name(text)
    assert Disguise().name(named) == named
