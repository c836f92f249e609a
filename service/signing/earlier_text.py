"""The sign-ons that stand on an earlier text: what becomes of each, and how one comes to stand on the present text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign, lock_campaign_of, present_revision
from service.campaigns.revise import letters_in_question, takes_answers
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.i18n.moments import write_moment
from service.mail import outbox
from service.mail.no_mail import unwritten_mails
from service.model.agreement import How
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.message import AfterState, Message, MessageEvent, MessageKind
from service.model.signature import Signature, Standing, standing
from service.model.states import SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.agreement import keep_agreement
from service.signing.course import Course, Reach, course_of, objection_ends
from service.signing.party import email_index
from service.signing.queries import no_such_sign_on
from service.store.keyring import Keyring

_LOOKED_THROUGH = 40_000
_HEARD = (AfterState.BOUNCED, AfterState.COMPLAINED, AfterState.DELAYED, AfterState.DELIVERED)


@dataclass(frozen=True, kw_only=True)
class OnEarlierText:
    """A confirmed sign-on that does not stand on the present text, and what becomes of it."""

    signature: Signature
    course: Course


def on_earlier_text(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    now: datetime,
    among: ColumnElement[bool] | None = None,
    most: int | None = None,
) -> list[OnEarlierText]:
    """Tell of every sign-on that stands on an earlier text what becomes of it, in the order they were made.

    `among` says in SQL of which only, by its row and by the mail that told it; no more than `most`.
    """
    if campaign.revision_id is None:
        return []
    keys, until = keyring.of(session, campaign.id), present_revision(session, campaign).objections_until
    if until is None:
        return []
    found = (
        select(Signature, Message, Suppression)
        .outerjoin(Message, its_mail(campaign))
        .outerjoin(
            Suppression,
            and_(
                col(Suppression.campaign_id) == col(Signature.campaign_id),
                col(Suppression.email_index) == col(Signature.email_index),
            ),
        )
        .where(stands_on_earlier_text(campaign))
        .order_by(col(Signature.id))
    )
    if among is not None:
        found = found.where(among).limit(most)
    heard, unwritten = _heard(session, campaign), unwritten_mails(session, campaign.id)
    return [
        OnEarlierText(
            signature=row,
            course=course_of(
                reach_of(keys, row, mail, suppression, heard, unwritten=unwritten),
                keeps_on_change=row.keeps_on_change,
                objections_until=until,
                now=now,
            ),
        )
        for row, mail, suppression in session.exec(found).all()
    ]


def some_on_earlier_text(session: Session, campaign: Campaign, *, most: int) -> Sequence[Signature]:
    """Give the first sign-ons that stand on an earlier text, `most` of them; it looks through the oldest sign-ons alone.

    Who signed before the text was changed came before who signed after, so that nearly always all are found.
    """
    confirmed = select(Signature.id).where(
        Signature.campaign_id == campaign.id, Signature.state == SignatureState.CONFIRMED
    )
    last = session.exec(confirmed.order_by(col(Signature.id)).offset(_LOOKED_THROUGH).limit(1)).first()
    found = select(Signature).where(stands_on_earlier_text(campaign))
    if last is not None:
        found = found.where(col(Signature.id) < last)
    return session.exec(found.order_by(col(Signature.id)).limit(most)).all()


def keep_unopposed(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Let those stand on the present text who chose so, were told, and have not objected in time; gives how many."""
    kept = 0
    for campaign_id in letters_in_question(session):
        campaign = lock_campaign_of(session, campaign_id)
        until = present_revision(session, campaign).objections_until
        if until is None or now < until or not takes_answers(session, campaign):
            continue
        keys, keepers = keyring.of(session, campaign.id), col(Signature.keeps_on_change).is_(True)
        for one in on_earlier_text(session, keyring, campaign, now=now, among=keepers):
            if one.course is Course.KEEPS:
                stand_on_present(session, keys, campaign, one.signature, how=How.KEPT, now=now)
                _note(session, "signature.keep", campaign, one.signature, by="clock", now=now)
                kept += 1
    return kept


def attest_agreement(
    session: Session, keyring: Keyring, slug: str, ids: Sequence[str], *, how: str, by: str, now: datetime
) -> int:
    """Let sign-ons stand on the present text whose owners have told the secretariat `how` they agree; gives how many.

    Raises Refused, and changes nothing, where one of them does not stand on an earlier text or the letter was released.
    """
    campaign = lock_campaign(session, slug)
    note = clean_line(how, what=Sentence("How they agreed"), longest=400)
    if not note:
        raise Refused(Sentence("Say how they agreed, such as “by phone to A. Secretary, 3 December”."))
    if not takes_answers(session, campaign):
        raise Refused(
            Sentence("“{slug}” was released or is a draft, so nobody can agree to its text now.", slug=slug)
        )
    keys = keyring.of(session, campaign.id)
    found = select(Signature).where(Signature.campaign_id == campaign.id, col(Signature.id).in_(ids))
    rows = {row.id: row for row in session.exec(found.with_for_update())}
    for wanted in dict.fromkeys(ids):
        row = rows.get(wanted)
        if row is None:
            raise no_such_sign_on(campaign, wanted)
        if standing(row, campaign) is not Standing.EARLIER_TEXT:
            raise Refused(
                Sentence(
                    "Only a sign-on on an earlier text can agree to the present one; {row} is not one of these.",
                    row=row.id,
                )
            )
        stand_on_present(session, keys, campaign, row, how=How.ATTESTED, note=note, now=now)
        _note(session, "signature.attest", campaign, row, by=by, now=now)
    return len(rows)


def stand_on_present(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    signature: Signature,
    *,
    how: How,
    note: str = "",
    now: datetime,
) -> None:
    """Let a sign-on stand on the present text, and keep how; what it stood on before stays in its agreements."""
    signature.revision_id = campaign.revision_id
    session.add(signature)
    keep_agreement(session, keys, signature, how=how, note=note, now=now)
    outbox.cancel_for(session, recipient_ref=signature.id, kinds={MessageKind.CHANGE}, now=now)


def may_object_until(campaign: Campaign, revision: LetterRevision, *, told_at: datetime) -> datetime:
    """Give, in the letter's zone, until when somebody who was told then may object."""
    until = objection_ends(revision.objections_until or told_at, told_at=told_at)
    return until.astimezone(ZoneInfo(campaign.time_zone))


def until_text(campaign: Campaign, revision: LetterRevision, *, told_at: datetime, language: str) -> str:
    """Write that moment with its zone."""
    return write_moment(may_object_until(campaign, revision, told_at=told_at), language)


def stands_on_earlier_text(campaign: Campaign) -> ColumnElement[bool]:
    """Say in SQL which sign-ons are confirmed on a text that is not the present one; those held wait for their check."""
    return and_(
        col(Signature.campaign_id) == campaign.id,
        col(Signature.state) == SignatureState.CONFIRMED,
        col(Signature.held_reason).is_(None),
        col(Signature.revision_id) != campaign.revision_id,
    )


def its_mail(campaign: Campaign) -> ColumnElement[bool]:
    """Say in SQL which mail tells a sign-on of the present text."""
    key = outbox.dedupe_key(
        kind=MessageKind.CHANGE,
        campaign_id=campaign.id,
        recipient_ref=col(Signature.id),
        occurrence=campaign.revision_id or "",
    )
    return col(Message.dedupe_key) == key


def _heard(session: Session, campaign: Campaign) -> dict[str, set[str]]:
    """Give what was heard afterwards of the mails that told of the present text, by sign-on."""
    found = (
        select(Signature.id, MessageEvent.became)
        .join(Message, its_mail(campaign))
        .join(MessageEvent, col(MessageEvent.message_id) == col(Message.id))
        .where(stands_on_earlier_text(campaign), col(MessageEvent.became).in_([one.value for one in _HEARD]))
    )
    heard: dict[str, set[str]] = {}
    for signature_id, became in session.exec(found).all():
        heard.setdefault(signature_id, set()).add(became)
    return heard


def reach_of(
    keys: CampaignKeys,
    row: Signature,
    mail: Message | None,
    suppression: Suppression | None,
    heard: dict[str, set[str]],
    *,
    unwritten: Collection[str],
) -> Reach:
    """Put together how far a mail to a sign-on has come.

    `heard` has, by sign-on, what was heard of such mails, `unwritten` the ids of mails that may not go to their domain.
    """
    of_it = heard.get(row.id, set())
    still_held = AfterState.DELAYED in of_it and AfterState.DELIVERED not in of_it
    return Reach(
        has_address=row.email_index != email_index(keys, ""),
        suppressed=suppression is not None,
        bounced=suppression is not None and suppression.reason is SuppressionReason.BOUNCED,
        mail=mail.state if mail else None,
        told_at=(mail.submitted_at or mail.settled_at) if mail else None,
        came_back=bool(of_it & {AfterState.BOUNCED, AfterState.COMPLAINED}) or still_held,
        unwritten=mail is not None and mail.id in unwritten,
    )


def _note(session: Session, act: str, campaign: Campaign, row: Signature, *, by: str, now: datetime) -> None:
    audit.record(session, by=by, act=act, campaign_id=campaign.id, thing=row.id, now=now)
