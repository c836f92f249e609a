"""By post, printed by ourselves: the letter with the office's address behind an envelope's window, and what to do with it."""

from service.delivery.channel import ByHand
from service.foundation.sentence import Sentence

# A person prints and posts it; the tracking number is what the post says of it.
CHANNEL = ByHand(
    name="post",
    needs="address",
    missing=Sentence("No postal address is given for this recipient."),
    steps=(
        Sentence("Save the packet and print the letter on one side, in its own size, with its annexes."),
        Sentence(
            "Fold it so that the address of the office shows in the window, and nothing else does; an address sheet that"
            " the packet holds lies on top."
        ),
        Sentence(
            "Send it registered, so that it has a number by which it can be followed; keep the slip of the post."
        ),
        Sentence("Note here when it was posted, with the number and a photo of the slip."),
    ),
)
