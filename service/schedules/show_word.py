"""A person's word on a run of show: choose one, go on, skip a step, stop and resume."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.queries import lock_campaign, released_edition
from service.coordinators import audit
from service.coordinators.voices import refuse_one_voice
from service.delivery.follow import leave_press_out
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.model.campaign import Campaign
from service.model.show import Reason, ShowStep, Step, Word
from service.model.states import CampaignState, ShowState
from service.schedules.due import ON_TIME
from service.schedules.show import OVER, WATCHED, are_under_way, is_early, why_copies_ask
from service.schedules.show_facts import has_show, make_steps, read_facts, steps_of
from service.schedules.show_known import Facts
from service.schedules.show_run import Turn, do_step, move_step
from service.store.keyring import Keyring
from service.store.sealed import seal_text

LONGEST_WHY = 300
_OVER: Mapping[ShowState, Sentence] = {
    ShowState.DONE: Sentence("This step is done already."),
    ShowState.SKIPPED: Sentence("This step is left out already."),
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came of a word: whether it was done, or waits for somebody else to say the same."""

    is_done: bool


def plan_show(
    session: Session, slug: str, *, receipt_wait: timedelta | None, by: str, now: datetime
) -> Campaign:
    """Let what follows the release go step by step, or (None) not.

    Raises Refused once the letter was released, and for a draft, whose file says it.
    """
    campaign = lock_campaign(session, slug)
    if campaign.state is CampaignState.DRAFT:
        raise Refused(
            Sentence(
                "“{slug}” is a draft: write [show] into its file, or take it out, and load it again.",
                slug=slug,
            )
        )
    if released_edition(session, campaign) is not None or campaign.state in (
        CampaignState.SENT,
        CampaignState.ARCHIVED,
    ):
        raise Refused(Sentence("“{slug}” was released: what follows it is decided already.", slug=slug))
    campaign.receipt_wait_seconds = None if receipt_wait is None else int(receipt_wait.total_seconds())
    session.add(campaign)
    act = "show.plan" if receipt_wait is not None else "show.forgo"
    audit.record(session, by=by, act=act, campaign_id=campaign.id, now=now)
    return campaign


def go_on(
    session: Session, keyring: Keyring, slug: str, step: Step, *, public_url: str, by: str, now: datetime
) -> Said:
    """Do a step now: one that asks or was stopped, or, before its turn or its time, where somebody else says so too.

    Mails of a step that were posted already are taken as they are. Raises Refused for a step that is over, for one that
    is only seen, and for a page of a letter that was not sent.
    """
    turn, row = _open(session, keyring, slug, step, public_url=public_url, by=by, now=now)
    if row.state in OVER:
        raise Refused(_OVER[row.state])
    if step in WATCHED:
        raise Refused(
            Sentence(
                "Nobody can do this step, it is only seen. Settle the copies of the letter, or go on without it."
            ),
            command=f"undersigned show skip {slug} {step.value} --why …",
        )
    rows = steps_of(session, turn.edition)
    if is_early(read_facts(session, turn.campaign, turn.edition, rows), step, now=now) and not _is_seconded(
        turn, row, Word.GO
    ):
        return Said(is_done=False)
    _forget_word(row)
    if row.began_at is not None and (row.posted_at is not None or step is Step.PRESS):
        move_step(session, row, ShowState.DONE, Reason.WORD, by=by, now=now)
    else:
        if row.state is ShowState.STOPPED and row.began_at is not None:
            # Stopped in the middle of its mails: the worker posts the others.
            move_step(session, row, ShowState.UNDER_WAY, Reason.POSTING, by=by, now=now)
        do_step(turn, row)
    audit.record(session, by=by, act="show.go", campaign_id=row.campaign_id, thing=step.value, now=now)
    return Said(is_done=True)


def skip_step(
    session: Session, keyring: Keyring, slug: str, step: Step, *, why: str, by: str, now: datetime
) -> Said:
    """Leave a step out, with the reason, where somebody else says so too; raises Refused for one that is over.

    To skip `delivered` is to take the letter's copies as they are: it may be said while it is done, and again where one
    fails after that, but (Refused) not while any has still to leave. A press that is skipped gets nothing.
    """
    turn, row = _open(session, keyring, slug, step, public_url="", by=by, now=now)
    reason = clean_line(why, what=Sentence("The reason"), longest=LONGEST_WHY)
    if not reason:
        raise Refused(Sentence("Say why the step is left out."))
    facts = read_facts(session, turn.campaign, turn.edition, steps_of(session, turn.edition))
    if row.state in OVER and not _may_take_again(row, facts):
        raise Refused(_OVER[row.state])
    if step is Step.DELIVERED and are_under_way(facts):
        raise Refused(
            Sentence("Copies of the letter have still to leave: wait until they have, or stop them."),
            command=f"undersigned deliver {slug} --stop",
        )
    if not _is_seconded(turn, row, Word.SKIP):
        row.why = seal_text(keyring.of(session, row.campaign_id), row, "why", reason)
        return Said(is_done=False)
    _forget_word(row)
    if row.why is None:
        row.why = seal_text(keyring.of(session, row.campaign_id), row, "why", reason)
    if step is Step.PRESS:
        leave_press_out(session, turn.edition, now=now)
    if row.state is ShowState.SKIPPED:
        row.ended_at = now
        audit.record(
            session, by=by, act="show.skipped", campaign_id=row.campaign_id, thing=step.value, now=now
        )
    move_step(session, row, ShowState.SKIPPED, Reason.WORD, by=by, now=now)
    return Said(is_done=True)


def stop_show(session: Session, slug: str, *, by: str, now: datetime) -> int:
    """Let nothing more of a run of show happen by itself; gives how many steps, raises Refused where none is left."""
    campaign = lock_campaign(session, slug)
    left = [row for row in _steps(session, campaign, now=now) if row.state not in {*OVER, ShowState.STOPPED}]
    if not left:
        raise Refused(Sentence("Nothing of the run of show of “{slug}” is left to stop.", slug=slug))
    for row in left:
        _forget_word(row)
        move_step(session, row, ShowState.STOPPED, Reason.WORD, by=by, now=now)
    return len(left)


def resume_show(session: Session, slug: str, *, by: str, now: datetime) -> int:
    """Let what was stopped go on in its turn; gives how many steps, raises Refused where none was stopped.

    What was to be public at a minute that has passed meanwhile does not become so by itself: it asks.
    """
    campaign = lock_campaign(session, slug)
    stopped = [row for row in _steps(session, campaign, now=now) if row.state is ShowState.STOPPED]
    if not stopped:
        raise Refused(Sentence("No step of the run of show of “{slug}” is stopped.", slug=slug))
    for row in stopped:
        there = ShowState.WAITING if row.began_at is None else ShowState.UNDER_WAY
        move_step(session, row, there, Reason.EARLIER, by=by, now=now)
        if row.began_at is None and has_missed_its_minute(campaign, row.step, now=now):
            move_step(session, row, ShowState.ASKING, Reason.MISSED, by=by, now=now)
    return len(stopped)


def has_missed_its_minute(campaign: Campaign, step: Step, *, now: datetime) -> bool:
    """Tell whether a step belongs to the minute of publication, and that is over."""
    at = campaign.publish_at if campaign.published_at is None else None
    return step in {Step.PRESS, Step.PAGE} and at is not None and now > at + ON_TIME


def _open(
    session: Session, keyring: Keyring, slug: str, step: Step, *, public_url: str, by: str, now: datetime
) -> tuple[Turn, ShowStep]:
    campaign = lock_campaign(session, slug)
    rows = _steps(session, campaign, now=now)
    edition = released_edition(session, campaign)
    assert edition is not None
    turn = Turn(
        session=session,
        keyring=keyring,
        campaign=campaign,
        edition=edition,
        public_url=public_url,
        by=by,
        now=now,
    )
    return turn, next(row for row in rows if row.step is step)


def _steps(session: Session, campaign: Campaign, *, now: datetime) -> list[ShowStep]:
    """Give the steps of a released letter; raises Refused where it has no run of show, or was not released."""
    if not has_show(campaign):
        raise Refused(
            Sentence("This letter has no run of show; before its release it can be given one."),
            command=f"undersigned show plan {campaign.slug}",
        )
    edition = released_edition(session, campaign)
    if edition is None:
        raise Refused(
            Sentence("“{slug}” was not released yet: its run of show begins with that.", slug=campaign.slug)
        )
    if not steps_of(session, edition):
        make_steps(session, edition, now=now)
    return list(steps_of(session, edition))


def _may_take_again(row: ShowStep, facts: Facts) -> bool:
    """Tell whether the copies of a letter that was handed over, or taken as they were, can be taken as they are now."""
    if row.step is not Step.DELIVERED:
        return False
    return row.state is ShowState.DONE or why_copies_ask(facts) is not None


def _is_seconded(turn: Turn, row: ShowStep, word: Word) -> bool:
    """Tell whether two people say this of a step, or one may say it alone; the first word is kept for the second."""
    if turn.campaign.solo:
        return True
    if row.word is word and row.word_by != turn.by:
        refuse_one_voice(turn.session, row.campaign_id, row.word_by, turn.by, now=turn.now)
        return True
    if row.word is word:
        raise Refused(Sentence("You said so of this step yourself; somebody else has to say it too."))
    row.word, row.word_by = word, turn.by
    turn.session.add(row)
    act = f"show.{word.value}-proposed"
    audit.record(
        turn.session, by=turn.by, act=act, campaign_id=row.campaign_id, thing=row.step.value, now=turn.now
    )
    return False


def _forget_word(row: ShowStep) -> None:
    row.word, row.word_by = None, ""
