"""What each state of a message means in plain words, with what to do about it."""

from collections.abc import Mapping

from service.foundation.sentence import Sentence
from service.model.message import AfterState
from service.model.states import MessageState

STATES: Mapping[MessageState, Sentence] = {
    MessageState.QUEUED: Sentence(
        "Waits for its turn or for its next try. Nothing to do: it goes by itself."
    ),
    MessageState.CLAIMED: Sentence("A sender has just taken it and not sent it yet. Nothing to do."),
    MessageState.SUBMITTING: Sentence("On its way to our relay at this moment. Nothing to do."),
    MessageState.ACCEPTED: Sentence(
        "Our relay took it. That is no proof that it was delivered; what was heard later stands further down."
    ),
    MessageState.REFUSED: Sentence(
        "The other side said no for good. Look at its answer, mend what is wrong (often the address), then send it again."
    ),
    MessageState.UNCERTAIN: Sentence(
        "The connection broke at the last moment: nobody can know whether it arrived. Ask the relay's log for its"
        " Message-ID, or the recipient; sent again, it may arrive twice."
    ),
    MessageState.HELD: Sentence(
        "Stopped until a person has looked. Its reason says why; sent again, it goes."
    ),
    MessageState.CANCELLED: Sentence("No longer wanted, and not sent. Nothing to do."),
    MessageState.EXPIRED: Sentence(
        "Never got through, and its time is over. Sent again it gets a new end, where it is still wanted."
    ),
    MessageState.SUPPRESSED: Sentence(
        "Not sent: the mailbox unsubscribed, complained or does not exist. Reach them in another way."
    ),
}

UNWRITTEN = Sentence(
    "Not sent: no mail of this letter goes to its domain. Reach them in another way, or take the domain off the list."
)
"""What it means of a mail that it is held because of its domain."""

AFTERWARDS: Mapping[AfterState, Sentence] = {
    AfterState.DELIVERED: Sentence("The recipient's server says that it is in the mailbox."),
    AfterState.BOUNCED: Sentence("It came back. Look at the code, and reach them in another way."),
    AfterState.COMPLAINED: Sentence("It was marked as spam; that mailbox is left alone from now on."),
    AfterState.DELAYED: Sentence("A server on the way is still trying. Nothing to do."),
    AfterState.RELAYED: Sentence("It went on to a server that never reports back. Nothing to do."),
    AfterState.ANSWERED: Sentence("A machine answered, such as an out-of-office note. Nothing to do."),
    AfterState.ABSENT: Sentence(
        "Our relay's log proves that it never took it. It does not go again by itself: send it again, where it is still wanted."
    ),
}
