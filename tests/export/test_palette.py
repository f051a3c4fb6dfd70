"""The colours can be told apart by everyone: WCAG AA, in light and in dark, computed from the style sheet itself."""

import re
from pathlib import Path

import pytest

import auditor

CSS = (Path(auditor.__file__).parents[1] / "templates" / "report.css").read_text("utf-8")


def palette_of(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


LIGHT = palette_of(CSS.split("@media screen and (prefers-color-scheme: dark)")[0])
DARK = palette_of(CSS.split("prefers-color-scheme: dark) {")[1].split("*, ::before")[0])
TEXT = [
    (ink, ground) for ink in ("ink", "soft", "accent", "critical", "high", "medium", "low", "info", "good")
    for ground in ("paper", "page", "raised")
]  # fmt: skip
TINTED = [(name, f"{name}-tint") for name in ("critical", "high", "medium", "low", "info", "good")]


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), [*TEXT, *TINTED, ("band-ink", "band"), ("soft", "info-tint")])
def test_text_stands_out_from_its_ground(palette: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("mark", ["critical", "high", "medium", "low", "info", "good", "accent", "focus", "soft"])
def test_bars_shapes_borders_of_controls_and_the_focus_ring_stand_out(palette: dict[str, str], mark: str) -> None:
    assert contrast(palette[mark], palette["paper"]) >= 3
    assert contrast(palette[mark], palette["line"]) >= 3 or mark in {"focus", "soft"}


def test_both_palettes_name_the_same_colours() -> None:
    assert set(LIGHT) == set(DARK)
