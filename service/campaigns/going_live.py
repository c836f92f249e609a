"""Go live: what is measured before a letter writes to anybody but its own team, and the switch."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, update
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.coordinators.backing import refuse_unless_backed
from service.foundation.clock import ONE_PRESS
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.tokens import derive_token, looks_like_token, token_digest
from service.mail import outbox
from service.mail.domain.checks import Finding, Weight
from service.model.campaign import Campaign
from service.model.letter_check import LetterCheck, Measured, Outcome
from service.model.message import MessageKind
from service.model.signature import HeldReason, Signature
from service.model.states import CampaignState, SignatureState
from service.store.keyring import Keyring

TEST_MAIL = "test_mail"
"""The first word of the occurrence of a test mail."""


def keep_dns(
    session: Session, slug: str, findings: Sequence[Finding] | None, *, by: str, now: datetime
) -> LetterCheck:
    """Keep what was seen of the sender's DNS a moment ago; None where the service cannot send mail yet."""
    campaign = lock_campaign(session, slug)
    wrong = [one for one in findings or () if one.weight is Weight.WRONG]
    unknown = [one for one in findings or () if one.weight is Weight.UNKNOWN]
    good = [one for one in findings or () if one.weight is Weight.GOOD]
    outcome = Outcome.WRONG if wrong or findings is None else Outcome.GOOD if good else Outcome.UNKNOWN
    row = _row(session, campaign, Measured.SENDER_DNS)
    row.outcome, row.measured_at = outcome, now
    row.found = [one.sentence for one in (*wrong, *unknown, *good)]
    session.add(row)
    audit.record(
        session, by=by, act="check.sender_dns", campaign_id=campaign.id, thing=outcome.value, now=now
    )
    return row


def send_test_mail(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> None:
    """Post a mail to the secretariat whose button proves that it arrived; one that was sent before is over.

    Within a moment no second one is posted: the button of the first would press nothing.
    """
    campaign = lock_campaign(session, slug)
    occurrence = f"{TEST_MAIL}:{now:%Y%m%d%H%M%S}"
    row = _row(session, campaign, Measured.TEST_MAIL)
    if row.digest and row.outcome is Outcome.WAITS and now - row.measured_at < ONE_PRESS:
        return
    row.outcome, row.measured_at, row.found = Outcome.WAITS, now, []
    row.digest = token_digest(pressed_token(keyring.of(session, campaign.id), occurrence))
    session.add(row)
    outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=campaign.id,
        recipient_ref=campaign.id,
        occurrence=occurrence,
        now=now,
    )
    audit.record(session, by=by, act="check.test_mail", campaign_id=campaign.id, now=now)


def pressed_token(keys: CampaignKeys, occurrence: str) -> str:
    """Give the token of a test mail's button: the same whenever its mail is made."""
    return derive_token(keys.token, purpose=TEST_MAIL, row=occurrence, generation=1)


def press_test_mail(session: Session, slug: str, token: str, *, by: str, now: datetime) -> None:
    """Take in that the button of the newest test mail was pressed; raises Refused for any other."""
    campaign = lock_campaign(session, slug)
    row = session.get(LetterCheck, (campaign.id, Measured.TEST_MAIL))
    if row is None or not looks_like_token(token) or row.digest != token_digest(token):
        raise Refused(
            Sentence("This is not the newest test mail; send another and press the button in that.")
        )
    if row.outcome is Outcome.GOOD:
        return
    row.outcome, row.measured_at = Outcome.GOOD, now
    session.add(row)
    audit.record(session, by=by, act="check.test_mail.pressed", campaign_id=campaign.id, now=now)


def keep_fonts(session: Session, slug: str, lacking: Sequence[str], *, by: str, now: datetime) -> LetterCheck:
    """Keep which characters of the names of all who signed no font could print a moment ago."""
    campaign = lock_campaign(session, slug)
    row = _row(session, campaign, Measured.FONTS)
    row.outcome, row.measured_at = Outcome.WRONG if lacking else Outcome.GOOD, now
    row.found = list(lacking)
    session.add(row)
    audit.record(session, by=by, act="check.fonts", campaign_id=campaign.id, thing=row.outcome.value, now=now)
    return row


def go_live(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Let the letter write to everybody it is meant for; raises Refused where it does so already, NotBacked where it has one owner and no sheet.

    What was signed while it was tried may have been, or may yet be, confirmed by its team, which got the mail with the
    links: the secretariat looks at each of these before it counts.
    """
    campaign = lock_campaign(session, slug)
    if campaign.trial_since is None:
        raise Refused(Sentence("The letter is live already."))
    refuse_unless_backed(session, campaign.id)
    holding = update(Signature).where(
        col(Signature.campaign_id) == campaign.id,
        or_(
            and_(
                col(Signature.state) == SignatureState.CONFIRMED,
                col(Signature.confirmed_at) >= campaign.trial_since,
            ),
            and_(
                col(Signature.state) == SignatureState.PENDING,
                col(Signature.signed_at) >= campaign.trial_since,
            ),
        ),
        col(Signature.held_reason).is_(None),
    )
    holding = holding.values(held_reason=HeldReason.SECRETARIAT).returning(col(Signature.id))
    held = len(session.execute(holding).all())
    campaign.trial_since = None
    session.add(campaign)
    audit.record(session, by=by, act="campaign.live", campaign_id=campaign.id, thing=str(held), now=now)
    return campaign


def back_to_trial(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Let the letter write to its own team alone again, before it collects: raises Refused after that, or where it is tried.

    The mail of people who have signed or were invited holds links that are theirs, and must never go to its team.
    """
    campaign = lock_campaign(session, slug)
    if campaign.trial_since is not None:
        raise Refused(Sentence("The letter is in trial already."))
    if campaign.state not in {CampaignState.DRAFT, CampaignState.FROZEN}:
        raise Refused(Sentence("A letter that collects sign-ons cannot be tried any more."))
    campaign.trial_since = now
    session.add(campaign)
    audit.record(session, by=by, act="campaign.trial", campaign_id=campaign.id, now=now)
    return campaign


def signed_in_trial(session: Session, campaign: Campaign) -> int:
    """Count the sign-ons of a letter, as far as a thousand: those of a trial are to be looked at before it goes live."""
    found = select(Signature.id).where(
        Signature.campaign_id == campaign.id, col(Signature.signed_at).is_not(None)
    )
    return len(session.exec(found.limit(1000)).all())


def _row(session: Session, campaign: Campaign, what: Measured) -> LetterCheck:
    known = session.get(LetterCheck, (campaign.id, what))
    return known or LetterCheck(
        campaign_id=campaign.id,
        what=what,
        outcome=Outcome.WAITS,
        found=[],
        measured_at=campaign.created_at,
    )
