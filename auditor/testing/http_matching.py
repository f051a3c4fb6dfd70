"""Which recorded answer fits an HTTP request not recorded to the letter; pure, and never kinder than the server was."""

import json
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from auditor.testing.recording import HttpExchange, HttpRecording, RecordedReply, RecordedRequest

# Parameters that shape an answer, or bound how long it may take, without deciding whether it is given.
_SHAPING = frozenset(
    {"allow_no_indices", "allow_partial_search_results", "bytes", "cluster_manager_timeout", "expand_wildcards"}
    | {"filter_path", "flat_settings", "h", "human", "ignore_throttled", "ignore_unavailable", "include_type_name"}
    | {"level", "local", "master_timeout", "pretty", "request_cache", "s", "size", "terminate_after", "timeout"}
    | {"track_total_hits", "typed_keys", "v"}
)
# Headers on which Kibana's and Dashboards' answers hang. The first three do no harm where they are not asked for.
_WELCOME = frozenset({"kbn-xsrf", "osd-xsrf", "x-elastic-internal-origin"})
_DECIDING = _WELCOME | {"kbn-version", "osd-version"}
_MADE_UP = ("nonexistent", "nosuch", "no_such")
_REFUSING = frozenset({401, 403, 503})

NOT_FOUND = RecordedReply(
    404,
    (("content-type", "application/json; charset=utf-8"),),
    b'{"statusCode":404,"error":"Not Found","message":"Not Found"}',
    "Not Found",
)


@dataclass(frozen=True, slots=True)
class _Question:
    """A request taken apart. Of Kibana's console the inner request counts: `resource` names both paths."""

    method: str
    target: str
    resource: str
    params: Counter[tuple[str, str]]

    @classmethod
    def of(cls, request: RecordedRequest) -> "_Question":
        parts = urlsplit("http://server" + request.target)
        params = parse_qsl(parts.query, keep_blank_values=True)
        resource = parts.path
        if parts.path.endswith("/api/console/proxy"):
            for door, value in params:
                if door in ("path", "uri"):
                    inner = urlsplit("http://server/" + value.lstrip("/"))
                    resource = f"{parts.path} {door} {inner.path}"
                    params = [pair for pair in params if pair[0] != door]
                    params += parse_qsl(inner.query, keep_blank_values=True)
                    break
        return cls(request.method, request.target, resource, Counter(params))

    @property
    def made_up_below(self) -> str | None:
        """Of a path that cannot exist: the part of it that does ("/api/" of "/api/nonexistent")."""
        text = self.resource.lower().replace("-", "_")
        place = min((text.index(word) for word in _MADE_UP if word in text), default=None)
        return None if place is None else self.resource[: self.resource.rindex("/", 0, place) + 1]

    def level(self, asked: "_Question") -> int | None:
        """How well this recorded question fits what is asked: 0 to the letter … 3 by path alone; None: not at all."""
        if self.method != asked.method or self.resource != asked.resource:
            return None
        if self.target == asked.target:
            return 0
        if self.params == asked.params:
            return 1
        return 2 if _deciding(self.params) == _deciding(asked.params) else 3


def _deciding(params: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({pair: count for pair, count in params.items() if pair[0] not in _SHAPING})


@dataclass(slots=True)
class HttpAnswers:
    """Chooses the answers of one recording. It counts how often each request was asked, for walks are in order.

    `session` is the value that stands for `<cookie>`: a client that sends it back gets what was recorded with a cookie.
    """

    recording: HttpRecording
    session: str
    _served: Counter[RecordedRequest] = field(default_factory=Counter)

    def choose(self, request: RecordedRequest) -> RecordedReply | None:
        """The answer to `request`; None where the server would end the connection.

        The order: method and target to the letter; the same parameters in any order; the same but for parameters
        that only shape the answer; the same path; what the server answered to a path that cannot exist; 404.
        """
        asked = _Question.of(request)
        method = "GET" if request.method == "HEAD" else request.method
        allowed = [exchange for exchange in self.recording.exchanges if self._may_get(exchange, request)]
        for question in (asked, _Question(method, asked.target, asked.resource, asked.params)):
            fitting = [
                ((level, *self._rank(exchange, request, question)), exchange)
                for exchange in allowed
                if (level := _Question.of(exchange.request).level(question)) is not None
            ]
            if fitting:
                best = min(fitting, key=lambda pair: pair[0])[1]
                return self._in_turn(best, allowed)
        return self._to_unknown(asked, allowed)

    def _may_get(self, exchange: HttpExchange, request: RecordedRequest) -> bool:
        recorded = {name for name, _ in exchange.request.headers}
        sent = {name for name, _ in request.headers}
        if _has_session(exchange.request) and self.session not in (request.header("cookie") or ""):
            return False  # data behind a session must never reach a client that did not keep its cookie
        return (recorded & _DECIDING) <= sent

    def _rank(self, exchange: HttpExchange, request: RecordedRequest, asked: _Question) -> tuple[int, ...]:
        recorded = {name for name, _ in exchange.request.headers} & _DECIDING
        sent = {name for name, _ in request.headers} & _DECIDING
        params = _Question.of(exchange.request).params
        shared = sum((params & asked.params).values())
        extra = sum((params - asked.params).values())
        status = exchange.reply.status if exchange.reply else 0
        # Two recorded sets of headers may fit equally well. A header that was sent cannot have been found missing,
        # so the answer that does not complain is the true one.
        return (
            -int(_has_session(exchange.request)),
            len(sent - recorded - _WELCOME),
            -len(sent & recorded),
            -shared,
            extra,
            status if sent else 0,
        )

    def _in_turn(self, best: HttpExchange, allowed: list[HttpExchange]) -> RecordedReply | None:
        same = [exchange for exchange in allowed if exchange.request == best.request]
        turn = self._served[best.request]
        self._served[best.request] += 1
        return same[min(turn, len(same) - 1)].reply

    def _to_unknown(self, asked: _Question, allowed: list[HttpExchange]) -> RecordedReply | None:
        made_up = [exchange for exchange in allowed if _Question.of(exchange.request).made_up_below is not None]
        fitting = [
            (_shared_start(question.resource, asked.resource), exchange)
            for exchange in made_up
            if (question := _Question.of(exchange.request)).method == asked.method
            and asked.resource.startswith(question.made_up_below or "/")
        ]
        if fitting:
            return max(fitting, key=lambda pair: pair[0])[1].reply
        refusals = [exchange.reply for exchange in self.recording.exchanges if exchange.reply and exchange.reply.body]
        errors = {reply.status for reply in refusals if reply.status >= 400}
        if len(errors) == 1 and errors <= _REFUSING and not any(_is_data(reply) for reply in refusals):
            return Counter(reply for reply in refusals if reply.status in errors).most_common(1)[0][0]
        if made_up and all(exchange.reply and exchange.reply.status in _REFUSING for exchange in made_up):
            return made_up[0].reply
        return NOT_FOUND


def _has_session(request: RecordedRequest) -> bool:
    # An empty cookie (Dashboards clears its own so) is no session.
    return "<cookie>" in (request.header("cookie") or "")


def _shared_start(one: str, other: str) -> int:
    return next(
        (place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )


def _is_data(reply: RecordedReply) -> bool:
    """Whether this is a JSON answer that is no error: a server that gave one does not refuse everything."""
    if reply.status >= 300:
        return False
    try:
        data = json.loads(reply.body)
    except (ValueError, RecursionError):
        return False
    return not (isinstance(data, dict) and ("error" in data or "allowLogin" in data))
