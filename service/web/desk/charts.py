"""Charts of the desk: bars, written as SVG without a script and without a style of their own (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from service.web.render import TrustedHtml

# As narrow as a phone, where words of a wider drawing would be too small to be read.
_WIDTH, _HEIGHT, _FOOT, _TOP = 340, 170, 26, 10
_ROW, _NUMBER = 46, 64
# A single day is no wall.
_FEW = 14


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: what it stands for in words, and how much."""

    label: str
    value: int


def columns(bars: Sequence[Bar], *, title: str, is_rtl: bool = False) -> TrustedHtml:
    """Draw bars side by side, for what happened in the course of time; the first and the last are labelled."""
    most, inner = max((bar.value for bar in bars), default=0) or 1, _HEIGHT - _FOOT - _TOP
    wide = _WIDTH / max(_FEW, len(bars)) * 0.8
    # From edge to edge, so that the first and the last stand above the day that is written there.
    step = (_WIDTH - wide) / max(1, len(bars) - 1)
    drawn = []
    for place, bar in enumerate(bars):
        height = inner * bar.value / most
        left = _WIDTH - wide - place * step if is_rtl else place * step
        drawn.append(
            f'<rect class="bar" x="{left:.1f}" y="{_TOP + inner - height:.1f}" width="{wide:.1f}"'
            f' height="{height:.1f}"><title>{escape(bar.label)}: {bar.value}</title></rect>'
        )
    base = _TOP + inner
    drawn.append(f'<line class="axis" x1="0" y1="{base}" x2="{_WIDTH}" y2="{base}"/>')
    if bars:
        # Where words begin depends on the way they are read, and that is said, whatever the page's own is.
        way, first, last = ("rtl", _WIDTH - 2, 2) if is_rtl else ("ltr", 2, _WIDTH - 2)
        words = f'y="{_HEIGHT - 8}" direction="{way}"'
        drawn.append(f'<text x="{first}" {words}>{escape(bars[0].label)}</text>')
        if len(bars) > 1:
            drawn.append(f'<text x="{last}" {words} text-anchor="end">{escape(bars[-1].label)}</text>')
    return _svg(drawn, title=title, height=_HEIGHT)


def rows(bars: Sequence[Bar], *, title: str, is_rtl: bool = False) -> TrustedHtml:
    """Draw bars one below the other, each below its words and beside its number, for what is compared."""
    most, room = max((bar.value for bar in bars), default=0) or 1, _WIDTH - _NUMBER
    drawn = []
    for place, bar in enumerate(bars):
        top, length = place * _ROW, room * bar.value / most
        edge, anchor = (_WIDTH, "end") if is_rtl else (0, "start")
        start, number = (_WIDTH - length, _WIDTH - length - 6) if is_rtl else (0.0, length + 6)
        # Numbers and words of ours: the direction of the page is not to turn them.
        drawn.append(
            f'<text x="{edge}" y="{top + 14}" text-anchor="{anchor}" direction="ltr">{escape(bar.label)}</text>'
        )
        drawn.append(f'<rect class="bar" x="{start:.1f}" y="{top + 20}" width="{length:.1f}" height="16"/>')
        drawn.append(
            f'<text x="{number:.1f}" y="{top + 33}" text-anchor="{anchor}" direction="ltr">{bar.value}</text>'
        )
    return _svg(drawn, title=title, height=max(_ROW, _ROW * len(bars)))


def _svg(drawn: Sequence[str], *, title: str, height: int) -> TrustedHtml:
    return TrustedHtml(
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>{''.join(drawn)}</svg>"
    )
