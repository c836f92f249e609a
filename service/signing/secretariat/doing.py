"""Do one thing with one sign-on or with many: by the verbs that the commands use too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.resemblance import Resemblance
from service.model.signature import Signature
from service.signing.decide import Act, decide_with_a_minute
from service.signing.organizations.joined import say_another
from service.signing.secretariat.acts import Does, all_ways_back, possible
from service.signing.settle import settle
from service.store.keyring import Keyring

NO_SIGN_ON = Sentence("There is no such sign-on to this letter.")
_NOT_NOW = Sentence("That cannot be done with this sign-on as it stands now; look at it again.")
_AS_ACT: dict[Does, Act] = {
    Does.ACCEPT: "accept",
    Does.RELEASE: "release",
    Does.HOLD: "hold",
    Does.DECLINE: "decline",
    Does.INVALIDATE: "invalidate",
    Does.RESTORE: "restore",
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done: with how many, how many were left as they are, and what takes all of it back, if anything does.

    `ids` are those with which it could be done, for the way back: who was left may have been held by somebody else. `told`
    is how many of those who are declined have a mailbox that is told of it.
    """

    number: int
    left: int = 0
    back: Does | None = None
    ids: tuple[str, ...] = ()
    told: int = 0


def sign_on_of(session: Session, campaign: Campaign, signature_id: str) -> Signature:
    """Get a sign-on of this letter by its id; raises NotFound for any other."""
    row = session.get(Signature, signature_id)
    if row is None or row.campaign_id != campaign.id:
        raise NotFound(NO_SIGN_ON)
    return row


def do_one(
    session: Session,
    keyring: Keyring,
    slug: str,
    signature_id: str,
    does: Does,
    *,
    by: str,
    now: datetime,
) -> Done:
    """Do one thing with a sign-on; raises Refused where it cannot be done now."""
    campaign = lock_campaign(session, slug)
    row = sign_on_of(session, campaign, signature_id)
    if does not in possible(row, campaign, looks_like_another=_looks_like_another(session, row)):
        raise Refused(_NOT_NOW)
    back, told = all_ways_back(does, [row]), _told([row])
    _do(session, keyring, slug, [signature_id], does, by=by, now=now)
    return Done(number=1, back=back, told=told)


def do_many(
    session: Session, keyring: Keyring, slug: str, ids: Sequence[str], does: Does, *, by: str, now: datetime
) -> Done:
    """Do one thing with all of these for which it can be done now; the others are left as they are."""
    campaign = lock_campaign(session, slug)
    rows = can_be_done(session, campaign, ids, does)
    back, told = all_ways_back(does, rows) if rows else None, _told(rows)
    done = 0
    try:
        with session.begin_nested():
            _do(session, keyring, slug, [row.id for row in rows], does, by=by, now=now)
        done = len(rows)
    except Refused:
        # One of them keeps the others from it: each by itself, then.
        done = sum(_tried(session, keyring, slug, row, does, by=by, now=now) for row in rows)
    return Done(
        number=done,
        left=len(set(ids)) - done,
        back=back if done == len(rows) else None,
        ids=tuple(row.id for row in rows),
        told=told,
    )


def can_be_done(session: Session, campaign: Campaign, ids: Sequence[str], does: Does) -> list[Signature]:
    """List those of these sign-ons of the letter for which it can be done now."""
    found = select(Signature).where(Signature.campaign_id == campaign.id, col(Signature.id).in_(ids))
    return [row for row in session.exec(found.order_by(col(Signature.id))) if does in possible(row, campaign)]


def _tried(
    session: Session, keyring: Keyring, slug: str, row: Signature, does: Does, *, by: str, now: datetime
) -> bool:
    try:
        with session.begin_nested():
            _do(session, keyring, slug, [row.id], does, by=by, now=now)
    except Refused:
        return False
    return True


def _do(
    session: Session, keyring: Keyring, slug: str, ids: Sequence[str], does: Does, *, by: str, now: datetime
) -> None:
    if does is Does.SETTLE:
        settle(session, keyring, slug, ids, by=by, now=now)
    elif does is Does.ANOTHER:
        for one in ids:
            say_another(session, keyring, slug, one, by=by, now=now)
    else:
        decide_with_a_minute(session, keyring, slug, ids, act=_AS_ACT[does], by=by, now=now)


def _told(rows: Sequence[Signature]) -> int:
    return sum(row.email is not None and row.signed_at is not None for row in rows)


def _looks_like_another(session: Session, row: Signature) -> bool:
    mine = (col(Resemblance.signature_id) == row.id) | (col(Resemblance.other_id) == row.id)
    undecided = select(Resemblance.id).where(mine, col(Resemblance.verdict).is_(None))
    return session.exec(undecided.limit(1)).first() is not None
