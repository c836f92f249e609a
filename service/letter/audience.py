"""The one place that decides what an output may show to whom."""

from service.letter.edition import Audience, Shown

_MAY_SEE: dict[Audience, frozenset[Shown]] = {
    "full": frozenset({"public", "recipient"}),
    "public": frozenset({"public"}),
    # What may be spread where it can never be called back.
    "unnamed": frozenset(),
}


def may_show(shown: Shown, audience: Audience) -> bool:
    """Tell whether a name whose owner chose `shown` may stand in an output for `audience`.

    Every output asks this and nothing else: page, PDF, text, JSON, CSV, mail. Who is only counted is named to
    nobody; an audience or a choice that is not known shows nothing.
    """
    return shown in _MAY_SEE.get(audience, frozenset())


def the_narrower(one: Shown, other: Shown) -> Shown:
    """Give of two choices the one by which fewer readers see the name."""
    return min(one, other, key=_readers)


def is_for_addressee_only(shown: Shown) -> bool:
    """Tell whether a name may be shown to the addressee and to nobody else."""
    return may_show(shown, "full") and not may_show(shown, "public")


def is_shown_to_nobody(shown: Shown) -> bool:
    """Tell whether a name stands in no output at all."""
    return _readers(shown) == 0


def _readers(shown: Shown) -> int:
    return sum(may_show(shown, audience) for audience in _MAY_SEE)
