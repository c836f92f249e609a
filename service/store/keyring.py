"""Keyring: the campaigns' keys, opened by the root key and remembered while the process lives."""

import threading
from datetime import datetime

from sqlmodel import Session

from service.foundation.errors import Permanent
from service.foundation.keyed import keyed_hash
from service.foundation.sealing import CampaignKeys, RootKey
from service.model.campaign import CampaignKey


class Keyring:
    """The keys of every campaign, behind one root key.

    `site_key` is no campaign's: it makes Message-IDs and return paths, and hides the mailboxes of a day. `desk` are the
    keys of what is sealed of coordinators, who outlive any letter; `directory` those of the members that agreed to be
    kept for next letters.
    """

    def __init__(self, root: RootKey) -> None:
        """Begin with no campaign's keys opened."""
        self.root = root
        self.site_key = root.derive("message-id")
        self.desk = CampaignKeys(
            campaign="desk",
            data=root.derive("desk-data"),
            index=root.derive("desk-index"),
            token=root.derive("desk-token"),
        )
        self.directory = CampaignKeys(
            campaign="directory",
            data=root.derive("directory-data"),
            index=root.derive("directory-index"),
            token=root.derive("directory-token"),
        )
        self._of_constituents = root.derive("constituents")
        self._opened: dict[str, CampaignKeys] = {}
        self._lock = threading.Lock()

    def make(self, session: Session, campaign_id: str, *, now: datetime) -> CampaignKeys:
        """Make the keys of a new campaign and add their wrapped row to the session."""
        keys, wrapped = self.root.make_campaign_keys(campaign_id)
        session.add(CampaignKey(campaign_id=campaign_id, wrapped=wrapped, created_at=now))
        return keys

    def known(self, campaign_id: str) -> CampaignKeys | None:
        """Give a campaign's keys where this process has opened them before."""
        with self._lock:
            return self._opened.get(campaign_id)

    def forget(self, campaign_id: str) -> None:
        """Forget a campaign's keys in this process; what other processes have opened goes when they end."""
        with self._lock:
            self._opened.pop(campaign_id, None)

    def of(self, session: Session, campaign_id: str) -> CampaignKeys:
        """Give a campaign's keys; raises Permanent where they were shredded or the root key is another."""
        known = self.known(campaign_id)
        if known is not None:
            return known
        row = session.get(CampaignKey, campaign_id)
        if row is None:
            raise Permanent("The keys of this letter are gone: its personal data was purged.")
        keys = self.root.open_campaign_keys(campaign_id, row.wrapped)
        with self._lock:
            self._opened[campaign_id] = keys
        return keys

    def constituents(self, session: Session, campaign_id: str) -> CampaignKeys:
        """Give the keys under which a campaign's home addresses lie, and nothing else; raises as of() does.

        Whoever has the campaign's opened keys cannot make them without the root key; where the campaign's are shredded,
        nobody can.
        """
        keys = self.of(session, campaign_id)
        data, index, token = (
            keyed_hash(self._of_constituents, name + keys.data) for name in (b"data", b"index", b"token")
        )
        return CampaignKeys(campaign=f"constituents {campaign_id}", data=data, index=index, token=token)
