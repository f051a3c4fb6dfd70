"""Writes docs/protocol-facts.md anew."""

from tests.facts.book import load
from tests.facts.marks import find
from tests.facts.page import PAGE, render

PAGE.write_text(render(load(), find()), "utf-8")
