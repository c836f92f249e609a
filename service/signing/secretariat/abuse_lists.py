"""The lists of one letter as its secretariat keeps them: whom to block, whom to allow, to which domains no mail goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.foundation.addresses import veiled_address
from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.model.abuse import AbuseRule, Listed, RuleKind
from service.model.campaign import Campaign
from service.signing.abuse.lists import (
    Named,
    find_rule,
    place_of,
    read_named,
    rule_value,
    set_rule,
    take_off,
)
from service.store.keyring import Keyring

_GONE = Sentence("This line is not on the list any more; somebody may have taken it off meanwhile.")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a letter's lists, as everybody of its team may see it: an address is veiled."""

    id: str
    listed: Listed
    kind: RuleKind
    value: str
    since: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The lines of a letter's own lists, the oldest first, and whether others hold for all letters beside them."""

    of_letter: Sequence[Line]
    of_all: bool


@dataclass(frozen=True, kw_only=True)
class Put:
    """The line that was put on a list: its id, whether that changed anything, and on which list it was before."""

    id: str
    is_new: bool
    was: Listed | None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A line that was taken off: on which list it was, and what it named, wrapped, as hexadecimal."""

    id: str
    listed: Listed
    wrapped: str


def lines_of(session: Session, keyring: Keyring, campaign: Campaign) -> Lines:
    """List what stands on a letter's own lists; what holds for all letters is the operator's."""
    mine = select(AbuseRule).where(AbuseRule.campaign_id == campaign.id)
    of_all = select(AbuseRule.id).where(AbuseRule.campaign_id == "").limit(1)
    return Lines(
        of_letter=[
            Line(
                id=rule.id,
                listed=rule.listed,
                kind=rule.kind,
                value=_seen(rule.kind, rule_value(keyring.root, rule)),
                since=rule.created_at,
                by=rule.created_by,
            )
            for rule in session.exec(mine.order_by(col(AbuseRule.created_at), col(AbuseRule.id)))
        ],
        of_all=session.exec(of_all).first() is not None,
    )


def put_on_list(
    session: Session, keyring: Keyring, slug: str, text: str, listed: Listed, *, by: str, now: datetime
) -> Put:
    """Put what was typed on a list of a letter; raises Refused for what is no address, domain or network."""
    return _put(session, keyring, slug, read_named(text), listed, by=by, now=now)


def take_line_off(session: Session, slug: str, line_id: str, *, by: str, now: datetime) -> Taken:
    """Take a line off its list; what is given puts it back. Raises Refused where it is not there any more."""
    campaign = lock_campaign(session, slug)
    rule = session.get(AbuseRule, line_id)
    if rule is None or rule.campaign_id != campaign.id:
        raise Refused(_GONE)
    taken = Taken(id=rule.id, listed=rule.listed, wrapped=rule.value.hex())
    take_off(session, rule, by=by, now=now)
    return taken


def put_line_back(
    session: Session, keyring: Keyring, slug: str, taken: Taken, *, by: str, now: datetime
) -> None:
    """Put back what take_line_off() gave, or move a line back to the list on which it was; raises Refused where it is none."""
    try:
        named = keyring.root.open_secret(bytes.fromhex(taken.wrapped), name=place_of(taken.id)).decode()
    except (Permanent, ValueError) as error:
        raise Refused(_GONE) from error
    _put(session, keyring, slug, read_named(named), taken.listed, by=by, now=now)


def wrapped_of(session: Session, line_id: str) -> str:
    """Give what a line names as put_line_back() reads it."""
    return session.get_one(AbuseRule, line_id).value.hex()


def _put(
    session: Session, keyring: Keyring, slug: str, named: Named, listed: Listed, *, by: str, now: datetime
) -> Put:
    # Two who add the same at one moment wait for one another here.
    campaign = lock_campaign(session, slug)
    before = find_rule(session, keyring, named, listed, campaign_id=campaign.id)
    was = before.listed if before is not None else None
    is_new = set_rule(session, keyring, named, listed, campaign_id=campaign.id, by=by, now=now)
    session.flush()
    rule = find_rule(session, keyring, named, listed, campaign_id=campaign.id)
    assert rule is not None, "it was just put there"
    return Put(id=rule.id, is_new=is_new, was=was)


def _seen(kind: RuleKind, value: str) -> str:
    return veiled_address(value) if kind is RuleKind.ADDRESS else value
