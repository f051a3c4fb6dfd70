"""What holds of the Kibana probe whatever a server answers, in whatever order."""

import asyncio
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.judge import decide
from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.http_signs import names_dashboards, names_itself
from auditor.probes.interface import HttpReply, Manner, WireError
from auditor.probes.json_reply import parse
from auditor.probes.kibana import KibanaProbe
from auditor.probes.kibana.answers import Said, read
from auditor.probes.kibana.requests import TEMPLATES
from auditor.probes.kibana.walk import read_guest_provider, read_route_search, read_wildcard_fields
from auditor.testing.scripted import Answer, HttpAsked, ScriptedLines, target
from tests.probes.kibana_stub import CLUSTER, FOUND, INDICES, MAPPING

SECRET = "q7Zx-s3cret-9Kp2"

#: Bodies that answer a question about data; all others are refusals, pages, rubbish.
DATA = [json.dumps(body).encode() for body in (INDICES, FOUND, {"rawResponse": FOUND}, {"responses": [FOUND]})]
OTHERS = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b"[1, 2",
    b"\xff\xfe",
    b"Kibana server is not ready yet",
    b"<form><input type=password>",
    b'"Missing XSRF token"',
    json.dumps(CLUSTER).encode(),
    json.dumps(MAPPING).encode(),
    json.dumps({"statusCode": 401, "message": "Unauthorized"}).encode(),
    json.dumps({"statusCode": 404, "message": "Not Found", "attributes": {"statusCode": 401}}).encode(),
    json.dumps({"error": {"type": "security_exception", "reason": "no"}, "status": 403}).encode(),
    json.dumps({"error": {"reason": "is unauthorized for user [_anonymous]"}, "status": 403}).encode(),
    json.dumps({"username": "_anonymous", "roles": ["superuser"]}).encode(),
    json.dumps({"selector": {"providers": [{"type": "anonymous", "name": "a1"}]}}).encode(),
    json.dumps({"fields": [{"name": "email", "type": "string"}]}).encode(),
    json.dumps({"status": {"overall": {}}, "version": {"number": "8.12.2"}}).encode(),
    b"x" * 3000,
]
HEADERS = [
    ("kbn-name", "lab"),
    ("osd-name", "lab"),
    ("x-app-name", "kibana"),
    ("kbn-version", "5.2.2"),
    ("kbn-license-sig", "00"),
    ("set-cookie", f"sid={SECRET}; HttpOnly"),
    ("set-cookie", "sid=; Max-Age=0"),
    ("location", "/app/home"),
    ("location", "/login?next=%2F"),
    ("location", "/kibana/app/home"),
    ("location", "https://sso.example.org/auth"),
    ("location", "//other.example:5601/x"),
    ("www-authenticate", 'Basic realm="security"'),
    ("www-authenticate", 'Basic realm="ops"'),
    ("x-console-proxy-status-code", "200"),
    ("x-console-proxy-status-code", "401"),
    ("content-type", "text/html"),
    ("server", "nginx"),
]
replies = st.builds(
    Answer,
    st.sampled_from([200, 200, 200, 302, 400, 401, 403, 404, 404, 429, 500, 502, 503]),
    st.lists(st.sampled_from(HEADERS), max_size=4).map(tuple),
    st.sampled_from([*DATA, *OTHERS]),
)
answers = st.one_of(replies, replies, replies, st.just(WireError(Reach.BROKE_OFF, "silent for 10 s")))


class Talk:
    """One run against a list of answers, which begins anew at its end."""

    def __init__(self, scripted: list[Answer | WireError], *, path: str, accept_guest_login: bool) -> None:
        self.scripted, self.delivered = scripted, list[tuple[HttpAsked, Answer | WireError]]()
        manner = Manner(accept_guest_login=accept_guest_login)
        self.lines = ScriptedLines(target("kibana", port=5601, path=path), http=self._next, manner=manner)

    def _next(self, asked: HttpAsked) -> Answer | WireError:
        given_now = self.scripted[len(self.delivered) % len(self.scripted)]
        self.delivered.append((asked, given_now))
        return given_now

    def observe(self) -> Observation | None:
        try:
            return asyncio.run(KibanaProbe().observe(self.lines))
        except WireError:
            assert len(self.delivered) == 1, "only the first exchange may end it"
            return None


talks = st.builds(
    Talk,
    st.lists(answers, min_size=1, max_size=12),
    path=st.sampled_from(["/", "/", "/kibana", "/elasticsearch", "/a b/"]),
    accept_guest_login=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(talks)
def test_any_sequence_of_answers_ends_in_an_observation_that_can_be_judged(talk: Talk) -> None:
    seen = talk.observe()
    if seen is None:
        return
    decision = decide(seen)
    assert len(talk.delivered) < 120
    assert any(exchange.why for exchange in talk.lines.transcript.exchanges)
    assert decision.verdict is not Verdict.INCONCLUSIVE or seen.detail or seen.facts
    assert Fact.ANONYMOUS_IDENTITY not in seen.facts or seen.identity


@settings(max_examples=150, deadline=None)
@given(talks)
def test_records_are_claimed_only_where_a_question_about_data_was_answered(talk: Talk) -> None:
    seen = talk.observe()
    if seen is not None and seen.access is Access.RECORDS:
        effective = ("x-console-proxy-status-code", "200")
        told = [one for _, one in talk.delivered if isinstance(one, Answer)]
        bodies = [one.body for one in told if one.status == 200 or effective in one.headers]
        assert any(body in DATA for body in bodies)


@settings(max_examples=150, deadline=None)
@given(talks)
def test_a_lock_is_claimed_only_where_somebody_refused(talk: Talk) -> None:
    seen = talk.observe()
    if seen is not None and decide(seen).verdict is Verdict.AUTH_REQUIRED:
        told = [one for _, one in talk.delivered if isinstance(one, Answer)]
        assert any(
            one.status in (302, 401, 403)
            or b"401" in one.body
            or b"403" in one.body
            or b"password" in one.body
            or ("x-console-proxy-status-code", "401") in one.headers
            for one in told
        )
        assert seen.asked_by


@pytest.mark.fact("KIB-60")
@settings(max_examples=150, deadline=None)
@given(talks)
def test_nothing_is_posted_before_the_target_named_itself_in_a_get(talk: Talk) -> None:
    talk.observe()
    is_named = is_dashboards = False
    for asked, reply in talk.delivered:
        assert asked.method == "GET" or is_named
        assert not asked.path.endswith("/internal/search/opensearch") or is_dashboards
        if asked.method == "GET" and isinstance(reply, Answer):
            told = HttpReply(reply.status, reply.headers, b"", 0)
            is_named, is_dashboards = is_named or names_itself(told), is_dashboards or names_dashboards(told)


@settings(max_examples=150, deadline=None)
@given(talks)
def test_the_session_leaves_neither_the_host_nor_the_talk(talk: Talk) -> None:
    seen = talk.observe()
    assert SECRET not in repr(talk.lines.transcript)
    assert SECRET not in repr(seen)
    assert all(asked.path.startswith("/") and not asked.path.startswith("//") for asked, _ in talk.delivered)
    assert all("other.example" not in asked.path and "sso.example" not in asked.path for asked, _ in talk.delivered)


def _pattern(request: str) -> re.Pattern[str]:
    return re.compile(
        "".join(".*" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", request))
    )


PATTERNS = {template.id: _pattern(template.request) for template in TEMPLATES}


@settings(max_examples=150, deadline=None)
@given(talks)
def test_every_request_is_an_instance_of_its_template(talk: Talk) -> None:
    talk.observe()
    for asked, _ in talk.delivered:
        assert PATTERNS[asked.template].fullmatch(f"{asked.method} {asked.path}")


@given(
    st.integers(100, 599),
    st.lists(st.tuples(st.sampled_from([name for name, _ in HEADERS]), st.text(max_size=40)), max_size=6),
    st.binary(max_size=300),
    st.booleans(),
)
def test_any_reply_can_be_read(status: int, headers: list[tuple[str, str]], body: bytes, understood: bool) -> None:
    reading = read(HttpReply(status, tuple(headers), body, 0), parse(body), understood=understood)
    assert reading.said is Said.DATA or reading.sentence
    assert understood or reading.said is not Said.DATA
    assert all(name != "set-cookie" for name, _ in reading.headers)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "rawResponse",
                    "responses",
                    "hits",
                    "total",
                    "_shards",
                    "took",
                    "aggregations",
                    "indices",
                    "buckets",
                    "key",
                    "doc_count",
                    "fields",
                    "name",
                    "type",
                    "esTypes",
                    "subType",
                    "multi",
                    "selector",
                    "providers",
                    "statusCode",
                    "attributes",
                    "message",
                    "error",
                    "status",
                    "reason",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_the_readers_take_any_json(value: object) -> None:
    body = parse(json.dumps(value).encode())
    read_route_search(body)
    read_guest_provider(body)
    read_wildcard_fields(body, limit=3)
    read(HttpReply(200, (("kbn-name", "x"),), b"", 0), body, understood=False)
