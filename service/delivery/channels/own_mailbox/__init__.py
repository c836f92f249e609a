"""From a person's own mailbox: a draft with its files, for a director to send under the director's own name."""

from service.delivery.channel import ByHand
from service.foundation.sentence import Sentence

# A person sends the draft; that it was sent stands on that person's word, or on the copy that comes to an address of ours.
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

FILED_STEPS = (
    *CHANNEL.steps[:2],
    Sentence(
        "Leave {address} in the field Bcc, or write it there: by the copy that comes to it we file who sent the letter, and when."
    ),
    Sentence(
        "If the page of this sending does not say within an hour that it went, note there when it went and from whom."
    ),
)
"""What a person does where mail comes to an address of ours, with that `address`."""
