"""What a run of show will do, a line each: where a step stands, when it comes, and what it waits for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.queries import campaigns_by_slug, released_edition
from service.model.campaign import Campaign
from service.model.show import Reason, Step, Word
from service.model.states import CampaignState, ShowState
from service.schedules.show import OVER, decide, expected
from service.schedules.show_facts import has_show, read_facts, steps_of
from service.schedules.show_known import Facts, StepFacts
from service.store.keyring import Keyring
from service.store.sealed import open_text


@dataclass(frozen=True, kw_only=True)
class ShowLine:
    """One step: its state, why, and when it is expected (None: nobody knows) or was over.

    `word` is what one person said of it and a second has not said yet, `why` a person's reason.
    """

    step: Step
    state: ShowState
    reason: Reason
    at: datetime | None
    word: Word | None = None
    word_by: str = ""
    why: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether the step keeps no other from its turn."""
        return self.state in OVER


def list_show(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Sequence[ShowLine]:
    """List the steps of a letter's run of show, also before its release; none where it has no run of show."""
    if not has_show(campaign):
        return ()
    edition = released_edition(session, campaign)
    rows = steps_of(session, edition) if edition is not None else ()
    if edition is None or not rows:
        times = _planned(campaign)
        return [
            ShowLine(step=step, state=ShowState.WAITING, reason=Reason.EARLIER, at=times.get(step))
            for step in Step
        ]
    facts = read_facts(session, campaign, edition, rows)
    times = expected(facts, now=now)
    coming = {verdict.step: verdict for verdict in decide(facts, now=now)}
    return [
        ShowLine(
            step=row.step,
            state=row.state,
            # What the next look will say of a step that waits is truer than what the last one kept.
            reason=coming[row.step].reason
            if row.step in coming and row.state is ShowState.WAITING
            else row.reason,
            at=row.ended_at or times.get(row.step),
            word=row.word,
            word_by=row.word_by,
            why=open_text(keyring.of(session, campaign.id), row, "why") if row.why else "",
        )
        for row in rows
    ]


def next_steps(session: Session, keyring: Keyring, *, now: datetime) -> Sequence[tuple[str, ShowLine]]:
    """Give, for each letter whose run of show is not over, its slug and the step whose turn it is."""
    found = []
    for campaign in campaigns_by_slug(session):
        if campaign.state is CampaignState.ARCHIVED or released_edition(session, campaign) is None:
            continue
        lines = [line for line in list_show(session, keyring, campaign, now=now) if not line.is_over]
        found += [(campaign.slug, line) for line in lines[:1]]
    return found


def _planned(campaign: Campaign) -> Mapping[Step, datetime]:
    """Say when the steps of a letter come that was not released yet, if it leaves when it is planned to."""
    times = expected(
        Facts(
            steps=[StepFacts(step=step) for step in Step],
            leaves_at=campaign.send_at or campaign.deadline_at,
            copies={},
            receipt_wait=timedelta(seconds=campaign.receipt_wait_seconds or 0),
            publish_at=campaign.publish_at,
        ),
        now=campaign.created_at,
    )
    known = Step if campaign.send_at is not None else (Step.PRESS, Step.PAGE)
    return {step: at for step, at in times.items() if step in known}
