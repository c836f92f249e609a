"""Say in words how a signatory is named, and what its sign-on stands at."""

from service.model.campaign import Admit, Campaign
from service.model.signature import Kind, Signature, Standing, Visibility, standing
from service.model.states import CampaignState, SignatureState

HOW_NAMED = {
    Visibility.PUBLIC: "Named publicly, with the letter.",
    Visibility.RECIPIENT: "Named only to those the letter is written to; what goes to a government is known to it.",
    Visibility.COUNTED: "Counted only; the name is printed nowhere.",
}

_STANDING = {
    Standing.INVITED: "An invitation was sent; nothing is signed yet.",
    Standing.INTENDS: "The decision is still to come; nothing is signed yet.",
    Standing.PENDING: "This sign-on waits for its confirmation.",
    Standing.AWAITING_ACCEPTANCE: "Confirmed, thank you. The coalition looks at it before it counts.",
    Standing.COUNTED: "Confirmed, thank you. This sign-on counts.",
    Standing.CONDITIONAL: "Confirmed with a condition that the coalition still has to settle.",
    Standing.HELD: "Confirmed, thank you. The coalition looks at it before it counts.",
    Standing.EARLIER_TEXT: "Signed on an earlier text of the letter.",
    Standing.DECLINED: "The coalition does not count this sign-on; write to it for the reason.",
    Standing.WITHDRAWN: "Withdrawn. The name is not part of the letter any more.",
    Standing.EXPIRED: "Never confirmed, so it does not count.",
}


def printed_name(signature: Signature, name: str) -> str:
    """Give the name as it is printed for this signatory; empty where none is."""
    return "" if signature.visibility is Visibility.COUNTED else name


def standing_text(signature: Signature, campaign: Campaign) -> str:
    """Say in one sentence what a sign-on stands at."""
    if signature.state is SignatureState.WITHDRAWN and is_settled(campaign):
        return "Withdrawn. The letter that was sent had the name; its page and later copies do not show it any more."
    return _STANDING[standing(signature, campaign)]


def is_accepted_at_once(signature: Signature, campaign: Campaign) -> bool:
    """Decide whether a sign-on that was just confirmed is accepted without the secretariat's look."""
    if campaign.admit is Admit.EVERYONE:
        return True
    return campaign.admit is Admit.INVITED_AUTOMATIC and signature.invited


def is_settled(campaign: Campaign) -> bool:
    """Tell whether the letter has gone out, so that leaving now changes later copies only."""
    return campaign.state in {CampaignState.SENT, CampaignState.ARCHIVED}


def kind_word(kind: Kind) -> str:
    """Give the noun for a kind of signatory."""
    return "organization" if kind is Kind.ORGANIZATION else "person"
