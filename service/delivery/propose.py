"""Propose the letter for sending: freeze an edition and ask the approvers to look at exactly that."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.campaigns.queries import approvers_of, latest_edition, lock_campaign, present_revision
from service.campaigns.state_words import LETTER_STATES
from service.coordinators import audit
from service.delivery.signed_by import keep_phrase
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.letter.edition import Edition
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.edition import Approval, Approver, Decision, EditionKind
from service.model.edition import Edition as EditionRow
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.calls import names_on_earlier_text
from service.signing.late_link import names_let_in
from service.signing.party import read_party
from service.signing.queries import unconfirmed_signatures
from service.signing.roll import frozen_letter, letter_with_roll
from service.store.keyring import Keyring
from service.store.links import Link, keep_link
from service.store.sealed import seal_record

_APPROVAL_LIVES = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What was proposed.

    `unconfirmed` and `on_earlier_text` name those who are left out: they never confirmed, or signed an earlier text and
    do not stand on this one. `may_still_sign` names those whom a late link still lets in.
    """

    edition: EditionRow
    letter: Edition
    unconfirmed: tuple[str, ...]
    on_earlier_text: tuple[str, ...]
    new: bool
    approvers: int
    may_still_sign: tuple[str, ...] = ()


def propose(
    session: Session, keyring: Keyring, slug: str, *, check_at: str = "", by: str, now: datetime
) -> Proposal:
    """Freeze the closed letter as its next edition and mail each approver a link to it.

    `check_at` is the address of the page for checking a copy, printed in each. Proposing again while nothing has
    changed gives the same edition. Raises Refused where the letter is not
    closed, counts nobody, or was sent.
    """
    campaign = lock_campaign(session, slug)
    _refuse_unless_closed(campaign)
    _refuse_in_trial(campaign)
    keys = keyring.of(session, campaign.id)
    row, letter, new = _edition(session, keyring, campaign, check_at=check_at, now=now)
    approvers = ask_approvers(session, keys, campaign, row, new=new, by=by, now=now)
    return Proposal(
        edition=row,
        letter=letter,
        unconfirmed=unconfirmed_names(session, keys, campaign),
        on_earlier_text=names_on_earlier_text(session, keyring, campaign, now=now),
        new=new,
        approvers=approvers,
        may_still_sign=names_let_in(session, keys, campaign, now=now),
    )


def ask_approvers(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    row: EditionRow,
    *,
    new: bool,
    by: str,
    now: datetime,
) -> int:
    """Mail each approver who has not decided a link to an edition, and keep who froze a new one; gives how many there are."""
    if new:
        audit.record(
            session, by=by, act="edition.freeze", campaign_id=campaign.id, thing=row.fingerprint, now=now
        )
    approvers = approvers_of(session, campaign)
    for approver in approvers:
        _ask(session, keys, row, approver, now=now)
    return len(approvers)


def unconfirmed_names(session: Session, keys: CampaignKeys, campaign: Campaign) -> tuple[str, ...]:
    """Name, for the secretariat, those who filled in the form and never confirmed."""
    parties = (read_party(keys, row) for row in unconfirmed_signatures(session, campaign))
    return tuple(party.name or "(only counted)" for party in parties)


def some_unconfirmed(
    session: Session, keys: CampaignKeys, campaign: Campaign, *, most: int = 100
) -> tuple[str, ...]:
    """Name so many of those who never confirmed, and no more: a page opens no whole roll."""
    states = (SignatureState.PENDING, SignatureState.EXPIRED)
    mine = (Signature.campaign_id == campaign.id, col(Signature.state).in_(states))
    rows = session.exec(select(Signature).where(*mine).order_by(col(Signature.id)).limit(most)).all()
    return tuple(read_party(keys, row).name or "(only counted)" for row in rows)


def approval_link(row: EditionRow, approver: Approver) -> Link:
    """Give the link by which one approver sees and decides on one edition."""
    return Link(purpose=Purpose.APPROVE, row_id=f"{row.id}.{approver.id}")


def _refuse_in_trial(campaign: Campaign) -> None:
    # The links of its approvers would go to its team.
    if campaign.trial_since is not None:
        raise Refused(
            Sentence("This letter is in trial: an owner has to switch it live before it is proposed.")
        )


def _refuse_unless_closed(campaign: Campaign) -> None:
    if campaign.state is CampaignState.OPEN:
        raise Refused(
            Sentence(
                "“{slug}” still takes sign-ons: close it first, or wait for its deadline.", slug=campaign.slug
            )
        )
    if campaign.state is CampaignState.SENT:
        raise Refused(Sentence("“{slug}” was already sent.", slug=campaign.slug))
    if campaign.state is not CampaignState.CLOSED:
        raise Refused(
            Sentence(
                "Only a closed letter can be proposed for sending. “{slug}” stands at “{state}”.",
                slug=campaign.slug,
                state=LETTER_STATES[campaign.state],
            )
        )


def _edition(
    session: Session, keyring: Keyring, campaign: Campaign, *, check_at: str, now: datetime
) -> tuple[EditionRow, Edition, bool]:
    latest = latest_edition(session, campaign)
    if latest is not None and latest.released_at is not None and latest.voided_at is None:
        raise Refused(
            Sentence(
                "Edition {number} of “{slug}” was already released.", number=latest.number, slug=campaign.slug
            )
        )
    if latest is not None and still_stands(session, latest):
        unchanged = letter_with_roll(session, keyring, campaign, number=latest.number, now=now)
        frozen = frozen_letter(session, keyring, latest)
        if replace(unchanged, date=frozen.date, check_at=check_at, sorting=frozen.sorting) == frozen:
            return latest, frozen, False
    present = letter_with_roll(session, keyring, campaign, number=latest.number + 1 if latest else 1, now=now)
    letter = replace(present, check_at=check_at)
    if not letter.roll:
        raise Refused(
            Sentence(
                "Nobody counts as a signatory of “{slug}” yet, so there is nothing to send.",
                slug=campaign.slug,
            )
        )
    return freeze_edition(session, keyring, campaign, letter, now=now), letter, True


def still_stands(session: Session, edition: EditionRow) -> bool:
    """Tell whether an edition may be proposed again: it was not voided, and no approver asked for changes."""
    changes = select(Approval.id).where(
        Approval.edition_id == edition.id, Approval.decision == Decision.CHANGES
    )
    return edition.voided_at is None and session.exec(changes).first() is None


def freeze_edition(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    letter: Edition,
    *,
    follows: EditionRow | None = None,
    now: datetime,
) -> EditionRow:
    """Keep an edition as it is from now on; an addendum or a correction follows the letter that was sent."""
    row = EditionRow(
        campaign_id=campaign.id,
        revision_id=follows.revision_id if follows else present_revision(session, campaign).id,
        number=letter.number,
        kind=EditionKind(letter.supplement.kind) if letter.supplement else EditionKind.LETTER,
        follows=follows.id if follows else None,
        fingerprint=letter.fingerprint,
        content=b"",
        frozen_at=now,
    )
    row.content = seal_record(keyring.of(session, campaign.id), row, "content", letter.as_record())
    session.add(row)
    session.flush()
    keep_phrase(session, keyring, campaign, row, letter)
    return row


def _ask(session: Session, keys: CampaignKeys, row: EditionRow, approver: Approver, *, now: datetime) -> None:
    decided = select(Approval.id).where(Approval.edition_id == row.id, Approval.approver_id == approver.id)
    if session.exec(decided).first() is not None:
        return
    keep_link(session, keys, approval_link(row, approver), expires_at=now + _APPROVAL_LIVES, now=now)
    # Proposing again asks again those who have not answered, once an hour at most.
    outbox.post(
        session,
        kind=MessageKind.APPROVAL,
        campaign_id=row.campaign_id,
        recipient_ref=approver.id,
        occurrence=f"{row.id} {now:%Y-%m-%dT%H}",
        now=now,
    )
