"""Do the next step of a run of show: one move in one transaction, once, whoever looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.life import publish
from service.campaigns.queries import lock_campaign_of, released_edition
from service.coordinators import audit
from service.delivery.follow import send_press
from service.kit.send import list_kits, send_kits
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.message import MessageKind
from service.model.show import Reason, ShowStep, Step
from service.model.states import SHOW, CampaignState, ShowState
from service.model.update import UpdateAudience
from service.schedules.show import OVER, Act, Verdict, decide
from service.schedules.show_copy import final_copy_text
from service.schedules.show_facts import make_steps, read_facts, steps_of
from service.signing.updates import (
    UpdateStart,
    count_readers,
    keep_update,
    keep_update_links,
    post_update,
    start_kept_update,
)
from service.store.keyring import Keyring

BY = "clock"

_ENDS = {Act.WAIT: ShowState.WAITING, Act.DONE: ShowState.DONE, Act.ASK: ShowState.ASKING}
# What a person is told of, though the step goes on waiting.
_WARNS = frozenset({Reason.AT_RISK})


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One move of a run of show: the letter and its edition, both locked, by whose word, and when."""

    session: Session
    keyring: Keyring
    campaign: Campaign
    edition: Edition
    public_url: str
    by: str
    now: datetime


def shows_to_move(session: Session, *, now: datetime) -> Sequence[str]:
    """List the letters of whose run of show something is to be done or told; it only reads. One that is hidden rests."""
    found = select(Campaign).where(
        col(Campaign.receipt_wait_seconds).is_not(None),
        col(Campaign.emergency_at).is_(None),
        col(Campaign.state).in_((CampaignState.CLOSED, CampaignState.SENT)),
    )
    return [campaign.id for campaign in session.exec(found).all() if _moves(session, campaign, now=now)]


def take_step(
    session: Session, keyring: Keyring, campaign_id: str, *, public_url: str, now: datetime
) -> bool:
    """Make the next move of a letter's run of show; tells whether there was one.

    Call it, each time in a transaction of its own, until it gives False. The letter is locked: who looks at the same
    moment finds it done. A step that fails or is late asks the secretariat, once for each reason, and keeps those after
    it from their turn.
    """
    campaign = lock_campaign_of(session, campaign_id)
    edition = released_edition(session, campaign)
    is_on = campaign.state in (CampaignState.CLOSED, CampaignState.SENT) and campaign.emergency_at is None
    if edition is None or not is_on:
        return False
    rows = steps_of(session, edition)
    if not rows:
        return make_steps(session, edition, now=now)
    by_step = {row.step: row for row in rows}
    for verdict in decide(read_facts(session, campaign, edition, rows), now=now):
        row = by_step[verdict.step]
        if not _changes(row, verdict):
            continue
        if verdict.act is Act.BEGIN:
            turn = Turn(
                session=session,
                keyring=keyring,
                campaign=campaign,
                edition=edition,
                public_url=public_url,
                by=BY,
                now=now,
            )
            do_step(turn, row)
        else:
            _settle(session, row, verdict, now=now)
        return True
    return False


def note_failure(session: Session, campaign_id: str, *, now: datetime) -> bool:
    """Let the step that could not be done ask the secretariat; it is tried again a while later. Tells whether one is."""
    campaign = lock_campaign_of(session, campaign_id)
    edition = released_edition(session, campaign)
    if edition is None:
        return False
    rows = {row.step: row for row in steps_of(session, edition)}
    for verdict in decide(read_facts(session, campaign, edition, list(rows.values())), now=now):
        if verdict.act is Act.BEGIN:
            asks = Verdict(step=verdict.step, act=Act.ASK, reason=Reason.COULD_NOT)
            _settle(session, rows[verdict.step], asks, now=now)
            return True
    return False


def do_step(turn: Turn, row: ShowStep) -> None:
    """Do a step, or the next part of one that posts to many; raises Refused where a page cannot become public."""
    _DOES[row.step](turn, row)
    turn.session.add(row)


def move_step(
    session: Session, row: ShowStep, there: ShowState, reason: Reason, *, by: str, now: datetime
) -> None:
    """Bring a step to where it stands now, with the reason, and keep that in the audit."""
    if row.state is not there:
        SHOW.move(row, there)
        row.ended_at = now if there in OVER else None
        act = f"show.{there.value}"
        audit.record(session, by=by, act=act, campaign_id=row.campaign_id, thing=row.step.value, now=now)
    row.reason, row.changed_at = reason, now
    session.add(row)


def _moves(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    edition = released_edition(session, campaign)
    if edition is None:
        return False
    rows = steps_of(session, edition)
    if not rows:
        return True
    if all(row.state in OVER for row in rows):
        return False
    by_step = {row.step: row for row in rows}
    verdicts = decide(read_facts(session, campaign, edition, rows), now=now)
    return any(_changes(by_step[verdict.step], verdict) for verdict in verdicts)


def _changes(row: ShowStep, verdict: Verdict) -> bool:
    """Tell whether a verdict says anything that the row does not say yet (pure)."""
    if verdict.act is Act.BEGIN:
        return True
    return (row.state, row.reason) != (_end(row, verdict), verdict.reason)


def _end(row: ShowStep, verdict: Verdict) -> ShowState:
    there = _ENDS[verdict.act]
    # What has begun is not waiting for its turn any more.
    return ShowState.UNDER_WAY if there is ShowState.WAITING and row.began_at is not None else there


def _settle(session: Session, row: ShowStep, verdict: Verdict, *, now: datetime) -> None:
    is_news = _changes(row, verdict)
    move_step(session, row, _end(row, verdict), verdict.reason, by=BY, now=now)
    if is_news and (verdict.act is Act.ASK or verdict.reason in _WARNS):
        outbox.post(
            session,
            kind=MessageKind.ALERT,
            campaign_id=row.campaign_id,
            recipient_ref=row.campaign_id,
            # With the moment: what fails a second time is told a second time.
            occurrence=f"show:{row.id}:{verdict.reason.value}:{int(now.timestamp())}",
            now=now,
        )


def _post_copy(turn: Turn, row: ShowStep) -> None:
    session, keyring, campaign, now = turn.session, turn.keyring, turn.campaign, turn.now
    to = UpdateAudience.SIGNATORIES
    if row.began_at is None and not count_readers(session, keyring, campaign, to):
        move_step(session, row, ShowState.DONE, Reason.NOBODY, by=turn.by, now=now)
    elif row.began_at is None:
        text = final_copy_text(session, keyring, campaign, turn.edition, public_url=turn.public_url, now=now)
        kept = keep_update(session, keyring, campaign.slug, text, audience=to, now=now)
        start = start_kept_update(session, keyring, campaign.slug, kept, by=turn.by, now=now)
        row.update_ref, row.audience, row.began_at = start.update, start.audience, now
        move_step(session, row, ShowState.UNDER_WAY, Reason.POSTING, by=turn.by, now=now)
    elif not keep_update_links(session, keyring, row.update_ref, now=now):
        start = UpdateStart(update=row.update_ref, known=0, audience=row.audience, at=row.began_at)
        posted = post_update(session, keyring, start, after=row.cursor or None, now=now)
        row.cursor = posted.last or ""
        row.posted_at = now if posted.last is None else None


def _post_kits(turn: Turn, row: ShowStep) -> None:
    session, campaign, now = turn.session, turn.campaign, turn.now
    if not list_kits(session, turn.keyring, campaign, turn.edition):
        move_step(session, row, ShowState.DONE, Reason.NOBODY, by=turn.by, now=now)
        return
    send_kits(session, turn.keyring, campaign.slug, under_embargo=False, by=turn.by, now=now)
    row.began_at = row.posted_at = now
    move_step(session, row, ShowState.UNDER_WAY, Reason.POSTING, by=turn.by, now=now)


def _send_press(turn: Turn, row: ShowStep) -> None:
    send_press(turn.session, turn.keyring, turn.edition, now=turn.now)
    row.began_at = turn.now
    move_step(turn.session, row, ShowState.UNDER_WAY, Reason.POSTING, by=turn.by, now=turn.now)


def _publish(turn: Turn, row: ShowStep) -> None:
    publish(turn.session, turn.campaign.slug, by=turn.by, now=turn.now)
    move_step(turn.session, row, ShowState.DONE, Reason.PUBLISHED, by=turn.by, now=turn.now)


_DOES: Mapping[Step, Callable[[Turn, ShowStep], None]] = {
    Step.COPY: _post_copy,
    Step.KITS: _post_kits,
    Step.PRESS: _send_press,
    Step.PAGE: _publish,
}
