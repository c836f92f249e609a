"""Measures how many milliseconds the first page of a draft takes while it is written: `make bench-preview`."""

import statistics
import sys
import time
from dataclasses import replace

from benchmarks.verdict import at_most, pronounce
from service.letter.edition import Edition
from service.letter.fonts import Fonts
from service.letter.preview import Previewer
from tests.unit.letter.letters import make_edition, make_signatory

_EDITS = 40
_MOST_MS = 100


def main() -> int:
    """Change a word of a letter of two pages with 59 names, again and again; exits 1 where a warm compiler is too slow."""
    roll = tuple(make_signatory(f"Organization {number}") for number in range(59))
    draft = make_edition(roll=roll)
    previewer = Previewer(Fonts())
    cold = _milliseconds(previewer, draft)
    warm = [
        _milliseconds(
            previewer, replace(draft, text=replace(draft.text, body=f"{draft.text.body}\n\nEdit {n}."))
        )
        for n in range(_EDITS)
    ]
    previewer.close()
    print(f"{cold:.0f} ms for the first, which starts a typesetter; then at most {max(warm):.0f} ms")
    warm_median = statistics.median(warm)
    return pronounce([at_most("a warm compiler shows the first page", warm_median, _MOST_MS, unit="ms")])


def _milliseconds(previewer: Previewer, draft: Edition) -> float:
    began = time.perf_counter()
    previewer.preview(draft)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
