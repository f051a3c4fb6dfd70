"""What every reader of schemas gives back, and how far each goes."""

from dataclasses import dataclass

from auditor.model.dataset import Field

MAX_FIELDS = 100_000  # of one mapping; Elasticsearch's own default is 1,000 (index.mapping.total_fields.limit)


class MappingError(Exception):
    """The text is no schema that can be read; the message is a sentence that begins with file:line."""


@dataclass(frozen=True, slots=True)
class NamedMapping:
    """The fields of one index, collection or table, under the name whose words are evidence.

    `truncated` says that there were more fields than are read.
    """

    id: str
    fields: tuple[Field, ...]
    truncated: bool = False
