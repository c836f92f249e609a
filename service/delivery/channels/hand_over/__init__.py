"""Handed over in person: at a meeting, at the door, at a counter that stamps the copy."""

from service.delivery.channel import ByHand
from service.foundation.sentence import Sentence

# A person brings the letter; that it was taken stands on that person's word, and better on a stamped copy.
CHANNEL = ByHand(
    name="hand_over",
    steps=(
        Sentence("Save the packet and print the letter twice, with its annexes."),
        Sentence("Hand one over, and ask for a stamp, a signature and the day on the other."),
        Sentence("Note here who took it and when, and add a photo of the stamped copy."),
    ),
)
