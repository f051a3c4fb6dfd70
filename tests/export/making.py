"""How reports to write are made: assets, outcomes and findings with little said about each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import ip_network

from auditor.model.dataset import FieldFinding
from auditor.model.finding import Control, Finding, Severity, fingerprint
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, CoverageLedger, InventoryRef, RunInfo
from auditor.model.target import Asset, Authorization, Criticality, Estate, Place, Scope, Target, Tls

STARTED = datetime(2026, 11, 21, 2, 15, 0, tzinfo=UTC)
FINISHED = datetime(2026, 11, 21, 2, 17, 41, 250000, tzinfo=UTC)
EPOCH = STARTED.timestamp()

NO_LOGIN = (
    Control("ISO/IEC 27001:2022", "A.8.5", "Secure authentication: nobody was asked who they are."),
    Control("ISO/IEC 27001:2022", "A.8.3", "Information access restriction: records could be read without any right."),
    Control("SOC 2", "CC6.1", "Logical access controls over protected information assets."),
    Control("NIST SP 800-53 r5", "AC-14", "Actions permitted without identification or authentication."),
    Control("GDPR", "Art. 32", "Security of processing."),
)
PERSONAL = (
    Control("ISO/IEC 27001:2022", "A.5.34", "Privacy and protection of personal data."),
    Control("GDPR", "Art. 33/34", "Whether a notification is due must be assessed by the controller."),
    Control("PIPL", "Art. 28", "Sensitive personal information: identity, medical records, minors."),
    Control("PIPL", "Art. 57", "Steps after a leak of personal information."),
)
END_OF_LIFE = (Control("ISO/IEC 27001:2022", "A.8.8", "Management of technical vulnerabilities."),)

REQUESTS = (
    RequestTemplate("es-root", "elasticsearch", "GET /", "always", "who answers, and in which version"),
    RequestTemplate(
        "es-indices",
        "elasticsearch",
        "GET /_cat/indices?format=json&bytes=b&master_timeout=1s",
        "the root did not ask for a login",
        "names, document counts and sizes of the indices",
    ),
    RequestTemplate(
        "es-count", "elasticsearch", "GET /_search?size=0", "always", "whether records could be read; none are"
    ),
    RequestTemplate(
        "es-mapping", "elasticsearch", "GET /{index}/_mapping", "the index is exposed", "field names and types"
    ),
    RequestTemplate("mongo-hello", "mongodb", "isMaster", "always", "who answers"),
    RequestTemplate("mongo-list", "mongodb", "listDatabases nameOnly", "always", "names of the databases"),
    RequestTemplate("kibana-root", "kibana", "GET /", "always", "whether this is Kibana or Dashboards"),
    RequestTemplate(
        "kibana-console",
        "kibana",
        "POST /api/console/proxy?path={path}&method=GET",
        "the server named itself Kibana or Dashboards",
        "whether the cluster behind it can be read through it",
    ),
)

POLICE = (
    ("xm", ("person_name",), 0.98, "pinyin initials of 姓名 (name), beside sfzh and csrq"),
    ("xb", ("gender",), 0.93, "pinyin initials of 性别 (sex) in a record about a person"),
    ("sfzh", ("national_id",), 0.99, "pinyin initials of 身份证号 (identity card number)"),
    ("csrq", ("birth_date",), 0.97, "pinyin initials of 出生日期 (date of birth)"),
    ("hjdz", ("postal_address",), 0.94, "pinyin initials of 户籍地址 (registered address)"),
    ("lxdh", ("phone",), 0.96, "pinyin initials of 联系电话 (telephone)"),
    ("mz", ("ethnicity_race",), 0.88, "pinyin initials of 民族 (ethnicity); role confirmed by its neighbours"),
    ("whcd", ("education",), 0.86, "pinyin initials of 文化程度 (education)"),
    ("hyzk", ("marital_family",), 0.9, "pinyin initials of 婚姻状况 (marital status)"),
    ("zy", ("employment",), 0.74, "pinyin initials of 职业 (profession); ambiguous alone"),
    ("zdrylb", ("criminal_record",), 0.91, "重点人员类别 (label of a “key person”)"),
    ("wcnr_bz", ("minor_info",), 0.84, "未成年人标志 (marks a minor)"),
)
CUSTOMERS = (
    ("email", ("email",), 0.97, "the field's name is “email”"),
    ("full_name", ("person_name",), 0.95, "the words “full” and “name” on a record with an email"),
    ("phone_mobile", ("phone",), 0.95, "the words “phone” and “mobile”"),
    ("billing.iban", ("bank_account",), 0.99, "the word “iban”"),
    ("billing.card_last4", ("payment_card",), 0.71, "the words “card” and “last4”"),
    ("address.street", ("postal_address",), 0.92, "the word “street” below “address”"),
    ("birthdate", ("birth_date",), 0.96, "the word “birthdate”"),
)


def personal(rows: Sequence[tuple[str, tuple[str, ...], float, str]]) -> tuple[FieldFinding, ...]:
    return tuple(FieldFinding(field, categories, confidence, why) for field, categories, confidence, why in rows)


def asset(name: str, *, owner: str | None = "search-team", line: int = 10, **more: object) -> Asset:
    return Asset(name, (), Place("inventory.yaml", line, 5), owner=owner, environment="prod", **more)  # type: ignore[arg-type]  # passed through


def outcome(
    host: str,
    port: int,
    product: str,
    verdict: Verdict,
    *,
    address: str = "10.0.4.10",
    why: str = "",
    owner: str | None = "search-team",
    network: str | None = None,
    finished: float = EPOCH + 12.5,
    others: tuple[tuple[str, Verdict], ...] = (),
    reach: Reach = Reach.ANSWERED,
    **seen: object,
) -> Outcome:
    where = asset(network or host, owner=owner, criticality=Criticality.HIGH, tags=("eu",))
    written = f"{host}.corp.example" if network is None else host
    target = Target(host, written, port, product, Tls.AUTO, "/", where, network)
    seen.setdefault("detail", why)
    return Outcome(target, address, verdict, f"rule-{verdict}", why, Observation(reach, **seen), finished, others)  # type: ignore[arg-type]  # passed through


def finding(  # noqa: PLR0917  # read in the order in which a card prints them
    about: Outcome, rule: str, severity: Severity, title: str, why: str, fix: str, **more: object
) -> Finding:
    target = about.target
    verify = str(more.pop("verify", f"curl -sS 'http://{about.address}:{target.port}/_search?size=0'"))
    name = more.pop("object", None)
    return Finding(
        fingerprint(rule, "acme-prod", target.host, target.port, name if isinstance(name, str) else None),
        rule,
        severity,
        target.host,
        about.address,
        target.port,
        target.product,
        name,  # type: ignore[arg-type]  # passed through
        title,
        why,
        fix,
        verify,
        owner=target.asset.owner,
        environment=target.asset.environment,
        place=target.asset.place,
        **more,  # type: ignore[arg-type]  # passed through
    )


def report(outcomes: Sequence[Outcome], findings: Sequence[Finding], **more: object) -> AuditReport:
    networks = more.pop("networks", ())
    counts = Counter(each.verdict for each in outcomes)
    for tally in networks:  # type: ignore[attr-defined]  # a tuple of NetworkTally
        counts[Verdict.REFUSED] += tally.refused
        counts[Verdict.TIMED_OUT] += tally.silent
    complete = bool(more.pop("complete", True))
    sample = int(more.pop("sample", 0))  # type: ignore[call-overload]  # it is a number
    whole = AuditReport(
        run=RunInfo(
            "20261121T021500Z-7f3a",
            STARTED,
            FINISHED,
            complete,
            "0.1.0",
            vantage="bastion in dc1 (10.0.0.0/16)",
            sample=sample,
        ),
        estate=Estate("acme-prod", "ACME production", "Asia/Shanghai"),
        authorization=Authorization(
            "ACME Ltd",
            "Head of Infrastructure",
            "SEC-123",
            date(2026, 11, 1),
            date(2027, 1, 31),
            "secops@example.org",
            "Data protection officer" if sample else None,
        ),
        inventory=InventoryRef("inventory.yaml", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        coverage=CoverageLedger(sum(counts.values()), {v: counts[v] for v in Verdict if counts[v]}, networks),  # type: ignore[arg-type]  # as above
        outcomes=outcomes,
        findings=sorted(findings, key=lambda each: -each.severity.rank),
        scope=Scope((ip_network("10.0.0.0/8"), ip_network("fd00::/8")), (ip_network("10.9.0.0/16"),)),
        requests=REQUESTS,
        classification="Confidential — internal audit",
    )
    return replace(whole, **more)  # type: ignore[arg-type]  # passed through
