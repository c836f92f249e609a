"""What a chart names stands in it as the characters it is, and nothing of it becomes a drawing of its own."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from service.web.desk.charts import Bar, columns, rows
from service.web.render import TrustedHtml
from tests.corpus.writing import LITERAL, all_of

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {f"{SVG}{tag}" for tag in ("svg", "title", "rect", "line", "text")}
SAID = {
    "viewBox",
    "role",
    "class",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "width",
    "height",
    "text-anchor",
    "direction",
}


@pytest.mark.parametrize("draw", [columns, rows], ids=["over time", "side by side"])
@pytest.mark.parametrize("is_rtl", [False, True], ids=["ltr", "rtl"])
def test_hostile_words_stand_in_a_chart_as_they_are(
    draw: Callable[..., TrustedHtml], *, is_rtl: bool
) -> None:
    for text in all_of(LITERAL):
        svg = draw([Bar(label=text, value=3), Bar(label="else", value=0)], title=text, is_rtl=is_rtl)

        root = ET.fromstring(svg.__html__())  # noqa: S314 -- our own drawing
        assert {one.tag for one in root.iter()} <= DRAWN, ascii(text)
        assert {name for one in root.iter() for name in one.attrib} <= SAID, ascii(text)
        words = [one.text or "" for one in root.iter()]
        assert any(text in one for one in words[1:2]), ascii(text)
        assert any(text in one for one in words[2:]), ascii(text)
