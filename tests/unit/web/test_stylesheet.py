"""The stylesheet: readable colours in light and dark, nothing from elsewhere, no physical directions."""

import re

import pytest

from service.web.assets import ASSETS

SHEET = ASSETS["undersigned.css"].data.decode()
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[:2]
)
TEXT, LARGE_OR_EDGE = 4.5, 3.0


def luminance(colour: str) -> float:
    """Give the relative luminance of a colour (WCAG 2.2, definition)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours (WCAG 2.2, definition)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "ground", TEXT),
        ("ink", "paper", TEXT),
        ("ink", "tint", TEXT),
        ("ink", "wrong-tint", TEXT),
        ("quiet", "ground", TEXT),
        ("quiet", "paper", TEXT),
        ("accent", "ground", TEXT),
        ("accent", "paper", TEXT),
        ("accent", "tint", TEXT),
        ("accent-deep", "ground", TEXT),
        ("on-accent", "accent", TEXT),
        ("on-accent", "accent-deep", TEXT),
        ("wrong", "ground", TEXT),
        ("wrong", "paper", TEXT),
        ("wrong", "wrong-tint", TEXT),
        ("edge", "ground", LARGE_OR_EDGE),
        ("edge", "paper", LARGE_OR_EDGE),
        ("focus", "ground", LARGE_OR_EDGE),
        ("focus", "paper", LARGE_OR_EDGE),
    ],
)
def test_what_is_read_stands_out(colours: dict[str, str], front: str, back: str, least: float) -> None:
    assert contrast(colours[front], colours[back]) >= least


def test_pages_turn_round_for_scripts_that_run_the_other_way() -> None:
    physical = re.findall(
        r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|float: ", SHEET
    )

    assert physical == []


def test_the_stylesheet_loads_nothing() -> None:
    assert re.findall(r"url\(|@import|@font-face|https?:", SHEET) == []
