"""See exactly what would be sent, by a personal link, and approve it or ask for changes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.campaigns.enclosures import annex_bytes
from service.campaigns.queries import latest_edition
from service.coordinators import audit
from service.delivery.check import recipient_label
from service.delivery.own_texts import OwnText, own_texts
from service.delivery.propose import unconfirmed_names
from service.delivery.signed_by import signatories_phrase
from service.delivery.supplement import recipients_of
from service.delivery.texts_beside import signed_texts
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.i18n.own_names import own_name
from service.letter.copy import make_copy
from service.letter.document import make_document
from service.letter.edition import Edition as Letter
from service.letter.render_html import Beside, render_html
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.edition import Approval, Approver, Decision, Edition, EditionKind
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.states import CampaignState
from service.signing.earlier_text import on_earlier_text
from service.signing.roll import frozen_letter
from service.store.keyring import Keyring
from service.store.links import find_link
from service.store.sealed import open_record, open_text, seal_text

LONGEST_NOTE = 2000


@dataclass(frozen=True, kw_only=True)
class ApprovalView:
    """What an approver sees of an edition; `texts` are the others that were signed, each with what its language calls itself."""

    title: str
    coalition: str
    language: str
    letter_html: str
    texts: tuple[tuple[str, str], ...]
    edition: int
    fingerprint: str
    signatories_phrase: str
    recipients: tuple[str, ...]
    own_texts: tuple[OwnText, ...]
    unconfirmed: int
    on_earlier_text: int
    approver_name: str
    decision: Decision | None
    decided_at: datetime | None
    open: bool
    closed_because: str


@dataclass(frozen=True, kw_only=True)
class Seat:
    """What a link to approve opens: one edition to one approver, with its decision where there is one."""

    link: LinkToken
    campaign: Campaign
    edition: Edition
    approver: Approver
    approval: Approval | None


_Find = Callable[[Session, str], Edition | None]
"""How an edition is got by its id: to look at it, or to decide on it."""


def look_at_approval(
    session: Session, keyring: Keyring, *, token: str, query: str = "", now: datetime
) -> ApprovalView:
    """Show an approver the edition, and change nothing; raises NotFound for a link that opens nothing.

    `query` stands behind the addresses of its annexes.
    """
    seat = find_seat(session, token, now=now)
    return _view(session, keyring, seat, address=f"/approve/{token}", query=query)


def approval_annex(
    session: Session, keyring: Keyring, *, token: str, place: int, now: datetime
) -> tuple[str, bytes]:
    """Give an approver the letter's slug and an annex of the edition, counted from 1; raises NotFound for any other."""
    seat = _find_seat(session, token, _get, now=now)
    annexes = frozen_letter(session, keyring, seat.edition).annexes
    if not 1 <= place <= len(annexes):
        raise NotFound(Sentence("This link does not open anything."))
    return seat.campaign.slug, annex_bytes(session, keyring, seat.campaign.id, annexes[place - 1])


def decide(
    session: Session, keyring: Keyring, *, token: str, decision: Decision, note: str, now: datetime
) -> None:
    """Keep an approver's decision on the edition, said twice as once; the latest one stands until the edition is released.

    Raises NotFound for a link that opens nothing, Refused once the edition was released or replaced.
    """
    seat = _find_seat(session, token, _lock, now=now)
    reason = _why_closed(session, seat)
    if reason:
        raise Refused(reason)
    outbox.reader_acted(
        session,
        recipient_ref=seat.approver.id,
        kinds={MessageKind.APPROVAL},
        since=seat.link.created_at,
        now=now,
    )
    keys = keyring.of(session, seat.campaign.id)
    text = clean_text(note, what=Sentence("The note"), longest=LONGEST_NOTE)
    was = seat.approval
    if was is not None and was.decision is decision and text == open_text(keys, was, "note"):
        return
    approval = seat.approval or Approval(
        campaign_id=seat.campaign.id,
        edition_id=seat.edition.id,
        approver_id=seat.approver.id,
        decision=decision,
        decided_at=now,
    )
    approval.decision, approval.decided_at = decision, now
    approval.note = seal_text(keys, approval, "note", text) if text else None
    session.add(approval)
    session.flush()
    audit.record(
        session,
        by=f"approver:{seat.approver.id}",
        act=f"edition.{decision.value}",
        campaign_id=seat.campaign.id,
        thing=seat.edition.fingerprint,
        now=now,
    )
    if decision is Decision.CHANGES:
        outbox.post(
            session,
            kind=MessageKind.ALERT,
            campaign_id=seat.campaign.id,
            recipient_ref=seat.campaign.id,
            occurrence=f"changes:{approval.id}:{now:%H%M%S}",
            now=now,
        )


def find_seat(session: Session, token: str, *, now: datetime) -> Seat:
    """Find what a link to approve opens, and change nothing; raises NotFound for a link that opens nothing."""
    return _find_seat(session, token, _get, now=now)


def decisions_on(session: Session, edition: Edition) -> Sequence[Approval]:
    """List the decisions on an edition."""
    return session.exec(select(Approval).where(Approval.edition_id == edition.id)).all()


def _get(session: Session, edition_id: str) -> Edition | None:
    return session.get(Edition, edition_id)


def _lock(session: Session, edition_id: str) -> Edition | None:
    return session.exec(select(Edition).where(Edition.id == edition_id).with_for_update()).one_or_none()


def _find_seat(session: Session, token: str, find: _Find, *, now: datetime) -> Seat:
    link = find_link(session, token, Purpose.APPROVE)
    edition_id, _, approver_id = link.row_id.partition(".")
    campaign = session.get(Campaign, link.campaign_id)
    edition = find(session, edition_id)
    approver = session.get(Approver, approver_id)
    if campaign is None or edition is None or approver is None or now >= link.expires_at:
        raise NotFound(Sentence("This link does not open anything."))
    found = select(Approval).where(Approval.edition_id == edition_id, Approval.approver_id == approver_id)
    approval = session.exec(found).one_or_none()
    return Seat(link=link, campaign=campaign, edition=edition, approver=approver, approval=approval)


def _why_closed(session: Session, seat: Seat) -> str:
    if seat.edition.released_at is not None:
        return Sentence("This edition was released; nothing can be decided about it any more.")
    latest = latest_edition(session, seat.campaign)
    if seat.edition.voided_at is not None:
        return Sentence("This edition is not the one that will be sent any more; a new one will be proposed.")
    if latest is None or latest.id != seat.edition.id:
        return Sentence("This edition was replaced by a later one; look for the newer mail.")
    follows = seat.edition.kind is not EditionKind.LETTER
    if seat.campaign.state is not (CampaignState.SENT if follows else CampaignState.CLOSED):
        return Sentence("This letter was opened for sign-ons again; a new edition will be proposed.")
    return ""


def _view(session: Session, keyring: Keyring, seat: Seat, *, address: str, query: str) -> ApprovalView:
    keys = keyring.of(session, seat.campaign.id)
    file = open_file(session, keyring, seat.campaign)
    letter = frozen_letter(session, keyring, seat.edition)
    is_letter = seat.edition.kind is EditionKind.LETTER
    reason = _why_closed(session, seat)
    full = make_copy(letter, audience="full", office=None)
    offices = recipients_of(session, keyring, seat.campaign, seat.edition)
    return ApprovalView(
        title=file.letter.title if is_letter else letter.text.title,
        coalition=file.coalition,
        language=seat.campaign.language,
        letter_html=render_html(
            make_document(full),
            beside=Beside(
                annexes=tuple(f"{address}/annexes/{n}.pdf{query}" for n in range(1, len(letter.annexes) + 1))
            ),
        ),
        texts=tuple(_text(one) for one in signed_texts(letter, file)),
        edition=seat.edition.number,
        fingerprint=seat.edition.fingerprint,
        signatories_phrase=signatories_phrase(letter, seat.campaign.language),
        recipients=tuple(recipient_label(open_record(keys, recipient, "details")) for recipient in offices),
        own_texts=tuple(own_texts(keys, offices, letter)),
        unconfirmed=len(unconfirmed_names(session, keys, seat.campaign)) if is_letter else 0,
        on_earlier_text=(
            len(on_earlier_text(session, keyring, seat.campaign, now=seat.edition.frozen_at))
            if is_letter
            else 0
        ),
        approver_name=str(open_record(keys, seat.approver, "details")["name"]),
        decision=seat.approval.decision if seat.approval else None,
        decided_at=_decided_at(seat),
        open=not reason,
        closed_because=reason,
    )


def _text(letter: Letter) -> tuple[str, str]:
    """Write a text in another language for the page of the letter, on which no id may stand twice; what people wrote is escaped."""
    language = letter.text.language
    html = render_html(make_document(make_copy(letter, audience="full", office=None)))
    return own_name(language), re.sub(r' (id="|href="#)', rf" \g<1>{language}-", html)


def _decided_at(seat: Seat) -> datetime | None:
    return seat.approval.decided_at.astimezone(ZoneInfo(seat.campaign.time_zone)) if seat.approval else None
