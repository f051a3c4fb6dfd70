"""A real Chromium: found on the machine, never downloaded; started once, spied on by every test."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from auditor.model.report import AuditReport
from tests.export.page import render

# Nothing that this browser does on its own account may be taken for the page's doing.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(slots=True)
class Visit:
    """An opened page, every request that it made and every word on its console."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


# Not for the whole session: its driver keeps a loop running in this thread, in which no other test could start one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("AUDITOR_TESTS_REQUIRE") == "ci":
            pytest.fail("this run must drive a browser, and there is no chromium on the PATH")
        pytest.skip("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Renders a report and opens it from the disk; keywords go to the browser's context (color_scheme, viewport …)."""
    contexts: list[BrowserContext] = []

    def open_page(report: AuditReport, fragment: str = "", **options: Any) -> Visit:
        path = tmp_path / f"report-{len(contexts)}.html"
        path.write_bytes(render(report))
        context = browser.new_context(**options)
        contexts.append(context)
        visited = Visit(context.new_page())
        visited.page.on("request", lambda request: visited.requests.append(request.url))
        visited.page.on("console", lambda message: visited.console.append(message.text))
        visited.page.on("pageerror", lambda error: visited.console.append(str(error)))
        visited.page.goto(f"{path.as_uri()}{fragment}")
        return visited

    yield open_page
    for context in contexts:
        context.close()
