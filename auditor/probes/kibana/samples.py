"""The samples of the indices behind a Kibana, where the user allowed them, by the way on which they could be read."""

from dataclasses import dataclass

from auditor.model.dataset import DataSet
from auditor.probes import sampling
from auditor.probes.elastic.documents import take_documents
from auditor.probes.http_documents import is_sampleable
from auditor.probes.interface import Tally, WireError
from auditor.probes.kibana.console import Asker
from auditor.probes.kibana.requests import Door
from auditor.probes.sampling import End, Taken


@dataclass(frozen=True, slots=True)
class Way:
    """How data was reached: through which door, None where only Kibana's own search routes led there, and as whom."""

    asker: Asker
    door: Door | None
    with_session: bool


async def sample(datasets: tuple[DataSet, ...], way: Way, *, began: float) -> tuple[DataSet, ...]:
    """The data sets with the counts of their samples; `began` is when the target's time began.

    The search routes take a search as a body, which could ask for anything: through them nothing is sampled.
    """
    door, transcript = way.door, way.asker.lines.transcript

    async def take(dataset: DataSet, documents: int, tally: Tally) -> Taken:
        if door is None:
            return Taken(End.NO_WAY, dataset)
        before = len(transcript.exchanges)
        try:
            reply = await way.asker.documents(door, dataset.name, size=documents, with_session=way.with_session)
        except WireError:
            return Taken(End.SILENT if len(transcript.exchanges) > before else End.NOT_TAKEN, dataset)
        return await take_documents(dataset, reply, tally, limit=documents)

    return await sampling.sample(datasets, take, lines=way.asker.lines, began=began, may=_may)


def _may(dataset: DataSet) -> bool:
    return bool(dataset.fields) and is_sampleable(dataset.name)
