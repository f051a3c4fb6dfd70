"""Writes the golden files anew."""

from tests.export.golden import FOLDER, fresh

for name, content in fresh().items():
    (FOLDER / name).write_bytes(content)
