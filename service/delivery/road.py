"""Where a letter stands on its road to its recipients, and the one next thing to do (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.foundation.sentence import Sentence
from service.model.states import PUT_AWAY, CampaignState


class Stage(StrEnum):
    """How far a letter is on its road."""

    PUT_AWAY = "put_away"
    SENT = "sent"
    LEAVING = "leaving"
    DRAFT = "draft"
    COLLECTING = "collecting"
    TO_PROPOSE = "to_propose"
    CHANGES_ASKED = "changes_asked"
    WAITS_FOR_APPROVAL = "waits_for_approval"
    NOT_CHECKED = "not_checked"
    TO_RELEASE = "to_release"


@dataclass(frozen=True, kw_only=True)
class RoadFacts:
    """What the stage hangs on.

    `is_proposed` says that the newest edition was neither released nor voided, and `approved` and `has_changes` are of
    that one. `unchecked` counts the recipients that still block a release.
    """

    state: CampaignState
    is_solo: bool
    is_proposed: bool
    is_leaving: bool
    approved: int
    needed: int
    has_changes: bool
    unchecked: int


# In this order: the first that holds is the stage.
_STAGES: tuple[tuple[Stage, Callable[[RoadFacts], bool]], ...] = (
    (Stage.PUT_AWAY, lambda facts: facts.state in PUT_AWAY),
    (Stage.DRAFT, lambda facts: facts.state is CampaignState.DRAFT),
    (Stage.COLLECTING, lambda facts: facts.state in {CampaignState.FROZEN, CampaignState.OPEN}),
    (Stage.CHANGES_ASKED, lambda facts: facts.is_proposed and facts.has_changes),
    (
        Stage.WAITS_FOR_APPROVAL,
        lambda facts: facts.is_proposed and not facts.is_solo and facts.approved < facts.needed,
    ),
    (Stage.NOT_CHECKED, lambda facts: facts.is_proposed and facts.unchecked > 0),
    (Stage.TO_RELEASE, lambda facts: facts.is_proposed),
    (Stage.SENT, lambda facts: facts.state is CampaignState.SENT),
    (Stage.LEAVING, lambda facts: facts.is_leaving),
    (Stage.TO_PROPOSE, lambda _: True),
)

NEXT_THING: Mapping[Stage, Sentence] = {
    Stage.PUT_AWAY: Sentence("This letter is put away; what was sent can still be looked at."),
    Stage.DRAFT: Sentence(
        "Make the text final and collect sign-ons first. Until then you can look at the letter as it stands."
    ),
    Stage.COLLECTING: Sentence(
        "Sign-ons are still taken. Once the letter is closed, propose it to its approvers; rehearse it now."
    ),
    Stage.TO_PROPOSE: Sentence("Propose the letter: it is frozen as it stands, and its approvers are asked."),
    Stage.CHANGES_ASKED: Sentence(
        "An approver asked for changes. Settle that, then propose the letter again."
    ),
    Stage.WAITS_FOR_APPROVAL: Sentence(
        "Two approvers have to approve exactly this edition before it can be released."
    ),
    Stage.NOT_CHECKED: Sentence(
        "It is approved. Two of you have to check every recipient before it can be released."
    ),
    Stage.TO_RELEASE: Sentence("Release it: then it leaves for real."),
    Stage.LEAVING: Sentence("The letter was released and is leaving. What has not left yet can be stopped."),
    Stage.SENT: Sentence("The letter has left. Note the receipts, and until when an answer is expected."),
}
"""The one next thing to do at each stage."""


def stage_of(facts: RoadFacts) -> Stage:
    """Say how far a letter is."""
    return next(stage for stage, holds in _STAGES if holds(facts))
