"""Choose the one thing to do next with a letter, and the page of the desk on which it is done (pure)."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from service.campaigns.halt import HIDDEN
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.states import CampaignState
from service.schedules.digest_words import next_thing
from service.schedules.overview import Overview


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing to do: the sentence, and where it is done, "" where that page is not for this reader."""

    what: str
    endpoint: str = ""
    label: str = ""


_LOOK = Sentence("Look at it")
_PLACES = {
    "copies": "desk.deliveries",
    "show": "desk.show",
    "late": "desk.sends",
    "release": "desk.deliveries",
    "quarantine": "desk.signatories",
    "check": "desk.signatories",
    "accept": "desk.signatories",
    "approve": "desk.sends",
    "propose": "desk.deliveries",
    "approvers": "desk.deliveries",
}
NOTHING = Sentence("Nothing waits for you.")


def todo_of(campaign: Campaign, overview: Overview, *, there: Collection[str]) -> Todo:
    """Choose what is most pressing; `there` are the endpoints of pages that this reader may open."""
    for is_so, todo in _choices(campaign, overview):
        if is_so:
            is_open = todo.endpoint in there
            return Todo(
                what=todo.what, endpoint=todo.endpoint if is_open else "", label=todo.label if is_open else ""
            )
    return Todo(what=NOTHING)


def _choices(campaign: Campaign, overview: Overview) -> tuple[tuple[object, Todo], ...]:
    waiting, state = overview.numbers.waiting, campaign.state
    told = next_thing(waiting, campaign.slug)
    asked = Todo(what=told.what, endpoint=_PLACES.get(told.word, ""), label=_LOOK)
    return (
        (campaign.emergency_at, _EMERGENCY),
        # Whether a text is final is decided beside the text; all else where everything else waits.
        (overview.looks, _SECOND_OF_DRAFT if state is CampaignState.DRAFT else _SECOND),
        (told.word, asked),
        (state is CampaignState.DRAFT, _DRAFT),
        (campaign.trial_since, _TRIAL),
        (state is CampaignState.FROZEN, _OPEN),
        (campaign.paused_at, _PAUSED),
        (state is CampaignState.OPEN and not _has_anybody(overview), _INVITE),
        (state is CampaignState.SENT and campaign.published_at is None, _PUBLISH),
        (state is CampaignState.SENT, _ARCHIVE),
    )


def _has_anybody(overview: Overview) -> bool:
    numbers = overview.numbers
    return bool(numbers.signed or numbers.invited or numbers.waiting.unconfirmed or numbers.waiting.deciding)


_EMERGENCY = Todo(
    what=HIDDEN,
    endpoint="desk.emergency",
    label=Sentence("Open the emergency page"),
)
_SECOND = Todo(
    what=Sentence("A colleague asks you to look at something as the second one."),
    endpoint="desk.second_looks",
    label=_LOOK,
)
_SECOND_OF_DRAFT = replace(_SECOND, endpoint="desk.life")
_DRAFT = Todo(
    what=Sentence("Write the text and check the settings; then make the text final."),
    endpoint="desk.life",
    label=Sentence("Make the text final"),
)
_TRIAL = Todo(
    what=Sentence(
        "The letter is in trial: its mail reaches your team only. Switch it live when all is ready."
    ),
    endpoint="desk.live",
    label=Sentence("Go live"),
)
_OPEN = Todo(
    what=Sentence("The text is final: open the letter for sign-ons."),
    endpoint="desk.life",
    label=Sentence("Open the letter"),
)
_PAUSED = Todo(
    what=Sentence("The letter is paused and takes no sign-ons."),
    endpoint="desk.life",
    label=Sentence("Go on"),
)
_INVITE = Todo(
    what=Sentence("Nobody has been asked yet: invite members, or pass on the letter's address."),
    endpoint="desk.members",
    label=Sentence("Invite members"),
)
_PUBLISH = Todo(
    what=Sentence("The letter is sent and not public: publish it when its time has come."),
    endpoint="desk.life",
    label=Sentence("Publish it"),
)
_ARCHIVE = Todo(
    what=Sentence("The letter is sent and public. Put it away when nobody works at it any more."),
    endpoint="desk.life",
    label=_LOOK,
)
