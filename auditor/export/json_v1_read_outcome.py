"""Reading one outcome of the canonical JSON: the target, what was seen, and what it led to."""

from auditor.export.json_v1_node import Node
from auditor.model.dataset import (
    DataSet,
    Field,
    FieldFinding,
    Gravity,
    Kind,
    RecordFinding,
    RecordKind,
    ValueCounts,
)
from auditor.model.observation import Access, Exchange, Fact, Observation, Reach, Service, Sign, TlsSeen
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Asset, Criticality, Expectation, Place, Target, Tls

_FACTS = frozenset(Fact)
NOWHERE = Place("", 0, 0)  # of an asset whose place in the inventory the file does not tell


class Assets:
    """Equal assets become one object again, so that a large estate stays small."""

    def __init__(self) -> None:
        self._kept: dict[Asset, Asset] = {}

    def keep(self, asset: Asset) -> Asset:
        """The first asset that was equal to this one."""
        return self._kept.setdefault(asset, asset)


def outcome(node: Node, assets: Assets) -> Outcome:
    """One element of "outcomes".

    Raises:
        ResultsError: a promised key is missing, or a value is not of its kind.
    """
    return Outcome(
        target=_target(node, assets),
        address=node.text("address"),
        verdict=node.member("verdict", Verdict),
        rule=node.text("rule", ""),
        why=node.text("why", ""),
        observation=_observation(node),
        finished=node.moment("finished").timestamp() if node.has("finished") else 0.0,
        others=tuple((each.text("address"), each.member("verdict", Verdict)) for each in node.nodes("others")),
    )


def place(node: Node) -> Place:
    """A place in the inventory."""
    return Place(file=node.text("file"), line=node.whole("line"), column=node.whole("column", 1))


def _target(node: Node, assets: Assets) -> Target:
    host = node.text("host")
    about = node.maybe("target")
    address = node.text("address")
    return Target(
        host=host,
        address=address if about is None else about.text("address", address),
        port=node.whole("port", low=1, high=65535),
        product=node.text("product"),
        tls=Tls.AUTO if about is None else about.member("tls", Tls, Tls.AUTO),
        path="/" if about is None else about.text("path", "/"),
        asset=assets.keep(_asset(node.maybe("asset"), host)),
        network=None if about is None else about.text("network", None),
    )


def _asset(node: Node | None, host: str) -> Asset:
    if node is None:
        return Asset(name=host, services=(), place=NOWHERE)
    where = node.maybe("place")
    return Asset(
        name=node.text("name", host),
        services=(),
        place=NOWHERE if where is None else place(where),
        owner=node.text("owner", None),
        environment=node.text("environment", None),
        criticality=node.member("criticality", Criticality, Criticality.MEDIUM),
        tags=node.texts("tags"),
        expect=node.member("expect", Expectation, Expectation.CLOSED),
        reason=node.text("reason", None),
        zone=node.text("zone", None),
    )


def _observation(node: Node) -> Observation:
    service, behind, tls = node.maybe("service"), node.maybe("behind"), node.maybe("tls")
    facts = node.texts("facts")
    for fact in facts:
        if fact not in _FACTS:
            raise node.wrong("facts", f"a list of {', '.join(Fact)}")
    evidence = tuple(_exchange(each, why=each.text("why")) for each in node.nodes("evidence", required=True))
    return Observation(
        reach=node.member("reach", Reach),
        access=node.member("access", Access),
        facts=frozenset(Fact(fact) for fact in facts),
        detail=node.text("detail", ""),
        asked_by=node.text("asked_by", ""),
        identity=node.text("identity", ""),
        rights=node.texts("rights"),
        partial=node.texts("partial"),
        service=None if service is None else _service(service),
        behind=None if behind is None else _service(behind),
        tls=None if tls is None else _tls(tls),
        datasets=tuple(_dataset(each) for each in node.nodes("datasets", required=True)),
        truncated=node.flag("truncated", False),
        signs=tuple(_sign(each) for each in node.nodes("signs")),
        # Others may tell the evidence alone; it is part of the transcript where there is one.
        transcript=tuple(_exchange(each, why=each.text("why", "")) for each in node.nodes("transcript")) or evidence,
    )


def _service(node: Node) -> Service:
    return Service(
        name=node.text("name"),
        version=node.text("version", None),
        cluster_name=node.text("cluster_name", None),
        cluster_uuid=node.text("cluster_uuid", None),
        details=node.pairs("details"),
    )


def _sign(node: Node) -> Sign:
    return Sign(node.text("id"), node.text("detail"), node.text("object", None), node.flag("inferred", False))


def _tls(node: Node) -> TlsSeen:
    return TlsSeen(
        version=node.text("version"),
        certificate_sha256=node.text("certificate_sha256", ""),
        subject=node.text("subject", ""),
        issuer=node.text("issuer", ""),
        not_after=node.text("not_after", ""),
    )


def _exchange(node: Node, *, why: str) -> Exchange:
    return Exchange(
        request=node.text("request"),
        template=node.text("template", ""),
        status=node.whole("status", None, low=-(2**63)),
        headers=node.pairs("headers"),
        sent=node.whole("sent", 0),
        received=node.whole("received", 0),
        milliseconds=node.number("milliseconds", 0.0),
        why=why,
    )


def _dataset(node: Node) -> DataSet:
    return DataSet(
        name=node.text("name"),
        kind=node.member("kind", Kind),
        records=node.whole("records", None),
        bytes=node.whole("bytes", None),
        readable=node.flag("readable", None),
        system=node.flag("system", False),
        fields=tuple(Field(each.text("path"), each.text("type", "")) for each in node.nodes("fields")),
        field_count=node.whole("field_count", None),
        truncated=node.flag("truncated", False),
        personal=tuple(
            FieldFinding(
                field=each.text("field"),
                categories=each.texts("categories", required=True),
                confidence=each.number("confidence", high=1.0),
                why=each.text("why"),
                counts=_counts(each),
            )
            for each in node.nodes("personal", required=True)
        ),
        record=_record(node.maybe("record")),
        refused=node.texts("refused"),
        aliases=node.texts("aliases"),
        sampled=node.whole("sampled", None),
    )


def _counts(node: Node) -> ValueCounts | None:
    """What a sample's values came to; None where none was taken."""
    sample = node.maybe("sample")
    if sample is None:
        return None
    passed = sample.node("passed")
    return ValueCounts(
        field=node.text("field"),
        values=sample.whole("values"),
        distinct=sample.whole("distinct"),
        passed=tuple((check, passed.whole(check)) for check in passed.keys()),  # noqa: SIM118  # a Node is no mapping
    )


def _record(node: Node | None) -> RecordFinding | None:
    if node is None:
        return None
    return RecordFinding(
        kind=_kind(node),
        confidence=node.number("confidence", high=1.0),
        why=node.text("why"),
        gravity=node.member("gravity", Gravity) if node.has("gravity") else None,
        further=tuple(_kind(each) for each in node.nodes("further")),
        special=node.texts("special"),
        minors=node.flag("minors", False),
        key_person=node.flag("key_person", False),
        regulations=node.texts("regulations"),
    )


def _kind(node: Node) -> RecordKind:
    kind = node.text("kind")
    return RecordKind(id=kind, title=node.text("title", "") or kind)
