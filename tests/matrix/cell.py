"""One cell of the verdict matrix: a product in a release and a state, the verdict it must get, and how it is tried."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.model.outcome import Verdict
from auditor.model.target import Tls
from tests.matrix.stage import Serve, replayed

#: The headings of the page, in its order.
ELASTICSEARCH = "Elasticsearch"
OPENSEARCH = "OpenSearch"
AWS = "Elasticsearch and OpenSearch managed by AWS"
LOOK_ALIKES = "What resembles Elasticsearch"
KIBANA = "Kibana"
DASHBOARDS = "OpenSearch Dashboards"
MONGODB = "MongoDB"
CONSOLE = "MongoDB's HTTP console"
DIALECTS = "Others on MongoDB's port"
FRONTS = "Proxies before replayed servers"
PRODUCTS = (
    *(ELASTICSEARCH, OPENSEARCH, AWS, LOOK_ALIKES, KIBANA, DASHBOARDS),
    *(MONGODB, CONSOLE, DIALECTS, FRONTS),
)

#: Where the server does not depend on a release.
ANY = "any"

#: An address of the documentation range: to the probe the server is then not its own machine. No packet goes there.
AFAR = "192.0.2.10"


class How(StrEnum):
    """How a cell is tried."""

    REAL = "real"  # a server of tests/real
    RECORDED = "recorded"  # a recording of a real server, replayed over real sockets
    SCRIPTED = "scripted"  # a server of a test, written from what `sources` name


@dataclass(frozen=True, slots=True)
class Manner:
    """How a cell's server is asked.

    `address` and `port` are what the probe takes the server's to be; 0 is the port that it has. `seconds` bounds each
    exchange: few where silence is meant.
    """

    probe: str
    path: str = "/"
    tls: Tls = Tls.AUTO
    address: str = "127.0.0.1"
    port: int = 0
    accept_guest_login: bool = False
    seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One line of the matrix.

    `readable` says that a stranger could read records there, whatever the verdict: then it may never be a protected
    one. `names` is what the probe must call the server, "" where that is not checked. `sources` say where a scripted
    server's answers are known from, `recordings` which files are replayed. `serve` starts the server that is asked in
    that `manner`; a real one has none here, but the server and state by which tests/real notes its `run`, and `ci`,
    whether every CI run has it.
    """

    product: str
    version: str
    state: str
    verdict: Verdict
    how: How
    readable: bool
    manner: Manner | None = None
    serve: Serve | None = None
    names: str = ""
    sources: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    run: tuple[str, str] = ("", "")
    ci: bool = False

    @property
    def id(self) -> str:
        """Its name in a test run."""
        return f"{self.product} {self.version}: {self.state} ({self.how})"


def scripted(
    product: str,
    version: str,
    state: str,
    verdict: Verdict,
    serve: Serve,
    *,
    manner: Manner,
    source: str | tuple[str, ...],
    readable: bool | None = None,
    names: str = "",
) -> Cell:
    """A cell whose server is written here. Unless told, records are readable where the verdict says that they are."""
    return Cell(
        product=product,
        version=version,
        state=state,
        verdict=verdict,
        how=How.SCRIPTED,
        readable=_readable(verdict, readable),
        manner=manner,
        serve=serve,
        names=names,
        sources=(source,) if isinstance(source, str) else source,
    )


def recorded(
    product: str,
    version: str,
    state: str,
    verdict: Verdict,
    *recordings: str,
    manner: Manner,
    readable: bool | None = None,
) -> Cell:
    """A cell that one recording, or several of the same server, replay."""
    return Cell(
        product=product,
        version=version,
        state=state,
        verdict=verdict,
        how=How.RECORDED,
        readable=_readable(verdict, readable),
        manner=manner,
        serve=replayed(*recordings),
        recordings=recordings,
    )


def real(
    product: str,
    version: str,
    state: str,
    verdict: Verdict,
    run: tuple[str, str],
    *,
    ci: bool = True,
    readable: bool | None = None,
) -> Cell:
    """A cell that tests/real tries and notes as `run`."""
    return Cell(
        product=product,
        version=version,
        state=state,
        verdict=verdict,
        how=How.REAL,
        readable=_readable(verdict, readable),
        run=run,
        ci=ci,
    )


def _readable(verdict: Verdict, told: bool | None) -> bool:
    return verdict in (Verdict.OPEN, Verdict.PARTLY_OPEN) if told is None else told
