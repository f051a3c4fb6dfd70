"""The canonical JSON's elements: one outcome and one finding as plain documents, key by key."""

from datetime import UTC, datetime
from typing import Any

from auditor.model.dataset import DataSet, FieldFinding, RecordFinding, ValueCounts
from auditor.model.finding import Finding
from auditor.model.observation import Exchange, Observation, Service, Sign, TlsSeen
from auditor.model.outcome import Outcome
from auditor.model.target import Asset, Criticality, Expectation, Place, Target, Tls


def moment(when: datetime) -> str:
    """ISO 8601 in UTC, with the Z that the promise shows."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """One element of "outcomes"."""
    target, seen = outcome.target, outcome.observation
    document: dict[str, Any] = {
        "host": target.host,
        "address": outcome.address,
        "port": target.port,
        "product": target.product,
        "verdict": outcome.verdict.value,
        "reach": seen.reach.value,
        "access": seen.access.value,
        "service": None if seen.service is None else _service(seen.service),
        "rule": outcome.rule,
        "why": outcome.why,
        "evidence": [_evidence(exchange) for exchange in seen.transcript if exchange.why],
        "datasets": [_dataset(dataset) for dataset in seen.datasets],
    }
    if outcome.finished:
        document["finished"] = moment(datetime.fromtimestamp(outcome.finished, UTC))
    if outcome.others:
        document["others"] = [{"address": address, "verdict": verdict.value} for address, verdict in outcome.others]
    document["target"] = _target(target)
    asset = _asset(target.asset, target.host)
    if asset:
        document["asset"] = asset
    document.update(_observation(seen))
    return document


def _target(target: Target) -> dict[str, Any]:
    document: dict[str, Any] = {"address": target.address}
    if target.tls is not Tls.AUTO:
        document["tls"] = target.tls.value
    if target.path != "/":
        document["path"] = target.path
    if target.network is not None:
        document["network"] = target.network
    return document


def _asset(asset: Asset, host: str) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if asset.name != host:
        document["name"] = asset.name
    for key in ("owner", "environment", "reason", "zone"):
        value = getattr(asset, key)
        if value is not None:
            document[key] = value
    if asset.criticality is not Criticality.MEDIUM:
        document["criticality"] = asset.criticality.value
    if asset.tags:
        document["tags"] = list(asset.tags)
    if asset.expect is not Expectation.CLOSED:
        document["expect"] = asset.expect.value
    if asset.place.file:
        document["place"] = _place(asset.place)
    return document


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _observation(seen: Observation) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if seen.facts:
        document["facts"] = sorted(fact.value for fact in seen.facts)
    for key in ("detail", "asked_by", "identity"):
        value = getattr(seen, key)
        if value:
            document[key] = value
    if seen.rights:
        document["rights"] = list(seen.rights)
    if seen.partial:
        document["partial"] = list(seen.partial)
    if seen.behind is not None:
        document["behind"] = _service(seen.behind)
    if seen.tls is not None:
        document["tls"] = _tls(seen.tls)
    if seen.truncated:
        document["truncated"] = True
    if seen.signs:
        document["signs"] = [_sign(sign) for sign in seen.signs]
    if seen.transcript:
        document["transcript"] = [_exchange(exchange) for exchange in seen.transcript]
    return document


def _sign(sign: Sign) -> dict[str, Any]:
    document: dict[str, Any] = {"id": sign.id, "object": sign.object, "detail": sign.detail}
    if sign.inferred:
        document["inferred"] = True
    return document


def _service(service: Service) -> dict[str, Any]:
    document: dict[str, Any] = {"name": service.name, "version": service.version}
    if service.cluster_name is not None:
        document["cluster_name"] = service.cluster_name
    if service.cluster_uuid is not None:
        document["cluster_uuid"] = service.cluster_uuid
    if service.details:
        document["details"] = [[key, value] for key, value in service.details]
    return document


def _tls(tls: TlsSeen) -> dict[str, Any]:
    keys = ("certificate_sha256", "subject", "issuer", "not_after")
    return {"version": tls.version} | {key: getattr(tls, key) for key in keys if getattr(tls, key)}


def _evidence(exchange: Exchange) -> dict[str, Any]:
    document: dict[str, Any] = {"request": exchange.request, "status": exchange.status}
    if exchange.headers:
        document["headers"] = _headers(exchange)
    return document | {"why": exchange.why}


def _headers(exchange: Exchange) -> list[list[str]]:
    return [[name, value] for name, value in exchange.headers]


def _exchange(exchange: Exchange) -> dict[str, Any]:
    document: dict[str, Any] = {"request": exchange.request, "template": exchange.template, "status": exchange.status}
    if exchange.headers:
        document["headers"] = _headers(exchange)
    document["sent"] = exchange.sent
    document["received"] = exchange.received
    document["milliseconds"] = exchange.milliseconds
    if exchange.why:
        document["why"] = exchange.why
    return document


def _dataset(dataset: DataSet) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": dataset.name,
        "kind": dataset.kind.value,
        "records": dataset.records,
        "bytes": dataset.bytes,
        "personal": [_personal(each, dataset.sampled) for each in dataset.personal],
    }
    if dataset.record is not None:
        document["record"] = record_document(dataset.record)
    if dataset.readable is not None:
        document["readable"] = dataset.readable
    if dataset.system:
        document["system"] = True
    if dataset.field_count is not None:
        document["field_count"] = dataset.field_count
    if dataset.truncated:
        document["truncated"] = True
    if dataset.refused:
        document["refused"] = list(dataset.refused)
    if dataset.aliases:
        document["aliases"] = list(dataset.aliases)
    if dataset.sampled is not None:
        document["sampled"] = dataset.sampled
    if dataset.fields:
        document["fields"] = [{"path": each.path, "type": each.type} for each in dataset.fields]
    return document


def record_document(record: RecordFinding) -> dict[str, Any]:
    """What the records of a data set are as a whole."""
    document: dict[str, Any] = {
        "kind": record.kind.id,
        "title": record.kind.title,
        "confidence": record.confidence,
        "why": record.why,
        "special": list(record.special),
        "minors": record.minors,
        "key_person": record.key_person,
    }
    if record.gravity is not None:
        document["gravity"] = record.gravity.value
    if record.further:
        document["further"] = [{"kind": kind.id, "title": kind.title} for kind in record.further]
    if record.regulations:
        document["regulations"] = list(record.regulations)
    return document


def _personal(found: FieldFinding, documents: int | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "field": found.field,
        "categories": list(found.categories),
        "confidence": found.confidence,
        "why": found.why,
    }
    if found.counts is not None:
        document["sample"] = _sample(found.counts, documents)
    return document


def _sample(counts: ValueCounts, documents: int | None) -> dict[str, Any]:
    counted = {"values": counts.values, "distinct": counts.distinct, "passed": dict(counts.passed)}
    return counted if documents is None else {"documents": documents, **counted}


def finding_document(finding: Finding) -> dict[str, Any]:
    """One element of "findings"."""
    document: dict[str, Any] = {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "host": finding.host,
        "address": finding.address,
        "port": finding.port,
        "product": finding.product,
        "object": finding.object,
        "title": finding.title,
        "why": finding.why,
        "fix": finding.fix,
        "verify": finding.verify,
        "controls": [
            {"framework": control.framework, "id": control.id, "why": control.why} for control in finding.controls
        ],
    }
    for key in ("owner", "environment", "records"):
        value = getattr(finding, key)
        if value is not None:
            document[key] = value
    if finding.categories:
        document["categories"] = list(finding.categories)
    if finding.place is not None:
        document["place"] = _place(finding.place)
    return document
