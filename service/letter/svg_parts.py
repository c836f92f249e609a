"""Why a part of a logo's SVG that draws or acts is refused, and what to do about it (pure)."""

import re
from collections.abc import Mapping

from service.foundation.sentence import Sentence

_WHY: Mapping[str, Sentence] = {
    "text": Sentence(
        "{name} holds text that needs a font: turn the text into paths (outlines) and save it again."
    ),
    "image": Sentence("{name} holds a picture inside: give that picture as a PNG file instead."),
    "script": Sentence("{name} holds a script: save it as plain SVG."),
    "foreignObject": Sentence("{name} holds a foreign object: save it as plain SVG."),
    "filter": Sentence("{name} uses a filter: save it without shadows and blurs, or give it as a PNG file."),
    "a": Sentence("{name} holds a link: save it without links."),
}
_ALSO = {"tspan": "text", "textPath": "text", "tref": "text", "font": "text", "font-face": "text"}
_MOVES = frozenset(
    {"animate", "animateMotion", "animateTransform", "animateColor", "set", "handler", "listener"}
)
_A_NAME = re.compile(r"[A-Za-z_][\w.-]{0,39}")


def why_not_drawn(element: str, *, name: str) -> Sentence:
    """Say why an element is refused; `name` is that of the file."""
    if element in _MOVES:
        return Sentence("{name} moves or acts by itself: save it as plain SVG without animation.", name=name)
    known = _WHY.get("filter" if element.startswith("fe") else _ALSO.get(element, element))
    if known is not None:
        return known.with_values(name=name)
    if not _A_NAME.fullmatch(element):
        # What nobody would call a part is not repeated.
        return Sentence(
            "{name} holds a part that a logo may not have: save it as plain SVG, or give it as a PNG file.",
            name=name,
        )
    return Sentence(
        "{name} holds a part that a logo may not have (“{part}”): save it as plain SVG, or give it as a PNG file.",
        name=name,
        part=element,
    )
