"""Asking: the only rooms that speak to audited servers, and they can only read."""
