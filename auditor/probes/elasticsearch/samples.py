"""The samples of an Elasticsearch's indices and streams, where the user allowed them."""

from auditor.model.dataset import DataSet
from auditor.probes import sampling
from auditor.probes.elastic.documents import take_documents
from auditor.probes.elasticsearch.requests import SAMPLE
from auditor.probes.http_documents import is_sampleable, sample_path
from auditor.probes.interface import Lines, Tally, WireError
from auditor.probes.sampling import End, Taken


async def sample(datasets: tuple[DataSet, ...], lines: Lines, *, began: float) -> tuple[DataSet, ...]:
    """The data sets with the counts of their samples; `began` is when the target's time began."""
    prefix = lines.target.path.rstrip("/")

    async def take(dataset: DataSet, documents: int, tally: Tally) -> Taken:
        path, before = f"{prefix}/{sample_path(dataset.name, size=documents)}", len(lines.transcript.exchanges)
        try:
            reply = await lines.http().get(path, template=SAMPLE)
        except WireError:
            begun = len(lines.transcript.exchanges) > before
            return Taken(End.SILENT if begun else End.NOT_TAKEN, dataset)
        return await take_documents(dataset, reply, tally, limit=documents)

    return await sampling.sample(datasets, take, lines=lines, began=began, may=_may)


def _may(dataset: DataSet) -> bool:
    return bool(dataset.fields) and is_sampleable(dataset.name)
