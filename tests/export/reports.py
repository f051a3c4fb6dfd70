"""Reports to write: a realistic estate, a hostile one, an empty one, one that was interrupted, and one of any size."""

from collections.abc import Sequence
from dataclasses import replace

from auditor.model.dataset import DataSet, FieldFinding, Gravity, Kind, RecordFinding, RecordKind
from auditor.model.finding import Control, Finding, Severity
from auditor.model.observation import Access, Exchange, Reach, Service, Sign, TlsSeen
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, InventoryRef, NetworkTally
from auditor.model.target import Estate
from tests.export.making import CUSTOMERS, NO_LOGIN, PERSONAL, POLICE, finding, outcome, report
from tests.export.shanghai import shanghai

__all__ = ["HOSTILE", "empty", "hostile", "large", "partial", "shanghai", "spotless"]


def spotless() -> AuditReport:
    """Everything asked for a login."""
    rows = [
        outcome(
            f"es-{n}",
            9200,
            "elasticsearch",
            Verdict.AUTH_REQUIRED,
            address=f"10.0.5.{n}",
            why="A login was asked for.",
            asked_by="Elasticsearch security",
        )
        for n in range(3)
    ]
    return report(rows, [], classification=None, scope=None)


def empty() -> AuditReport:
    """An inventory that spreads into nothing."""
    return report([], [], requests=(), classification=None)


def partial() -> AuditReport:
    """A run that was interrupted: some targets were never tried."""
    first = outcome(
        "es-1",
        9200,
        "elasticsearch",
        Verdict.AUTH_REQUIRED,
        why="A login was asked for.",
        asked_by="Elasticsearch security",
    )
    rest = [
        outcome(
            f"es-{n}",
            9200,
            "elasticsearch",
            Verdict.NOT_PROBED,
            address="",
            reach=Reach.NOT_TRIED,
            why="The run was interrupted first.",
        )
        for n in range(2, 9)
    ]
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
            name,
            9200 + number,
            name,
            Verdict.OPEN,
            address=name,
            why=name,
            owner=name,
            access=Access.RECORDS,
            asked_by=name,
            identity=name,
            rights=(name,),
            partial=(name,),
            others=((name, Verdict.REFUSED),),
            service=Service(name, name, name, name, ((name, name),)),
            behind=Service(name),
            tls=TlsSeen(name, name, name, name, name),
            signs=(Sign(name, name, name, inferred=True),),
            datasets=(
                DataSet(
                    name,
                    Kind.INDEX,
                    1,
                    1,
                    personal=(FieldFinding(name, (name,), 0.5, name),),
                    record=RecordFinding(
                        RecordKind(name, name),
                        0.5,
                        name,
                        Gravity.GRAVE,
                        further=(RecordKind(name, name),),
                        special=(name,),
                        minors=True,
                        key_person=True,
                        regulations=(name,),
                    ),
                    refused=(name,),
                    aliases=(name,),
                ),
            ),
            transcript=(Exchange(name, name, 200, ((name, name),), 1, 1, 1.0, name),),
        )
        shut = outcome(
            name, 19200 + number, name, Verdict.AUTH_REQUIRED, address=name, why=name, owner=name, asked_by=name
        )
        lost = outcome(name, 29200 + number, name, Verdict.TIMED_OUT, address=name, why=name, owner=name)
        outcomes += [seen, shut, lost]
        control = Control(name, name, name)
        findings.append(
            finding(
                seen,
                name,
                Severity.HIGH,
                name,
                name,
                name,
                verify=name,
                object=name,
                controls=(control,),
                categories=(name,),
            )
        )
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
    """An estate of many hosts: a tenth exposed, a tenth silent, the rest asking for a " "login or refusing."""
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    each = max(1, fields // max(1, exposures))
    template = (*POLICE, *CUSTOMERS)
    for number in range(hosts):
        host, address, team = (
            f"es-{number:05}",
            f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
            f"team-{number % 40}",
        )
        if number < exposures:
            rows = tuple(
                FieldFinding(
                    f"{template[k % 19][0]}_{k}_{number % 200}",
                    template[k % 19][1],
                    template[k % 19][2],
                    template[k % 19][3],
                )
                for k in range(each)
            )
            data = DataSet(
                f"customers-{number}", Kind.INDEX, 1000 + number, 1 << 20, True, field_count=each * 2, personal=rows
            )
            about = outcome(
                host,
                9200,
                "elasticsearch",
                Verdict.OPEN,
                address=address,
                owner=team,
                why="Records could be read without a login.",
                access=Access.RECORDS,
                service=Service("Elasticsearch", "7.17.29", f"cluster-{number}"),
                datasets=(data,),
                transcript=(
                    Exchange(
                        "GET /",
                        "es-root",
                        200,
                        (),
                        100,
                        500,
                        3.0,
                        f"names itself Elasticsearch 7.17.29, cluster cluster-{number}",
                    ),
                    Exchange(
                        "GET /_search?size=0",
                        "es-count",
                        200,
                        (),
                        100,
                        200,
                        3.0,
                        f"{1000 + number} records could be searched",
                    ),
                ),
            )
            findings.append(
                finding(
                    about,
                    "open-elasticsearch",
                    Severity.CRITICAL,
                    "Elasticsearch answers anyone",
                    "Critical: records can be read without a login, and one of its indices holds personal data.",
                    "Set xpack.security.enabled: true, create users, and restart the node.",
                    controls=NO_LOGIN,
                    records=1000 + number,
                )
            )
            findings.append(
                finding(
                    about,
                    "personal-data-exposed",
                    Severity.HIGH,
                    f"Personal data can be read by anyone: customers-{number}",
                    f"High: {each} fields look personal.",
                    "Treat it as disclosed until logs prove otherwise.",
                    object=data.name,
                    controls=PERSONAL,
                    records=data.records,
                    categories=("national_id", "person_name"),
                )
            )
            outcomes.append(about)
        elif number % 9 == 0:
            outcomes.append(
                outcome(
                    host,
                    9200,
                    "elasticsearch",
                    Verdict.TIMED_OUT,
                    address=address,
                    owner=team,
                    reach=Reach.TIMED_OUT,
                    why="No answer to three connection attempts of 3 s each.",
                )
            )
        elif number % 2:
            outcomes.append(
                outcome(
                    host,
                    9200,
                    "elasticsearch",
                    Verdict.AUTH_REQUIRED,
                    address=address,
                    owner=team,
                    why="A login was asked for.",
                    asked_by="Elasticsearch security",
                    service=Service("Elasticsearch", "8.19.21"),
                )
            )
        else:
            outcomes.append(
                outcome(
                    host,
                    9200,
                    "elasticsearch",
                    Verdict.REFUSED,
                    address=address,
                    owner=team,
                    reach=Reach.REFUSED,
                    why="Nothing listens on this port.",
                )
            )
    return report(outcomes, findings)
