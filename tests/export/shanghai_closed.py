"""The servers of the realistic estate that gave nothing away: closed, silent, gone, or something else."""

from auditor.model.observation import Exchange, Fact, Reach, Service
from auditor.model.outcome import Verdict
from tests.export.making import outcome

CLOSED = [
    outcome(
        f"es-{n}",
        9200,
        "elasticsearch",
        Verdict.AUTH_REQUIRED,
        address=f"10.0.5.{n}",
        why="A login was asked for.",
        asked_by="Elasticsearch security",
        service=Service("Elasticsearch", "8.19.21"),
        facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}),
        transcript=(
            Exchange(
                "GET /",
                "es-root",
                401,
                (("www-authenticate", 'Basic realm="security"'),),
                100,
                300,
                3.0,
                "asks for a login",
            ),
        ),
    )
    for n in range(11, 19)
]
CLOSED.append(
    outcome(
        "mongo-pay",
        27017,
        "mongodb",
        Verdict.CLIENT_CERT_REQUIRED,
        address="10.0.8.2",
        owner="payments",
        reach=Reach.CLIENT_CERTIFICATE_REQUIRED,
        why="The TLS handshake asks for a client certificate.",
        transcript=(
            Exchange(
                "isMaster",
                "mongo-hello",
                None,
                (),
                58,
                0,
                2.0,
                "the server ended the talk after asking for a certificate",
            ),
        ),
    )
)
CLOSED.append(
    outcome(
        "kibana-hr",
        5601,
        "kibana",
        Verdict.AUTH_REQUIRED,
        address="10.0.8.9",
        owner="hr-it",
        why="A login was asked for.",
        asked_by='a proxy in front (nginx, realm "ops")',
        transcript=(Exchange("GET /", "kibana-root", 401, (), 90, 180, 2.0, "nginx asks for a login"),),
    )
)
SILENT = [
    outcome(
        "es-dr-1",
        9200,
        "elasticsearch",
        Verdict.TIMED_OUT,
        address="10.0.6.1",
        reach=Reach.TIMED_OUT,
        owner="search-team",
        why="No answer to three connection attempts of 3 s each.",
    ),
    outcome(
        "es-dr-1",
        9201,
        "elasticsearch",
        Verdict.TIMED_OUT,
        address="10.0.6.1",
        reach=Reach.TIMED_OUT,
        owner="search-team",
        why="No answer to three connection attempts of 3 s each.",
    ),
    outcome(
        "mongo-gone",
        27017,
        "mongodb",
        Verdict.DNS_FAILED,
        address="",
        reach=Reach.DNS_FAILED,
        owner="crm",
        why="The name mongo-gone.corp.example does not exist (NXDOMAIN).",
    ),
    outcome(
        "es-cloud",
        9200,
        "elasticsearch",
        Verdict.OUT_OF_SCOPE,
        address="203.0.113.9",
        reach=Reach.OUT_OF_SCOPE,
        owner="platform",
        why="The name resolves to 203.0.113.9, which is outside the scope; no packet was sent.",
    ),
    outcome(
        "kibana-x",
        5601,
        "kibana",
        Verdict.INCONCLUSIVE,
        address="10.0.6.9",
        reach=Reach.BROKE_OFF,
        owner="platform",
        why="The server accepted the connection and then closed it without a byte.",
    ),
    outcome(
        "es-web",
        9200,
        "elasticsearch",
        Verdict.OTHER_SERVICE,
        address="10.0.6.12",
        reach=Reach.NOT_THE_PRODUCT,
        owner="platform",
        why="An nginx welcome page.",
    ),
    outcome(
        "es-idle",
        9200,
        "elasticsearch",
        Verdict.REFUSED,
        address="10.0.6.20",
        reach=Reach.REFUSED,
        why="Nothing listens on this port.",
    ),
    outcome(
        "mongo-arb",
        27017,
        "mongodb",
        Verdict.NO_DATA_NODE,
        address="10.0.7.33",
        owner="crm",
        why="An arbiter: it votes and keeps no data.",
    ),
]
