"""The questions that no verdict rests on: aliases, streams, addresses, settings, snapshots and remote clusters.

They are put last, and only to a server that gave something, so that none of them can cost a question that decides. What
comes back is kept apart: a refusal of one says nothing about whether the records are guarded.
"""

from functools import partial

from auditor.probes.elastic.administration import read_remote_clusters, read_repositories
from auditor.probes.elastic.greeting import ELASTICSEARCH, OPENSEARCH
from auditor.probes.elastic.listing import read_aliases
from auditor.probes.elastic.nodes import read_nodes
from auditor.probes.elastic.refusal import RefusalKind
from auditor.probes.elastic.settings import read_cluster_settings, read_index_blocks, read_node_settings
from auditor.probes.elastic.streams import read_data_streams
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.answers import Answers
from auditor.probes.elasticsearch.asking import Asking
from auditor.probes.elasticsearch.sight import reads_records

_BACKING = ".ds-"  # stands in the name of an index that backs a stream, also where it was shrunk or mounted


async def ask_administration(asking: Asking) -> None:
    """Asks what a server that gave records tells besides; of one that gave names alone, only its nodes' addresses."""
    answers = asking.answers
    if asking.over or answers.latest(asked.LISTING).kind is RefusalKind.DEGRADED:
        return  # without a master some of these would be held for 30 s
    reads = reads_records(answers)
    if (reads or answers.names) and asked.NODES not in asking.replies:
        await asking.ask_further(asked.NODES, read_nodes)
    if not reads:
        return
    await _ask_about_names(asking, answers)
    await asking.ask_further(asked.CLUSTER_SETTINGS, read_cluster_settings)
    if answers.identity is None and answers.major != 0:
        oldest = answers.major == 1 and answers.product != OPENSEARCH  # which counts its versions anew from 1
        await asking.ask_further(asked.PLAIN_INDEX_BLOCKS if oldest else asked.INDEX_BLOCKS, read_index_blocks)
    await asking.ask_further(asked.NODE_SETTINGS, read_node_settings)
    if answers.major != 0:
        await asking.ask_further(asked.SNAPSHOTS, read_repositories)
    if answers.product == OPENSEARCH or (answers.product == ELASTICSEARCH and (answers.major or 0) >= 7):
        # Up to 6 the server asks the other clusters for addresses before it answers: elastic/elasticsearch#29207.
        await asking.ask_further(asked.REMOTE, read_remote_clusters)


async def _ask_about_names(asking: Asking, answers: Answers) -> None:
    if answers.names and asked.ALIASES not in asking.replies:
        await asking.ask_further(asked.ALIASES, partial(read_aliases, limit=asking.budget.datasets))
    if any(_BACKING in name for name in answers.names):
        read = partial(read_data_streams, limit=asking.budget.datasets)
        if answers.product == OPENSEARCH:  # it lists hidden ones unasked, and refuses the parameter
            await asking.ask_further(asked.PLAIN_DATA_STREAMS, read)
            return
        streams = await asking.ask_further(asked.DATA_STREAMS, read)
        if streams.kind is RefusalKind.ERROR and streams.status == 400:
            await asking.ask_further(asked.PLAIN_DATA_STREAMS, read)
