"""From a person's own mailbox: a draft with its files, for a director to send under the director's own name."""

from service.delivery.channel import ByHand
from service.foundation.sentence import Sentence

# A person sends the draft; that it was sent stands on that person's word.
CHANNEL = ByHand(
    name="own_mailbox",
    needs="emails",
    missing=Sentence("No e-mail address is given for this recipient."),
    steps=(
        Sentence(
            "Save the packet and open the draft in it with a mail program; the letter hangs on it already."
        ),
        Sentence("Look at the address and the words of the cover note, and send it from your own mailbox."),
        Sentence(
            "Note here when it went and from whom. A copy in your folder of sent mail is good evidence."
        ),
    ),
)
