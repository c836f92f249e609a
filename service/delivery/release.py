"""Release an approved edition: one sending for each recipient, channel and address, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.campaigns.queries import approvers_of, editions_out, lock_campaign, lock_latest_edition
from service.campaigns.state_words import LETTER_STATES
from service.coordinators import audit
from service.delivery.annexes import annex_evidence
from service.delivery.approve import decisions_on
from service.delivery.carriages import stop_carriage
from service.delivery.channel import Outward
from service.delivery.channel_words import channel_word
from service.delivery.check import Line, check
from service.delivery.constituents.leaving import let_go_of_people, people_for
from service.delivery.copies import copy_for
from service.delivery.fitted import fitted
from service.delivery.issue import issue_copy, issue_general_copies
from service.delivery.milestones import RELEASED, tell_milestone
from service.delivery.offices.checks import CHECKED, checked_by, refuse_unless_checked
from service.delivery.registry import BY_HAND, CARRIED, MAILED, OF_PEOPLE
from service.delivery.steps import call_back, may_have_left, move_delivery, note_delivery, send_on_its_way
from service.delivery.supplement import recipients_of, refuse_if_changed
from service.delivery.texts_beside import text_evidence, texts_beside
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.letter.edition import Edition as Letter
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Decision, Edition, EditionKind
from service.model.message import MessageKind
from service.model.recipient import Recipient, RecipientRole
from service.model.states import CampaignState, DeliveryState
from service.signing.constituents import forget_waiting
from service.signing.roll import frozen_letter, roll_now
from service.store.keyring import Keyring

APPROVALS_NEEDED = 2
SOLO_HOLD = timedelta(minutes=30)
UNDO = timedelta(minutes=1)
"""So long a letter that was released at the desk waits, so that a hasty press can be stopped."""
_STOPPED = "stopped before leaving"
_NEVER_LEFT = {
    DeliveryState.CANCELLED,
    DeliveryState.NOT_CONFIGURED,
    DeliveryState.REFUSED,
    DeliveryState.FAILED,
}


def release(
    session: Session,
    keyring: Keyring,
    slug: str,
    outward: Outward,
    *,
    seen: str | None = None,
    by: str,
    now: datetime,
) -> list[Delivery]:
    """Send the approved edition for real, once; `seen` is the id of the one that somebody has looked at.

    Raises Refused, and sends nothing, where no edition was proposed, two approvers have not approved exactly
    this one, one asked for changes, a recipient is not checked by two of the letter's team, a signatory has left since, or it was released before. An addendum or a correction
    is released in the same way, and goes only to whom it concerns. A letter leaves at its `send_at`, where that is still to come; a letter with `solo = true` half an hour later at the soonest, after its
    core group was told. Where `seen` is given a button was pressed, and nothing leaves for a minute, in which stop() takes it back.
    """
    campaign = lock_campaign(session, slug)
    edition = _edition_to_release(session, campaign, seen)
    _refuse_at_the_wrong_time(campaign, edition)
    _refuse_unless_live(campaign)
    letter = frozen_letter(session, keyring, edition)
    _refuse_unless_approved(session, campaign, edition)
    refuse_unless_checked(session, keyring, campaign, now=now)
    lines = fitted(
        keyring.of(session, campaign.id),
        check(session, keyring, campaign, outward, now=now),
        letter,
        now=now,
    )
    if edition.kind is EditionKind.LETTER:
        _refuse_if_someone_left(session, keyring, campaign, letter)
        _refuse_unless_it_can_go(lines)
    else:
        refuse_if_changed(session, keyring, campaign, edition, now=now)
        lines = _lines_for(recipients_of(session, keyring, campaign, edition), lines)
    due_at = leaves_at(campaign, now=now, hold=timedelta(0) if seen is None else UNDO)
    deliveries = [
        made
        for line in lines
        for made in plan_copies(session, keyring, edition, letter, line, due_at=due_at, now=now)
    ]
    forget_waiting(session, campaign.id, now=now)
    issue_general_copies(session, keyring, edition, letter, now=now)
    edition.released_at, edition.released_by = now, by
    session.add(edition)
    tell_milestone(session, campaign.id, RELEASED, edition.id, now=now)
    if campaign.solo:
        _tell_the_core_group(session, campaign, f"solo:{edition.id}", now=now)
    act = "edition.release-solo" if campaign.solo else "edition.release"
    audit.record(session, by=by, act=act, campaign_id=campaign.id, thing=edition.fingerprint, now=now)
    checked = f"{CHECKED}{checked_by(session, keyring, campaign, now=now).value}"
    audit.record(session, by=by, act=checked, campaign_id=campaign.id, thing=edition.fingerprint, now=now)
    return deliveries


def _refuse_unless_live(campaign: Campaign) -> None:
    if campaign.trial_since is not None:
        raise Refused(
            Sentence("This letter is in trial: an owner has to switch it live before it is released.")
        )
    if campaign.emergency_at is not None:
        raise Refused(Sentence("This letter is hidden in an emergency: end that before it is released."))


def leaves_at(campaign: Campaign, *, now: datetime, hold: timedelta = timedelta(0)) -> datetime:
    """Give the moment at which a letter released now leaves: its planned one, if that is still to come after a hold."""
    soonest = now + max(hold, SOLO_HOLD if campaign.solo else timedelta(0))
    return max(soonest, campaign.send_at) if campaign.send_at is not None else soonest


def stop(session: Session, slug: str, *, by: str, now: datetime) -> int:
    """Cancel the released copies that have not left yet; gives how many.

    Where nothing at all has left, the edition is void and the letter can be proposed anew. Raises Refused where
    nothing can be stopped any more.
    """
    campaign = lock_campaign(session, slug)
    edition = next(reversed(editions_out(session, campaign)), None)
    deliveries = _deliveries_of(session, edition) if edition else ()
    stopped = [delivery for delivery in deliveries if _stop(session, delivery, now=now)]
    if not stopped or edition is None:
        raise Refused(Sentence("Nothing of “{slug}” can be stopped any more.", slug=slug))
    if all(delivery.state in _NEVER_LEFT for delivery in deliveries) and not may_have_left(
        session, deliveries
    ):
        edition.voided_at = now
        session.add(edition)
    let_go_of_people(session, stopped, goes_again=edition.voided_at is not None, now=now)
    audit.record(
        session, by=by, act="edition.stop", campaign_id=campaign.id, thing=str(len(stopped)), now=now
    )
    return len(stopped)


def _edition_to_release(session: Session, campaign: Campaign, seen: str | None) -> Edition:
    edition = lock_latest_edition(session, campaign)
    if edition is None:
        raise Refused(
            Sentence("No edition of this letter was proposed yet: propose it first."),
            command=f"undersigned deliver {campaign.slug} --propose",
        )
    if seen is not None and edition.id != seen:
        raise Refused(
            Sentence(
                "Edition {number} was proposed meanwhile: look at that one. Nothing was sent.",
                number=edition.number,
            )
        )
    if edition.voided_at is not None:
        raise Refused(
            Sentence(
                "Edition {number} of “{slug}” does not stand any more: propose the letter again.",
                number=edition.number,
                slug=campaign.slug,
            )
        )
    if edition.released_at is not None:
        raise Refused(
            Sentence(
                "Edition {number} of “{slug}” was already released; nothing was sent again.",
                number=edition.number,
                slug=campaign.slug,
            )
        )
    return edition


def _stop(session: Session, delivery: Delivery, *, now: datetime) -> bool:
    if delivery.state is DeliveryState.CARRYING:
        waits = _stop_what_carries(session, delivery, now=now)
        if waits:
            call_back(session, delivery, evidence=_STOPPED, now=now)
        return waits
    # What came back has left the house, and so has what may have arrived: neither can be stopped any more.
    waits = delivery.state is DeliveryState.READY or (
        delivery.state is DeliveryState.FAILED and not may_have_left(session, [delivery])
    )
    if waits:
        move_delivery(session, delivery, DeliveryState.CANCELLED, evidence=_STOPPED, now=now)
    return waits


def _stop_what_carries(session: Session, delivery: Delivery, *, now: datetime) -> bool:
    if delivery.channel in CARRIED:
        return stop_carriage(session, delivery.id, now=now)
    return outbox.cancel_for(session, recipient_ref=delivery.id, now=now) > 0


def _deliveries_of(session: Session, edition: Edition) -> Sequence[Delivery]:
    found = select(Delivery).where(Delivery.edition_id == edition.id).with_for_update()
    return session.exec(found.execution_options(populate_existing=True)).all()


def _refuse_at_the_wrong_time(campaign: Campaign, edition: Edition) -> None:
    if edition.kind is EditionKind.LETTER and campaign.state is not CampaignState.CLOSED:
        raise Refused(
            Sentence(
                "Only a closed letter can be released. “{slug}” stands at “{state}”.",
                slug=campaign.slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    if edition.kind is not EditionKind.LETTER and campaign.state is not CampaignState.SENT:
        raise Refused(
            Sentence(
                "What follows a letter is released after it was sent. “{slug}” stands at “{state}”.",
                slug=campaign.slug,
                state=LETTER_STATES[campaign.state],
            )
        )


def _lines_for(offices: Sequence[Recipient], lines: Sequence[Line]) -> Sequence[Line]:
    wanted = {office.id for office in offices}
    chosen = [line for line in lines if line.recipient.id in wanted]
    if not any(line.verdict.reaches for line in chosen):
        raise Refused(Sentence("Nothing was sent: nobody whom it concerns can be reached."))
    return chosen


def _refuse_unless_approved(session: Session, campaign: Campaign, edition: Edition) -> None:
    decisions = decisions_on(session, edition)
    if any(approval.decision is Decision.CHANGES for approval in decisions):
        raise Refused(
            Sentence(
                "An approver asked for changes to edition {number}; settle that, then propose again.",
                number=edition.number,
            )
        )
    if campaign.solo:
        return
    approved = sum(approval.decision is Decision.APPROVED for approval in decisions)
    if approved < APPROVALS_NEEDED:
        raise Refused(
            Sentence(
                "Edition {number} is approved by {approved} of {n} approver; {needed} are needed. Nothing was sent.",
                "Edition {number} is approved by {approved} of {n} approvers; {needed} are needed. Nothing was sent.",
                number=edition.number,
                approved=approved,
                n=len(approvers_of(session, campaign)),
                needed=APPROVALS_NEEDED,
            )
        )


def _refuse_if_someone_left(session: Session, keyring: Keyring, campaign: Campaign, letter: Letter) -> None:
    left = len(set(letter.roll) - roll_now(session, keyring, campaign, number=letter.number))
    if left:
        raise Refused(
            Sentence(
                "One signatory has left, or changed how they are named, since edition {number} was proposed;"
                " propose again, so that nobody is named against their will.",
                "{n} signatories have left, or changed how they are named, since edition {number} was proposed;"
                " propose again, so that nobody is named against their will.",
                n=left,
                number=letter.number,
            )
        )


def _refuse_unless_it_can_go(lines: Sequence[Line]) -> None:
    addressed = [line for line in lines if line.recipient.role is RecipientRole.TO]
    reached = {line.recipient.id for line in addressed if line.verdict.reaches}
    # A Member whom nobody has asked is not left out: there is nothing to bring.
    stuck = [
        line
        for line in addressed
        if line.recipient.id not in reached and not (reached and line.verdict.nobody_asked)
    ]
    if stuck:
        raise Refused(
            Sentence(
                "Nothing was sent. To {label}, {way}: {reason}",
                label=stuck[0].label,
                way=channel_word(stuck[0].channel),
                reason=stuck[0].verdict.reason,
            )
        )
    if not addressed:
        raise Refused(
            Sentence(
                "Nothing was sent: no addressee has a channel; name one in the campaign file, such as {example}.",
                example='"email"',
            )
        )


def plan_copies(
    session: Session,
    keyring: Keyring,
    edition: Edition,
    letter: Letter,
    line: Line,
    *,
    due_at: datetime,
    now: datetime,
) -> list[Delivery]:
    """Make the sendings of a letter by one way to one recipient, one for each address, and set each out as far as it can go."""
    if line.verdict.nobody_asked:
        return []
    people = people_for(session, keyring, edition, line)
    copy = copy_for(letter, line.recipient)
    texts = _texts(session, keyring, edition, letter, line)
    for one in (copy, *texts):
        issue_copy(session, keyring, edition, one, recipient_id=line.recipient.id, now=now)
    along = (*text_evidence(texts), *(annex_evidence(copy) if line.channel not in OF_PEOPLE else ()))
    made = []
    for destination in range(len(people) or max(1, line.verdict.destinations)):
        delivery = Delivery(
            campaign_id=edition.campaign_id,
            edition_id=edition.id,
            recipient_id=line.recipient.id,
            channel=line.channel,
            destination=destination,
            copy_kind=line.recipient.copy_kind,
            check_code=copy.check_code,
            created_at=now,
        )
        session.add(delivery)
        session.flush()
        if people:
            people[destination].delivery_id = delivery.id
        for evidence in along:
            note_delivery(session, delivery, evidence=evidence, heard_ref=None, now=now)
        _set_out(session, delivery, line, due_at=due_at, now=now)
        made.append(delivery)
    return made


def _texts(
    session: Session, keyring: Keyring, edition: Edition, letter: Letter, line: Line
) -> tuple[Copy, ...]:
    """Give the letter in the other languages in which it was signed, for what comes to an office as a mail."""
    if line.channel not in MAILED or not letter.other_texts:
        return ()
    campaign = session.get_one(Campaign, edition.campaign_id)
    return texts_beside(letter, open_file(session, keyring, campaign), line.recipient)


def _set_out(session: Session, delivery: Delivery, line: Line, *, due_at: datetime, now: datetime) -> None:
    if not line.verdict.can:
        there = DeliveryState.NOT_CONFIGURED if not line.verdict.configured else DeliveryState.REFUSED
        move_delivery(session, delivery, there, evidence=line.verdict.reason, now=now)
    elif line.recipient.role is RecipientRole.PRESS:
        # Publication is the embargo: follow_deliveries sends these on their way once the letter is public.
        move_delivery(session, delivery, DeliveryState.READY, evidence="waits for publication", now=now)
    elif line.channel in BY_HAND:
        move_delivery(
            session, delivery, DeliveryState.READY, evidence="released; a person brings it", now=now
        )
    else:
        move_delivery(session, delivery, DeliveryState.READY, evidence="released", now=now)
        send_on_its_way(session, delivery, due_at=due_at, now=now)


def _tell_the_core_group(session: Session, campaign: Campaign, occurrence: str, *, now: datetime) -> None:
    for told in (campaign.id, *(approver.id for approver in approvers_of(session, campaign))):
        outbox.post(
            session,
            kind=MessageKind.ALERT,
            campaign_id=campaign.id,
            recipient_ref=told,
            occurrence=occurrence,
            now=now,
        )
