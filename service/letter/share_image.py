"""The picture that goes along with a link to the letter: its title, its coalition, how many have signed."""

import functools
import json
from dataclasses import dataclass
from typing import Any

from service.foundation.sentence import Sentence
from service.i18n.formats import direction, isolate
from service.letter.fonts import Fonts, refuse_unprintable
from service.letter.paper import is_tall
from service.letter.render_pdf import Limits, typeset

WIDTH, HEIGHT = 1200, 630
"""Pixels: what the larger networks show whole."""

_LIMITS = Limits(memory_bytes=2 * 1024**3, cpu_seconds=20, wall_seconds=40)
_PIXELS_PER_INCH = 72.0
_PICTURES_KEPT = 32


@dataclass(frozen=True, kw_only=True)
class Share:
    """What the picture says, in one language; `signatories` is empty while the number is not to be known."""

    language: str
    label: str
    title: str
    signatories: str
    coalition: str


@functools.lru_cache(maxsize=_PICTURES_KEPT)
def draw_share(share: Share, fonts: Fonts) -> bytes:
    """Draw the picture as PNG, 1200 × 630; the same words and fonts give the same bytes.

    Raises Refused for a character that no font has, Permanent where the typesetter breaks down.
    """
    labelled = (
        (Sentence("The label"), share.label),
        (Sentence("The title"), share.title),
        (Sentence("The number"), share.signatories),
        (Sentence("The coalition's name"), share.coalition),
    )
    refuse_unprintable(labelled, fonts)
    said = {
        what: isolate(text, within=share.language) for what, text in vars(share).items() if what != "language"
    }
    words: dict[str, Any] = {
        **said,
        "language": share.language,
        "direction": direction(share.language),
        "tall": any(is_tall(text) for _, text in labelled),
        "tall_title": is_tall(share.title),
    }
    job = {
        "inputs": {"share": json.dumps(words, ensure_ascii=False)},
        "densities": ["0"],
        "ppi": _PIXELS_PER_INCH,
    }
    files = fonts.needed(text for _, text in labelled)
    return typeset(job, files=files, limits=_LIMITS, templates=("kit/share.typ",))
