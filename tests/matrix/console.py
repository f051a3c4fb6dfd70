"""The HTTP console of MongoDB up to 3.4, on port 28017: judged on its own, for it has a lock of its own, or none."""

import json
from collections.abc import Iterator
from typing import Any

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, HttpAsked, answer
from tests.matrix import states
from tests.matrix.cell import AFAR, CONSOLE, Cell, Manner, recorded, scripted
from tests.matrix.stage import always, nobody, web

_FAR, _NEAR = Manner("mongodb", address=AFAR, port=28017), Manner("mongodb", port=28017)
#: On another port it is asked in MongoDB's protocol first, and waits in silence for the end of a request's head.
_ELSEWHERE = Manner("mongodb", address=AFAR, seconds=0.4)
_PAGE = "<html><head>\n<title>mongod db-1.example:27017</title>\n</head><body>clients: 192.0.2.99</body></html>"
_LOCK = 'Digest realm="mongo", nonce="abc", algorithm=MD5, qop="auth" '
_FACTS = (
    "Measured on the consoles of mongods 2.4 and 2.6, with and without --rest, --auth and users, from loopback and "
    "from afar; 3.4 has the same console behind --httpinterface (MongoDB manual 3.4, “HTTP Status Interface”)."
)
REST, PAGE_ONLY = "open, REST on", "open, REST off"
REST_NO_USER, PAGE_NO_USER = "no user yet, REST on, asked from afar", "no user yet, REST off, asked from afar"


def cells() -> Iterator[Cell]:
    """2.4, where it is on by default, 2.6 and 3.4, where it can be switched on."""
    for version, state, verdict, name in (
        ("2.4", REST_NO_USER, Verdict.OPEN, "mongod-console-2.4-auth-nouser-rest-remote"),
        ("2.4", PAGE_NO_USER, Verdict.METADATA_ONLY, "mongod-console-2.4-auth-nouser-norest-remote"),
        ("2.6", states.SECURED, Verdict.AUTH_REQUIRED, "mongod-console-2.6-auth-users-remote"),
    ):
        yield recorded(CONSOLE, version, state, verdict, name, manner=_ELSEWHERE)
    for version in ("2.4", "2.6", "3.4"):
        free, names, login = Verdict.OPEN, Verdict.METADATA_ONLY, Verdict.AUTH_REQUIRED
        yield scripted(CONSOLE, version, REST, free, web(_console(version, rest=True)), manner=_FAR, source=_FACTS)
        yield scripted(
            CONSOLE, version, PAGE_ONLY, names, web(_console(version, rest=False)), manner=_FAR, source=_FACTS
        )
        locked = answer(401, "not allowed\n", www_authenticate=_LOCK)
        yield scripted(CONSOLE, version, states.SECURED, login, web(always(locked)), manner=_FAR, source=_FACTS)
        yield scripted(CONSOLE, version, "switched off", Verdict.REFUSED, nobody(), manner=_FAR, source=_FACTS)
    state = "secured, REST on, asked from its own machine"
    for version in ("2.4", "2.6"):
        yield scripted(
            CONSOLE, version, state, Verdict.OPEN, web(_console(version, rest=True)), manner=_NEAR, source=_FACTS
        )


def _console(version: str, *, rest: bool) -> Any:
    status = json.dumps({"serverStatus": {"host": "db-1.example", "version": f"{version}.9", "process": "mongod"}})
    listed = {"databases": [{"name": "shop", "sizeOnDisk": 9, "empty": False}], "ok": 1}

    def script(asked: HttpAsked) -> Answer:
        match asked.path.partition("?")[0]:
            case "/":
                return answer(200, _PAGE, content_type="text/html")
            case "/_status":
                return answer(200, status)
            case _ if not rest:
                return answer(403, "REST is not enabled.  use --rest to turn on.\n")
            case "/listDatabases":
                return answer(200, listed)
            case "/shop/system.namespaces/":
                return answer(200, {"rows": [{"name": "shop.people"}, {"name": "shop.people.$_id_"}]})
            case "/shop/$cmd/":
                return answer(200, {"rows": [{"n": 3, "ok": 1}]})
            case _:
                return answer(404, "not found")

    return script
