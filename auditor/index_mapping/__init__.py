"""Field names and types out of what Elasticsearch and OpenSearch say of an index, asked live or read from a file."""

from auditor.index_mapping.bag import FieldBag, MappedFields
from auditor.index_mapping.field_caps import FieldCaps, read_field_caps
from auditor.index_mapping.mapping import read_mapping

__all__ = ["FieldBag", "FieldCaps", "MappedFields", "read_field_caps", "read_mapping"]
