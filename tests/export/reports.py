"""Reports to write: a realistic estate, a hostile one, an empty one, one that was interrupted, and one of any size."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import ip_network

from auditor.model.dataset import DataSet, FieldFinding, Kind
from auditor.model.finding import Control, Finding, Severity, fingerprint
from auditor.model.observation import Access, Exchange, Fact, Observation, Reach, Service, TlsSeen
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, CoverageLedger, InventoryRef, NetworkTally, RunInfo
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
    RequestTemplate("es-count", "elasticsearch", "GET /_search?size=0", "always", "whether records could be read; none are"),
    RequestTemplate("es-mapping", "elasticsearch", "GET /{index}/_mapping", "the index is exposed", "field names and types"),
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


def finding(about: Outcome, rule: str, severity: Severity, title: str, why: str, fix: str, **more: object) -> Finding:
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
    whole = AuditReport(
        run=RunInfo("20261121T021500Z-7f3a", STARTED, FINISHED, complete, "0.1.0", vantage="bastion in dc1 (10.0.0.0/16)"),
        estate=Estate("acme-prod", "ACME production", "Asia/Shanghai"),
        authorization=Authorization(
            "ACME Ltd", "Head of Infrastructure", "SEC-123", date(2026, 11, 1), date(2027, 1, 31), "secops@example.org"
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


def shanghai() -> AuditReport:
    """A dozen hosts around an open dashboard in front of police records."""
    ask_root = Exchange("GET /", "es-root", 200, (), 118, 640, 4.2, "names itself OpenSearch 2.11.0, cluster gabase")
    ask_list = Exchange("GET /_cat/indices?format=json&bytes=b", "es-indices", 200, (), 160, 2311, 9.8, "lists 4 indices")
    ask_count = Exchange("GET /_search?size=0", "es-count", 200, (), 140, 188, 6.1, "1,043,282,112 records could be searched")
    records = DataSet(
        "person_address_label_info_slave", Kind.INDEX, 969_830_655, 8_210_000_000_000, True,
        field_count=46, personal=personal(POLICE),
    )
    cases = DataSet("case_data_index", Kind.INDEX, 73_451_457, 1_120_000_000_000, True, field_count=31, personal=personal(POLICE[:6]))
    search = outcome(
        "es-ga-1", 9200, "elasticsearch", Verdict.OPEN, why="Records could be read without a login.",
        access=Access.RECORDS, facts=frozenset({Fact.SECURITY_OFF}),
        service=Service("OpenSearch", "2.11.0", "gabase", None, (("distribution", "opensearch"),)),
        datasets=(records, cases, DataSet("nb_theme_address", Kind.INDEX, 5120, 880_000, True), DataSet(".kibana_1", Kind.INDEX, 61, 90_112, True, system=True)),
        transcript=(ask_root, Exchange("GET /_nodes", "es-nodes", 200, (), 90, 4000, 3.0), ask_list, ask_count),
        others=(("10.0.4.11", Verdict.TIMED_OUT),),
    )  # fmt: skip
    dashboard = outcome(
        "kibana-ga", 5601, "kibana", Verdict.OPEN, address="10.0.4.20", owner="platform",
        why="The cluster behind it could be read through its console.", access=Access.RECORDS,
        service=Service("OpenSearch Dashboards", "2.8.0"), behind=Service("OpenSearch", "2.11.0", "gabase"),
        datasets=(records,),
        transcript=(
            Exchange("GET /", "kibana-root", 302, (("osd-name", "dashboards-1"),), 120, 210, 5.0, "names itself OpenSearch Dashboards"),
            Exchange("POST /api/console/proxy?path=_search%3Fsize%3D0&method=GET", "kibana-console", 200, (), 240, 190, 11.2, "the cluster answered a search through it, no login asked"),
        ),
    )  # fmt: skip
    shop = outcome(
        "mongo-crm", 27017, "mongodb", Verdict.OPEN, address="10.0.7.31", owner="crm", why="Databases could be listed and counted without a login.",
        access=Access.RECORDS, service=Service("MongoDB", "4.0.19"),
        tls=TlsSeen("TLSv1.2", "ab" * 32, "CN=mongo-crm", "CN=ACME internal CA", "2027-03-01T00:00:00Z"),
        datasets=(
            DataSet("crm.customers", Kind.COLLECTION, 48_211, 96_000_000, True, field_count=22, personal=personal(CUSTOMERS)),
            DataSet("crm.orders", Kind.COLLECTION, 301_552, 410_000_000, True, field_count=19, personal=personal(CUSTOMERS[:1])),
        ),
        transcript=(
            Exchange("isMaster", "mongo-hello", None, (), 58, 300, 2.1, "wire version 7: MongoDB 4.0"),
            Exchange("listDatabases nameOnly", "mongo-list", None, (), 70, 240, 2.4, "ok: 4 databases, without a login"),
        ),
    )  # fmt: skip
    anonymous = outcome(
        "es-logs", 9200, "elasticsearch", Verdict.ANONYMOUS_ROLE, address="10.0.4.40", owner="observability",
        why="The product gave the stranger an identity.", access=Access.RECORDS, identity="_anonymous", rights=("read on logs-*",),
        facts=frozenset({Fact.ANONYMOUS_IDENTITY}), partial=("GET /_search was answered, GET /_cat/indices was refused (403)",),
        service=Service("Elasticsearch", "8.5.0", "logs"), datasets=(DataSet("logs-web", Kind.DATA_STREAM, 8_120_000, None, True, personal=personal((("client.ip", ("ip_address",), 0.62, "the words “client” and “ip” in a web log"),))),),
        transcript=(Exchange("GET /_security/_authenticate", "es-auth", 200, (), 100, 320, 4.0, "says that the stranger is user _anonymous"),),
    )  # fmt: skip
    names = outcome(
        "es-old", 9200, "elasticsearch", Verdict.METADATA_ONLY, address="10.0.4.50", owner=None,
        why="A stranger gets versions and names, no records.", access=Access.NAMES, service=Service("Elasticsearch", "6.8.23", "legacy"),
        transcript=(Exchange("GET /", "es-root", 200, (), 100, 500, 3.3, "tells its version and cluster; everything else is 401"),),
    )  # fmt: skip
    unset = outcome("mongo-new", 27017, "mongodb", Verdict.NOT_INITIALISED, address="10.0.7.40", owner="crm", why="A replica-set member without a configuration.", service=Service("MongoDB", "7.0.4"), transcript=(Exchange("replSetGetStatus", "mongo-rs", 94, (), 60, 90, 1.0, "says that it has no configuration"),))
    closed = [
        outcome(f"es-{n}", 9200, "elasticsearch", Verdict.AUTH_REQUIRED, address=f"10.0.5.{n}", why="A login was asked for.", asked_by="Elasticsearch security", service=Service("Elasticsearch", "8.19.21"), facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}), transcript=(Exchange("GET /", "es-root", 401, (("www-authenticate", 'Basic realm="security"'),), 100, 300, 3.0, "asks for a login"),))
        for n in range(11, 19)
    ]  # fmt: skip
    closed.append(outcome("mongo-pay", 27017, "mongodb", Verdict.CLIENT_CERT_REQUIRED, address="10.0.8.2", owner="payments", reach=Reach.CLIENT_CERTIFICATE_REQUIRED, why="The TLS handshake asks for a client certificate.", transcript=(Exchange("isMaster", "mongo-hello", None, (), 58, 0, 2.0, "the server ended the talk after asking for a certificate"),)))
    closed.append(outcome("kibana-hr", 5601, "kibana", Verdict.AUTH_REQUIRED, address="10.0.8.9", owner="hr-it", why="A login was asked for.", asked_by='a proxy in front (nginx, realm "ops")', transcript=(Exchange("GET /", "kibana-root", 401, (), 90, 180, 2.0, "nginx asks for a login"),)))
    silent = [
        outcome("es-dr-1", 9200, "elasticsearch", Verdict.TIMED_OUT, address="10.0.6.1", reach=Reach.TIMED_OUT, owner="search-team", why="No answer to three connection attempts of 3 s each."),
        outcome("es-dr-1", 9201, "elasticsearch", Verdict.TIMED_OUT, address="10.0.6.1", reach=Reach.TIMED_OUT, owner="search-team", why="No answer to three connection attempts of 3 s each."),
        outcome("mongo-gone", 27017, "mongodb", Verdict.DNS_FAILED, address="", reach=Reach.DNS_FAILED, owner="crm", why="The name mongo-gone.corp.example does not exist (NXDOMAIN)."),
        outcome("es-cloud", 9200, "elasticsearch", Verdict.OUT_OF_SCOPE, address="203.0.113.9", reach=Reach.OUT_OF_SCOPE, owner="platform", why="The name resolves to 203.0.113.9, which is outside the scope; no packet was sent."),
        outcome("kibana-x", 5601, "kibana", Verdict.INCONCLUSIVE, address="10.0.6.9", reach=Reach.BROKE_OFF, owner="platform", why="The server accepted the connection and then closed it without a byte."),
        outcome("es-web", 9200, "elasticsearch", Verdict.OTHER_SERVICE, address="10.0.6.12", reach=Reach.NOT_THE_PRODUCT, owner="platform", why="An nginx welcome page."),
        outcome("es-idle", 9200, "elasticsearch", Verdict.REFUSED, address="10.0.6.20", reach=Reach.REFUSED, why="Nothing listens on this port."),
        outcome("mongo-arb", 27017, "mongodb", Verdict.NO_DATA_NODE, address="10.0.7.33", owner="crm", why="An arbiter: it votes and keeps no data."),
    ]  # fmt: skip
    stray = outcome("10.20.1.77", 9200, "elasticsearch", Verdict.OPEN, address="10.20.1.77", network="dc1-data", owner="infra", why="Records could be read without a login.", access=Access.RECORDS, service=Service("Elasticsearch", "1.7.6", "elasticsearch"), datasets=(DataSet("test", Kind.INDEX, 12, 4096, True),), transcript=(ask_root,))  # fmt: skip
    lock = "Switch the security plugin on: set plugins.security.disabled: false, run the demo installer or bring certificates of your own, and create users.\nUntil then, let only the application's addresses reach port 9200."
    data = "Treat it as disclosed until logs prove otherwise: keep the access logs, close the port, and tell the data protection officer."
    findings = [
        finding(search, "open-elasticsearch", Severity.CRITICAL, "OpenSearch answers anyone", "Critical: records can be read without a login, the host is marked as of high criticality, and two of its indices hold personal data.", lock, controls=NO_LOGIN, records=1_043_282_112),
        finding(search, "personal-data-exposed", Severity.CRITICAL, "Personal data can be read by anyone: person_address_label_info_slave", "Critical: 12 fields look personal, among them identity numbers and a label of “key persons”.", data, object="person_address_label_info_slave", controls=PERSONAL, records=969_830_655, categories=("national_id", "person_name", "phone", "criminal_record", "minor_info", "ethnicity_race")),
        finding(search, "personal-data-exposed", Severity.CRITICAL, "Personal data can be read by anyone: case_data_index", "Critical: 6 fields look personal.", data, object="case_data_index", controls=PERSONAL, records=73_451_457, categories=("national_id", "person_name", "phone")),
        finding(dashboard, "open-kibana", Severity.CRITICAL, "The cluster behind OpenSearch Dashboards can be read through it", "Critical: es-ga-1 could be read through this console without a login; closing port 9200 alone does not help.", "Require a login in Dashboards (opensearch_security.auth.type) and do not publish port 5601.", controls=NO_LOGIN, verify="curl -sS -XPOST -H 'osd-xsrf: 1' 'http://10.0.4.20:5601/api/console/proxy?path=_search%3Fsize%3D0&method=GET'"),
        finding(shop, "open-mongodb", Severity.CRITICAL, "MongoDB answers anyone", "Critical: databases can be listed and counted without a login, and customers' data is among them.", "Create an administrator, set security.authorization: enabled, restart, and bind to internal addresses only.", controls=NO_LOGIN, records=349_763, verify="mongosh --host 10.0.7.31 --eval 'db.adminCommand({listDatabases: 1, nameOnly: true})'"),
        finding(shop, "personal-data-exposed", Severity.CRITICAL, "Personal data can be read by anyone: crm.customers", "Critical: 7 fields look personal, among them bank accounts.", data, object="crm.customers", controls=PERSONAL, records=48_211, categories=("email", "person_name", "bank_account", "birth_date")),
        finding(shop, "end-of-life", Severity.MEDIUM, "MongoDB 4.0 gets no security fixes any more", "Medium: its maintenance ended in April 2022.", "Upgrade release by release to 7.0 or later.", controls=END_OF_LIFE),
        finding(anonymous, "anonymous-role", Severity.HIGH, "Elasticsearch lets strangers in as _anonymous", "High: the anonymous user may read logs-*.", "Remove xpack.security.authc.anonymous from elasticsearch.yml and restart.", controls=NO_LOGIN, records=8_120_000),
        finding(names, "metadata-exposed", Severity.MEDIUM, "Elasticsearch tells strangers its version and cluster", "Medium: no record could be read, but the version tells an attacker what to try.", "Put the root path behind the same login as everything else.", controls=NO_LOGIN[:2]),
        finding(unset, "not-initialised", Severity.LOW, "A replica-set member waits for its first configuration", "Low: whoever comes first may configure it.", "Initiate the replica set with authentication on, or switch the host off."),
        finding(stray, "open-elasticsearch", Severity.CRITICAL, "Elasticsearch answers anyone", "Critical: records can be read without a login, on a host that no inventory names.", lock, controls=NO_LOGIN, records=12),
        finding(closed[0], "no-tls", Severity.INFO, "The login goes over plain HTTP", "Info: nothing is exposed, but a password can be overheard on the way.", "Set xpack.security.http.ssl.enabled: true.", controls=(Control("ISO/IEC 27001:2022", "A.8.24", "Use of cryptography."),)),
    ]  # fmt: skip
    tally = NetworkTally("dc1-data", "10.20.0.0/22", "elasticsearch", 9200, 1024, 38, 985, 1)
    return report([search, dashboard, shop, anonymous, names, unset, *closed, *silent, stray], findings, networks=(tally,))


def spotless() -> AuditReport:
    """Everything asked for a login."""
    rows = [
        outcome(f"es-{n}", 9200, "elasticsearch", Verdict.AUTH_REQUIRED, address=f"10.0.5.{n}", why="A login was asked for.", asked_by="Elasticsearch security")
        for n in range(3)
    ]  # fmt: skip
    return report(rows, [], classification=None, scope=None)


def empty() -> AuditReport:
    """An inventory that spreads into nothing."""
    return report([], [], requests=(), classification=None)


def partial() -> AuditReport:
    """A run that was interrupted: some targets were never tried."""
    first = outcome("es-1", 9200, "elasticsearch", Verdict.AUTH_REQUIRED, why="A login was asked for.", asked_by="Elasticsearch security")
    rest = [
        outcome(f"es-{n}", 9200, "elasticsearch", Verdict.NOT_PROBED, address="", reach=Reach.NOT_TRIED, why="The run was interrupted first.")
        for n in range(2, 9)
    ]  # fmt: skip
    return report([first, *rest], [], complete=False)


HOSTILE = (
    '"><script>alert(1)</script>',
    "</script><script>alert(2)</script>",
    "<!--<script>",
    "a\u202egnp.exe",
    "zero\u200bwidth\u2060\ufeff",
    "null\x00bell\x07esc\x1b[31mred",
    "c1\x9b31m\x85next",
    "half \ud800 half",
    "line\u2028para\u2029new\nline\ttab\rreturn",
    "{{ 7*7 }}{% raw %}",
    "' onmouseover='alert(3)",
    "javascript:alert(4)",
    "&lt;b&gt;&amp;",
    "姓名索引",
    "ﷺ العربية",
    "x" * 5000,
    "\u3164\u115f\u2800",
    "",
    " lead and trail ",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "emoji 👩‍👩‍👧 tag\U000e0041\U000e007f",
)


def hostile(names: Sequence[str] = HOSTILE) -> AuditReport:
    """Every text that a server or a file may bring, in every place where one may stand."""
    outcomes, findings = [], []
    for number, name in enumerate(names):
        seen = outcome(
            name, 9200 + number, name, Verdict.OPEN, address=name, why=name, owner=name, access=Access.RECORDS,
            asked_by=name, identity=name, rights=(name,), partial=(name,), others=((name, Verdict.REFUSED),),
            service=Service(name, name, name, name, ((name, name),)), behind=Service(name),
            tls=TlsSeen(name, name, name, name, name),
            datasets=(DataSet(name, Kind.INDEX, 1, 1, personal=(FieldFinding(name, (name,), 0.5, name),), refused=(name,)),),
            transcript=(Exchange(name, name, 200, ((name, name),), 1, 1, 1.0, name),),
        )  # fmt: skip
        shut = outcome(name, 19200 + number, name, Verdict.AUTH_REQUIRED, address=name, why=name, owner=name, asked_by=name)
        lost = outcome(name, 29200 + number, name, Verdict.TIMED_OUT, address=name, why=name, owner=name)
        outcomes += [seen, shut, lost]
        control = Control(name, name, name)
        findings.append(finding(seen, name, Severity.HIGH, name, name, name, verify=name, object=name, controls=(control,), categories=(name,)))  # fmt: skip
    text = names[0] if names else "x"
    networks = (NetworkTally(text, text, text, 9200, 10, 4, 6, 0),)
    whole = report(outcomes, findings, networks=networks, classification=text)
    return replace(
        whole,
        estate=Estate(text, text, text),
        run=replace(whole.run, id=text, version=text, profile=text, vantage=text),
        inventory=InventoryRef(text, text),
        requests=(RequestTemplate(text, text, text, text, text),),
        authorization=replace(whole.authorization, owner=text, approved_by=text, ticket=text, contact=text),
    )


def large(*, hosts: int = 20_000, exposures: int = 2_000, fields: int = 50_000) -> AuditReport:
    """An estate of many hosts: a tenth exposed, a tenth silent, the rest asking for a login or refusing."""
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    each = max(1, fields // max(1, exposures))
    template = (*POLICE, *CUSTOMERS)
    for number in range(hosts):
        host, address, team = f"es-{number:05}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", f"team-{number % 40}"
        if number < exposures:
            rows = tuple(
                FieldFinding(f"{template[k % 19][0]}_{k}_{number % 200}", template[k % 19][1], template[k % 19][2], template[k % 19][3])
                for k in range(each)
            )  # fmt: skip
            data = DataSet(f"customers-{number}", Kind.INDEX, 1000 + number, 1 << 20, True, field_count=each * 2, personal=rows)
            about = outcome(
                host, 9200, "elasticsearch", Verdict.OPEN, address=address, owner=team, why="Records could be read without a login.",
                access=Access.RECORDS, service=Service("Elasticsearch", "7.17.29", f"cluster-{number}"), datasets=(data,),
                transcript=(
                    Exchange("GET /", "es-root", 200, (), 100, 500, 3.0, f"names itself Elasticsearch 7.17.29, cluster cluster-{number}"),
                    Exchange("GET /_search?size=0", "es-count", 200, (), 100, 200, 3.0, f"{1000 + number} records could be searched"),
                ),
            )  # fmt: skip
            findings.append(finding(about, "open-elasticsearch", Severity.CRITICAL, "Elasticsearch answers anyone", "Critical: records can be read without a login, and one of its indices holds personal data.", "Set xpack.security.enabled: true, create users with elasticsearch-setup-passwords, and restart the node.", controls=NO_LOGIN, records=1000 + number))  # fmt: skip
            findings.append(finding(about, "personal-data-exposed", Severity.HIGH, f"Personal data can be read by anyone: customers-{number}", f"High: {each} fields look personal.", "Treat it as disclosed until logs prove otherwise.", object=data.name, controls=PERSONAL, records=data.records, categories=("national_id", "person_name")))  # fmt: skip
            outcomes.append(about)
        elif number % 9 == 0:
            outcomes.append(outcome(host, 9200, "elasticsearch", Verdict.TIMED_OUT, address=address, owner=team, reach=Reach.TIMED_OUT, why="No answer to three connection attempts of 3 s each."))  # fmt: skip
        elif number % 2:
            outcomes.append(outcome(host, 9200, "elasticsearch", Verdict.AUTH_REQUIRED, address=address, owner=team, why="A login was asked for.", asked_by="Elasticsearch security", service=Service("Elasticsearch", "8.19.21")))  # fmt: skip
        else:
            outcomes.append(outcome(host, 9200, "elasticsearch", Verdict.REFUSED, address=address, owner=team, reach=Reach.REFUSED, why="Nothing listens on this port."))  # fmt: skip
    return report(outcomes, findings)
