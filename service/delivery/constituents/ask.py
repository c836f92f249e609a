"""A signatory asks the own Member of Congress to raise the letter, looks at that again, and takes it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.campaigns.queries import released_edition
from service.delivery.constituents.late import leaves_with, plan_message
from service.delivery.constituents.members import Member, members_of, members_to_ask
from service.delivery.ladder import WORDS
from service.delivery.registry import PEOPLE
from service.delivery.way_settings import settings_of
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.carriage import Carriage
from service.model.constituent import Constituent
from service.model.delivery import Delivery
from service.model.signature import Kind, Standing, standing
from service.model.states import PUT_AWAY, CampaignState, CarriageState, DeliveryState
from service.signing.constituents import (
    constituent_of,
    forget_constituent,
    open_address,
    seal_address,
)
from service.signing.own_sign_on import Holder, ManageView, hold_own, look_at_holder, view_of
from service.signing.party import read_party
from service.store.keyring import Keyring

CANNOT_ASK = Sentence("This sign-on cannot ask a Member of Congress now.")
LEFT = Sentence("Your message has left, so it can be neither changed nor taken back.")
NOT_ASKED = Sentence("You have asked no Member, so there is nothing to take back.")
IS_OVER = Sentence(
    "The letter has left, and with it the messages to Members of Congress: nobody can ask through it any more. You can still"
    " write to your Member yourself."
)
_CHOOSE = Sentence("Choose your Member.")

# What failed was not taken; whether another try of it may have arrived is asked of its carriages.
_NOT_LEFT = frozenset(
    {DeliveryState.PLANNED, DeliveryState.READY, DeliveryState.CARRYING, DeliveryState.FAILED}
)
_PAST_ITS_FENCE = frozenset({CarriageState.FENCED, CarriageState.TAKEN, CarriageState.IN_DOUBT})


class Unfit(Refused):
    """What was given for a Member cannot be taken; `by_field` has a sentence for each field, in the form's order."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        """Keep the sentences by field; none repeats what was given."""
        super().__init__(next(iter(by_field.values())), tuple(by_field.values()))
        self.by_field = dict(by_field)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a signatory has asked, as the own page shows it: of the address so much that its owner knows it again.

    `deleted_on` is the day on which the address was deleted; `has_left` says that it cannot be taken back any more, `went`
    that it was part of the letter's release, and `stands` where it stands since, "" before. `is_kept` says that there is
    more of it than is shown.
    """

    office: str
    member: str
    shown: Mapping[str, str]
    has_left: bool
    went: bool
    stands: str
    deleted_on: date | None
    is_kept: bool


@dataclass(frozen=True, kw_only=True)
class AskView:
    """What the page of one signatory shows: whom it can ask now, nobody where it cannot, and what it has asked.

    `why_not` says why it can ask nobody, and is "" where it can. `is_late` says that the letter is released and has not left.
    """

    view: ManageView
    members: Sequence[Member]
    asked: Asked | None
    why_not: str
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Whether the page of a sign-on leads on to its Member, or else `is_over`, why it does not any more."""

    leads_on: bool
    is_over: str = ""


def offer_of(session: Session, keyring: Keyring, *, token: str, now: datetime) -> Offer:
    """Tell whether a sign-on can ask a Member or has asked one, or could until the letter left."""
    holder = look_at_holder(session, keyring, token=token, now=now)
    has_asked = constituent_of(session, holder.signature.id) is not None
    if has_asked or _members(holder):
        return Offer(leads_on=True)
    return Offer(leads_on=False, is_over=IS_OVER if _is_over(holder) else "")


def look_at_asking(session: Session, keyring: Keyring, *, token: str, now: datetime) -> AskView:
    """Show a signatory whom it can ask and what it has asked; raises NotFound for a link that opens nothing."""
    return _view(look_at_holder(session, keyring, token=token, now=now))


def ask_member(
    session: Session, keyring: Keyring, given: Mapping[str, str], office: str, *, token: str, now: datetime
) -> bool:
    """Keep what a signatory asks of a Member, in the place of what it asked before; tells whether it goes with a letter that is released.

    `given` are clean texts by the fields of service/delivery/congress/given.py. Raises Unfit with what of them cannot be
    taken, and Refused where this sign-on cannot ask now, as one that does not count or of a letter that has gone out.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    members = {one.office: one for one in _members(holder)}
    if not members:
        raise Refused(IS_OVER if _is_over(holder) else CANNOT_ASK)
    # Whoever has not chosen yet is told at once what else is missing.
    faults = dict(_faults(holder, given, members.get(office) or next(iter(members.values()))))
    if office not in members:
        faults = {"office": str(_CHOOSE)} | {
            field: fault for field, fault in faults.items() if field != "state" or not given.get("state")
        }
    if faults:
        raise Unfit(faults)
    row = constituent_of(session, holder.signature.id, to_change=True) or Constituent(
        campaign_id=holder.campaign.id,
        signature_id=holder.signature.id,
        office=office,
        details=b"",
        created_at=now,
    )
    row.office, row.details = office, seal_address(session, keyring, row, given)
    # It waits for the next release, whatever became of a sending that was stopped, or goes with the one that has not left.
    late = plan_message(session, keyring, holder.campaign, members[office], now=now)
    row.settled_at, row.delivery_id = None, late.id if late is not None else None
    session.add(row)
    return late is not None


def take_back(session: Session, keyring: Keyring, *, token: str, now: datetime) -> None:
    """Delete what a signatory asked of a Member, its address with it; raises Refused where it has left, or asked nothing."""
    holder = hold_own(session, keyring, token=token, now=now)
    row = constituent_of(session, holder.signature.id, to_change=True)
    if row is None:
        raise Refused(NOT_ASKED)
    if _has_left(session, row):
        raise Refused(LEFT)
    forget_constituent(session, holder.signature.id)


def _faults(holder: Holder, given: Mapping[str, str], member: Member) -> Mapping[str, str]:
    settings = settings_of(holder.session, holder.keyring, holder.campaign)[member.channel]
    person = {**given, "email": read_party(holder.keys, holder.signature).email}
    return PEOPLE[member.channel].faults_in(person, member.office, settings, slug=holder.campaign.slug)


def _members(holder: Holder) -> Sequence[Member]:
    session, campaign, now = holder.session, holder.campaign, holder.now
    if not _may_ask(holder) or campaign.state in {CampaignState.SENT, *PUT_AWAY}:
        return ()
    members = members_to_ask(session, holder.keyring, campaign, now=now)
    if not members or released_edition(session, campaign) is None:
        return members
    row = constituent_of(session, holder.signature.id)
    # What is part of the release is taken back before something else is asked.
    if row is not None and row.delivery_id is not None:
        return ()
    open_ways = {one.channel for one in members if leaves_with(session, campaign, one.channel, now=now)}
    return tuple(one for one in members if one.channel in open_ways)


def _may_ask(holder: Holder) -> bool:
    return (
        holder.signature.kind is Kind.PERSON
        and standing(holder.signature, holder.campaign) is Standing.COUNTED
        and holder.signature.erased_at is None
    )


def _is_over(holder: Holder) -> bool:
    """Tell whether a sign-on that can ask nobody could until the letter left: of a letter without Members nothing is said."""
    campaign = holder.campaign
    was_released = (
        campaign.state is CampaignState.SENT or released_edition(holder.session, campaign) is not None
    )
    return (
        was_released
        and campaign.state not in PUT_AWAY
        and _may_ask(holder)
        and bool(members_of(holder.session, holder.keyring, campaign))
    )


def _view(holder: Holder) -> AskView:
    row = constituent_of(holder.session, holder.signature.id)
    members = _members(holder)
    is_over = not members and _is_over(holder)
    return AskView(
        view=view_of(holder),
        members=members,
        asked=_asked(holder, row) if row is not None else None,
        why_not="" if members else IS_OVER if is_over else CANNOT_ASK,
        is_late=bool(members) and released_edition(holder.session, holder.campaign) is not None,
    )


def _asked(holder: Holder, row: Constituent) -> Asked:
    given = open_address(holder.session, holder.keyring, row)
    known = {one.office: one.name for one in members_of(holder.session, holder.keyring, holder.campaign)}
    zone = ZoneInfo(holder.campaign.time_zone)
    return Asked(
        office=row.office,
        member=known.get(row.office, row.office),
        shown={name: _masked(name, str(text)) for name, text in given.items() if text},
        has_left=_has_left(holder.session, row),
        went=row.delivery_id is not None,
        stands=_stands(holder.session, row),
        deleted_on=row.settled_at.astimezone(zone).date() if row.settled_at else None,
        is_kept=bool(given),
    )


def _masked(name: str, text: str) -> str:
    """Show of a text what its owner knows again, and whoever got hold of the link cannot use (pure)."""
    return text if name in {"state", "prefix"} else f"{text[0]}…"


def _stands(session: Session, row: Constituent) -> str:
    return WORDS[session.get_one(Delivery, row.delivery_id).state] if row.delivery_id is not None else ""


def _has_left(session: Session, row: Constituent) -> bool:
    if row.settled_at is not None:
        return True
    if row.delivery_id is None:
        return False
    past = select(Carriage.id).where(
        Carriage.delivery_id == row.delivery_id, col(Carriage.state).in_(_PAST_ITS_FENCE)
    )
    delivery = session.get_one(Delivery, row.delivery_id)
    return delivery.state not in _NOT_LEFT or session.exec(past.limit(1)).first() is not None
