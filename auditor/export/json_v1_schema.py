"""The JSON Schema of the canonical JSON, version 1: what other programs may rely on."""

from enum import StrEnum
from typing import Any

from auditor.model.dataset import Gravity, Kind
from auditor.model.finding import Severity
from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.model.target import Criticality, Expectation, Tls

SCHEMA = "auditor.report/1"

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_FLAG = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL = {"type": ["integer", "null"], "minimum": 0}
_PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
_MOMENT = {"type": "string", "format": "date-time"}
_DAY = {"type": "string", "format": "date"}
_TEXTS = {"type": "array", "items": _TEXT}
_PAIRS = {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}}


def json_schema() -> dict[str, Any]:
    """The schema (2020-12) that every file written validates against. Further keys are allowed everywhere."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:auditor:report:1",
        "title": "auditor results, version 1",
        **_object(
            {
                "schema": {"const": SCHEMA},
                "run": _ref("run"),
                "estate": _object({"id": _TEXT, "name": _TEXT}, {"timezone": _TEXT}),
                "authorization": _object({}, _authorization()),
                "inventory": _object({"sha256": _TEXT}, {"path": _TEXT}),
                "coverage": _ref("coverage"),
                "outcomes": _list(_ref("outcome")),
                "findings": _list(_ref("finding")),
            },
            {"scope": _ref("scope"), "requests": _list(_ref("request")), "classification": _TEXT},
        ),
        "$defs": {
            "run": _object(
                {"id": _TEXT, "started": _MOMENT, "finished": _MOMENT, "complete": _FLAG, "version": _TEXT},
                {"profile": _TEXT, "vantage": _TEXT, "sample": _COUNT},
            ),
            "scope": _object({"networks": _TEXTS}, {"exclude": _TEXTS, "allow_public": _FLAG, "max_targets": _COUNT}),
            "request": _object({"id": _TEXT, "product": _TEXT, "request": _TEXT}, {"when": _TEXT, "purpose": _TEXT}),
            "coverage": _coverage(),
            "outcome": _outcome(),
            "finding": _finding(),
            "dataset": _dataset(),
            "record": _record(),
            "exchange": _exchange(),
            "service": _object(
                {"name": _TEXT, "version": _TEXT_OR_NULL},
                {"cluster_name": _TEXT, "cluster_uuid": _TEXT, "details": _PAIRS},
            ),
            "place": _object({"file": _TEXT, "line": _COUNT}, {"column": _COUNT}),
        },
    }


def _authorization() -> dict[str, Any]:
    texts = ("owner", "approved_by", "ticket", "contact", "sampling_approved_by")
    return dict.fromkeys(texts, _TEXT) | {"valid_from": _DAY, "valid_until": _DAY}


def _coverage() -> dict[str, Any]:
    counts = dict.fromkeys(("addresses", "refused", "silent", "listed"), _COUNT)
    tally = _object({"network": _TEXT, "cidr": _TEXT, "product": _TEXT, "port": _PORT, **counts})
    verdicts = {
        "type": "object",
        "properties": {verdict.value: _COUNT for verdict in Verdict},
        "additionalProperties": False,
    }
    return _object({"targets": _COUNT, "verdicts": verdicts}, {"networks": _list(tally)})


def _outcome() -> dict[str, Any]:
    return _object(
        {
            "host": _TEXT,
            "address": _TEXT,
            "port": _PORT,
            "product": _TEXT,
            "verdict": _one_of(Verdict),
            "reach": _one_of(Reach),
            "access": _one_of(Access),
            "service": {"anyOf": [_ref("service"), {"type": "null"}]},
            "evidence": _list(
                _object({"request": _TEXT, "status": {"type": ["integer", "null"]}, "why": _TEXT}, {"headers": _PAIRS}),
            ),
            "datasets": _list(_ref("dataset")),
        },
        {
            "rule": _TEXT,
            "why": _TEXT,
            "finished": _MOMENT,
            "others": _list(_object({"address": _TEXT, "verdict": _one_of(Verdict)})),
            "target": _object({}, {"address": _TEXT, "tls": _one_of(Tls), "path": _TEXT, "network": _TEXT}),
            "asset": _asset(),
            "facts": _list(_one_of(Fact)),
            "detail": _TEXT,
            "asked_by": _TEXT,
            "identity": _TEXT,
            "rights": _TEXTS,
            "partial": _TEXTS,
            "behind": _ref("service"),
            "tls": _object(
                {"version": _TEXT},
                dict.fromkeys(("certificate_sha256", "subject", "issuer", "not_after"), _TEXT),
            ),
            "truncated": _FLAG,
            "signs": _list(_object({"id": _TEXT, "object": _TEXT_OR_NULL, "detail": _TEXT}, {"inferred": _FLAG})),
            "transcript": _list(_ref("exchange")),
        },
    )


def _asset() -> dict[str, Any]:
    texts = dict.fromkeys(("name", "owner", "environment", "reason", "zone"), _TEXT)
    return _object(
        {},
        {
            **texts,
            "criticality": _one_of(Criticality),
            "tags": _TEXTS,
            "expect": _one_of(Expectation),
            "place": _ref("place"),
        },
    )


def _exchange() -> dict[str, Any]:
    return _object(
        {"request": _TEXT, "status": {"type": ["integer", "null"]}},
        {
            "template": _TEXT,
            "headers": _PAIRS,
            "sent": _COUNT,
            "received": _COUNT,
            "milliseconds": {"type": "number", "minimum": 0},
            "why": _TEXT,
        },
    )


def _dataset() -> dict[str, Any]:
    confidence = {"type": "number", "minimum": 0, "maximum": 1}
    sample = _object(
        {"values": _COUNT, "distinct": _COUNT, "passed": {"type": "object", "additionalProperties": _COUNT}},
        {"documents": _COUNT},
    )
    personal = _object(
        {"field": _TEXT, "categories": _TEXTS, "confidence": confidence, "why": _TEXT}, {"sample": sample}
    )
    return _object(
        {
            "name": _TEXT,
            "kind": _one_of(Kind),
            "records": _COUNT_OR_NULL,
            "bytes": _COUNT_OR_NULL,
            "personal": _list(personal),
        },
        {
            "record": _ref("record"),
            "readable": _FLAG,
            "system": _FLAG,
            "field_count": _COUNT,
            "truncated": _FLAG,
            "refused": _TEXTS,
            "aliases": _TEXTS,
            "sampled": _COUNT,
            "fields": _list(_object({"path": _TEXT}, {"type": _TEXT})),
        },
    )


def _record() -> dict[str, Any]:
    return _object(
        {"kind": _TEXT, "confidence": {"type": "number", "minimum": 0, "maximum": 1}, "why": _TEXT},
        {
            "title": _TEXT,
            "special": _TEXTS,
            "minors": _FLAG,
            "key_person": _FLAG,
            "gravity": _one_of(Gravity),
            "further": _list(_object({"kind": _TEXT}, {"title": _TEXT})),
            "regulations": _TEXTS,
        },
    )


def _finding() -> dict[str, Any]:
    return _object(
        {
            "fingerprint": _TEXT,
            "rule": _TEXT,
            "severity": _one_of(Severity),
            "host": _TEXT,
            "port": _PORT,
            "object": _TEXT_OR_NULL,
            "title": _TEXT,
            "why": _TEXT,
            "fix": _TEXT,
            "verify": _TEXT,
            "controls": _list(_object({"framework": _TEXT, "id": _TEXT, "why": _TEXT})),
        },
        {
            "address": _TEXT,
            "product": _TEXT,
            "owner": _TEXT,
            "environment": _TEXT,
            "records": _COUNT,
            "categories": _TEXTS,
            "place": _ref("place"),
        },
    )


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _one_of(kind: type[StrEnum]) -> dict[str, Any]:
    return {"enum": [member.value for member in kind]}
