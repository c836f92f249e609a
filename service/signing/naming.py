"""Say in words how a signatory is named, and what its sign-on stands at."""

from collections.abc import Sequence

from service.foundation.sentence import Sentence
from service.letter.audience import is_shown_to_nobody
from service.model.campaign import Admit, Campaign
from service.model.signature import Signature, Standing, Visibility, standing
from service.model.states import PUT_AWAY, CampaignState, SignatureState

HOW_NAMED = {
    Visibility.PUBLIC: Sentence("Named publicly, with the letter."),
    Visibility.RECIPIENT: Sentence(
        "Named only to those the letter is written to; what goes to a government is known to it."
    ),
    Visibility.COUNTED: Sentence("Counted only; the name is printed nowhere."),
}

NOT_CHOSEN = Sentence("Nothing chosen yet")
"""What is said of how one is named that has not filled in the form: the least is kept until then."""

_STANDING = {
    Standing.INVITED: Sentence("An invitation was sent; nothing is signed yet."),
    Standing.INTENDS: Sentence("The decision is still to come; nothing is signed yet."),
    Standing.PENDING: Sentence("This sign-on waits for its confirmation."),
    Standing.AWAITING_ACCEPTANCE: Sentence(
        "Confirmed, thank you. The coalition looks at it before it counts."
    ),
    Standing.COUNTED: Sentence("Confirmed, thank you. This sign-on counts."),
    Standing.CONDITIONAL: Sentence("Confirmed with a condition that the coalition still has to settle."),
    Standing.JOINED: Sentence(
        "Confirmed, thank you. It is counted and printed once, with another sign-on of the same organization."
    ),
    Standing.HELD: Sentence("Confirmed, thank you. The coalition looks at it before it counts."),
    Standing.EARLIER_TEXT: Sentence(
        "Signed on an earlier text of the letter; it counts again once it stands on the present one."
    ),
    Standing.DECLINED: Sentence("The coalition does not count this sign-on; write to it for the reason."),
    Standing.WITHDRAWN: Sentence("Withdrawn. The name is not part of the letter any more."),
    Standing.EXPIRED: Sentence("Never confirmed, so it does not count."),
}


def chosen_naming(signature: Signature) -> Visibility | None:
    """Give how a signatory chose to be named; None where it is only invited and has chosen nothing."""
    is_asked = signature.signed_at is None and signature.erased_at is None
    return None if is_asked else signature.visibility


def printed_name(signature: Signature, name: str) -> str:
    """Give the name as it is printed for this signatory; empty where none is."""
    return "" if is_shown_to_nobody(signature.visibility.value) else name


def standing_text(signature: Signature, campaign: Campaign) -> str:
    """Say in one sentence what a sign-on stands at."""
    if signature.erased_at is not None:
        return Sentence("Erased. Nothing that could name anyone is kept with this sign-on any more.")
    if signature.state is SignatureState.WITHDRAWN and is_settled(campaign):
        return Sentence(
            "Withdrawn. The letter that was sent had the name; its page and later copies do not show it any more."
        )
    return _STANDING[standing(signature, campaign)]


def is_accepted_at_once(signature: Signature, campaign: Campaign, *, members: Sequence[str] = ()) -> bool:
    """Decide whether a sign-on that was just confirmed is accepted without the secretariat's look.

    One that speaks for `members` too always needs it, unless it was invited.
    """
    if members and not signature.invited:
        return False
    if campaign.admit is Admit.EVERYONE:
        return True
    return campaign.admit is Admit.INVITED_AUTOMATIC and signature.invited


def is_settled(campaign: Campaign) -> bool:
    """Tell whether the letter has gone out, so that leaving now changes later copies only."""
    return campaign.state in {CampaignState.SENT, *PUT_AWAY}
