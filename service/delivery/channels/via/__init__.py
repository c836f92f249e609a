"""Through somebody else: a member of staff, of a parliament or of an embassy passes the letter on."""

from service.delivery.channel import ByHand
from service.foundation.sentence import Sentence

# Whoever passes it on has taken it over from us; whether it reached the office is another question.
CHANNEL = ByHand(
    name="via",
    steps=(
        Sentence("Save the packet and give it to whoever passes it on, on paper or by a way you both trust."),
        Sentence("Ask to be told on which day it was passed on, and to whom."),
        Sentence("Note here who took it from you and when. Note later what you hear of it."),
    ),
)
