"""A way into a chamber of Congress, as the list of all ways knows it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.delivery.asking import Asking
from service.delivery.channel import Outward, Verdict
from service.delivery.congress.account import MODES, SETTINGS, read_account
from service.delivery.congress.carrier import OFFICE, CongressCarrier
from service.delivery.congress.chamber import LIVE, TEST, Chamber, SetUp, opens_again, set_up
from service.delivery.congress.given import as_constituent, by_field
from service.delivery.congress.letter import ConstituentLetter
from service.delivery.congress.offices import fetch_offices
from service.delivery.congress.rhythm import Rhythm
from service.delivery.congress.rules import examine_words, rules_of
from service.delivery.congress.write import write_letter
from service.delivery.office_list import NO_LIST, Offices, why_missed
from service.delivery.parcel import Document, NotNow, Parcel
from service.delivery.rules import Finding, Rule
from service.delivery.setting import Setting, Standing
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.chamber_list import Missed
from service.model.recipient import Recipient

NOBODY = Sentence("Nobody has asked this Member yet.")

_KEY = "0" * 32
_SOME_DAY = date(2026, 1, 1)
_SOMEBODY: Mapping[str, str] = {
    "prefix": "Ms.",
    "first_name": "Anna",
    "last_name": "Example",
    "address": "100 Example Street",
    "city": "Arlington",
    "state": "VA",
    "zip": "22201",
    "email": "anna@constituent.example",
}
"""Whoever it may be, where only the campaign's part of a letter is looked at."""


@dataclass(frozen=True, kw_only=True)
class CongressChannel:
    """Letters of constituents to offices of one chamber; off until a letter has set it up.

    The coalition's own letter does not go this way: each letter here is one person's, who asked for it.
    """

    name: str
    chamber: Chamber
    rhythm: Rhythm
    by_hand: bool = False
    steps: Sequence[Sentence] = ()
    settings: Sequence[Setting] = SETTINGS

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All that the chamber asks of a letter."""
        return rules_of(self.chamber)

    @property
    def prefixes(self) -> Sequence[str]:
        """The forms of address that it takes, () where it takes any."""
        return self.chamber.prefixes

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office takes letters this way, the letter has an account, and how many constituents have asked."""
        del recipient  # The protocol names it.
        code = str(details.get(OFFICE) or "")
        if not code:
            return Verdict(reason=Sentence("No code of the office is given for this recipient."))
        if not self.has_office(code):
            return Verdict(
                reason=Sentence(
                    "“{code}” is no code of an office there; they are like {like}.",
                    code=code,
                    like=self.chamber.office_like,
                )
            )
        asked = outward.asked.get(code, 0)
        try:
            account = read_account(self.chamber, outward.settings.get(self.name, {}), slug="")
        except Refused as refusal:
            return Verdict(destinations=max(asked, 1), configured=False, reason=str(refusal))
        listed = outward.lists.get(self.name)
        useless = listed.why_useless() if listed else NO_LIST
        unlisted = listed.why_unlisted(code) if listed else None
        if not asked:
            return Verdict(reason=useless or unlisted or NOBODY, nobody_asked=True)
        if useless is not None:
            return Verdict(destinations=asked, configured=False, reason=useless)
        if unlisted is not None:
            return Verdict(reason=unlisted)
        if account.is_test:
            return Verdict(destinations=asked, is_trial=True, reason=MODES[TEST])
        return Verdict(destinations=asked)

    def has_office(self, code: str) -> bool:
        """Tell whether a code is one of an office of this chamber."""
        return re.fullmatch(self.chamber.office, code) is not None

    def is_live(self, settings: Mapping[str, str]) -> bool:
        """Tell whether what goes by these settings reaches offices; raises Refused where they cannot be used."""
        return not read_account(self.chamber, settings, slug="").is_test

    def list_at(self, settings: Mapping[str, str]) -> str:
        """Name the place whose list of offices these settings go by; raises Refused where they cannot be used."""
        setup = self._set_up(settings)
        return setup.shown(setup.place.offices)

    def fetch_offices(
        self, settings: Mapping[str, str], asking: Asking, *, now: datetime
    ) -> Offices | Missed:
        """Ask the chamber for its list, or say why none came; while it is closed it is not asked."""
        setup = self._set_up(settings)
        if opens_again(self.chamber, now=now) is not None:
            return Missed.CLOSED
        self.rhythm.wait()
        try:
            return fetch_offices(self.chamber, setup, asking, now=now)
        except NotNow as told:
            return why_missed(told.exchange.status)

    def try_settings(self, values: Mapping[str, str], *, now: datetime) -> Standing:
        """Say what the settings are good for; raises Refused, with every fault of what the campaign says."""
        del now
        account = read_account(self.chamber, values, slug="letter")
        code = self.chamber.office_like
        letter = self._letter(_KEY, code, values, {**_SOMEBODY, "state": code[1:3]}, slug="letter")
        _refuse(examine_words(letter, chamber=self.chamber))
        return Standing(says=MODES[TEST if account.is_test else LIVE], is_trial=account.is_test)

    def faults_in(
        self, person: Mapping[str, str], office: str, settings: Mapping[str, str], *, slug: str
    ) -> Mapping[str, str]:
        """Say what of what a constituent gave the chamber does not take, by the field; no sentence repeats any of it."""
        letter = self._letter(_KEY, office, settings, person, slug=slug)
        return by_field(letter, person, chamber=self.chamber)

    def own_letter(self, parcel: Parcel, person: Mapping[str, str], *, slug: str, day: date) -> Document:
        """Write one constituent's letter for a parcel without documents; the same values give the same bytes.

        Raises Refused where the chamber does not take it.
        """
        office = str(parcel.details.get(OFFICE) or "")
        letter = self._letter(parcel.key, office, parcel.settings, person, slug=slug, day=day)
        _refuse(examine_words(letter, chamber=self.chamber))
        return write_letter(letter)

    def carrier(self, asking: Asking, *, now: datetime) -> CongressCarrier:
        """Give what hands letters over; all that one process makes keep one rhythm."""
        return CongressCarrier(chamber=self.chamber, asking=asking, clock=lambda: now, rhythm=self.rhythm)

    def _set_up(self, settings: Mapping[str, str]) -> SetUp:
        setup = set_up(self.chamber, settings)
        if isinstance(setup, Sentence):
            raise Refused(setup)
        return setup

    def _letter(
        self,
        key: str,
        office: str,
        settings: Mapping[str, str],
        person: Mapping[str, str],
        *,
        slug: str,
        day: date = _SOME_DAY,
    ) -> ConstituentLetter:
        account = read_account(self.chamber, settings, slug=slug)
        return ConstituentLetter(
            key=key,
            day=day,
            office=office,
            agent=account.agent,
            organization=account.organization,
            plea=account.plea,
            constituent=as_constituent(person),
        )


def _refuse(findings: Sequence[Finding]) -> None:
    said = tuple(f"{one.found} {one.instead}".strip() for one in findings if one.forbids)
    if said:
        raise Refused(said[0], said)
