"""States of Kibana that no recording holds, each made of a few answers as they were seen."""

import pytest

from auditor.model.observation import Fact
from auditor.model.outcome import Verdict
from auditor.probes.kibana.requests import TEMPLATES
from auditor.testing.script import Answer, HttpAsked, answer
from tests.probes.kibana_stub import OPEN, Stub, observe, own, page

STATUS = answer(200, {"version": {"number": "2.8.0"}, "status": {"overall": {"state": "green"}}}, osd_name="lab")


def gone(status: int) -> Answer:
    """What an old Kibana says whose Elasticsearch does not answer."""
    error = {"statusCode": status, "error": "Bad Gateway", "message": "connect ECONNREFUSED 10.0.0.9:9200"}
    return answer(status, error, kbn_name="kibana", kbn_version="5.2.2")


@pytest.mark.fact("KIB-02", "KIB-07")
async def test_a_status_page_that_a_setting_shows_to_everybody_changes_nothing() -> None:
    login = answer(401, {"statusCode": 401, "message": "Authentication required"}, osd_name="lab")
    front = answer(200, "<html>", osd_name="lab", content_type="text/html")
    seen = await observe(Stub({"GET /": front, "GET /api/status": STATUS}, otherwise=login))
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.service is not None
    assert seen.observation.service.version == "2.8.0"


@pytest.mark.fact("KIB-46")
async def test_a_space_is_asked_by_its_name_and_none_is_ever_listed() -> None:
    seen = await observe(Stub({"GET /s/marketing/": page()}, OPEN, prefix="/s/marketing"), path="/s/marketing")
    assert seen.verdict is Verdict.OPEN
    posts = [request for request in seen.requests if request.startswith("POST")]
    assert posts
    assert all(request.startswith("POST /s/marketing/api/console/proxy?") for request in posts)
    assert not [template for template in TEMPLATES if "spaces/space" in template.request]


@pytest.mark.fact("KIB-50")
@pytest.mark.parametrize("status", [502, 503])
@pytest.mark.parametrize("has_console", [True, False])
async def test_an_old_kibana_whose_elasticsearch_is_down_is_no_verdict(status: int, has_console: bool) -> None:
    front = answer(200, "<html>", kbn_name="kibana", kbn_version="5.2.2")

    def script(asked: HttpAsked) -> Answer:
        if asked.path == "/":
            return front
        through = ("/elasticsearch", "/api/console") if has_console else ("/elasticsearch",)
        return gone(status) if asked.path.startswith(through) else own(404)

    seen = await observe(script)
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.DEGRADED}
    assert seen.observation.service is not None
    assert ("backend", "10.0.0.9:9200") in seen.observation.service.details
