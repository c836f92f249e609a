"""The secretariat decides on names that look alike: another organization, or the same one once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.resemblance import Likeness, Resemblance, Verdict
from service.model.signature import HeldReason, Kind, Signature
from service.model.states import PUT_AWAY, SignatureState
from service.signing.late import refuse_while_it_leaves
from service.signing.leaving import stop_letter_that_names
from service.signing.organizations.contact import tell_known_contact, tell_listed
from service.signing.organizations.listed import Listed, listed_between
from service.signing.organizations.look_alikes import find_alikes
from service.signing.queries import no_such_sign_on
from service.signing.workplace import Desk
from service.store.keyring import Keyring

_CAN_BE_JOINED = (SignatureState.CONFIRMED, SignatureState.PENDING)


@dataclass(frozen=True, kw_only=True)
class _Case:
    session: Session
    campaign: Campaign
    desk: Desk
    row: Signature
    by: str
    now: datetime

    def record(self, act: str, thing: str) -> None:
        """Keep in the audit what was decided."""
        audit.record(
            self.session, by=self.by, act=act, campaign_id=self.campaign.id, thing=thing, now=self.now
        )


def hold_look_alike(desk: Desk, row: Signature) -> None:
    """Hold a sign-on that was just confirmed if it could be taken for another, and tell the secretariat.

    Whoever is on the coalition's own list is never held for that, since it is the one that others may look like; only
    where it lists a member that another one could be taken for.
    """
    if row.kind is not Kind.ORGANIZATION or row.joined_to is not None:
        return
    alikes = find_alikes(desk.session, desk.keys, row)
    known = {pair.other_id for pair in _pairs(desk.session, row)}
    desk.session.add_all(
        Resemblance(
            campaign_id=row.campaign_id,
            signature_id=row.id,
            other_id=alike.signature_id,
            likeness=alike.likeness,
            found_at=desk.now,
        )
        for alike in alikes
        if alike.signature_id not in known
    )
    if alikes and row.held_reason is None:
        row.held_reason = HeldReason.LOOK_ALIKE
        tell_secretariat(desk, row, "look_alike")
    desk.session.add(row)


def tell_secretariat(desk: Desk, row: Signature, word: str) -> None:
    """Tell the secretariat by mail that a sign-on needs its check; `word` says why."""
    outbox.post(
        desk.session,
        kind=MessageKind.NEEDS_CHECK,
        campaign_id=row.campaign_id,
        recipient_ref=row.id,
        occurrence=f"{word} {row.generation}",
        now=desk.now,
    )


def say_another(
    session: Session, keyring: Keyring, slug: str, signature_id: str, *, by: str, now: datetime
) -> None:
    """Decide that a sign-on is of another organization than those it looks like or was joined to; it counts by itself.

    Raises Refused where it neither looks like another nor is joined, and while the letter leaves.
    """
    case = _open(session, keyring, slug, signature_id, by=by, now=now)
    pairs = _pairs(session, case.row)
    if case.row.joined_to is None and not any(pair.verdict is None for pair in pairs):
        raise Refused(
            Sentence(
                "{row} looks like no other sign-on, and is joined to none.",
                row=signature_id,
            )
        )
    refuse_while_it_leaves(case.session, case.campaign)
    for pair in pairs:
        _decide(session, pair, Verdict.ANOTHER, now=now)
    case.row.joined_to = None
    _let_stand(case, case.row)
    case.record("signature.another", signature_id)


def say_same(
    session: Session,
    keyring: Keyring,
    slug: str,
    signature_id: str,
    other_id: str,
    *,
    by: str,
    now: datetime,
) -> str:
    """Decide that two sign-ons are of one organization, or of a chapter and its whole: they count and are printed once.

    Where one lists the other as a member, by a name that looks like its own, that one's own word goes before the list.
    Else the one that has signed stands for both; gives its id. Where both have, it is the other one. A name that is to be
    printed by itself is another organization: what is printed and what is counted never part. The contact on the
    coalition's list that did not confirm it is told.
    """
    case = _open(session, keyring, slug, signature_id, by=by, now=now)
    other = _get(session, case.campaign, other_id)
    listed = listed_between(session, case.desk.keys, case.row, other)
    if listed:
        return _say_listed(case, other, listed)
    _refuse_joining(case.row, other)
    stands, joined = (other, case.row) if other.state is SignatureState.CONFIRMED else (case.row, other)
    if stands is case.row:
        refuse_while_it_leaves(case.session, case.campaign)
    stop_letter_that_names(session, joined, case.campaign, now=now)
    joined.joined_to = stands.id
    for more in session.exec(select(Signature).where(Signature.joined_to == joined.id)).all():
        more.joined_to = stands.id
        session.add(more)
    if joined.held_reason is HeldReason.LOOK_ALIKE:
        joined.held_reason = None
    session.add(joined)
    if stands is case.row:
        _let_stand(case, stands)
    _decide(session, _pair(case, other), Verdict.SAME, now=now)
    case.record("signature.same", f"{joined.id} {stands.id}")
    for one in (stands, joined):
        if one.state is SignatureState.CONFIRMED:
            tell_known_contact(case.desk, one)
    return stands.id


def _say_listed(case: _Case, other: Signature, listed: Sequence[Listed]) -> str:
    refuse_while_it_leaves(case.session, case.campaign)
    for member, own in listed:
        # Under the hash of that name it is found as what it is: the same organization.
        member.name_index = own.name_index
        case.session.add(member)
    for one in (case.row, other):
        if one.held_reason is HeldReason.LOOK_ALIKE:
            _let_stand(case, one)
        # Its contact is found only now, by the name that the other one has.
        tell_listed(case.desk, one)
    _decide(case.session, _pair(case, other), Verdict.SAME, now=case.now)
    case.record("signature.same", f"{case.row.id} {other.id}")
    return listed[0][1].id


def part_joined(session: Session, row: Signature) -> None:
    """Hold again the sign-ons that a sign-on stood for, when it stops to: whether they count is to be decided anew."""
    for joined in session.exec(select(Signature).where(Signature.joined_to == row.id)).all():
        joined.joined_to = None
        joined.held_reason = joined.held_reason or HeldReason.LOOK_ALIKE
        session.add(joined)
        for pair in _pairs(session, joined):
            if row.id in {pair.signature_id, pair.other_id}:
                pair.verdict, pair.decided_at = None, None
                session.add(pair)


def _open(
    session: Session, keyring: Keyring, slug: str, signature_id: str, *, by: str, now: datetime
) -> _Case:
    campaign = lock_campaign(session, slug)
    if campaign.state in PUT_AWAY:
        raise Refused(Sentence("“{slug}” is archived; nothing can be decided any more.", slug=slug))
    row = _get(session, campaign, signature_id)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    return _Case(session=session, campaign=campaign, desk=desk, row=row, by=by, now=now)


def _get(session: Session, campaign: Campaign, signature_id: str) -> Signature:
    found = select(Signature).where(Signature.campaign_id == campaign.id, Signature.id == signature_id)
    row = session.exec(found.with_for_update()).one_or_none()
    if row is None:
        raise no_such_sign_on(campaign, signature_id)
    return row


def _refuse_joining(row: Signature, other: Signature) -> None:
    if row.id == other.id:
        raise Refused(Sentence("A sign-on cannot be joined to itself; name the other one."))
    if Kind.PERSON in {row.kind, other.kind}:
        raise Refused(
            Sentence(
                "Only organizations can be joined; of a person decline the sign-on that is one too many."
            )
        )
    if row.state not in _CAN_BE_JOINED:
        raise Refused(
            Sentence(
                "Only a sign-on that was made, and stands, can be joined; {row} is not one of these.",
                row=row.id,
            )
        )
    for one in (row, other):
        if one.joined_to is not None:
            raise Refused(
                Sentence("One of the two is joined to another sign-on already: part those first."),
                command="undersigned signatories another SLUG ID",
            )
    if other.state is not SignatureState.CONFIRMED and row.state is not SignatureState.CONFIRMED:
        raise Refused(
            Sentence("Neither of the two is confirmed yet, so there is nothing that could count twice.")
        )


def _let_stand(case: _Case, row: Signature) -> None:
    if row.held_reason is HeldReason.LOOK_ALIKE:
        row.held_reason = None
    if row.state is SignatureState.CONFIRMED and row.held_reason is None:
        row.accepted_at = row.accepted_at or case.now
    case.session.add(row)
    tell_listed(case.desk, row)


def _pairs(session: Session, row: Signature) -> list[Resemblance]:
    mine = or_(col(Resemblance.signature_id) == row.id, col(Resemblance.other_id) == row.id)
    return list(session.exec(select(Resemblance).where(mine)).all())


def _pair(case: _Case, other: Signature) -> Resemblance:
    for pair in _pairs(case.session, case.row):
        if other.id in {pair.signature_id, pair.other_id}:
            return pair
    return Resemblance(
        campaign_id=case.campaign.id,
        signature_id=case.row.id,
        other_id=other.id,
        likeness=Likeness.SAME_LOOK,
        found_at=case.now,
    )


def _decide(session: Session, pair: Resemblance, verdict: Verdict, *, now: datetime) -> None:
    pair.verdict, pair.decided_at = verdict, now
    session.add(pair)
