"""Send each member its kit, once for each edition of the letter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import (
    editions_out,
    get_campaign,
    latest_edition,
    lock_campaign,
    released_edition,
)
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.kit.messages import write_kit_mail
from service.kit.own_kit import has_kit, kit_link, make_kit
from service.letter.audience import may_show
from service.mail import outbox
from service.mail.compose import Rendered
from service.model.campaign import Campaign
from service.model.edition import Edition, EditionKind
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import Kind, Signature, Visibility, is_counted
from service.model.states import PUT_AWAY
from service.signing.party import email_index
from service.signing.roll import frozen_letter, signature_salt
from service.signing.sign import LINKS_LIVE
from service.store.keyring import Keyring
from service.store.links import Link, keep_links


@dataclass(frozen=True, kw_only=True)
class KitsView:
    """What would be sent: to how many members, how many of them have it, and the mail to the first of them."""

    members: int
    known: int
    mail: Rendered


@dataclass(frozen=True, kw_only=True)
class KitsSent:
    """How many mails are new, and how many members had theirs before."""

    new: int
    known: int


def look_at_kits(
    session: Session, keyring: Keyring, slug: str, *, under_embargo: bool, public_url: str, now: datetime
) -> KitsView:
    """Show what send_kits() would post, and change nothing; raises Refused as it does."""
    campaign = get_campaign(session, slug)
    edition = _edition(session, campaign, under_embargo=under_embargo)
    members = _members(session, keyring, campaign, edition)
    kit = make_kit(session, keyring, campaign, members[0].row, public_url=public_url, now=now)
    mail = write_kit_mail(
        kit,
        reply_to=open_file(session, keyring, campaign).reply_to,
        link=f"{public_url}/kit/…",
        unsubscribe_link=f"{public_url}/unsubscribe/…",
    )
    return KitsView(members=len(members), known=_known(session, campaign, members), mail=mail)


def may_send_kits(session: Session, slug: str, *, under_embargo: bool) -> None:
    """Raise Refused where no kit of a letter may go now, whoever it would go to: it opens no edition and counts nobody."""
    _edition(session, get_campaign(session, slug), under_embargo=under_embargo)


def send_kits(
    session: Session, keyring: Keyring, slug: str, *, under_embargo: bool, by: str, now: datetime
) -> KitsSent:
    """Post its kit to each organization that the letter names in public; done again, it reaches only who has none.

    Before the letter is released nothing is posted, unless the coordinator says `under_embargo`; even then an edition has to
    be proposed, so that the number is that of the letter. Raises Refused otherwise, where there is nobody to send it to,
    and for a letter that is put away.
    """
    campaign = lock_campaign(session, slug)
    edition = _edition(session, campaign, under_embargo=under_embargo)
    members = _members(session, keyring, campaign, edition)
    known = _known(session, campaign, members)
    links = [
        link
        for one in members
        for link in (kit_link(one.row), Link(purpose=Purpose.UNSUBSCRIBE, row_id=one.row.id))
    ]
    keys = keyring.of(session, campaign.id)
    keep_links(session, keys, links, expires_at=now + LINKS_LIVE, now=now)
    new = sum(
        outbox.post(
            session,
            kind=MessageKind.KIT,
            campaign_id=campaign.id,
            recipient_ref=one.row.id,
            occurrence=one.edition_id,
            now=now,
        )
        for one in members
    )
    audit.record(session, by=by, act="kit.send", campaign_id=campaign.id, thing=edition.id, now=now)
    return KitsSent(new=new, known=known)


def list_kits(
    session: Session, keyring: Keyring, campaign: Campaign, edition: Edition | None
) -> Sequence[tuple[str, str]]:
    """List the members that kits would go to, with their languages: of an edition, or (None) as the letter stands."""
    if edition is not None:
        rows = [one.row for one in _find_members(session, keyring, campaign, edition)]
    else:
        rows = list(_reached(session, keyring, campaign))
    return [(row.id, row.language) for row in rows]


def _edition(session: Session, campaign: Campaign, *, under_embargo: bool) -> Edition:
    if campaign.state in PUT_AWAY:
        # A while after that its log of mails goes, and with it who has had a kit.
        raise Refused(Sentence("“{slug}” is put away: no kits of it are sent any more.", slug=campaign.slug))
    released = released_edition(session, campaign)
    if released is not None:
        return released
    if not under_embargo:
        raise Refused(
            Sentence(
                "This letter has not been released: kits go out after that, or before it under embargo."
            ),
            command=f"undersigned kit send {campaign.slug} --under-embargo",
        )
    proposed = latest_edition(session, campaign)
    if proposed is None or proposed.voided_at is not None:
        raise Refused(
            Sentence("Propose the letter first: each kit names the edition to which it belongs."),
            command=f"undersigned deliver {campaign.slug} --propose",
        )
    return proposed


@dataclass(frozen=True, kw_only=True)
class _Member:
    """An organization, and the edition in which it stands: that of the letter, or of an addendum."""

    row: Signature
    edition_id: str


def _members(session: Session, keyring: Keyring, campaign: Campaign, edition: Edition) -> Sequence[_Member]:
    """List those whom kits go to; raises Refused where there is nobody."""
    found = _find_members(session, keyring, campaign, edition)
    if not found:
        raise Refused(
            Sentence(
                "No organization with a mailbox is named in public by “{slug}”, so there is nobody to send a "
                "kit to.",
                slug=campaign.slug,
            )
        )
    return found


def _find_members(
    session: Session, keyring: Keyring, campaign: Campaign, edition: Edition
) -> Sequence[_Member]:
    """List the organizations with a mailbox that stand in the edition or in an addendum, and may have a kit."""
    keys = keyring.of(session, campaign.id)
    later = editions_out(session, campaign) if edition.released_at is not None else ()
    rolls = [
        (one, {entry.salt for entry in frozen_letter(session, keyring, one).roll})
        for one in (edition, *(one for one in later if one.kind is EditionKind.ADDENDUM))
    ]
    return [
        _Member(row=row, edition_id=one.id)
        for row in _reached(session, keyring, campaign)
        for one, known in rolls
        if signature_salt(keys, row, number=one.number) in known
    ]


def _reached(session: Session, keyring: Keyring, campaign: Campaign) -> Iterator[Signature]:
    nowhere = email_index(keyring.of(session, campaign.id), "")
    found = select(Signature).where(
        is_counted(campaign),
        Signature.kind == Kind.ORGANIZATION,
        Signature.email_index != nowhere,
        col(Signature.visibility).in_([one for one in Visibility if may_show(one.value, "public")]),
    )
    return (row for row in session.exec(found.order_by(col(Signature.id))).all() if has_kit(campaign, row))


def _known(session: Session, campaign: Campaign, members: Sequence[_Member]) -> int:
    editions = {one.edition_id for one in members}
    return sum(
        outbox.posted_of(session, kind=MessageKind.KIT, campaign_id=campaign.id, occurrence=one)
        for one in editions
    )
