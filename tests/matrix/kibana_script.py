"""A Kibana or Dashboards of any release, made of a few answers: its name, its doors, and the forms it insists on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auditor.probes.interface import WireError
from auditor.testing.script import Answer, HttpAsked, answer
from tests.probes.kibana_stub import Scripted, Stub, own
from tests.probes.loopback import WebScript


@dataclass(frozen=True, slots=True)
class Release:
    """A release. `dashboards`: OpenSearch's, which has another name and the same doors."""

    version: str
    dashboards: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers; Dashboards counts as the 7.10 from which it was forked."""
        return (7, 10) if self.dashboards else tuple(int(part) for part in self.version.split(".")[:2])

    @property
    def doors(self) -> tuple[str, ...]:
        """The ways to Elasticsearch that it has."""
        if self.numbers < (5, 0):
            return ("proxy",)
        if self.numbers < (5, 4):
            return ("proxy", "uri")
        return ("proxy", "console") if self.numbers < (6, 0) else ("console",)

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The headers in which it names itself."""
        if self.dashboards:
            return (("osd-name", "lab"),)
        if self.numbers < (4, 2):
            return (("x-app-name", "kibana"),)
        version = (("kbn-version", self.version),) if self.numbers < (7, 0) else ()
        return (("kbn-name", "lab"), *version)

    def speak(self, stub: Stub) -> WebScript:
        """What it answers: the stub's answers under its own name, and its complaints about a request's form."""

        def reply(asked: HttpAsked) -> Answer | WireError:
            said = self._by_form(asked, stub(asked), prefix=stub.prefix)
            if isinstance(said, WireError):
                return said
            rest = [pair for pair in said.headers if pair[0] != "kbn-name"]
            named = self.names if len(rest) < len(said.headers) else ()
            return replace(said, headers=(*rest, *named))

        return reply

    def _by_form(self, asked: HttpAsked, said: Answer | WireError, *, prefix: str) -> Answer | WireError:
        if isinstance(said, WireError) or said.status == 401 or not asked.path.startswith(prefix):
            return said  # the login comes before the form
        console = asked.path.partition("?")[0] == f"{prefix}/api/console/proxy"
        if console and "path=" in asked.path and "console" not in self.doors and self.numbers >= (5, 0):
            return own(500, "An internal server error occurred")
        xsrf = "osd-xsrf" if self.dashboards else "kbn-xsrf"
        if asked.method == "POST" and xsrf not in asked.headers and self.numbers >= (4, 2):
            return own(400, f"Request must contain a {xsrf} header.")
        internal = console or "/internal/" in asked.path
        if internal and self.numbers >= (9, 0) and "x-elastic-internal-origin" not in asked.headers:
            place, method = asked.path.partition("?")[0], asked.method.lower()
            text = f"uri [{place}] with method [{method}] exists but is not available with the current configuration"
            return own(400, text)
        return said

    def passed_on(self, console: Mapping[str, Answer]) -> dict[str, Scripted]:
        """Elasticsearch's answers as this release hands them on: from 8 on with 200, its status in a header."""
        if self.numbers < (8, 0):
            return dict(console)
        return {
            path: Answer(200, (*said.headers, ("x-console-proxy-status-code", str(said.status))), said.body)
            for path, said in console.items()
        }

    def stub(
        self,
        pages: Mapping[str, Scripted] | None = None,
        console: Mapping[str, Answer] | None = None,
        **more: Any,
    ) -> WebScript:
        """A script of pages by "METHOD /path", and of what Elasticsearch says through each of its doors."""
        handed: Mapping[str, Scripted] = more.pop("handed", None) or self.passed_on(console or {})
        return self.speak(Stub(pages or {}, handed, doors=more.pop("doors", self.doors), **more))


def with_session(cookie: str, given: Mapping[str, Answer], withheld: Answer) -> dict[str, Scripted]:
    """`given` to those who send the cookie, `withheld` to the others."""

    def choose(said: Answer) -> Callable[[HttpAsked], Answer]:
        return lambda asked: said if cookie in asked.headers.get("cookie", "") else withheld

    return {path: choose(said) for path, said in given.items()}


def status_page(version: str) -> Answer:
    """`/api/status`, whole."""
    return answer(
        200, {"name": "lab", "version": {"number": version}, "status": {"overall": {"state": "green"}}}, kbn_name="lab"
    )
