"""What a way of sending must be able to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from service.delivery.asking import Asking
from service.delivery.letter_mail import Making
from service.delivery.office_list import ListNow, Offices
from service.delivery.parcel import Carrier, Document, Heard, Parcel
from service.delivery.rules import Finding
from service.delivery.setting import Setting, Standing
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.chamber_list import Missed
from service.model.recipient import Recipient


@dataclass(frozen=True, kw_only=True)
class Outward:
    """What this installation can send with, and by the names of ways what a letter has set up for each: its secrets, too.

    `asked` says how many constituents have asked each Member of Congress, by the codes of the offices; `lists` which offices
    take their messages, by the names of the ways.
    """

    smtp: bool
    mail_from: str
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    asked: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, ListNow] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a channel can take a letter to a recipient: to how many addresses, or why not.

    With `is_trial` it takes the letter and brings it to nobody; `reason` then says so. `findings` are what was found of the
    very copy, the first that forbids it being the reason. With `nobody_asked` nothing is to go this way, and nobody is left out.
    """

    destinations: int = 0
    configured: bool = True
    reason: str = ""
    is_trial: bool = False
    findings: Sequence[Finding] = ()
    nobody_asked: bool = False

    @classmethod
    def by(cls, standing: Callable[[], Standing]) -> "Verdict":
        """Give the verdict on an office that a way could reach, by what the letter's account there is good for, or Refused."""
        try:
            found = standing()
        except Refused as refusal:
            return cls(destinations=1, configured=False, reason=str(refusal))
        return cls(destinations=1, is_trial=found.is_trial, reason=found.says if found.is_trial else "")

    @property
    def can(self) -> bool:
        """Tell whether it can."""
        return self.destinations > 0 and self.configured

    @property
    def reaches(self) -> bool:
        """Tell whether what goes this way can reach the recipient at all."""
        return self.can and not self.is_trial


class Channel(Protocol):
    """One way of sending, in a folder of its own, a stranger to all others."""

    @property
    def name(self) -> str:
        """What it is called in a campaign file."""
        ...

    @property
    def by_hand(self) -> bool:
        """Whether a person brings what goes this way: once released it waits for that; all else leaves by itself."""
        ...

    @property
    def steps(self) -> Sequence[Sentence]:
        """What that person does, in order."""
        ...

    @property
    def settings(self) -> Sequence[Setting]:
        """What a letter has to set up before this way can be used, as a form asks for it; nothing for many ways."""
        ...

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether this channel can take the letter to this recipient.

        `configured` is False where the installation or the letter lacks something; `reason` then says what, in one
        sentence. A channel that cannot must never be asked to carry.
        """


class Settable(Channel, Protocol):
    """A way that a letter sets up for itself: by an account, a key, a mailbox of its own."""

    def try_settings(self, values: Mapping[str, str], *, now: datetime) -> Standing:
        """Say what these settings are good for; raises Refused, with every fault, where they are for nothing."""


class Examined(Settable, Protocol):
    """A way that looks, before anything leaves, at the very documents that would be handed over."""

    def documents(self, copy: Copy, details: Mapping[str, Any], making: Making) -> Sequence[Document]:
        """Make what is handed over of a copy, the letter first, without its annexes; raises Refused where it cannot be made."""
        ...

    def examine_parcel(self, parcel: Parcel) -> Sequence[Finding]:
        """Give what of a parcel does not fit this way; raises Refused where its account cannot be read."""
        ...


class Carried(Examined, Protocol):
    """A way that leaves by itself over the network: what it hands over is looked at first, claimed, fenced and settled."""

    def carrier(self, asking: Asking, *, now: datetime) -> Carrier:
        """Give what hands parcels over, and asks by `asking` alone."""
        ...


class OfPeople(Settable, Protocol):
    """A way by which no copy of the letter goes, but messages of single signatories, each to the own Member, who asked for it.

    What a person gives is a mapping of texts by field; nothing that is raised or said repeats any of it.
    """

    @property
    def prefixes(self) -> Sequence[str]:
        """The forms of address that it takes, () where it takes any."""
        ...

    def has_office(self, code: str) -> bool:
        """Tell whether a code is one of an office that this way reaches."""
        ...

    def is_live(self, settings: Mapping[str, str]) -> bool:
        """Tell whether what goes by these settings reaches anybody; raises Refused where they cannot be used."""
        ...

    def list_at(self, settings: Mapping[str, str]) -> str:
        """Name the place whose list of offices these settings go by, without its key; raises Refused where they cannot be used."""
        ...

    def fetch_offices(
        self, settings: Mapping[str, str], asking: Asking, *, now: datetime
    ) -> Offices | Missed:
        """Ask for the list of the offices that take messages, or say why none came."""
        ...

    def faults_in(
        self, person: Mapping[str, str], office: str, settings: Mapping[str, str], *, slug: str
    ) -> Mapping[str, str]:
        """Say what of what a person gave cannot be taken, by field."""
        ...

    def own_letter(self, parcel: Parcel, person: Mapping[str, str], *, slug: str, day: date) -> Document:
        """Write a person's message for a parcel without documents; the same values give the same bytes. Raises Refused."""
        ...

    def carrier(self, asking: Asking, *, now: datetime) -> Carrier:
        """Give what hands parcels over, and asks by `asking` alone."""
        ...


@runtime_checkable
class Hears(Protocol):
    """A way whose other side tells by itself what becomes of a parcel."""

    def heard(
        self, body: bytes, headers: Mapping[str, str], *, settings: Mapping[str, str], now: datetime
    ) -> Heard | None:
        """Read what it tells, None for what concerns no parcel; raises Refused for whatever is not proved to be from it.

        `body` are the bytes as they came, `headers` have small names.
        """
        ...


@runtime_checkable
class Follows(Protocol):
    """A way whose other side can be asked what became of a parcel."""

    def follow(
        self, number: str, *, settings: Mapping[str, str], asking: Asking, now: datetime
    ) -> Sequence[Heard]:
        """Ask by the number of its receipt; what is heard twice has the same key.

        Raises NotNow or NotTaken where it does not say, Refused where the account cannot be used.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """A way on which a person brings the letter: what to do, and what of the office's details it cannot do without."""

    name: str
    steps: Sequence[Sentence]
    needs: str = ""
    missing: Sentence | str = ""
    by_hand: bool = True
    settings: Sequence[Setting] = ()

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office's details hold what is needed."""
        del recipient, outward
        if self.needs and not details.get(self.needs):
            return Verdict(reason=self.missing)
        return Verdict(destinations=1)
