"""What the servers of the realistic estate showed: a dozen around an open dashboard in front of police records."""

from dataclasses import replace

from auditor.model.dataset import DataSet, Gravity, Kind, RecordFinding, RecordKind, ValueCounts
from auditor.model.observation import Access, Exchange, Fact, Service, TlsSeen
from auditor.model.outcome import Verdict
from tests.export.making import CUSTOMERS, POLICE, outcome, personal

ASK_ROOT = Exchange("GET /", "es-root", 200, (), 118, 640, 4.2, "names itself OpenSearch 2.11.0, cluster gabase")
ASK_LIST = Exchange("GET /_cat/indices?format=json&bytes=b", "es-indices", 200, (), 160, 2311, 9.8, "lists 4 indices")
ASK_COUNT = Exchange(
    "GET /_search?size=0", "es-count", 200, (), 140, 188, 6.1, "1,043,282,112 records could be searched"
)
PERSONS = RecordFinding(
    RecordKind("civil_identity", "Civil identity record"),
    0.98,
    "person name, national id, gender, birth date and postal address together; 'wcnr_bz' is about a child",
    Gravity.GRAVE,
    special=("ethnicity_race", "criminal_record"),
    minors=True,
    key_person=True,
    regulations=("GDPR Art. 4(1)", "GDPR Art. 9", "GDPR Art. 10", "PIPL Art. 28", "PIPL Art. 28, 31"),
)
CASE = RecordFinding(
    RecordKind("police_case", "Police case record"),
    0.91,
    "person name, national id, phone together; the index's name says 'case data'",
    Gravity.GRAVE,
    further=(RecordKind("civil_identity", "Civil identity record"),),
    regulations=("GDPR Art. 4(1)", "GDPR Art. 10"),
)
CLIENT = RecordFinding(
    RecordKind("customer", "Customer or order record"),
    0.95,
    "person name, email, phone, postal address together; the index's name says 'customer'",
    Gravity.SERIOUS,
    special=("bank_account", "payment_card"),
)
VISITS = RecordFinding(RecordKind("account_log", "Log with accounts"), 0.6, "ip address", Gravity.SLIGHT)
#: What the sampled values of six fields passed, in their order.
COUNTED: tuple[tuple[tuple[str, int], ...], ...] = (
    (("cn_name", 31), ("letter", 37)),
    (),
    (("gb11643", 34), ("masked", 2), ("long_text", 0)),
    (("birth_date", 35), ("gb11643", 0)),
    (("a-plugin's", 3),),
    (("phone", 31), ("cn_mobile", 32), ("masked", 1), ("hashed", 0)),
)
RECORDS = DataSet(
    "person_address_label_info_slave",
    Kind.INDEX,
    969_830_655,
    8_210_000_000_000,
    True,
    field_count=46,
    personal=personal(POLICE),
    record=PERSONS,
)
CASES = DataSet(
    "case_data_index",
    Kind.INDEX,
    73_451_457,
    1_120_000_000_000,
    True,
    field_count=31,
    personal=tuple(
        replace(found, counts=ValueCounts(found.field, 40 - number, 38 - number, COUNTED[number]))
        for number, found in enumerate(personal(POLICE[:6]))
    ),
    sampled=40,
    record=CASE,
)
SEARCH = outcome(
    "es-ga-1",
    9200,
    "elasticsearch",
    Verdict.OPEN,
    why="Records could be read without a login.",
    access=Access.RECORDS,
    facts=frozenset({Fact.SECURITY_OFF}),
    service=Service("OpenSearch", "2.11.0", "gabase", None, (("distribution", "opensearch"),)),
    datasets=(
        RECORDS,
        CASES,
        DataSet("nb_theme_address", Kind.INDEX, 5120, 880_000, True, aliases=("addresses",)),
        DataSet(".kibana_1", Kind.INDEX, 61, 90_112, True, system=True),
    ),
    transcript=(ASK_ROOT, Exchange("GET /_nodes", "es-nodes", 200, (), 90, 4000, 3.0), ASK_LIST, ASK_COUNT),
    others=(("10.0.4.11", Verdict.TIMED_OUT),),
)
DASHBOARD = outcome(
    "kibana-ga",
    5601,
    "kibana",
    Verdict.OPEN,
    address="10.0.4.20",
    owner="platform",
    why="The cluster behind it could be read through its console.",
    access=Access.RECORDS,
    service=Service("OpenSearch Dashboards", "2.8.0"),
    behind=Service("OpenSearch", "2.11.0", "gabase"),
    datasets=(RECORDS,),
    transcript=(
        Exchange(
            "GET /",
            "kibana-root",
            302,
            (("osd-name", "dashboards-1"),),
            120,
            210,
            5.0,
            "names itself OpenSearch Dashboards",
        ),
        Exchange(
            "POST /api/console/proxy?path=_search%3Fsize%3D0&method=GET",
            "kibana-console",
            200,
            (),
            240,
            190,
            11.2,
            "the cluster answered a search through it, no login asked",
        ),
    ),
)
SHOP = outcome(
    "mongo-crm",
    27017,
    "mongodb",
    Verdict.OPEN,
    address="10.0.7.31",
    owner="crm",
    why="Databases could be listed and counted without a login.",
    access=Access.RECORDS,
    service=Service("MongoDB", "4.0.19"),
    tls=TlsSeen("TLSv1.2", "ab" * 32, "CN=mongo-crm", "CN=ACME internal CA", "2027-03-01T00:00:00Z"),
    datasets=(
        DataSet(
            "crm.customers",
            Kind.COLLECTION,
            48_211,
            96_000_000,
            True,
            field_count=22,
            personal=personal(CUSTOMERS),
            record=CLIENT,
        ),
        DataSet(
            "crm.orders",
            Kind.COLLECTION,
            301_552,
            410_000_000,
            True,
            field_count=19,
            personal=personal(CUSTOMERS[:1]),
        ),
    ),
    transcript=(
        Exchange("isMaster", "mongo-hello", None, (), 58, 300, 2.1, "wire version 7: MongoDB 4.0"),
        Exchange("listDatabases nameOnly", "mongo-list", None, (), 70, 240, 2.4, "ok: 4 databases, without a login"),
    ),
)
ANONYMOUS = outcome(
    "es-logs",
    9200,
    "elasticsearch",
    Verdict.ANONYMOUS_ROLE,
    address="10.0.4.40",
    owner="observability",
    why="The product gave the stranger an identity.",
    access=Access.RECORDS,
    identity="_anonymous",
    rights=("read on logs-*",),
    facts=frozenset({Fact.ANONYMOUS_IDENTITY}),
    partial=("GET /_search was answered, GET /_cat/indices was refused (403)",),
    service=Service("Elasticsearch", "8.5.0", "logs"),
    datasets=(
        DataSet(
            "logs-web",
            Kind.DATA_STREAM,
            8_120_000,
            None,
            True,
            personal=personal((("client.ip", ("ip_address",), 0.62, "the words “client” and “ip” in a web log"),)),
            record=VISITS,
        ),
    ),
    transcript=(
        Exchange(
            "GET /_security/_authenticate",
            "es-auth",
            200,
            (),
            100,
            320,
            4.0,
            "says that the stranger is user _anonymous",
        ),
    ),
)
NAMES = outcome(
    "es-old",
    9200,
    "elasticsearch",
    Verdict.METADATA_ONLY,
    address="10.0.4.50",
    owner=None,
    why="A stranger gets versions and names, no records.",
    access=Access.NAMES,
    service=Service("Elasticsearch", "6.8.23", "legacy"),
    transcript=(
        Exchange("GET /", "es-root", 200, (), 100, 500, 3.3, "tells its version and cluster; everything else is 401"),
    ),
)
UNSET = outcome(
    "mongo-new",
    27017,
    "mongodb",
    Verdict.NOT_INITIALISED,
    address="10.0.7.40",
    owner="crm",
    why="A replica-set member without a configuration.",
    service=Service("MongoDB", "7.0.4"),
    transcript=(Exchange("replSetGetStatus", "mongo-rs", 94, (), 60, 90, 1.0, "says that it has no configuration"),),
)
STRAY = outcome(
    "10.20.1.77",
    9200,
    "elasticsearch",
    Verdict.OPEN,
    address="10.20.1.77",
    network="dc1-data",
    owner="infra",
    why="Records could be read without a login.",
    access=Access.RECORDS,
    service=Service("Elasticsearch", "1.7.6", "elasticsearch"),
    datasets=(DataSet("test", Kind.INDEX, 12, 4096, True),),
    transcript=(ASK_ROOT,),
)
