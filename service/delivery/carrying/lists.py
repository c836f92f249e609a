"""Fetch the lists of the offices that take messages, and let none leave for an office that is not on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from service.delivery.asking import Asking
from service.delivery.carrying.errand import NOTHING
from service.delivery.carrying.own_errand import OwnErrand
from service.delivery.congress.carrier import OFFICE
from service.delivery.kept_lists import is_due, keep_list, lists_at, offices_in, take_turn
from service.delivery.office_list import Offices, why_unlisted, why_useless
from service.delivery.parcel import NotNow, NotTaken
from service.delivery.registry import OF_PEOPLE, PEOPLE
from service.foundation.clock import Clock
from service.foundation.errors import Refused
from service.model.campaign import Campaign
from service.model.chamber_list import Missed
from service.model.states import PUT_AWAY
from service.model.way_setting import WaySetting
from service.store.keyring import Keyring
from service.store.sealed import open_record
from service.store.transaction import reading, transaction

# One letter's bad key does not keep the list from all others; yet nobody knocks with a hundred bad keys.
_MOST_ASK = 3


@dataclass(frozen=True, kw_only=True, repr=False)
class Wanted:
    """A list that letters go by: the ways and settings by which it can be asked for, and when the newest of them was set."""

    place: str
    asked_by: Sequence[tuple[str, Mapping[str, str]]]
    set_at: datetime | None = None


def fetch_due_lists(engine: Engine, keyring: Keyring, asking: Asking, *, clock: Clock) -> int:
    """Fetch each list by which a letter goes and that it is time to fetch; gives how many were asked for.

    No transaction is open while a chamber is asked. That it is asked is kept first, so that no two ask at once.
    """
    with reading(engine) as session:
        due = _due(session, keyring, now=clock())
    return sum(_fetch(engine, asking, one, clock=clock) for one in due)


def refuse_unless_listed(engine: Engine, asking: Asking, errand: OwnErrand, *, clock: Clock) -> None:
    """Let a message go on whose office takes any, by a list that is fetched anew where it is a day old.

    Raises NotNow where there is no list to go by, NotTaken for an office that is not on it; nothing has left then.
    """
    try:
        place = PEOPLE[errand.channel].list_at(errand.parcel.settings)
    except Refused:
        # What a way lacks is said where the message is made.
        return
    wanted = Wanted(place=place, asked_by=((errand.channel, errand.parcel.settings),))
    with reading(engine) as session:
        row = lists_at(session, [place]).get(place)
    if is_due(row, set_at=None, now=clock()):
        _fetch(engine, asking, wanted, clock=clock)
        with reading(engine) as session:
            row = lists_at(session, [place]).get(place)
    offices, now = offices_in(row), clock()
    if useless := why_useless(offices, now=now):
        raise NotNow(useless, exchange=NOTHING)
    if unlisted := why_unlisted(offices, str(errand.parcel.details.get(OFFICE) or ""), now=now):
        raise NotTaken(unlisted, exchange=NOTHING)


def _due(session: Session, keyring: Keyring, *, now: datetime) -> Sequence[Wanted]:
    found = (
        select(WaySetting)
        .join(Campaign, col(Campaign.id) == WaySetting.campaign_id)
        .where(col(WaySetting.channel).in_(sorted(OF_PEOPLE)), col(Campaign.state).not_in(PUT_AWAY))
        .order_by(col(WaySetting.set_at).desc(), col(WaySetting.id))
    )
    by_place: dict[str, list[tuple[WaySetting, Mapping[str, str]]]] = {}
    for row in session.exec(found).all():
        settings = open_record(keyring.of(session, row.campaign_id), row, "details")
        try:
            place = PEOPLE[row.channel].list_at(settings)
        except Refused:
            # A way that cannot be used goes by no list; the desk says why it cannot.
            continue
        by_place.setdefault(place, []).append((row, settings))
    wanted = [
        Wanted(
            place=place,
            asked_by=[(row.channel, settings) for row, settings in asking[:_MOST_ASK]],
            set_at=asking[0][0].set_at,
        )
        for place, asking in by_place.items()
    ]
    kept = lists_at(session, by_place)
    return [one for one in wanted if is_due(kept.get(one.place), set_at=one.set_at, now=now)]


def _fetch(engine: Engine, asking: Asking, wanted: Wanted, *, clock: Clock) -> int:
    with transaction(engine) as session:
        if not take_turn(session, wanted.place, set_at=wanted.set_at, now=clock()):
            return 0
    found = _ask(asking, wanted, clock=clock)
    with transaction(engine) as session:
        keep_list(session, wanted.place, found, now=clock())
    return 1


def _ask(asking: Asking, wanted: Wanted, *, clock: Clock) -> Offices | Missed:
    missed = Missed.AWAY
    for channel, settings in wanted.asked_by:
        found = PEOPLE[channel].fetch_offices(settings, asking, now=clock())
        # Whoever is let in gets the list; where the service itself is in trouble, another key does not help.
        if found is not Missed.KEY:
            return found
        missed = found
    return missed
