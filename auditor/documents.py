"""The one loader of YAML: a document with the place of each of its nodes, bounded and strict.

PyYAML alone keeps the last of two equal keys silently, reads `no` as False and `22:22` as 1342. Here scalars are read by
YAML 1.2's core rules (only true/false are booleans, no sexagesimals, no octals by a leading zero), a duplicate key is an
error, and so are aliases that would grow, and tags that would build objects.
"""
