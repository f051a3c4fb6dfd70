"""`python -m benchmarks.accuracy`: measures the classifier on labelled mappings, and writes docs/classification.md."""

from pathlib import Path

from benchmarks.accuracy.page import write_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "classification.md"

if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
    print(f"written: {PAGE}")
