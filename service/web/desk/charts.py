"""Charts of the desk: bars, written as SVG without a script and without a style of their own (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from service.web.render import TrustedHtml

_WIDTH, _HEIGHT, _FOOT, _TOP = 720, 220, 26, 18
_ROW, _LABEL = 30, 220
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
    step = _WIDTH / max(_FEW, len(bars))
    drawn = []
    for place, bar in enumerate(bars):
        height = inner * bar.value / most
        left = _WIDTH - (place + 1) * step if is_rtl else place * step
        drawn.append(
            f'<rect class="bar" x="{left + step * 0.1:.1f}" y="{_TOP + inner - height:.1f}" width="{step * 0.8:.1f}"'
            f' height="{height:.1f}"><title>{escape(bar.label)}: {bar.value}</title></rect>'
        )
    base = _TOP + inner
    drawn.append(f'<line class="axis" x1="0" y1="{base}" x2="{_WIDTH}" y2="{base}"/>')
    if bars:
        ends = (bars[-1], bars[0]) if is_rtl else (bars[0], bars[-1])
        drawn.append(f'<text x="2" y="{_HEIGHT - 8}">{escape(ends[0].label)}</text>')
        if len(bars) > 1:
            drawn.append(
                f'<text x="{_WIDTH - 2}" y="{_HEIGHT - 8}" text-anchor="end">{escape(ends[1].label)}</text>'
            )
    return _svg(drawn, title=title, height=_HEIGHT)


def rows(bars: Sequence[Bar], *, title: str, is_rtl: bool = False) -> TrustedHtml:
    """Draw bars one below the other, each with its words and its number, for what is compared."""
    most, room = max((bar.value for bar in bars), default=0) or 1, _WIDTH - _LABEL - 70
    drawn = []
    for place, bar in enumerate(bars):
        top, length = place * _ROW, room * bar.value / most
        words, start, anchor = (
            (_WIDTH, _WIDTH - _LABEL - length, "end") if is_rtl else (0, float(_LABEL), "start")
        )
        number = start - 6 if is_rtl else start + length + 6
        # Numbers and words of ours: the direction of the page is not to turn them.
        drawn.append(
            f'<text x="{words}" y="{top + 20}" text-anchor="{anchor}" direction="ltr">{escape(bar.label)}</text>'
        )
        drawn.append(
            f'<rect class="bar" x="{start:.1f}" y="{top + 5}" width="{length:.1f}" height="{_ROW - 10}"/>'
        )
        drawn.append(
            f'<text x="{number:.1f}" y="{top + 20}" text-anchor="{anchor}" direction="ltr">{bar.value}</text>'
        )
    return _svg(drawn, title=title, height=max(_ROW, _ROW * len(bars)))


def _svg(drawn: Sequence[str], *, title: str, height: int) -> TrustedHtml:
    return TrustedHtml(
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>{''.join(drawn)}</svg>"
    )
