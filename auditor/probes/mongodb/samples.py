"""The samples of a MongoDB's collections, where the user allowed them: counts, and fields that nothing else told."""

from dataclasses import replace

from auditor.model.dataset import DataSet, Kind
from auditor.probes import sampling
from auditor.probes.interface import MongoSample, Tally
from auditor.probes.mongo_allow import is_sampleable
from auditor.probes.mongodb.conversation import Conversation
from auditor.probes.mongodb.enumeration import FIELDS_UNTOLD
from auditor.probes.mongodb.replies import Answer
from auditor.probes.mongodb.sampling import fields_of
from auditor.probes.sampling import End, Taken


async def sample(datasets: tuple[DataSet, ...], talk: Conversation, *, began: float) -> tuple[DataSet, ...]:
    """The data sets with the counts of their samples; `began` is when the target's time began."""
    limit = talk.lines.budget.fields

    async def take(dataset: DataSet, documents: int, tally: Tally) -> Taken:
        database, _, collection = dataset.name.partition(".")
        asked, found = await talk.sample(database, collection, limit=documents, tally=tally)
        if asked.too_long:
            return Taken(End.TOO_LONG, dataset)
        if found is None:
            return Taken(End.NOT_TAKEN if asked.answer is Answer.UNASKED else End.SILENT, dataset)
        return Taken(End.REFUSED, dataset) if found.refusal else Taken(End.TAKEN, _with(found, dataset, limit))

    return await sampling.sample(datasets, take, lines=talk.lines, began=began, may=_may)


def _may(dataset: DataSet) -> bool:
    database, _, collection = dataset.name.partition(".")
    return dataset.kind is Kind.COLLECTION and is_sampleable(database, collection)


def _with(found: MongoSample, dataset: DataSet, limit: int) -> DataSet:
    """The data set with a sample's counts, and with the fields that were seen there beside those that were known."""
    known = [(field.path, kind) for field in dataset.fields for kind in field.type.split("|")]
    fields, many = fields_of((*known, *found.seen), limit=limit)
    return replace(
        dataset,
        fields=fields,
        field_count=max(many, dataset.field_count or 0),
        truncated=dataset.truncated or found.truncated or many > len(fields),
        refused=tuple(each for each in dataset.refused if each != FIELDS_UNTOLD or not found.seen),
        sampled=found.documents,
        counts=found.counts,
    )
