"""The real servers that can be started here: where each comes from, which Java it wants, and its states."""

from dataclasses import dataclass
from enum import StrEnum

from tests.real.artifacts import Artifact


class State(StrEnum):
    """How a server is set up before a stranger comes."""

    OPEN = "open"
    CLOSED = "closed"
    ANONYMOUS = "anonymous"  # strangers may read the index `people`
    ANONYMOUS_401 = "anonymous-401"  # likewise, but what they may not do is answered by 401
    ANONYMOUS_ALL = "anonymous-all"  # strangers may do everything
    UNINITIALISED = "uninitialised"
    NO_MASTER = "no-master"
    TLS = "tls"  # closed, behind TLS
    CLIENT_CERTIFICATE = "client-certificate"  # closed, behind TLS that asks for a certificate

    @property
    def secured(self) -> bool:
        """Whether access control is switched on."""
        return self not in (State.OPEN, State.NO_MASTER)

    @property
    def anonymous(self) -> bool:
        """Whether strangers are given an identity."""
        return self.value.startswith("anonymous")

    @property
    def over_tls(self) -> bool:
        """Whether the HTTP port speaks TLS."""
        return self in (State.TLS, State.CLIENT_CERTIFICATE)

    @property
    def seeded(self) -> bool:
        """Whether data can be put into it."""
        return self not in (State.UNINITIALISED, State.NO_MASTER, State.CLIENT_CERTIFICATE)


@dataclass(frozen=True, slots=True)
class Server:
    """One release. `java` bounds the versions it runs on. CI covers the states in `ci`, not those in `more`."""

    name: str
    version: str
    archive: Artifact
    java: tuple[int, int]
    ci: tuple[State, ...]
    more: tuple[State, ...] = ()
    security: tuple[Artifact, ...] = ()  # OpenSearch's plugin, and what it needs

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(int(part) for part in self.version.split("."))

    @property
    def opensearch(self) -> bool:
        """Whether it is OpenSearch."""
        return self.archive.name == "opensearch"

    @property
    def typed(self) -> bool:
        """Whether a document wants a type of the user's own."""
        return not self.opensearch and self.numbers < (7,)

    @property
    def lockable(self) -> bool:
        """Whether its archive has access control at all."""
        return any(state.secured for state in (*self.ci, *self.more))


#: sha256 of each download, measured when it was first used here.
_PINS = {
    "elasticsearch-0.90.13.zip": "788c4b8ede43cb9ed3ebecc473ede9bdd94427403045cf50caf994d9e69079c1",
    "elasticsearch-1.0.0.zip": "2073ceeb6316341d9a0703733efd781492bc562a750d027c17c4616f496d9866",
    "elasticsearch-1.7.6.zip": "103c710bbbfbcd076ec6e8b4881843e21bcb4d148197528533270ed6a6ed51b9",
    "elasticsearch-2.2.0.zip": "3306fb9e0a57d704e0939493c89f29c367ccc60cdda81aa24d6b19b039d2d38c",
    "elasticsearch-2.4.6.zip": "13473542568a1805c9daf0bd97a3910746cd1922d2b283578dbc3bcef605cbcb",
    "elasticsearch-5.6.16.zip": "1f0c74e213c60f050ac3adf584d2bb5d5582932b93965d489bb3f3e9fff2b8bb",
    "elasticsearch-6.8.23.zip": "490e9b9fbab9ffb3499938c45850318bd6554d439497842450b60ef22c114fb6",
    "elasticsearch-7.10.2.zip": "38a4232a9b8506235c8a2b6a24cdf3732b2c2aa4b8026c89063e038a610c9f4c",
    "elasticsearch-7.13.4.zip": "1d93840fef504d01b5bb6a0c769edd987ccec2441c95d96e10bae492151899a0",
    "elasticsearch-7.17.29.zip": "841ee00be1a72ba8e707b5a2fb55f23fe7a4184369b4585393238b1c903eedaf",
    "elasticsearch-8.5.0.zip": "39bb444704b1cd1f73301db6e43e60ed313d2e8b545008008cc17008e31c295d",
    "elasticsearch-8.19.21.zip": "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a",
    "elasticsearch-9.5.3.zip": "bec49f3b8d00e75c8d1cec85c35298635ec9fbd3ae80ef5aeb6bc05abdb3db2d",
    "opensearch-1.3.20.zip": "031e0cdcd14c7a5b9907dff8050fff76c7c2892c7313ea83c4a0bfbaae9265e3",
    "opensearch-2.19.4.zip": "3902e642715210d1d9d7cbdcc8f5abd6f931d1d7a679cea3750937becf16c406",
    "opensearch-3.4.0.zip": "6540e95fe8bfaedc3eb1c58e829912ea2203af2ac1f88f76411c20a2fc5254a6",
    "opensearch-security-2.19.4.0.zip": "1f673622c462c4171a8c53f9b1ad20e5b839834cb79b0d3b388da180a0e514e8",
    "opensearch-security-3.4.0.0.zip": "fc164c084979f7f793d295b6bca56bf8bee76dafb762adef9f14fa872e0a7596",
    "commons-collections4-4.4.jar": "1df8b9430b5c8ed143d7815e403e33ef5371b2400aadbe9bda0883762e0846d1",
}

_CORE = "org.elasticsearch"
_FULL = "org.elasticsearch.distribution.zip"
_MINIMAL = "org.elasticsearch.distribution.integ-test-zip"
_OPENSEARCH = "org.opensearch.distribution.integ-test-zip"

_JAVA_17 = (17, 17)  # most want the security manager, which Java 18 no longer allows by default
_JAVA_21 = (21, 99)

_OPEN = (State.OPEN,)
_LOCKED = (State.CLOSED, State.ANONYMOUS, State.ANONYMOUS_401)
_TLS = (State.TLS, State.CLIENT_CERTIFICATE)
_ANY = (State.OPEN, *_LOCKED, State.ANONYMOUS_ALL, *_TLS)


def _pinned(group: str, name: str, version: str, packaging: str = "zip") -> Artifact:
    return Artifact(group, name, version, _PINS[f"{name}-{version}.{packaging}"], packaging)


def _elasticsearch(
    group: str,
    version: str,
    *,
    ci: tuple[State, ...] = (),
    more: tuple[State, ...] = (),
    java: tuple[int, int] = _JAVA_17,
) -> Server:
    return Server(f"es-{version}", version, _pinned(group, "elasticsearch", version), java, ci, more)


def _opensearch(
    version: str,
    *,
    java: tuple[int, int],
    ci: tuple[State, ...] = (),
    more: tuple[State, ...] = (),
    security: tuple[Artifact, ...] = (),
) -> Server:
    return Server(f"os-{version}", version, _pinned(_OPENSEARCH, "opensearch", version), java, ci, more, security)


def _plugin(version: str) -> Artifact:
    return _pinned("org.opensearch.plugin", "opensearch-security", version)


_COLLECTIONS = _pinned("org.apache.commons", "commons-collections4", "4.4", "jar")

SERVERS = (
    _elasticsearch(_CORE, "0.90.13", more=_OPEN),
    _elasticsearch(_CORE, "1.0.0", more=_OPEN),
    _elasticsearch(_CORE, "1.7.6", ci=_OPEN),
    _elasticsearch(_FULL, "2.2.0", more=_OPEN),
    _elasticsearch(_FULL, "2.4.6", ci=_OPEN, more=(State.NO_MASTER,)),
    _elasticsearch(_FULL, "5.6.16", ci=_OPEN, more=(State.NO_MASTER,)),
    _elasticsearch(_FULL, "6.8.23", ci=(*_OPEN, *_LOCKED), more=(State.ANONYMOUS_ALL, State.NO_MASTER, *_TLS)),
    _elasticsearch(_MINIMAL, "7.10.2", more=(*_OPEN, State.NO_MASTER)),
    _elasticsearch(_MINIMAL, "7.13.4", ci=_OPEN, more=(State.NO_MASTER,)),
    _elasticsearch(_MINIMAL, "7.17.29", more=_ANY),
    _elasticsearch(_MINIMAL, "8.5.0", ci=(State.CLOSED,), more=tuple(s for s in _ANY if s is not State.CLOSED)),
    _elasticsearch(_MINIMAL, "8.19.21", more=_ANY),
    _elasticsearch(_MINIMAL, "9.5.3", more=_ANY, java=_JAVA_21),
    _opensearch("1.3.20", java=_JAVA_17, more=_OPEN),
    _opensearch(
        "2.19.4",
        java=_JAVA_17,
        security=(_plugin("2.19.4.0"),),
        ci=(State.CLOSED, State.UNINITIALISED, State.ANONYMOUS),
        more=(State.OPEN, State.ANONYMOUS_ALL, *_TLS),
    ),
    _opensearch(
        "3.4.0",
        java=_JAVA_21,
        security=(_plugin("3.4.0.0"), _COLLECTIONS),
        more=(State.OPEN, State.CLOSED, State.UNINITIALISED, State.ANONYMOUS, State.ANONYMOUS_ALL, *_TLS),
    ),
)


def cases(*, ci: bool) -> list[tuple[Server, State]]:
    """Every server with each of its states: those of the CI list, or all the others."""
    return [(server, state) for server in SERVERS for state in (server.ci if ci else server.more)]
