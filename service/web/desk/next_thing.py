"""Choose the one thing to do next with a letter, and the page of the desk on which it is done (pure)."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from service.campaigns.halt import HIDDEN
from service.coordinators.permissions import Act, may
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.coordinator import Role
from service.model.states import CampaignState
from service.schedules.digest_words import next_thing
from service.schedules.overview import Overview
from service.signing.secretariat.filters import Stands


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing to do: the sentence, and where it is done, "" where that page is not for this reader.

    `stands` is at what the sign-ons stand that the page is to show, "" for all. `act` is what it is; `is_yours` tells whether this reader's role includes it.
    """

    what: str
    endpoint: str = ""
    label: str = ""
    stands: str = ""
    act: Act = Act.LOOK
    is_yours: bool = True


_LOOK = Sentence("Look at it")
_PLACES = {
    "copies": ("desk.deliveries", Act.DELIVER),
    "show": ("desk.show", Act.DELIVER),
    "late": ("desk.sends", Act.APPROVE_SEND),
    "release": ("desk.deliveries", Act.RELEASE),
    "quarantine": ("desk.held", Act.MODERATE),
    "check": ("desk.signatories", Act.MODERATE),
    "accept": ("desk.signatories", Act.MODERATE),
    "approve": ("desk.sends", Act.APPROVE_SEND),
    "propose": ("desk.deliveries", Act.DELIVER),
    "approvers": ("desk.deliveries", Act.DELIVER),
}
"""Where each thing that waits is looked at, and the act that it asks for."""
_STANDS = {"check": Stands.HELD, "accept": Stands.AWAITING}
NOTHING = Sentence("Nothing waits for you.")


def todo_of(campaign: Campaign, overview: Overview, *, there: Collection[str], role: Role | None) -> Todo:
    """Choose what is most pressing; `there` are the endpoints of pages that this reader may open, in this role."""
    for is_so, todo in _choices(campaign, overview):
        if is_so:
            is_open = todo.endpoint in there
            return replace(
                todo,
                endpoint=todo.endpoint if is_open else "",
                label=todo.label if is_open else "",
                is_yours=may(role, todo.act),
            )
    return Todo(what=NOTHING)


def _choices(campaign: Campaign, overview: Overview) -> tuple[tuple[object, Todo], ...]:
    waiting, state = overview.numbers.waiting, campaign.state
    told = next_thing(waiting, campaign.slug)
    endpoint, act = _PLACES.get(told.word, ("", Act.LOOK))
    stands = _STANDS.get(told.word, "")
    asked = Todo(what=told.what, endpoint=endpoint, label=_LOOK, stands=stands, act=act)
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
    act=Act.EMERGENCY_END,
)
_SECOND = Todo(
    what=Sentence("A colleague asks you to look at something as the second one."),
    endpoint="desk.second_looks",
    label=_LOOK,
    act=Act.SECOND,
)
_SECOND_OF_DRAFT = replace(_SECOND, endpoint="desk.life")
_DRAFT = Todo(
    what=Sentence("Write the text and check the settings; then make the text final."),
    endpoint="desk.life",
    label=Sentence("Make the text final"),
    act=Act.FREEZE,
)
_TRIAL = Todo(
    what=Sentence(
        "The letter is in trial: its mail reaches your team only. Switch it live when all is ready."
    ),
    endpoint="desk.live",
    label=Sentence("Go live"),
    act=Act.LEAD,
)
_OPEN = Todo(
    what=Sentence("The text is final: open the letter for sign-ons."),
    endpoint="desk.life",
    label=Sentence("Open the letter"),
    act=Act.LEAD,
)
_PAUSED = Todo(
    what=Sentence("The letter is paused and takes no sign-ons."),
    endpoint="desk.life",
    label=Sentence("Go on"),
    act=Act.LEAD,
)
_INVITE = Todo(
    what=Sentence("Nobody has been asked yet: invite members, or pass on the letter's address."),
    endpoint="desk.members",
    label=Sentence("Invite members"),
    act=Act.INVITE_MEMBERS,
)
_PUBLISH = Todo(
    what=Sentence("The letter is sent and not public: publish it when its time has come."),
    endpoint="desk.life",
    label=Sentence("Publish it"),
    act=Act.LEAD,
)
_ARCHIVE = Todo(
    what=Sentence("The letter is sent and public. Put it away when nobody works at it any more."),
    endpoint="desk.life",
    label=_LOOK,
    act=Act.LEAD,
)
