"""Where the inside address stands so that an envelope's window shows it and nothing else (pure)."""

from dataclasses import dataclass
from typing import Literal

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

Layout = Literal["classic", "window_us10", "window_dl", "window_din5008b"]

LAYOUTS: tuple[Layout, ...] = ("classic", "window_us10", "window_dl", "window_din5008b")


class AddressTooLong(Refused):
    """An inside address does not fit into its envelope's window, however small it is set."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """A place on the first page, in millimetres from its upper left corner.

    The address stands inside `x`, `y`, `width` and `height`, which the window shows however the sheet slides in its
    envelope. Nothing else stands between `clear` and `body`, where the text begins. `return_line` is where the
    sender's line stands above the address (0: nowhere), `marks` where the left edge bears fold and hole marks.
    """

    paper: str
    x: float
    y: float
    width: float
    height: float
    clear: float
    body: float
    return_line: float = 0
    marks: tuple[float, ...] = ()


_WINDOWS: dict[Layout, Window] = {
    # No. 10: the window is 4 1/2 × 1 1/8 in, 7/8 in from the left and 1/2 in from the bottom; the sheet is folded at
    # 3 2/3 in and slides 0.46 in upwards; 1/8 in stays clear (USPS Publication 25). The box ends early enough for
    # envelopes with two windows (3 1/2 × 7/8 in at 1/2 and 2.042 in).
    "window_us10": Window(
        paper="us-letter", x=22.225, y=55.05, width=79.375, height=22.2, clear=51.8, body=95.5
    ),
    # DL: 90 × 35 mm, 20 mm from the left and 18 mm from the bottom; the sheet is folded at 99 mm and slides 11 mm.
    "window_dl": Window(paper="a4", x=25, y=59, width=70, height=20, clear=46, body=97),
    # DIN 5008, form B: a field of 85 × 45 mm at 20 and 45 mm, the address in its lower 27.3 mm.
    "window_din5008b": Window(
        paper="a4",
        x=25,
        y=62.7,
        width=80,
        height=27.3,
        clear=45,
        body=98.5,
        return_line=56.7,
        marks=(105, 148.5, 210),
    ),
}
_DIN = frozenset(["AT", "CH", "DE", "LI", "LU"])


def layout_for_post(*, country: str, paper: str) -> Layout:
    """Choose the layout of a letter that goes by post to a country (ISO 3166-1 alpha-2) on "us-letter" or "a4"."""
    if paper == "us-letter":
        return "window_us10"
    return "window_din5008b" if country.upper() in _DIN else "window_dl"


def window_of(layout: Layout, *, paper: str, addressees: int) -> Window | None:
    """Give a layout's window, or None for the classic one.

    Raises Refused for a layout that is unknown, for paper that does not belong to the envelope, and where not exactly
    one is addressed: an envelope goes to one.
    """
    if layout == "classic":
        return None
    if layout not in _WINDOWS:
        raise Refused(
            Sentence(
                "There is no layout “{layout}”: choose one of {known}.",
                layout=layout,
                known=", ".join(LAYOUTS),
            )
        )
    window = _WINDOWS[layout]
    if window.paper != paper:
        other = "US Letter" if paper == "us-letter" else "A4"
        raise Refused(
            Sentence(
                "This letter is printed on this paper: {paper}. It does not fit behind the window of the layout “{layout}”: choose another layout.",
                paper=other,
                layout=layout,
            )
        )
    if addressees != 1:
        raise Refused(
            Sentence(
                "An envelope's window shows one address: compile the copy of one office, or use the classic "
                "layout."
            )
        )
    return window
