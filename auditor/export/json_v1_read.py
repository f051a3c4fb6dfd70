"""Reading the canonical JSON back, whoever wrote it: only the promised keys are required, and none is trusted."""

import json
from datetime import date
from ipaddress import ip_network
from typing import Any, BinaryIO

from auditor.export.json_v1_node import Node, ResultsError
from auditor.export.json_v1_read_outcome import Assets, outcome, place
from auditor.export.json_v1_schema import SCHEMA
from auditor.model.finding import Control, Finding, Severity
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, CoverageLedger, InventoryRef, NetworkTally, RunInfo
from auditor.model.target import AddressRange, Authorization, Estate, Scope

MOST_BYTES = 256 << 20  # four times an estate of the largest size that an inventory may have


def read(source: BinaryIO | bytes, *, name: str) -> AuditReport:
    """The report that `source` holds; `name` is what errors call it. Unknown keys are ignored.

    Raises:
        ResultsError: it is no such file; the sentence has the place in it.
        OSError: it cannot be read at all.
    """
    data = source if isinstance(source, bytes) else source.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ResultsError(f"{name}: is larger than {MOST_BYTES >> 20} MiB")
    document = Node(_parse(data, name), key=name)
    schema = document.text("schema")
    if schema != SCHEMA:
        raise document.wrong("schema", f"{json.dumps(SCHEMA)}, the only version that this program reads")
    assets = Assets()
    outcomes = tuple(outcome(each, assets) for each in document.nodes("outcomes", required=True))
    products = {(each.target.host, each.target.port): each for each in outcomes}
    estate = document.node("estate")
    inventory = document.node("inventory")
    return AuditReport(
        run=_run(document.node("run")),
        estate=Estate(id=estate.text("id"), name=estate.text("name"), timezone=estate.text("timezone", "UTC")),
        authorization=_authorization(document.node("authorization")),
        inventory=InventoryRef(path=inventory.text("path", ""), sha256=inventory.text("sha256")),
        coverage=_coverage(document.node("coverage")),
        outcomes=outcomes,
        findings=tuple(_finding(each, products) for each in document.nodes("findings", required=True)),
        scope=_scope(document.maybe("scope")),
        requests=tuple(_template(each) for each in document.nodes("requests")),
        classification=document.text("classification", None),
    )


def _parse(data: bytes, name: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise ResultsError(f"{name}: is not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise ResultsError(f"{name}:{error.lineno}:{error.colno}: is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise ResultsError(f"{name}: is nested too deeply") from error
    except ValueError as error:  # NaN, or a number of more digits than Python converts
        raise ResultsError(f"{name}: holds a number that JSON has no room for: {error}") from error


def _no_constant(constant: str) -> Any:
    raise ValueError(constant)


def _run(node: Node) -> RunInfo:
    return RunInfo(
        id=node.text("id"),
        started=node.moment("started"),
        finished=node.moment("finished"),
        complete=node.flag("complete"),
        version=node.text("version"),
        profile=node.text("profile", "normal"),
        vantage=node.text("vantage", None),
        sample=node.whole("sample", 0),
    )


def _authorization(node: Node) -> Authorization:
    return Authorization(
        owner=node.text("owner", ""),
        approved_by=node.text("approved_by", ""),
        ticket=node.text("ticket", ""),
        valid_from=node.day("valid_from", date.min),
        valid_until=node.day("valid_until", date.min),
        contact=node.text("contact", ""),
        sampling_approved_by=node.text("sampling_approved_by", None),
    )


def _coverage(node: Node) -> CoverageLedger:
    verdicts, known = node.node("verdicts"), frozenset(Verdict)
    counts = {}
    for key in verdicts.keys():  # noqa: SIM118  # a Node is no mapping
        if key not in known:
            raise verdicts.wrong(key, f"only verdicts as keys: {', '.join(Verdict)}")
        counts[Verdict(key)] = verdicts.whole(key)
    return CoverageLedger(
        targets=node.whole("targets"),
        verdicts=counts,
        networks=tuple(_tally(each) for each in node.nodes("networks")),
    )


def _tally(node: Node) -> NetworkTally:
    return NetworkTally(
        network=node.text("network"),
        cidr=node.text("cidr"),
        product=node.text("product"),
        port=node.whole("port", low=1, high=65535),
        addresses=node.whole("addresses"),
        refused=node.whole("refused"),
        silent=node.whole("silent"),
        listed=node.whole("listed"),
    )


def _scope(node: Node | None) -> Scope | None:
    if node is None:
        return None
    return Scope(
        networks=_ranges(node, "networks"),
        exclude=_ranges(node, "exclude"),
        allow_public=node.flag("allow_public", False),
        max_targets=node.whole("max_targets", 262_144),
    )


def _ranges(node: Node, key: str) -> tuple[AddressRange, ...]:
    try:
        return tuple(ip_network(text, strict=False) for text in node.texts(key))
    except ValueError:
        raise node.wrong(key, "a list of networks such as 10.0.0.0/8") from None


def _template(node: Node) -> RequestTemplate:
    return RequestTemplate(
        id=node.text("id"),
        product=node.text("product"),
        request=node.text("request"),
        when=node.text("when", ""),
        purpose=node.text("purpose", ""),
    )


def _finding(node: Node, outcomes: dict[tuple[str, int], Outcome]) -> Finding:
    host, port = node.text("host"), node.whole("port", low=1, high=65535)
    about = outcomes.get((host, port))  # tells what a file of the promised keys alone leaves out
    where = node.maybe("place")
    return Finding(
        fingerprint=node.text("fingerprint"),
        rule=node.text("rule"),
        severity=node.member("severity", Severity),
        host=host,
        address=node.text("address", "" if about is None else about.address),
        port=port,
        product=node.text("product", "" if about is None else about.target.product),
        object=node.text("object", None),
        title=node.text("title"),
        why=node.text("why"),
        fix=node.text("fix"),
        verify=node.text("verify"),
        controls=tuple(
            Control(framework=each.text("framework"), id=each.text("id"), why=each.text("why"))
            for each in node.nodes("controls", required=True)
        ),
        owner=node.text("owner", None),
        environment=node.text("environment", None),
        records=node.whole("records", None),
        categories=node.texts("categories"),
        place=None if where is None else place(where),
    )
