"""Everything that the acts of one showing share."""

import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from examples.demo.catcher import Catcher, Mail
from examples.demo.folder import Folder
from examples.demo.narrator import Narrator
from examples.demo.people import Cast, Signer
from examples.demo.post import Directory, Item, Kind, Ledger, count_post, sort_post
from examples.demo.undersigned import Undersigned

_THREADS = 4


@dataclass(kw_only=True)
class Stage:
    """The service, the mail, the people, and what has been counted of them so far."""

    folder: Folder
    catcher: Catcher
    undersigned: Undersigned
    cast: Cast
    narrator: Narrator
    brief: dict[str, Any]
    """The campaign file of this showing, parsed."""
    deadline: datetime
    ledger: Ledger = field(default_factory=Ledger)
    signed: int = 0
    """Sign-on forms that the service took."""
    confirmed: int = 0
    """Confirmation forms that the service took."""
    brought: int = 0
    """Copies that a person brought."""

    @property
    def slug(self) -> str:
        """Give the slug of the letter."""
        return str(self.brief["slug"])

    @property
    def offices(self) -> list[dict[str, Any]]:
        """Give the recipients of the campaign file."""
        return list(self.brief["recipients"])

    @property
    def directory(self) -> Directory:
        """Tell whose mailbox is whose."""
        return Directory(
            offices=frozenset(address for office in self.offices for address in office["emails"]),
            secretariat=str(self.brief["reply_to"]),
            owner=self._owner,
        )

    def await_post(self, kind: Kind, owners: Iterable[str], *, seconds: float, what: str) -> None:
        """Promise a mail of a kind to each owner, and show a bar until all are caught."""
        awaited = set(self.ledger.promise(kind, owners))

        with self.narrator.bar(f"Caught: {what}", len(awaited)) as reach:

            def all_there(mails: tuple[Mail, ...]) -> bool:
                there = len(awaited & set(count_post(mails, self.directory)))
                reach(there)
                return there == len(awaited)

            self.catcher.wait_for(all_there, seconds=seconds, what=f"every {kind.value} that was promised")

    def mail_for(self, kind: Kind) -> dict[str, Mail]:
        """Give the caught mails of one kind, by whom each is for; of several the last."""
        mails = self.catcher.mails
        items: dict[int, Item] = sort_post(mails, self.directory)
        return {items[mail.number][1]: mail for mail in mails if items[mail.number][0] is kind}

    def everybody_does(self, label: str, people: Iterable[Signer], act: Callable[[Signer], None]) -> None:
        """Let people do one thing, four at a time, with a bar; the first failure stops the rest."""
        waiting = list(people)
        with self.narrator.bar(label, len(waiting)) as reach, ThreadPoolExecutor(_THREADS) as pool:
            for count, _ in enumerate(pool.map(act, waiting), start=1):
                reach(count)

    def _owner(self, address: str) -> str:
        signer = self.cast.owner_of(address)
        return key_of(signer) if signer else address


def key_of(signer: Signer) -> str:
    """Give the one text that stands for a signatory in the ledger: the first of its mailboxes."""
    return signer.addresses[0]


def read_brief(campaign: str) -> dict[str, Any]:
    """Parse a campaign file."""
    return tomllib.loads(campaign)
