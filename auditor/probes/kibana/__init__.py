"""The probe for Kibana and OpenSearch Dashboards."""

from auditor.probes.kibana.probe import KibanaProbe

__all__ = ["KibanaProbe"]
