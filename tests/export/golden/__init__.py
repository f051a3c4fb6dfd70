"""Files to hold the outputs against. After a wanted change: python -m tests.export.golden"""

from io import BytesIO
from pathlib import Path

from auditor.export.json_v1 import JsonExporter
from tests.export import reports
from tests.export.page import Page, render, skeleton

FOLDER = Path(__file__).parent


def fresh() -> dict[str, bytes]:
    """What the outputs are now, by the golden file's name."""
    sink = BytesIO()
    JsonExporter().write(reports.shanghai(), sink)
    page = Page(render(reports.shanghai()).decode())
    return {"shanghai.json": sink.getvalue(), "shanghai.skeleton.txt": skeleton(page).encode()}
