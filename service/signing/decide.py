"""The secretariat's decisions on sign-ons: accept, decline, hold, release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.signature import HeldReason, Kind, Signature, Standing, standing
from service.model.states import PUT_AWAY, SIGNATURE, SignatureState
from service.signing.constituents import forget_constituent
from service.signing.declined import tell_declined
from service.signing.late import is_late, refuse_while_it_leaves
from service.signing.leaving import stop_letter_that_names
from service.signing.organizations.contact import tell_listed
from service.signing.organizations.joined import part_joined
from service.signing.party import name_index
from service.signing.queries import find_organization, no_such_sign_on
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.sealed import open_text

TELL_AFTER = timedelta(seconds=60)
"""So long the mail that declines waits, where a hand may have slipped."""

Act = Literal["accept", "decline", "hold", "release", "invalidate", "restore"]
"""What can be decided. `invalidate` declines without a word to the mailbox, which may be a stranger's; `restore` takes
either back: the sign-on then needs a check."""

_ONE_BY_ONE: Mapping[Act, Sentence] = {
    "accept": Sentence("“{slug}” was sent; name the late sign-ons to accept one by one, by their ids."),
    "release": Sentence("“{slug}” was sent; name the late sign-ons to release one by one, by their ids."),
}


def decide(
    session: Session,
    keyring: Keyring,
    slug: str,
    ids: Sequence[str] | None,
    *,
    act: Act,
    by: str,
    now: datetime,
) -> int:
    """Accept, decline, hold, release … the sign-ons with these ids; without ids, all that wait for it.

    Gives how many were changed. Raises Refused, and changes nothing, where one of them cannot be.
    """
    return _decide(session, keyring, slug, ids, _How(act=act, by=by, now=now, tell_at=now))


def decide_with_a_minute(
    session: Session, keyring: Keyring, slug: str, ids: Sequence[str], *, act: Act, by: str, now: datetime
) -> int:
    """Decide as decide() does, but tell those who are declined a minute later: until then a slip can be taken back."""
    return _decide(session, keyring, slug, ids, _How(act=act, by=by, now=now, tell_at=now + TELL_AFTER))


@dataclass(frozen=True, kw_only=True)
class _How:
    """What is decided, by whom and when, and when those are told whom it declines."""

    act: Act
    by: str
    now: datetime
    tell_at: datetime


def _decide(session: Session, keyring: Keyring, slug: str, ids: Sequence[str] | None, how: _How) -> int:
    act, now = how.act, how.now
    campaign = lock_campaign(session, slug)
    if campaign.state in PUT_AWAY:
        raise Refused(Sentence("“{slug}” is archived; nothing can be decided any more.", slug=slug))
    if act in {"accept", "release"}:
        refuse_while_it_leaves(session, campaign)
        if is_late(campaign) and ids is None:
            raise Refused(_ONE_BY_ONE[act].with_values(slug=slug))
    rows = _waiting(session, campaign, act) if ids is None else _named(session, campaign, ids)
    keys = keyring.of(session, campaign.id)
    for row in rows:
        _apply(session, keys, campaign, row, how)
        audit.record(
            session, by=how.by, act=f"signature.{act}", campaign_id=campaign.id, thing=row.id, now=now
        )
    return len(rows)


def _apply(session: Session, keys: CampaignKeys, campaign: Campaign, row: Signature, how: _How) -> None:
    act, now = how.act, how.now
    if act == "accept":
        _accept(row, campaign, now=now)
    elif act in {"decline", "invalidate"}:
        stop_letter_that_names(session, row, campaign, now=now)
        SIGNATURE.move(row, SignatureState.DECLINED)
        row.accepted_at = None
        # Whoever signs again after that is looked at again.
        row.held_reason = row.held_reason or HeldReason.SECRETARIAT
        part_joined(session, row)
        forget_constituent(session, row.id)
        outbox.cancel_for(session, recipient_ref=row.id, now=now)
        if row.signed_at is not None and row.email is not None and act == "decline":
            desk = Desk(session=session, keys=keys, campaign=campaign, now=now)
            tell_declined(desk, row, by_us=True, due_at=how.tell_at)
    elif act == "restore":
        _restore(session, row, now=now)
    elif act == "hold":
        stop_letter_that_names(session, row, campaign, now=now)
        row.held_reason = row.held_reason or HeldReason.SECRETARIAT
    else:
        _release(session, keys, campaign, row, now=now)
    session.add(row)
    if act in {"accept", "release"}:
        tell_listed(Desk(session=session, keys=keys, campaign=campaign, now=now), row)


def _restore(session: Session, row: Signature, *, now: datetime) -> None:
    """Bring back what was declined after it was confirmed; whether it counts is decided anew."""
    if row.state is not SignatureState.DECLINED or row.confirmed_at is None or row.erased_at is not None:
        raise Refused(
            Sentence("Only a sign-on that was declined after it was confirmed can be brought back.")
        )
    SIGNATURE.move(row, SignatureState.CONFIRMED)
    row.held_reason = row.held_reason or HeldReason.SECRETARIAT
    outbox.cancel_for(session, recipient_ref=row.id, now=now)


def _accept(row: Signature, campaign: Campaign, *, now: datetime) -> None:
    if standing(row, campaign) is Standing.HELD:
        raise Refused(Sentence("{row} needs your check first: release it, or decline it.", row=row.id))
    if row.state is not SignatureState.CONFIRMED:
        raise Refused(
            Sentence("Only a confirmed sign-on can be accepted; {row} is not confirmed.", row=row.id)
        )
    row.accepted_at = row.accepted_at or now


def _release(
    session: Session, keys: CampaignKeys, campaign: Campaign, row: Signature, *, now: datetime
) -> None:
    if row.held_reason is None:
        raise Refused(Sentence("{row} is not held.", row=row.id))
    if row.held_reason is HeldReason.LOOK_ALIKE:
        raise Refused(
            Sentence(
                "This looks like another sign-on: say first whether it is another organization or the same one."
            ),
            command=f"undersigned signatories another {campaign.slug} {row.id}",
        )
    if row.held_reason is HeldReason.SECOND_CLAIM:
        _give_the_name(session, keys, campaign, row)
    row.held_reason = None
    if row.state is SignatureState.CONFIRMED:
        row.accepted_at = row.accepted_at or now


def _give_the_name(session: Session, keys: CampaignKeys, campaign: Campaign, row: Signature) -> None:
    """Let a second claim take the organization's name, once the first one does not stand any more."""
    index = name_index(keys, Kind.ORGANIZATION, open_text(keys, row, "name"))
    first = find_organization(session, campaign, index)
    over = {SignatureState.DECLINED, SignatureState.WITHDRAWN, SignatureState.EXPIRED}
    if first is not None and first.state not in over:
        raise Refused(
            Sentence(
                "{row} claims a name that {first} holds; decline that one first.", row=row.id, first=first.id
            )
        )
    if first is not None:
        first.name_index = keys.blind("former-claim", first.id)
        # Its links still work: should it sign again, it is the second claim now.
        first.held_reason = HeldReason.SECOND_CLAIM
        session.add(first)
        session.flush()
    row.name_index = index


def _waiting(session: Session, campaign: Campaign, act: Act) -> list[Signature]:
    wanted = {"accept": Standing.AWAITING_ACCEPTANCE, "release": Standing.HELD}.get(act)
    if wanted is None:
        raise Refused(Sentence("Name each sign-on; only accepting and releasing can take all at once."))
    found = session.exec(select(Signature).where(Signature.campaign_id == campaign.id).with_for_update())
    waiting = [row for row in found if standing(row, campaign) is wanted]
    # Of these somebody has to say which it is, one by one.
    return [row for row in waiting if row.held_reason not in {HeldReason.LOOK_ALIKE, HeldReason.DISPUTED}]


def _named(session: Session, campaign: Campaign, ids: Sequence[str]) -> list[Signature]:
    found = select(Signature).where(Signature.campaign_id == campaign.id, col(Signature.id).in_(ids))
    rows = list(session.exec(found.with_for_update()))
    missing = sorted(set(ids) - {row.id for row in rows})
    if missing:
        raise no_such_sign_on(campaign, missing[0])
    return rows
