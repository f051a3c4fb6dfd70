"""Whether a stranger reaches data through Kibana or OpenSearch Dashboards: the probe of both."""

import asyncio
from dataclasses import replace

from auditor import rulebook
from auditor.model.finding import RuleInfo
from auditor.model.observation import Observation
from auditor.model.plan import RequestTemplate
from auditor.probes.interface import Lines
from auditor.probes.kibana.conclusion import conclude
from auditor.probes.kibana.requests import PRODUCT, TEMPLATES
from auditor.probes.kibana.samples import sample
from auditor.probes.kibana.talk import talk


class KibanaProbe:
    """Asks Kibana of every release, and OpenSearch Dashboards, in one manner.

    Open is only what DATA came through. A title, `/login` and `/api/status` are no proof: in front of a secured
    Elasticsearch they look as if nothing were closed, and on a closed one a setting shows them to anyone.
    """

    product: str = PRODUCT
    title: str = "Kibana / OpenSearch Dashboards"
    default_ports: tuple[int, ...] = (5601,)
    rules: tuple[RuleInfo, ...] = rulebook.builtin(PRODUCT)
    requests: tuple[RequestTemplate, ...] = TEMPLATES

    async def observe(self, lines: Lines) -> Observation:
        """Asks one target and states what was seen; the transcript is added by the caller.

        Raises:
            WireError: not even the first page came.
        """
        began = asyncio.get_running_loop().time()
        walk, way = await talk(lines)
        conclusion = conclude(walk)
        for evidence in conclusion.evidence:
            lines.transcript.explain(evidence.number, evidence.why, evidence.headers)
        datasets = await sample(conclusion.observation.datasets, way, began=began)
        return replace(conclusion.observation, datasets=datasets, tls=lines.http().tls)
