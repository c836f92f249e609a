"""The frames of submissions to UN reviews: what each takes, and how sure that is (values, pure).

Limits are settings: whoever has read the guide of the present cycle, or the committee's note for its session, writes its
numbers there, and they count in place of ours. Of most committees we know none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

Unit = Literal["words", "pages"]
ReviewId = Literal["upr", "ccpr", "cerd", "cescr", "cedaw", "cat", "crc", "cmw", "crpd", "ced"]

_CHECKED = date(2026, 11, 27)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much a submission holds at most: of one organization `alone`, of several `joint`, notes counted.

    `is_verified` says that somebody read the number at its source; one that nobody has is a warning, and forbids nothing.
    """

    unit: Unit
    alone: int
    joint: int
    source: str
    is_verified: bool
    checked: date = _CHECKED

    def most(self, submitters: int) -> int:
        """Give how much so many submitters may write."""
        return self.joint if submitters > 1 else self.alone


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One kind of review: what it is called, its limits, and the guide in which they stand."""

    id: ReviewId
    name: Sentence
    guide: str
    limits: tuple[Limit, ...]


_UPR_GUIDE = "OHCHR, Technical guidelines for the submission of stakeholders' information to the UPR"
_CCPR_GUIDE = "OHCHR, Human Rights Committee, information for civil society"
TREATY_GUIDE = "OHCHR, the committee's information note for civil society, for its session"
"""Where each committee says how much it takes."""


def _committee(review: ReviewId, name: Sentence) -> Frame:
    return Frame(id=review, name=name, guide=TREATY_GUIDE, limits=())


_OTHERS = (
    _committee("cerd", Sentence("Committee on the Elimination of Racial Discrimination")),
    _committee("cescr", Sentence("Committee on Economic, Social and Cultural Rights")),
    _committee("cedaw", Sentence("Committee on the Elimination of Discrimination against Women")),
    _committee("cat", Sentence("Committee against Torture")),
    _committee("crc", Sentence("Committee on the Rights of the Child")),
    _committee("cmw", Sentence("Committee on Migrant Workers")),
    _committee("crpd", Sentence("Committee on the Rights of Persons with Disabilities")),
    _committee("ced", Sentence("Committee on Enforced Disappearances")),
)

FRAMES: Mapping[str, Frame] = {
    "upr": Frame(
        id="upr",
        name=Sentence("Universal Periodic Review"),
        guide=_UPR_GUIDE,
        limits=(
            Limit(unit="pages", alone=5, joint=10, source=f"{_UPR_GUIDE} (2008)", is_verified=True),
            # Said of the present cycle, and read nowhere.
            Limit(
                unit="words",
                alone=2_815,
                joint=5_630,
                source=f"{_UPR_GUIDE}, present cycle",
                is_verified=False,
            ),
        ),
    ),
    "ccpr": Frame(
        id="ccpr",
        name=Sentence("Human Rights Committee"),
        guide=_CCPR_GUIDE,
        limits=(Limit(unit="words", alone=10_000, joint=10_000, source=_CCPR_GUIDE, is_verified=True),),
    ),
    **{frame.id: frame for frame in _OTHERS},
}
"""The reviews that are known here, by their names in settings."""


def limits_of(frame: Frame, settings: Mapping[str, str]) -> tuple[Limit, ...]:
    """Give the limits of a frame as the settings have them.

    They are called "upr_words_alone", "upr_words_joint", "upr_pages_alone" and so on. What is not set stays ours, and of what
    we do not know there is no limit unless both numbers are set. Raises Refused for a setting that is no whole number above
    nothing.
    """
    ours = tuple(_set(frame, limit, settings) for limit in frame.limits)
    known = {limit.unit for limit in ours}
    theirs = (_given(frame, unit, settings) for unit in get_args(Unit) if unit not in known)
    return (*ours, *(limit for limit in theirs if limit is not None))


def _given(frame: Frame, unit: Unit, settings: Mapping[str, str]) -> Limit | None:
    names = (f"{frame.id}_{unit}_alone", f"{frame.id}_{unit}_joint")
    given = [settings.get(name, "").strip() for name in names]
    if not all(given):
        return None
    alone, joint = (_number(name, text) for name, text in zip(names, given, strict=True))
    source = f"{frame.guide}, as set here"
    return Limit(unit=unit, alone=alone, joint=joint, source=source, is_verified=True)


def _set(frame: Frame, limit: Limit, settings: Mapping[str, str]) -> Limit:
    names = (f"{frame.id}_{limit.unit}_alone", f"{frame.id}_{limit.unit}_joint")
    given = [settings.get(name, "").strip() for name in names]
    if not any(given):
        return limit
    alone, joint = (
        _number(name, text) if text else ours
        for name, text, ours in zip(names, given, (limit.alone, limit.joint), strict=True)
    )
    return Limit(
        unit=limit.unit,
        alone=alone,
        joint=joint,
        source=f"{frame.guide}, as set here",
        # Of two numbers one may still be ours.
        is_verified=limit.is_verified or all(given),
        checked=limit.checked,
    )


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0) or len(text) > 9:
        raise Refused(Sentence("{name} must be a whole number above 0.", name=name))
    return int(text)
