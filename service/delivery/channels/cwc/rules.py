"""What the House asks of a constituent's letter, and what was found of one (pure)."""

from datetime import datetime

from service.delivery.channels.cwc.house import HOUSE
from service.delivery.congress.letter import ConstituentLetter
from service.delivery.congress.rules import examine as examine_for
from service.delivery.congress.rules import rules_of
from service.delivery.office_list import Offices
from service.delivery.rules import Finding

RULES = rules_of(HOUSE)


def examine(letter: ConstituentLetter, *, offices: Offices | None, now: datetime) -> tuple[Finding, ...]:
    """Say what of a letter does not fit; what gives no finding that forbids is valid by the House's schema."""
    return examine_for(letter, chamber=HOUSE, offices=offices, now=now)
