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


def drawing(svg: TrustedHtml) -> ET.Element:
    return ET.fromstring(svg.__html__())  # noqa: S314 -- our own drawing


@pytest.mark.parametrize("draw", [columns, rows], ids=["over time", "side by side"])
@pytest.mark.parametrize("is_rtl", [False, True], ids=["ltr", "rtl"])
def test_hostile_words_stand_in_a_chart_as_they_are(
    draw: Callable[..., TrustedHtml], *, is_rtl: bool
) -> None:
    for text in all_of(LITERAL):
        svg = draw([Bar(label=text, value=3), Bar(label="else", value=0)], title=text, is_rtl=is_rtl)

        root = drawing(svg)
        assert {one.tag for one in root.iter()} <= DRAWN, ascii(text)
        assert {name for one in root.iter() for name in one.attrib} <= SAID, ascii(text)
        words = [one.text or "" for one in root.iter()]
        assert any(text in one for one in words[1:2]), ascii(text)
        assert any(text in one for one in words[2:]), ascii(text)


@pytest.mark.parametrize("is_rtl", [False, True], ids=["ltr", "rtl"])
def test_the_days_at_both_ends_stand_below_their_bars_and_inside_the_drawing(*, is_rtl: bool) -> None:
    bars = [Bar(label=f"Day {number}", value=number) for number in (1, 2, 3)]

    root = drawing(columns(bars, title="Sign-ons", is_rtl=is_rtl))

    width = float(root.attrib["viewBox"].split()[2])
    drawn = sorted(root.iter(f"{SVG}rect"), key=lambda one: float(one.attrib["x"]))
    first, last = root.findall(f"{SVG}text")
    assert [one.text for one in (first, last)] == ["Day 1", "Day 3"]
    # Words begin where they are read from, at the edge at which their bar stands, and end at the other.
    assert (first.attrib["direction"], last.attrib["direction"]) == (("rtl",) * 2 if is_rtl else ("ltr",) * 2)
    assert (float(first.attrib["x"]) < width / 2, "text-anchor" in first.attrib) == (not is_rtl, False)
    assert (float(last.attrib["x"]) < width / 2, last.attrib["text-anchor"]) == (is_rtl, "end")
    assert float(drawn[0].attrib["x"]) == 0
    assert float(drawn[-1].attrib["x"]) + float(drawn[-1].attrib["width"]) == pytest.approx(width, abs=0.2)
