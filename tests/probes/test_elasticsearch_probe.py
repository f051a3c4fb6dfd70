"""What the Elasticsearch probe promises before it asks anything."""

import pytest

from auditor import plugins
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.elasticsearch.requests import PATHS, REQUESTS, SAMPLE
from auditor.probes.interface import Probe
from auditor.probes.readonly import check_get
from auditor.probes.sampling import WHEN_SAMPLED


def test_it_comes_in_through_the_door_for_plugins_and_is_a_probe() -> None:
    probe: Probe = ElasticsearchProbe()
    assert plugins.load("probes", probe.product) is ElasticsearchProbe
    assert probe.default_ports == (9200,)
    assert {rule.product for rule in probe.rules} == {"elasticsearch"}


@pytest.mark.fact("ES-62")
def test_every_template_is_a_get_with_an_id_of_its_own_a_condition_and_a_purpose() -> None:
    assert len({template.id for template in REQUESTS}) == len(REQUESTS)
    for template in REQUESTS:
        assert template.product == "elasticsearch"
        assert template.request.startswith("GET {path}/")
        assert template.when
        assert template.purpose


@pytest.mark.fact("PEER-12")
def test_no_template_but_that_of_a_sample_asks_for_a_document() -> None:
    for template in REQUESTS:
        if template.id == SAMPLE:
            assert template.when == WHEN_SAMPLED
            continue
        if "_search" in template.request:
            assert "size=0" in template.request
        assert not any(
            word in template.request for word in ("_doc", "_source", "_msearch", "_mget", "_async", "_scroll")
        )


def test_every_path_passes_the_guard_of_the_wire() -> None:
    for path in PATHS.values():
        check_get(f"/{path}")
