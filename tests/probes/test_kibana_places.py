"""Where Kibana lives: spaces, base paths, managed paths, and what stands in front of it; over real sockets."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.model.observation import Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.testing.recording import load_http
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_sockets import Visit, replayed, speaking, visit
from tests.probes.kibana_stub import CLUSTER, OPEN, Stub, page, redirect, refused

REPLIES = Path(__file__).parent / "replies"
REWRITTEN = ("kibana-7.10.2-oss.basepath-rewrite", "kibana-7.10.2-oss.basepath-rewrite-prefixed")
AWS = answer(
    403, {"Message": "User: anonymous is not authorized to perform: es:ESHttpGet"}, content_type="application/json"
)


def path_of(seen: Visit) -> str | None:
    assert seen.observation.service is not None
    return dict(seen.observation.service.details).get("path")


@pytest.mark.parametrize("space", ["/s/default", "/s/no-such-space", "/kibana/s/team"])
async def test_below_a_space_that_the_inventory_names_the_data_is_the_same(space: str) -> None:
    prefix = space.partition("/s/")[0]
    script = Stub({f"GET {space}/": redirect(f"{space}/app/home"), f"GET {space}/app/home": page()}, OPEN, prefix=space)
    seen = await visit(script, path=f"{space}/")
    assert seen.verdict is Verdict.OPEN
    assert path_of(seen) == space
    assert not [request for request in seen.server.requests if f" {prefix}/api" in request]


@pytest.mark.parametrize("path", ["/", "/kibana"])
async def test_a_base_path_that_is_not_rewritten_answers_without_it(path: str) -> None:
    """The pages lead below the prefix, every path below it is 404, and the path without it returns the data."""
    seen = await visit(Stub({"GET /": redirect("/kibana/app/home")}, OPEN), path=path)
    assert seen.verdict is Verdict.OPEN
    assert path_of(seen) is None


@pytest.mark.parametrize("path", ["/", "/kibana", "/kibana/"])
async def test_a_base_path_that_is_rewritten_is_found_whether_the_inventory_names_it_or_not(path: str) -> None:
    seen = await replayed(load_http(*(REPLIES / f"{name}.json" for name in REWRITTEN)), path=path)
    assert seen.verdict is Verdict.OPEN
    assert path_of(seen) == "/kibana"


# Managed services put it on the host and port of the cluster itself.


@pytest.mark.parametrize("prefix", ["/_plugin/kibana", "/_dashboards"])
@pytest.mark.parametrize(
    "root",
    [
        answer(200, CLUSTER),
        refused(401, "missing authentication credentials", www_authenticate='Basic realm="security"'),
        AWS,
    ],
    ids=["an open cluster", "a closed cluster", "a policy"],
)
async def test_a_managed_one_is_found_beside_its_cluster(root: Answer, prefix: str) -> None:
    bare = replace(root, headers=tuple(pair for pair in root.headers if pair[0] != "kbn-name"))
    inside = Stub({f"GET {prefix}/": page()}, OPEN, prefix=prefix)

    def script(asked: HttpAsked) -> Answer:
        told = inside(asked) if asked.path.startswith(f"{prefix}/") else bare
        assert isinstance(told, Answer)
        return told

    seen = await visit(script)
    assert seen.verdict is Verdict.OPEN
    assert path_of(seen) == prefix
    assert all(asked.path.startswith(f"{prefix}/api/console/proxy") for asked in seen.server.posts)


async def test_a_policy_before_everything_is_a_closed_door() -> None:
    seen = await visit(lambda _: AWS)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "an AWS access policy"
    assert not seen.server.posts


async def test_a_cluster_without_kibana_beside_it_is_just_that() -> None:
    seen = await visit(
        Stub({"GET /": answer(200, CLUSTER)}, otherwise=answer(400, {"error": "no handler found for uri"}))
    )
    assert seen.verdict is Verdict.OTHER_SERVICE
    assert not seen.server.posts


# Something in front.

GUARDS = {
    "basic": answer(401, "<html>", server="nginx", www_authenticate='Basic realm="ops"'),
    "a form": page("<form action='/in'><input type='password' name='p'></form>", named=False),
    "forbidden": answer(403, "<html>Forbidden</html>", server="nginx"),
}


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
async def test_a_login_by_a_proxy_before_everything_is_a_closed_door(guard: Answer) -> None:
    seen = await visit(lambda _: guard)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.facts == {Fact.FRONT_ASKED_LOGIN}
    assert not seen.server.posts


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
async def test_a_login_at_the_root_hides_no_open_kibana_below_it(guard: Answer) -> None:
    """A front that refuses everything but one location: what that leads to is open, whatever the root says."""
    inside = Stub({"GET /kibana/": page()}, OPEN, prefix="/kibana")

    def script(asked: HttpAsked) -> Answer:
        told = inside(asked) if asked.path.startswith("/kibana/") else guard
        assert isinstance(told, Answer)
        return told

    assert (await visit(script)).verdict is Verdict.OPEN


@pytest.mark.parametrize("guard", ["basic", "forbidden"])
@pytest.mark.parametrize(
    "below",
    [answer(404, "no"), page("<h1>app</h1>", named=False), answer(503, "no"), WireError(Reach.BROKE_OFF, "closed")],
    ids=["404", "page", "503", "silence"],
)
async def test_whatever_lies_below_a_refused_root_the_door_stays_closed_while_no_kibana_is_there(
    below: Answer | WireError, guard: str
) -> None:
    def script(asked: HttpAsked) -> Answer | WireError:
        guarded = asked.path in ("/", "/api/status") or asked.path.startswith("/elasticsearch/")
        return GUARDS[guard] if guarded else below

    seen = await visit(script)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.facts == {Fact.FRONT_ASKED_LOGIN}


async def test_a_provider_on_another_port_is_neither_followed_nor_touched() -> None:
    async with speaking(lambda _: page("<h1>provider</h1>", named=False)) as provider:
        there = f"http://127.0.0.1:{provider.port}/authorize?client_id=kibana&state=t0ken"
        seen = await visit(lambda _: redirect(there, "state=t0ken", name=None))
    assert provider.asked == []
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert "t0ken" not in repr(seen.observation)


async def test_a_redirect_to_a_login_elsewhere_is_a_closed_door() -> None:
    seen = await visit(lambda _: redirect("https://sso.example.org/oauth2/authorize?state=t0ken", name=None))
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "a login page at https://sso.example.org"
    assert "t0ken" not in repr(seen.observation)
