"""The life of a letter as a line of steps: what is done, where it stands, what comes next, and when (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.model.campaign import Campaign
from service.model.states import CampaignState


class LifeStep(StrEnum):
    """The steps from draft to archive, in their order."""

    DRAFT = "draft"
    FROZEN = "frozen"
    OPEN = "open"
    CLOSED = "closed"
    SENT = "sent"
    PUBLISHED = "published"
    ANSWERED = "answered"
    ARCHIVED = "archived"


class Reached(StrEnum):
    """Where a step stands."""

    DONE = "done"
    HERE = "here"
    NEXT = "next"
    LATER = "later"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step: where it stands, and when it came or is planned to come; None where nobody has said when."""

    step: LifeStep
    reached: Reached
    at: datetime | None = None


_BY_STATE = {
    CampaignState.DRAFT: LifeStep.DRAFT,
    CampaignState.FROZEN: LifeStep.FROZEN,
    CampaignState.OPEN: LifeStep.OPEN,
    CampaignState.CLOSED: LifeStep.CLOSED,
    CampaignState.SENT: LifeStep.SENT,
    CampaignState.ARCHIVED: LifeStep.ARCHIVED,
    CampaignState.PURGED: LifeStep.ARCHIVED,
}
_FACTS = (LifeStep.PUBLISHED, LifeStep.ANSWERED)


def life_of(campaign: Campaign, *, is_answered: bool, was_sent: bool) -> Sequence[Stage]:
    """Give the steps of a letter's life; exactly one is next, unless nothing follows."""
    steps, here = list(LifeStep), _BY_STATE[campaign.state]
    facts = {LifeStep.PUBLISHED: campaign.published_at is not None, LifeStep.ANSWERED: is_answered}
    done = {step for step in steps if steps.index(step) <= steps.index(here) and step not in _FACTS}
    done |= {step for step in _FACTS if facts[step]}
    if here is LifeStep.ARCHIVED and not was_sent:
        done.discard(LifeStep.SENT)
    latest = max(done, key=steps.index)
    is_over = here is LifeStep.ARCHIVED
    following = next(
        (step for step in steps if step not in done and steps.index(step) > steps.index(here)), None
    )
    return [
        Stage(
            step=step,
            reached=_reached(step, done, latest=latest, following=following, is_over=is_over),
            at=_moment(campaign, step, is_done=step in done),
        )
        for step in steps
    ]


def _reached(
    step: LifeStep, done: set[LifeStep], *, latest: LifeStep, following: LifeStep | None, is_over: bool
) -> Reached:
    if step is latest:
        return Reached.HERE
    if step in done:
        return Reached.DONE
    if is_over:
        return Reached.LEFT_OUT
    return Reached.NEXT if step is following else Reached.LATER


def _moment(campaign: Campaign, step: LifeStep, *, is_done: bool) -> datetime | None:
    return {
        LifeStep.OPEN: campaign.opens_at,
        LifeStep.CLOSED: campaign.closed_at or (None if is_done else campaign.deadline_at),
        LifeStep.SENT: campaign.send_at,
        LifeStep.PUBLISHED: campaign.published_at or campaign.publish_at,
    }.get(step)
