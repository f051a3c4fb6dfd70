"""The canonical JSON, version 1: a promise to other programs, written key by key so that no change of ours leaks in.

Keys that the promise names are always there; others stand only where they say something. Outcomes and findings stream
through, one a line, so that a file of any size costs no memory and two nights can be compared line by line.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, BinaryIO

from auditor.export.interface import ExportOptions
from auditor.export.json_v1_elements import finding_document, moment, outcome_document
from auditor.export.json_v1_node import ResultsError
from auditor.export.json_v1_read import read
from auditor.export.json_v1_schema import SCHEMA, json_schema
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, CoverageLedger, NetworkTally, RunInfo
from auditor.model.target import Authorization, Scope

__all__ = ["SCHEMA", "JsonExporter", "ResultsError", "json_schema", "read"]

_readable = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode
_escaped = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(", ", ": ")).encode


class JsonExporter:
    """Writes the canonical JSON."""

    format = "json"
    suffix = ".json"

    def __init__(self, options: ExportOptions | None = None) -> None:
        """Takes the options as every exporter does; the JSON is the same in every language and zone."""

    def write(self, report: AuditReport, sink: BinaryIO) -> None:
        """Writes `report` whole.

        Raises:
            OSError: the sink takes no more.
        """
        sink.writelines(chunk.encode("utf-8") for chunk in _chunks(report))


def _chunks(report: AuditReport) -> Iterator[str]:
    separator = "{"
    for key, value in _head(report).items():
        yield f"{separator}{_line(key)}: {_line(value)}"
        separator = ",\n "
    yield ',\n "outcomes": ['
    yield from _rows(outcome_document(outcome) for outcome in report.outcomes)
    yield '],\n "findings": ['
    yield from _rows(finding_document(finding) for finding in report.findings)
    yield "]}\n"


def _rows(documents: Iterable[dict[str, Any]]) -> Iterator[str]:
    separator = "\n  "
    for document in documents:
        yield separator + _line(document)
        separator = ",\n  "


def _line(value: Any) -> str:
    """Readable text, unless something in it would act on a terminal or hide from a reader (or is half a character)."""
    text = _readable(value)
    return text if text.isprintable() else _escaped(value)


def _head(report: AuditReport) -> dict[str, Any]:
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "run": _run(report.run),
        "estate": {"id": report.estate.id, "name": report.estate.name, "timezone": report.estate.timezone},
        "authorization": _authorization(report.authorization),
        "inventory": {"path": report.inventory.path, "sha256": report.inventory.sha256},
        "coverage": _coverage(report.coverage),
    }
    if report.scope is not None:
        head["scope"] = _scope(report.scope)
    if report.requests:
        head["requests"] = [_template(template) for template in report.requests]
    if report.classification is not None:
        head["classification"] = report.classification
    return head


def _run(run: RunInfo) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": run.id,
        "started": moment(run.started),
        "finished": moment(run.finished),
        "complete": run.complete,
        "version": run.version,
        "profile": run.profile,
    }
    if run.vantage is not None:
        document["vantage"] = run.vantage
    if run.sample:
        document["sample"] = run.sample
    return document


def _authorization(authorization: Authorization) -> dict[str, Any]:
    document: dict[str, Any] = {
        "owner": authorization.owner,
        "approved_by": authorization.approved_by,
        "ticket": authorization.ticket,
        "contact": authorization.contact,
    }
    if authorization.valid_from != date.min:  # which is what a file that does not tell is read as
        document["valid_from"] = authorization.valid_from.isoformat()
    if authorization.valid_until != date.min:
        document["valid_until"] = authorization.valid_until.isoformat()
    if authorization.sampling_approved_by is not None:
        document["sampling_approved_by"] = authorization.sampling_approved_by
    return document


def _coverage(ledger: CoverageLedger) -> dict[str, Any]:
    document: dict[str, Any] = {
        "targets": ledger.targets,
        "verdicts": {verdict.value: count for verdict, count in ledger.verdicts.items()},
    }
    if ledger.networks:
        document["networks"] = [_tally(tally) for tally in ledger.networks]
    return document


def _tally(tally: NetworkTally) -> dict[str, Any]:
    return {
        "network": tally.network,
        "cidr": tally.cidr,
        "product": tally.product,
        "port": tally.port,
        "addresses": tally.addresses,
        "refused": tally.refused,
        "silent": tally.silent,
        "listed": tally.listed,
    }


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "networks": [str(network) for network in scope.networks],
        "exclude": [str(network) for network in scope.exclude],
        "allow_public": scope.allow_public,
        "max_targets": scope.max_targets,
    }


def _template(template: RequestTemplate) -> dict[str, Any]:
    return {
        "id": template.id,
        "product": template.product,
        "request": template.request,
        "when": template.when,
        "purpose": template.purpose,
    }
