"""Who is asking at the desk, for which letter, in which role; and the transaction in which that one acts."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, request
from sqlmodel import Session

from service.campaigns.halt import refuse_if_hidden
from service.campaigns.queries import get_campaign
from service.coordinators.accounts import actor, check_act, check_admin
from service.coordinators.permissions import OF_NO_LETTER, Act, may
from service.coordinators.sessions import FRESH_FOR
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.coordinator import Role
from service.model.states import CampaignState
from service.store.transaction import reading, transaction
from service.web.desk.blueprint import ACTS
from service.web.services import services

PURGED = Sentence("The personal data of this letter was deleted; only numbers are left of it.")


@dataclass(frozen=True, kw_only=True)
class LetterSeen:
    """The letter that a page of the desk is about."""

    id: str
    slug: str
    title: str
    state: CampaignState
    language: str
    time_zone: str

    @property
    def is_purged(self) -> bool:
        """Tell whether nothing but numbers is left of it."""
        return self.state is CampaignState.PURGED


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A coordinator at the desk; `role` and `letter` are None on pages that concern no letter."""

    session_id: str
    coordinator_id: str
    name: str
    is_admin: bool
    language: str
    time_zone: str
    csrf: str
    proved_at: datetime
    role: Role | None = None
    letter: LetterSeen | None = None

    @property
    def by(self) -> str:
        """Give the name by which the audit knows who acts."""
        return actor(self.coordinator_id)

    def local(self, moment: datetime) -> datetime:
        """Give a moment on this coordinator's clock, else the letter's."""
        return moment.astimezone(ZoneInfo(self.time_zone or "UTC"))

    def local_there(self, moment: datetime, zone: str) -> datetime:
        """Give a moment on this coordinator's clock, else the one of a place: for pages about several letters."""
        return moment.astimezone(ZoneInfo(self.time_zone or zone))

    def is_fresh(self, *, now: datetime) -> bool:
        """Tell whether this coordinator has proved to be there within the last minutes."""
        return now - self.proved_at <= FRESH_FOR

    def may(self, act: Act | str) -> bool:
        """Tell whether this coordinator may do an act on the letter of this page."""
        return may(self.role, Act(act))


def present_act() -> Act:
    """Give the act that the page of this request is."""
    return ACTS[request.endpoint or ""]


def visit() -> Visit:
    """Get who is asking; only pages for coordinators who are signed in call it."""
    present: Visit = g.visit
    return present


def letter() -> LetterSeen:
    """Get the letter that this page is about."""
    present = visit().letter
    assert present is not None, "this page is about no letter"
    return present


@contextlib.contextmanager
def acting() -> Iterator[Session]:
    """Open the transaction of an act; that its coordinator may do it is looked up in there, once more.

    Raises NotFound and Refused as the guard does. The sender is woken once all of it is kept.
    """
    here, who, act = services(), visit(), present_act()
    with transaction(here.engine) as session:
        if act is Act.ADMINISTER:
            check_admin(session, who.coordinator_id)
        if act not in OF_NO_LETTER:
            check_act(session, coordinator_id=who.coordinator_id, campaign_id=letter().id, act=act)
        yield session
    here.wake()


@contextlib.contextmanager
def looking() -> Iterator[Session]:
    """Open a session in which nothing is changed."""
    with reading(services().engine) as session:
        yield session


def letter_row(session: Session) -> Campaign:
    """Get the row of the letter that this page is about."""
    row = session.get(Campaign, letter().id)
    assert row is not None, "the guard has seen it"
    return row


def letter_here(session: Session) -> Campaign:
    """Get the row of the letter that this page is about; raises Refused where its personal data was purged."""
    return get_campaign(session, letter().slug)


def letter_to_give(session: Session) -> Campaign:
    """Get the row of the letter whose files are asked for; raises Refused as letter_here(), and while it is hidden."""
    campaign = letter_here(session)
    refuse_if_hidden(campaign)
    return campaign
