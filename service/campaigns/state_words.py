"""What the states of a letter are called, in the words of the desk."""

from collections.abc import Mapping

from service.foundation.sentence import Sentence
from service.model.states import CampaignState

LETTER_STATES: Mapping[CampaignState, Sentence] = {
    CampaignState.DRAFT: Sentence("Draft"),
    CampaignState.FROZEN: Sentence("Text final"),
    CampaignState.OPEN: Sentence("Collecting sign-ons"),
    CampaignState.CLOSED: Sentence("Closed"),
    CampaignState.SENT: Sentence("Sent"),
    CampaignState.ARCHIVED: Sentence("Archived"),
    CampaignState.PURGED: Sentence("Personal data deleted"),
}
"""Each stands alone, as a label or in quotation marks: no language bends it to fit a sentence."""
