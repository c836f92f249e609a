"""The US House of Representatives, as its schema of CWC 2.0 and those who send there describe it."""

from datetime import date, time

from service.delivery.congress.chamber import EVERY_DAY, Chamber, Closed, Place
from service.foundation.sentence import Sentence

_PATHS = {"message": "/v2/message", "validate": "/v2/validate", "offices": "/v2/offices"}

HOUSE = Chamber(
    name=Sentence("the US House of Representatives"),
    # At-large districts and delegates have the number 00.
    office="H[A-Z][A-Z][0-9][0-9]",
    office_like="HVA08",
    prefixes=(),
    bills=("hamdt", "hconres", "hjres", "hr", "hres", "s", "samdt", "sconres", "sjres", "sres"),
    least_organization=6,
    live=Place(base="https://cwc.house.gov", **_PATHS),
    test=Place(base="https://uat-cwc.house.gov", **_PATHS),
    taken=200,
    # Any page of a server in trouble has the status 200 too: "Message Accepted" is what says that it is there.
    taken_says=r"^\W*message accepted\b",
    # Nobody has seen whether a second letter of the same number is refused there (docs/decisions).
    knows_keys=False,
    closed=(Closed(days=EVERY_DAY, begins=time(0), ends=time(6)),),
    most_a_second=5,
    source="House of Representatives, Communicating with Congress 2.0, RELAX NG schema (cwc_schema_v2.rng)",
    programme="House of Representatives, Doing Business with the House: Communicating with Congress (CWC)",
    checked=date(2026, 11, 27),
)
