"""The probe for MongoDB, and for servers that speak its protocol."""

from auditor.probes.mongodb.probe import MongodbProbe

__all__ = ["MongodbProbe"]
