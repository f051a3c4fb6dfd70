"""The realistic estate as a report: its servers, and what is to be mended."""

from auditor.model.finding import Control, Severity
from auditor.model.report import AuditReport, NetworkTally
from tests.export.making import END_OF_LIFE, NO_LOGIN, PERSONAL, finding, report
from tests.export.shanghai_closed import CLOSED, SILENT
from tests.export.shanghai_servers import ANONYMOUS, DASHBOARD, NAMES, SEARCH, SHOP, STRAY, UNSET

LOCK = (
    "Switch the security plugin on: set plugins.security.disabled: false, run the demo installer or bring "
    "certificates of your own, and create users.\n"
    "Until then, let only the application's addresses reach port 9200."
)
DATA = (
    "Treat it as disclosed until logs prove otherwise: keep the access logs, close the port, and tell the data "
    "protection officer."
)

FINDINGS = [
    finding(
        SEARCH,
        "open-elasticsearch",
        Severity.CRITICAL,
        "OpenSearch answers anyone",
        "Critical: records can be read without a login, the host is marked as of high criticality, and two of its "
        "indices hold personal data.",
        LOCK,
        controls=NO_LOGIN,
        records=1_043_282_112,
    ),
    finding(
        SEARCH,
        "personal-data-exposed",
        Severity.CRITICAL,
        "Personal data can be read by anyone: person_address_label_info_slave",
        "Critical: 12 fields look personal, among them identity numbers and a label of “key persons”.",
        DATA,
        object="person_address_label_info_slave",
        controls=PERSONAL,
        records=969_830_655,
        categories=("national_id", "person_name", "phone", "criminal_record", "minor_info", "ethnicity_race"),
    ),
    finding(
        SEARCH,
        "personal-data-exposed",
        Severity.CRITICAL,
        "Personal data can be read by anyone: case_data_index",
        "Critical: 6 fields look personal.",
        DATA,
        object="case_data_index",
        controls=PERSONAL,
        records=73_451_457,
        categories=("national_id", "person_name", "phone"),
    ),
    finding(
        DASHBOARD,
        "open-kibana",
        Severity.CRITICAL,
        "The cluster behind OpenSearch Dashboards can be read through it",
        "Critical: es-ga-1 could be read through this console without a login; closing port 9200 alone does not help.",
        "Require a login in Dashboards (opensearch_security.auth.type) and do not publish port 5601.",
        controls=NO_LOGIN,
        verify="curl -sS -XPOST -H 'osd-xsrf: 1' 'http://10.0.4.20:5601/api/console/proxy?path=_search%3Fsize%3D0&method=GET'",
    ),
    finding(
        SHOP,
        "open-mongodb",
        Severity.CRITICAL,
        "MongoDB answers anyone",
        "Critical: databases can be listed and counted without a login, and customers' data is among them.",
        "Create an administrator, set security.authorization: enabled, restart, and bind to internal addresses only.",
        controls=NO_LOGIN,
        records=349_763,
        verify="mongosh --host 10.0.7.31 --eval 'db.adminCommand({listDatabases: 1, nameOnly: true})'",
    ),
    finding(
        SHOP,
        "personal-data-exposed",
        Severity.CRITICAL,
        "Personal data can be read by anyone: crm.customers",
        "Critical: 7 fields look personal, among them bank accounts.",
        DATA,
        object="crm.customers",
        controls=PERSONAL,
        records=48_211,
        categories=("email", "person_name", "bank_account", "birth_date"),
    ),
    finding(
        SHOP,
        "end-of-life",
        Severity.MEDIUM,
        "MongoDB 4.0 gets no security fixes any more",
        "Medium: its maintenance ended in April 2022.",
        "Upgrade release by release to 7.0 or later.",
        controls=END_OF_LIFE,
    ),
    finding(
        ANONYMOUS,
        "anonymous-role",
        Severity.HIGH,
        "Elasticsearch lets strangers in as _anonymous",
        "High: the anonymous user may read logs-*.",
        "Remove xpack.security.authc.anonymous from elasticsearch.yml and restart.",
        controls=NO_LOGIN,
        records=8_120_000,
    ),
    finding(
        NAMES,
        "metadata-exposed",
        Severity.MEDIUM,
        "Elasticsearch tells strangers its version and cluster",
        "Medium: no record could be read, but the version tells an attacker what to try.",
        "Put the root path behind the same login as everything else.",
        controls=NO_LOGIN[:2],
    ),
    finding(
        UNSET,
        "not-initialised",
        Severity.LOW,
        "A replica-set member waits for its first configuration",
        "Low: whoever comes first may configure it.",
        "Initiate the replica set with authentication on, or switch the host off.",
    ),
    finding(
        STRAY,
        "open-elasticsearch",
        Severity.CRITICAL,
        "Elasticsearch answers anyone",
        "Critical: records can be read without a login, on a host that no inventory names.",
        LOCK,
        controls=NO_LOGIN,
        records=12,
    ),
    finding(
        CLOSED[0],
        "no-tls",
        Severity.INFO,
        "The login goes over plain HTTP",
        "Info: nothing is exposed, but a password can be overheard on the way.",
        "Set xpack.security.http.ssl.enabled: true.",
        controls=(Control("ISO/IEC 27001:2022", "A.8.24", "Use of cryptography."),),
    ),
]

TALLY = NetworkTally("dc1-data", "10.20.0.0/22", "elasticsearch", 9200, 1024, 38, 985, 1)


def shanghai() -> AuditReport:
    """A dozen hosts around an open dashboard in front of police records."""
    return report(
        [SEARCH, DASHBOARD, SHOP, ANONYMOUS, NAMES, UNSET, *CLOSED, *SILENT, STRAY],
        FINDINGS,
        networks=(TALLY,),
        sample=40,
    )
