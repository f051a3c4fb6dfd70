"""Schemas in, field names and types out: whatever a stranger to this tool has at hand, and no value of anybody."""

from auditor.pii.mappings.form import Form
from auditor.pii.mappings.named import MAX_FIELDS, MappingError, NamedMapping
from auditor.pii.mappings.read import read

__all__ = ["MAX_FIELDS", "Form", "MappingError", "NamedMapping", "read"]
