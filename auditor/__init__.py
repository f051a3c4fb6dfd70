"""Audits an organisation's own hosts for databases that answer strangers."""

__version__ = "0.1.0"
