"""The probe for Elasticsearch and OpenSearch, from 0.90 to 9: asks, concludes, and makes evidence of what decided."""

import asyncio
from dataclasses import replace

from auditor import rulebook
from auditor.model.observation import Observation
from auditor.probes.elasticsearch.evidence import gather_evidence
from auditor.probes.elasticsearch.interview import interview
from auditor.probes.elasticsearch.requests import PRODUCT, REQUESTS
from auditor.probes.elasticsearch.samples import sample
from auditor.probes.elasticsearch.sight import conclude
from auditor.probes.interface import Lines


class ElasticsearchProbe:
    """Whether a stranger can list and read the indices of an Elasticsearch or OpenSearch.

    Only GETs are sent, and no document is asked for, but where the user allowed a sample: records are counted by
    searches of size 0.
    """

    product = PRODUCT
    title = "Elasticsearch / OpenSearch"
    default_ports: tuple[int, ...] = (9200,)
    rules = rulebook.builtin(PRODUCT)
    requests = REQUESTS

    async def observe(self, lines: Lines) -> Observation:
        """Asks one target and states what was seen; the transcript is added by the caller.

        Raises:
            WireError: nothing at all was answered.
        """
        began = asyncio.get_running_loop().time()
        answers = await interview(lines)
        seen = conclude(answers, datasets=lines.budget.datasets, fields=lines.budget.fields)
        for evidence in gather_evidence(answers, seen.signs):
            lines.transcript.explain(evidence.number, evidence.why, evidence.headers)
        datasets = await sample(seen.datasets, lines, began=began)
        return replace(seen, datasets=datasets, tls=lines.http().tls)
