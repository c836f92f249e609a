"""Let one signatory in by a late link, while the letter stays closed for everybody else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.campaigns.queries import latest_edition, lock_campaign, refuse_while_released
from service.campaigns.revision import void_proposal
from service.campaigns.state_words import LETTER_STATES
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.mail.no_mail import to_no_mail
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.invite import LINK_LIVES_AFTER_DEADLINE, MAY_COME_LATE
from service.signing.party import read_party
from service.signing.queries import no_such_sign_on
from service.signing.sign import Desk, ask_to_confirm, keep_unsubscribe_link
from service.signing.unsubscribe import suppression_of
from service.store.keyring import Keyring
from service.store.links import Link, keep_link

LIVES = timedelta(hours=24)
"""How long a late link works where nobody says otherwise."""


@dataclass(frozen=True, kw_only=True)
class LateLink:
    """Who may sign until when; `void` is the number of the edition whose proposal has ended by it, or 0.

    `is_unwritten` where no mail goes to its domain: the link does not leave before that is taken off the list.
    """

    name: str
    until: datetime
    void: int
    is_unwritten: bool = False


def let_in_late(
    session: Session,
    keyring: Keyring,
    slug: str,
    signature_id: str,
    *,
    until: datetime | None = None,
    by: str,
    now: datetime,
) -> LateLink:
    """Mail one signatory on the list a link by which it may still sign, for a day or `until` a moment.

    Nobody else can, and the letter stays closed; what was proposed is void, since its roll is about to change. Done
    again, it gives another moment and another mail. Raises Refused where the letter is not closed or was released, and
    for one who has signed already or cannot be written to.
    """
    campaign = lock_campaign(session, slug)
    _refuse_unless_closed(session, campaign)
    found = select(Signature).where(Signature.campaign_id == campaign.id, Signature.id == signature_id)
    row = session.exec(found.with_for_update()).one_or_none()
    if row is None:
        raise no_such_sign_on(campaign, signature_id)
    until = until or now + LIVES
    if until <= now:
        raise Refused(Sentence("A late link has to end in the future."))
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    _refuse_unless_reached(desk, row)
    row.late_until = until
    session.add(row)
    proposed = latest_edition(session, campaign)
    void = proposed.number if proposed is not None and proposed.voided_at is None else 0
    void_proposal(session, campaign, now=now)
    _write(desk, row, until)
    audit.record(session, by=by, act="signature.late-link", campaign_id=campaign.id, thing=row.id, now=now)
    name = read_party(desk.keys, row).name
    return LateLink(name=name, until=until, void=void, is_unwritten=is_unwritten(session, keyring, row))


def is_unwritten(session: Session, keyring: Keyring, row: Signature) -> bool:
    """Tell whether what asks one goes to a domain to which no mail goes: the sender would hold it."""
    party = read_party(keyring.of(session, row.campaign_id), row)
    address = party.confirming_email if row.state is SignatureState.PENDING else party.email
    return to_no_mail(session, [(row.campaign_id, address)], site_key=keyring.site_key)[0]


def names_let_in(
    session: Session, keys: CampaignKeys, campaign: Campaign, *, now: datetime
) -> tuple[str, ...]:
    """Name, for the secretariat, those who may still sign by a late link and have not."""
    found = select(Signature).where(
        Signature.campaign_id == campaign.id,
        col(Signature.late_until) > now,
        col(Signature.state).in_((*MAY_COME_LATE, SignatureState.PENDING)),
        col(Signature.erased_at).is_(None),
    )
    return tuple(read_party(keys, row).name for row in session.exec(found.order_by(col(Signature.id))).all())


def _refuse_unless_closed(session: Session, campaign: Campaign) -> None:
    slug = campaign.slug
    if campaign.state is CampaignState.OPEN:
        raise Refused(Sentence("“{slug}” is open for everybody, so nobody needs a late link.", slug=slug))
    if campaign.state is CampaignState.SENT:
        raise Refused(
            Sentence("This letter was sent already: add who has agreed as a sign-on, for an addendum."),
            command=f"undersigned signatories import {slug} FILE --attest …",
        )
    if campaign.state is not CampaignState.CLOSED:
        raise Refused(
            Sentence(
                "A late link is for a letter that is closed and not sent. “{slug}” stands at “{state}”.",
                slug=slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    refuse_while_released(session, campaign)


def _refuse_unless_reached(desk: Desk, row: Signature) -> None:
    slug = desk.campaign.slug
    if row.state is SignatureState.CONFIRMED:
        raise Refused(
            Sentence("Whoever this is has signed already: look at the sign-on for what it waits for."),
            command=f"undersigned signatories list {slug}",
        )
    if row.erased_at is not None or not read_party(desk.keys, row).email:
        raise Refused(
            Sentence("No e-mail address is kept here: call, and add the sign-on as agreed."),
            command=f"undersigned signatories import {slug} FILE --attest …",
        )
    refuse_if_stopped(desk, row)


def refuse_if_stopped(desk: Desk, row: Signature) -> None:
    """Raise Refused where no mail of this letter would reach one, since mail to the address is stopped."""
    slug = desk.campaign.slug
    if suppression_of(desk.session, desk.campaign.id, row.email_index) is not None:
        raise Refused(
            Sentence(
                "Mail to this address is stopped, so no link would arrive: call, and add the sign-on as agreed."
            ),
            command=f"undersigned signatories import {slug} FILE --attest …",
        )


def _write(desk: Desk, row: Signature, until: datetime) -> None:
    if row.state is SignatureState.PENDING:
        # The form is filled in; all that it lacks is the confirmation.
        ask_to_confirm(desk, row)
        return
    invitation = Link(purpose=Purpose.INVITATION, row_id=row.id)
    keep_link(desk.session, desk.keys, invitation, expires_at=until + LINK_LIVES_AFTER_DEADLINE, now=desk.now)
    keep_unsubscribe_link(desk, row)
    outbox.post(
        desk.session,
        kind=MessageKind.INVITATION,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence=f"late {desk.now:%Y-%m-%dT%H:%M}",
        now=desk.now,
        expires_at=until,
    )
