"""The US Senate, as two programs that send there describe it: its own document is not public."""

from datetime import date, time

from service.delivery.congress.chamber import Chamber, Closed, Place
from service.foundation.sentence import Sentence

_BASE = "https://soapbox.senate.gov"
_WEDNESDAY, _SUNDAY = 2, 6

SENATE = Chamber(
    name=Sentence("the US Senate"),
    # The number is the Senator's class, not the first or second seat; those that take part are on the list.
    office="S[A-Z][A-Z]0[1-3]",
    office_like="SCA03",
    prefixes=("Mr.", "Mrs.", "Miss", "Ms.", "Dr."),
    # H.Con.Res has no last dot there.
    bills=(
        "H.Amdt.",
        "H.Con.Res",
        "H.J.Res.",
        "H.R.",
        "H.Res.",
        "S.",
        "S.Amdt.",
        "S.Con.Res.",
        "S.J.Res.",
        "S.Res.",
    ),
    least_organization=3,
    # One program posts to /api/messages/ instead: the setting `message_path` says so.
    live=Place(base=_BASE, message="/api/production-messages/", validate="", offices="/api/active_offices"),
    test=Place(base=_BASE, message="/api/testing-messages/", validate="", offices="/api/active_offices"),
    taken=201,
    taken_says="",
    # A second letter of the same number is answered by 409.
    knows_keys=True,
    closed=(
        Closed(days=frozenset({_SUNDAY}), begins=time(0), ends=time(6)),
        Closed(days=frozenset({_WEDNESDAY}), begins=time(5), ends=time(7)),
    ),
    most_a_second=5,
    source="Senate, SOAPBox, as climatechangemakers and communisaas/commons send to it; House schema of CWC 2.0",
    programme="Senate, Senators: Senate Communicating with Congress (SCWC)",
    checked=date(2026, 11, 27),
)
