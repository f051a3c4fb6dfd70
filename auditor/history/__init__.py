"""Nights: what was seen, kept in an embedded SQLite file."""
