"""What speaks for it that an organization itself has signed: a grade for people to look at, never a gate (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.foundation.addresses import comparable_address
from service.signing.organizations.domain import is_own_domain


class Speaks(StrEnum):
    """One thing that speaks for a sign-on."""

    INVITATION = "invited by the coalition"
    OWN_DOMAIN = "mailbox on its own domain"
    COUNTERSIGNED = "countersigned by a second officer"
    DNS = "record in its DNS"
    ATTESTED = "attested by a coordinator"


class Grade(StrEnum):
    """How much speaks for a sign-on."""

    NONE = "none"
    SOME = "some"
    GOOD = "good"
    STRONG = "strong"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a sign-on; `mailbox` confirmed it, `officer` is the second officer's, where one countersigned."""

    invited: bool
    attested: bool
    mailbox: str
    website: str
    officer: str
    dns_found: bool


# A website is what the form says: alone, its domain proves little. Whoever can write into a DNS has the keys of the house.
_WEIGHTS: Mapping[Speaks, int] = {
    Speaks.INVITATION: 1,
    Speaks.OWN_DOMAIN: 1,
    Speaks.COUNTERSIGNED: 1,
    Speaks.DNS: 2,
    Speaks.ATTESTED: 2,
}
_GRADES = ((3, Grade.STRONG), (2, Grade.GOOD), (1, Grade.SOME))


def what_speaks(facts: Facts) -> tuple[Speaks, ...]:
    """List what speaks for a sign-on, in the order of Speaks."""
    is_second = bool(facts.officer) and comparable_address(facts.officer) != comparable_address(facts.mailbox)
    said = {
        Speaks.INVITATION: facts.invited,
        Speaks.OWN_DOMAIN: is_own_domain(facts.mailbox, website=facts.website),
        Speaks.COUNTERSIGNED: is_second,
        Speaks.DNS: facts.dns_found,
        Speaks.ATTESTED: facts.attested,
    }
    return tuple(one for one in Speaks if said[one])


def grade(speaking: Sequence[Speaks]) -> Grade:
    """Give the grade: by what weighs 1 (invitation, own domain, second officer) and 2 (DNS, a coordinator's word)."""
    weight = sum(_WEIGHTS[one] for one in speaking)
    return next((grade for least, grade in _GRADES if weight >= least), Grade.NONE)
