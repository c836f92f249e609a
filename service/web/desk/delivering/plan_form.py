"""Read from a recipient's form by which way its copy is to go where the first one fails, and fill that in (pure)."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import get_args

from service.campaigns.file_tables import ChannelName
from service.campaigns.way_checks import OF_CONSTITUENTS
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.web.forms import FormState, Reader

PLANNED: tuple[str, ...] = tuple(name for name in get_args(ChannelName) if name not in OF_CONSTITUENTS)
"""The ways that can be planned, in the order in which the form offers them."""
_ROWS = range(1, len(PLANNED) + 1)
_FEWEST_ROWS = 2


def plan_values(ways: Sequence[str] | None) -> dict[str, str]:
    """Give what stands in the fields of a recipient's form about the ways that are planned for it."""
    return {_name(row): way for row, way in enumerate(ways or (), start=1)}


def plan_rows(form: FormState) -> range:
    """Say which rows a page has: all that are filled in, and one more to fill in."""
    filled = [row for row in _ROWS if form.says([_name(row)])]
    return range(1, min(len(PLANNED), max(_FEWEST_ROWS, (filled or [0])[-1] + 1)) + 1)


def read_plan(reader: Reader, channels: Collection[str]) -> tuple[str, ...] | None:
    """Read the ways that are planned beside these channels, in their order; None where none is. The reader keeps what is wrong."""
    chosen: list[str] = []
    for row in _ROWS:
        way = reader.read(_name(row), partial(_way, taken=(*channels, *chosen)), "")
        if way:
            chosen.append(way)
    return tuple(chosen) or None


def _way(text: str, *, taken: Collection[str]) -> str:
    way = text.strip()
    if way and way not in PLANNED:
        raise Refused(Sentence("Choose one of the ways that are offered."))
    if way in taken:
        raise Refused(Sentence("It goes this way already: choose another one for where that fails, or none."))
    return way


def _name(row: int) -> str:
    return f"otherwise-{row}"
