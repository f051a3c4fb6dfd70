"""The forms in which schemas come."""

from enum import StrEnum


class Form(StrEnum):
    """What `--from` can say; without it the content tells."""

    MAPPING = "mapping"  # Elasticsearch, OpenSearch: mappings and templates
    FIELD_CAPS = "field_caps"
    MONGODB = "mongodb"  # analysed schemas, tables of the shell, validators
    JSON_SCHEMA = "json_schema"  # and OpenAPI
    SQL = "sql"
    JSONL = "jsonl"
