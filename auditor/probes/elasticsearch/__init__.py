"""The probe for Elasticsearch and OpenSearch."""

from auditor.probes.elasticsearch.probe import ElasticsearchProbe

__all__ = ["ElasticsearchProbe"]
